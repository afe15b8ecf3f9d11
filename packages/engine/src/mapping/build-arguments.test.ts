import type { DataSpec, LambdaRevision, ParameterSpec, ResultSpec, TaskSchema, ValueBuilder } from '@laneway/model';
import { posixError } from '@laneway/model';
import { expect, test } from 'vitest';
import { FakeFiles } from '../../test/fake-files.ts';
import { fileIdOf } from '../files/file-id.ts';
import { UnreadableName } from '../values/unreadable-name.ts';
import { buildArguments, type BatchArguments } from './build-arguments.ts';
import { checkConfig, compileTask, type CompiledTask } from './compile-task.ts';
import type { ArgumentContext, Target } from './targets.ts';

const files = new FakeFiles([{ path: 'a' }, { path: 'dir/b' }, { path: 'removed', errno: 'ENOENT' }, { path: 'x', spaceId: 's2' }]);
const file = (path: string): { fileId: string } => ({ fileId: fileIdOf('s1', path) });
const number: DataSpec = { type: 'number', integersOnly: false, allowedValues: null };
const text: DataSpec = { type: 'string', allowedValues: null };
const item: ValueBuilder = { valueBuilderType: 'iteratedItem', valueBuilderRecipe: null };
const path = (...steps: string[]): ValueBuilder => ({ valueBuilderType: 'iteratedItem', valueBuilderRecipe: steps });
const constant = (value: unknown): ValueBuilder => ({ valueBuilderType: 'const', valueBuilderRecipe: value });
const single = (id: string): ValueBuilder => ({ valueBuilderType: 'singleValueStoreContent', valueBuilderRecipe: id });

function parameter(name: string, dataSpec: DataSpec, more: Partial<ParameterSpec> = {}): ParameterSpec {
  return { name, dataSpec, isOptional: false, defaultValue: null, ...more };
}

interface Parts {
  readonly args?: readonly ParameterSpec[];
  readonly config?: readonly ParameterSpec[];
  readonly results?: readonly ResultSpec[];
  readonly mappings?: Readonly<Record<string, ValueBuilder>>;
  readonly lambdaConfig?: Readonly<Record<string, unknown>>;
}

function compile(parts: Parts): ReturnType<typeof compileTask> {
  const lambda = { argumentSpecs: parts.args ?? [], configParameterSpecs: parts.config ?? [], resultSpecs: parts.results ?? [] };
  const argumentMappings = Object.entries(parts.mappings ?? {}).map(([argumentName, valueBuilder]) => ({ argumentName, valueBuilder }));
  const task = { id: 't1', lambdaConfig: parts.lambdaConfig ?? {}, argumentMappings, resultMappings: [], timeSeriesStoreConfig: null };
  return compileTask(task as unknown as TaskSchema, lambda as unknown as LambdaRevision);
}

function compiled(parts: Parts): CompiledTask {
  const task = compile(parts);
  if (!task.ok) throw new Error(JSON.stringify(task.error));
  return task.value;
}

const targets = new Map<string, Target>([
  [
    'set',
    { storeId: 'st1', type: 'singleValue', config: { itemDataSpec: { type: 'file', fileType: 'ANY', attributes: null } }, frozen: false },
  ],
  [
    'gone',
    { storeId: 'st2', type: 'singleValue', config: { itemDataSpec: { type: 'file', fileType: 'ANY', attributes: null } }, frozen: false },
  ],
  ['unset', { storeId: 'st3', type: 'singleValue', config: { itemDataSpec: number }, frozen: false }],
  ['list', { storeId: 'st4', type: 'list', config: { itemDataSpec: number }, frozen: false }],
]);
const contents: Readonly<Record<string, string>> = { st1: JSON.stringify(file('a').fileId), st2: JSON.stringify(file('removed').fileId) };
const context: ArgumentContext = {
  spaceId: 's1',
  files,
  targets,
  readSingleValue: async (id) => await Promise.resolve(contents[id] ?? null),
};

async function build(parts: Parts, ...values: unknown[]): Promise<BatchArguments> {
  return await buildArguments(
    compiled(parts),
    values.map((value, index) => ({ traceId: `t${index}`, value })),
    context,
  );
}

function failure(argument: string, specificError: object): object {
  return { id: 'atmTaskArgMappingFailed', details: { argument, specificError } };
}

test('a mapper overrides the default, a default stands in for a mapper, an optional one may be missing (data-and-stores §6.1)', async () => {
  const args = [
    parameter('a', number, { defaultValue: 1 }),
    parameter('b', number, { defaultValue: 2 }),
    parameter('c', number, { isOptional: true }),
  ];
  expect(await build({ args, mappings: { a: constant(7) } }, 'x')).toMatchObject({
    kind: 'built',
    items: [{ ok: true, args: { __meta: { traceId: 't0' }, a: 7, b: 2 } }],
  });
  const [first] = ((await build({ args }, 'x')) as Extract<BatchArguments, { kind: 'built' }>).items;
  expect(first?.ok === true ? Object.keys(first.args) : []).toEqual(['__meta', 'a', 'b']);
});

test('a required argument without mapper and a mapper without argument do not compile (data-and-stores §6.1)', () => {
  expect(compile({ args: [parameter('a', number)] })).toMatchObject({
    ok: false,
    error: { id: 'atmTaskArgMapperForRequiredLambdaArgMissing', details: { argument: 'a' } },
  });
  expect(compile({ mappings: { z: item } })).toMatchObject({
    ok: false,
    error: { id: 'atmTaskArgMapperForNonexistentLambdaArg', details: { argument: 'z' } },
  });
});

test('an object builder assembles constants, parts of the item and store contents (execution R97, data-and-stores §6.2, R67)', async () => {
  const recipe: ValueBuilder = {
    valueBuilderType: 'object',
    valueBuilderRecipe: { c: constant([1]), q: path('list', '[1]', '1'), plain: path('list', '0'), s: single('set'), whole: path() },
  };
  const value = { list: ['zero', { '1': 'one' }] };
  expect(await build({ args: [parameter('o', { type: 'object' })], mappings: { o: recipe } }, value)).toMatchObject({
    items: [{ args: { o: { c: [1], q: 'one', plain: 'zero', s: { ...file('a'), name: 'a', type: 'REG', size: 5 }, whole: value } } }],
  });
});

test('texts that look like templates stay as they are, in recipes and in items (data-and-stores R68)', async () => {
  const text = '${item.a} {{a}} $a';
  const builder: ValueBuilder = { valueBuilderType: 'object', valueBuilderRecipe: { fixed: constant(text), own: path('a') } };
  expect(await build({ args: [parameter('n', { type: 'object' })], mappings: { n: builder } }, { a: text })).toMatchObject({
    items: [{ ok: true, args: { n: { fixed: text, own: text } } }],
  });
});

test('an argument that cannot be built fails its item only (data-and-stores R70, D1)', async () => {
  const outcome = await build({ args: [parameter('n', number)], mappings: { n: item } }, 1, 'two', 3);
  expect(outcome).toMatchObject({
    kind: 'built',
    items: [{ ok: true }, { ok: false, error: failure('n', { id: 'atmDataTypeUnverified' }) }, { ok: true, args: { n: 3 } }],
  });
});

test.each([
  ['a missing key', path('none'), { a: 1 }],
  ['an index out of range', path('[1]'), [1]],
  ['a key of an array', path('length'), [1]],
  ['a step into a scalar', path('a', 'b'), { a: 1 }],
  ['a negative index', path('[-1]'), [1]],
  ['a bracket without a number', path('[]'), [1]],
  ['an index of an object', path('[0]'), { a: 1 }],
  ['an inherited key', path('constructor'), {}],
])('%s is a failed query of that item (data-and-stores §6.2, R67, execution R99)', async (_name, builder, value) => {
  const query = builder.valueBuilderRecipe;
  expect(await build({ args: [parameter('n', { type: 'object' })], mappings: { n: builder } }, value)).toMatchObject({
    kind: 'built',
    items: [{ ok: false, error: failure('n', { id: 'atmTaskArgMapperIteratedItemQueryFailed', details: { value, query } }) }],
  });
});

test.each<[string, ValueBuilder, object]>([
  ['a constant of the wrong type (execution R98)', constant('x'), { id: 'atmDataTypeUnverified' }],
  ['an unset store (execution R100)', single('unset'), { id: 'atmStoreContentNotSet', details: { atmStoreSchemaId: 'unset' } }],
  ['an unknown store', single('nope'), { id: 'atmStoreNotFound', details: { atmStoreSchemaId: 'nope' } }],
  [
    'a store of another type',
    single('list'),
    { id: 'atmStoreTypeDisallowed', details: { atmStoreSchemaId: 'list', allowed: ['singleValue'] } },
  ],
  ['content that cannot be described', single('gone'), { id: 'forbidden' }],
  [
    'store credentials',
    { valueBuilderType: 'storeCredentials', valueBuilderRecipe: 'x' },
    {
      id: 'atmTaskArgMapperUnsupportedValueBuilder',
      details: { type: 'storeCredentials', supported: ['const', 'iteratedItem', 'object', 'singleValueStoreContent'] },
    },
  ],
])('%s does not depend on the item and fails the batch (D1, data-and-stores §6.2)', async (_name, builder, specificError) => {
  expect(await build({ args: [parameter('n', number)], mappings: { n: builder } }, 1, 2)).toMatchObject({
    kind: 'failed',
    error: failure('n', specificError),
  });
});

test('files come with the attributes of the argument, looked up once for the whole batch; a removed one fails its item (data-and-stores R69, R70, execution R109)', async () => {
  const own = new FakeFiles([{ path: 'a' }, { path: 'dir/b' }, { path: 'removed', errno: 'ENOENT' }]);
  const task = compiled({
    args: [parameter('f', { type: 'file', fileType: 'ANY', attributes: ['fileId', 'name'] })],
    mappings: { f: item },
  });
  const items = [file('a'), file('removed'), file('dir/b')].map((value, index) => ({ traceId: `t${index}`, value }));
  expect(await buildArguments(task, items, { ...context, files: own })).toMatchObject({
    items: [
      { ok: true, args: { f: { ...file('a'), name: 'a' } } },
      { ok: false, error: failure('f', { details: { valueConstraints: { hasAccess: true } } }) },
      { ok: true, args: { f: { ...file('dir/b'), name: 'b' } } },
    ],
    fileLinks: [
      { ...file('a'), path: 'a' },
      { ...file('dir/b'), path: 'dir/b' },
    ],
  });
  expect(own.questions).toBe(2);
});

test('every id in arguments and config becomes a link if it is of this space (lambdas §10, R123)', async () => {
  const by = (id: string, rest = ''): string => `.__onedata__file_id__${id}${rest}`;
  const value = {
    deep: [{ fileId: file('a').fileId }],
    path: by(file('dir/b').fileId, '/x.txt'),
    foreign: `/mnt/onedata/${by(fileIdOf('s2', 'x'))}`,
    unknown: by(fileIdOf('s1', 'never')),
    inside: `see ${by(file('removed').fileId)}`,
  };
  const outcome = await build({ args: [parameter('o', { type: 'object' })], mappings: { o: item } }, value);
  expect(outcome).toMatchObject({
    fileLinks: [
      { ...file('a'), path: 'a' },
      { ...file('dir/b'), path: 'dir/b' },
    ],
  });
  const configured = await build({ config: [parameter('c', text)], lambdaConfig: { c: `/mnt/onedata/${by(file('a').fileId)}` } }, 1);
  expect(configured).toMatchObject({ fileLinks: [{ ...file('a'), path: 'a' }] });
});

test('nothing is asked for items without files', async () => {
  const before = files.questions;
  await build({ args: [parameter('n', number)], mappings: { n: item } }, 1, 2, 3);
  expect(files.questions).toBe(before);
});

test('an entry whose name cannot be read fails, whatever the arguments take from it (design §6)', async () => {
  expect(await build({ args: [parameter('n', number)], mappings: { n: constant(1) } }, new UnreadableName('a/\uFFFD'), 1)).toMatchObject({
    items: [{ ok: false, error: posixError('EILSEQ') }, { ok: true }],
  });
});

test('config is the configured values plus defaults, ranges completed, optional ones left out (execution R96, data-and-stores R76, R77)', async () => {
  const config = [
    parameter('a', number),
    parameter('b', text, { defaultValue: 'd' }),
    parameter('r', { type: 'range' }),
    parameter('o', text, { isOptional: true }),
  ];
  expect(await build({ config, lambdaConfig: { a: 1, r: { end: 3 }, undeclared: 1 } }, 1)).toMatchObject({
    config: { a: 1, b: 'd', r: { start: 0, end: 3, step: 1 } },
  });
});

test.each([
  ['a value of the wrong type', { c: 'x' }],
  ['a missing one', {}],
])('%s in the config does not compile (data-and-stores R76, lambdas R13)', (_name, lambdaConfig) => {
  expect(compile({ config: [parameter('c', number)], lambdaConfig })).toMatchObject({
    ok: false,
    error: {
      id: 'atmLambdaConfigBadValue',
      details: { parameterName: 'c', specificError: { id: 'atmDataTypeUnverified', details: { expType: 'number' } } },
    },
  });
});

test('a file in the config is checked at creation and again for each batch, where its failure fails the batch (data-and-stores R76)', async () => {
  const parts: Parts = {
    config: [parameter('f', { type: 'file', fileType: 'ANY', attributes: ['name'] })],
    lambdaConfig: { f: file('removed') },
  };
  const bad = {
    id: 'atmLambdaConfigBadValue',
    details: { parameterName: 'f', specificError: { details: { valueConstraints: { hasAccess: true } } } },
  };
  expect(await checkConfig(compiled(parts), context)).toMatchObject(bad);
  expect(await build(parts, 1)).toMatchObject({ kind: 'failed', error: bad });
  expect(await checkConfig(compiled({ ...parts, lambdaConfig: { f: file('a') } }), context)).toBeNull();
  expect(await build({ ...parts, lambdaConfig: { f: file('a') } }, 1)).toMatchObject({ config: { f: { name: 'a' } } });
});
