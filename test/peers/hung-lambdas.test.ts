/** A lambda that never answers costs the grace and a second, not more, and nothing that comes after it (peers P7; I4). */
import { afterEach, describe, expect, it } from 'vitest';
import { databaseKinds } from '../support/databases.ts';
import type { InProcessLambda } from '../support/in-process-runtime.ts';
import { schedule, startTestEngine, waitFor, waitForEnd, type TestEngine } from '../support/test-engine.ts';
import { echo, numbers, remainsOf, request, Turnstile } from './scene.ts';

const graceMs = 300;
/** The promise is the grace and a second; a busy machine may add to it. */
const boundMs = graceMs + 1000 + 1000;

describe.each(databaseKinds)('lambdas that hang ($name)', (kind) => {
  let test: TestEngine;
  const turnstile = new Turnstile();
  afterEach(async () => {
    turnstile.open();
    await test.close();
    turnstile.close();
  });
  async function start(lambdas: Readonly<Record<string, InProcessLambda>>, jobTimeoutMs = 60_000): Promise<void> {
    const config = { cancelGraceMs: graceMs, drainMs: 100, jobTimeoutMs, executionsPerSpace: 1 };
    test = await startTestEngine(kind, lambdas, { config });
  }

  async function cancelled(executionId: string): Promise<void> {
    const askedAt = performance.now();
    expect(await test.engine.executions.cancel(request(executionId))).toMatchObject({ ok: true });
    const view = await waitForEnd(test, executionId);
    expect(performance.now() - askedAt).toBeLessThan(boundMs);
    expect(view.execution.status).toBe('cancelled');
    expect(await remainsOf(test, view)).toEqual([]);
    const next = await schedule(test, { lanes: [[['echo']]], input: { type: 'list', content: [1] } });
    expect((await waitForEnd(test, next)).execution.status).toBe('finished');
  }

  it('a job that is deaf to the signal: the execution ends within the grace and a second, the receipt says unreachable, the next one runs (P7)', async () => {
    await start({ echo, deaf: turnstile.lambda });
    const executionId = await schedule(test, { lanes: [[['deaf', 'echo'], ['echo']]], input: { type: 'list', content: numbers(100) } });
    await turnstile.arrivals(2);
    await cancelled(executionId);
    const receipt = await test.engine.executions.receipt(executionId);
    expect(receipt?.laneRuns[0]?.tasks[0]).toMatchObject({ itemsUnreachable: 20, itemsProcessed: 0, itemsInProcessing: 0 });
    expect(receipt?.stop).toMatchObject({ reason: 'cancel', actor: 'user' });
  });

  it('a preparation that is deaf to the signal ends in the same time, and what it makes later is disposed (P7)', async () => {
    await start({ echo, slow: echo });
    test.runtime.onPrepare = async (task) => {
      if (task.lambdaRevision.name === 'slow') await turnstile.pass();
      return undefined;
    };
    const executionId = await schedule(test, { lanes: [[['slow']]], input: { type: 'list', content: [1] } });
    await turnstile.arrivals(1);
    await cancelled(executionId);
    turnstile.open();
    await expect.poll(() => test.runtime.prepared.length).toBe(2);
    await expect.poll(() => test.runtime.disposed.length).toBe(2);
  });

  it('a pause that waits for a deaf job is raised by a cancel, which ends in time (P7)', async () => {
    await start({ echo, deaf: turnstile.lambda });
    const executionId = await schedule(test, { lanes: [[['deaf']]], input: { type: 'list', content: numbers(40) } });
    await turnstile.arrivals(2);
    await test.engine.executions.pause(request(executionId));
    await waitFor(test, executionId, ({ execution }) => execution.status === 'stopping');
    await cancelled(executionId);
  });

  it('without a cancel the job timeout and the grace end deaf jobs: their items fail, later ones crash at once, the lane ends (P7)', async () => {
    await start({ echo, deaf: turnstile.lambda }, 100);
    const executionId = await schedule(test, { lanes: [[['deaf']]], input: { type: 'list', content: numbers(60) } });
    const view = await waitForEnd(test, executionId, 10_000);
    expect(view.execution.status).toBe('failed');
    expect(turnstile.arrived).toBe(2);
    const [counter] = Object.values(await test.engine.executions.counters(executionId));
    expect(counter).toEqual({ itemsInProcessing: 0, itemsProcessed: 60, itemsFailed: 60 });
  });
});
