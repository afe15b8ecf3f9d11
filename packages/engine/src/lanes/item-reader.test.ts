/** Items of lane runs as they are read from every kind of store, on both databases. */
import type { LaneRun, StoreType } from '@laneway/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabaseUrl } from '../../../../test/support/postgres.ts';
import { openDatabase } from '../persistence/database.ts';
import { gateOfLaneRun, openGate, type Gate } from '../persistence/sql/gates.ts';
import { insertStores } from '../persistence/sql/stores.ts';
import { defineVerb, type Database } from '../persistence/sql.ts';
import type { StoreWrite } from '../stores/writes.ts';
import { readItems, type Item } from './item-reader.ts';

interface Iterated {
  readonly laneRunId: string;
  readonly type: StoreType | 'exception';
  readonly write: 'items' | 'content';
  /** JSON texts in stored form. */
  readonly texts: readonly string[];
}

const iterate = defineVerb('test.iterate', 'control', async (tx, { laneRunId, type, write, texts }: Iterated): Promise<void> => {
  const storeId = `${laneRunId}.input`;
  const writes: StoreWrite[] =
    write === 'items'
      ? [{ kind: 'append', storeId, items: texts }]
      : texts.map((content): StoreWrite => ({ kind: 'set', storeId, content }));
  const names = { executionId: 'e', laneRunId: null, taskId: null, schemaId: 's', name: 's', initialContent: null };
  const noSeries = { timeSeriesCollectionSchema: { timeSeriesSchemas: [] }, dashboardSpec: null };
  const config = type === 'timeSeries' ? noSeries : { itemDataSpec: { type: 'object' } };
  await insertStores(tx, [{ ...names, id: storeId, type, config, frozen: false, logLevel: null, writes }]);
  const laneRun = { id: laneRunId, iteratedStoreId: storeId } as LaneRun;
  await openGate(tx, { executionId: 'e', incarnation: 1, batchSize: 5, laneRun });
});

const databases = [
  ['SQLite', async () => await openDatabase({ kind: 'memory' })],
  ['PostgreSQL', async () => await openDatabase({ kind: 'postgres', url: await testDatabaseUrl('itemreader') })],
] as const;

describe.each(databases)('items on %s', (_name, open) => {
  let database: Database;
  let runCount = 0;
  beforeAll(async () => {
    database = await open();
  });
  afterAll(async () => await database.close());

  async function gateOver(type: Iterated['type'], texts: readonly string[]): Promise<Gate> {
    runCount += 1;
    const laneRunId = `run${runCount}`;
    const write = type === 'range' || type === 'singleValue' ? 'content' : 'items';
    await database.call(iterate, { laneRunId, type, write, texts });
    const gate = await database.call(gateOfLaneRun, { laneRunId });
    if (gate === null) throw new Error('no gate');
    return gate;
  }

  const batch = async ({ laneRunId, input, known }: Gate, first: number, count: number): Promise<readonly Item[]> =>
    await readItems(database, { laneRunId, input, first, count: Math.min(count, known - first) });

  async function batchesOf(gate: Gate, size: number): Promise<unknown[][]> {
    const batches: unknown[][] = [];
    for (let first = 0; first < gate.known; first += size) {
      batches.push((await batch(gate, first, size)).map((item) => JSON.parse(item.text) as unknown));
    }
    return batches;
  }

  test.each([
    [
      10,
      50,
      2,
      [
        [10, 12, 14, 16, 18],
        [20, 22, 24, 26, 28],
        [30, 32, 34, 36, 38],
        [40, 42, 44, 46, 48],
      ],
    ],
    [1, 2, 10, [[1]]],
    [2, 16, 3, [[2, 5, 8, 11, 14]]],
    [10, 10, 4, []],
    [10, 10, -4, []],
  ])('a range (%i, %i, %i) in batches of five (data-and-stores §5.3, R18)', async (start, end, step, expected) => {
    expect(await batchesOf(await gateOver('range', [JSON.stringify([start, end, step])]), 5)).toEqual(expected);
  });

  test.each([
    [-50, 50, 4],
    [50, -50, -3],
  ])('a range (%i, %i, %i) has its start and not its end (data-and-stores §5.3)', async (start, end, step) => {
    const values = (await batchesOf(await gateOver('range', [JSON.stringify([start, end, step])]), 7)).flat() as number[];
    expect(values[0]).toBe(start);
    for (const [index, value] of values.entries()) expect(value).toBe(start + index * step);
    const last = values.at(-1)!;
    expect((end - last) * Math.sign(step)).toBeGreaterThan(0);
    expect((end - (last + step)) * Math.sign(step)).toBeLessThanOrEqual(0);
  });

  test('a range and a single value that are not set give nothing (data-and-stores §5.3, R34)', async () => {
    for (const type of ['range', 'singleValue'] as const) expect(await batchesOf(await gateOver(type, []), 5)).toEqual([]);
  });

  test('a single value is one batch of one item (data-and-stores R34)', async () => {
    expect(await batchesOf(await gateOver('singleValue', ['{"a":1}']), 5)).toEqual([[{ a: 1 }]]);
  });

  test('a list comes in the order of insertion, the last batch is what is left (data-and-stores R18, R32)', async () => {
    const texts = [7, 3, 3, 9, 1, 0, 2].map(String);
    expect(await batchesOf(await gateOver('list', texts), 3)).toEqual([[7, 3, 3], [9, 1, 0], [2]]);
  });

  test.each<[Iterated['type'], readonly string[]]>([
    ['list', ['1', '2', '3', '4']],
    ['range', ['[0,9,2]']],
    ['singleValue', ['"x"']],
    ['exception', ['{"traceId":"00112233445566778899","value":5}', '{"traceId":"ffeeddccbbaa99887766","value":6}']],
  ])(
    'the same place of a %s gives the same items with the same trace ids, however often it is read (data-and-stores R19, R20, D17)',
    async (type, texts) => {
      const gate = await gateOver(type, texts);
      const whole = await batch(gate, 0, 10);
      expect(await batch(gate, 0, 10)).toEqual(whole);
      const last = await batch(gate, gate.known - 1, 1);
      expect(last.map(({ traceId, text }) => [traceId, text])).toEqual([whole.at(-1)!].map(({ traceId, text }) => [traceId, text]));
      expect(new Set(whole.map(({ traceId }) => traceId)).size).toBe(whole.length);
      for (const { traceId } of whole) expect(traceId).toMatch(/^[0-9a-f]{20}$/);
    },
  );

  test('lane runs over the same values have trace ids of their own (data-and-stores R20)', async () => {
    const [one, other] = [await gateOver('range', ['[0,3,1]']), await gateOver('range', ['[0,3,1]'])];
    const ids = [...(await batch(one, 0, 3)), ...(await batch(other, 0, 3))].map(({ traceId }) => traceId);
    expect(new Set(ids).size).toBe(6);
  });

  test('failed items come back as they were, with the trace ids they had (data-and-stores R20, R44)', async () => {
    const gate = await gateOver('exception', ['{"traceId":"00112233445566778899","value":{"a":[1]}}']);
    expect(await batch(gate, 0, 5)).toEqual([{ position: 0, index: 0, traceId: '00112233445566778899', text: '{"a":[1]}' }]);
  });

  test('a time series cannot be iterated (data-and-stores R52)', async () => {
    await expect(gateOver('timeSeries', [])).rejects.toThrow('cannot be iterated');
  });
});
