/** Real workflows on real files through the command line and a server process (scenarios S1, S32, S35, S59; lambdas §13). */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDump } from '../../packages/cli/src/run/dump.ts';
import { changedDump, referenceDump, writeDump } from './dumps.ts';
import {
  cleanUp,
  laneway,
  newDirectory,
  runWorkflow,
  seriesSum,
  startProduct,
  until,
  untilEnded,
  valuesOf,
  type Product,
  type RunReport,
} from './support.ts';

let product: Product;

beforeAll(async () => {
  product = await startProduct();
});

afterAll(cleanUp);

/** Fixture F2 of the scenarios; the content stands beside the name. */
function smallTree(): string {
  const directory = newDirectory('files');
  write(directory, 'file1', '100');
  write(directory, 'dir1/file2', '');
  write(directory, 'dir1/dir2/file3', '11111');
  write(directory, 'dir1/dir2/file4', '1111');
  return directory;
}

function write(directory: string, path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), content);
}

interface Checksum {
  readonly fileId: string;
  readonly algorithm: string;
  readonly checksum: string | null;
}

async function attributes(fileId: string): Promise<{ path: string; type: string; name: string }> {
  const url = `${product.url}/api/v3/oneprovider/data/${fileId}?attribute=path&attribute=type&attribute=name`;
  const response = await fetch(url, { headers: { 'x-auth-token': readFileSync(join(product.dataDir, 'admin.token'), 'utf8').trim() } });
  return (await response.json()) as { path: string; type: string; name: string };
}

async function xattrs(fileId: string): Promise<Record<string, unknown>> {
  const url = `${product.url}/api/v3/oneprovider/data/${fileId}/metadata/xattrs`;
  const response = await fetch(url, { headers: { 'x-auth-token': readFileSync(join(product.dataDir, 'admin.token'), 'utf8').trim() } });
  return (await response.json()) as Record<string, unknown>;
}

const bigBytes = 5 * 1024 * 1024;

/** 200 regular files that file handling likes to get wrong; path below the tree → content. */
function hardTree(directory: string): ReadonlyMap<string, Buffer> {
  const deep = Array.from({ length: 25 }, (_, level) => `level ${level}`).join('/');
  const special: [string, Buffer][] = [
    ['empty', Buffer.alloc(0)],
    ['one byte', Buffer.from('x')],
    ['big 1', randomBytes(bigBytes)],
    ['big 2', randomBytes(bigBytes + 1)],
    ['big 3', randomBytes(2 * bigBytes + 7)],
    ['żółć 文件 🌊.bin', randomBytes(100)],
    ['e\u0301 decomposed', randomBytes(10)],
    ['line\nbreak\tand tab', randomBytes(50)],
    ['quote " \' back\\slash $HOME `id` ;', randomBytes(20)],
    [' leading and trailing ', randomBytes(21)],
    ['-rf', randomBytes(22)],
    ['%2e%2e%2f', randomBytes(23)],
    ['.hidden', randomBytes(24)],
    [`${deep}/at the bottom`, randomBytes(30)],
    ['n'.repeat(255), randomBytes(31)],
  ];
  const plain = Array.from({ length: 200 - special.length }, (_, index): [string, Buffer] => [
    `folder ${index % 10}/file-${index}.dat`,
    randomBytes(index * 13),
  ]);
  const files = new Map([...special, ...plain]);
  for (const [path, content] of files) write(directory, path, content);
  mkdirSync(join(directory, 'empty folder'));
  return files;
}

const digest = (algorithm: string, content: Uint8Array): string => createHash(algorithm).update(content).digest('hex');

test(`calculate-checksums-mounted: md5 and sha256 of every regular file of a hard tree, attributes set, measurements complete (lambdas §13.4, R118–R122)`, async () => {
  const directory = newDirectory('hard');
  const files = hardTree(directory);
  symlinkSync('one byte', join(directory, 'link'));
  const startedAt = performance.now();
  const report = await runWorkflow(product, referenceDump('calculate-checksums-mounted'), ['--dir', directory, '--input', 'input-files=.']);
  console.log(`calculate-checksums-mounted: ${files.size} files in ${Math.round(performance.now() - startedAt)} ms`);
  expect(report.status, JSON.stringify(report.tasks)).toBe('finished');
  expect(report.code).toBe(0);

  const results = report.stores['results'] as readonly Checksum[];
  const described = new Map<string, { path: string; type: string }>();
  for (const fileId of new Set(results.map((result) => result.fileId))) described.set(fileId, await attributes(fileId));
  const pathOf = (fileId: string): string => described.get(fileId)!.path.split('/').slice(2).join('/');

  for (const algorithm of ['md5', 'sha256']) {
    const found = new Map(
      results
        .filter((result) => result.algorithm === algorithm && described.get(result.fileId)?.type === 'REG')
        .map((result) => [pathOf(result.fileId), result.checksum]),
    );
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries([...files].map(([path, content]) => [path, digest(algorithm, content)])));
    const others = results.filter((result) => result.algorithm === algorithm && described.get(result.fileId)?.type === 'DIR');
    expect(others.every((result) => result.checksum === null)).toBe(true);
    // Nothing twice.
    expect(new Set(results.filter((result) => result.algorithm === algorithm).map((result) => result.fileId)).size).toBe(
      results.filter((result) => result.algorithm === algorithm).length,
    );
  }
  for (const [fileId, { type }] of described) {
    if (type !== 'REG') continue;
    const content = files.get(pathOf(fileId))!;
    expect(await xattrs(fileId)).toMatchObject(checksumAttributes(content));
  }

  const totalBytes = [...files.values()].reduce((sum, content) => sum + content.length, 0);
  // A symbolic link behaves as its target (lambdas R109): it counts as a file of one byte more.
  const linked = results.some((result) => result.checksum !== null && described.get(result.fileId)?.type === 'SYMLNK') ? 1 : 0;
  for (const task of report.tasks) {
    expect(task).toMatchObject({ status: 'finished', itemsInProcessing: 0, itemsFailed: 0 });
    const { timeSeriesStoreId } = await product.client.executions.task(task.id);
    for (const metric of ['sum5s', 'sum1m', 'sum1h']) {
      expect(await seriesSum(product.client, timeSeriesStoreId, 'bytesProcessed', metric)).toBe(totalBytes + linked);
      expect(await seriesSum(product.client, timeSeriesStoreId, 'filesProcessed', metric)).toBe(files.size + linked);
    }
  }
});

/** A checksum that reads as JSON is kept as that value (lambdas R111). */
function checksumAttributes(content: Uint8Array): Record<string, unknown> {
  const stored = (text: string): unknown => {
    try {
      const value: unknown = JSON.parse(text);
      return typeof value === 'number' && Number.isSafeInteger(value) ? value : expect.anything();
    } catch {
      return text;
    }
  };
  return { md5_checksum: stored(digest('md5', content)), sha256_checksum: stored(digest('sha256', content)) };
}

test('echo gives its file back, all counters and times agree, and everything ends finished (S1)', async () => {
  const report = await runWorkflow(product, referenceDump('echo'), ['--dir', smallTree(), '--input', 'input=file1']);
  expect(report).toMatchObject({ code: 0, status: 'finished' });
  expect(report.tasks).toMatchObject([{ name: 'echo', status: 'finished', itemsInProcessing: 0, itemsProcessed: 1, itemsFailed: 0 }]);
  expect(report.stores['output']).toEqual([{ fileId: expect.any(String) }]);
  const [{ fileId }] = report.stores['output'] as [{ fileId: string }];
  expect(await attributes(fileId)).toMatchObject({ name: 'file1' });
  const details = await product.client.executions.details(report.executionId);
  expect(details).toMatchObject({ status: 'finished', suspendTime: 0 });
  expect(details.lanes[0]?.runs).toMatchObject([{ runNumber: 1, status: 'finished', runType: 'regular', originRunNumber: null }]);
  expect(details.scheduleTime).toBeGreaterThan(0);
  expect(details.startTime).toBeGreaterThanOrEqual(details.scheduleTime);
  expect(details.finishTime).toBeGreaterThanOrEqual(details.startTime);
});

const number = { type: 'number', integersOnly: false, allowedValues: null };
const text = { type: 'string', allowedValues: null };
const range = { type: 'range' };
const array = { type: 'array', itemDataSpec: number };

describe('store type × data type round trip (S32)', () => {
  const cases: readonly [string, { type: string; spec: unknown }, unknown, { type: string; spec: unknown }, unknown, readonly unknown[]][] =
    [
      ['a list of numbers → list', { type: 'list', spec: number }, number, { type: 'list', spec: number }, [1, 2, 3], [1, 2, 3]],
      ['b single number → single number', { type: 'singleValue', spec: number }, number, { type: 'singleValue', spec: number }, 111, [111]],
      [
        'c range → list',
        { type: 'range', spec: null },
        number,
        { type: 'list', spec: number },
        { start: 1, end: 100, step: 10 },
        [1, 11, 21, 31, 41, 51, 61, 71, 81, 91],
      ],
      [
        'd single string → single string',
        { type: 'singleValue', spec: text },
        text,
        { type: 'singleValue', spec: text },
        'Sample string',
        ['Sample string'],
      ],
      [
        'e list of booleans → list',
        { type: 'list', spec: { type: 'boolean' } },
        { type: 'boolean' },
        { type: 'list', spec: { type: 'boolean' } },
        [true, false, true, true],
        [true, false, true, true],
      ],
      [
        'f single array → single array',
        { type: 'singleValue', spec: array },
        array,
        { type: 'singleValue', spec: array },
        [11, 22, 33],
        [[11, 22, 33]],
      ],
      [
        'g range → single number: the last write wins',
        { type: 'range', spec: null },
        number,
        { type: 'singleValue', spec: number },
        { start: 5, end: 50, step: 5 },
        [45],
      ],
      [
        'h list of booleans → single boolean',
        { type: 'list', spec: { type: 'boolean' } },
        { type: 'boolean' },
        { type: 'singleValue', spec: { type: 'boolean' } },
        [true, true, true],
        [true],
      ],
      [
        'i single string → list',
        { type: 'singleValue', spec: text },
        text,
        { type: 'list', spec: text },
        'Sample string',
        ['Sample string'],
      ],
      [
        'j single range → range',
        { type: 'singleValue', spec: range },
        range,
        { type: 'range', spec: null },
        { start: 5, end: 50, step: 5 },
        [{ start: 5, end: 50, step: 5 }],
      ],
      [
        'l list of ranges → list of objects',
        { type: 'list', spec: range },
        range,
        { type: 'list', spec: { type: 'object' } },
        [
          { start: 5, end: 50, step: 5 },
          { start: 1, end: 100, step: 10 },
        ],
        [
          { start: 5, end: 50, step: 5 },
          { start: 1, end: 100, step: 10 },
        ],
      ],
      [
        'm list of ranges → list of ranges',
        { type: 'list', spec: range },
        range,
        { type: 'list', spec: range },
        [
          { start: 5, end: 50, step: 5 },
          { start: 1, end: 100, step: 10 },
        ],
        [
          { start: 5, end: 50, step: 5 },
          { start: 1, end: 100, step: 10 },
        ],
      ],
    ];
  test.each(cases)('%s', async (_name, input, itemSpec, output, initial, expected) => {
    const dump = retypedEcho({ input, itemSpec, output });
    const report = await runWorkflow(product, dump, [
      '--dir',
      smallTree(),
      '--input',
      `input=${typeof initial === 'string' ? initial : JSON.stringify(initial)}`,
    ]);
    expect(report.status).toBe('finished');
    expect(report.stores['output']).toEqual(expected);
  });

  test('k tree forest of files → list of files: every node of the tree once', async () => {
    const file = { type: 'file', fileType: 'ANY', attributes: ['fileId', 'path'] };
    const dump = retypedEcho({ input: { type: 'treeForest', spec: file }, itemSpec: file, output: { type: 'list', spec: file } });
    const report = await runWorkflow(product, dump, ['--dir', smallTree(), '--input', 'input=dir1']);
    const ids = (report.stores['output'] as readonly { fileId: string }[]).map((value) => value.fileId);
    const paths = (await Promise.all(ids.map(attributes))).map(({ path }) => path.split('/').slice(2).join('/'));
    expect(paths.toSorted()).toEqual(['dir1', 'dir1/dir2', 'dir1/dir2/file3', 'dir1/dir2/file4', 'dir1/file2']);
  });
});

interface StoreShape {
  readonly type: string;
  readonly spec: unknown;
}

/** The echo workflow with other stores and another type of its argument and result. */
function retypedEcho({ input, itemSpec, output }: { input: StoreShape; itemSpec: unknown; output: StoreShape }): string {
  return writeDump(
    changedDump('echo', (dump) => {
      const [from, to] = dump.revision.atmWorkflowSchemaRevision.stores;
      Object.assign(from!, { type: input.type, config: input.type === 'range' ? {} : { itemDataSpec: input.spec } });
      Object.assign(to!, { type: output.type, config: output.type === 'range' ? {} : { itemDataSpec: output.spec } });
      const updates: Record<string, unknown> = {
        list: { type: 'listStoreContentUpdateOptions', function: 'append' },
        singleValue: { type: 'singleValueStoreContentUpdateOptions' },
        range: { type: 'rangeStoreContentUpdateOptions' },
      };
      const [task] = dump.revision.atmWorkflowSchemaRevision.lanes[0]!.parallelBoxes[0]!.tasks as unknown as {
        resultMappings: { storeContentUpdateOptions: unknown }[];
      }[];
      task!.resultMappings[0]!.storeContentUpdateOptions = updates[output.type];
      for (const revisions of Object.values(dump.revision.supplementaryAtmLambdas)) {
        for (const { revision } of Object.values(revisions)) {
          Object.assign(revision.atmLambdaRevision, {
            argumentSpecs: [{ name: 'value', isOptional: false, defaultValue: null, dataSpec: itemSpec }],
            resultSpecs: [{ name: 'value', relayMethod: 'returnValue', dataSpec: itemSpec }],
          });
        }
      }
    }),
  );
}

describe('the same lambda on different input stores (S35, mounted)', () => {
  const retyped = (type: string): string =>
    writeDump(
      changedDump('calculate-checksums-mounted', (dump) => {
        Object.assign(dump.revision.atmWorkflowSchemaRevision.stores[0]!, { type });
        const box = dump.revision.atmWorkflowSchemaRevision.lanes[0]!.parallelBoxes[0]!;
        box.tasks = box.tasks.filter((task) => task.name !== 'sha256');
      }),
    );
  const md5 = {
    file1: 'f899139df5e1059396431415e770c6dd',
    file2: 'd41d8cd98f00b204e9800998ecf8427e',
    file3: 'b0baee9d279d34fa1dfd71aadb908c3f',
    file4: 'b59c67bf196a4758191e42f76670ceba',
    dir1: null,
    dir2: null,
  };
  const named = async (report: RunReport): Promise<Record<string, string | null>> => {
    const results = report.stores['results'] as readonly Checksum[];
    return Object.fromEntries(
      await Promise.all(results.map(async (result) => [(await attributes(result.fileId)).name, result.checksum] as const)),
    );
  };
  test.each([
    ['a single value', 'singleValue', ['file1'], ['file1']],
    ['b list, which does not descend', 'list', ['file1', 'dir1', 'dir1/file2', 'dir1/dir2/file3'], ['file1', 'dir1', 'file2', 'file3']],
    ['c tree forest', 'treeForest', ['dir1'], ['dir1', 'file2', 'dir2', 'file3', 'file4']],
  ] as const)('%s', async (_name, type, inputs, expected) => {
    const report = await runWorkflow(product, retyped(type), [
      '--dir',
      smallTree(),
      ...inputs.flatMap((path) => ['--input', `input-files=${path}`]),
    ]);
    expect(report.status).toBe('finished');
    expect(report.stores['results']).toHaveLength(expected.length);
    expect(await named(report)).toEqual(Object.fromEntries(expected.map((name) => [name, md5[name]])));
  });
});

test('demo greets every node of the tree (S59)', async () => {
  const directory = newDirectory('demo');
  write(directory, 'dir2/file1', '100');
  const report = await runWorkflow(product, referenceDump('demo'), ['--dir', directory, '--input', 'input_files=dir2']);
  expect(report).toMatchObject({ code: 0, status: 'finished' });
  expect(report.stores['results']?.toSorted()).toEqual(['Hello - dir2', 'Hello - file1']);
});

const python =
  '#!/usr/bin/env python3\n"""Example."""\nimport os\n\n\ndef main():\n    print(os.getcwd())\n\n\nif __name__ == "__main__":\n    main()\n';

test('detect-file-formats looks into regular files only, also when its root is a directory (lambdas §13.5, S45, S46)', async () => {
  const directory = newDirectory('formats');
  write(directory, 'code/test.py', python);
  write(directory, 'lorem_ipsum.enl', 'Lorem ipsum dolor sit amet.\n');
  const report = await runWorkflow(product, referenceDump('detect-file-formats'), ['--dir', directory, '--input', 'input-files=.']);
  expect(report).toMatchObject({ code: 0, status: 'finished' });
  expect(report.stores['formats']).toHaveLength(2);
  expect(report.stores['formats']).toContainEqual(
    expect.objectContaining({ fileName: 'test.py', formatName: expect.stringContaining('Python script') }),
  );
  expect(report.stores['formats']).toContainEqual(
    expect.objectContaining({ fileName: 'lorem_ipsum.enl', formatName: expect.stringContaining('ASCII text') }),
  );
  for (const { fileId, mimeType } of report.stores['formats'] as readonly { fileId: string; mimeType: string }[]) {
    expect(await xattrs(fileId)).toMatchObject({ 'format.mime-type': mimeType });
  }
});

test('detect-file-mime-formats goes by names, and what it does not know is unknown (lambdas §13.5, S48, S49)', async () => {
  const directory = newDirectory('mime');
  for (const path of ['test.py', 'a/picture.jpg', 'a/b/lorem_ipsum.enl']) write(directory, path, 'x');
  const report = await runWorkflow(product, referenceDump('detect-file-mime-formats'), ['--dir', directory, '--input', 'input-files=.']);
  expect(report).toMatchObject({ code: 0, status: 'finished' });
  const byName = (report.stores['files-format'] as readonly { fileName: string; mimeType: string }[]).map(({ fileName, mimeType }) => [
    fileName,
    mimeType,
  ]);
  expect(Object.fromEntries(byName)).toEqual({ 'test.py': 'text/x-python', 'picture.jpg': 'image/jpeg', 'lorem_ipsum.enl': 'unknown' });
});

test('a workflow without a lane that has tasks is imported, and refused before anything is created (lambdas §13.11)', async () => {
  const { code, err } = await laneway(['run', referenceDump('workflow-empty-lane'), '--data-dir', product.dataDir, '--dir', smallTree()]);
  expect(code).toBe(1);
  expect(err).toContain('[atmLaneEmpty]');
});

test('the demo of the first start finishes, and the same dump through `laneway run` gives the same stores', async () => {
  const first = await startProduct({ demo: true });
  const executionId = await until(
    'the demo',
    () => /demo execution: (\S+)/.exec(first.output())?.[1],
    (id) => id !== undefined,
  );
  const details = await untilEnded(first.client, executionId ?? '');
  expect(details.status).toBe('finished');
  const example = join(import.meta.dirname, '../../examples/hello/workflow.json');
  const stores = readDump(example).revision.atmWorkflowSchemaRevision as { stores: { id: string; name: string }[] };
  const report = await runWorkflow(product, example, ['--dir', newDirectory('hello')]);
  expect(report.status).toBe('finished');
  for (const { id, name } of stores.stores) {
    if (report.stores[name] === undefined) continue;
    const demo = await valuesOf(first.client, details.storeRegistry[id]);
    expect(demo.length).toBeGreaterThan(0);
    expect(sorted(report.stores[name])).toEqual(sorted(demo));
  }
  await first.stop('SIGTERM');
});

function sorted(values: readonly unknown[]): readonly string[] {
  return values.map((value) => JSON.stringify(value)).toSorted();
}
