/** Executions that wait for their turn: they hold the limit, and a cancelled one never gets it (peers P4, P5; I8). */
import { afterEach, describe, expect, it } from 'vitest';
import { databaseKinds } from '../support/databases.ts';
import { untilStopped, type InProcessLambda } from '../support/in-process-runtime.ts';
import { schedule, startTestEngine, waitFor, waitForEnd, type TestEngine } from '../support/test-engine.ts';
import { callsOf, echo, numbers, remainsOf, request, seeded, Turnstile, turns } from './scene.ts';

const one = { input: { type: 'list', content: [1] } } as const;

describe.each(databaseKinds)('executions that wait for their turn ($name)', (kind) => {
  let test: TestEngine;
  /** Executions that have jobs now, and the most there were at once. */
  const live = new Map<string, number>();
  let mostLive = 0;
  const counted: InProcessLambda = async (job, control, task) => {
    live.set(task.executionId, (live.get(task.executionId) ?? 0) + 1);
    mostLive = Math.max(mostLive, live.size);
    try {
      return await untilStopped(job, control, task);
    } finally {
      const left = (live.get(task.executionId) ?? 1) - 1;
      if (left === 0) live.delete(task.executionId);
      else live.set(task.executionId, left);
    }
  };

  async function start(limit: number, lambdas: Readonly<Record<string, InProcessLambda>>): Promise<void> {
    test = await startTestEngine(kind, lambdas, { config: { executionsPerSpace: limit, jobsPerNode: 100 } });
  }
  afterEach(async () => await test.close());

  it('a cancel of one that waits ends it in the call; it is neither prepared, run nor retried when its turn comes (P4)', async () => {
    const turnstile = new Turnstile();
    await start(1, { turnstile: turnstile.lambda, never: echo });
    const running = await schedule(test, { lanes: [[['turnstile']]], ...one });
    await turnstile.arrivals(1);
    const waiting = await schedule(test, { lanes: [[['never']], [['never']]], maxRetries: 3, ...one });
    const next = await schedule(test, { lanes: [[['turnstile']]], ...one });
    expect(await test.engine.executions.cancel(request(waiting))).toMatchObject({ ok: true });
    const cancelled = await waitForEnd(test, waiting);
    expect(cancelled.execution).toMatchObject({ status: 'cancelled', current: { status: 'cancelled', boxes: [] } });
    turnstile.open();
    for (const executionId of [running, next]) expect((await waitForEnd(test, executionId)).execution.status).toBe('finished');
    await turns(50);
    expect((await test.engine.executions.view(waiting))?.execution).toEqual(cancelled.execution);
    expect(callsOf(test, waiting)).toBe(0);
    expect(test.runtime.prepared).toHaveLength(2);
    expect(await remainsOf(test, cancelled)).toEqual([]);
  });

  it('a cancel that races with its turn has it run or not at all, and gives the place back in both cases (P4)', async () => {
    await start(1, { echo, counted });
    const random = seeded(4);
    const repetitions = kind.name === 'postgres' ? 15 : 60;
    for (let repetition = 0; repetition < repetitions; repetition += 1) {
      const running = await schedule(test, { lanes: [[['counted']]], ...one });
      await waitFor(test, running, () => live.has(running));
      const waiting = await schedule(test, { lanes: [[['counted']]], maxRetries: 2, ...one });
      const first = test.engine.executions.cancel(request(running));
      await turns(Math.floor(random() * 60));
      expect(await test.engine.executions.cancel(request(waiting))).toMatchObject({ ok: true });
      const calls = callsOf(test, waiting);
      expect(await first).toMatchObject({ ok: true });
      for (const executionId of [running, waiting]) expect((await waitForEnd(test, executionId)).execution.status).toBe('cancelled');
      expect(callsOf(test, waiting)).toBe(calls);
    }
    expect(mostLive).toBe(1);
    const last = await schedule(test, { lanes: [[['echo']]], ...one });
    expect((await waitForEnd(test, last)).execution.status).toBe('finished');
  });

  it('a limit of 5 holds for 1,000 while they are cancelled, all end, and what is scheduled then runs at once (P5)', async () => {
    mostLive = 0;
    await start(5, { echo, counted });
    const ids: string[] = [];
    for (let group = 0; group < 20; group += 1) {
      ids.push(...(await Promise.all(numbers(50).map(async () => await schedule(test, { lanes: [[['counted']]], ...one })))));
    }
    for (const executionId of ids) if (live.size < 5) await waitFor(test, executionId, () => live.size === 5 || live.has(executionId));
    // As many at once as clients keep open; those that run are among the first, so that places become free all the time.
    for (let from = 0; from < ids.length; from += 50) {
      const cancels = ids.slice(from, from + 50).map(async (id) => await test.engine.executions.cancel(request(id)));
      expect(await Promise.all(cancels)).toEqual(numbers(50).map(() => ({ ok: true, value: undefined })));
    }
    for (const executionId of ids) expect((await waitForEnd(test, executionId)).execution.status).toBe('cancelled');
    expect(mostLive).toBe(5);
    expect(live.size).toBe(0);
    const next = await schedule(test, { lanes: [[['echo']]], ...one });
    expect((await waitForEnd(test, next, 5000)).execution.status).toBe('finished');
  });
});
