/** Bulk operations as durable jobs: found while they go on, each member once, with the user's rights of that moment (U5). */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  defaultEngineConfig,
  Engine,
  openDatabase,
  Registry,
  silentLogger,
  type Database,
  type BulkAccess,
  type BulkJob,
  type BulkOperation,
  type BulkRequest,
  type BulkResult,
  type ExecutionFilter,
  type ScheduleRequest,
} from '@laneway/engine';
import { afterEach, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../test/support/databases.ts';
import { FaultyDatabase, faultyKind, firstTimes } from '../../../test/support/faulty-database.ts';
import { InProcessRuntime, perItem, untilStopped } from '../../../test/support/in-process-runtime.ts';
import { testDatabaseUrl } from '../../../test/support/postgres.ts';
import { startTestEngine, waitFor, waitForEnd, workflowOf, type TestEngine } from '../../../test/support/test-engine.ts';
import { seedExecutions } from './extension-verbs.ts';
import { withSuiteVerbs } from './suite-verbs.ts';

const anything: ExecutionFilter = {
  phases: null,
  statuses: null,
  atmInventoryId: null,
  atmWorkflowSchemaId: null,
  userId: null,
  labels: [],
  scheduledAfter: null,
  scheduledBefore: null,
};
const echo = perItem((args) => ({ value: args['item'] }));

describe.each(databaseKinds)('a bulk operation on $name', (kind) => {
  const faulty = faultyKind(withSuiteVerbs(kind));
  let test: TestEngine;
  let access: (userId: string) => BulkAccess;
  afterEach(async () => {
    faulty.latest().fault = () => undefined;
    await test.close();
  });

  async function start(bulkMembersPerSecond = 1000): Promise<void> {
    access = () => 'allowed';
    test = await startTestEngine(
      faulty,
      { echo, hang: untilStopped },
      {
        config: { bulkMembersPerSecond, drainMs: 100 },
        bulkAccess: async ({ userId }) => await Promise.resolve(access(userId)),
      },
    );
    const registry = new Registry(test.database, 'test');
    await registry.addInventoryMember({ inventoryId: 'inventory', userId: 'user', privileges: [] });
  }

  async function schedule(lambda: 'echo' | 'hang', more: Partial<ScheduleRequest> = {}): Promise<string> {
    const scheduled = await test.engine.executions.schedule({
      ...workflowOf(test, { lanes: [[[lambda]]], input: { type: 'list', content: [1] } }),
      ...more,
    });
    if (!scheduled.ok) throw new Error(scheduled.error.description);
    return scheduled.value.executionId;
  }

  async function begin(
    operation: BulkOperation,
    members: Partial<ExecutionFilter> | readonly string[],
    more: Partial<BulkRequest> = {},
  ): Promise<string> {
    const { jobId } = await test.engine.extensions.startBulk({
      spaceId: test.spaceId,
      userId: 'user',
      operation,
      members: Array.isArray(members)
        ? { kind: 'ids', ids: members as readonly string[] }
        : { kind: 'filter', filter: { ...anything, ...(members as Partial<ExecutionFilter>) } },
      reason: null,
      dryRun: false,
      ...more,
    });
    return jobId;
  }

  async function ended(jobId: string): Promise<BulkJob & { readonly results: readonly BulkResult[] }> {
    const deadline = performance.now() + 30_000;
    for (;;) {
      const job = await test.engine.extensions.bulkJob(jobId);
      if (job === null) throw new Error('there is no such job');
      if (job.state !== 'running') return { ...job, results: await test.engine.extensions.bulkResults(jobId, '', 1000) };
      if (performance.now() > deadline) throw new Error(`the job did not end: ${JSON.stringify(job)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  const statusOf = async (executionId: string) => (await test.engine.executions.view(executionId))?.execution.status;
  const pause = async (executionId: string) => {
    await test.engine.executions.pause({ executionId, actor: 'user', note: null });
    await waitFor(test, executionId, (view) => view.execution.status === 'paused');
  };

  it('cancels what waits, goes on and is suspended, says why, and leaves the rest alone (P9)', async () => {
    await start();
    const going = await schedule('hang', { labels: { team: 'blue' } });
    await waitFor(test, going, (view) => view.execution.current.status === 'active');
    const paused = await schedule('echo', { labels: { team: 'blue' } });
    await pause(paused);
    const done = await schedule('echo', { labels: { team: 'blue' } });
    await waitForEnd(test, done);
    const other = await schedule('hang', { labels: { team: 'red' } });
    const job = await ended(await begin('cancel', { labels: [['team', 'blue']] }, { reason: 'clean up' }));
    expect(job).toMatchObject({ state: 'finished', matched: 2, done: 2, refused: 0, failed: 0, error: null });
    expect(job.results.map((result) => [result.executionId, result.outcome])).toEqual([
      [going, 'done'],
      [paused, 'done'],
    ]);
    const view = await waitForEnd(test, going);
    expect(view.execution).toMatchObject({ status: 'cancelled', stop: { actor: 'user', note: 'clean up' } });
    expect(await statusOf(paused)).toBe('cancelled');
    expect(await statusOf(done)).toBe('finished');
    expect(await statusOf(other)).not.toBe('cancelled');
  });

  it('pauses, resumes and deletes', async () => {
    await start();
    const executions = [await schedule('hang'), await schedule('hang')];
    for (const id of executions) await waitFor(test, id, (view) => view.execution.current.status === 'active');
    expect(await ended(await begin('pause', {}))).toMatchObject({ done: 2 });
    for (const id of executions) expect(await statusOf(id)).toBe('stopping');
    expect(await ended(await begin('cancel', {}))).toMatchObject({ done: 2 });
    for (const id of executions) await waitForEnd(test, id);
    const paused = await schedule('echo');
    await pause(paused);
    expect(await ended(await begin('resume', {}))).toMatchObject({ matched: 1, done: 1 });
    expect((await waitForEnd(test, paused)).execution.status).toBe('finished');
    expect(await ended(await begin('delete', { statuses: ['cancelled'] }))).toMatchObject({ matched: 2, done: 2 });
    for (const id of executions) expect(await statusOf(id)).toBeUndefined();
    expect(await statusOf(paused)).toBe('finished');
  });

  it('takes the executions that are named, and tells what it cannot do to which', async () => {
    await start();
    const going = await schedule('hang');
    const done = await schedule('echo');
    await waitForEnd(test, done);
    const job = await ended(await begin('cancel', [going, done, 'unknown']));
    expect(job).toMatchObject({ matched: 3, done: 1, refused: 2 });
    expect(job.results.map(({ executionId, outcome, error }) => [executionId, outcome, error?.id])).toEqual([
      [going, 'done', undefined],
      [done, 'refused', 'atmWorkflowExecutionEnded'],
      ['unknown', 'refused', 'notFound'],
    ]);
    await waitForEnd(test, going);
  });

  it('changes nothing in a dry run and lists what would be done', async () => {
    await start();
    const going = await schedule('hang');
    await waitFor(test, going, (view) => view.execution.current.status === 'active');
    const done = await schedule('echo');
    await waitForEnd(test, done);
    const before = await test.engine.executions.events(going, 0, 100);
    const job = await ended(await begin('cancel', [going, done], { dryRun: true }));
    expect(job).toMatchObject({ dryRun: true, done: 1, refused: 1 });
    const deleting = await ended(await begin('delete', {}, { dryRun: true }));
    expect(deleting.results).toMatchObject([{ executionId: done, outcome: 'done' }]);
    expect(await test.engine.executions.events(going, 0, 100)).toEqual(before);
    expect(await statusOf(done)).toBe('finished');
    await test.engine.executions.cancel({ executionId: going, actor: 'user', note: null });
    await waitForEnd(test, going);
  });

  it('starts at once among many executions, and counts nothing first (P17)', async () => {
    await start();
    for (let from = 0; from < 20_000; from += 4000)
      await test.database.call(seedExecutions, { spaceId: test.spaceId, count: 4000, firstNumber: from });
    const jobId = await begin('delete', {}, { dryRun: true });
    const shown = await test.engine.extensions.bulkJob(jobId);
    expect(shown?.matched).toBeLessThan(2000);
    expect(await test.engine.extensions.abortBulk(jobId)).toBe(true);
    expect(faulty.latest().calls.get('createBulkJob')).toBe(1);
  });

  it('catches nothing that is scheduled after its start', async () => {
    await start(4);
    const early = [await schedule('hang'), await schedule('hang'), await schedule('hang')];
    const jobId = await begin('cancel', {});
    const late = await schedule('hang');
    const job = await ended(jobId);
    expect(job.results.map((result) => result.executionId).toSorted()).toEqual(early.toSorted());
    expect(['cancelled', 'stopping']).not.toContain(await statusOf(late));
    await test.engine.executions.cancel({ executionId: late, actor: 'user', note: null });
    for (const id of [...early, late]) await waitForEnd(test, id);
  });

  it('keeps to its pace', async () => {
    await start(10);
    const executions = await Promise.all(Array.from({ length: 12 }, async () => await schedule('hang')));
    const startedAt = performance.now();
    expect(await ended(await begin('cancel', {}))).toMatchObject({ done: 12 });
    expect(performance.now() - startedAt).toBeGreaterThan(1000);
    for (const id of executions) await waitForEnd(test, id);
  });

  it('has no effect any more once its abort is acknowledged, and keeps what it did', async () => {
    await start(10);
    const executions = await Promise.all(Array.from({ length: 20 }, async () => await schedule('hang')));
    const jobId = await begin('cancel', {});
    await expect
      .poll(async () => (await test.engine.extensions.bulkResults(jobId, '', 100)).length, { timeout: 10_000, interval: 20 })
      .toBeGreaterThan(2);
    expect(await test.engine.extensions.abortBulk(jobId)).toBe(true);
    const job = await ended(jobId);
    expect(job).toMatchObject({ state: 'aborted', done: job.results.length, matched: job.results.length });
    expect(job.done).toBeLessThan(20);
    expect(await test.engine.extensions.abortBulk(jobId)).toBe(false);
    await expect.poll(() => faulty.latest().calls.get('finishTimer') ?? 0, { timeout: 5000 }).toBeGreaterThan(0);
    expect((await test.engine.extensions.bulkResults(jobId, '', 100)).length).toBe(job.results.length);
    await ended(await begin('cancel', {}));
    for (const id of executions) await waitForEnd(test, id);
  });

  it('decides each member by what its user may do then, and ends when the user may do nothing any more (I12)', async () => {
    await start();
    const executions = await Promise.all(Array.from({ length: 3 }, async () => await schedule('hang')));
    access = () => 'forbidden';
    const refused = await ended(await begin('cancel', {}));
    expect(refused).toMatchObject({ state: 'finished', matched: 3, refused: 3 });
    expect(refused.results.map((result) => result.error?.id)).toEqual(['forbidden', 'forbidden', 'forbidden']);
    let asked = 0;
    access = () => ((asked += 1) > 1 ? 'revoked' : 'allowed');
    expect(await ended(await begin('cancel', {}))).toMatchObject({ state: 'stopped', done: 1, matched: 1, error: { id: 'forbidden' } });
    access = () => 'allowed';
    expect(await ended(await begin('cancel', {}))).toMatchObject({ state: 'finished', failed: 0 });
    for (const id of executions) expect((await waitForEnd(test, id)).execution.status).toBe('cancelled');
  });

  it.each([
    ['the answer of an effect was lost', 'saveTransition', 'after'],
    ['a result could not be recorded', 'recordBulkResult', 'before'],
    ['the answer of a page was lost', 'advanceBulkJob', 'after'],
    ['the end could not be recorded', 'endBulkJob', 'before'],
  ] as const)('handles each member once with effect when %s (I6)', async (_what, verb, fault) => {
    await start();
    const paused = await Promise.all(Array.from({ length: 60 }, async () => await schedule('echo')));
    for (const executionId of paused) await test.engine.executions.pause({ executionId, actor: 'user', note: null });
    for (const executionId of paused) await waitFor(test, executionId, (view) => ['paused', 'finished'].includes(view.execution.status));
    const resumable = await Promise.all(paused.map(async (id) => ((await statusOf(id)) === 'paused' ? [id] : [])));
    const expected = resumable.flat();
    expect(expected.length).toBeGreaterThan(0);
    faulty.latest().fault = firstTimes(verb, 1, fault);
    // Driver steps may take the fault instead: what is promised holds all the same.
    const job = await ended(await begin('resume', {}));
    expect(job).toMatchObject({ state: 'finished', matched: expected.length, done: expected.length, refused: 0, failed: 0 });
    for (const executionId of expected) {
      const view = await waitForEnd(test, executionId);
      expect(view.execution.incarnation).toBe(2);
    }
  });
});

describe('a bulk operation whose node dies', () => {
  const cleanups: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup().catch(() => undefined);
  });

  async function node(database: Database, nodeId: string): Promise<TestEngine> {
    const dataDir = await mkdtemp(join(tmpdir(), 'laneway-bulk-'));
    const runtime = new InProcessRuntime({ echo });
    const engine = new Engine({
      config: { ...defaultEngineConfig(dataDir, nodeId), drainMs: 100, bulkMembersPerSecond: 20 },
      database,
      runtime,
      files: { pythonCommand: null },
      environment: { open: async () => await Promise.resolve({}), close: () => undefined },
      log: silentLogger,
    });
    await engine.start();
    cleanups.push(async () => await engine.stop());
    const space = await engine.spaces.create({ name: nodeId, path: null, readonly: false, ownerUserId: 'user' });
    if (!space.ok) throw new Error(space.error.description);
    return { engine, runtime, database, spaceId: space.value.id, spaceDirectory: space.value.path, close: async () => undefined };
  }

  it('goes on at its position on another node, and no member is handled twice with effect (I6, I13)', async () => {
    const shared = await openDatabase({ kind: 'postgres', url: await testDatabaseUrl('bulk') });
    cleanups.push(async () => await shared.close());
    const dying = new FaultyDatabase(shared);
    const first = await node(dying, 'node-1');
    const ids: string[] = [];
    while (ids.length < 60) {
      const scheduled = await first.engine.executions.schedule(
        workflowOf(first, { lanes: [[['echo']]], input: { type: 'list', content: [1] } }),
      );
      if (!scheduled.ok) throw new Error(scheduled.error.description);
      const { executionId } = scheduled.value;
      await first.engine.executions.pause({ executionId, actor: 'user', note: null });
      const view = await waitFor(first, executionId, ({ execution }) => ['paused', 'finished'].includes(execution.status));
      if (view.execution.status === 'paused') ids.push(executionId);
    }
    const { jobId } = await first.engine.extensions.startBulk({
      spaceId: first.spaceId,
      userId: 'user',
      operation: 'resume',
      members: { kind: 'ids', ids },
      reason: null,
      dryRun: false,
    });
    const second = await node(shared, 'node-2');
    await expect
      .poll(async () => (await second.engine.extensions.bulkResults(jobId, '', 100)).length, { timeout: 10_000 })
      .toBeGreaterThan(10);
    // Nothing of the first node reaches the database any more, in the middle of a page.
    dying.fault = () => 'before';
    const recorded = (await second.engine.extensions.bulkResults(jobId, '', 100)).length;
    expect(recorded).toBeLessThan(60);
    await expect.poll(async () => (await second.engine.extensions.bulkJob(jobId))?.state, { timeout: 30_000 }).toBe('finished');
    expect(await second.engine.extensions.bulkJob(jobId)).toMatchObject({ matched: 60, done: 60, refused: 0, failed: 0 });
    for (const executionId of ids) expect((await waitForEnd(second, executionId)).execution.incarnation).toBe(2);
  });
});
