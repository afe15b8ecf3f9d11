import type { DataSpec, StoreSchema } from '@laneway/model';
import { expect, test } from 'vitest';
import { FakeFiles } from '../../test/fake-files.ts';
import { fileIdOf } from '../files/file-id.ts';
import { initialContentReader } from './initial-content.ts';

const files = new FakeFiles([{ path: 'a' }, { path: 'b', type: 'DIR' }]);
const id = (path: string): string => fileIdOf('s1', path);
const number: DataSpec = { type: 'number', integersOnly: false, allowedValues: null };
const read = initialContentReader(files, 1000);

async function contentOf(type: string, config: object, content: unknown, requiresInitialContent = false): Promise<unknown> {
  const schema = {
    id: 'st',
    name: 's',
    description: '',
    type,
    config,
    requiresInitialContent,
    defaultInitialContent: null,
  } as unknown as StoreSchema;
  return await read({ storeId: 'S', schema, content, spaceId: 's1', userId: 'u1', logLevel: 6 });
}

const seriesOf = (nameGenerator: string, retention: number): object => ({
  timeSeriesCollectionSchema: {
    timeSeriesSchemas: [
      { nameGeneratorType: 'exact', nameGenerator, unit: 'none', metrics: { minute: { resolution: 60, retention, aggregator: 'sum' } } },
    ],
  },
  dashboardSpec: null,
});

const nothing = { ok: true, value: [] };
const file: DataSpec = { type: 'file', fileType: 'REG', attributes: null };

test('a store without content is empty, unless it requires some (data-and-stores R12)', async () => {
  expect(await contentOf('list', { itemDataSpec: number }, null)).toEqual(nothing);
  expect(await contentOf('list', { itemDataSpec: number }, null, true)).toMatchObject({
    ok: false,
    error: { id: 'atmStoreMissingRequiredInitialContent' },
  });
  expect(await contentOf('list', { itemDataSpec: number }, [], true)).toEqual(nothing);
});

test('lists and trees take arrays of valid items, in stored form and order (data-and-stores R13)', async () => {
  expect(await contentOf('list', { itemDataSpec: number }, [3, 1])).toEqual({
    ok: true,
    value: [{ kind: 'pieces', storeId: 'S', pieces: [{ itemCount: 2, bytes: 4, text: '3\n1' }] }],
  });
  expect(await contentOf('treeForest', { itemDataSpec: file }, [{ fileId: id('a'), x: 1 }])).toMatchObject({
    value: [{ pieces: [{ text: JSON.stringify(id('a')) }] }],
  });
});

test.each([5, { end: 1 }, 'x'])('%j is no initial content of a list (data-and-stores R13)', async (content) => {
  expect(await contentOf('list', { itemDataSpec: number }, content)).toMatchObject({
    ok: false,
    error: { id: 'atmDataTypeUnverified', details: { expType: 'array' } },
  });
});

test('an invalid element is reported under its position (data-and-stores R13)', async () => {
  expect(await contentOf('list', { itemDataSpec: number }, [1, 'x'])).toMatchObject({
    ok: false,
    error: { details: { type: 'array', valueConstraints: { '$[1]': {} } } },
  });
  expect(await contentOf('list', { itemDataSpec: file }, [{ fileId: id('b') }])).toMatchObject({
    error: { details: { valueConstraints: { '$[0]': { details: { valueConstraints: { fileType: 'REG' } } } } } },
  });
});

test('a directory is a root of a forest that yields regular files (lambdas §13.5)', async () => {
  expect(await contentOf('treeForest', { itemDataSpec: file }, [{ fileId: id('b') }])).toMatchObject({ ok: true });
});

test('single values and ranges are one value in stored form; a wrong step is refused (data-and-stores §5.2, §5.3)', async () => {
  expect(await contentOf('singleValue', { itemDataSpec: number }, 0)).toEqual({
    ok: true,
    value: [{ kind: 'set', storeId: 'S', content: '0' }],
  });
  expect(await contentOf('singleValue', { itemDataSpec: { type: 'boolean' } }, false)).toMatchObject({ value: [{ content: 'false' }] });
  expect(await contentOf('range', {}, { end: 4 })).toEqual({ ok: true, value: [{ kind: 'set', storeId: 'S', content: '[0,4,1]' }] });
  for (const [start, end, step] of [
    [10, 5, 1],
    [5, 10, -1],
    [0, 5, 0],
  ]) {
    expect(await contentOf('range', {}, { start, end, step })).toMatchObject({
      ok: false,
      error: { details: { valueConstraints: 'invalid step direction' } },
    });
  }
});

test('a log takes an array like extend, filtered by level (data-and-stores R35, R36)', async () => {
  const config = { logContentDataSpec: { type: 'object' } };
  expect(await contentOf('auditLog', config, [{ a: 1 }, { severity: 'debug', content: 5 }, { severity: 'error', b: 1 }])).toEqual({
    ok: true,
    value: [
      {
        kind: 'log',
        storeId: 'S',
        entries: [
          { severity: 'info', source: 'user', content: '{"a":1}' },
          { severity: 'error', source: 'user', content: '{"b":1}' },
        ],
      },
    ],
  });
  expect(await contentOf('auditLog', config, {})).toMatchObject({ ok: false, error: { details: { expType: 'array' } } });
  expect(await contentOf('auditLog', config, [5])).toMatchObject({ ok: false, error: { details: { valueConstraints: { '$[0]': {} } } } });
});

test('time series take no initial content (data-and-stores R52)', async () => {
  expect(await contentOf('timeSeries', seriesOf('size', 5), [])).toMatchObject({
    ok: false,
    error: { id: 'badData', details: { key: 'initialContent' } },
  });
});

test('time series that could not exist are found when their store is made, as dumps are not checked for them (data-and-stores R58, schemas R23)', async () => {
  expect(await contentOf('timeSeries', seriesOf('size', 5), null)).toEqual(nothing);
  expect(await contentOf('timeSeries', seriesOf('size', 0), null)).toMatchObject({
    ok: false,
    error: { id: 'badValueNotInRange', details: { key: 'retention', low: 1, high: 1_000_000 } },
  });
  expect(await contentOf('timeSeries', seriesOf('a/b', 5), null)).toMatchObject({
    ok: false,
    error: { id: 'badValueName', details: { key: 'timeSeriesName' } },
  });
});

test('a log of files knows which files exist, whatever shape the entries have (data-and-stores R35, R37)', async () => {
  const config = { logContentDataSpec: file };
  expect(await contentOf('auditLog', config, [{ severity: 'error', content: { fileId: id('a') } }])).toMatchObject({ ok: true });
  expect(await contentOf('auditLog', config, [{ fileId: id('nowhere') }])).toMatchObject({
    ok: false,
    error: { details: { valueConstraints: { '$[0]': { details: { valueConstraints: { hasAccess: true } } } } } },
  });
});

test('an item above the size limit is refused (data-and-stores R17, D16)', async () => {
  expect(await contentOf('list', { itemDataSpec: { type: 'object' } }, [{ t: 'x'.repeat(1001) }])).toMatchObject({
    ok: false,
    error: { id: 'badData' },
  });
});
