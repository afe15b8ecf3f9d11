/**
 * A tree of very many files through a real server that is killed twice on the way (design §6; I6, I13): each entry once, in
 * little memory. The suite runs a short form; `npm run chaos:files` the full one, of a million files.
 */
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LanewayClient } from '@laneway/client';
import { afterEach, expect, it } from 'vitest';
import { echoDump } from '../../bench/echo-workflow.ts';
import { cleanUp, newDirectory, startProduct, tasksOfLane, until, untilEnded, type Product } from '../acceptance/support.ts';
import { makeManyFiles, Tally } from './many-files.ts';

const isFull = process.env['LANEWAY_TEST_CHAOS'] === 'full';
const fileCount = isFull ? 1_000_000 : 20_000;
const highestMb = 400;
const kills = 2;
const timeoutMs = isFull ? 900_000 : 180_000;

afterEach(cleanUp);

it(
  `every one of ${fileCount} files comes once, with ${kills} kills −9 on the way and below ${highestMb} MB (data-and-stores R46, R50, R51)`,
  { timeout: timeoutMs },
  async () => {
    const directory = newDirectory('files');
    const root = join(directory, 'files');
    mkdirSync(root);
    const createdAt = performance.now();
    const tree = makeManyFiles(root, fileCount);
    const createdMs = performance.now() - createdAt;
    const dataDir = join(directory, 'data');
    const peaks: number[] = [];
    let writtenBytes = 0;
    const startedAt = performance.now();

    let product = await startProduct({ dataDir });
    const executionId = await schedule(product.client, root);
    for (let kill = 1; kill <= kills; kill += 1) {
      await untilProcessed(product.client, executionId, Math.floor((fileCount * kill) / (kills + 1)));
      if (kill === 1) tree.vanish();
      peaks.push(peakMb(product));
      writtenBytes += bytesWritten(product);
      await product.stop('SIGKILL');
      product = await startProduct({ dataDir });
    }
    const details = await untilEnded(product.client, executionId, timeoutMs);
    const seconds = (performance.now() - startedAt) / 1000;

    const [task] = await tasksOfLane(product.client, details, 0);
    const tally = new Tally(fileCount);
    for await (const entry of product.client.stores.entries(details.storeRegistry['output'] ?? '')) {
      if (!entry.success) throw new Error(`an entry is not there: ${JSON.stringify(entry)}`);
      tally.add((entry.value as { name: string }).name);
    }
    peaks.push(peakMb(product));
    writtenBytes += bytesWritten(product);
    console.log(
      `${fileCount} files made in ${(createdMs / 1000).toFixed(1)} s, walked and handled in ${seconds.toFixed(1)} s with ${kills} kills; ` +
        `${task?.itemsFailed} items failed; resident at most ${peaks.map((peak) => Math.round(peak)).join(', ')} MB; for each file ` +
        `${Math.round(statSync(join(dataDir, 'laneway.sqlite')).size / fileCount)} bytes in the database, ${Math.round(writtenBytes / fileCount)} written`,
    );
    expect(tally.problems(tree)).toEqual([]);
    // Names that are no text fail, so the lane does; what vanished fails where it was walked before.
    expect(details.status).toBe('failed');
    expect(task).toMatchObject({ itemsInProcessing: 0, itemsProcessed: tally.total + (task?.itemsFailed ?? 0) });
    expect(task?.itemsFailed).toBeGreaterThanOrEqual(tree.unreadableCount);
    expect(Math.max(...peaks)).toBeLessThan(highestMb);
  },
);

async function schedule(client: LanewayClient, root: string): Promise<string> {
  const inventoryId = await client.registry.createInventory('files');
  const spaceId = await client.registry.createSpace({ name: 'files', path: root });
  const atmWorkflowSchemaId = await client.registry.createWorkflowSchema(
    inventoryId,
    echoDump(1000, { input: 'treeForest', items: 'file' }),
  );
  const rootFile = await client.files.lookup(spaceId);
  return await client.executions.schedule({
    spaceId,
    atmWorkflowSchemaId,
    atmWorkflowSchemaRevisionNumber: 1,
    storeInitialContentOverlay: { input: [{ fileId: rootFile }] },
  });
}

async function untilProcessed(client: LanewayClient, executionId: string, count: number): Promise<void> {
  await until(
    `the first ${count} items`,
    async () => (await tasksOfLane(client, await client.executions.details(executionId), 0))[0]?.itemsProcessed ?? 0,
    (processed) => processed >= count,
    { timeoutMs, everyMs: 20 },
  );
}

/** The most memory that the server ever had resident, as the kernel counts it. */
function peakMb({ pid }: Product): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** Bytes that the server gave to the disk so far. */
function bytesWritten({ pid }: Product): number {
  return Number(/^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}
