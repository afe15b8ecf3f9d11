/** Pausing, resuming and cancelling whole executions on both databases (execution §7.1, §7.2, §7.4). */
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
const sorted = (values: readonly unknown[]): number[] => values.map(Number).toSorted((a, b) => a - b);

/** Jobs wait here until the test lets them go on. */
class Turnstile {
  #waiting: (() => void)[] = [];
  #isOpen = false;
  arrived = 0;
  #onArrival: (() => void)[] = [];

  readonly lambda: InProcessLambda = async (job, control, task) => {
    this.arrived += 1;
    for (const wake of this.#onArrival.splice(0)) wake();
    if (!this.#isOpen) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return await perItem((args) => ({ value: args['item'] }))(job, control, task);
  };

  async arrivals(count: number): Promise<void> {
    while (this.arrived < count) await new Promise<void>((resolve) => this.#onArrival.push(resolve));
  }

  open(): void {
    this.#isOpen = true;
    for (const resume of this.#waiting.splice(0)) resume();
  }

  close(): void {
    this.#isOpen = false;
    this.arrived = 0;
  }
}

for (const kind of databaseKinds) {
  describe(`stopping and going on, on ${kind.name}`, () => {
    let test: TestEngine;
    const turnstile = new Turnstile();
    const executions: string[] = [];

    beforeAll(async () => {
      test = await startTestEngine(kind, {
        echo: perItem((args) => ({ value: args['item'] })),
        odd: perItem((args) => {
          if (Number(args['item']) % 2 === 0) throw new Error('even');
          return { value: args['item'] };
        }),
        turnstile: turnstile.lambda,
        hang: untilStopped,
      });
    });
    afterEach(async () => {
      turnstile.close();
      for (const executionId of executions.splice(0)) expect(await eventProblems(test, executionId)).toEqual([]);
    });
    afterAll(async () => await test.close());

    async function start(options: Parameters<typeof schedule>[1]): Promise<string> {
      const executionId = await schedule(test, options);
      executions.push(executionId);
      return executionId;
    }

    const atStatus = async (executionId: string, status: string) =>
      await waitFor(test, executionId, ({ execution }) => execution.status === status);
    const request = (executionId: string) => ({ executionId, actor: 'user', note: null });

    it('a pause lets jobs in flight end and records them; after the resume every item is there once (execution R53, R87, R112)', async () => {
      const executionId = await start({ lanes: [[['turnstile'], ['echo']]], input: { type: 'list', content: numbers(95) } });
      await turnstile.arrivals(2);
      expect(await test.engine.executions.pause(request(executionId))).toEqual({ ok: true, value: undefined });
      const stopping = await test.engine.executions.view(executionId);
      expect(stopping?.execution.status).toBe('stopping');
      expect(stopping?.execution.current.boxes.flatMap((box) => box.tasks.map((task) => task.status))).toEqual(['stopping', 'paused']);
      turnstile.open();
      const paused = await atStatus(executionId, 'paused');
      expect(turnstile.arrived).toBe(2);
      const counters = Object.values(await test.engine.executions.counters(executionId));
      expect(counters).toEqual([
        { itemsInProcessing: 0, itemsProcessed: 20, itemsFailed: 0 },
        { itemsInProcessing: 0, itemsProcessed: 0, itemsFailed: 0 },
      ]);
      expect(await valuesOf(test, paused, 'output')).toHaveLength(20);
      expect(paused.execution).toMatchObject({ inAdvance: null, incarnation: 1 });

      expect(await test.engine.executions.resume({ executionId, actor: 'other' })).toEqual({ ok: true, value: undefined });
      const finished = await waitForEnd(test, executionId);
      expect(finished.execution).toMatchObject({ status: 'finished', incarnation: 2, userId: 'user', sessionUserId: 'other' });
      expect(finished.execution.current.id).toBe(paused.execution.current.id);
      expect(sorted(await valuesOf(test, finished, 'output'))).toEqual(numbers(95).flatMap((item) => [item, item]));
      expect(Object.values(await test.engine.executions.counters(executionId))).toEqual([
        { itemsInProcessing: 0, itemsProcessed: 95, itemsFailed: 0 },
        { itemsInProcessing: 0, itemsProcessed: 95, itemsFailed: 0 },
      ]);
    });

    it('a cancel raises a pause that waits for its jobs: they are stopped and withdrawn (execution R4)', async () => {
      const executionId = await start({ lanes: [[['hang']]], input: { type: 'list', content: numbers(40) } });
      await waitFor(test, executionId, ({ execution }) => execution.current.status === 'active');
      await test.engine.executions.pause(request(executionId));
      expect((await test.engine.executions.view(executionId))?.execution.status).toBe('stopping');
      await test.engine.executions.cancel(request(executionId));
      const view = await waitForEnd(test, executionId);
      expect(view.execution.status).toBe('cancelled');
      expect(Object.values(await test.engine.executions.counters(executionId))).toEqual([
        { itemsInProcessing: 0, itemsProcessed: 0, itemsFailed: 0 },
      ]);
    });

    it('a cancel of a paused execution ends it inside the call (execution R47)', async () => {
      const executionId = await start({ lanes: [[['turnstile']]], input: { type: 'list', content: numbers(40) } });
      await turnstile.arrivals(2);
      await test.engine.executions.pause(request(executionId));
      turnstile.open();
      await atStatus(executionId, 'paused');
      await test.engine.executions.cancel(request(executionId));
      const view = await test.engine.executions.view(executionId);
      expect(view?.execution).toMatchObject({ status: 'cancelled', current: { status: 'cancelled' } });
      expect(await test.engine.executions.resume({ executionId, actor: 'user' })).toMatchObject({
        ok: false,
        error: { id: 'atmWorkflowExecutionNotResumable' },
      });
    });

    it('a pause of a scheduled execution makes no components, and a resume prepares it like any other (execution R51, R64)', async () => {
      const executionId = await start({ lanes: [[['echo']], [['echo']]], input: { type: 'list', content: numbers(12) } });
      await test.engine.executions.pause(request(executionId));
      const paused = await atStatus(executionId, 'paused');
      expect(paused.execution.lanes[1]?.endedRuns).toEqual([]);
      await test.engine.executions.resume({ executionId, actor: 'user' });
      const view = await waitForEnd(test, executionId);
      expect(view.execution.status).toBe('finished');
      expect(await valuesOf(test, view, 'output')).toHaveLength(24);
    });

    it('failed items stay recorded over a pause, and automatic retries follow as if nothing had happened (execution R66, R114)', async () => {
      const executionId = await start({
        lanes: [[['turnstile'], ['odd']]],
        collects: ['odd'],
        input: { type: 'list', content: numbers(30) },
        batchSize: 3,
        maxRetries: 1,
      });
      await turnstile.arrivals(2);
      await test.engine.executions.pause(request(executionId));
      turnstile.open();
      await atStatus(executionId, 'paused');
      await test.engine.executions.resume({ executionId, actor: 'user' });
      const view = await waitForEnd(test, executionId);
      expect(view.execution).toMatchObject({ status: 'failed', currentRunNum: 2, current: { runType: 'retry', runNumber: 2 } });
      expect(sorted(await valuesOf(test, view, 'output'))).toEqual(numbers(30).filter((item) => item % 2 === 1));
      const exceptions = await test.engine.stores.browse(view.execution.current.exceptionStoreId ?? '', {});
      expect(exceptions.ok && (exceptions.value as { items: unknown[] }).items).toHaveLength(15);
    });
  });
}
