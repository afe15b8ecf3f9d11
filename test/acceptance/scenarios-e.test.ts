/** Scenarios E: stores, data types and logs (ui-and-scenarios S32–S39), over HTTP with real lambdas. */
import type { WorkflowDump } from '@laneway/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changedDump, scenarioDump, type PlainDump } from './dumps.ts';
import { sorted, startStoreScenarios, type StoreScenarios } from './store-scenarios.ts';
import { cleanUp } from './support.ts';

let scenarios: StoreScenarios;
beforeAll(async () => {
  scenarios = await startStoreScenarios({ file1: '100', 'dir1/file2': '', 'dir1/dir2/file3': '11111', 'dir1/dir2/file4': '1111' });
});
afterAll(cleanUp);

interface StoreShape {
  readonly type: string;
  readonly spec: unknown;
}

const number = { type: 'number', integersOnly: false, allowedValues: null };
const text = { type: 'string', allowedValues: null };
const boolean = { type: 'boolean' };
const object = { type: 'object' };
const range = { type: 'range' };
const numbers = { type: 'array', itemDataSpec: number };
const file = (fileType: string, attributes: readonly string[]) => ({ type: 'file', fileType, attributes });

const updates: Readonly<Record<string, unknown>> = {
  list: { type: 'listStoreContentUpdateOptions', function: 'append' },
  singleValue: { type: 'singleValueStoreContentUpdateOptions' },
  range: { type: 'rangeStoreContentUpdateOptions' },
  auditLog: { type: 'auditLogStoreContentUpdateOptions', function: 'append' },
};

/** Gives the only lambda of a dump a second revision for items of this type, and switches the tasks to it. */
function secondRevision(dump: PlainDump, itemSpec: unknown, resultSpec = itemSpec): void {
  for (const revisions of Object.values(dump.revision.supplementaryAtmLambdas)) {
    const first = structuredClone(Object.values(revisions)[0]) as unknown as { revision: { originalRevisionNumber: number } };
    first.revision.originalRevisionNumber = 2;
    const second = first as unknown as (typeof revisions)[string];
    Object.assign(second.revision.atmLambdaRevision, {
      argumentSpecs: [{ name: 'value', isOptional: false, defaultValue: null, dataSpec: itemSpec }],
      resultSpecs: [{ name: 'value', relayMethod: 'returnValue', dataSpec: resultSpec }],
    });
    revisions['2'] = second;
  }
  for (const task of tasksOf(dump)) task.lambdaRevisionNumber = 2;
}

function tasksOf(dump: PlainDump): PlainDump['revision']['atmWorkflowSchemaRevision']['lanes'][number]['parallelBoxes'][number]['tasks'] {
  return dump.revision.atmWorkflowSchemaRevision.lanes.flatMap((lane) => lane.parallelBoxes.flatMap((box) => box.tasks));
}

function retypedEcho(input: StoreShape, itemSpec: unknown, output: StoreShape): WorkflowDump {
  return changedDump('echo', (dump) => {
    const [from, to] = dump.revision.atmWorkflowSchemaRevision.stores;
    for (const [store, { type, spec }] of [
      [from, input],
      [to, output],
    ] as const) {
      Object.assign(store!, { type, config: spec === null ? {} : { itemDataSpec: spec } });
    }
    secondRevision(dump, itemSpec);
    tasksOf(dump)[0]!.resultMappings[0]!.storeContentUpdateOptions = updates[output.type];
  });
}

describe('S32 what goes in comes out, for every type of store and item', () => {
  const list = (spec: unknown): StoreShape => ({ type: 'list', spec });
  const single = (spec: unknown): StoreShape => ({ type: 'singleValue', spec });
  const ranges: StoreShape = { type: 'range', spec: null };
  const two = [
    { start: 5, end: 50, step: 5 },
    { start: 1, end: 100, step: 10 },
  ];
  const cases: readonly (readonly [string, StoreShape, unknown, StoreShape, unknown, unknown])[] = [
    ['a list → list of numbers', list(number), number, list(number), [1, 2, 3], [1, 2, 3]],
    ['b single → single number', single(number), number, single(number), 111, { success: true, value: 111 }],
    ['c range → list', ranges, number, list(number), { start: 1, end: 100, step: 10 }, [1, 11, 21, 31, 41, 51, 61, 71, 81, 91]],
    ['d single → single text', single(text), text, single(text), 'Sample string', { success: true, value: 'Sample string' }],
    ['e list → list of booleans', list(boolean), boolean, list(boolean), [true, false, true, true], [true, false, true, true]],
    ['f single → single array', single(numbers), numbers, single(numbers), [11, 22, 33], { success: true, value: [11, 22, 33] }],
    ['g range → single: the last one wins', ranges, number, single(number), two[0], { success: true, value: 45 }],
    ['h booleans → single', list(boolean), boolean, single(boolean), [true, true, true], { success: true, value: true }],
    ['i single text → list', single(text), text, list(text), 'Sample string', ['Sample string']],
    ['j single range → range', single(range), range, ranges, two[0], two[0]],
    ['l ranges → list of objects', list(range), range, list(object), two, two],
    ['m ranges → list of ranges', list(range), range, list(range), two, two],
  ];
  test.each(cases)('S32%s', async (_title, input, itemSpec, output, initial, expected) => {
    const ended = await scenarios.run(retypedEcho(input, itemSpec, output), { input: initial });
    expect(ended.status).toBe('finished');
    expect(output.type === 'list' ? await ended.list('output') : await ended.content('output')).toEqual(expected);
  });

  test('S32k tree forest → list of files: every node of the tree once', async () => {
    const anyFile = file('ANY', ['fileId']);
    const ended = await scenarios.run(retypedEcho({ type: 'treeForest', spec: anyFile }, anyFile, list(anyFile)), {
      input: await scenarios.files('dir1'),
    });
    expect(ended.status).toBe('finished');
    const described = (await ended.list('output')) as readonly { fileId: string; name: string; type: string; size: number }[];
    const byId = Object.fromEntries(described.map(({ fileId, name, type, size }) => [fileId, [name, type, size]]));
    expect(described).toHaveLength(5);
    expect(byId).toEqual({
      [await scenarios.file('dir1')]: ['dir1', 'DIR', null],
      [await scenarios.file('dir1/dir2')]: ['dir2', 'DIR', null],
      [await scenarios.file('dir1/file2')]: ['file2', 'REG', 0],
      [await scenarios.file('dir1/dir2/file3')]: ['file3', 'REG', 5],
      [await scenarios.file('dir1/dir2/file4')]: ['file4', 'REG', 4],
    });
  });
});

test('S33 only the attributes that were asked for are passed on', async () => {
  const dump = changedDump('echo', (plain) => {
    secondRevision(plain, file('REG', ['atime', 'size', 'originProviderId']), object);
    tasksOf(plain)[0]!.resultMappings = [
      { resultName: 'value', storeSchemaId: 'WORKFLOW_SYSTEM_AUDIT_LOG', storeContentUpdateOptions: updates['auditLog'] },
    ];
  });
  const ended = await scenarios.run(dump, { input: await scenarios.files('file1') });
  expect(ended.status).toBe('finished');
  const entries = (await ended.workflowLog()).filter(({ source }) => source === 'user');
  expect(entries.map(({ severity, content }) => [severity, Object.keys(content as object).toSorted()])).toEqual([
    ['info', ['atime', 'originProviderId', 'size']],
  ]);
  expect(entries[0]?.content).toMatchObject({ size: 3, atime: expect.any(Number), originProviderId: expect.any(String) });
});

/** As in calculate-checksums-rest without its task sha256. */
function restChecksums(change: (dump: PlainDump) => void): WorkflowDump {
  return changedDump('calculate-checksums-mounted', (dump) => {
    for (const revisions of Object.values(dump.revision.supplementaryAtmLambdas)) {
      for (const { revision } of Object.values(revisions)) {
        const spec = revision.atmLambdaRevision['operationSpec'] as { dockerImage: string; dockerExecutionOptions: object };
        spec.dockerImage = 'onedata/lambda-calculate-checksum-rest:v2';
        Object.assign(spec.dockerExecutionOptions, { mountOneclient: false });
      }
    }
    const [box] = dump.revision.atmWorkflowSchemaRevision.lanes[0]!.parallelBoxes;
    box!.tasks = box!.tasks.filter((task) => task.name === 'md5');
    change(dump);
  });
}

test('S34 one result goes to a list, to the log of its task and to that of the workflow', async () => {
  const dump = restChecksums((plain) => {
    const [task] = tasksOf(plain);
    for (const storeSchemaId of ['CURRENT_TASK_SYSTEM_AUDIT_LOG', 'WORKFLOW_SYSTEM_AUDIT_LOG']) {
      task!.resultMappings.push({ resultName: 'result', storeSchemaId, storeContentUpdateOptions: updates['auditLog'] });
    }
  });
  const ended = await scenarios.run(dump, { 'input-files': await scenarios.files('file1') });
  expect(ended.status).toBe('finished');
  const result = { fileId: await scenarios.file('file1'), checksum: 'f899139df5e1059396431415e770c6dd', algorithm: 'md5' };
  expect(await ended.list('results')).toEqual([result]);
  for (const log of [await ended.taskLog('md5'), await ended.workflowLog()]) {
    expect(log.filter(({ source }) => source === 'user')).toMatchObject([{ severity: 'info', content: result }]);
  }
});

const md5: Readonly<Record<string, string | null>> = {
  file1: 'f899139df5e1059396431415e770c6dd',
  'dir1/file2': 'd41d8cd98f00b204e9800998ecf8427e',
  'dir1/dir2/file3': 'b0baee9d279d34fa1dfd71aadb908c3f',
  'dir1/dir2/file4': 'b59c67bf196a4758191e42f76670ceba',
  dir1: null,
  'dir1/dir2': null,
};

test.each([
  ['S35a a single value', 'singleValue', ['file1'], ['file1']],
  [
    'S35b a list, which does not descend',
    'list',
    ['file1', 'dir1', 'dir1/file2', 'dir1/dir2/file3'],
    ['file1', 'dir1', 'dir1/file2', 'dir1/dir2/file3'],
  ],
  ['S35c a tree forest', 'treeForest', ['dir1'], ['dir1', 'dir1/file2', 'dir1/dir2', 'dir1/dir2/file3', 'dir1/dir2/file4']],
] as const)('%s feeds the same lambda', async (_title, type, inputs, expected) => {
  const dump = restChecksums((plain) => {
    Object.assign(plain.revision.atmWorkflowSchemaRevision.stores[0]!, { type });
  });
  const files = await scenarios.files(...inputs);
  const ended = await scenarios.run(dump, { 'input-files': type === 'singleValue' ? files[0] : files });
  expect(ended.status).toBe('finished');
  const results = await Promise.all(
    expected.map(async (path) => ({ fileId: await scenarios.file(path), algorithm: 'md5', checksum: md5[path] })),
  );
  expect(sorted(await ended.list('results'))).toEqual(sorted(results));
});

test('S36 datasets pass through lists of datasets', async () => {
  const { datasets } = scenarios.product.client;
  const ids = [await datasets.create(await scenarios.file('file1')), await datasets.create(await scenarios.file('dir1/file2'))];
  const spec = { type: 'dataset' };
  const dump = retypedEcho({ type: 'list', spec }, spec, { type: 'list', spec });
  const ended = await scenarios.run(dump, { input: ids.map((datasetId) => ({ datasetId })) });
  expect(ended.status).toBe('finished');
  const described = (await ended.list('output')) as readonly { datasetId: string; rootFilePath: string; state: string }[];
  const byPath = Object.fromEntries(described.map(({ datasetId, rootFilePath, state }) => [rootFilePath, [datasetId, state]]));
  expect(described).toHaveLength(2);
  const [first, second] = Object.keys(byPath).toSorted((a, b) => a.length - b.length);
  expect([first?.endsWith('/file1'), second?.endsWith('/dir1/file2')]).toEqual([true, true]);
  expect(Object.values(byPath)).toEqual(expect.arrayContaining(ids.map((id) => [id, 'attached'])));
});

test('S37 a single file passes through single value stores', async () => {
  const spec = file('ANY', ['fileId']);
  const single = { type: 'singleValue', spec };
  const [file1] = await scenarios.files('file1');
  const ended = await scenarios.run(retypedEcho(single, spec, single), { input: file1 });
  expect(ended.status).toBe('finished');
  expect(await ended.content('output')).toMatchObject({ success: true, value: { ...file1, name: 'file1', type: 'REG', size: 3 } });
});

const debugDescriptions = [
  '[Lane: 1, Run: 1] Starting...',
  '[Lane: 1, Run: 1] Created.',
  '[Lane: 1, Run: 1] Parallel boxes created.',
  '[Lane: 1, Run: 1, PBox: 1, Task: 1] Created.',
  '[Lane: 1, Run: 1, PBox: 1, Task: 1] Audit log created.',
  '[Lane: 1, Run: 1, PBox: 1, Task: 1] Executor created.',
  '[Lane: 1, Run: 1] Exception store created.',
  '[Lane: 1, Run: 1] Creating...',
  '[Lane: 1, Run: 1] Preparing...',
];

async function dumpedLog(
  extra: object,
): Promise<readonly { readonly severity: string; readonly content: { readonly description?: string } }[]> {
  const ended = await scenarios.run(scenarioDump('echo'), { input: await scenarios.files('dir1') }, { ...extra });
  expect(ended.status).toBe('finished');
  const { status, json } = await scenarios.ask(
    'GET',
    `/api/v3/oneprovider/automation/execution/stores/${ended.details.systemAuditLogStoreId}/dump`,
  );
  expect(status).toBe(200);
  return json as Awaited<ReturnType<typeof dumpedLog>>;
}

test('S38 at the level debug the workflow log tells every step of the engine', async () => {
  const entries = await dumpedLog({ logLevel: 'debug' });
  const debug = entries.filter(({ severity }) => severity === 'debug').map(({ content }) => content.description);
  expect(debug).toEqual(expect.arrayContaining(debugDescriptions));
});

test.each([
  ['info', { logLevel: 'info' }],
  ['no level', {}],
])('S39 at %s the workflow log has no entry of severity debug', async (_title, extra) => {
  const severities = new Set((await dumpedLog(extra)).map(({ severity }) => severity));
  expect([...severities]).not.toContain('debug');
  expect([...severities]).toContain('info');
});
