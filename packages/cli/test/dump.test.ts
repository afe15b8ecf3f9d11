import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readDump } from '../src/run/dump.ts';
import { resultStores } from '../src/run/report.ts';
import { viewSchema } from '../src/run/schema-view.ts';

const folder = mkdtempSync(join(tmpdir(), 'laneway-dump-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(text: string): string {
  const path = join(folder, 'dump.json');
  writeFileSync(path, text);
  return path;
}

const valid = { name: 'w', revision: { originalRevisionNumber: 1, atmWorkflowSchemaRevision: { stores: [], lanes: [] } } };

describe('a file that is no dump', () => {
  test('is refused with the line of the mistake', () => {
    expect(() => readDump(file('{\n  "name": 1,\n  oops\n}'))).toThrow(/dump\.json:3: not valid JSON/);
  });

  test.each([
    ['[]', 'not a JSON object'],
    ['{}', '"name" must be text'],
    ['{"name": "x"}', '"revision" must be an object'],
    ['{"name": "x", "revision": {}}', '"revision.originalRevisionNumber" must be an integer'],
    [
      '{"name": "x", "revision": {"originalRevisionNumber": 1, "schemaFormatVersion": 99}}',
      '"revision.schemaFormatVersion" is 99, which is unknown: it has to be one of 2, 3',
    ],
    ['{"name": "x", "revision": {"originalRevisionNumber": 1, "schemaFormatVersion": null}}', '"revision.schemaFormatVersion" is null'],
    ['{"name": "x", "revision": {"originalRevisionNumber": 1, "schemaFormatVersion": 3}}', '"revision.atmWorkflowSchemaRevision" must be'],
    ['{"name": "x", "revision": {"originalRevisionNumber": 1}}', '"revision.atmWorkflowSchemaRevision" must be an object'],
  ])('%s is refused with the field', (text, message) => {
    expect(() => readDump(file(text))).toThrow(message);
  });

  test('is refused when it is not there', () => {
    expect(() => readDump(join(folder, 'missing.json'))).toThrow(/cannot read .*missing\.json/);
  });
});

test('a dump without the id of its origin gets one that depends on its content alone', () => {
  const first = readDump(file(JSON.stringify(valid))).originalAtmWorkflowSchemaId;
  const again = readDump(file(JSON.stringify(valid))).originalAtmWorkflowSchemaId;
  const other = readDump(file(JSON.stringify({ ...valid, name: 'v' }))).originalAtmWorkflowSchemaId;
  expect(first).toBe(again);
  expect(first).not.toBe(other);
});

test('plain and persistent encoding are read alike (rest R128)', () => {
  const record = (data: object) => ({ _version: 1, _data: data });
  const plain = {
    stores: [{ id: 's', name: 'files', type: 'treeForest', config: { itemDataSpec: { type: 'file', fileType: 'ANY' } } }],
    lanes: [
      { id: 'l', name: 'L', parallelBoxes: [{ id: 'b', tasks: [{ id: 't', name: 'T', resultMappings: [{ storeSchemaId: 's' }] }] }] },
    ],
  };
  const persistent = record({
    stores: [
      record({
        id: 's',
        name: 'files',
        type: 'treeForest',
        config: record({ itemDataSpec: record({ type: 'file', ...record({ fileType: 'ANY' }) }) }),
      }),
    ],
    lanes: [
      record({
        id: 'l',
        name: 'L',
        parallelBoxes: [record({ id: 'b', tasks: [record({ id: 't', name: 'T', resultMappings: [record({ storeSchemaId: 's' })] })] })],
      }),
    ],
  });
  const expected = {
    stores: [{ id: 's', name: 'files', type: 'treeForest', itemType: 'file', needsInput: false }],
    lanes: [{ id: 'l', name: 'L', tasks: [{ id: 't', name: 'T', resultStoreIds: ['s'] }] }],
  };
  expect(viewSchema(plain)).toEqual(expected);
  expect(viewSchema(persistent)).toEqual(expected);
  expect(resultStores(viewSchema(plain)).map((store) => store.name)).toEqual(['files']);
});
