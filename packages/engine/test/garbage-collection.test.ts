/** Garbage collection (execution §15.5): what is old enough goes, completely and once; nothing else does. */
import { silentLogger } from '@laneway/engine';
import { afterEach, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../test/support/databases.ts';
import { faultyKind } from '../../../test/support/faulty-database.ts';
import { perItem } from '../../../test/support/in-process-runtime.ts';
import { schedule, startTestEngine, waitFor, waitForEnd, workflowOf, type TestEngine } from '../../../test/support/test-engine.ts';
import { GarbageCollector } from '../src/control/garbage-collector.ts';
import { discardExpired, discardedExecutions } from '../src/persistence/sql/deletion.ts';
import { explain, age, mentions, seedExecutions } from './extension-verbs.ts';
import { withSuiteVerbs } from './suite-verbs.ts';

const day = 86_400;
const odd = perItem((args) => {
  if (Number(args['item']) % 2 === 0) throw new Error('even');
  return { value: args['item'] };
});
const echo = perItem((args) => ({ value: args['item'] }));
const retention = {
  suspendedMs: 30 * day * 1000,
  endedMs: 15 * day * 1000,
  auditMs: 1_000_000_000,
  bulkMs: 7 * day * 1000,
  intervalMs: 3_600_000,
};

describe.each(databaseKinds)('garbage collection on $name', (kind) => {
  const faulty = faultyKind(withSuiteVerbs(kind));
  let test: TestEngine;
  afterEach(async () => await test.close());
  const start = async (config: Parameters<typeof startTestEngine>[2] = {}): Promise<void> => {
    test = await startTestEngine(faulty, { echo, odd }, config);
  };
  const collector = () => new GarbageCollector({ database: test.database, retention, log: silentLogger });

  async function finished(): Promise<string> {
    const executionId = await schedule(test, { lanes: [[['echo']]], input: { type: 'list', content: [1] } });
    await waitForEnd(test, executionId);
    return executionId;
  }
  async function paused(): Promise<string> {
    for (;;) {
      const executionId = await schedule(test, { lanes: [[['echo']]], input: { type: 'list', content: [1] } });
      await test.engine.executions.pause({ executionId, actor: 'user', note: null });
      const view = await waitFor(test, executionId, ({ execution }) => ['paused', 'finished'].includes(execution.status));
      if (view.execution.status === 'paused') return executionId;
    }
  }
  const makeOlder = async (seconds: number, ...executionIds: readonly string[]) => {
    for (const executionId of executionIds) await test.database.call(age, { executionId, seconds });
  };
  const present = async (executionIds: Readonly<Record<string, string>>) => {
    const found = await Promise.all(
      Object.entries(executionIds).map(async ([name, id]) => ((await test.engine.executions.view(id)) === null ? [] : [name])),
    );
    return found.flat().join('');
  };

  it('takes suspended and ended executions by the age of each phase (execution R132)', async () => {
    await start();
    const [A, B, C, D, E] = [await paused(), await paused(), await finished(), await finished(), await finished()];
    const all = { A, B, C, D, E };
    // In days instead of the rule's seconds: 30 and 15, as the defaults are.
    await makeOlder(31 * day, A);
    await makeOlder(16 * day, B, C);
    await collector().collect();
    expect(await present(all)).toBe('BDE');
    await makeOlder(15 * day, B);
    await makeOlder(15 * day, D, E);
    await collector().collect();
    expect(await present(all)).toBe('');
  });

  it('deletes nothing when the clock was set back (execution R133)', async () => {
    await start();
    const all = { A: await paused(), B: await finished() };
    await makeOlder(-400 * day, all.A, all.B);
    expect(await collector().collect()).toBe(0);
    expect(await present(all)).toBe('AB');
  });

  it('collects hundreds of executions of all kinds, finished ones before paused ones (execution R134)', async () => {
    await start();
    await test.database.call(seedExecutions, { spaceId: test.spaceId, count: 500, firstNumber: 1 });
    const phases: string[] = [];
    faulty.latest().fault = (verb, params) => {
      if (verb === 'discardExpired') phases.push((params as { phase: string }).phase);
      return undefined;
    };
    expect(await collector().collect()).toBe(500);
    expect(phases).toEqual(phases.toSorted());
    expect(new Set(phases)).toEqual(new Set(['ended', 'suspended']));
    const left = async () => {
      const lists = await Promise.all(
        (['suspended', 'ended'] as const).map(
          async (phase) =>
            await test.engine.executions.list({ spaceId: test.spaceId, viewerId: null, phase, limit: 10, offset: 0, index: null }),
        ),
      );
      const discarded = await test.database.call(discardedExecutions, { limit: 1000 });
      return lists.flatMap((page) => page.entries).length + discarded.length;
    };
    await expect.poll(left, { timeout: 50_000 }).toBe(0);
    expect(await test.database.call(mentions, { texts: ['seed00000'] })).toEqual({});
  });

  it('leaves no row of any table that mentions the execution or what belonged to it (execution R135, P21)', async () => {
    await start();
    const request = workflowOf(test, {
      lanes: [[['odd', 'echo'], ['echo']], [['echo']]],
      input: { type: 'list', content: Array.from({ length: 60 }, (_, index) => index) },
      maxRetries: 1,
    });
    const scheduled = await test.engine.executions.schedule({
      ...request,
      labels: { team: 'blue' },
      deadlineMs: 1_000_000,
      callback: 'https://example.invalid/never',
      requestKey: { key: 'k', fingerprint: 'f' },
    });
    const executionId = scheduled.ok ? scheduled.value.executionId : '';
    await waitForEnd(test, executionId);
    const key = { key: 'r', fingerprint: 'f' };
    await test.engine.executions.rerun({ executionId, actor: 'user', laneIndex: 1, laneRunNumber: 1, requestKey: key });
    const view = await waitForEnd(test, executionId);
    const runs = [view.execution.current, ...view.archivedRuns];
    const tasks = runs.flatMap((run) => run.boxes.flatMap((box) => box.tasks));
    const ids = [
      executionId,
      view.execution.systemAuditLogStoreId,
      ...Object.values(view.execution.storeRegistry),
      ...runs.flatMap((run) => [run.id, run.exceptionStoreId ?? executionId]),
      ...tasks.flatMap((task) => [task.id, task.systemAuditLogId]),
    ];
    const before = await test.database.call(mentions, { texts: ids });
    expect(Object.keys(before)).toEqual(
      expect.arrayContaining(['execution', 'execution_label', 'request_key', 'timer', 'event', 'store', 'task', 'counter', 'gate']),
    );
    await makeOlder(16 * day, executionId);
    expect(await collector().collect()).toBe(1);
    await expect.poll(async () => await test.database.call(mentions, { texts: ids }), { timeout: 10_000 }).toEqual({});
  });

  it('is done by one node at a time: a run that another one has taken over stops, and no two purge the same execution', async () => {
    await start();
    await test.database.call(seedExecutions, { spaceId: test.spaceId, count: 450, firstNumber: 2 });
    const [first, second] = [collector(), collector()];
    let pages = 0;
    const stopped = await first.collect(async () => await Promise.resolve((pages += 1) < 2));
    expect(stopped).toBeLessThan(450);
    const counts = await Promise.all([first.collect(), second.collect()]);
    expect(stopped + counts[0] + counts[1]).toBe(450);
    const purge = async () => await Promise.all([first.purge(), second.purge()]);
    for (let turn = 0; turn < 20; turn += 1) await purge();
    expect(await test.database.call(mentions, { texts: ['seed00000'] })).toEqual({});
  });

  it('runs by itself, one interval after the start and again (configuration)', async () => {
    await start({ config: { endedRetentionMs: 1000, suspendedRetentionMs: 1_000_000, garbageCollectionIntervalMs: 1000 } });
    const all = { A: await paused(), B: await finished() };
    await expect.poll(async () => await present(all), { timeout: 15_000 }).toBe('A');
    const again = { ...all, C: await finished() };
    await expect.poll(async () => await present(again), { timeout: 15_000 }).toBe('A');
  });

  it('forgets bulk operations with their results when they have had their time, and keys of requests', async () => {
    await start({ config: { requestKeyRetentionMs: 1 } });
    const executionId = await finished();
    await test.engine.executions.rerun({
      executionId,
      actor: 'user',
      laneIndex: 1,
      laneRunNumber: 1,
      requestKey: { key: 'k', fingerprint: 'f' },
    });
    await waitForEnd(test, executionId);
    const { jobId } = await test.engine.extensions.startBulk({
      spaceId: test.spaceId,
      userId: 'user',
      operation: 'delete',
      members: { kind: 'ids', ids: [executionId] },
      reason: null,
      dryRun: true,
    });
    await expect.poll(async () => (await test.engine.extensions.bulkJob(jobId))?.state, { timeout: 10_000 }).toBe('finished');
    await collector().collect();
    expect(Object.keys(await test.database.call(mentions, { texts: [jobId] })).toSorted()).toEqual(['bulk_job', 'bulk_result']);
    const eager = new GarbageCollector({
      database: test.database,
      retention: { ...retention, bulkMs: 0 },
      log: silentLogger,
    });
    await eager.collect();
    expect(await test.database.call(mentions, { texts: [jobId] })).toEqual({});
    expect(Object.keys(await test.database.call(mentions, { texts: [executionId] }))).not.toContain('request_key');
  });

  it('looks for expired executions in an index', async () => {
    await start();
    for (const [phase, time] of [
      ['ended', 'finish_time'],
      ['suspended', 'suspend_time'],
    ] as const) {
      const text = `select id from execution where phase = '${phase}' and discarded = 0 and ${time} <= ? order by ${time}, id limit ?`;
      const plan = await test.database.call(explain, { text, values: [1, 200] });
      expect(plan).toMatch(new RegExp(`execution_${phase}`));
    }
    expect(await test.database.call(discardExpired, { phase: 'ended', retentionMs: 0, limit: 1 })).toBe(0);
  });
});
