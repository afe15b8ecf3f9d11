/** Limits and slots: bugs of other engines that ours must never have. */
import { afterEach, describe, expect, it } from 'vitest';
import { databaseKinds } from '../support/databases.ts';
import { untilStopped, type InProcessLambda } from '../support/in-process-runtime.ts';
import { schedule, startTestEngine, waitForEnd, type TestEngine } from '../support/test-engine.ts';
import { Flights, numbers, until, withoutPolls } from './support.ts';

let engine: TestEngine | undefined;
afterEach(async () => {
  await engine?.close();
  engine = undefined;
});

const cancel = async (test: TestEngine, executionId: string): Promise<void> =>
  expect(await test.engine.executions.cancel({ executionId, actor: 'user', note: null })).toEqual({ ok: true, value: undefined });

describe.each(databaseKinds)('limits on $name', (kind) => {
  it('hold while an execution of 1,000 queued batches is cancelled under a limit of five, and all of it ends (P5)', async () => {
    const flights = new Flights();
    const test = await startTestEngine(kind, { echo: flights.lambda(20) }, { runners: 5, config: { jobsPerNode: 5, jobsPerTask: 5 } });
    engine = test;
    const executionId = await schedule(test, { lanes: [[['echo']]], input: { type: 'list', content: numbers(1000) }, batchSize: 1 });
    await until('twenty jobs, five at once', () => test.runtime.calls.length >= 20 && test.runtime.mostLive >= 5);
    await cancel(test, executionId);
    const { length } = test.runtime.calls;
    const view = await waitForEnd(test, executionId);
    expect(view.execution.status).toBe('cancelled');
    expect([test.runtime.live, test.runtime.calls.length]).toEqual([0, length]);
    expect(test.runtime.mostLive).toBe(5);
    const [counter] = Object.values(await test.engine.executions.counters(executionId));
    expect(counter).toMatchObject({ itemsInProcessing: 0, itemsFailed: 0 });
    expect(counter?.itemsProcessed).toBeLessThanOrEqual(length);
  });

  it('give the last slot of a cancelled execution to the next one at once, without any poll (P6)', async () => {
    const echo = new Flights().lambda(1);
    const options = { runners: 2, config: { jobsPerNode: 2 }, timings: withoutPolls };
    const test = await startTestEngine(kind, { hang: untilStopped, echo }, options);
    engine = test;
    const first = await schedule(test, { lanes: [[['hang']]], input: { type: 'list', content: numbers(10) }, batchSize: 1 });
    await until('two jobs that hold all slots', () => test.runtime.live === 2);
    const second = await schedule(test, { lanes: [[['echo']]], input: { type: 'list', content: numbers(10) }, batchSize: 1 });
    await cancel(test, first);
    expect((await waitForEnd(test, first)).execution.status).toBe('cancelled');
    expect((await waitForEnd(test, second)).execution.status).toBe('finished');
  });

  it('of a task hold across all batches that are open at once, in every lane and execution (P23)', async () => {
    const flights = new Flights();
    const options = { runners: 8, config: { jobsPerNode: 40, jobsPerTask: 3 } };
    const test = await startTestEngine(kind, { echo: flights.lambda(3), other: flights.lambda(3) }, options);
    engine = test;
    const lanes = [[['echo', 'other'], ['echo']], [['other']]];
    const executionIds = await Promise.all(
      [1, 2, 3].map(async () => await schedule(test, { lanes, input: { type: 'list', content: numbers(200) }, batchSize: 2 })),
    );
    for (const executionId of executionIds) expect((await waitForEnd(test, executionId, 60_000)).execution.status).toBe('finished');
    expect(flights.mostOfTask).toBe(3);
  });

  it('never make an execution wait for what only it can bring about: one slot, retries and a pause, and no poll (P19)', async () => {
    let isFirst = true;
    const flaky: InProcessLambda = async (job) => {
      const resultsBatch = job.request.argsBatch.map((args) =>
        isFirst && Number(args['item']) % 5 === 0 ? { exception: 'no' } : { value: args['item'] },
      );
      if (Number(job.request.argsBatch[0]?.['item']) === 18) isFirst = false;
      return await Promise.resolve({ kind: 'answered', response: { resultsBatch }, streamed: [] });
    };
    const options = { runners: 1, config: { jobsPerNode: 1, jobsPerTask: 1 }, timings: withoutPolls };
    const test = await startTestEngine(kind, { flaky, echo: new Flights().lambda(5) }, options);
    engine = test;
    const lanes = [[['flaky', 'echo'], ['echo']], [['echo', 'echo']]].map((boxes) => boxes.map((tasks) => [...new Set(tasks)]));
    const input = { type: 'list', content: numbers(20) } as const;
    const start = async (): Promise<string> => await schedule(test, { lanes, input, batchSize: 2, maxRetries: 2 });
    const executionIds = [await start(), await start()];
    const request = { executionId: executionIds[1] ?? '', actor: 'user', note: null };
    expect(await test.engine.executions.pause(request)).toMatchObject({ ok: true });
    await until('paused', async () => (await test.engine.executions.view(request.executionId))?.execution.status === 'paused');
    expect(await test.engine.executions.resume(request)).toMatchObject({ ok: true });
    for (const executionId of executionIds) expect((await waitForEnd(test, executionId, 30_000)).execution.status).toBe('finished');
  });
});
