/**
 * Stores at size, in one run: how fast a list grows when it is nearly empty and when it is full, in turn; what a page of it
 * costs over HTTP wherever it lies; bytes on disk; how long others wait while its execution is deleted.
 * Usage: node bench/stores.ts [--items 10000000] [--database-url postgres://…], an empty database.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDatabase, silentLogger, type Database } from '@laneway/engine';
import { GarbageCollector } from '../packages/engine/src/control/garbage-collector.ts';
import { discard } from '../packages/engine/src/control/discarding.ts';
import { loadExecution } from '../packages/engine/src/persistence/sql/executions.ts';
import { discardedExecutions } from '../packages/engine/src/persistence/sql/deletion.ts';
import { readStorePage } from '../packages/engine/src/persistence/sql/stores-read.ts';
import { echoDump } from './echo-workflow.ts';
import { fill, growInTurn, itemsOfJob, type Growth, type ItemText } from './filling.ts';
import { Pauses } from './pauses.ts';
import { figures, quantile } from './quantiles.ts';
import { startServerProcess, type ServerProcess } from './server-process.ts';
import { addList, append, bytesOnDisk, touch } from './store-verbs.ts';

const { values: options } = parseArgs({
  options: { items: { type: 'string', default: '10000000' }, 'database-url': { type: 'string' } },
});
const itemCount = Number(options.items);
const databaseUrl = options['database-url'];
const windows = 5;
/** Items that each of them appends: few enough that a list that was empty is nearly empty still. */
const windowItems = Math.ceil(itemCount / 25);
const pagesOfPlace = itemCount >= 1_000_000 ? 200 : 20;

const integer: ItemText = (index) => String(index);
/** Texts that do not compress: PostgreSQL compresses what it can. */
const shortText: ItemText = () => JSON.stringify(randomBytes(15).toString('base64'));
const kilobyte: ItemText = () => JSON.stringify(randomBytes(766).toString('base64').slice(0, 1022));

const dataDir = mkdtempSync(join(tmpdir(), 'laneway-bench-'));
const print = (title: string, text: string): void => void process.stdout.write(`${title.padEnd(24)}${text}\n`);

async function withServer<T>(use: (server: ServerProcess) => Promise<T>): Promise<T> {
  const place = databaseUrl === undefined ? {} : { LANEWAY_DATABASE_URL: databaseUrl };
  const server = await startServerProcess({ LANEWAY_LOG_LEVEL: 'error', ...place }, dataDir);
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}

/** The server's own database, while no server runs. */
async function withDatabase<T>(use: (database: Database) => Promise<T>): Promise<T> {
  const verbModules = [new URL('./store-verbs.ts', import.meta.url).href];
  const path = join(dataDir, 'laneway.sqlite');
  const database = await openDatabase(
    databaseUrl === undefined ? { kind: 'file', path, verbModules } : { kind: 'postgres', url: databaseUrl },
  );
  try {
    return await use(database);
  } finally {
    await database.close();
  }
}

interface Subject {
  readonly executionId: string;
  /** Its list. */
  readonly storeId: string;
}

/** An execution that has ended, with an empty list. */
async function prepare({ client }: ServerProcess): Promise<Subject> {
  const inventoryId = await client.registry.createInventory('bench');
  const atmWorkflowSchemaId = await client.registry.createWorkflowSchema(inventoryId, echoDump(itemsOfJob));
  const spaceId = await client.registry.createSpace({ name: 'bench' });
  const request = { spaceId, atmWorkflowSchemaId, atmWorkflowSchemaRevisionNumber: 1, storeInitialContentOverlay: { input: [] } };
  const executionId = await client.executions.schedule(request);
  for (;;) {
    const { status, storeRegistry } = await client.executions.details(executionId);
    if (status === 'finished') return { executionId, storeId: storeRegistry['output'] ?? '' };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function measureGrowth(database: Database, { storeId, executionId }: Subject): Promise<void> {
  const bytesBefore = await database.call(bytesOnDisk, null);
  const seconds = await fill(database, storeId, integer, 0, itemCount);
  const bytesAfter = await database.call(bytesOnDisk, null);
  print('filled', `${itemCount} integers, jobs of ${itemsOfJob}, ${Math.round(itemCount / seconds)} items/s`);
  print('bytes per item', `${((bytesAfter - bytesBefore) / itemCount).toFixed(1)} (integers)`);
  const empty: number[] = [];
  const full: number[] = [];
  const grown: Growth = { storeId, from: itemCount, spentMs: 0 };
  for (let round = 0; round < windows; round += 1) {
    const fresh: Growth = { storeId: `empty${round}`, from: 0, spentMs: 0 };
    await database.call(addList, { storeId: fresh.storeId, executionId });
    const before = { ...grown };
    await growInTurn(database, [fresh, grown], integer, windowItems);
    empty.push((fresh.from * 1000) / fresh.spentMs);
    full.push(((grown.from - before.from) * 1000) / (grown.spentMs - before.spentMs));
  }
  const rates = (values: readonly number[]): string => values.map((rate) => Math.round(rate / 1000)).join(' ');
  print('appended when empty', `${rates(empty)} thousand items/s`);
  print('appended when full', `${rates(full)} thousand items/s`);
  print('full/empty', `${(quantile(full, 0.5) / quantile(empty, 0.5)).toFixed(2)} (goal: 0.80 to 1.20)`);
}

/** Lists of other items belong to the same execution and go with it. */
async function measureBytes(database: Database, { executionId }: Subject): Promise<void> {
  for (const [name, item, count] of [
    ['texts of 20 bytes', shortText, Math.ceil(itemCount / 10)],
    ['texts of 1 KB', kilobyte, Math.ceil(itemCount / 50)],
  ] as const) {
    await database.call(addList, { storeId: name, executionId });
    const before = await database.call(bytesOnDisk, null);
    await fill(database, name, item, 0, count);
    print('bytes per item', `${(((await database.call(bytesOnDisk, null)) - before) / count).toFixed(1)} (${name}, ${count} of them)`);
  }
}

async function measurePages({ client }: ServerProcess, storeId: string): Promise<void> {
  const last = itemCount - 1000;
  /** Where a page of a thousand items begins; null: one item only, for what a request costs by itself. */
  const places: Readonly<Record<string, () => number | null>> = {
    'of one item': () => null,
    first: () => 0,
    middle: () => Math.floor(last / 2),
    last: () => last,
    random: () => Math.floor(Math.random() * last),
  };
  // The server's code is warm: its first requests are not what a page costs.
  for (let round = 0; round < 1000; round += 1) await client.stores.content(storeId, { index: '0' });
  const times = new Map<string, number[]>(Object.keys(places).map((place) => [place, []]));
  for (let round = 0; round < pagesOfPlace; round += 1) {
    for (const [place, index] of Object.entries(places)) {
      const from = index();
      const limit = from === null ? 1 : 1000;
      const startedAt = performance.now();
      const page = (await client.stores.content(storeId, { index: String(from ?? 0), limit })) as { items: readonly unknown[] };
      times.get(place)?.push(performance.now() - startedAt);
      if (page.items.length !== limit) throw new Error(`a page of ${page.items.length} items`);
    }
  }
  for (const [place, found] of times) print(`page, ${place}`, `${figures(found)} ms: median, 99th percentile, maximum (goal: below 20)`);
}

async function measureDeletion(database: Database, { executionId }: Subject): Promise<void> {
  await database.call(addList, { storeId: 'other', executionId: 'other' });
  const page = { storeId: 'other', direction: 'forward', index: 0, timestamp: null, offset: 0, limit: 100, expiryMs: null } as const;
  const pauses = new Pauses({
    commit: async () => await database.call(append, { writes: [{ kind: 'append', storeId: 'other', items: ['1'] }] }),
    command: async () => await database.call(touch, { storeId: 'other' }),
    page: async () => await database.call(readStorePage, page),
  });
  const retention = { suspendedMs: 1, endedMs: 1, auditMs: 1_000_000_000, bulkMs: 1, intervalMs: 1 };
  const collector = new GarbageCollector({ database, retention, log: silentLogger });
  const alone = await pauses.during(async () => await new Promise((resolve) => setTimeout(resolve, 2000)));
  const startedAt = performance.now();
  const deleting = await pauses.during(async () => {
    const { execution } = await database.call(loadExecution, { executionId });
    const discarded = await discard(database, execution, { mark: null, dryRun: false });
    if (discarded.kind !== 'discarded') throw new Error(`the execution is ${discarded.kind}`);
    while ((await database.call(discardedExecutions, { limit: 1 })).length > 0) await collector.purge();
  });
  const tookMs = performance.now() - startedAt;
  print('deleted', `in ${(tookMs / 1000).toFixed(1)} s`);
  for (const [kind, times] of Object.entries(deleting)) {
    print(`${kind} meanwhile`, `${figures(times)} ms (alone: ${figures(alone[kind] ?? [])}; goal: at most 50)`);
  }
}

try {
  const subject = await withServer(prepare);
  await withDatabase(async (database) => await measureGrowth(database, subject));
  await withServer(async (server) => await measurePages(server, subject.storeId));
  await withDatabase(async (database) => {
    await measureBytes(database, subject);
    await measureDeletion(database, subject);
  });
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
