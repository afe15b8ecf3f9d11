/**
 * How fast a cancel is, seen by a client: with 8 jobs in flight of a lambda that sleeps 200 ms and obeys, beside a
 * running execution of items of 1 KB, and with 100 and 1,000,000 items pending, in turn, in one run.
 * Usage: node bench/cancel-latency.ts [rounds]
 */
import type { LanewayClient } from '@laneway/client';
import { phaseOf } from '@laneway/model';
import { echoDump, type EchoOptions } from './echo-workflow.ts';
import { figures, quantile } from './quantiles.ts';
import { startServerProcess } from './server-process.ts';

const rounds = Number(process.argv[2] ?? 100);
const jobsInFlight = 8;

interface Cancelled {
  /** From the request to its answer. */
  readonly acknowledgedMs: number;
  /** From the answer to the end of the execution, as its event stream tells. */
  readonly terminalMs: number;
}

class Bench {
  readonly client: LanewayClient;
  #inventoryId = '';
  #spaceId = '';

  constructor(client: LanewayClient) {
    this.client = client;
  }

  async prepare(): Promise<void> {
    this.#inventoryId = await this.client.registry.createInventory('bench');
    this.#spaceId = await this.client.registry.createSpace({ name: 'bench' });
  }

  async schema(batchSize: number, options: EchoOptions): Promise<string> {
    return await this.client.registry.createWorkflowSchema(this.#inventoryId, echoDump(batchSize, options));
  }

  async start(schemaId: string, input: unknown): Promise<string> {
    return await this.client.executions.schedule({
      spaceId: this.#spaceId,
      atmWorkflowSchemaId: schemaId,
      atmWorkflowSchemaRevisionNumber: 1,
      storeInitialContentOverlay: { input },
    });
  }

  /** Cancels once all the jobs are in flight. */
  async cancelled(schemaId: string, input: unknown): Promise<Cancelled> {
    const { executions } = this.client;
    const executionId = await this.start(schemaId, input);
    // Every runner has answered once: what is measured is not their start.
    while (!(await this.#isUnderWay(executionId))) await new Promise((resolve) => setTimeout(resolve, 20));
    const ended = this.#cancelledAt(executionId);
    const askedAt = performance.now();
    await executions.cancel(executionId);
    const answeredAt = performance.now();
    const endedAt = await ended;
    await executions.delete(executionId);
    return { acknowledgedMs: answeredAt - askedAt, terminalMs: endedAt - answeredAt };
  }

  async hasEnded(executionId: string): Promise<boolean> {
    return phaseOf((await this.client.executions.details(executionId)).status) === 'ended';
  }

  async #cancelledAt(executionId: string): Promise<number> {
    for await (const message of this.client.executions.follow(executionId)) {
      if (message.kind === 'execution' && message.change.to === 'cancelled') return performance.now();
      if (message.kind === 'snapshot' && message.details.status === 'cancelled') return performance.now();
    }
    throw new Error(`execution ${executionId} was not cancelled`);
  }

  async #isUnderWay(executionId: string): Promise<boolean> {
    const { lanes } = await this.client.executions.details(executionId);
    const taskId = lanes[0]?.runs[0]?.parallelBoxes[0]?.taskRegistry['echo'];
    if (taskId === undefined) return false;
    const { itemsProcessed } = await this.client.executions.task(taskId);
    return itemsProcessed >= jobsInFlight;
  }
}

function line(title: string, results: readonly Cancelled[]): string {
  const acknowledged = results.map((result) => result.acknowledgedMs);
  const terminal = results.map((result) => result.terminalMs);
  return `${title.padEnd(28)} acknowledged ${figures(acknowledged)}   terminal ${figures(terminal)}`;
}

const medianOf = (results: readonly Cancelled[], key: keyof Cancelled): number =>
  quantile(
    results.map((result) => result[key]),
    0.5,
  );

const server = await startServerProcess({
  LANEWAY_JOBS_PER_TASK: String(jobsInFlight),
  LANEWAY_JOBS_PER_NODE: String(4 * jobsInFlight),
});
try {
  const bench = new Bench(server.client);
  await bench.prepare();
  const list = await bench.schema(1, { sleepSec: 0.2 });
  const range = await bench.schema(1, { sleepSec: 0.2, input: 'range' });
  const hundred = Array.from({ length: 100 }, (_, index) => index);
  // The server's code is warm: its first requests are not what a cancel costs.
  for (let round = 0; round < 10; round += 1) await bench.cancelled(list, hundred);
  const alone: Cancelled[] = [];
  for (let round = 0; round < rounds; round += 1) alone.push(await bench.cancelled(list, hundred));
  const few: Cancelled[] = [];
  const many: Cancelled[] = [];
  for (let round = 0; round < Math.ceil(rounds / 4); round += 1) {
    few.push(await bench.cancelled(range, { start: 0, end: 100, step: 1 }));
    many.push(await bench.cancelled(range, { start: 0, end: 1_000_000, step: 1 }));
  }
  const other = await bench.schema(100, { sleepSec: 0.2, items: 'text' });
  const texts = Array.from({ length: 40_000 }, (_, index) => String(index).padEnd(1024, '.'));
  const beside: Cancelled[] = [];
  let busy = await bench.start(other, texts);
  for (let round = 0; round < Math.ceil(rounds / 4); round += 1) {
    if (await bench.hasEnded(busy)) busy = await bench.start(other, texts);
    beside.push(await bench.cancelled(list, hundred));
  }
  if (!(await bench.hasEnded(busy))) await bench.client.executions.cancel(busy);
  const lines = [
    `milliseconds: median, 99th percentile, maximum; ${jobsInFlight} jobs in flight`,
    line(`alone (${alone.length})`, alone),
    line(`100 pending (${few.length})`, few),
    line(`1,000,000 pending (${many.length})`, many),
    line(`beside other work (${beside.length})`, beside),
    `1,000,000 / 100 pending: acknowledged ${(medianOf(many, 'acknowledgedMs') / medianOf(few, 'acknowledgedMs')).toFixed(2)}, ` +
      `terminal ${(medianOf(many, 'terminalMs') / medianOf(few, 'terminalMs')).toFixed(2)} (goal: 0.80 to 1.20)`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
} finally {
  await server.stop();
}
