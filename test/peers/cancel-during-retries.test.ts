/** A cancel while something waits to be tried again: no attempt follows, and the place is free at once (peers P2). */
import { afterEach, describe, expect, it } from 'vitest';
import { databaseKinds } from '../support/databases.ts';
import { faultyKind, type FaultyDatabase } from '../support/faulty-database.ts';
import { perItem, type InProcessLambda } from '../support/in-process-runtime.ts';
import { schedule, startTestEngine, waitFor, waitForEnd, type TestEngine } from '../support/test-engine.ts';
import { callsOf, echo, KeptLog, numbers, remainsOf, request, Turnstile, turns } from './scene.ts';

const one = { type: 'list', content: [1] } as const;
const wrong = perItem(() => {
  throw new Error('wrong');
});

describe.each(databaseKinds)('a cancel while something waits to be tried again ($name)', (kind) => {
  const faulty = faultyKind(kind);
  const turnstile = new Turnstile();
  let test: TestEngine;
  afterEach(async () => {
    faulty.latest().fault = () => undefined;
    turnstile.open();
    await test.close();
    turnstile.close();
  });

  async function start(lambdas: Readonly<Record<string, InProcessLambda>> = { echo, wrong }): Promise<FaultyDatabase> {
    test = await startTestEngine(faulty, lambdas, { config: { executionsPerSpace: 1, drainMs: 100 }, log: new KeptLog() });
    return faulty.latest();
  }

  /** Cancels; one that waits for the place must run to its end, and the cancelled one must not have gone on. */
  async function cancelAndSee(executionId: string): Promise<void> {
    const next = await schedule(test, { lanes: [[['echo']]], input: one });
    expect(await test.engine.executions.cancel(request(executionId))).toMatchObject({ ok: true });
    const calls = callsOf(test, executionId);
    expect((await waitForEnd(test, next, 5000)).execution.status).toBe('finished');
    const view = await waitForEnd(test, executionId);
    expect(view.execution.status).toBe('cancelled');
    faulty.latest().fault = () => undefined;
    turnstile.open();
    await turns(100);
    expect(callsOf(test, executionId)).toBe(calls);
    expect((await test.engine.executions.view(executionId))?.execution).toEqual(view.execution);
    expect(await remainsOf(test, view)).toEqual([]);
  }

  it('the next automatic retry, while it is being prepared: it never begins (P2)', async () => {
    await start();
    let preparations = 0;
    test.runtime.onPrepare = async (task) => {
      if (task.lambdaRevision.name === 'wrong' && (preparations += 1) === 2) await turnstile.pass();
      return undefined;
    };
    const executionId = await schedule(test, { lanes: [[['wrong']]], input: one, maxRetries: 5 });
    await turnstile.arrivals(1);
    expect((await test.engine.executions.view(executionId))?.execution).toMatchObject({ currentRunNum: 2 });
    await cancelAndSee(executionId);
    expect((await test.engine.executions.view(executionId))?.execution).toMatchObject({ currentRunNum: 2 });
  });

  it('a batch whose result could not be recorded, before it is claimed again (P2)', async () => {
    const database = await start();
    database.fault = (verb) => (verb === 'commitJobs' ? 'before' : undefined);
    const executionId = await schedule(test, { lanes: [[['wrong']]], input: one, maxRetries: 5 });
    await expect.poll(() => database.calls.get('commitJobs'), { interval: 1 }).toBeGreaterThan(1);
    database.fault = () => undefined;
    await cancelAndSee(executionId);
    expect(callsOf(test, executionId)).toBe(1);
  });

  it('a claim that failed (P2)', async () => {
    const database = await start();
    database.fault = (verb) => (verb === 'claimSlice' ? 'before' : undefined);
    const executionId = await schedule(test, { lanes: [[['wrong']]], input: one });
    await expect.poll(() => database.calls.get('claimSlice') ?? 0, { interval: 1 }).toBeGreaterThan(0);
    database.fault = () => undefined;
    await cancelAndSee(executionId);
    expect(callsOf(test, executionId)).toBe(0);
  });

  it('a step of its driver that failed several times (P2)', async () => {
    const database = await start();
    database.fault = (verb) => (verb === 'readSnapshots' ? 'before' : undefined);
    const executionId = await schedule(test, { lanes: [[['wrong']]], input: one });
    await expect.poll(() => database.calls.get('readSnapshots') ?? 0, { interval: 1 }).toBeGreaterThan(2);
    database.fault = () => undefined;
    await cancelAndSee(executionId);
    expect(test.runtime.prepared).toHaveLength(1);
  });

  it('retries that follow each other without a pause: the one that runs is the last (P2)', async () => {
    await start();
    const executionId = await schedule(test, { lanes: [[['wrong']]], input: { type: 'list', content: numbers(4) }, maxRetries: 500 });
    await waitFor(test, executionId, ({ execution }) => execution.currentRunNum > 2);
    await cancelAndSee(executionId);
  });
});
