import type { DataSpec, ErrorObject } from '@laneway/model';
import { posixError } from '@laneway/model';
import { expect, test } from 'vitest';
import { FakeFiles } from '../../test/fake-files.ts';
import { fileIdOf } from '../files/file-id.ts';
import { compileType } from './compile-type.ts';
import { valueDescriber } from './describe.ts';
import { gatherFacts } from './facts.ts';
import { iteratedItemSpec } from './items.ts';
import { ReferenceIds } from './reference-ids.ts';

const files = new FakeFiles([
  { path: 'a' },
  { path: 'dir', type: 'DIR' },
  { path: 'link', type: 'SYMLNK' },
  { path: 'private', errno: 'EACCES' },
  { path: 'removed', errno: 'ENOENT' },
  { path: 'broken', errno: 'EIO' },
  { path: 'a', spaceId: 's2' },
]);

const file = (path: string, spaceId = 's1'): { fileId: string } => ({ fileId: fileIdOf(spaceId, path) });
const anyFile: DataSpec = { type: 'file', fileType: 'ANY', attributes: null };
const number: DataSpec = { type: 'number', integersOnly: false, allowedValues: null };

async function problem(spec: DataSpec, value: unknown): Promise<ErrorObject | null> {
  const type = compileType(spec);
  const ids = new ReferenceIds();
  type.collect(value, ids);
  return type.validate(value, await gatherFacts({ spaceId: 's1', files }, ids));
}

test.each([
  ['5.5', 5.5],
  ['text', 'x'],
  ['a list', [5]],
  ['a numeric id', { fileId: 5 }],
  ['an id that cannot be decoded', { fileId: 'nonsense' }],
])('%s is no file (data-and-stores §2.1, R5)', async (_name, value) => {
  expect(await problem(anyFile, value)).toMatchObject({ id: 'atmDataTypeUnverified', details: { value, expType: 'file' } });
});

test.each([
  ['of another space', file('a', 's2'), { inSpace: 's1' }],
  ['that nobody knows', file('never'), { hasAccess: true }],
  ['that was removed', file('removed'), { hasAccess: true }],
  ['that may not be looked at', file('private'), { hasAccess: true }],
])('a file %s violates a constraint (data-and-stores R5)', async (_name, value, valueConstraints) => {
  expect(await problem(anyFile, value)).toMatchObject({
    id: 'atmDataValueConstraintUnverified',
    details: { value, type: 'file', valueConstraints },
  });
});

test('a failure of the disk is reported as such (data-and-stores R5)', async () => {
  expect(await problem(anyFile, file('broken'))).toEqual(posixError('EIO'));
});

test('the type of a file has to be that of the spec, and a link is not followed (data-and-stores R5)', async () => {
  const regular: DataSpec = { type: 'file', fileType: 'REG', attributes: null };
  expect(await problem(regular, file('a'))).toBeNull();
  for (const path of ['dir', 'link']) {
    expect(await problem(regular, file(path))).toMatchObject({ details: { valueConstraints: { fileType: 'REG' } } });
  }
  expect(await problem({ type: 'file', fileType: 'SYMLNK', attributes: null }, file('link'))).toBeNull();
});

test.each([
  ['dataset', { datasetId: 'd' }],
  ['group', { groupId: 'g' }],
] as const)('there is no %s that could be accessed (data-and-stores §2.2)', async (type, value) => {
  const spec: DataSpec = type === 'dataset' ? { type } : { type, attributes: null };
  expect(await problem(spec, value)).toMatchObject({ details: { type, valueConstraints: { hasAccess: true } } });
  expect(await problem(spec, {})).toMatchObject({ id: 'atmDataTypeUnverified', details: { expType: type } });
});

test('the first bad element of an array is reported under its position, at any depth (data-and-stores §2.2, R8)', async () => {
  const nested: DataSpec = { type: 'array', itemDataSpec: { type: 'array', itemDataSpec: number } };
  expect(await problem(nested, [[1, 2], [], [3]])).toBeNull();
  expect(await problem(nested, [[1, 'NaN'], [4]])).toMatchObject({
    details: {
      type: 'array',
      valueConstraints: {
        '$[0]': { id: 'atmDataValueConstraintUnverified', details: { valueConstraints: { '$[1]': { details: { expType: 'number' } } } } },
      },
    },
  });
  expect(await problem({ type: 'array', itemDataSpec: anyFile }, [file('a'), file('removed')])).toMatchObject({
    details: { valueConstraints: { '$[1]': { details: { valueConstraints: { hasAccess: true } } } } },
  });
});

const measurement: DataSpec = { type: 'timeSeriesMeasurement', specs: [{ nameMatcherType: 'hasPrefix', nameMatcher: '', unit: 'none' }] };

test.each<[string, DataSpec, unknown, unknown, unknown]>([
  ['a file', anyFile, { ...file('a'), name: 'a' }, file('a').fileId, file('a')],
  ['a range', { type: 'range' }, { end: 10, extra: 1 }, [0, 10, 1], { start: 0, end: 10, step: 1 }],
  [
    'a measurement',
    measurement,
    { tsName: 's', timestamp: 1, value: 2, x: 1 },
    { tsName: 's', timestamp: 1, value: 2 },
    { tsName: 's', timestamp: 1, value: 2 },
  ],
  ['an object', { type: 'object' }, { a: 1, b: null }, { a: 1, b: null }, { a: 1, b: null }],
  ['a dataset', { type: 'dataset' }, { datasetId: 'd', x: 1 }, 'd', { datasetId: 'd' }],
  [
    'a list of ranges',
    { type: 'array', itemDataSpec: { type: 'range' } },
    [{ start: 2, end: 1, step: -1 }],
    [[2, 1, -1]],
    [{ start: 2, end: 1, step: -1 }],
  ],
  [
    'a list of measurements',
    { type: 'array', itemDataSpec: measurement },
    [{ tsName: 's', timestamp: 1, value: 2, x: 1 }],
    [{ tsName: 's', timestamp: 1, value: 2 }],
    [{ tsName: 's', timestamp: 1, value: 2 }],
  ],
])('%s is stored in its minimal form and iterated from it (data-and-stores §2.3, R9)', (_name, spec, value, stored, iterated) => {
  const type = compileType(spec);
  expect(type.toStored(value)).toEqual(stored);
  expect(type.fromStored(stored)).toEqual(iterated);
});

test('iteration gives references without looking at what they refer to (data-and-stores R10)', () => {
  expect(compileType(anyFile).fromStored(file('removed').fileId)).toEqual(file('removed'));
});

test('files are described by id, name, type and size, removed ones by their errno (data-and-stores §2.3)', async () => {
  const describe = valueDescriber(files);
  const owner = { spaceId: 's1' };
  const ids = ['a', 'removed', 'private', 'a'].map((path) => file(path).fileId);
  const shown = { ok: true, value: { ...file('a'), name: 'a', type: 'REG', size: 5 } };
  const gone = { ok: false, error: posixError('ENOENT') };
  expect(await describe(anyFile, ids, owner)).toEqual([shown, gone, { ok: false, error: posixError('EACCES') }, shown]);
  expect(await describe({ type: 'array', itemDataSpec: anyFile }, [[ids[0], ids[1]], [ids[0]]], owner)).toMatchObject([gone, { ok: true }]);
  expect(await describe({ type: 'dataset' }, ['d'], owner)).toMatchObject([{ ok: false, error: { id: 'notFound' } }]);
  expect(await describe({ type: 'range' }, [[0, 10, 2]], owner)).toEqual([{ ok: true, value: { start: 0, end: 10, step: 2 } }]);
});

test('a page of a thousand files is described in two round trips', async () => {
  const many = new FakeFiles(Array.from({ length: 1000 }, (_, index) => ({ path: `f${index}` })));
  const ids = Array.from({ length: 1000 }, (_, index) => file(`f${index}`).fileId);
  const described = await valueDescriber(many)(anyFile, ids, { spaceId: 's1' });
  expect(described.map((one) => one.ok && (one.value as { name: string }).name)).toEqual(ids.map((_, index) => `f${index}`));
  expect(many.questions).toBe(2);
});

test('conforming hands out exactly the attributes of the spec and leaves other values alone (data-and-stores §2.4, execution R109)', async () => {
  const type = compileType({ type: 'file', fileType: 'ANY', attributes: ['size', 'name', 'acl'] });
  const ids = new ReferenceIds();
  ids.files.add(file('a').fileId);
  const facts = await gatherFacts({ spaceId: 's1', files }, ids, type.attributes);
  expect(type.conform({ ...file('a'), extra: 1 }, facts)).toEqual({ ok: true, value: { size: 5, name: 'a', acl: null } });
  const plain = compileType(anyFile);
  const own = await gatherFacts({ spaceId: 's1', files }, ids, plain.attributes);
  expect(plain.conform({ ...file('a'), extra: 1 }, own)).toEqual({ ok: true, value: file('a') });
  expect(compileType({ type: 'range' }).conform({ end: 5 }, facts)).toEqual({ ok: true, value: { end: 5 } });
});

test('iterated items have the spec of the store, integers for ranges, objects for logs (data-and-stores R21)', () => {
  expect(iteratedItemSpec({ type: 'list', config: { itemDataSpec: number } })).toBe(number);
  expect(iteratedItemSpec({ type: 'range', config: {} })).toMatchObject({ type: 'number', integersOnly: true });
  expect(iteratedItemSpec({ type: 'auditLog', config: { logContentDataSpec: number } })).toEqual({ type: 'object' });
  for (const type of ['singleValue', 'treeForest'] as const) {
    expect(iteratedItemSpec({ type, config: { itemDataSpec: anyFile } })).toBe(anyFile);
  }
});
