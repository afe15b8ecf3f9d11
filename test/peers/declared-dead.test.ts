/** A job that succeeds at the moment it is given up has one outcome and leaves one entry (peers P13; I6). */
import { afterEach, describe, expect, it } from 'vitest';
import { databaseKinds } from '../support/databases.ts';
import type { InProcessLambda } from '../support/in-process-runtime.ts';
import { eventProblems, schedule, startTestEngine, valuesOf, waitForEnd, type TestEngine } from '../support/test-engine.ts';
import { echo, heldKind, KeptLog, numbers, seeded, sharedKind, sorted, Turnstile } from './scene.ts';

interface LogEntry {
  readonly severity: string;
  readonly content: {
    readonly details?: { readonly reason?: { readonly id?: string } };
    readonly referencedElements?: { readonly itemTraceIds: readonly string[] };
  };
}

describe.each(databaseKinds)('jobs that succeed as they are given up ($name)', (kind) => {
  const cleanups: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  });

  it('300 jobs that answer around their timeout, some because of it: each item ended one way, with one entry if it failed (P13)', async () => {
    const random = seeded(13);
    const timeoutMs = 20;
    const onTheEdge: InProcessLambda = async (job, control, task) => {
      const isObstinate = random() < 0.3;
      const silentMs = timeoutMs - 4 + 8 * random();
      const signal = new Promise<'signal'>((resolve) => control.signal.addEventListener('abort', () => resolve('signal'), { once: true }));
      const answer = new Promise<'answer'>((resolve) => setTimeout(() => resolve('answer'), silentMs));
      const first = await Promise.race([signal, answer]);
      if (first === 'signal' && !isObstinate) return { kind: 'withdrawn', stage: 'signal' };
      return await echo(job, control, task);
    };
    const test = await startTestEngine(
      kind,
      { onTheEdge },
      { runners: 16, config: { jobTimeoutMs: timeoutMs, jobsPerTask: 16, jobsPerNode: 16 } },
    );
    cleanups.push(async () => await test.close());
    const executionId = await schedule(test, { lanes: [[['onTheEdge']]], input: { type: 'list', content: numbers(300) }, batchSize: 1 });
    const view = await waitForEnd(test, executionId);
    const succeeded = await valuesOf(test, view, 'output');
    const { current } = view.execution;
    const exceptions = await pageOf<{ value: { value: unknown } }>(test, current.exceptionStoreId, 'items');
    const failed = exceptions.map((item) => item.value.value);
    expect(sorted([...succeeded, ...failed])).toEqual(numbers(300));
    expect(failed.length * succeeded.length).toBeGreaterThan(0);
    const entries = await pageOf<LogEntry>(test, current.boxes[0]?.tasks[0]?.systemAuditLogId ?? null, 'logEntries');
    const errors = entries.filter((entry) => entry.severity === 'error');
    expect(errors.every((entry) => entry.content.details?.reason?.id === 'timeout')).toBe(true);
    const named = errors.flatMap((entry) => entry.content.referencedElements?.itemTraceIds ?? []);
    expect([named.length, new Set(named).size]).toEqual([failed.length, failed.length]);
    expect(Object.values(await test.engine.executions.counters(executionId))).toEqual([
      { itemsInProcessing: 0, itemsProcessed: 300, itemsFailed: failed.length },
    ]);
    expect(await eventProblems(test, executionId)).toEqual([]);
  });

  it('the node that worked on a batch is declared dead while its success is on the way: another one does it, and it counts once (P13)', async () => {
    const { database, close } = await kind.open('dead');
    cleanups.push(close);
    const shared = sharedKind(kind.name, database);
    const held = heldKind(shared);
    const log = new KeptLog();
    // Its lease runs out between two renewals, and it does not know.
    const dead = await startTestEngine(held, { echo }, { log, config: { nodeId: 'node-2', leaseMs: 800, drainMs: 100 } });
    cleanups.push(async () => await dead.close());
    const commit = new Turnstile();
    cleanups.push(async () => await Promise.resolve(commit.open()));
    held.latest().before = async (verb) => (verb === 'commitJobs' ? await commit.pass() : undefined);
    const executionId = await schedule(dead, { lanes: [[['echo']]], input: { type: 'list', content: numbers(40) } });
    await commit.arrivals(1);
    const other = await startTestEngine(shared, { echo }, { config: { nodeId: 'node-1', drainMs: 100 } });
    cleanups.push(async () => await other.close());
    const view = await waitForEnd(other, executionId);
    expect(view.execution.status).toBe('finished');
    const events = await other.engine.executions.events(executionId, 0, 1000);
    commit.open();
    await expect.poll(() => log.events).toContain('lateResultDropped');
    expect(sorted(await valuesOf(other, view, 'output'))).toEqual(numbers(40));
    expect(Object.values(await other.engine.executions.counters(executionId))).toEqual([
      { itemsInProcessing: 0, itemsProcessed: 40, itemsFailed: 0 },
    ]);
    expect(await other.engine.executions.events(executionId, 0, 1000)).toEqual(events);
    expect(await eventProblems(other, executionId)).toEqual([]);
  });
});

async function pageOf<T>(test: TestEngine, storeId: string | null, key: string): Promise<readonly T[]> {
  const page = await test.engine.stores.browse(storeId ?? '', { limit: 1000 });
  if (!page.ok) throw new Error(page.error.description);
  return (page.value as Record<string, readonly T[]>)[key] ?? [];
}
