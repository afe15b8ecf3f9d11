import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { buildOverlay, parseInputs } from '../src/run/inputs.ts';
import type { StoreView } from '../src/run/schema-view.ts';

const folder = mkdtempSync(join(tmpdir(), 'laneway-inputs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function store(name: string, type: string, itemType?: string): StoreView {
  return { id: `id-${name}`, name, type, itemType, needsInput: false };
}

const schema = {
  stores: [
    store('files', 'treeForest', 'file'),
    store('one', 'singleValue', 'file'),
    store('numbers', 'list', 'number'),
    store('words', 'list', 'string'),
    store('limit', 'singleValue', 'number'),
    store('steps', 'range'),
    store('stats', 'timeSeries'),
    store('twice', 'list', 'number'),
    { ...store('twice', 'list', 'number'), id: 'id-twice-2' },
  ],
  lanes: [],
};

const known: Record<string, string[]> = { '': ['root'], 'a.txt': ['A'], 'dir/b.txt': ['B'], '*.txt': ['A', 'C'] };

async function overlay(...options: string[]): Promise<unknown> {
  return await buildOverlay(parseInputs(options, schema), async (path) => known[path] ?? []);
}

describe('stores of files', () => {
  test('take paths inside the space, "." being its root', async () => {
    expect(await overlay('files=.')).toEqual({ 'id-files': [{ fileId: 'root' }] });
    expect(await overlay('files=./dir//b.txt', 'one=a.txt')).toEqual({ 'id-files': [{ fileId: 'B' }], 'id-one': { fileId: 'A' } });
  });

  test('take patterns, and the option more than once', async () => {
    expect(await overlay('files=dir/b.txt', 'files=*.txt')).toEqual({ 'id-files': [{ fileId: 'B' }, { fileId: 'A' }, { fileId: 'C' }] });
  });

  test('that hold one file refuse a pattern that matches two', async () => {
    await expect(overlay('one=*.txt')).rejects.toThrow('--input one: 2 files match, but a singleValue store takes one');
  });

  test.each(['/etc/passwd', '../x', 'a/../../x', ''])('refuse "%s", which is not inside the space', async (path) => {
    await expect(overlay(`files=${path}`)).rejects.toThrow(/is not a path inside the space/);
  });
});

describe('other stores', () => {
  test('take JSON: an array is the whole list, several options are its items', async () => {
    expect(await overlay('numbers=[1,2]', 'limit=10', 'steps={"start":0,"end":5,"step":1}')).toEqual({
      'id-numbers': [1, 2],
      'id-limit': 10,
      'id-steps': { start: 0, end: 5, step: 1 },
    });
    expect(await overlay('numbers=1', 'numbers=2')).toEqual({ 'id-numbers': [1, 2] });
  });

  test('take a JSON file with @, files stores too', async () => {
    const file = join(folder, 'items.json');
    writeFileSync(file, '[{"fileId": "X"}]');
    expect(await overlay(`files=@${file}`)).toEqual({ 'id-files': [{ fileId: 'X' }] });
  });

  test('of strings take plain text', async () => {
    expect(await overlay('words=hello=world')).toEqual({ 'id-words': ['hello=world'] });
  });
});

describe('files of lines', () => {
  const file = join(folder, 'items.jsonl');
  writeFileSync(file, '1\n');

  test('are sent by themselves, for stores of many values', async () => {
    const inputs = parseInputs([`numbers=@${file}`, 'words=@-', 'limit=1'], schema);
    expect(inputs.map(({ content }) => content)).toEqual([
      { kind: 'lines', file },
      { kind: 'lines', file: '-' },
      { kind: 'value', value: 1 },
    ]);
    expect(await buildOverlay(inputs, async () => [])).toEqual({ 'id-limit': 1 });
  });

  test.each([
    [[`limit=@${file}`], /--input limit: a singleValue store takes one value, not a file of lines/],
    [[`numbers=@${file}`, 'numbers=1'], /--input numbers: a file of lines is the whole content of the store/],
    [[`numbers=@${file}`, `numbers=@${file}`], /--input numbers: a file of lines is the whole content/],
    [['numbers=@-', 'words=@-'], /"@-" is given for two stores/],
    [['numbers=@missing.ndjson'], /cannot read missing\.ndjson/],
  ])('are refused before anything is sent: %j', (options, message) => {
    expect(() => parseInputs(options, schema)).toThrow(message);
  });
});

describe('mistakes name the option', () => {
  test.each([
    ['nope=1', /--input nope: the workflow has no such store/],
    ['files', /--input "files" is not STORE=VALUE/],
    ['=1', /is not STORE=VALUE/],
    ['stats=1', /--input stats: a time series store takes no initial content/],
    ['twice=1', /--input twice: two stores have this name/],
    ['limit=ten', /--input limit: not valid JSON/],
    ['limit=@missing.json', /cannot read missing\.json/],
  ])('%s', async (option, message) => {
    await expect(overlay(option)).rejects.toThrow(message);
  });

  test('a store of one value is given once', () => {
    expect(() => parseInputs(['limit=1', 'limit=2'], schema)).toThrow('--input limit: given more than once');
  });

  test('an id tells stores of the same name apart', async () => {
    expect(await overlay('id-twice-2=7')).toEqual({ 'id-twice-2': [7] });
  });
});

test('a store that needs an input is named before anything is sent', () => {
  const needy = { ...schema, stores: [...schema.stores, { ...store('names', 'list', 'string'), needsInput: true }] };
  expect(() => parseInputs(['limit=1'], needy)).toThrow(/no input for "names"/);
  expect(parseInputs(['names=ada'], needy)).toHaveLength(1);
});
