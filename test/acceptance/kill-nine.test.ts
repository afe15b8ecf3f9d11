/**
 * The server is killed with SIGKILL in the middle of work and started again on the same data: nothing is lost and nothing is there twice
 * (design §4; I6, I13), on SQLite and on PostgreSQL.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { testDatabaseUrl } from '../support/postgres.ts';
import { changedDump, smallWorkflow } from './dumps.ts';
import {
  cleanUp,
  markedProcesses,
  newDirectory,
  runnersOf,
  sandboxesOf,
  seriesSum,
  startProduct,
  tasksOfLane,
  until,
  untilEnded,
  valuesOf,
  type Product,
} from './support.ts';

afterEach(cleanUp);

const kills = 3;

async function setting(kind: 'sqlite' | 'postgres'): Promise<() => Promise<Product>> {
  const dataDir = newDirectory('data');
  const options = kind === 'sqlite' ? [] : ['--database-url', await testDatabaseUrl('acceptance')];
  // A short lease, so that a new server takes over what the dead one held.
  return async () => await startProduct({ dataDir, options, variables: { LANEWAY_LEASE_SEC: '3' } });
}

/** Kills the server three times when the tasks processed random parts of all items, and returns the last one with the execution's end. */
async function killAndWait(start: () => Promise<Product>, first: Product, executionId: string, total: number): Promise<Product> {
  let product = first;
  const seen: number[] = [];
  for (let round = 0; round < kills; round += 1) {
    const target = ((round + 0.2 + Math.random() * 0.6) / (kills + 1)) * total;
    const processed = await until(
      `${target} items`,
      async () =>
        (await tasksOfLane(product.client, await product.client.executions.details(executionId), 0)).reduce(
          (sum, task) => sum + task.itemsProcessed,
          0,
        ),
      (count) => count >= target,
      { everyMs: 5 },
    );
    seen.push(processed);
    const cookies = new Set(runnersOf(product).map((runner) => runner.cookie));
    expect(cookies.size).toBeGreaterThan(0);
    const sandboxes = new Set(sandboxesOf(product.dataDir));
    await product.stop('SIGKILL');
    product = await start();
    // Nobody may write for a server that is gone.
    await until(
      'the end of its runners',
      () => [
        ...markedProcesses().filter((info) => cookies.has(info.cookie)),
        ...sandboxesOf(product.dataDir).filter((pid) => sandboxes.has(pid)),
      ],
      (left) => left.length === 0,
      { timeoutMs: 10_000 },
    );
  }
  console.log(`killed at ${seen.join(', ')} of ${total} items`);
  expect(seen.at(-1)).toBeLessThan(total);
  const details = await untilEnded(product.client, executionId, 120_000);
  expect(details.status).toBe('finished');
  return product;
}

describe.each(['sqlite', 'postgres'] as const)('kill −9 of the server on %s', (kind) => {
  test('20,000 items in batches of 100: each result once, counters complete', { timeout: 180_000 }, async () => {
    const itemCount = 20_000;
    const start = await setting(kind);
    const product = await start();
    const items = Array.from({ length: itemCount }, (_, index) => index);
    const inventoryId = await product.client.registry.createInventory('tests');
    const spaceId = await product.client.registry.createSpace({ name: 'space' });
    const dump = smallWorkflow({ image: 'onedata/lambda-echo:v2', itemType: 'number', batchSize: 100, config: { sleepDurationSec: 0.02 } });
    const atmWorkflowSchemaId = await product.client.registry.createWorkflowSchema(inventoryId, dump);
    const executionId = await product.client.executions.schedule({
      atmWorkflowSchemaId,
      atmWorkflowSchemaRevisionNumber: 1,
      spaceId,
      storeInitialContentOverlay: { input: items },
    });
    const last = await killAndWait(start, product, executionId, itemCount);
    const details = await last.client.executions.details(executionId);
    const values = (await valuesOf(last.client, details.storeRegistry['output'])) as readonly number[];
    expect(values).toHaveLength(itemCount);
    expect(values.toSorted((a, b) => a - b)).toEqual(items);
    expect(await tasksOfLane(last.client, details, 0)).toMatchObject([
      { status: 'finished', itemsInProcessing: 0, itemsProcessed: itemCount, itemsFailed: 0 },
    ]);
    expect(details.lanes[0]?.runs).toHaveLength(1);
    await last.stop('SIGTERM');
  });

  test('checksums with streamed measurements: every file measured exactly once (lambdas R38, §13.4)', { timeout: 180_000 }, async () => {
    const fileCount = 400;
    const start = await setting(kind);
    const product = await start();
    const directory = newDirectory('files');
    const contents = new Map<string, Buffer>();
    for (let index = 0; index < fileCount; index += 1) {
      const name = `folder ${index % 7}/file-${index}`;
      const content = Buffer.alloc(1000 + index, index);
      contents.set(name, content);
      mkdirSync(join(directory, `folder ${index % 7}`), { recursive: true });
      writeFileSync(join(directory, name), content);
    }
    const nodes = fileCount + 8;
    const inventoryId = await product.client.registry.createInventory('tests');
    const spaceId = await product.client.registry.createSpace({ name: 'files', path: directory });
    const atmWorkflowSchemaId = await product.client.registry.createWorkflowSchema(
      inventoryId,
      changedDump('calculate-checksums-mounted', () => undefined),
    );
    const executionId = await product.client.executions.schedule({
      atmWorkflowSchemaId,
      atmWorkflowSchemaRevisionNumber: 1,
      spaceId,
      storeInitialContentOverlay: { '8ef862da9c661ccded6762af6d51449e50fc90': [{ fileId: await product.client.files.lookup(spaceId) }] },
    });
    const { client, stop } = await killAndWait(start, product, executionId, 2 * nodes);
    const details = await client.executions.details(executionId);
    const tasks = await tasksOfLane(client, details, 0);
    expect(tasks).toHaveLength(2);
    const bytes = [...contents.values()].reduce((sum, content) => sum + content.length, 0);
    for (const task of tasks) {
      expect(task).toMatchObject({ status: 'finished', itemsInProcessing: 0, itemsProcessed: nodes, itemsFailed: 0 });
      for (const metric of ['sum5s', 'sum1m', 'sum1h']) {
        expect(await seriesSum(client, task.timeSeriesStoreId, 'filesProcessed', metric)).toBe(fileCount);
        expect(await seriesSum(client, task.timeSeriesStoreId, 'bytesProcessed', metric)).toBe(bytes);
      }
    }
    const results = (await valuesOf(client, details.storeRegistry['00c9fb9ef9c021adfe56b86bc96fd8f2afdf06'])) as readonly {
      algorithm: string;
      checksum: string | null;
    }[];
    for (const algorithm of ['md5', 'sha256']) {
      const found = results.filter((result) => result.algorithm === algorithm);
      expect(found).toHaveLength(nodes);
      const expected = [...contents.values()].map((content) => createHash(algorithm).update(content).digest('hex'));
      expect(found.flatMap((result) => (result.checksum === null ? [] : [result.checksum])).toSorted()).toEqual(expected.toSorted());
    }
    await stop('SIGTERM');
  });
});
