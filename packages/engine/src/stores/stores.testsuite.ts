/** What every database must do with stores; rules are those of data-and-stores unless another document is named. */
import { makeError, ok, posixError, refuse, type StoreType } from '@laneway/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StoreService } from '../engine-api.ts';
import { defineVerb, type Database, type SqlTransaction, type SqlValue } from '../persistence/sql.ts';
import {
  applyStoreWrites,
  copyTimeSeries,
  deleteStores,
  insertStores,
  readContent,
  readItems,
  setFrozen,
  storeCount,
  type NewStore,
} from '../persistence/sql/stores.ts';
import { findTraceIds, readStoreBounds, readStorePart } from '../persistence/sql/stores-export.ts';
import { readLogAfter, readStore, readStorePage } from '../persistence/sql/stores-read.ts';
import { readSeriesMetrics, readSeriesSlice } from '../persistence/sql/stores-series-read.ts';
import type { LogLimits } from './limits.ts';
import { Stores } from './store-service.ts';
import type { LogWrite, MeasureWrite, StoreWrite } from './writes.ts';

const insert = defineVerb(
  'test.insert',
  'control',
  async (tx, params: { stores: readonly NewStore[] }) => await insertStores(tx, params.stores),
);
const apply = defineVerb('test.apply', 'data', async (tx, params: { writes: readonly StoreWrite[]; now?: number; limits?: LogLimits }) =>
  params.limits === undefined
    ? await applyStoreWrites(tx, params.now ?? (await tx.now()), params.writes)
    : await applyStoreWrites(tx, params.now ?? (await tx.now()), params.writes, params.limits),
);
const freeze = defineVerb(
  'test.freeze',
  'control',
  async (tx, params: { ids: readonly string[]; flag: boolean }) => await setFrozen(tx, params.ids, params.flag),
);
const copy = defineVerb(
  'test.copy',
  'control',
  async (tx, params: { from: string; to: string }) => await copyTimeSeries(tx, params.from, params.to),
);
const remove = defineVerb(
  'test.remove',
  'control',
  async (tx, params: Parameters<typeof deleteStores>[1]) => await deleteStores(tx, params),
);
const items = defineVerb('test.items', 'read', readItems);
const count = defineVerb('test.count', 'read', async (tx, params: { storeId: string }) => await storeCount(tx, params.storeId));
const content = defineVerb('test.content', 'read', async (tx, params: { storeId: string }) => await readContent(tx, params.storeId));
const chunks = defineVerb(
  'test.chunks',
  'read',
  async (tx, params: { storeId: string }) =>
    await tx.all<{ item_count: number; size: number }>(
      'select item_count, length(items) as size from store_chunk where store_id = ? order by first_index',
      [params.storeId],
    ),
);
const rowsLeft = defineVerb('test.rowsLeft', 'read', async (tx, _params: null) => {
  const tables = ['store', 'store_tail', 'store_chunk', 'store_content', 'series_collection', 'series_metric', 'series_window'];
  const counts: Record<string, number> = {};
  for (const table of tables)
    counts[table] =
      (await tx.get<{ n: number }>(`select count(*) as n from ${table} where ${table === 'store' ? 'id' : 'store_id'} like 'doomed%'`))
        ?.n ?? -1;
  return counts;
});
const discard = defineVerb('test.discard', 'control', async (tx, params: { id: string }) => {
  await tx.run(
    `insert into execution (id, space_id, atm_inventory_id, user_id, name, revision_number, status, phase, phase_index, schedule_time, start_time,
       suspend_time, finish_time, version, discarded, document) values (?, 's', 'i', 'u', 'n', 1, 'finished', 'ended', 'x', 0, 0, 0, 0, 1, 1, '{}')`,
    [params.id],
  );
});

const letters = 'a b c d e f g h i j'.split(' ');
/** A transaction that remembers what was asked of the database. */
function recording(tx: SqlTransaction): {
  readonly tx: SqlTransaction;
  readonly statements: { sql: string; params: readonly SqlValue[] }[];
} {
  const statements: { sql: string; params: readonly SqlValue[] }[] = [];
  const noted = (sql: string, params: readonly SqlValue[] = []): readonly SqlValue[] => {
    statements.push({ sql, params });
    return params;
  };
  return {
    statements,
    tx: {
      dialect: tx.dialect,
      all: async <Row>(sql: string, params?: readonly SqlValue[]) => await tx.all<Row>(sql, noted(sql, params)),
      get: async <Row>(sql: string, params?: readonly SqlValue[]) => await tx.get<Row>(sql, noted(sql, params)),
      run: async (sql, params) => await tx.run(sql, noted(sql, params)),
      now: async () => await tx.now(),
    },
  };
}

const countStatements = defineVerb('test.statements', 'data', async (outer, params: { writes: readonly StoreWrite[] }) => {
  const { tx, statements } = recording(outer);
  await applyStoreWrites(tx, await outer.now(), params.writes);
  return statements.length;
});

/** Everything that is done to stores in ordinary life, and how the database goes about it. */
const planEverything = defineVerb(
  'test.plans',
  'control',
  async (outer, params: { listId: string; logId: string; seriesId: string; writes: readonly StoreWrite[] }) => {
    const { tx, statements } = recording(outer);
    const { listId, logId, seriesId } = params;
    const now = await outer.now();
    const limits: LogLimits = { maxEntryCount: 1, maxAgeMs: 0, expiryMs: dayMs };
    await applyStoreWrites(tx, now, params.writes, limits);
    await applyStoreWrites(tx, now + 1, params.writes, limits);
    await readItems(tx, { storeId: listId, from: 0, to: 10 });
    await setFrozen(tx, [listId], true);
    const page = { index: 1, offset: 0, limit: 10, expiryMs: dayMs } as const;
    for (const direction of ['forward', 'backward'] as const) {
      for (const timestamp of [null, now]) await readStorePage.run(tx, { ...page, storeId: logId, direction, timestamp });
    }
    await readLogAfter.run(tx, { storeId: logId, after: 0, limit: 100, expiryMs: dayMs });
    await readStore.run(tx, { storeId: listId, withInitialContent: true });
    const bounds = await readStoreBounds.run(tx, { storeId: listId, expiryMs: null, timestamp: now });
    await readStorePart.run(tx, { ...bounds, storeId: listId });
    await findTraceIds.run(tx, { ...bounds, storeId: listId, traceIds: ['none'] });
    const metrics = await readSeriesMetrics.run(tx, { storeId: seriesId });
    await readSeriesSlice.run(tx, { storeId: seriesId, metrics, startTimestamp: null, stopTimestamp: 5, windowLimit: 10 });
    await copyTimeSeries(tx, seriesId, 'nowhere');
    await deleteStores(tx, { executionId: 'planned', limit: 10 });
    await deleteStores(tx, { ids: [listId, logId, seriesId, 'nowhere'] });
    const isPostgres = outer.dialect.name === 'postgres';
    // Whether an index serves the statement, not whether it pays for so few rows.
    if (isPostgres) await outer.run('set local enable_seqscan = off');
    const plans: string[] = [];
    for (const { sql, params } of statements) {
      if (isPostgres && sql.startsWith('set ')) continue;
      const rows = await outer.all<Record<string, string>>(`${isPostgres ? 'explain' : 'explain query plan'} ${sql}`, params);
      plans.push(...rows.map((row) => row['detail'] ?? row['QUERY PLAN'] ?? ''));
    }
    return plans;
  },
);

const dayMs = 86_400_000;
const anything = { type: 'object' };

interface Answer {
  readonly items?: readonly { index: string; success: boolean; value?: unknown; error?: { id: string } }[];
  readonly treeRoots?: Answer['items'];
  readonly logEntries?: readonly { index: string; timestamp: number; severity: string; source: string; content: unknown }[];
  readonly slice?: Record<string, Record<string, readonly { timestamp: number; value: number }[]>>;
  readonly isLast?: boolean;
}

const indices = (answer: Answer) => (answer.items ?? answer.treeRoots ?? answer.logEntries ?? []).map((entry) => Number(entry.index));
const values = (answer: Answer) => answer.items?.map((entry) => entry.value);
type Metrics = MeasureWrite['points'][number]['metrics'];
const point = (series: string, of: Metrics) => ({ series, timestamp: 10, value: 1, metrics: of });

/** `makeDatabase` gives an empty, migrated database whose verbs run in this thread. */
export function storesTestSuite(makeDatabase: () => Promise<Database>): void {
  let database: Database;
  let service: StoreService;
  let nextId = 1;

  beforeAll(async () => {
    database = await makeDatabase();
    service = new Stores({
      database,
      describe: async (spec, stored) => {
        if (spec.type !== 'file') return stored.map(ok);
        return stored.map((fileId) => (fileId === 'gone' ? refuse(posixError('enoent')) : ok({ fileId })));
      },
    });
  });
  afterAll(async () => await database.close());

  async function create(type: StoreType | 'exception', more: Partial<NewStore> = {}): Promise<string> {
    const id = more.id ?? `s${nextId++}`;
    const config = type === 'auditLog' ? { logContentDataSpec: anything } : { itemDataSpec: anything };
    const plain = {
      executionId: 'execution-1234567',
      laneRunId: null,
      taskId: null,
      schemaId: `schema-${id}`,
      name: `Store ${id}`,
      initialContent: null,
    };
    await database.call(insert, {
      stores: [{ id, ...plain, type, config, frozen: false, logLevel: type === 'auditLog' ? 7 : null, ...more }],
    });
    return id;
  }
  const append = async (storeId: string, values: readonly unknown[]) =>
    await database.call(apply, { writes: [{ kind: 'append', storeId, items: values.map((value) => JSON.stringify(value)) }] });
  const log = async (storeId: string, contents: readonly unknown[], now?: number, limits?: LogLimits) => {
    const write: LogWrite = {
      kind: 'log',
      storeId,
      entries: contents.map((value) => ({ severity: 'info', source: 'user', content: JSON.stringify(value) })),
    };
    return await database.call(apply, {
      writes: [write],
      ...(now === undefined ? {} : { now }),
      ...(limits === undefined ? {} : { limits }),
    });
  };
  const browse = async (storeId: string, options: Record<string, unknown> = {}): Promise<Answer> => {
    const result = await service.browse(storeId, options);
    if (!result.ok) throw new Error(JSON.stringify(result.error));
    return result.value as Answer;
  };
  const refusal = async (storeId: string, options: Record<string, unknown> = {}) => {
    const result = await service.browse(storeId, options);
    if (result.ok) throw new Error(`not refused: ${JSON.stringify(result.value)}`);
    const { id, details } = result.error;
    return details === undefined ? { id } : { id, details };
  };

  describe('lists', () => {
    test('keep items in order of insertion with indices as texts (data-and-stores R28, R32)', async () => {
      const id = await create('list');
      await append(id, ['a', 'b']);
      await append(id, ['c']);
      expect(await browse(id)).toEqual({
        items: [
          { index: '0', success: true, value: 'a' },
          { index: '1', success: true, value: 'b' },
          { index: '2', success: true, value: 'c' },
        ],
        isLast: true,
      });
      expect(await browse(await create('list'))).toEqual({ items: [], isLast: true });
    });

    test('pages of ten entries: clamped index, offset, limit, and when one is the last (data-and-stores R24, R26)', async () => {
      const id = await create('list');
      await append(id, letters);
      const page = async (options: Record<string, unknown>) => {
        const answer = await browse(id, { type: 'listStoreContentBrowseOptions', ...options });
        return [indices(answer), answer.isLast];
      };
      expect(await page({ limit: 3 })).toEqual([[0, 1, 2], false]);
      expect(await page({ limit: '3', index: '7' })).toEqual([[7, 8, 9], true]);
      expect(await page({ limit: 2, index: '7' })).toEqual([[7, 8], false]);
      expect(await page({ limit: 2, index: '5', offset: -2 })).toEqual([[3, 4], false]);
      expect(await page({ limit: 2, index: '5', offset: '-20' })).toEqual([[0, 1], false]);
      expect(await page({ limit: 2, offset: -1 })).toEqual([[0, 1], false]);
      expect(await page({ index: '-4', limit: 1 })).toEqual([[0], false]);
      expect(await page({ index: '99', offset: -1 })).toEqual([[9], true]);
      expect(await page({ index: '99' })).toEqual([[], true]);
      expect(await page({ offset: 10 })).toEqual([[], true]);
      expect(await page({ offset: Number.MAX_SAFE_INTEGER })).toEqual([[], true]);
      expect(await page({ index: null, offset: null, limit: null, extra: 'ignored' })).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], true]);
    });

    test('wrong options name the key (data-and-stores R22, R23)', async () => {
      const id = await create('list');
      const allowed = ['listStoreContentBrowseOptions'];
      expect(await refusal(id, { type: 'rangeStoreContentBrowseOptions' })).toEqual({
        id: 'badValueNotAllowed',
        details: { key: 'type', allowed },
      });
      expect(await refusal(id, { index: 'x' })).toEqual({ id: 'badData', details: { key: 'index', hint: 'the index is not numerical' } });
      expect(await refusal(id, { offset: '1.5' })).toEqual({ id: 'badValueInteger', details: { key: 'offset' } });
      expect(await refusal(id, { limit: true })).toEqual({ id: 'badValueInteger', details: { key: 'limit' } });
      for (const limit of [0, 1001, '-1']) {
        expect(await refusal(id, { limit })).toEqual({ id: 'badValueNotInRange', details: { key: 'limit', low: 1, high: 1000 } });
      }
      expect((await refusal('no such store')).id).toBe('notFound');
    });

    test('an entry that cannot be described has its place in the page (data-and-stores R31)', async () => {
      const id = await create('list', { config: { itemDataSpec: { type: 'file', fileType: 'ANY', attributes: null } } });
      await append(id, ['f1', 'gone', 'f3']);
      const answer = await browse(id);
      expect(answer.items?.map((entry) => entry.success)).toEqual([true, false, true]);
      expect(answer.items?.[1]).toEqual({ index: '1', success: false, error: posixError('enoent') });
      expect((await browse(id, { limit: 2 })).isLast).toBe(false);
    });

    test('100,000 items are read page by page, each page alone', async () => {
      const id = await create('list');
      await append(
        id,
        Array.from({ length: 100_000 }, (_, n) => n),
      );
      expect(await database.call(count, { storeId: id })).toBe(100_000);
      for (const from of [0, 998, 50_001, 99_990]) {
        const answer = await browse(id, { index: String(from), limit: 10 });
        expect(values(answer)).toEqual(Array.from({ length: 10 }, (_, n) => from + n));
        expect(answer.isLast).toBe(from === 99_990);
      }
      expect(await database.call(items, { storeId: id, from: 99_998, to: 100_005 })).toEqual(['99998', '99999']);
      const rows = await database.call(chunks, { storeId: id });
      expect(rows).toHaveLength(100);
    }, 120_000);

    test('chunks stay within 1,000 items and 256 KiB, and a larger item is a chunk of its own (design §5)', async () => {
      const id = await create('list');
      const large = 'x'.repeat(1_000_000);
      await append(id, ['a', large, 'b', ...Array.from({ length: 2500 }, () => 'y'.repeat(300))]);
      const rows = await database.call(chunks, { storeId: id });
      expect(rows.filter((row) => row.size > 256 * 1024).map((row) => row.item_count)).toEqual([1]);
      expect(Math.max(...rows.map((row) => row.item_count))).toBeLessThanOrEqual(1000);
      expect(rows.reduce((sum, row) => sum + row.item_count, 0)).toBe(2503);
      const [first, second, third] = await database.call(items, { storeId: id, from: 0, to: 3 });
      expect([first, second?.length, third]).toEqual(['"a"', 1_000_002, '"b"']);
    });

    test('appends of one small item share chunks', async () => {
      const id = await create('list');
      for (let n = 0; n < 300; n += 1) await append(id, [n]);
      const rows = await database.call(chunks, { storeId: id });
      expect(rows.length).toBeLessThanOrEqual(2);
      expect(await database.call(items, { storeId: id, from: 0, to: 300 })).toEqual(Array.from({ length: 300 }, (_, n) => String(n)));
    });

    test('NUL, lone surrogates, control characters, line breaks and prototype keys survive (design §5)', async () => {
      const id = await create('list');
      const strange = [
        '\u0000',
        '\ud800',
        '\udfff x',
        'a\nb\r\n\u2028',
        '\u0001',
        '',
        null,
        { __proto__x: 1, 'a\u0000b': ['\u0000'] },
        JSON.parse('{"__proto__":{"polluted":1}}'),
      ];
      await append(id, strange);
      const pretty = '{\n  "a": 1\n}';
      await database.call(apply, { writes: [{ kind: 'append', storeId: id, items: [pretty, '"after"'] }] });
      const answer = await browse(id);
      expect(JSON.stringify(values(answer))).toBe(JSON.stringify([...strange, { a: 1 }, 'after']));
      expect(({} as { polluted?: number }).polluted).toBeUndefined();
    });

    test('each append of a commit learns its first index, also when writes to one store are merged (D1)', async () => {
      const [a, b] = [await create('list'), await create('list')];
      await append(b, ['there']);
      const { firstIndices } = await database.call(apply, {
        writes: [
          { kind: 'append', storeId: b, items: ['1', '2'] },
          { kind: 'append', storeId: a, items: ['3'] },
          { kind: 'append', storeId: b, items: [] },
          { kind: 'append', storeId: 'gone', items: ['1'] },
          { kind: 'append', storeId: b, items: ['4'] },
        ],
      });
      expect(firstIndices).toEqual([1, 0, null, null, 3]);
      expect(values(await browse(b))).toEqual(['there', 1, 2, 4]);
    });

    test('many commits at the same time lose nothing and never deadlock (design §4)', async () => {
      const ids = [await create('list'), await create('list'), await create('list')];
      const order = [ids, ids.toReversed(), [ids[1]!, ids[0]!, ids[2]!]];
      await Promise.all(
        Array.from({ length: 60 }, async (_, n) => {
          const writes = order[n % 3]!.map((storeId): StoreWrite => ({ kind: 'append', storeId, items: [String(n)] }));
          await database.call(apply, { writes });
        }),
      );
      for (const storeId of ids) {
        const texts = await database.call(items, { storeId, from: 0, to: 100 });
        expect(texts.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, n) => n));
      }
      expect((database as { retries?: number }).retries ?? 0).toBe(0);
    });
  });

  describe('cost', () => {
    test('a commit costs one round trip for each store on PostgreSQL, two statements on SQLite, however many members it has', async () => {
      const [list, other, log] = [await create('list'), await create('list'), await create('auditLog')];
      const single = await create('singleValue');
      const entry = { severity: 'info', source: 'user', content: '{}' } as const;
      const member = (n: number): StoreWrite[] => [
        { kind: 'append', storeId: list, items: Array.from({ length: 100 }, (_, k) => String(n * k)) },
        { kind: 'append', storeId: other, items: ['1'] },
        { kind: 'log', storeId: log, entries: [entry, entry] },
        { kind: 'set', storeId: single, content: '1' },
      ];
      const statements = await database.call(countStatements, { writes: Array.from({ length: 8 }, (_, n) => member(n)).flat() });
      expect(statements).toBe(database.dialect.name === 'postgres' ? 3 + 1 : 3 * 2 + 1);
    });

    test('measurements of a commit cost two statements when their windows are there', async () => {
      const metrics = { hour: metric('sum', 3600, 10), day: metric('sum', 86_400, 10) };
      const id = await create('timeSeries', { config: seriesConfig([{ generator: 'ts', exact: true, metrics }]) });
      const points = Array.from({ length: 500 }, (_, n) => ({ series: 'ts', timestamp: n, value: 1, metrics }));
      await database.call(apply, { writes: [{ kind: 'measure', storeId: id, points }] });
      expect(await database.call(countStatements, { writes: [{ kind: 'measure', storeId: id, points }] })).toBe(2);
    });

    test('no statement walks through a table of items, windows or metrics', async () => {
      const metrics = { fine: metric('sum', 10, 1), day: metric('sum', 86_400, 10) };
      const [listId, logId, singleId] = [await create('list'), await create('auditLog'), await create('singleValue')];
      const seriesId = await create('timeSeries', { config: seriesConfig([{ generator: 'ts', exact: true, metrics }]) });
      const entry = { severity: 'info', source: 'user', content: `"${'x'.repeat(5000)}"` } as const;
      const writes: StoreWrite[] = [
        { kind: 'append', storeId: listId, items: ['1'] },
        { kind: 'log', storeId: logId, entries: [entry, entry] },
        { kind: 'set', storeId: singleId, content: '1' },
        {
          kind: 'measure',
          storeId: seriesId,
          points: [5, 25].map((timestamp) => ({ series: 'new series', timestamp, value: 1, metrics })),
        },
      ];
      await create('list', { id: 'planned', executionId: 'planned', writes: [{ kind: 'append', storeId: 'planned', items: ['1'] }] });
      const plans = await database.call(planEverything, { listId, logId, seriesId, writes });
      expect(plans.length).toBeGreaterThan(30);
      expect(plans.filter((plan) => /^SCAN (?:store|series|execution)|Seq Scan on (?:store|series|execution)/.test(plan))).toEqual([]);
    });
  });

  describe('tree forests and exception stores', () => {
    test('a tree forest shows its roots and nothing else (data-and-stores §5.6)', async () => {
      const id = await create('treeForest', { config: { itemDataSpec: { type: 'file', fileType: 'ANY', attributes: null } } });
      await append(id, ['d1', 'd1']);
      const entries = [
        { index: '0', success: true, value: { fileId: 'd1' } },
        { index: '1', success: true, value: { fileId: 'd1' } },
      ];
      expect(await browse(id)).toEqual({ treeRoots: entries, isLast: true });
    });

    test('an exception store shows trace ids with described values (data-and-stores R42, R43)', async () => {
      const config = { itemDataSpec: { type: 'file', fileType: 'ANY', attributes: null } };
      const id = await create('exception', { config, schemaId: 'CURRENT_LANE_RUN_EXCEPTION_STORE' });
      await append(id, [
        { traceId: 'a'.repeat(20), value: 'f1' },
        { traceId: 'b'.repeat(20), value: 'gone' },
      ]);
      expect(await browse(id, { type: 'exceptionStoreContentBrowseOptions' })).toEqual({
        items: [
          { index: '0', success: true, value: { traceId: 'a'.repeat(20), value: { fileId: 'f1' } } },
          { index: '1', success: false, error: posixError('enoent') },
        ],
        isLast: true,
      });
      expect((await service.info(id))?.type).toBe('exception');
    });
  });

  describe('single values and ranges', () => {
    test('an unset store says so, the last value of a commit wins (data-and-stores R33, execution R107)', async () => {
      const id = await create('singleValue');
      expect(await refusal(id)).toEqual({ id: 'atmStoreContentNotSet', details: { atmStoreSchemaId: `schema-${id}` } });
      await database.call(apply, {
        writes: [
          { kind: 'set', storeId: id, content: '1' },
          { kind: 'set', storeId: id, content: '"\\u0000"' },
        ],
      });
      expect(await browse(id)).toEqual({ success: true, value: '\u0000' });
      await database.call(apply, { writes: [{ kind: 'set', storeId: id, content: 'null' }] });
      expect(await browse(id, { type: 'singleValueStoreContentBrowseOptions' })).toEqual({ success: true, value: null });
      expect(await database.call(content, { storeId: id })).toBe('null');
    });

    test('a value that cannot be described is forbidden, under the key value (data-and-stores R33)', async () => {
      const config = { itemDataSpec: { type: 'file', fileType: 'ANY', attributes: null } };
      const id = await create('singleValue', { config, writes: [] });
      await database.call(apply, { writes: [{ kind: 'set', storeId: id, content: '"gone"' }] });
      expect(await browse(id)).toEqual({ success: false, value: makeError('forbidden') });
    });

    test('a range that is not set says so, one that is set is a bare object (data-and-stores §5.3)', async () => {
      const id = await create('range', { config: {} });
      expect((await refusal(id)).id).toBe('atmStoreContentNotSet');
      await database.call(apply, { writes: [{ kind: 'set', storeId: id, content: '[0,10,1]' }] });
      expect(await browse(id)).toEqual({ start: 0, end: 10, step: 1 });
    });
  });

  describe('instances', () => {
    test('show what they were created with, and initial content is there at once (data-and-stores §3.2, R11)', async () => {
      const id = await create('list', {
        initialContent: '[1,2]',
        writes: [{ kind: 'append', storeId: 's-initial', items: ['1', '2'] }],
        id: 's-initial',
      });
      expect(await service.info(id)).toEqual({
        id,
        executionId: 'execution-1234567',
        schemaId: `schema-${id}`,
        name: `Store ${id}`,
        type: 'list',
        frozen: false,
        config: { itemDataSpec: anything },
        initialContent: [1, 2],
      });
      expect(values(await browse(id))).toEqual([1, 2]);
      expect(await service.info('no such store')).toBeNull();
    });

    test('are created in any number at once, each of its own type', async () => {
      const plain = {
        executionId: 'many',
        laneRunId: 'run',
        taskId: null,
        schemaId: 'x',
        name: 'x',
        initialContent: null,
        frozen: false,
        logLevel: null,
      };
      const types = ['list', 'singleValue', 'auditLog', 'exception', 'treeForest', 'timeSeries'] as const;
      const stores = Array.from({ length: 130 }, (_, n): NewStore => {
        const type = types[n % types.length]!;
        const config = type === 'timeSeries' ? seriesConfig([{ generator: 'ts', exact: true, metrics: { mm: metric('sum', 10, 2) } }]) : {};
        return { ...plain, id: `many-${n}`, type, config };
      });
      await database.call(insert, { stores });
      await database.call(insert, { stores: [] });
      expect((await service.info('many-129'))?.type).toBe('exception');
      expect(await browse('many-5')).toEqual({ layout: { ts: ['mm'] } });
      expect(await append('many-126', [1])).toEqual({ firstIndices: [0], refused: [] });
    });

    test('are frozen and unfrozen, and browsing a frozen one is allowed (data-and-stores R14)', async () => {
      const [a, b] = [await create('list'), await create('list')];
      await database.call(freeze, { ids: [a, 'no such store'], flag: true });
      expect([(await service.info(a))?.frozen, (await service.info(b))?.frozen]).toEqual([true, false]);
      expect(await browse(a)).toEqual({ items: [], isLast: true });
      await database.call(freeze, { ids: [a, b], flag: false });
      expect((await service.info(a))?.frozen).toBe(false);
      await database.call(freeze, { ids: [], flag: true });
    });

    test('are not found once their execution is discarded', async () => {
      const id = await create('list', { executionId: 'discarded' });
      await database.call(discard, { id: 'discarded' });
      expect(await service.info(id)).toBeNull();
      expect((await refusal(id)).id).toBe('notFound');
    });

    test('large items go a few at a time, so that nobody waits long (peers P21)', async () => {
      const executionId = 'doomed-large';
      const storeId = await create('list', { id: 'doomed-large', executionId });
      const threeMiB = 'x'.repeat(3 * 1024 * 1024);
      for (let n = 0; n < 5; n += 1) await append(storeId, [threeMiB]);
      const left: (number | undefined)[] = [];
      for (let more = true; more;) {
        more = await database.call(remove, { executionId, limit: 1000 });
        left.push((await database.call(rowsLeft, null))['store_chunk']);
      }
      expect(left).toEqual([3, 1, 0]);
    });

    test('go in small batches, completely', async () => {
      const executionId = 'doomed';
      const config = seriesConfig([{ generator: 'size', exact: true, metrics: { mm: metric('sum', 60, 1000) } }]);
      for (let n = 0; n < 60; n += 1) await create('list', { id: `doomed-${n}`, executionId });
      await create('singleValue', { id: 'doomed-v', executionId, writes: [{ kind: 'set', storeId: 'doomed-v', content: '1' }] });
      const series = await create('timeSeries', { id: 'doomed-t', executionId, config });
      await append(
        'doomed-1',
        Array.from({ length: 5000 }, (_, n) => n),
      );
      await measure(
        series,
        'size',
        Array.from({ length: 40 }, (_, n) => [n * 60, 1] as const),
        { mm: metric('sum', 60, 1000) },
      );
      let rounds = 1;
      while (await database.call(remove, { executionId, limit: 10 })) rounds += 1;
      expect(rounds).toBeGreaterThan(4);
      expect(Object.values(await database.call(rowsLeft, null))).toEqual([0, 0, 0, 0, 0, 0, 0]);
      await create('list', { id: 'doomed-x' });
      await append('doomed-x', [1]);
      expect(await database.call(remove, { ids: ['doomed-x', 'no such store'] })).toBe(false);
      expect(Object.values(await database.call(rowsLeft, null))).toEqual([0, 0, 0, 0, 0, 0, 0]);
    });
  });

  describe('audit logs', () => {
    test('a log that was never written to is not found, and its dump is empty (data-and-stores R39, R65)', async () => {
      const id = await create('auditLog');
      expect((await refusal(id)).id).toBe('notFound');
      expect((await dumped(id)).entries).toEqual([]);
    });

    test('an entry carries index, time, severity, source and content, newest first (data-and-stores R38, R41)', async () => {
      const id = await create('auditLog');
      const write: LogWrite = {
        kind: 'log',
        storeId: id,
        entries: [{ severity: 'debug', source: 'system', content: '{"description":"x\\u0001"}' }],
      };
      const now = Date.now();
      await database.call(apply, { writes: [write], now });
      await log(id, ['text'], now + 5);
      expect(await browse(id)).toEqual({
        logEntries: [
          { index: '1', timestamp: now + 5, severity: 'info', source: 'user', content: 'text' },
          { index: '0', timestamp: now, severity: 'debug', source: 'system', content: { description: 'x\u0001' } },
        ],
        isLast: true,
      });
    });

    test('times never decrease, even when the clock does (data-and-stores R27, design §6)', async () => {
      const id = await create('auditLog');
      const now = Date.now();
      for (const at of [now, now - 500, now + 1, now - 90_000]) await log(id, [at], at);
      const answer = await browse(id, { direction: 'forward_from_oldest' });
      expect(answer.logEntries?.map((entry) => entry.timestamp - now)).toEqual([0, 0, 1, 1]);
    });

    test('pages from the newest backwards: clamped index, offset, limit, and when one is the last (data-and-stores R25, R26)', async () => {
      const id = await create('auditLog');
      await log(id, letters);
      const page = async (options: Record<string, unknown>) => {
        const answer = await browse(id, { type: 'auditLogStoreContentBrowseOptions', ...options });
        return [indices(answer), answer.isLast];
      };
      expect(await page({ limit: 3 })).toEqual([[9, 8, 7], false]);
      expect(await page({ limit: 3, offset: 2 })).toEqual([[7, 6, 5], false]);
      expect(await page({ limit: 3, index: '2' })).toEqual([[2, 1, 0], true]);
      expect(await page({ limit: 2, index: '4', offset: -3 })).toEqual([[7, 6], false]);
      expect(await page({ limit: 2, index: '4', offset: -30 })).toEqual([[9, 8], false]);
      expect(await page({ index: '99', limit: 1 })).toEqual([[9], false]);
      expect(await page({ index: '-1' })).toEqual([[], true]);
      expect(await page({ offset: 10 })).toEqual([[], true]);
      expect(await page({ limit: 2, index: '8', direction: 'forward_from_oldest' })).toEqual([[8, 9], true]);
      const allowed = ['forward_from_oldest', 'backward_from_newest'];
      expect(await refusal(id, { direction: 'up' })).toEqual({ id: 'badValueNotAllowed', details: { key: 'direction', allowed } });
      expect(await refusal(id, { timestamp: -1 })).toEqual({ id: 'badValueTooLow', details: { key: 'timestamp', limit: 0 } });
    });

    test('a time finds the first entry at or after it, or the last one at or before it (data-and-stores R27)', async () => {
      const id = await create('auditLog');
      const base = Date.now();
      for (const [n, at] of [0, 10, 10, 20].entries()) await log(id, [n, 'x'.repeat(n === 1 ? 6000 : 1)], base + at);
      const page = async (at: number, direction: string, more = {}) =>
        indices(await browse(id, { timestamp: base + at, direction, ...more }));
      expect(await page(10, 'forward_from_oldest')).toEqual([2, 3, 4, 5, 6, 7]);
      expect(await page(11, 'forward_from_oldest', { index: '0' })).toEqual([6, 7]);
      expect(await page(10, 'forward_from_oldest', { offset: -1, limit: 2 })).toEqual([1, 2]);
      expect(await page(21, 'forward_from_oldest')).toEqual([]);
      expect(await page(10, 'backward_from_newest')).toEqual([5, 4, 3, 2, 1, 0]);
      expect(await page(19, 'backward_from_newest', { limit: 1 })).toEqual([5]);
      expect(await page(99, 'backward_from_newest', { limit: 1 })).toEqual([7]);
      expect(await page(-1, 'backward_from_newest')).toEqual([]);
      expect((await browse(id, { timestamp: Number.MAX_SAFE_INTEGER, direction: 'forward_from_oldest' })).isLast).toBe(true);
    });

    test('old entries go coarsely, by number and by age, and indices go on (data-and-stores R24, R40)', async () => {
      const limits: LogLimits = { maxEntryCount: 50, maxAgeMs: dayMs, expiryMs: 30 * dayMs };
      const id = await create('auditLog');
      const now = Date.now();
      for (let n = 0; n < 30; n += 1)
        await log(
          id,
          Array.from({ length: 10 }, () => 'x'.repeat(500)),
          now,
          limits,
        );
      const kept = indices(await browse(id, { direction: 'forward_from_oldest' }));
      expect(kept.at(-1)).toBe(299);
      expect(kept.length).toBeGreaterThanOrEqual(50);
      expect(kept.length).toBeLessThanOrEqual(70);
      const [oldest] = kept;
      expect(indices(await browse(id, { index: '0', direction: 'forward_from_oldest', limit: 1 }))).toEqual([oldest]);
      expect(indices(await browse(id, { index: '0', limit: 1 }))).toEqual([]);

      await log(id, ['young', 'x'.repeat(5000)], now + dayMs + 1, limits);
      const aged = await browse(id, { direction: 'forward_from_oldest' });
      expect(indices(aged)).toEqual([300, 301]);
      expect((await dumped(id)).entries).toHaveLength(2);
    });

    test('an expired log is not found, and the next write numbers from 0 (data-and-stores R39, R40)', async () => {
      const id = await create('auditLog');
      await log(
        id,
        Array.from({ length: 5 }, (_, n) => n),
        Date.now() - 31 * dayMs,
      );
      expect((await refusal(id)).id).toBe('notFound');
      expect((await dumped(id)).entries).toEqual([]);
      expect((await log(id, ['again', 'and'])).firstIndices).toEqual([0]);
      await log(id, ['again']);
      expect(indices(await browse(id))).toEqual([2, 1, 0]);
      expect((await browse(id, { index: '1', limit: 1 })).logEntries?.[0]?.content).toBe('and');
      expect(await database.call(count, { storeId: id })).toBe(3);
    });

    test('the dump is the complete list, oldest first, in batches (data-and-stores R65, R75, execution R117)', async () => {
      const id = await create('auditLog', { name: 'Zaż (1)' });
      await log(
        id,
        Array.from({ length: 250 }, (_, n) => n),
      );
      const { fileName, entries } = await dumped(id);
      expect(entries).toEqual((await browse(id, { direction: 'forward_from_oldest' })).logEntries);
      expect(entries).toHaveLength(250);
      // ż is two bytes (R66).
      expect(fileName).toMatch(/^execution-12\.audit_log\.Za----1-\.\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d\.json$/);
    });

    test('dumps of system logs are named after the store or the log, other stores have none (data-and-stores R66, §5.8)', async () => {
      const task = await create('auditLog', { id: 'task-log-id-abcdef', schemaId: 'CURRENT_TASK_SYSTEM_AUDIT_LOG', name: 'x' });
      expect((await dumped(task)).fileName).toContain('.audit_log.task-log-id-.');
      const workflow = await create('auditLog', { schemaId: 'WORKFLOW_SYSTEM_AUDIT_LOG', name: 'x' });
      expect((await dumped(workflow)).fileName).toContain('.audit_log.WORKFLOW-SYSTEM-AUDIT-LOG.');
      const list = await service.dump(await create('list'));
      expect(list.ok ? '' : list.error.id).toBe('notSupported');
      const missing = await service.dump('no such store');
      expect(missing.ok ? '' : missing.error.id).toBe('notFound');
    });
  });

  async function dumped(storeId: string): Promise<{ fileName: string; entries: unknown[] }> {
    const result = await service.dump(storeId);
    if (!result.ok) throw new Error(result.error.id);
    const entries: unknown[] = [];
    for await (const entry of result.value.entries) entries.push(entry);
    return { fileName: result.value.fileName, entries };
  }

  async function measure(storeId: string, series: string, points: readonly (readonly [number, number])[], metrics: Metrics) {
    const write: MeasureWrite = {
      kind: 'measure',
      storeId,
      points: points.map(([timestamp, value]) => ({ series, timestamp, value, metrics })),
    };
    return await database.call(apply, { writes: [write] });
  }

  describe('time series', () => {
    const all = { mode: 'slice', layout: { '*': ['*'] } };
    const daily = { minute: metric('sum', 60, 120), hour: metric('sum', 3600, 48), day: metric('sum', 86_400, 60) };

    test('only exact series exist from the start, with empty slices (data-and-stores R53, R61)', async () => {
      const config = seriesConfig([
        { generator: 'max_file_size', exact: true, metrics: { max: metric('max', 0, 1) } },
        { generator: 'count_', exact: false, metrics: daily },
      ]);
      const id = await create('timeSeries', { config });
      expect(await browse(id)).toEqual({ layout: { max_file_size: ['max'] } });
      expect(await browse(id, all)).toEqual({ slice: { max_file_size: { max: [] } } });
    });

    test('the worked example: sums, a duplicate rule that counts twice, a maximum (data-and-stores §5.7, R55, D9)', async () => {
      const config = seriesConfig([
        { generator: 'max_file_size', exact: true, metrics: { max: metric('max', 3600, 10) } },
        { generator: 'count_', exact: false, metrics: daily },
        { generator: 'counter_of_all_counts', exact: true, metrics: daily },
      ]);
      const id = await create('timeSeries', { config });
      const at = 1_700_000_000;
      const max = { max: metric('max', 3600, 10) };
      const one = (series: string, value: number, metrics: Metrics = daily) => ({ series, timestamp: at, value, metrics });
      const points = [
        one('count_mp3', 10),
        one('count_count_ct_supplies', 0),
        one('counter_of_all_counts', 0),
        one('count_unicorns', 7),
        one('count_unicorns', 7),
        one('counter_of_all_counts', 7),
        one('count_cn_resources', 1),
        one('counter_of_all_counts', 1),
        one('count_cn_resources', 2),
        one('counter_of_all_counts', 2),
        one('max_file_size', 1024, max),
        one('max_file_size', 2048, max),
      ];
      expect((await database.call(apply, { writes: [{ kind: 'measure', storeId: id, points }] })).refused).toEqual([]);
      const { slice } = await browse(id, all);
      const values = Object.fromEntries(
        Object.entries(slice!).map(([series, metrics]) => [
          series,
          Object.values(metrics).map((windows) => windows.map((window) => window.value)),
        ]),
      );
      expect(values).toEqual({
        count_mp3: [[10], [10], [10]],
        count_count_ct_supplies: [[0], [0], [0]],
        counter_of_all_counts: [[10], [10], [10]],
        count_unicorns: [[14], [14], [14]],
        count_cn_resources: [[3], [3], [3]],
        max_file_size: [[2048]],
      });
      expect(slice!['count_mp3']!['hour']![0]!.timestamp).toBe(at - (at % 3600));
    });

    test('each aggregator within one commit and over several (data-and-stores R59)', async () => {
      const metrics = Object.fromEntries(['sum', 'max', 'min', 'first', 'last', 'avg'].map((name) => [`m_${name}`, metric(name, 100, 5)]));
      const id = await create('timeSeries', { config: seriesConfig([{ generator: 'ts', exact: true, metrics }]) });
      const read = async () => {
        const { slice } = await browse(id, all);
        return Object.fromEntries(Object.entries(slice!['ts']!).map(([name, windows]) => [name.slice(2), windows[0]?.value]));
      };
      await measure(
        id,
        'ts',
        [
          [110, 5],
          [105, -2],
          [120, 3],
        ],
        metrics,
      );
      expect(await read()).toEqual({ sum: 6, max: 5, min: -2, first: -2, last: 3, avg: 2 });
      await measure(
        id,
        'ts',
        [
          [101, 7.5],
          [119, -3],
        ],
        metrics,
      );
      expect(await read()).toEqual({ sum: 10.5, max: 7.5, min: -3, first: 7.5, last: 3, avg: 2.1 });
      // Ties: processed later wins for last, earlier for first.
      await measure(
        id,
        'ts',
        [
          [120, 8],
          [120, 9],
          [101, 1],
        ],
        metrics,
      );
      expect(await read()).toMatchObject({ last: 9, first: 7.5 });
      await measure(
        id,
        'ts',
        [
          [100, 1],
          [100, 2],
        ],
        metrics,
      );
      expect(await read()).toMatchObject({ first: 1 });
    });

    test('resolution 0 has the single window 0 (data-and-stores R59)', async () => {
      const metrics = { total: metric('sum', 0, 1) };
      const id = await create('timeSeries', { config: seriesConfig([{ generator: 'ts', exact: true, metrics }]) });
      await measure(
        id,
        'ts',
        [
          [0, 1],
          [1_700_000_000, 2],
        ],
        metrics,
      );
      expect((await browse(id, all)).slice).toEqual({ ts: { total: [{ timestamp: 0, value: 3 }] } });
    });

    test('a metric keeps its newest windows, and what is older than all of them is dropped (data-and-stores R60)', async () => {
      const metrics = { mm: metric('sum', 10, 3) };
      const id = await create('timeSeries', { config: seriesConfig([{ generator: 'ts', exact: true, metrics }]) });
      const kept = async () => (await browse(id, all)).slice!['ts']!['mm']!.map((window) => window.timestamp);
      await measure(
        id,
        'ts',
        [
          [10, 1],
          [20, 1],
          [30, 1],
          [40, 1],
          [50, 1],
        ],
        metrics,
      );
      expect(await kept()).toEqual([50, 40, 30]);
      await measure(id, 'ts', [[15, 1]], metrics);
      expect(await kept()).toEqual([50, 40, 30]);
      await measure(
        id,
        'ts',
        [
          [45, 1],
          [60, 1],
        ],
        metrics,
      );
      expect(await kept()).toEqual([60, 50, 40]);
    });

    test('slices go from the start backwards to the stop, at most windowLimit of each metric (data-and-stores R62)', async () => {
      const metrics = { mm: metric('sum', 10, 100) };
      const id = await create('timeSeries', { config: seriesConfig([{ generator: 'ts', exact: true, metrics }]) });
      await measure(
        id,
        'ts',
        [
          [12, 1],
          [17, 1],
          [33, 1],
          [40, 2],
          [59, 3],
        ],
        metrics,
      );
      const times = async (options: Record<string, unknown>) =>
        (await browse(id, { ...all, type: 'timeSeriesStoreContentBrowseOptions', ...options })).slice!['ts']!['mm']!.map(
          (window) => window.timestamp,
        );
      expect(await times({})).toEqual([50, 40, 30, 10]);
      expect(await times({ startTimestamp: 45 })).toEqual([40, 30, 10]);
      expect(await times({ startTimestamp: '39', windowLimit: 1 })).toEqual([30]);
      expect(await times({ stopTimestamp: 30 })).toEqual([50, 40, 30]);
      expect(await times({ stopTimestamp: 31 })).toEqual([50, 40]);
      expect(await times({ startTimestamp: 5 })).toEqual([]);
      expect(await times({ startTimestamp: Number.MAX_SAFE_INTEGER, windowLimit: '2' })).toEqual([50, 40]);
      const extended = await browse(id, { ...all, layout: '{"ts":["mm"]}', extendedInfo: 'true', startTimestamp: 19 });
      expect(extended.slice).toEqual({
        ts: { mm: [{ timestamp: 10, value: 2, firstMeasurementTimestamp: 12, lastMeasurementTimestamp: 17 }] },
      });
    });

    test('what a layout asks for and is not there is named, and only that (data-and-stores R63)', async () => {
      const metrics = { a: metric('sum', 10, 100), b: metric('sum', 60, 100) };
      const id = await create('timeSeries', { config: seriesConfig([{ generator: 'ts', exact: true, metrics }]) });
      const missingLayout = { ts: ['c'], nope: ['*'], constructor: ['x'] };
      expect(await refusal(id, { mode: 'slice', layout: { ts: ['a', 'c'], nope: ['*'], constructor: ['x'] } })).toEqual({
        id: 'timeSeriesCollectionMissingLayout',
        details: { missingLayout },
      });
      expect((await browse(id, { mode: 'slice', layout: { '*': ['b'], nope: ['*'] } })).slice).toEqual({ ts: { b: [] } });
      expect((await browse(id, { mode: 'slice', layout: {} })).slice).toEqual({});
    });

    test('wrong options of time series (data-and-stores §5.7, R22, R23)', async () => {
      const id = await create('timeSeries', { config: seriesConfig([]) });
      const slice = { mode: 'slice', layout: {} };
      expect(await refusal(id, { mode: 'chart' })).toEqual({
        id: 'badValueNotAllowed',
        details: { key: 'mode', allowed: ['layout', 'slice'] },
      });
      expect(await refusal(id, { mode: 'slice' })).toEqual({ id: 'missingRequiredValue', details: { key: 'layout' } });
      for (const layout of [5, [], '[]', 'x'])
        expect(await refusal(id, { mode: 'slice', layout })).toEqual({ id: 'badValueJSON', details: { key: 'layout' } });
      for (const layout of [{ a: 'b' }, { a: [1] }, { a: null }])
        expect(await refusal(id, { mode: 'slice', layout })).toMatchObject({ id: 'badData', details: { key: 'layout' } });
      expect(await refusal(id, { ...slice, startTimestamp: -1 })).toEqual({
        id: 'badValueTooLow',
        details: { key: 'startTimestamp', limit: 0 },
      });
      expect(await refusal(id, { ...slice, windowLimit: 1001 })).toEqual({
        id: 'badValueNotInRange',
        details: { key: 'windowLimit', low: 1, high: 1000 },
      });
      expect(await refusal(id, { ...slice, extendedInfo: 'yes' })).toEqual({ id: 'badValueBoolean', details: { key: 'extendedInfo' } });
    });

    test('a copy begins with all windows and goes its own way (data-and-stores R64)', async () => {
      const config = seriesConfig([{ generator: 'ts', exact: true, metrics: { mm: metric('sum', 10, 2) } }]);
      const from = await create('timeSeries', { config });
      const metrics = { mm: metric('sum', 10, 2) };
      await measure(
        from,
        'ts',
        [
          [10, 1],
          [20, 2],
        ],
        metrics,
      );
      await measure(from, 'other', [[20, 5]], metrics);
      const to = await create('timeSeries', { config });
      await database.call(copy, { from, to });
      const before = (await browse(from, all)).slice;
      expect(Object.keys(before!)).toEqual(['other', 'ts']);
      expect((await browse(to, all)).slice).toEqual(before);
      const third = await create('timeSeries', { config, copyOf: from });
      expect((await browse(third, all)).slice).toEqual(before);
      await measure(to, 'ts', [[30, 7]], metrics);
      expect((await browse(to, all)).slice!['ts']!['mm']!.map((window) => window.timestamp)).toEqual([30, 20]);
      expect((await browse(from, all)).slice).toEqual(before);
    });

    test('a series with a bad name or another config is refused alone, the rest of the commit is stored (data-and-stores R58)', async () => {
      const metrics = { mm: metric('sum', 10, 2) };
      const id = await create('timeSeries', { config: seriesConfig([{ generator: 'ts', exact: true, metrics }]) });
      const other = { mm: metric('max', 10, 2) };
      const points = [
        point('a\u0000b', metrics),
        point('\ud800x', metrics),
        point('x'.repeat(129), metrics),
        point('good one', metrics),
        point('ts', other),
      ];
      const { refused } = await database.call(apply, { writes: [{ kind: 'measure', storeId: id, points }] });
      expect(refused.map(({ error }) => error.id).sort()).toEqual([
        'badValueName',
        'badValueName',
        'badValueTimeSeriesCollectionConflictingMetricConfig',
      ]);
      expect(refused.find(({ error }) => error.id === 'badValueName')?.error.details).toEqual({ key: 'timeSeriesName' });
      expect((await browse(id, all)).slice).toEqual({ ts: { mm: [] }, 'good one': { mm: [{ timestamp: 10, value: 1 }] } });
    });

    test('a refusal inside a commit is noted beside the other entries of the log, which keep their indices (data-and-stores R58)', async () => {
      const metrics = { mm: metric('sum', 10, 2) };
      const id = await create('timeSeries', { config: seriesConfig([{ generator: 'ts', exact: true, metrics }]) });
      const logStoreId = await create('auditLog');
      const points = [point('ts', metrics), point('bad/name', metrics), point('sane', { mm: metric('sum', 0, 2) })];
      const { firstIndices } = await database.call(apply, {
        writes: [
          { kind: 'log', storeId: logStoreId, entries: [{ severity: 'info', source: 'user', content: '1' }] },
          { kind: 'measure', storeId: id, points, logStoreId },
        ],
      });
      expect(firstIndices).toEqual([0, null]);
      const { logEntries } = await browse(logStoreId, { direction: 'forward_from_oldest' });
      expect(logEntries?.map(({ content: entry }) => entry)).toMatchObject([
        1,
        { details: { reason: { id: 'badValueName' }, timeSeries: ['bad/name'] } },
        { details: { reason: { id: 'badData', details: { key: 'retention' } }, timeSeries: ['sane'] } },
      ]);
      expect((await browse(id, all)).slice).toEqual({ ts: { mm: [{ timestamp: 10, value: 1 }] } });
    });

    test('a store takes 50,000 metrics and not one more (data-and-stores R58)', async () => {
      const metrics = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`metric ${n}`, metric('sum', 0, 1)]));
      const id = await create('timeSeries', { config: seriesConfig([]) });
      const [logStoreId, silent] = [await create('auditLog'), await create('auditLog')];
      const series = Array.from({ length: 1001 }, (_, n) => `series ${String(n).padStart(4, '0')}`);
      const points = series.map((name) => ({ series: name, timestamp: 1, value: 1, metrics }));
      const known = points.slice(0, 1);
      const { refused } = await database.call(apply, {
        writes: [
          { kind: 'measure', storeId: id, points, logStoreId },
          { kind: 'measure', storeId: id, points: known, logStoreId: silent },
        ],
      });
      expect(refused.map(({ error }) => [error.id, error.details])).toEqual([['timeSeriesCollectionTooManyMetrics', { limit: 50_000 }]]);
      // Who sent what was refused is told so, once; who sent something else is not.
      expect((await browse(logStoreId)).logEntries).toMatchObject([
        {
          severity: 'error',
          source: 'system',
          content: { details: { reason: { id: 'timeSeriesCollectionTooManyMetrics' }, timeSeries: ['series 1000'], timeSeriesCount: 1 } },
        },
      ]);
      expect(await refusal(silent)).toEqual({ id: 'notFound' });
      await measure(id, series[0]!, [[1, -1]], metrics);
      const { layout } = (await browse(id)) as { layout: Record<string, readonly string[]> };
      expect(Object.keys(layout)).toHaveLength(1000);
      await measure(id, series[0]!, [[1, 1]], metrics);
      expect((await browse(id, { mode: 'slice', layout: { [series[0]!]: ['metric 7'] } })).slice).toEqual({
        [series[0]!]: { 'metric 7': [{ timestamp: 0, value: 2 }] },
      });
    }, 120_000);

    test('extreme numbers and times neither fail nor turn into something else', async () => {
      const metrics = { sum: metric('sum', 60, 10), last: metric('last', 0, 1) };
      const id = await create('timeSeries', { config: seriesConfig([{ generator: 'ts', exact: true, metrics }]) });
      for (const value of [Number.MAX_VALUE, Number.MAX_VALUE, -5e-324]) await measure(id, 'ts', [[1e300, value]], metrics);
      const { slice } = await browse(id, all);
      expect(slice!['ts']!['sum']![0]!.value).toBe(Number.MAX_VALUE);
      expect(slice!['ts']!['last']![0]!.value).toBe(-5e-324);
      await measure(
        id,
        'ts',
        [
          [0, -Number.MAX_VALUE],
          [0, -Number.MAX_VALUE],
        ],
        metrics,
      );
      await measure(id, 'ts', [[0, -Number.MAX_VALUE]], metrics);
      expect((await browse(id, all)).slice!['ts']!['sum']!.at(-1)!.value).toBe(-Number.MAX_VALUE);
    });

    test('commits that measure the same things at the same time lose nothing and never deadlock (design §4)', async () => {
      const config = seriesConfig([{ generator: 'n_', exact: false, metrics: daily }]);
      const id = await create('timeSeries', { config });
      await Promise.all(
        Array.from({ length: 40 }, async (_, n) => {
          const names = Array.from({ length: 45 }, (_, k) => `n_${(k * 7 + n) % 45}`);
          const points = names.map((series, k) => ({ series, timestamp: 60 * ((n + k) % 5), value: 1, metrics: daily }));
          await database.call(apply, { writes: [{ kind: 'measure', storeId: id, points }] });
        }),
      );
      const { slice } = await browse(id, all);
      for (const metrics of Object.values(slice!)) expect(metrics['day']).toEqual([{ timestamp: 0, value: 40 }]);
      expect(Object.keys(slice!)).toHaveLength(45);
      expect((database as { retries?: number }).retries ?? 0).toBe(0);
    });
  });
}

function metric(aggregator: string, resolution: number, retention: number) {
  return { aggregator, resolution, retention };
}

function seriesConfig(schemas: readonly { generator: string; exact: boolean; metrics: unknown }[]) {
  return {
    timeSeriesCollectionSchema: {
      timeSeriesSchemas: schemas.map(({ generator, exact, metrics }) => ({
        nameGeneratorType: exact ? 'exact' : 'addPrefix',
        nameGenerator: generator,
        unit: 'none',
        metrics,
      })),
    },
    dashboardSpec: null,
  };
}
