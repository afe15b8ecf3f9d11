/** What every database must do with the origins of values; rules are those of data-and-stores. */
import { ok, type StoreType } from '@laneway/model';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { randomNumbers, randomOrigins, stored } from '../../test/lineage-samples.ts';
import { defineVerb, type Database, type SqlTransaction, type SqlValue } from '../persistence/sql.ts';
import { applyStoreWrites, insertStores, type NewStore } from '../persistence/sql/stores.ts';
import { readKeptTraceIds, readTracedContent, readTracedPage } from '../persistence/sql/stores-lineage.ts';
import { mergeChunkBytes, type LogLimits } from './limits.ts';
import type { Origin, StoredOrigin } from './lineage-text.ts';
import { packWrites } from './pack-writes.ts';
import { Stores } from './store-service.ts';
import type { LogWrite, StoreWrite } from './writes.ts';

const insert = defineVerb('test.insert', 'control', async (tx, store: NewStore) => await insertStores(tx, [store]));
const apply = defineVerb(
  'test.apply',
  'data',
  async (tx, params: { readonly writes: readonly StoreWrite[]; readonly now?: number; readonly limits?: LogLimits }) =>
    await applyStoreWrites(tx, params.now ?? (await tx.now()), params.writes, params.limits),
);
const chunksOf = defineVerb(
  'test.chunks',
  'read',
  async (tx, storeId: string) =>
    await tx.all<{ item_count: number; items: string; lineage: string | null }>(
      'select item_count, items, lineage from store_chunk where store_id = ? order by first_index',
      [storeId],
    ),
);
/** What a node of an older version does when it fills a chunk up. */
const appendUntold = defineVerb('test.appendUntold', 'data', async (tx, storeId: string) => {
  await tx.run('update store_tail set next_index = next_index + 1, chunk_count = chunk_count + 1 where store_id = ?', [storeId]);
  await tx.run(`update store_chunk set item_count = item_count + 1, items = items || ? || '0' where store_id = ?`, ['\n', storeId]);
});

function counting(tx: SqlTransaction): {
  readonly tx: SqlTransaction;
  readonly statements: string[];
  readonly plans: () => Promise<string>;
} {
  const statements: string[] = [];
  const asked: [string, readonly SqlValue[]][] = [];
  const noted = (sql: string, params: readonly SqlValue[] = []): void => {
    statements.push(sql);
    asked.push([sql, params]);
  };
  const all = async <Row>(sql: string, params?: readonly SqlValue[]): Promise<Row[]> => {
    noted(sql, params);
    return await tx.all<Row>(sql, params);
  };
  return {
    statements,
    plans: async () => {
      const rows: { detail: string }[] = [];
      for (const [sql, params] of asked) rows.push(...(await tx.all<{ detail: string }>(`explain query plan ${sql}`, params)));
      return rows.map((row) => row.detail).join('\n');
    },
    tx: {
      dialect: tx.dialect,
      all,
      get: async <Row>(sql: string, params?: readonly SqlValue[]) => (await all<Row>(sql, params))[0],
      run: async (sql, params) => {
        noted(sql, params);
        return await tx.run(sql, params);
      },
      now: async () => await tx.now(),
    },
  };
}

const statementsOf = defineVerb('test.statements', 'data', async (outer, params: { readonly writes: readonly StoreWrite[] }) => {
  const { tx, statements } = counting(outer);
  await applyStoreWrites(tx, await outer.now(), params.writes);
  return statements.length;
});

const dayMs = 86_400_000;

/** `makeDatabase` gives an empty, migrated database whose verbs run in this thread. */
export function lineageTestSuite(makeDatabase: () => Promise<Database>): void {
  let database: Database;
  let service: Stores;
  let nextId = 1;

  beforeAll(async () => {
    database = await makeDatabase();
    service = new Stores({ database, describe: async (_spec, values) => values.map(ok) });
  });
  afterAll(async () => await database.close());

  async function create(type: StoreType | 'exception'): Promise<string> {
    const id = `lineage${nextId++}`;
    const spec = { type: 'object' };
    const config = { logContentDataSpec: spec, itemDataSpec: spec, timeSeriesCollectionSchema: { timeSeriesSchemas: [] } };
    const belongs = { executionId: 'execution', laneRunId: null, taskId: null, schemaId: id, name: id, initialContent: null };
    await database.call(insert, { id, ...belongs, type, config, frozen: false, logLevel: 7 });
    return id;
  }
  const write = (storeId: string, value: unknown, origin?: Origin): StoreWrite => {
    const plain = { kind: 'append', storeId, items: [JSON.stringify(value)] } as const;
    return origin === undefined ? plain : { ...plain, origin };
  };
  const entry = (storeId: string, content: number, origin?: Origin): LogWrite => {
    const plain: LogWrite = { kind: 'log', storeId, entries: [{ severity: 'info', source: 'user', content: String(content) }] };
    return origin === undefined ? plain : { ...plain, origin };
  };
  async function originsOf(storeId: string, options: { readonly index?: number; readonly limit?: number; readonly log?: true } = {}) {
    const start = { index: options.index ?? null, timestamp: null, offset: 0, limit: options.limit ?? 10_000 };
    const expiryMs = options.log === true ? dayMs : null;
    return await database.call(readTracedPage, { storeId, direction: options.log === true ? 'backward' : 'forward', ...start, expiryMs });
  }

  test('every item keeps its origin, however commits are grouped, packed and merged into chunks (property)', async () => {
    for (let seed = 1; seed <= 12; seed += 1) {
      const random = randomNumbers(seed);
      const storeId = await create('list');
      const origins = randomOrigins(random, 200 + random(2000));
      for (let at = 0; at < origins.length;) {
        const jobs = origins
          .slice(at, at + 1 + random(random(5) === 0 ? 1400 : 40))
          .map((origin, offset) => write(storeId, at + offset, origin));
        await database.call(apply, { writes: random(2) === 0 ? jobs : packWrites(jobs) });
        at += jobs.length;
      }
      const read = await originsOf(storeId);
      expect(read?.page.entries.map((item) => Number(item.text))).toEqual(origins.map((_, index) => index));
      expect(read?.origins, `seed ${seed}`).toEqual(origins.map(stored));
      const first = random(origins.length);
      const part = await originsOf(storeId, { index: first, limit: 7 });
      expect(part?.origins).toEqual(origins.slice(first, first + 7).map(stored));
    }
  });

  test('a task that fills a chunk batch by batch is named in it once', async () => {
    const storeId = await create('list');
    for (let item = 0; item < 20; item += 1) await database.call(apply, { writes: [write(storeId, 'x', { job: 'task', item: item * 2 })] });
    const [chunk, ...others] = await database.call(chunksOf, storeId);
    expect(others).toEqual([]);
    expect(chunk?.lineage).toBe(`${Array.from({ length: 20 }, (_, item) => item * 2).join(',')}@task`);
  });

  test('an append with an origin takes no more statements than one without', async () => {
    const storeId = await create('list');
    const origin = { job: 'task', item: 1 };
    const plain = await database.call(statementsOf, { writes: [write(storeId, 1)] });
    expect(await database.call(statementsOf, { writes: [write(storeId, 1, origin), write(storeId, 1, { job: 'other', item: 2 })] })).toBe(
      plain,
    );
  });

  test('chunks of initial content and of the engine alone have no lineage at all', async () => {
    const [list, log] = [await create('list'), await create('auditLog')];
    for (let count = 0; count < 3; count += 1) await database.call(apply, { writes: [write(list, 'a'), entry(log, 1)] });
    expect((await database.call(chunksOf, list)).map((chunk) => chunk.lineage)).toEqual([null]);
    expect((await database.call(chunksOf, log)).map((chunk) => chunk.lineage)).toEqual([null]);
    await database.call(apply, { writes: [write(list, 'b', { job: 'task', item: 0 })] });
    expect((await database.call(chunksOf, list)).map((chunk) => chunk.lineage)).toEqual(['-*3@\n0@task']);
  });

  test('the text beside small items is bounded too: chunks do not grow beyond what may be rewritten', async () => {
    const storeId = await create('list');
    for (let item = 0; item < 600; item += 1) {
      await database.call(apply, { writes: [write(storeId, 1, { job: `${'t'.repeat(37)}${item % 2}`, item })] });
    }
    const chunks = await database.call(chunksOf, storeId);
    for (const { items, lineage } of chunks) expect(items.length + (lineage?.length ?? 0)).toBeLessThan(4 * mergeChunkBytes);
    expect((await originsOf(storeId))?.origins.map((origin) => origin?.item)).toEqual(Array.from({ length: 600 }, (_, item) => item));
  });

  test('where a node of an older version appended to a chunk its origins are unknown, and right again in the next', async () => {
    const storeId = await create('list');
    await database.call(apply, { writes: [write(storeId, 1, { job: 'task', item: 0 })] });
    await database.call(appendUntold, storeId);
    await database.call(apply, { writes: [write(storeId, 1, { job: 'task', item: 1 })] });
    expect((await originsOf(storeId))?.origins).toEqual([null, null, null]);
    await database.call(apply, { writes: [write(storeId, 'x'.repeat(5000), { job: 'task', item: 2 })] });
    expect((await originsOf(storeId))?.origins.at(-1)).toEqual({ taskId: 'task', attempt: 1, item: 2 });
  });

  test('entries of logs keep their origins in both directions, through pruning and a new beginning (R39, R40)', async () => {
    const storeId = await create('auditLog');
    const limits: LogLimits = { maxEntryCount: 50, maxAgeMs: 365 * dayMs, expiryMs: dayMs };
    const now = Date.now();
    const of = (count: number) => (count % 3 === 0 ? undefined : { job: 'task', item: count });
    const text = 'x'.repeat(300);
    for (let count = 0; count < 200; count += 1) {
      const { entries, ...more } = entry(storeId, count, of(count));
      const long = entries.map((one) => ({ ...one, content: JSON.stringify({ count, text }) }));
      await database.call(apply, { writes: [{ ...more, entries: long }], now, limits });
    }
    const expectOrigins = (read: Awaited<ReturnType<typeof originsOf>>): void => {
      for (const [position, { text: line }] of (read?.page.entries ?? []).entries()) {
        const { count } = (JSON.parse(line) as { content: { count: number } }).content;
        expect(read?.origins[position] ?? null).toEqual(stored(of(count)));
      }
    };
    const pruned = await originsOf(storeId, { log: true });
    expect(pruned?.page.entries.length).toBeLessThan(200);
    expect(pruned?.page.entries.length).toBeGreaterThanOrEqual(50);
    expectOrigins(pruned);
    await database.call(apply, { writes: [entry(storeId, 7, { job: 'again', item: 7 })], now: now + 2 * dayMs, limits });
    const restarted = await originsOf(storeId, { log: true });
    expect(restarted?.page.entries.map((one) => one.index)).toEqual([0]);
    expect(restarted?.origins).toEqual([{ taskId: 'again', attempt: 1, item: 7 }]);
  });

  test('a content names its last write, also within one commit', async () => {
    const storeId = await create('singleValue');
    const set = (content: string, origin?: Origin): StoreWrite => ({
      kind: 'set',
      storeId,
      content,
      ...(origin === undefined ? {} : { origin }),
    });
    expect(await database.call(readTracedContent, { storeId })).toBeNull();
    await database.call(apply, { writes: [set('1')] });
    expect(await database.call(readTracedContent, { storeId })).toEqual({ content: '1', origin: null });
    await database.call(apply, { writes: [set('2', { job: 'a', item: 1 }), set('3', { job: 'b#2', item: 4 })] });
    const origin: StoredOrigin = { taskId: 'b', attempt: 2, item: 4 };
    expect(await database.call(readTracedContent, { storeId })).toEqual({ content: '3', origin });
    await database.call(apply, { writes: [set('4')] });
    expect(await database.call(readTracedContent, { storeId })).toEqual({ content: '4', origin: null });
  });

  test('trace ids kept by exception stores are found wherever they lie, many at once (R44)', async () => {
    const [a, b] = [await create('exception'), await create('exception')];
    const traceId = (storeId: string, index: number) => `${storeId}-${index}`;
    const pad = 'x'.repeat(100);
    for (let from = 0; from < 6000; from += 300) {
      for (const storeId of [a, b]) {
        const items = Array.from({ length: 300 }, (_, offset) => JSON.stringify({ traceId: traceId(storeId, from + offset), value: pad }));
        await database.call(apply, { writes: [{ kind: 'append', storeId, items }] });
      }
    }
    const entries = Array.from({ length: 1000 }, (_, n) => ({ storeId: n % 2 === 0 ? a : b, index: (n * 5999) % 6000 }));
    const wanted = [...entries, { storeId: a, index: 6000 }, { storeId: 'none', index: 0 }];
    expect(await database.call(readKeptTraceIds, { entries: wanted })).toEqual([
      ...entries.map(({ storeId, index }) => traceId(storeId, index)),
      null,
      null,
    ]);
  });

  test('only those who ask are told; without an origin the answer is null, and time series ignore the question', async () => {
    const browsed = async (storeId: string, options: Record<string, unknown>) => {
      const result = await service.browse(storeId, options);
      return result.ok ? result.value : result.error;
    };
    const [list, log, range, series] = [await create('list'), await create('auditLog'), await create('range'), await create('timeSeries')];
    await database.call(apply, { writes: [write(list, 'a'), entry(log, 1), { kind: 'set', storeId: range, content: '[0,5,1]' }] });
    expect(await browsed(list, { lineage: true })).toEqual({
      items: [{ index: '0', success: true, value: 'a', lineage: null }],
      isLast: true,
    });
    expect(await browsed(list, { lineage: 'false' })).toEqual({ items: [{ index: '0', success: true, value: 'a' }], isLast: true });
    expect(await browsed(log, { lineage: 'true' })).toMatchObject({ logEntries: [{ index: '0', content: 1, lineage: null }] });
    expect(await browsed(range, { lineage: true })).toEqual({ start: 0, end: 5, step: 1, lineage: null });
    expect(await browsed(range, {})).toEqual({ start: 0, end: 5, step: 1 });
    expect(await browsed(series, { lineage: true })).toEqual({ layout: {} });
    expect(await browsed(list, { lineage: 'maybe' })).toMatchObject({ id: 'badValueBoolean', details: { key: 'lineage' } });
  });

  test('reading a page with origins, and trace ids, goes over indexes only', async () => {
    if (database.dialect.name !== 'sqlite') return;
    const storeId = await create('exception');
    await database.call(apply, { writes: [write(storeId, { traceId: 't', value: 1 }, { job: 'task', item: 0 })] });
    const planned = defineVerb('test.plans', 'read', async (outer, _params: null) => {
      const { tx, plans } = counting(outer);
      const page = { storeId, direction: 'forward', index: null, timestamp: null, offset: 0, limit: 10, expiryMs: null } as const;
      await readTracedPage.run(tx, page);
      await readTracedContent.run(tx, { storeId });
      await readKeptTraceIds.run(tx, { entries: [{ storeId, index: 0 }] });
      return await plans();
    });
    const plans = await database.call(planned, null);
    expect(plans).toContain('SEARCH store_chunk');
    expect(plans).not.toMatch(/SCAN (store_chunk|store_content|store_tail|task|archived_lane_run)/);
  });
}
