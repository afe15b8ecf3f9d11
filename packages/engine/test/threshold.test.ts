/** The instant failure threshold over a whole execution (execution §11.5, R36). */
import { runFlags } from '@laneway/model';
import { expect, it } from 'vitest';
import { databaseKinds } from '../../../test/support/databases.ts';
import { faultyKind } from '../../../test/support/faulty-database.ts';
import { perItem } from '../../../test/support/in-process-runtime.ts';
import { schedule, startTestEngine, waitFor, waitForEnd } from '../../../test/support/test-engine.ts';

it.each(databaseKinds)('a breach is a breach also when the lane was done before the job looked at it ($name)', async (kind) => {
  const faulty = faultyKind(kind);
  const test = await startTestEngine(faulty, {
    broken: perItem(() => {
      throw new Error('broken');
    }),
  });
  try {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let isFirst = true;
    faulty.latest().fault = async (verb) => {
      if (verb !== 'thresholdFigures' || !isFirst) return undefined;
      isFirst = false;
      await held;
      return undefined;
    };
    const executionId = await schedule(test, {
      lanes: [[['broken']]],
      threshold: 0.1,
      maxRetries: 1,
      input: { type: 'list', content: [1] },
    });
    // The look of the job waits until the lane run has gone on without it.
    await waitFor(
      test,
      executionId,
      ({ execution }) => execution.current.status !== 'enqueued' && execution.current.status !== 'active' && !isFirst,
    );
    release();
    const { execution } = await waitForEnd(test, executionId);
    expect(execution).toMatchObject({ status: 'failed', currentRunNum: 1, current: { status: 'failed', stoppingReason: 'failure' } });
    expect(runFlags(execution, execution.current)).toEqual({ isRetriable: false, isRerunable: true });
  } finally {
    await test.close();
  }
});
