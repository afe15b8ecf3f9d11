/** What failing jobs do to items, later boxes and logs; how many run at once (execution §8.2–§8.5, §9.6). */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../test/support/databases.ts';
import { perItem, untilStopped } from '../../../test/support/in-process-runtime.ts';
import { schedule, startTestEngine, valuesOf, waitFor, waitForEnd, type TestEngine } from '../../../test/support/test-engine.ts';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

for (const kind of databaseKinds) {
  describe(`failing and limited jobs on ${kind.name}`, () => {
    let test: TestEngine;
    beforeAll(async () => {
      test = await startTestEngine(
        kind,
        {
          echo: perItem((args) => ({ value: args['item'] })),
          wrong: perItem((args) => ({ value: args['item'] === 1 ? 'no number' : args['item'] })),
          crash: async () => await Promise.resolve({ kind: 'crashed', reason: 'boom', streamed: [] }),
          silent: untilStopped,
        },
        { runners: 3, config: { jobsPerNode: 4, jobTimeoutMs: 200 } },
      );
    });
    afterEach(() => {
      test.runtime.mostLive = 0;
    });
    afterAll(async () => await test.close());

    it('a result that cannot be mapped has the same consequences as a job that fails: the exception store, no later box (execution R82)', async () => {
      for (const [lambda, failing] of [
        ['wrong', [1]],
        ['crash', [0, 1, 2, 3]],
      ] as const) {
        const executionId = await schedule(test, {
          lanes: [[[lambda], ['echo']]],
          collects: ['wrong', 'echo'],
          input: { type: 'list', content: numbers(4) },
        });
        const view = await waitForEnd(test, executionId);
        expect(view.execution.status).toBe('failed');
        const exceptions = await test.engine.stores.browse(view.execution.current.exceptionStoreId ?? '', {});
        const items = exceptions.ok ? (exceptions.value as { items: { value: { value: unknown } }[] }).items : [];
        expect(items.map((item) => item.value.value)).toEqual(failing);
        const receipt = await test.engine.executions.receipt(executionId);
        expect(receipt?.laneRuns[0]?.tasks[1]?.itemsProcessed).toBe(4 - failing.length);
      }
    });

    it('several executions run at once and never have more jobs than the node allows (execution R83, I8)', async () => {
      const ids = await Promise.all(
        numbers(6).map(async () =>
          schedule(test, { lanes: [[['echo', 'echo'], ['echo']]], input: { type: 'list', content: numbers(20) }, batchSize: 2 }),
        ),
      );
      for (const executionId of ids) expect((await waitForEnd(test, executionId)).execution.status).toBe('finished');
      expect(test.runtime.mostLive).toBeGreaterThan(1);
      expect(test.runtime.mostLive).toBeLessThanOrEqual(4);
    });

    it('counters after a run without a stop: nothing in processing, first boxes have all items, later ones those that passed (execution R88, D1)', async () => {
      const executionId = await schedule(test, { lanes: [[['wrong'], ['echo']]], input: { type: 'list', content: numbers(10) } });
      await waitForEnd(test, executionId);
      expect(Object.values(await test.engine.executions.counters(executionId))).toEqual([
        { itemsInProcessing: 0, itemsProcessed: 10, itemsFailed: 1 },
        { itemsInProcessing: 0, itemsProcessed: 9, itemsFailed: 0 },
      ]);
    });

    it('a job that shows no sign of life fails its batch with a timeout that names all its items, and the lane goes on (execution R89, R101, D3)', async () => {
      const executionId = await schedule(test, {
        lanes: [[['silent', 'echo']]],
        input: { type: 'list', content: numbers(4) },
        batchSize: 2,
      });
      const view = await waitForEnd(test, executionId);
      expect(view.execution.status).toBe('failed');
      expect(await valuesOf(test, view, 'output')).toHaveLength(4);
      const log = await test.engine.stores.browse(view.execution.current.boxes[0]?.tasks[0]?.systemAuditLogId ?? '', {});
      const { logEntries } = log.ok
        ? (log.value as {
            logEntries: { severity: string; content: { details?: { reason?: { id: string } }; referencedElements?: unknown } }[];
          })
        : { logEntries: [] };
      const errors = logEntries.filter((entry) => entry.severity === 'error');
      expect(errors.map((entry) => entry.content.details?.reason?.id)).toEqual(['timeout', 'timeout']);
      expect(errors.every((entry) => JSON.stringify(entry.content.referencedElements).match(/[0-9a-f]{20}/g)?.length === 2)).toBe(true);
    });

    it('a cancel or pause puts nothing into the exception store (execution R112)', async () => {
      for (const stop of ['cancel', 'pause'] as const) {
        const executionId = await schedule(test, { lanes: [[['silent']]], input: { type: 'list', content: numbers(9) }, batchSize: 1 });
        const { execution } = await waitFor(test, executionId, (view) => view.execution.current.status === 'active');
        await test.engine.executions[stop]({ executionId, actor: 'user', note: null });
        // Jobs that a pause waits for end by their timeout; items that never began are what must not be there.
        await waitFor(test, executionId, (view) => ['cancelled', 'paused'].includes(view.execution.status));
        const exceptions = await test.engine.stores.browse(execution.current.exceptionStoreId ?? '', {});
        const count = exceptions.ok ? (exceptions.value as { items: unknown[] }).items.length : -1;
        const task = (await test.engine.executions.receipt(executionId))?.laneRuns[0]?.tasks[0];
        expect(count).toBe(task?.itemsFailed);
        // How many jobs had timed out when the stop came is a matter of the machine; all the others are not there.
        const { itemsNeverStarted = 0, itemsWithdrawn = 0, itemsKilled = 0, itemsUnreachable = 0 } = task ?? {};
        expect(count + itemsNeverStarted + itemsWithdrawn + itemsKilled + itemsUnreachable).toBe(9);
      }
    });
  });
}
