/**
 * `laneway serve` twice over one PostgreSQL: either takes any request, both work on one execution, and what one of them drops the other
 * one picks up (design §3, §4, §7, §14; I3, I6). Lambdas are real: Python handlers in the servers' sandboxes.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionMessage } from '@laneway/client';
import { Client } from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { testDatabaseUrl } from '../support/postgres.ts';
import { smallWorkflow } from './dumps.ts';
import {
  adminToken,
  cleanUp,
  markedProcesses,
  newDirectory,
  runnersOf,
  startProduct,
  tasksOfLane,
  testLambdas,
  until,
  untilEnded,
  valuesOf,
  type Product,
} from './support.ts';

/** Its lease (6 s), one look (1 s), and what a loaded machine needs. */
const takeOverMs = 10_000;

const databases: Client[] = [];
afterEach(async () => {
  await cleanUp();
  for (const database of databases.splice(0)) await database.end();
});

interface Cluster {
  readonly first: Product;
  readonly second: Product;
  readonly database: Client;
  readonly spaceId: string;
  readonly inventoryId: string;
}

async function startCluster(notify = true): Promise<Cluster> {
  const url = await testDatabaseUrl('two nodes');
  const options = ['--database-url', url, '--lambdas', testLambdas];
  const variables = { LANEWAY_JOBS_PER_TASK: '2', LANEWAY_CANCEL_GRACE_SEC: '2', LANEWAY_NOTIFY: String(notify) };
  const first = await startProduct({ options, variables });
  const second = await startProduct({ options, variables, token: adminToken(first) });
  const database = new Client({ connectionString: url });
  await database.connect();
  databases.push(database);
  // What one node is told, the other one knows.
  const spaceId = await first.client.registry.createSpace({ name: 'space', path: newDirectory('space') });
  const inventoryId = await second.client.registry.createInventory('tests');
  return { first, second, database, spaceId, inventoryId };
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

async function schedule(cluster: Cluster, node: Product, options: { readonly count: number; readonly sleepSec: number }): Promise<string> {
  const config = { sleepDurationSec: options.sleepSec };
  const dump = smallWorkflow({ image: 'onedata/lambda-echo', itemType: 'number', batchSize: 10, config });
  return await node.client.executions.schedule({
    atmWorkflowSchemaId: await node.client.registry.createWorkflowSchema(cluster.inventoryId, dump),
    atmWorkflowSchemaRevisionNumber: 1,
    spaceId: cluster.spaceId,
    storeInitialContentOverlay: { input: numbers(options.count) },
  });
}

/** Items that the node recorded, by its id. */
async function shares({ database }: Cluster, executionId: string): Promise<ReadonlyMap<string, number>> {
  const { rows } = await database.query(
    `select node_id as id, sum(processed)::int as processed from counter where execution_id = $1 and task_id <> '' group by node_id`,
    [executionId],
  );
  return new Map((rows as { id: string; processed: number }[]).map((row) => [row.id, row.processed]));
}

/** Who drives the execution, and which nodes hold slices of it. */
async function hands(
  { database }: Cluster,
  executionId: string,
): Promise<{ readonly driver: string | undefined; readonly holders: readonly string[] }> {
  const driver = await database.query('select node_id as id from driver where execution_id = $1', [executionId]);
  const holders = await database.query('select distinct node_id as id from slice where execution_id = $1 and node_id is not null', [
    executionId,
  ]);
  return { driver: (driver.rows as { id: string }[])[0]?.id, holders: (holders.rows as { id: string }[]).map(({ id }) => id) };
}

async function hintConnections({ database }: Cluster): Promise<number> {
  const { rowCount } = await database.query(
    "select 1 from pg_stat_activity where datname = current_database() and application_name = 'laneway-hints'",
  );
  return rowCount ?? 0;
}

async function nodeIds({ database }: Cluster): Promise<readonly string[]> {
  const { rows } = await database.query('select id from node order by id');
  return (rows as { id: string }[]).map(({ id }) => id);
}

async function tokenOf({ database }: Cluster, nodeId: string): Promise<number> {
  const { rows } = await database.query('select token::int as token from node where id = $1', [nodeId]);
  return (rows as { token: number }[])[0]?.token ?? 0;
}

async function expectEachOnce(node: Product, executionId: string, count: number): Promise<void> {
  const details = await node.client.executions.details(executionId);
  expect(details.status).toBe('finished');
  const values = (await valuesOf(node.client, details.storeRegistry['output'])) as readonly number[];
  expect(values.toSorted((a, b) => a - b)).toEqual(numbers(count));
  expect(await tasksOfLane(node.client, details, 0)).toMatchObject([{ itemsInProcessing: 0, itemsProcessed: count, itemsFailed: 0 }]);
}

/** Both nodes have recorded items. */
async function bothWork(cluster: Cluster, executionId: string): Promise<void> {
  await until(
    'work of both nodes',
    async () => [...(await shares(cluster, executionId)).values()],
    (processed) => processed.length === 2 && processed.every((count) => count > 0),
  );
}

/** Resolves when the execution is driven, and all slices are held, by somebody else; returns how long that took. */
async function moved(cluster: Cluster, executionId: string, awayFrom: string): Promise<number> {
  const startedAt = performance.now();
  await until(
    'somebody else',
    async () => await hands(cluster, executionId),
    ({ driver, holders }) => driver !== undefined && driver !== awayFrom && !holders.includes(awayFrom),
  );
  return performance.now() - startedAt;
}

describe('two servers over one PostgreSQL', () => {
  test('started at the same moment on an empty database, they make one administrator', { timeout: 120_000 }, async () => {
    const url = await testDatabaseUrl('two nodes');
    const dataDirs = [newDirectory('data'), newDirectory('data')];
    const nodes = await Promise.all(
      dataDirs.map(async (dataDir) => await startProduct({ dataDir, options: ['--database-url', url], token: '-' })),
    );
    const withToken = nodes.filter(({ dataDir }) => existsSync(join(dataDir, 'admin.token')));
    expect(withToken).toHaveLength(1);
    const token = adminToken(withToken[0]!);
    for (const node of nodes) {
      const hint = node === withToken[0] ? 'try: curl' : 'use a token of theirs';
      await until('the hint', node.output, (output) => output.includes(hint));
    }
    for (const { url: server } of nodes) {
      const answer = await fetch(`${server}/api/v3/onezone/user`, { headers: { 'x-auth-token': token } });
      expect(answer.status).toBe(200);
    }
  });

  test('share an execution, and either takes any request about it', { timeout: 180_000 }, async () => {
    const cluster = await startCluster();
    const { first, second } = cluster;
    const executionId = await schedule(cluster, first, { count: 600, sleepSec: 0.2 });
    const messages: ExecutionMessage[] = [];
    const following = (async () => {
      for await (const message of second.client.executions.follow(executionId)) messages.push(message);
    })();
    await bothWork(cluster, executionId);
    await second.client.executions.pause(executionId);
    await until(
      'paused',
      async () => await first.client.executions.details(executionId),
      ({ status }) => status === 'paused',
    );
    expect(runnersOf(first)).toEqual([]);
    expect(runnersOf(second)).toEqual([]);
    await first.client.executions.resume(executionId);
    await untilEnded(second.client, executionId, 120_000);
    await expectEachOnce(second, executionId, 600);
    expect([...(await shares(cluster, executionId)).values()].every((count) => count > 0)).toBe(true);
    await following;
    const changes = messages.flatMap((message) => ('change' in message ? [message.change] : []));
    const versions = changes.map(({ version }) => version);
    expect(versions).toEqual(versions.map((_, index) => (versions[0] ?? 0) + index));
    expect(changes.some(({ to }) => to === 'paused')).toBe(true);
  });

  test.each([true, false])(
    'a cancel that one takes ends the jobs of the other one too (notify: %s)',
    { timeout: 180_000 },
    async (notify) => {
      const cluster = await startCluster(notify);
      await until(
        'the hint connections',
        async () => await hintConnections(cluster),
        (count) => count === (notify ? 2 : 0),
      );
      const { first, second } = cluster;
      const executionId = await schedule(cluster, first, { count: 2000, sleepSec: 0.5 });
      await bothWork(cluster, executionId);
      const cookies = new Set([...runnersOf(first), ...runnersOf(second)].map(({ cookie }) => cookie));
      await second.client.executions.cancel(executionId);
      await until(
        'cancelled',
        async () => await first.client.executions.details(executionId),
        ({ status }) => status === 'cancelled',
        { timeoutMs: 15_000 },
      );
      await until(
        'the end of all runners',
        () => markedProcesses().filter(({ cookie }) => cookies.has(cookie)),
        (left) => left.length === 0,
      );
      const details = await second.client.executions.details(executionId);
      const [task] = await tasksOfLane(second.client, details, 0);
      expect(task).toMatchObject({ status: 'cancelled', itemsInProcessing: 0, itemsFailed: 0 });
      expect(await valuesOf(second.client, details.storeRegistry['output'])).toHaveLength(task?.itemsProcessed ?? -1);
    },
  );

  test('when one is killed, the other one has its work within 10 s, and nothing is lost or done twice', { timeout: 180_000 }, async () => {
    const cluster = await startCluster();
    const { first, second } = cluster;
    const executionId = await schedule(cluster, first, { count: 1500, sleepSec: 0.2 });
    await bothWork(cluster, executionId);
    const { driver } = await until(
      'a driver',
      async () => await hands(cluster, executionId),
      (state) => state.driver !== undefined,
    );
    const killed = driver === (await nodeIdOf(cluster, first)) ? first : second;
    const other = killed === first ? second : first;
    const cookies = new Set(runnersOf(killed).map(({ cookie }) => cookie));
    await killed.stop('SIGKILL');
    expect(await moved(cluster, executionId, driver ?? '')).toBeLessThan(takeOverMs);
    expect(markedProcesses().filter(({ cookie }) => cookies.has(cookie))).toEqual([]);
    await untilEnded(other.client, executionId, 120_000);
    await expectEachOnce(other, executionId, 1500);
  });

  test('one that is suspended past its lease cannot write when it wakes up, and its lambdas are gone', { timeout: 180_000 }, async () => {
    const cluster = await startCluster();
    const { first, second } = cluster;
    const executionId = await schedule(cluster, first, { count: 1500, sleepSec: 0.2 });
    await bothWork(cluster, executionId);
    const { driver = '' } = await until(
      'a driver',
      async () => await hands(cluster, executionId),
      (state) => state.driver !== undefined,
    );
    const suspended = driver === (await nodeIdOf(cluster, first)) ? first : second;
    const other = suspended === first ? second : first;
    const token = await tokenOf(cluster, driver);
    const cookies = new Set(runnersOf(suspended).map(({ cookie }) => cookie));
    expect(cookies.size).toBeGreaterThan(0);
    process.kill(suspended.pid, 'SIGSTOP');
    const moving = moved(cluster, executionId, driver);
    try {
      // Nobody tells its lambdas to end: they miss its beat.
      await until(
        'the end of its lambdas',
        () => markedProcesses().filter(({ cookie }) => cookies.has(cookie)),
        (left) => left.length === 0,
        { timeoutMs: 20_000 },
      );
      expect(await moving).toBeLessThan(takeOverMs);
      const before = (await shares(cluster, executionId)).get(driver);
      await until(
        'work of the other one',
        async () => [...(await shares(cluster, executionId)).values()].reduce((sum, count) => sum + count, 0),
        (sum) => sum > (before ?? 0) + 100,
      );
      expect((await shares(cluster, executionId)).get(driver)).toBe(before);
    } finally {
      process.kill(suspended.pid, 'SIGCONT');
    }
    await until(
      'a new life of the node',
      async () => await tokenOf(cluster, driver),
      (now) => now > token,
    );
    await untilEnded(other.client, executionId, 120_000);
    await expectEachOnce(suspended, executionId, 1500);
  });
});

/** The node's id is in its data directory. */
async function nodeIdOf(cluster: Cluster, node: Product): Promise<string> {
  const id = readFileSync(join(node.dataDir, 'node.id'), 'utf8').trim();
  expect(await nodeIds(cluster)).toContain(id);
  return id;
}
