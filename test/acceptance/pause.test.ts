/**
 * Pausing through the product: a real handler sleeps in the server's sandbox, a pause lets its batch end, and the execution goes on where
 * it was (execution §7.2, §7.4, R51–R56, R66–R68; scenarios S6, S9a, S13 with the sleeps scaled).
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionDetails } from '@laneway/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changedDump, scenarioDump } from './dumps.ts';
import { inputStore } from './scenario-server.ts';
import { cleanUp, newDirectory, startProduct, tasksOfLane, until, type Product } from './support.ts';

let product: Product;
let spaceId: string;
let inventoryId: string;
let fileIds: readonly string[];

beforeAll(async () => {
  product = await startProduct({ variables: { LANEWAY_CANCEL_GRACE_SEC: '2' } });
  const directory = newDirectory('files');
  const names = Array.from({ length: 6 }, (_, index) => `file${index + 1}`);
  for (const name of names) writeFileSync(join(directory, name), '100');
  spaceId = await product.client.registry.createSpace({ name: 'files', path: directory });
  fileIds = await Promise.all(names.map(async (name) => await product.client.files.lookup(`${spaceId}/${name}`)));
  inventoryId = await product.client.registry.createInventory('tests');
});
afterAll(cleanUp);

/** The two-lanes workflow with these sleeps, in batches of `batchSize` items. */
async function run(sleeps: readonly (readonly number[])[], batchSize = 100): Promise<string> {
  const dump = changedDump('workflow-with-sleep-two-lanes', (plain) => {
    for (const [laneIndex, lane] of plain.revision.atmWorkflowSchemaRevision.lanes.entries()) {
      lane.storeIteratorSpec.maxBatchSize = batchSize;
      for (const [boxIndex, box] of lane.parallelBoxes.entries()) {
        for (const task of box.tasks) task.lambdaConfig['sleepDurationSec'] = sleeps[laneIndex]![boxIndex]!;
      }
    }
  });
  return await product.client.executions.schedule({
    atmWorkflowSchemaId: await product.client.registry.createWorkflowSchema(inventoryId, dump),
    atmWorkflowSchemaRevisionNumber: 1,
    spaceId,
    storeInitialContentOverlay: { [inputStore(scenarioDump('workflow-with-sleep-two-lanes'))]: fileIds.map((fileId) => ({ fileId })) },
  });
}

async function reaches(
  id: string,
  what: string,
  holds: (details: ExecutionDetails) => boolean | Promise<boolean>,
): Promise<ExecutionDetails> {
  const look = async (): Promise<{ readonly details: ExecutionDetails; readonly isThere: boolean }> => {
    const details = await product.client.executions.details(id);
    return { details, isThere: await holds(details) };
  };
  return (await until(what, look, ({ isThere }) => isThere)).details;
}

async function inProcessing(details: ExecutionDetails, lane: number): Promise<boolean> {
  return (await tasksOfLane(product.client, details, lane)).some((task) => task.itemsInProcessing > 0);
}

/** Every task of both lanes has processed every item once, and none failed. */
async function expectAllOnce(details: ExecutionDetails): Promise<void> {
  expect(details.status).toBe('finished');
  for (const lane of [0, 1]) {
    expect(details.lanes[lane]?.runs).toHaveLength(1);
    for (const task of await tasksOfLane(product.client, details, lane)) {
      expect(task).toMatchObject({ status: 'finished', itemsInProcessing: 0, itemsProcessed: fileIds.length, itemsFailed: 0 });
    }
  }
}

test('S6 a pause lets the sleeping batch end, and the resumed execution does nothing twice', { timeout: 60_000 }, async () => {
  const id = await run([
    [1.5, 0.1],
    [0, 0, 0],
  ]);
  await reaches(id, 'a running batch', async (details) => await inProcessing(details, 0));
  await product.client.executions.pause(id, 'a look at the first results');
  const paused = await reaches(id, 'paused', ({ status }) => status === 'paused');
  expect(paused.suspendTime).toBeGreaterThanOrEqual(paused.startTime);
  const [first, second] = await tasksOfLane(product.client, paused, 0);
  expect(first).toMatchObject({ status: 'paused', itemsInProcessing: 0, itemsProcessed: fileIds.length, itemsFailed: 0 });
  expect(second).toMatchObject({ status: 'paused', itemsInProcessing: 0, itemsProcessed: 0, itemsFailed: 0 });
  await product.client.executions.resume(id);
  await expectAllOnce(await reaches(id, 'the end', ({ status }) => status === 'finished' || status === 'failed'));
});

test('S9 paused again and again in both lanes, each item is processed once by each task', { timeout: 120_000 }, async () => {
  const sleeps = [
    [0.2, 0.2],
    [0.2, 0.2, 0.2],
  ];
  const id = await run(sleeps, 1);
  let pauses = 0;
  for (const lane of [0, 0, 1, 1]) {
    const isOver = ({ status }: ExecutionDetails): boolean => status === 'finished';
    const now = await reaches(id, `work in lane ${lane + 1}`, async (details) => isOver(details) || (await inProcessing(details, lane)));
    if (isOver(now)) break;
    // It may have ended between the look and the request.
    const isTaken = await product.client.executions.pause(id).then(
      () => true,
      () => false,
    );
    if (!isTaken) break;
    const paused = await reaches(id, 'paused', ({ status }) => status === 'paused');
    for (const task of await tasksOfLane(product.client, paused, lane))
      expect(task).toMatchObject({ itemsInProcessing: 0, itemsFailed: 0 });
    pauses += 1;
    await product.client.executions.resume(id);
  }
  expect(pauses).toBeGreaterThan(0);
  await expectAllOnce(await reaches(id, 'the end', ({ status }) => status === 'finished' || status === 'failed'));
});

test('S13 a cancel while pausing aborts the batch that the pause was waiting for', { timeout: 60_000 }, async () => {
  const id = await run([
    [60, 60],
    [0, 0, 0],
  ]);
  await reaches(id, 'a running batch', async (details) => await inProcessing(details, 0));
  await product.client.executions.pause(id);
  expect((await product.client.executions.details(id)).status).toBe('stopping');
  await product.client.executions.cancel(id);
  // Long before the sleep would be over, or the test would run into its time limit.
  const details = await reaches(id, 'cancelled', ({ status }) => status === 'cancelled');
  for (const task of await tasksOfLane(product.client, details, 0)) {
    expect(task).toMatchObject({ status: 'cancelled', itemsInProcessing: 0, itemsProcessed: 0, itemsFailed: 0 });
  }
});
