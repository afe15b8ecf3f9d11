/** What a job says after its execution was stopped changes nothing, and is told in the log (peers P1, P22; I1, I6). */
import { afterEach, describe, expect, it } from 'vitest';
import { databaseKinds } from '../support/databases.ts';
import { untilStopped, type InProcessLambda } from '../support/in-process-runtime.ts';
import { schedule, startTestEngine, valuesOf, waitFor, waitForEnd, type TestEngine } from '../support/test-engine.ts';
import { heldKind, KeptLog, numbers, pictureOf, remainsOf, request, sharedKind, sorted, Turnstile } from './scene.ts';

describe.each(databaseKinds)('late results ($name)', (kind) => {
  const cleanups: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  });

  async function start(
    lambdas: Readonly<Record<string, InProcessLambda>>,
    options: Parameters<typeof startTestEngine>[2] = {},
    on: typeof kind = kind,
  ): Promise<TestEngine> {
    const test = await startTestEngine(on, lambdas, { ...options, config: { cancelGraceMs: 100, drainMs: 100, ...options.config } });
    cleanups.push(async () => await test.close());
    return test;
  }

  it('a late success after a cancel is dropped and logged, and the status stays cancelled (P1)', async () => {
    const turnstile = new Turnstile();
    const log = new KeptLog();
    const test = await start({ deaf: turnstile.lambda }, { log });
    const executionId = await schedule(test, { lanes: [[['deaf']]], input: { type: 'list', content: numbers(20) } });
    await turnstile.arrivals(2);
    await test.engine.executions.cancel(request(executionId));
    const view = await waitForEnd(test, executionId);
    expect(view.execution.status).toBe('cancelled');
    const before = await pictureOf(test, executionId);
    expect(log.events).not.toContain('lateAnswerDropped');
    turnstile.open();
    await expect.poll(() => log.events.filter((event) => event === 'lateAnswerDropped')).toHaveLength(2);
    expect(turnstile.answered).toBe(2);
    expect(await pictureOf(test, executionId)).toEqual(before);
    expect(await valuesOf(test, view, 'output')).toEqual([]);
    expect(await remainsOf(test, view)).toEqual([]);
  });

  it('the success of the very last job within the grace is recorded, and the status is cancelled all the same (P1)', async () => {
    const turnstile = new Turnstile();
    const test = await start({ deaf: turnstile.lambda }, { config: { cancelGraceMs: 10_000 } });
    const executionId = await schedule(test, { lanes: [[['deaf']]], input: { type: 'list', content: numbers(10) } });
    await turnstile.arrivals(1);
    await test.engine.executions.cancel(request(executionId));
    turnstile.open();
    const view = await waitForEnd(test, executionId);
    expect(view.execution).toMatchObject({ status: 'cancelled', current: { status: 'cancelled' } });
    expect(await valuesOf(test, view, 'output')).toEqual(numbers(10));
    const receipt = await test.engine.executions.receipt(executionId);
    expect(receipt?.laneRuns[0]?.tasks[0]).toMatchObject({ status: 'cancelled', itemsProcessed: 10, itemsWithdrawn: 0 });
  });

  it('the commit of a node that lost its lease comes after the cancelled execution has ended: it is dropped and logged (P1, P22)', async () => {
    const { database, close } = await kind.open('late');
    cleanups.push(close);
    const shared = sharedKind(kind.name, database);
    const log = new KeptLog();
    const held = heldKind(shared);
    const turnstile = new Turnstile();
    const lambdas = { echo: new Turnstile().lambda, deaf: turnstile.lambda };
    const timings = { leaseMs: 2500, renewMs: 500, lostMs: 60_000, lookMs: 1000, pollMs: 250 };
    // Once its commit is held, so are its renewals: its lease runs out, and it does not know.
    const worker = await start(lambdas, { log, config: { nodeId: 'node-2' }, timings }, held);
    const commit = new Turnstile();
    cleanups.push(async () => await Promise.resolve(commit.open()));
    held.latest().before = async (verb) =>
      verb === 'commitJobs' || (verb === 'renewNode' && commit.arrived > 0) ? await commit.pass() : undefined;
    const executionId = await schedule(worker, { lanes: [[['deaf']]], input: { type: 'list', content: numbers(10) } });
    await turnstile.arrivals(1);
    turnstile.open();
    await commit.arrivals(1);
    const other = await start({ deaf: untilStopped }, { config: { nodeId: 'node-1' } }, shared);
    await other.engine.executions.cancel(request(executionId));
    const view = await waitForEnd(other, executionId);
    expect(view.execution.status).toBe('cancelled');
    const before = await pictureOf(other, executionId);
    commit.open();
    await expect.poll(() => log.events).toContain('lateResultDropped');
    expect(await pictureOf(other, executionId)).toEqual(before);
    expect(await valuesOf(other, view, 'output')).toEqual([]);
  });

  it('what an aborted attempt says is never taken for the answer of the attempt that follows it (P22)', async () => {
    const turnstile = new Turnstile();
    let isSecond = false;
    const test = await start({
      twice: async (job, control, task) => {
        const attempt = isSecond ? 1000 : 0;
        if (!isSecond) await turnstile.lambda(job, control, task);
        const resultsBatch = job.request.argsBatch.map(({ item }) => ({ value: attempt + Number(item) }));
        return { kind: 'answered', response: { resultsBatch }, streamed: [] };
      },
    });
    const executionId = await schedule(test, { lanes: [[['twice']]], input: { type: 'list', content: numbers(40) } });
    await turnstile.arrivals(2);
    const error = { id: 'timeout', description: 'gone' };
    expect(await test.engine.executions.interrupt({ executionId, error, why: 'it is lost' })).toBe(true);
    await waitFor(test, executionId, ({ execution }) => execution.status === 'interrupted');
    isSecond = true;
    expect(await test.engine.executions.resume(request(executionId))).toMatchObject({ ok: true });
    // The first attempts answer while the same batches, under the same ids, run again.
    turnstile.open();
    const view = await waitForEnd(test, executionId);
    expect(view.execution.status).toBe('finished');
    await expect.poll(() => turnstile.answered).toBe(2);
    expect(sorted(await valuesOf(test, view, 'output'))).toEqual(numbers(40).map((item) => 1000 + item));
    expect(Object.values(await test.engine.executions.counters(executionId))).toEqual([
      { itemsInProcessing: 0, itemsProcessed: 40, itemsFailed: 0 },
    ]);
  });

  it('a cancelled run leaves nothing that its rerun could find: every value of the rerun is its own (P22)', async () => {
    const turnstile = new Turnstile();
    let isRerun = false;
    const test = await start({
      half: async (job, control, task) => {
        if (!isRerun) return await turnstile.lambda(job, control, task);
        const resultsBatch = job.request.argsBatch.map(({ item }) => ({ value: 1000 + Number(item) }));
        return await Promise.resolve({ kind: 'answered', response: { resultsBatch }, streamed: [] });
      },
    });
    const executionId = await schedule(test, { lanes: [[['half']]], input: { type: 'list', content: numbers(30) } });
    await turnstile.arrivals(2);
    await test.engine.executions.cancel(request(executionId));
    await waitForEnd(test, executionId);
    isRerun = true;
    expect(await test.engine.executions.rerun({ executionId, actor: 'user', laneIndex: 1, laneRunNumber: 1 })).toMatchObject({ ok: true });
    turnstile.open();
    const view = await waitFor(test, executionId, ({ execution }) => execution.status === 'finished');
    expect(sorted(await valuesOf(test, view, 'output'))).toEqual(numbers(30).map((item) => 1000 + item));
    expect(view.archivedRuns.map((run) => run.status)).toEqual(['cancelled']);
  });
});
