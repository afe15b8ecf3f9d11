/** Whole executions on both databases, with lambdas of the test in place of processes. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../test/support/databases.ts';
import { perItem, untilStopped, type InProcessLambda } from '../../../test/support/in-process-runtime.ts';
import {
  eventProblems,
  schedule,
  startTestEngine,
  valuesOf,
  waitFor,
  waitForEnd,
  type TestEngine,
} from '../../../test/support/test-engine.ts';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

let gateOpen: Promise<void> = Promise.resolve();
const waitsForGate: InProcessLambda = async (job, control, task) => {
  await gateOpen;
  return await perItem((args) => ({ value: args['item'] }))(job, control, task);
};

for (const kind of databaseKinds) {
  describe(`executions on ${kind.name}`, () => {
    let test: TestEngine;
    const executions: string[] = [];

    beforeAll(async () => {
      test = await startTestEngine(kind, {
        echo: perItem((args) => ({ value: args['item'] })),
        double: perItem((args) => ({ value: Number(args['item']) * 2 })),
        odd: perItem((args) => {
          if (Number(args['item']) % 2 === 0) throw new Error('even');
          return { value: args['item'] };
        }),
        hang: untilStopped,
        gated: waitsForGate,
        crash: async () => await Promise.resolve({ kind: 'crashed', reason: 'boom', streamed: [] }),
        few: async () => await Promise.resolve({ kind: 'answered', response: { resultsBatch: [{ value: 1 }] }, streamed: [] }),
      });
    });
    afterEach(async () => {
      for (const executionId of executions.splice(0)) expect(await eventProblems(test, executionId)).toEqual([]);
    });
    afterAll(async () => await test.close());

    async function start(options: Parameters<typeof schedule>[1]): Promise<string> {
      const executionId = await schedule(test, options);
      executions.push(executionId);
      return executionId;
    }

    it('processes every item of a list exactly once and finishes (execution R88, R90)', async () => {
      const executionId = await start({ lanes: [[['echo']]], input: { type: 'list', content: numbers(95) } });
      const view = await waitForEnd(test, executionId);
      expect(view.execution.status).toBe('finished');
      expect((await valuesOf(test, view, 'output')).toSorted((a, b) => Number(a) - Number(b))).toEqual(numbers(95));
      expect(Object.values(await test.engine.executions.counters(executionId))).toEqual([
        { itemsInProcessing: 0, itemsProcessed: 95, itemsFailed: 0 },
      ]);
      expect(view.execution.startTime).toBeGreaterThanOrEqual(view.execution.scheduleTime);
      expect(view.execution.finishTime).toBeGreaterThanOrEqual(view.execution.startTime);
    });

    it('sends batches through boxes, tasks side by side, and then through the next lane', async () => {
      const executionId = await start({
        lanes: [[['echo', 'double'], ['echo']], [['double']]],
        input: { type: 'list', content: numbers(25) },
      });
      const view = await waitForEnd(test, executionId);
      expect(view.execution.status).toBe('finished');
      expect(await valuesOf(test, view, 'output')).toHaveLength(100);
      expect(view.execution.lanes[0]?.endedRuns).toMatchObject([{ runNumber: 1, status: 'finished' }]);
      expect(view.execution.current).toMatchObject({ laneIndex: 2, runNumber: 1, status: 'finished' });
    });

    it('iterates a range without its end (execution R93) and a single value once (execution R92)', async () => {
      const range = await start({ lanes: [[['echo']]], input: { type: 'range', content: { start: -4, end: 5, step: 3 } } });
      const single = await start({ lanes: [[['echo']]], input: { type: 'singleValue', content: 7 } });
      expect(await valuesOf(test, await waitForEnd(test, range), 'output')).toEqual([-4, -1, 2]);
      expect(await valuesOf(test, await waitForEnd(test, single), 'output')).toEqual([7]);
    });

    it('skips every task of a lane whose store yields nothing, and finishes (execution R95)', async () => {
      const executionId = await start({ lanes: [[['echo'], ['double']]], input: { type: 'list', content: [] } });
      const view = await waitForEnd(test, executionId);
      expect(view.execution.status).toBe('finished');
      expect(view.execution.current.boxes.flatMap((box) => box.tasks.map((task) => task.status))).toEqual(['skipped', 'skipped']);
    });

    it('retries exactly the failed items, with their trace ids, as often as the lane says (execution R106, R113, data-and-stores R44, I7)', async () => {
      const before = test.runtime.calls.length;
      const executionId = await start({ lanes: [[['odd']]], input: { type: 'list', content: numbers(6) }, batchSize: 3, maxRetries: 2 });
      const view = await waitForEnd(test, executionId);
      expect(view.execution.status).toBe('failed');
      expect(view.execution.lanes[0]?.endedRuns.map((run) => [run.runNumber, run.status, run.runType])).toEqual([
        [2, 'failed', 'retry'],
        [1, 'failed', 'regular'],
      ]);
      expect(view.execution.current).toMatchObject({ runNumber: 3, originRunNumber: 2, runType: 'retry', status: 'failed' });
      const items = test.runtime.calls.slice(before).flatMap((call) => call.request.argsBatch);
      const seen = new Map<unknown, Set<unknown>>();
      const times = new Map<unknown, number>();
      for (const args of items) {
        const trace = (args['__meta'] as { traceId: string }).traceId;
        seen.set(args['item'], (seen.get(args['item']) ?? new Set()).add(trace));
        times.set(args['item'], (times.get(args['item']) ?? 0) + 1);
      }
      expect([...times.entries()].toSorted()).toEqual([
        [0, 3],
        [1, 1],
        [2, 3],
        [3, 1],
        [4, 3],
        [5, 1],
      ]);
      expect([...seen.values()].every((traces) => traces.size === 1)).toBe(true);
      expect((await valuesOf(test, view, 'output')).toSorted()).toEqual([1, 3, 5]);
    });

    it('lets the good items of a batch go on to the next box (D1)', async () => {
      const executionId = await start({
        lanes: [[['odd'], ['double']]],
        input: { type: 'list', content: numbers(10) },
        collects: ['double'],
        batchSize: 10,
      });
      const view = await waitForEnd(test, executionId);
      expect(view.execution.status).toBe('failed');
      expect(await valuesOf(test, view, 'output')).toEqual([2, 6, 10, 14, 18]);
      expect(
        Object.values(await test.engine.executions.counters(executionId)).toSorted((a, b) => b.itemsProcessed - a.itemsProcessed),
      ).toEqual([
        { itemsInProcessing: 0, itemsProcessed: 10, itemsFailed: 5 },
        { itemsInProcessing: 0, itemsProcessed: 5, itemsFailed: 0 },
      ]);
    });

    it.each(['crash', 'few'])(
      'fails all items of a batch when the lambda answers for the batch as a whole: %s (execution R105)',
      async (lambda) => {
        const executionId = await start({ lanes: [[[lambda]]], input: { type: 'list', content: numbers(4) } });
        const view = await waitForEnd(test, executionId);
        expect(view.execution.status).toBe('failed');
        const taskLog = view.execution.current.boxes[0]?.tasks[0]?.systemAuditLogId ?? '';
        const log = await test.engine.stores.browse(taskLog, {});
        const entries = log.ok
          ? (log.value as { logEntries: { severity: string; content: { referencedElements?: { itemTraceIds: string[] } } }[] }).logEntries
          : [];
        const errors = entries.filter((entry) => entry.severity === 'error');
        expect(errors).toHaveLength(1);
        expect(errors[0]?.content.referencedElements?.itemTraceIds).toHaveLength(4);
      },
    );

    it('stops at the instant failure threshold without a retry (execution R115)', async () => {
      const executionId = await start({
        lanes: [[['odd', 'hang']]],
        input: { type: 'list', content: numbers(50) },
        batchSize: 10,
        maxRetries: 2,
        threshold: 0.05,
      });
      const view = await waitForEnd(test, executionId);
      expect(view.execution.status).toBe('failed');
      expect(view.execution.lanes[0]?.endedRuns).toEqual([]);
      expect(view.execution.current).toMatchObject({ status: 'failed', stoppingReason: 'failure' });
      expect(view.execution.current.boxes[0]?.tasks.map((task) => task.status)).toEqual(['failed', 'interrupted']);
    });

    it('cancels an active execution: tasks with items stop, others are cancelled at once, later lanes never run (execution R46, R31)', async () => {
      const executionId = await start({
        lanes: [[['hang', 'echo'], ['double']], [['echo']]],
        input: { type: 'list', content: numbers(40) },
        batchSize: 10,
      });
      await waitFor(
        test,
        executionId,
        (view) =>
          view.execution.current.boxes[0]?.tasks.every((task) => task.status === 'active') === true &&
          view.execution.inAdvance?.status === 'enqueued',
      );
      const cancelled = await test.engine.executions.cancel({ executionId, actor: 'user', note: 'enough' });
      expect(cancelled.ok).toBe(true);
      const atOnce = await test.engine.executions.view(executionId);
      expect(['stopping', 'cancelled']).toContain(atOnce?.execution.status);
      expect(atOnce?.execution.current.boxes[1]?.tasks[0]?.status).toBe('cancelled');
      const callsAtCancel = test.runtime.calls.length;
      const view = await waitForEnd(test, executionId);
      expect(view.execution).toMatchObject({ status: 'cancelled', stop: { reason: 'cancel', actor: 'user', note: 'enough' } });
      expect(view.execution.current).toMatchObject({ status: 'cancelled' });
      expect(view.execution.inAdvance).toBeNull();
      expect(test.runtime.calls.length).toBe(callsAtCancel);
      const counters = await test.engine.executions.counters(executionId);
      expect(Object.values(counters).every((counter) => counter.itemsInProcessing === 0)).toBe(true);
      expect(await valuesOf(test, view, 'output')).toHaveLength(
        Object.values(counters).reduce((sum, counter) => sum + counter.itemsProcessed, 0),
      );
      expect(await test.engine.executions.cancel({ executionId, actor: 'user', note: null })).toMatchObject({
        ok: false,
        error: { id: 'atmWorkflowExecutionEnded' },
      });
    });

    it('cancels at once what was only scheduled: no component is made (execution R44)', async () => {
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      test.runtime.onPrepare = async (_task, signal) => {
        await Promise.race([held, new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))]);
        return signal.aborted ? { kind: 'failed', reason: 'aborted' } : undefined;
      };
      try {
        const executionId = await start({ lanes: [[['echo']], [['echo']]], input: { type: 'list', content: numbers(4) } });
        expect(await test.engine.executions.cancel({ executionId, actor: 'user', note: null })).toEqual({ ok: true, value: undefined });
        expect(await test.engine.executions.cancel({ executionId, actor: 'user', note: null })).toMatchObject({});
        const view = await waitForEnd(test, executionId);
        expect(view.execution.status).toBe('cancelled');
        expect(view.execution.current.boxes.flatMap((box) => box.tasks).every((task) => task.status === 'cancelled')).toBe(true);
      } finally {
        release();
        test.runtime.onPrepare = undefined;
      }
    });

    it('takes results that arrive during the stop as in normal operation (execution §7.1)', async () => {
      let open = (): void => undefined;
      gateOpen = new Promise((resolve) => (open = resolve));
      const executionId = await start({ lanes: [[['gated']]], input: { type: 'list', content: numbers(100) }, batchSize: 10 });
      await waitFor(test, executionId, (view) => view.execution.current.status === 'active');
      await test.engine.executions.cancel({ executionId, actor: 'user', note: null });
      open();
      const view = await waitForEnd(test, executionId);
      expect(view.execution.status).toBe('cancelled');
      const [counter] = Object.values(await test.engine.executions.counters(executionId));
      expect(counter?.itemsProcessed).toBeGreaterThan(0);
      expect(counter?.itemsProcessed).toBeLessThan(100);
      expect(await valuesOf(test, view, 'output')).toHaveLength(counter?.itemsProcessed ?? -1);
    });

    it('fails the execution when a lambda cannot be prepared, and names what was tried (execution R19)', async () => {
      const executionId = await start({ lanes: [[['unknown']]], input: { type: 'list', content: [1] } });
      const view = await waitForEnd(test, executionId);
      expect(view.execution.status).toBe('failed');
      expect(view.execution.current.boxes[0]?.tasks[0]?.status).toBe('interrupted');
      const log = await test.engine.stores.browse(view.execution.systemAuditLogStoreId, {});
      expect(JSON.stringify(log)).toContain('atmLaneExecutionInitiationFailed');
      expect(JSON.stringify(log)).toContain('tried: echo');
    });

    it('never has more jobs of a task at work than it has runners (I8)', async () => {
      test.runtime.mostLive = 0;
      const executionId = await start({ lanes: [[['echo']]], input: { type: 'list', content: numbers(200) }, batchSize: 1 });
      expect((await waitForEnd(test, executionId)).execution.status).toBe('finished');
      expect(test.runtime.mostLive).toBeGreaterThan(0);
      expect(test.runtime.mostLive).toBeLessThanOrEqual(2);
    });

    it('runs many executions side by side, all to their end (execution R83)', async () => {
      const ids = await Promise.all(
        numbers(12).map(
          async () => await start({ lanes: [[['echo'], ['double']]], input: { type: 'list', content: numbers(30) }, batchSize: 5 }),
        ),
      );
      for (const executionId of ids) {
        const view = await waitForEnd(test, executionId);
        expect(view.execution.status).toBe('finished');
        expect(await valuesOf(test, view, 'output')).toHaveLength(60);
      }
    });

    it('disposes every runtime handle it prepared', async () => {
      const executionId = await start({ lanes: [[['echo']], [['double']]], input: { type: 'list', content: numbers(4) } });
      await waitForEnd(test, executionId);
      expect([...test.runtime.disposed].toSorted()).toEqual([...test.runtime.prepared].toSorted());
    });

    it('refuses a deleted or unknown execution as not found, and a running one as not stopped', async () => {
      const executionId = await start({ lanes: [[['hang']]], input: { type: 'list', content: [1] } });
      await waitFor(test, executionId, (view) => view.execution.current.status === 'active');
      expect(await test.engine.executions.delete({ executionId, actor: 'user' })).toMatchObject({
        ok: false,
        error: { id: 'atmWorkflowExecutionNotStopped' },
      });
      await test.engine.executions.cancel({ executionId, actor: 'user', note: null });
      await waitForEnd(test, executionId);
      expect(await eventProblems(test, executions.pop() ?? '')).toEqual([]);
      expect(await test.engine.executions.delete({ executionId, actor: 'user' })).toEqual({ ok: true, value: undefined });
      expect(await test.engine.executions.view(executionId)).toBeNull();
      expect(await test.engine.executions.cancel({ executionId, actor: 'user', note: null })).toMatchObject({
        ok: false,
        error: { id: 'notFound' },
      });
    });
  });
}
