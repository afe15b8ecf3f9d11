/** `laneway logs` on the product: followed live, over a server that is killed and comes back, and left with Ctrl-C. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkflowDump } from '@laneway/client';
import { afterAll, expect, test } from 'vitest';
import { changedDump } from './dumps.ts';
import { inputStore } from './scenario-server.ts';
import { cleanUp, laneway, newDirectory, startLaneway, startProduct, until, type Product } from './support.ts';

afterAll(cleanUp);

/** Two lanes with tasks that sleep so long. */
function sleeping(seconds: number): WorkflowDump {
  return changedDump('workflow-with-sleep-two-lanes', (dump) => {
    for (const lane of dump.revision.atmWorkflowSchemaRevision.lanes) {
      for (const box of lane.parallelBoxes) for (const task of box.tasks) task.lambdaConfig['sleepDurationSec'] = seconds;
    }
  });
}

async function schedule(product: Product, dump: WorkflowDump): Promise<string> {
  const path = newDirectory('files');
  writeFileSync(join(path, 'file1'), '100');
  const spaceId = await product.client.registry.createSpace({ name: 'files', path });
  const inventoryId = await product.client.registry.createInventory('inventory');
  return await product.client.executions.schedule({
    spaceId,
    atmWorkflowSchemaId: await product.client.registry.createWorkflowSchema(inventoryId, dump),
    atmWorkflowSchemaRevisionNumber: dump.revision.originalRevisionNumber,
    storeInitialContentOverlay: { [inputStore(dump)]: [{ fileId: await product.client.files.lookup(`${spaceId}/file1`) }] },
  });
}

test(
  'logs that are followed survive a server that is killed and comes back: every line once, and the end',
  { timeout: 120_000 },
  async () => {
    const first = await startProduct();
    const id = await schedule(first, sleeping(1));
    const follow = startLaneway(['logs', id, '--all', '--follow', '--json', '--data-dir', first.dataDir]);
    await until('the first lines of a task', follow.out, (out) => out.includes('1s sleep'));
    await first.stop('SIGKILL');
    const second = await startProduct({ dataDir: first.dataDir });
    expect(await follow.ended).toBe(0);
    expect((await second.client.executions.details(id)).status).toBe('finished');
    const all = await laneway(['logs', id, '--all', '--json', '--data-dir', first.dataDir]);
    expect(follow.out().split('\n').toSorted()).toEqual(all.out.split('\n').toSorted());
    const lines = (out: string) =>
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { readonly timestamp: number; readonly from: object });
    const times = lines(all.out).map(({ timestamp }) => timestamp);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const task = await laneway(['logs', id, '--task', '5s sleep', '--json', '--data-dir', first.dataDir]);
    const entries = lines(task.out);
    expect(entries.length).toBeGreaterThan(0);
    for (const { from } of entries)
      expect(from).toMatchObject({ taskName: '5s sleep', laneIndex: 2, runNumber: 1, boxIndex: 3, taskIndex: 1 });
    await second.stop('SIGTERM');
  },
);

test('Ctrl-C leaves logs that are followed; the execution goes on', async () => {
  const product = await startProduct();
  const id = await schedule(product, sleeping(60));
  const follow = startLaneway(['logs', id, '--follow', '--data-dir', product.dataDir]);
  await until('the first lines', follow.out, (out) => out !== '');
  follow.kill('SIGINT');
  expect(await follow.ended).toBe('SIGINT');
  expect(['scheduled', 'active']).toContain((await product.client.executions.details(id)).status);
  await product.client.executions.cancel(id);
  await product.stop('SIGTERM');
});
