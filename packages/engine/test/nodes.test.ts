/** Lives of nodes: what they hold goes when it must, and nothing is handed over when it must not. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultEngineConfig, Engine, openDatabase, silentLogger, type Database } from '@laneway/engine';
import { afterEach, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../test/support/databases.ts';
import { FaultyDatabase, type Fault } from '../../../test/support/faulty-database.ts';
import { InProcessRuntime, perItem, untilStopped, type InProcessLambda } from '../../../test/support/in-process-runtime.ts';
import { testDatabaseUrl } from '../../../test/support/postgres.ts';
import { schedule, waitFor, waitForEnd, type TestEngine } from '../../../test/support/test-engine.ts';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const echo: InProcessLambda = perItem((args) => ({ value: args['item'] }));
const shortGrace = { cancelGraceMs: 300, drainMs: 100 };

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup().catch(() => undefined);
});

interface NodeOptions {
  readonly nodeId?: string;
  readonly lambdas?: Readonly<Record<string, InProcessLambda>>;
  readonly open?: () => Promise<Readonly<Record<string, unknown>>>;
}

async function startNode(database: Database, options: NodeOptions = {}): Promise<TestEngine> {
  const dataDir = await mkdtemp(join(tmpdir(), 'laneway-node-'));
  const runtime = new InProcessRuntime(options.lambdas ?? { echo, hang: untilStopped });
  const engine = new Engine({
    config: { ...defaultEngineConfig(dataDir, options.nodeId ?? 'node-1'), ...shortGrace },
    database,
    runtime,
    files: { pythonCommand: null },
    environment: { open: options.open ?? (async () => await Promise.resolve({})), close: () => undefined },
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
  const space = await engine.spaces.create({ name: `space ${options.nodeId}`, path: null, readonly: false, ownerUserId: 'user' });
  if (!space.ok) throw new Error(space.error.description);
  return { engine, runtime, database, spaceId: space.value.id, spaceDirectory: space.value.path, close };
}

async function postgres(): Promise<Database> {
  const database = await openDatabase({ kind: 'postgres', url: await testDatabaseUrl('nodes') });
  cleanups.push(async () => await database.close());
  return database;
}

describe.each(databaseKinds)('one node ($name)', (kind) => {
  async function open(): Promise<FaultyDatabase> {
    const { database, close } = await kind.open('node');
    cleanups.push(close);
    return new FaultyDatabase(database);
  }

  it('hands nothing over after a cancel, also when a job was about to get its surroundings (I3, P24)', async () => {
    let release = (): void => undefined;
    let reached = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const opening = new Promise<void>((resolve) => (reached = resolve));
    const test = await startNode(await open(), {
      open: async () => {
        reached();
        await held;
        return {};
      },
    });
    const executionId = await schedule(test, { lanes: [[['echo']]], input: { type: 'list', content: numbers(30) } });
    await opening;
    expect(await test.engine.executions.cancel({ executionId, actor: 'user', note: null })).toMatchObject({ ok: true });
    release();
    const view = await waitForEnd(test, executionId);
    expect(view.execution.status).toBe('cancelled');
    expect(test.runtime.calls).toEqual([]);
    expect(Object.values(await test.engine.executions.counters(executionId))).toEqual([
      { itemsInProcessing: 0, itemsProcessed: 0, itemsFailed: 0 },
    ]);
  });

  it('gives its jobs the signal as soon as its lease is lost, though a driver waits for the database (I4, design §3)', async () => {
    const database = await open();
    const stoppedAt: number[] = [];
    const test = await startNode(database, {
      lambdas: {
        hang: async (job, control, task) => {
          const outcome = await untilStopped(job, control, task);
          stoppedAt.push(performance.now());
          return outcome;
        },
      },
    });
    const executionId = await schedule(test, { lanes: [[['hang']]], input: { type: 'list', content: [1] } });
    await waitFor(test, executionId, (view) => view.execution.current.status === 'active');
    await expect.poll(() => test.runtime.live).toBe(1);
    let back = (): void => undefined;
    const away = new Promise<void>((resolve) => (back = resolve));
    const awayAt = performance.now();
    database.fault = async (): Promise<Fault> => {
      await away;
      return 'before';
    };
    await expect.poll(() => stoppedAt.length, { timeout: 7000 }).toBe(1);
    expect((stoppedAt[0] ?? 0) - awayAt).toBeLessThan(4500);
    database.fault = () => undefined;
    back();
    await expect.poll(() => test.runtime.live, { timeout: 20_000 }).toBe(1);
    await test.engine.executions.cancel({ executionId, actor: 'user', note: null });
    expect((await waitForEnd(test, executionId)).execution.status).toBe('cancelled');
  });
});

describe('two nodes in one database', () => {
  it('leave no runtime on a node that only helped (peers: memory that grows with executions)', async () => {
    const database = await postgres();
    const slow: InProcessLambda = async (job, control, task) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return await echo(job, control, task);
    };
    const first = await startNode(database, { nodeId: 'node-1', lambdas: { slow } });
    const second = await startNode(database, { nodeId: 'node-2', lambdas: { slow } });
    const executionId = await schedule(first, { lanes: [[['slow']]], input: { type: 'list', content: numbers(2000) } });
    await waitForEnd(first, executionId);
    expect([first.runtime.calls.length, second.runtime.calls.length].every((count) => count > 0)).toBe(true);
    for (const { runtime } of [first, second]) {
      await expect.poll(() => [...runtime.disposed].toSorted(), { timeout: 5000 }).toEqual([...runtime.prepared].toSorted());
    }
  });

  it('with the same id do not take each other over again and again: the one that started last lives (P12)', async () => {
    const database = new FaultyDatabase(await postgres());
    const first = await startNode(database, { nodeId: 'node-1' });
    const second = await startNode(database, { nodeId: 'node-1' });
    await expect.poll(() => database.calls.get('registerNode'), { timeout: 8000 }).toBeGreaterThan(4);
    const executionId = await schedule(second, { lanes: [[['echo']]], input: { type: 'list', content: numbers(100) } });
    expect((await waitForEnd(second, executionId)).execution.status).toBe('finished');
    expect(first.runtime.calls).toEqual([]);
    await second.close();
    const next = await schedule(first, { lanes: [[['echo']]], input: { type: 'list', content: numbers(10) } });
    expect((await waitForEnd(first, next)).execution.status).toBe('finished');
  });
});
