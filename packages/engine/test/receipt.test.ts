/** Receipts sum up, at any moment and after any stop (design §3, §4, I5). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Receipt } from '@laneway/engine';
import { databaseKinds } from '../../../test/support/databases.ts';
import { perItem, untilStopped, type InProcessLambda } from '../../../test/support/in-process-runtime.ts';
import { schedule, startTestEngine, waitFor, waitForEnd, type TestEngine } from '../../../test/support/test-engine.ts';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Both laws of conservation, for every lane run and task. */
function imbalances(receipt: Receipt | null): readonly string[] {
  return (receipt?.laneRuns ?? []).flatMap((run) => {
    const sum = run.itemsPending + run.itemsClaimed + run.itemsSucceeded + run.itemsFailed + run.itemsWithdrawn;
    const own = sum === run.itemsKnown && run.itemsPending >= 0 ? [] : [`lane run: ${JSON.stringify(run)}`];
    const tasks = run.tasks.filter((task) => {
      const { itemsNeverStarted, itemsInProcessing, itemsProcessed, itemsWithdrawn, itemsKilled, itemsUnreachable } = task;
      const total = itemsNeverStarted + itemsInProcessing + itemsProcessed + itemsWithdrawn + itemsKilled + itemsUnreachable;
      return total !== run.itemsKnown || itemsNeverStarted < 0;
    });
    return [...own, ...tasks.map((task) => `task: ${JSON.stringify(task)}`)];
  });
}

const killed: InProcessLambda = async (job, control, task) => ({
  ...(await untilStopped(job, control, task)),
  kind: 'withdrawn',
  stage: 'kill',
});
const lost: InProcessLambda = async (job, control, task) => ({
  ...(await untilStopped(job, control, task)),
  kind: 'withdrawn',
  stage: 'unreachable',
});

for (const kind of databaseKinds) {
  describe(`receipts on ${kind.name}`, () => {
    let test: TestEngine;
    beforeAll(async () => {
      test = await startTestEngine(kind, {
        echo: perItem((args) => ({ value: args['item'] })),
        odd: perItem((args) => {
          if (Number(args['item']) % 2 === 0) throw new Error('even');
          return { value: args['item'] };
        }),
        obeys: untilStopped,
        killed,
        lost,
      });
    });
    afterAll(async () => await test.close());

    it('of a finished execution with failed items: everything is accounted for', async () => {
      const executionId = await schedule(test, {
        lanes: [[['odd', 'echo'], ['echo']]],
        input: { type: 'list', content: numbers(50) },
        maxRetries: 1,
      });
      await waitForEnd(test, executionId);
      const receipt = await test.engine.executions.receipt(executionId);
      expect(imbalances(receipt)).toEqual([]);
      expect(receipt?.laneRuns.map((run) => [run.runNumber, run.itemsKnown, run.itemsSucceeded, run.itemsFailed])).toEqual([
        [1, 50, 25, 25],
        [2, 25, 0, 25],
      ]);
      expect(receipt?.laneRuns[0]?.tasks.map((task) => [task.itemsProcessed, task.itemsFailed, task.itemsNeverStarted])).toEqual([
        [50, 25, 0],
        [50, 0, 0],
        [25, 0, 25],
      ]);
    });

    it.each([
      ['obeys', 'itemsWithdrawn'],
      ['killed', 'itemsKilled'],
      ['lost', 'itemsUnreachable'],
    ] as const)('of a cancelled execution tells how its jobs ended: %s → %s', async (lambda, figure) => {
      const executionId = await schedule(test, { lanes: [[[lambda], ['echo']]], input: { type: 'list', content: numbers(100) } });
      await waitFor(test, executionId, ({ execution }) => execution.current.status === 'active' && test.runtime.live === 2);
      const during = await test.engine.executions.receipt(executionId);
      expect(imbalances(during)).toEqual([]);
      await test.engine.executions.cancel({ executionId, actor: 'user', note: 'enough' });
      await waitForEnd(test, executionId);
      const receipt = await test.engine.executions.receipt(executionId);
      expect(imbalances(receipt)).toEqual([]);
      expect(receipt?.stop).toMatchObject({ reason: 'cancel', actor: 'user', note: 'enough' });
      const [first, second] = receipt?.laneRuns[0]?.tasks ?? [];
      expect(first).toMatchObject({ [figure]: 20, itemsNeverStarted: 80, itemsProcessed: 0, itemsInProcessing: 0, status: 'cancelled' });
      expect(second).toMatchObject({ itemsNeverStarted: 100, status: 'cancelled' });
      expect(receipt?.laneRuns[0]).toMatchObject({ itemsWithdrawn: 20, itemsPending: 80, itemsClaimed: 0 });
    });

    it('of an execution that ended over an interruption counts no item twice (D2, D8)', async () => {
      const executionId = await schedule(test, { lanes: [[['obeys']]], input: { type: 'list', content: numbers(40) } });
      await waitFor(test, executionId, () => test.runtime.live === 2);
      expect(
        await test.engine.executions.interrupt({ executionId, error: { id: 'timeout', description: 'gone' }, why: 'it is lost' }),
      ).toBe(true);
      const { execution } = await waitFor(test, executionId, (view) => view.execution.status === 'interrupted');
      expect(execution.stop).toMatchObject({ reason: 'interrupt', actor: null, note: 'it is lost' });
      const suspended = await test.engine.executions.receipt(executionId);
      expect(imbalances(suspended)).toEqual([]);
      expect(suspended?.laneRuns[0]).toMatchObject({ itemsPending: 40, itemsWithdrawn: 0, tasks: [{ itemsWithdrawn: 20 }] });
      await test.engine.executions.resume({ executionId, actor: 'user' });
      await waitFor(test, executionId, () => test.runtime.live === 2);
      const resumed = await test.engine.executions.receipt(executionId);
      expect(imbalances(resumed)).toEqual([]);
      expect(resumed?.stop).toBeNull();
      await test.engine.executions.cancel({ executionId, actor: 'user', note: null });
      await waitForEnd(test, executionId);
      const receipt = await test.engine.executions.receipt(executionId);
      expect(imbalances(receipt)).toEqual([]);
      expect(receipt?.laneRuns[0]?.tasks[0]).toMatchObject({ itemsWithdrawn: 20, itemsProcessed: 0, itemsFailed: 0 });
    });
  });
}
