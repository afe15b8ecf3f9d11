/** Dumps of every type of store, and failed items by trace id (data-and-stores R31, R33, R39, R45, R66), on both databases. */
import { makeError, ok, posixError, refuse, type DataSpec } from '@laneway/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../test/support/databases.ts';
import { faultyKind, type FaultyDatabase } from '../../../test/support/faulty-database.ts';
import type { NewStore } from '../src/persistence/sql/stores.ts';
import { Stores, type DescribeValues } from '../src/stores/store-service.ts';
import type { StoreWrite } from '../src/stores/writes.ts';
import { dropStores, makeStores, writeStores } from './content-verbs.ts';

/** Files have what a file has; `gone` has not. */
const describeValues: DescribeValues = async (spec, stored) =>
  await Promise.resolve(
    stored.map((value) => {
      if (value === 'gone') return refuse(posixError('ENOENT'));
      return ok(spec.type === 'file' ? { fileId: value, name: `=${String(value)}`, type: 'REG', size: null } : value);
    }),
  );

const file: DataSpec = { type: 'file', fileType: 'ANY', attributes: null };
const object: DataSpec = { type: 'object' };
const text: DataSpec = { type: 'string', allowedValues: null };
const executionId = 'execution-1234567';

describe.each(databaseKinds)('dumps on $name', (plainKind) => {
  const kind = faultyKind(plainKind);
  let database: FaultyDatabase;
  let service: Stores;
  let close: () => Promise<void>;
  beforeAll(async () => {
    const opened = await kind.open('export', [new URL('./content-verbs.ts', import.meta.url).href]);
    ({ close } = opened);
    database = kind.latest();
    service = new Stores({ database, describe: describeValues });
  });
  afterAll(async () => await close());

  let lastId = 0;
  const make = async (type: NewStore['type'], config: unknown = {}, changes: Partial<NewStore> = {}): Promise<string> => {
    const id = `store-${(lastId += 1)}-of-the-suite`;
    const plain = { id, executionId, laneRunId: null, taskId: null, schemaId: `schema-${id}`, name: 'Größe 1', logLevel: 7 } as const;
    await database.call(makeStores, { stores: [{ ...plain, type, config, initialContent: '[1]', frozen: false, ...changes }] });
    return id;
  };
  const write = async (...writes: readonly StoreWrite[]): Promise<void> => {
    await database.call(writeStores, { writes });
  };
  const append = async (storeId: string, values: readonly unknown[], now?: number): Promise<void> => {
    const writes = [{ kind: 'append', storeId, items: values.map((value) => JSON.stringify(value)) }] as const;
    await database.call(writeStores, { writes, ...(now === undefined ? {} : { now }) });
  };
  const log = async (storeId: string, contents: readonly unknown[], now: number): Promise<void> => {
    const entries = contents.map((content) => ({ severity: 'info', source: 'user', content: JSON.stringify(content) }) as const);
    await database.call(writeStores, { writes: [{ kind: 'log', storeId, entries }], now });
  };
  const dump = async (storeId: string, format = 'jsonl'): Promise<string> => {
    const exported = await service.export(storeId, { format });
    if (!exported.ok) throw new Error(exported.error.description);
    let all = '';
    for await (const piece of exported.value.text) all += piece;
    return all;
  };
  const lines = async (storeId: string): Promise<unknown[]> =>
    (await dump(storeId))
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as unknown);

  describe('hold every entry', () => {
    it('of lists, in order, with the error of what cannot be described (R31)', async () => {
      const id = await make('list', { itemDataSpec: file });
      await append(id, ['a', 'gone', 'b,c']);
      expect(await lines(id)).toEqual([
        { index: '0', value: { fileId: 'a', name: '=a', type: 'REG', size: null } },
        { index: '1', error: posixError('ENOENT') },
        { index: '2', value: { fileId: 'b,c', name: '=b,c', type: 'REG', size: null } },
      ]);
      const error = JSON.stringify(posixError('ENOENT')).replaceAll('"', '""');
      expect(await dump(id, 'csv')).toBe(
        `index,fileId,name,type,size,error\r\n0,a,'=a,REG,,\r\n1,,,,,"${error}"\r\n2,"b,c","'=b,c",REG,,\r\n`,
      );
    });

    it('of tree forests: their roots', async () => {
      const id = await make('treeForest', { itemDataSpec: file });
      await append(id, ['root']);
      expect(await lines(id)).toEqual([{ index: '0', value: { fileId: 'root', name: '=root', type: 'REG', size: null } }]);
    });

    it('of exception stores, with the trace id also of what cannot be described (R43)', async () => {
      const id = await make('exception', { itemDataSpec: file }, { schemaId: 'CURRENT_LANE_RUN_EXCEPTION_STORE' });
      await append(id, [
        { traceId: 'a1', value: 'x' },
        { traceId: 'b2', value: 'gone' },
      ]);
      expect(await lines(id)).toEqual([
        { index: '0', traceId: 'a1', value: { fileId: 'x', name: '=x', type: 'REG', size: null } },
        { index: '1', traceId: 'b2', error: posixError('ENOENT') },
      ]);
      expect((await dump(id, 'csv')).split('\r\n').slice(0, 2)).toEqual(['index,traceId,fileId,name,type,size,error', "0,a1,x,'=x,REG,,"]);
    });

    it('of logs, oldest first, as they are browsed (R41)', async () => {
      const now = Date.now();
      const id = await make('auditLog', { logContentDataSpec: object });
      expect([await dump(id), await dump(id, 'csv')]).toEqual(['', 'index,timestamp,severity,source,content\r\n']);
      await log(id, [{ a: '=1' }], now);
      await log(id, [{ b: 2 }], now + 5);
      expect(await lines(id)).toEqual([
        { index: '0', timestamp: now, severity: 'info', source: 'user', content: { a: '=1' } },
        { index: '1', timestamp: now + 5, severity: 'info', source: 'user', content: { b: 2 } },
      ]);
      expect((await dump(id, 'csv')).split('\r\n')[2]).toBe(`1,${now + 5},info,user,"{""b"":2}"`);
      const plain = await make('auditLog', { logContentDataSpec: text });
      await log(plain, ['=1'], now);
      expect((await dump(plain, 'csv')).split('\r\n')[1]).toBe(`0,${now},info,user,'=1`);
    });

    it('of logs that were pruned: from the oldest entry that is kept, and none of an expired one (R39, R40)', async () => {
      const id = await make('auditLog', { logContentDataSpec: object });
      const day = 86_400_000;
      await log(id, [{ old: 'x'.repeat(5000) }], Date.now() - 20 * day);
      await log(id, [{ young: 1 }], Date.now());
      expect((await lines(id)).map((entry) => (entry as { index: string }).index)).toEqual(['1']);
      const expired = await make('auditLog', { logContentDataSpec: object });
      await log(expired, [{}], Date.now() - 40 * day);
      expect(await dump(expired)).toBe('');
    });

    it('of single values and ranges: one, or none (R33)', async () => {
      const value = await make('singleValue', { itemDataSpec: text });
      expect([await dump(value), await dump(value, 'csv')]).toEqual(['', 'index,value,error\r\n']);
      await write({ kind: 'set', storeId: value, content: '"-x"' });
      expect([await lines(value), await dump(value, 'csv')]).toEqual([[{ index: '0', value: '-x' }], "index,value,error\r\n0,'-x,\r\n"]);
      const gone = await make('singleValue', { itemDataSpec: file });
      await write({ kind: 'set', storeId: gone, content: '"gone"' });
      expect(await lines(gone)).toEqual([{ index: '0', error: makeError('forbidden') }]);
      const range = await make('range');
      await write({ kind: 'set', storeId: range, content: '[-3,10,2]' });
      expect(await lines(range)).toEqual([{ index: '0', value: { start: -3, end: 10, step: 2 } }]);
      expect(await dump(range, 'csv')).toBe('index,start,end,step,error\r\n0,-3,10,2,\r\n');
    });

    it('of time series: every window, newest first in each metric (R59, R62)', async () => {
      const metric = (aggregator: string) => ({ resolution: 10, retention: 5000, aggregator });
      const metrics = { mean: metric('avg'), total: metric('sum') };
      const unit = 'none';
      const timeSeriesSchemas = [{ nameGeneratorType: 'addPrefix', nameGenerator: 's', unit, metrics }];
      const id = await make('timeSeries', { timeSeriesCollectionSchema: { timeSeriesSchemas } });
      expect([await dump(id), await dump(id, 'csv')]).toEqual(['', 'series,metric,timestamp,value\r\n']);
      const points = (series: string, count: number) =>
        Array.from({ length: count }, (_, index) => ({ series, timestamp: index * 10, value: index, metrics }));
      await write(
        { kind: 'measure', storeId: id, points: [...points('s1', 2300), { series: 's1', timestamp: 3, value: 9, metrics }] },
        { kind: 'measure', storeId: id, points: points('s2', 100) },
      );
      const found = (await lines(id)) as { series: string; metric: string; timestamp: number; value: number }[];
      const expected = (series: string, name: string, count: number) =>
        points(series, count)
          .toReversed()
          .map(({ timestamp, value }) => ({ series, metric: name, timestamp, value }));
      expect(found).toHaveLength(2 * 2300 + 2 * 100);
      expect(found.slice(0, 2299)).toEqual(expected('s1', 'mean', 2300).slice(0, 2299));
      expect(found[2299]).toEqual({ series: 's1', metric: 'mean', timestamp: 0, value: 4.5 });
      expect(found[4599]).toEqual({ series: 's1', metric: 'total', timestamp: 0, value: 9 });
      expect(found.slice(4600)).toEqual([...expected('s2', 'mean', 100), ...expected('s2', 'total', 100)]);
      expect((await dump(id, 'csv')).split('\r\n')[1]).toBe('s1,mean,22990,2299');
    });

    it.each([
      [{ type: 'timeSeriesMeasurement', specs: [] }, { tsName: '=x', timestamp: 1, value: 2.5 }, 'tsName,timestamp,value', "'=x,1,2.5"],
      [{ type: 'range' }, { start: 0, end: 3, step: 1 }, 'start,end,step', '0,3,1'],
      [{ type: 'number', integersOnly: false, allowedValues: null }, -2.5, 'value', '-2.5'],
      [{ type: 'boolean' }, true, 'value', 'true'],
      [{ type: 'array', itemDataSpec: text }, ['a', '=b'], 'value', '"[""a"",""=b""]"'],
      [object, {}, 'value', '{}'],
      [undefined, 'x', 'value', '"""x"""'],
    ] as const)('in columns that follow from the data spec: %j', async (itemDataSpec, value, names, cells) => {
      const id = await make('list', { itemDataSpec });
      expect(await dump(id, 'csv')).toBe(`index,${names},error\r\n`);
      await append(id, [value]);
      expect(await dump(id, 'csv')).toBe(`index,${names},error\r\n0,${cells},\r\n`);
    });
  });

  it('is named like the dump of a log (R66)', async () => {
    const nameOf = async (id: string, format: string) => {
      const exported = await service.export(id, { format });
      return exported.ok ? exported.value.fileName.replace(/\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d/, 'TIME') : exported.error.id;
    };
    const nameOfStore = 'Gr--------e-1'.replace('--------', '-'.repeat(Buffer.byteLength('öß')));
    expect(await nameOf(await make('treeForest'), 'csv')).toBe(`execution-12.tree_forest.${nameOfStore}.TIME.csv`);
    expect(await nameOf(await make('auditLog'), 'jsonl')).toBe(`execution-12.audit_log.${nameOfStore}.TIME.jsonl`);
    const id = await make('exception');
    expect(await nameOf(id, 'jsonl')).toBe(`execution-12.exception.${id.slice(0, 12)}.TIME.jsonl`);
  });

  it('a format that is none is refused, an unknown store is not found', async () => {
    const allowed = ['jsonl', 'csv'];
    expect(await service.export(await make('list'), { format: 'xml' })).toEqual(
      refuse(makeError('badValueNotAllowed', { key: 'format', allowed })),
    );
    expect(await service.export('none', {})).toEqual(refuse(makeError('notFound')));
  });

  describe('of a store of any size', () => {
    it('come in pieces of bounded length, each read when it is asked for', async () => {
      const id = await make('list', { itemDataSpec: text });
      const long = 'x'.repeat(1000);
      for (let from = 0; from < 5000; from += 1000)
        await append(
          id,
          Array.from({ length: 1000 }, (_, index) => `${from + index} ${long}`),
        );
      database.calls.clear();
      const exported = await service.export(id, {});
      if (!exported.ok) throw new Error(exported.error.description);
      let [count, pieces] = [0, 0];
      for await (const piece of exported.value.text) {
        pieces += 1;
        count += piece.split('\n').length - 1;
        expect(piece.length).toBeLessThan(700_000);
        expect(database.calls.get('readStorePart')).toBe(pieces);
      }
      expect([count, pieces >= 10]).toEqual([5000, true]);
    });

    it('a reader that stops is the end of the reading', async () => {
      const id = await make('list', { itemDataSpec: text });
      await append(id, Array.from({ length: 5000 }, String));
      const exported = await service.export(id, {});
      database.calls.clear();
      if (exported.ok) for await (const piece of exported.value.text) if (piece !== '') break;
      expect(database.calls.get('readStorePart')).toBe(1);
    });

    it('end although the store grows, with what was in it when they began', async () => {
      for (const [type, key] of [
        ['list', 'itemDataSpec'],
        ['auditLog', 'logContentDataSpec'],
      ] as const) {
        const id = await make(type, { [key]: text });
        const add = async (count: number): Promise<void> => {
          const contents = Array.from({ length: count }, String);
          await (type === 'list' ? append(id, contents) : log(id, contents, Date.now()));
        };
        await add(2500);
        const exported = await service.export(id, {});
        if (!exported.ok) throw new Error(exported.error.description);
        let count = 0;
        for await (const piece of exported.value.text) {
          count += piece.split('\n').length - 1;
          await add(700);
        }
        expect([type, count]).toEqual([type, 2500]);
      }
    });

    it('fail when the store goes meanwhile, instead of ending early', async () => {
      const id = await make('list', { itemDataSpec: text });
      await append(id, Array.from({ length: 2500 }, String));
      const exported = await service.export(id, {});
      if (!exported.ok) throw new Error(exported.error.description);
      const reading = exported.value.text[Symbol.asyncIterator]();
      await reading.next();
      await database.call(dropStores, { ids: [id] });
      await expect(reading.next()).rejects.toThrow('was deleted while it was dumped');
    });
  });

  it('neither a dump nor a page nor a summary reads the initial content', async () => {
    const id = await make('list', { itemDataSpec: text }, { initialContent: 'this is not JSON, whoever read it would fail' });
    await append(id, ['a']);
    expect(await lines(id)).toEqual([{ index: '0', value: 'a' }]);
    expect(await service.browse(id, {})).toMatchObject({ ok: true });
    expect(await service.summary(id)).toEqual({
      id,
      executionId,
      schemaId: `schema-${id}`,
      name: 'Größe 1',
      type: 'list',
      frozen: false,
      config: { itemDataSpec: text },
    });
    await expect(service.info(id)).rejects.toThrow('JSON');
    expect(await service.summary('none')).toBeNull();
  });

  describe('trace ids (R45)', () => {
    const traceId = (n: number): string => String(n).padStart(20, '0');
    const failed = (from: number, count: number) =>
      Array.from({ length: count }, (_, offset) => ({ traceId: traceId(from + offset), value: { traceId: traceId(999_999) } }));
    const find = async (id: string, traceIds: readonly string[], timestamp: number | null = null) => {
      const found = await service.indicesByTraceIds(id, { traceIds, timestamp });
      if (!found.ok) throw new Error(found.error.description);
      return found.value;
    };

    it('lead to the first entry that has them, or to none (data-and-stores R45)', async () => {
      const id = await make('exception', { itemDataSpec: object });
      expect(await find(id, [traceId(1)])).toEqual({ [traceId(1)]: null });
      await append(id, failed(0, 2500));
      await append(id, failed(0, 10));
      const wanted = [traceId(2400), traceId(7), traceId(999_999), 'x', '', '__proto__', traceId(7)];
      const found = await find(id, wanted);
      expect(Object.entries(found)).toEqual([
        [traceId(2400), '2400'],
        [traceId(7), '7'],
        [traceId(999_999), null],
        ['x', null],
        ['', null],
        ['__proto__', null],
      ]);
    });

    it('are looked for all at once, in batches, and no further than needed', async () => {
      const id = await make('exception', { itemDataSpec: object });
      for (let from = 0; from < 8000; from += 1000) await append(id, failed(from, 1000));
      database.calls.clear();
      const ids = Array.from({ length: 300 }, (_, index) => traceId(index * 10));
      expect(Object.values(await find(id, ids)).at(-1)).toBe('2990');
      expect(database.calls.get('findTraceIds')).toBe(3);
      database.calls.clear();
      await find(id, [traceId(1), 'missing']);
      expect(database.calls.get('findTraceIds')).toBe(8);
    });

    it('are not looked for in what failed before the given time (data-and-stores R45)', async () => {
      const id = await make('exception', { itemDataSpec: object });
      const times = Array.from({ length: 9 }, (_, index) => 1000 * (index + 1));
      for (const [index, time] of times.entries()) await append(id, [...failed(index * 600, 600)], time);
      await append(id, failed(0, 1000), 20_000);
      for (const [index, time] of times.entries()) {
        expect(await find(id, [traceId(index * 600)], time)).toEqual({ [traceId(index * 600)]: String(index * 600) });
        const later = index < 2 ? String(5400 + index * 600) : null;
        expect(await find(id, [traceId(index * 600)], time + 1)).toEqual({ [traceId(index * 600)]: later });
      }
      expect(await find(id, [traceId(0)], 0)).toEqual({ [traceId(0)]: '0' });
      expect(await find(id, [traceId(0)], 20_001)).toEqual({ [traceId(0)]: null });
    });

    it('are there in exception stores only', async () => {
      const refused = refuse(makeError('notSupported'));
      expect(await service.indicesByTraceIds(await make('list'), { traceIds: [], timestamp: null })).toEqual(refused);
      expect(await service.indicesByTraceIds('none', { traceIds: [], timestamp: null })).toEqual(refuse(makeError('notFound')));
    });
  });
});
