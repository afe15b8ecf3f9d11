/** Deadlines: of a pause, after which jobs in flight are withdrawn (I4), and of an execution, after which it is cancelled. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultEngineConfig, Engine, openDatabase, silentLogger, type Database, type ScheduleRequest } from '@laneway/engine';
import { afterEach, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../test/support/databases.ts';
import { faultyKind } from '../../../test/support/faulty-database.ts';
import { InProcessRuntime, perItem, untilStopped, type InProcessLambda } from '../../../test/support/in-process-runtime.ts';
import { testDatabaseUrl } from '../../../test/support/postgres.ts';
import {
  eventProblems,
  startTestEngine,
  valuesOf,
  waitFor,
  waitForEnd,
  workflowOf,
  type TestEngine,
  type WorkflowOptions,
} from '../../../test/support/test-engine.ts';
import { expirePause } from '../src/persistence/sql/pause-expiry.ts';
import { gateOfLaneRun } from '../src/persistence/sql/gates.ts';
import { setTimer } from '../src/persistence/sql/timers.ts';

const echo = perItem((args) => ({ value: args['item'] }));
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Hangs until it is stopped while `stuck`, and answers when not. */
class Stuck {
  stuck = true;
  readonly lambda: InProcessLambda = async (job, control, task) => await (this.stuck ? untilStopped : echo)(job, control, task);
}

describe.each(databaseKinds)('deadlines on $name', (kind) => {
  const faulty = faultyKind(kind);
  let test: TestEngine;
  let stuck: Stuck;
  afterEach(async () => await test.close());

  async function start(): Promise<void> {
    stuck = new Stuck();
    test = await startTestEngine(faulty, { echo, stuck: stuck.lambda }, { config: { drainMs: 100 } });
  }
  async function schedule(options: WorkflowOptions, more: Partial<ScheduleRequest> = {}): Promise<string> {
    const scheduled = await test.engine.executions.schedule({ ...workflowOf(test, options), ...more });
    if (!scheduled.ok) throw new Error(scheduled.error.description);
    return scheduled.value.executionId;
  }
  const long = { lanes: [[['stuck']]], input: { type: 'list', content: numbers(40) } } as const;
  const atWork = async (executionId: string) => {
    await waitFor(test, executionId, (view) => view.execution.current.status === 'active');
    await expect.poll(() => test.runtime.live, { timeout: 10_000 }).toBeGreaterThan(0);
  };
  const pause = async (executionId: string, deadlineMs?: number) =>
    await test.engine.executions.pause({ executionId, actor: 'user', note: null, ...(deadlineMs === undefined ? {} : { deadlineMs }) });
  const atStatus = async (executionId: string, status: string) =>
    await waitFor(test, executionId, ({ execution }) => execution.status === status);
  const logOf = async (executionId: string): Promise<string> => {
    const view = await test.engine.executions.view(executionId);
    return JSON.stringify(await test.engine.stores.browse(view?.execution.systemAuditLogStoreId ?? '', {}));
  };

  it('of a pause lets jobs run on until it passes, then withdraws them; after the resume every item is there once (I4, I7)', async () => {
    await start();
    const executionId = await schedule(long);
    await atWork(executionId);
    const pausedAt = performance.now();
    await pause(executionId, 700);
    const events = await test.engine.executions.events(executionId, 0, 100);
    await expect.poll(() => test.runtime.live, { timeout: 5000 }).toBe(0);
    expect(performance.now() - pausedAt).toBeGreaterThan(690);
    const view = await atStatus(executionId, 'paused');
    expect(performance.now() - pausedAt).toBeLessThan(2500);
    // The deadline itself changes no status: what follows the request are the ends of the pause.
    const later = await test.engine.executions.events(executionId, events.length, 100);
    expect(later.map((event) => event.to)).toEqual(['paused', 'paused', 'paused']);
    expect(view.execution).toMatchObject({ status: 'paused', stop: { reason: 'pause', actor: 'user' } });
    expect(Object.values(await test.engine.executions.counters(executionId))).toEqual([
      { itemsInProcessing: 0, itemsProcessed: 0, itemsFailed: 0 },
    ]);
    expect(await logOf(executionId)).toContain('The deadline of the pause passed');
    stuck.stuck = false;
    await test.engine.executions.resume({ executionId, actor: 'user' });
    const finished = await waitForEnd(test, executionId);
    expect((await valuesOf(test, finished, 'output')).map(Number).toSorted((a, b) => a - b)).toEqual(numbers(40));
    expect(await eventProblems(test, executionId)).toEqual([]);
  });

  it('of a pause can be set while it waits, and is not needed when the jobs end before', async () => {
    await start();
    const executionId = await schedule(long);
    await atWork(executionId);
    await pause(executionId);
    expect((await test.engine.executions.view(executionId))?.execution.status).toBe('stopping');
    await pause(executionId, 200);
    await atStatus(executionId, 'paused');
    expect(await logOf(executionId)).toContain('The deadline of the pause passed');
    stuck.stuck = false;
    await test.engine.executions.resume({ executionId, actor: 'user' });
    await waitForEnd(test, executionId);
  });

  it('of a pause that is over never hits the resumed execution, however late it comes', async () => {
    await start();
    const executionId = await schedule(long);
    await atWork(executionId);
    await pause(executionId, 50);
    const paused = await atStatus(executionId, 'paused');
    const { incarnation, current } = paused.execution;
    const late = { executionId, incarnation, laneRunId: current.id, deadlineMs: 50 };
    await test.engine.executions.resume({ executionId, actor: 'user' });
    await waitFor(test, executionId, (view) => view.execution.current.status === 'active');
    await expect.poll(() => test.runtime.live, { timeout: 10_000 }).toBeGreaterThan(0);
    const gate = await test.database.call(gateOfLaneRun, { laneRunId: current.id });
    expect(await test.database.call(expirePause, late)).toBe(false);
    await pause(executionId);
    // Not even while the resumed execution is being paused again, without a deadline.
    expect(await test.database.call(expirePause, late)).toBe(false);
    expect(gate).toMatchObject({ active: true, stopMode: null });
    expect((await test.database.call(gateOfLaneRun, { laneRunId: current.id }))?.stopMode).toBe('drain');
    expect(test.runtime.live).toBeGreaterThan(0);
    await test.engine.executions.cancel({ executionId, actor: 'user', note: null });
    await waitForEnd(test, executionId);
    expect(await test.database.call(expirePause, { ...late, incarnation: incarnation + 1 })).toBe(false);
  });

  it('of an execution cancels it, by nobody, with the reason, and not once more after a repeat', async () => {
    await start();
    const executionId = await schedule(long, { deadlineMs: 600 });
    await atWork(executionId);
    const view = await waitForEnd(test, executionId);
    expect(view.execution).toMatchObject({
      status: 'cancelled',
      stop: { reason: 'cancel', actor: null, note: 'The deadline of 0.6 s passed.' },
      deadlineAt: null,
    });
    await test.engine.executions.rerun({ executionId, actor: 'user', laneIndex: 1, laneRunNumber: 1 });
    await atWork(executionId);
    // A timer of that kind that comes late, as if another node had held it.
    await test.database.call(setTimer, {
      id: 'late',
      kind: 'executionDeadline',
      executionId,
      delayMs: 0,
      body: JSON.stringify({ deadlineMs: 600 }),
    });
    const finishes = faulty.latest().calls.get('finishTimer') ?? 0;
    await expect.poll(() => faulty.latest().calls.get('finishTimer') ?? 0, { timeout: 5000 }).toBeGreaterThan(finishes);
    expect((await test.engine.executions.view(executionId))?.execution.status).toBe('active');
    await test.engine.executions.cancel({ executionId, actor: 'user', note: null });
    await waitForEnd(test, executionId);
  });

  it('of an execution goes on while it is paused, and leaves one alone that ended in time', async () => {
    await start();
    stuck.stuck = false;
    const quick = await schedule({ lanes: [[['echo']]], input: { type: 'list', content: [1] } }, { deadlineMs: 60_000 });
    expect((await waitForEnd(test, quick)).execution).toMatchObject({ status: 'finished', deadlineAt: null });
    const executionId = await schedule({ lanes: [[['echo']]], input: { type: 'list', content: numbers(20_000) } }, { deadlineMs: 1500 });
    await pause(executionId);
    await waitFor(test, executionId, ({ execution }) => ['paused', 'cancelled'].includes(execution.status));
    expect((await waitForEnd(test, executionId)).execution).toMatchObject({ status: 'cancelled', stop: { actor: null } });
  });
});

describe('a deadline with several nodes', () => {
  const cleanups: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup().catch(() => undefined);
  });

  async function node(database: Database, nodeId: string): Promise<TestEngine> {
    const dataDir = await mkdtemp(join(tmpdir(), 'laneway-deadline-'));
    const runtime = new InProcessRuntime({ hang: untilStopped });
    const engine = new Engine({
      config: { ...defaultEngineConfig(dataDir, nodeId), cancelGraceMs: 300, drainMs: 100 },
      database,
      runtime,
      files: { pythonCommand: null },
      environment: { open: async () => await Promise.resolve({}), close: () => undefined },
      log: silentLogger,
    });
    await engine.start();
    let stopped = false;
    const close = async (): Promise<void> => {
      if (stopped) return;
      stopped = true;
      await engine.stop();
      await rm(dataDir, { recursive: true, force: true });
    };
    cleanups.push(close);
    const space = await engine.spaces.create({ name: nodeId, path: null, readonly: false, ownerUserId: 'user' });
    if (!space.ok) throw new Error(space.error.description);
    return { engine, runtime, database, spaceId: space.value.id, spaceDirectory: space.value.path, close };
  }
  async function postgres(): Promise<Database> {
    const database = await openDatabase({ kind: 'postgres', url: await testDatabaseUrl('deadlines') });
    cleanups.push(async () => await database.close());
    return database;
  }
  const long = (test: TestEngine) => workflowOf(test, { lanes: [[['hang']]], input: { type: 'list', content: numbers(200) } });

  it('of a pause reaches the jobs of every node', async () => {
    const database = await postgres();
    const first = await node(database, 'node-1');
    const second = await node(database, 'node-2');
    const scheduled = await first.engine.executions.schedule(long(first));
    const executionId = scheduled.ok ? scheduled.value.executionId : '';
    await expect.poll(() => Math.min(first.runtime.live, second.runtime.live), { timeout: 10_000 }).toBeGreaterThan(0);
    await second.engine.executions.pause({ executionId, actor: 'user', note: null, deadlineMs: 300 });
    await waitFor(first, executionId, (view) => view.execution.status === 'paused', 6000);
    expect([first.runtime.live, second.runtime.live]).toEqual([0, 0]);
  });

  it('of an execution outlives the node that scheduled it', async () => {
    const database = await postgres();
    const first = await node(database, 'node-1');
    const scheduled = await first.engine.executions.schedule({ ...long(first), deadlineMs: 2000 });
    const executionId = scheduled.ok ? scheduled.value.executionId : '';
    await waitFor(first, executionId, (view) => view.execution.current.status === 'active');
    await first.close();
    const second = await node(database, 'node-2');
    expect((await waitForEnd(second, executionId)).execution).toMatchObject({ status: 'cancelled', stop: { actor: null } });
  });
});
