/**
 * Items per second of a long list through the product, beside the plain loop, in one run; what the last tenth
 * costs beside the first; the server's memory. Usage: node bench/echo-items.ts [items] [batch size]
 */
import { echoDump, echoLambda } from './echo-workflow.ts';
import { runPlainLoop } from './plain-loop.ts';
import { startServerProcess } from './server-process.ts';

const itemCount = Number(process.argv[2] ?? 1_000_000);
const batchSize = Number(process.argv[3] ?? 100);

interface Measured {
  readonly itemsPerSecond: number;
  /** Seconds for each tenth of the items. */
  readonly tenths: readonly number[];
  readonly highestMb: number;
}

async function runProduct(): Promise<Measured> {
  const server = await startServerProcess();
  try {
    const { client } = server;
    const inventoryId = await client.registry.createInventory('bench');
    const schemaId = await client.registry.createWorkflowSchema(inventoryId, echoDump(batchSize));
    const spaceId = await client.registry.createSpace({ name: 'bench' });
    const executionId = await client.executions.schedule({
      spaceId,
      atmWorkflowSchemaId: schemaId,
      atmWorkflowSchemaRevisionNumber: 1,
      storeInitialContentOverlay: { input: Array.from({ length: itemCount }, (_, index) => index) },
    });
    const taskId = await firstTask(executionId);
    const marks: number[] = [];
    for (;;) {
      const { itemsProcessed } = await client.executions.task(taskId);
      const now = performance.now();
      while (marks.length <= Math.floor((10 * itemsProcessed) / itemCount)) marks.push(now);
      if (itemsProcessed >= itemCount) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { status } = await client.executions.details(executionId);
    if (!['active', 'stopping', 'finished'].includes(status)) throw new Error(`the execution is ${status}`);
    const [first = 0] = marks;
    const tenths = marks.slice(1, 11).map((mark, index) => (mark - (marks[index] ?? first)) / 1000);
    return { itemsPerSecond: (itemCount * 1000) / ((marks[10] ?? 0) - first), tenths, highestMb: server.peakMb() };

    async function firstTask(id: string): Promise<string> {
      for (;;) {
        const task = (await client.executions.details(id)).lanes[0]?.runs[0]?.parallelBoxes[0]?.taskRegistry['echo'];
        if (task !== undefined) return task;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  } finally {
    await server.stop();
  }
}

const product = await runProduct();
const loop = await runPlainLoop({ itemCount: Math.min(itemCount, 200_000), batchSize, lambda: echoLambda });
const [firstTenth = 0] = product.tenths;
const lastTenth = product.tenths.at(-1) ?? 0;
const lines = [
  `items ${itemCount}, batches of ${batchSize}`,
  `product     ${Math.round(product.itemsPerSecond)} items/s`,
  `plain loop  ${Math.round(loop.itemsPerSecond)} items/s`,
  `ratio       ${(product.itemsPerSecond / loop.itemsPerSecond).toFixed(2)} (goal: at least 0.50)`,
  `tenths      ${product.tenths.map((seconds) => seconds.toFixed(1)).join(' ')} s`,
  `last/first  ${(lastTenth / firstTenth).toFixed(2)} (goal: at most 1.20)`,
  `memory      ${Math.round(product.highestMb)} MB at most (goal: below 400)`,
];
process.stdout.write(`${lines.join('\n')}\n`);
