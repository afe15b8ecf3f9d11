/** However often an execution is paused and resumed, it ends as if it had never been (execution R66, R87, I5–I7, I9). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExecutionView } from '@laneway/engine';
import { databaseKinds } from '../../../test/support/databases.ts';
import { perItem, type InProcessLambda } from '../../../test/support/in-process-runtime.ts';
import {
  eventProblems,
  schedule,
  startTestEngine,
  valuesOf,
  waitFor,
  waitForEnd,
  type TestEngine,
} from '../../../test/support/test-engine.ts';

const itemCount = 10_000;
const batchSize = 10;
const pauses = 50;
const fails = (item: number): boolean => item % 33 === 0;
const items = Array.from({ length: itemCount }, (_, index) => index);
const failing = items.filter(fails);
const sorted = (values: readonly unknown[]): number[] => values.map(Number).toSorted((a, b) => a - b);

/** Seeded, so that a run can be repeated. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

for (const kind of databaseKinds) {
  describe(`${pauses} pauses on ${kind.name}`, () => {
    let test: TestEngine;
    let jobs = 0;
    let reached: { readonly jobs: number; readonly resolve: () => void } | undefined;
    const counted: InProcessLambda = async (job, control, task) => {
      jobs += 1;
      if (reached !== undefined && jobs >= reached.jobs) reached.resolve();
      // A turn of the loop, so that jobs are in flight at any moment.
      await new Promise((resolve) => setImmediate(resolve));
      return await perItem((args) => {
        if (fails(Number(args['item']))) throw new Error('broken');
        return { value: args['item'] };
      })(job, control, task);
    };

    beforeAll(async () => {
      test = await startTestEngine(kind, { counted, echo: perItem((args) => ({ value: args['item'] })) });
    });
    afterAll(async () => await test.close());

    const start = async (): Promise<string> =>
      await schedule(test, { lanes: [[['counted'], ['echo']]], collects: ['echo'], input: { type: 'list', content: items }, batchSize });

    async function outcomeOf(view: ExecutionView): Promise<unknown> {
      const exceptions: unknown[] = [];
      for (let offset = 0; ; offset += 1000) {
        const page = await test.engine.stores.browse(view.execution.current.exceptionStoreId ?? '', { offset, limit: 1000 });
        if (!page.ok) throw new Error(page.error.description);
        const { items: found, isLast } = page.value as { items: { value: { value: unknown } }[]; isLast: boolean };
        exceptions.push(...found.map((item) => item.value.value));
        if (isLast) break;
      }
      return {
        status: view.execution.status,
        output: sorted(await valuesOf(test, view, 'output')),
        exceptions: sorted(exceptions),
        counters: Object.values(await test.engine.executions.counters(view.execution.id)),
        laneRun: { ...(await test.engine.executions.receipt(view.execution.id))?.laneRuns[0], laneRunId: '', tasks: [] },
      };
    }

    it('at random moments of a run of 10,000 items change nothing of its result, and a retry runs exactly the failed items', async () => {
      const undisturbed = await outcomeOf(await waitForEnd(test, await start(), 60_000));
      jobs = 0;
      const random = randomOf(20);
      const executionId = await start();
      const step = itemCount / batchSize / (pauses + 1);
      for (let pause = 0; pause < pauses; pause += 1) {
        const moment = Math.floor((pause + random()) * step);
        await new Promise<void>((resolve) => {
          reached = { jobs: moment, resolve };
          if (jobs >= moment) resolve();
        });
        expect(await test.engine.executions.pause({ executionId, actor: 'user', note: null })).toMatchObject({ ok: true });
        await waitFor(test, executionId, ({ execution }) => execution.status === 'paused');
        expect(await test.engine.executions.resume({ executionId, actor: 'user' })).toMatchObject({ ok: true });
      }
      const view = await waitForEnd(test, executionId, 60_000);
      expect(view.execution.incarnation).toBe(pauses + 1);
      expect(await outcomeOf(view)).toEqual(undisturbed);
      expect(undisturbed).toMatchObject({ status: 'failed', exceptions: failing });
      expect(await eventProblems(test, executionId)).toEqual([]);

      const before = test.runtime.calls.length;
      await test.engine.executions.retry({ executionId, actor: 'user', laneIndex: 1, laneRunNumber: 1 });
      await waitForEnd(test, executionId);
      const retried = test.runtime.calls.slice(before).flatMap((call) => call.request.argsBatch.map((args) => args['item']));
      expect(sorted(retried)).toEqual(failing);
    }, 240_000);
  });
}
