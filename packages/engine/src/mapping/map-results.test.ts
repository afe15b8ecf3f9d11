import {
  targetSeriesName,
  type DataSpec,
  type LambdaRevision,
  type ResultMapping,
  type StoreContentUpdateOptions,
  type TaskSchema,
} from '@laneway/model';
import { expect, test } from 'vitest';
import { FakeFiles } from '../../test/fake-files.ts';
import { fileIdOf } from '../files/file-id.ts';
import { buildArguments } from './build-arguments.ts';
import { compileTask, type CompiledTask } from './compile-task.ts';
import { mapBatchResults, mapStreamedResults, type MappedItem } from './map-results.ts';
import { readResponse } from './read-response.ts';
import type { ResultContext, Target } from './targets.ts';

const files = new FakeFiles([{ path: 'a' }, { path: 'b', type: 'DIR' }]);
const file = (path: string): { fileId: string } => ({ fileId: fileIdOf('s1', path) });
const number: DataSpec = { type: 'number', integersOnly: false, allowedValues: null };
const object: DataSpec = { type: 'object' };
const anyFile: DataSpec = { type: 'file', fileType: 'ANY', attributes: null };
const numbers: DataSpec = { type: 'array', itemDataSpec: number };
const measurement: DataSpec = { type: 'timeSeriesMeasurement', specs: [{ nameMatcherType: 'hasPrefix', nameMatcher: '', unit: 'none' }] };
const minute = { minute: { resolution: 60, retention: 10, aggregator: 'sum' as const } };

const series = {
  timeSeriesCollectionSchema: {
    timeSeriesSchemas: [
      { nameGeneratorType: 'exact', nameGenerator: 'max_file_size', unit: 'none', metrics: minute },
      { nameGeneratorType: 'addPrefix', nameGenerator: 'count_', unit: 'none', metrics: minute },
      { nameGeneratorType: 'exact', nameGenerator: 'counter_of_all_counts', unit: 'none', metrics: minute },
    ],
  },
  dashboardSpec: null,
};

const targets = new Map<string, Target>([
  ['numbers', { storeId: 'S-numbers', type: 'list', config: { itemDataSpec: number }, frozen: false }],
  ['files', { storeId: 'S-files', type: 'list', config: { itemDataSpec: anyFile }, frozen: false }],
  ['trees', { storeId: 'S-trees', type: 'treeForest', config: { itemDataSpec: { ...anyFile, fileType: 'DIR' } }, frozen: false }],
  ['value', { storeId: 'S-value', type: 'singleValue', config: { itemDataSpec: number }, frozen: false }],
  ['range', { storeId: 'S-range', type: 'range', config: {}, frozen: false }],
  ['log', { storeId: 'S-log', type: 'auditLog', config: { logContentDataSpec: object }, frozen: false }],
  ['series', { storeId: 'S-series', type: 'timeSeries', config: series, frozen: false }],
  ['iterated', { storeId: 'S-iterated', type: 'list', config: { itemDataSpec: number }, frozen: true }],
  ['CURRENT_TASK_SYSTEM_AUDIT_LOG', { storeId: 'S-task', type: 'auditLog', config: { logContentDataSpec: object }, frozen: true }],
]);
const context: ResultContext = { spaceId: 's1', files, logLevel: 6 };

const list = (how: 'append' | 'extend'): StoreContentUpdateOptions => ({ type: 'listStoreContentUpdateOptions', function: how });
const tree = (how: 'append' | 'extend'): StoreContentUpdateOptions => ({ type: 'treeForestStoreContentUpdateOptions', function: how });
const log = (how: 'append' | 'extend'): StoreContentUpdateOptions => ({ type: 'auditLogStoreContentUpdateOptions', function: how });
const single: StoreContentUpdateOptions = { type: 'singleValueStoreContentUpdateOptions' };

function task(
  results: Readonly<Record<string, DataSpec>>,
  mappings: readonly [string, string, StoreContentUpdateOptions][],
  streamed = false,
): CompiledTask {
  const timeSeriesStoreConfig = null;
  const resultSpecs = Object.entries(results).map(([name, dataSpec]) => ({
    name,
    dataSpec,
    relayMethod: streamed ? 'filePipe' : 'returnValue',
  }));
  const resultMappings: ResultMapping[] = mappings.map(([resultName, storeSchemaId, storeContentUpdateOptions]) => ({
    resultName,
    storeSchemaId,
    storeContentUpdateOptions,
  }));
  const lambda = { argumentSpecs: [], configParameterSpecs: [], resultSpecs } as unknown as LambdaRevision;
  const compiled = compileTask(
    { id: 't', lambdaConfig: {}, argumentMappings: [], resultMappings, timeSeriesStoreConfig } as unknown as TaskSchema,
    lambda,
  );
  if (!compiled.ok) throw new Error('does not compile');
  return compiled.value;
}

async function map(
  compiled: CompiledTask,
  results: Readonly<Record<string, unknown>>,
  more: Partial<ResultContext> = {},
): Promise<MappedItem> {
  const [first] = await mapBatchResults(compiled, [{ kind: 'results', results }], targets, { ...context, ...more });
  if (first === undefined) throw new Error('no outcome');
  return first;
}

const dispatchFailed = (result: string, atmStoreSchemaId: string, specificError: object): object => ({
  kind: 'failed',
  error: {
    id: 'atmTaskResultMappingFailed',
    details: { result, specificError: { id: 'atmTaskResultDispatchFailed', details: { atmStoreSchemaId, specificError } } },
  },
});

test('one result goes to every store it is mapped to, names descending, mappers in reverse (data-and-stores R72, R75, execution R107, R108)', async () => {
  const compiled = task({ a: number, b: { type: 'range' } }, [
    ['a', 'numbers', list('append')],
    ['a', 'value', single],
    ['b', 'range', { type: 'rangeStoreContentUpdateOptions' }],
  ]);
  expect(await map(compiled, { a: 5, b: { end: 9, x: 1 }, unknown: true })).toEqual({
    kind: 'succeeded',
    writes: [
      { kind: 'set', storeId: 'S-range', content: '[0,9,1]' },
      { kind: 'set', storeId: 'S-value', content: '5' },
      { kind: 'append', storeId: 'S-numbers', items: ['5'] },
    ],
  });
});

test('files are stored by id, whether appended or extended, to lists and trees (data-and-stores R29, R9)', async () => {
  const one = task({ f: anyFile }, [
    ['f', 'files', list('append')],
    ['f', 'trees', tree('append')],
  ]);
  expect(await map(one, { f: { ...file('b'), name: 'b' } })).toEqual({
    kind: 'succeeded',
    writes: [
      { kind: 'append', storeId: 'S-trees', items: [JSON.stringify(file('b').fileId)] },
      { kind: 'append', storeId: 'S-files', items: [JSON.stringify(file('b').fileId)] },
    ],
  });
  const many = task({ f: { type: 'array', itemDataSpec: anyFile } }, [['f', 'files', list('extend')]]);
  expect(await map(many, { f: [file('a'), file('b')] })).toMatchObject({
    writes: [{ items: [JSON.stringify(file('a').fileId), JSON.stringify(file('b').fileId)] }],
  });
  expect(await map(one, { f: file('a') })).toMatchObject(
    dispatchFailed('f', 'trees', { details: { valueConstraints: { fileType: 'DIR' } } }),
  );
});

test('files of a whole batch are looked up in two round trips, and nothing is asked without files', async () => {
  const own = new FakeFiles([{ path: 'a' }, { path: 'b' }]);
  const compiled = task({ f: anyFile }, [['f', 'files', list('append')]]);
  const answers = ['a', 'b', 'a'].map((name) => ({ kind: 'results' as const, results: { f: file(name) } }));
  await mapBatchResults(compiled, answers, targets, { ...context, files: own });
  expect(own.questions).toBe(2);
  await mapBatchResults(task({ n: number }, []), [{ kind: 'results', results: { n: 1 } }], targets, { ...context, files: own });
  expect(own.questions).toBe(2);
});

test('a missing result fails its item and names what came, mapped or not (data-and-stores R71, R71b, execution R102)', async () => {
  expect(await map(task({ value: number }, []), { other: 1 })).toMatchObject({
    kind: 'failed',
    error: { id: 'atmTaskResultMissing', details: { missingResultName: 'value', receivedResultNames: ['other'] } },
  });
  expect(await map(task({ value: number }, []), {})).toMatchObject({
    kind: 'failed',
    error: { id: 'atmTaskResultMissing', details: { missingResultName: 'value', receivedResultNames: [] } },
  });
  expect(await map(task({}, []), {})).toEqual({ kind: 'succeeded', writes: [] });
});

test('a result of the wrong type fails its item, also when it is not mapped (data-and-stores R72, R73, execution R103)', async () => {
  expect(await map(task({ value: number }, []), { value: 'x' })).toMatchObject({
    error: { id: 'atmTaskResultMappingFailed', details: { result: 'value', specificError: { id: 'atmDataTypeUnverified' } } },
  });
});

test('the first failure stops an item, what was dispatched before stays, other items are not touched (data-and-stores R72)', async () => {
  const compiled = task({ z: number, a: number }, [
    ['z', 'numbers', list('append')],
    ['a', 'value', single],
  ]);
  const batch = [
    { z: 1, a: 'bad' },
    { z: 2, a: 3 },
  ].map((results) => ({ kind: 'results' as const, results }));
  const [first, second] = await mapBatchResults(compiled, batch, targets, context);
  expect(first).toMatchObject({ kind: 'failed', writes: [{ kind: 'append', items: ['1'] }] });
  expect(second).toMatchObject({ kind: 'succeeded', writes: [{ items: ['2'] }, { content: '3' }] });
});

test('exceptions and malformed elements of the answer stay with their items (data-and-stores R71a)', async () => {
  const read = readResponse({ resultsBatch: [{ exception: { e: 1 } }, 7] }, 2);
  if (read.kind !== 'items') throw new Error('unexpected');
  expect(await mapBatchResults(task({}, []), read.items, targets, context)).toMatchObject([
    { kind: 'exception', reason: { e: 1 }, writes: [] },
    { kind: 'failed', error: { details: { key: 'lambdaResultsForItem' } }, writes: [] },
  ]);
});

test('the iterated store is frozen, system logs are written all the same (data-and-stores R14, execution §9.5)', async () => {
  expect(await map(task({ n: number }, [['n', 'iterated', list('append')]]), { n: 1 })).toMatchObject(
    dispatchFailed('n', 'iterated', { id: 'atmStoreFrozen' }),
  );
  expect(await map(task({ o: object }, [['o', 'CURRENT_TASK_SYSTEM_AUDIT_LOG', log('append')]]), { o: {} })).toMatchObject({
    kind: 'succeeded',
  });
});

test('an unknown store, and options of another kind of store, are dispatch failures (data-and-stores R16, §6.3)', async () => {
  expect(await map(task({ n: number }, [['n', 'nope', single]]), { n: 1 })).toMatchObject(
    dispatchFailed('n', 'nope', { id: 'atmStoreNotFound' }),
  );
  expect(await map(task({ n: number }, [['n', 'numbers', single]]), { n: 1 })).toMatchObject(
    dispatchFailed('n', 'numbers', { id: 'internalServerError' }),
  );
});

test('contents of logs are kept as given: nothing is shortened, completed or looked up (data-and-stores R38)', async () => {
  const contents: readonly [DataSpec, unknown][] = [
    [anyFile, { ...file('a'), name: 'given', more: [1] }],
    [{ type: 'range' }, { end: 5, more: 1 }],
    [measurement, { tsName: 'a', timestamp: 1, value: 2, more: 1 }],
  ];
  for (const [spec, content] of contents) {
    const own = new Map([['log', { storeId: 'S-l', type: 'auditLog', config: { logContentDataSpec: spec }, frozen: false }] as const]);
    const answer = { kind: 'results' as const, results: { o: { severity: 'error', content } } };
    const [mapped] = await mapBatchResults(task({ o: object }, [['o', 'log', log('append')]]), [answer], own, context);
    const entries = [{ severity: 'error', source: 'user', content: JSON.stringify(content) }];
    expect(mapped).toEqual({ kind: 'succeeded', writes: [{ kind: 'log', storeId: 'S-l', entries }] });
  }
});

test.each([[{ start: 10, end: 5, step: 1 }], [{ start: 5, end: 10, step: -1 }], [{ start: 0, end: 5, step: 0 }]])(
  'a range store is not overwritten by %j (data-and-stores §5.3, R33)',
  async (value) => {
    const compiled = task({ r: object }, [['r', 'range', { type: 'rangeStoreContentUpdateOptions' }]]);
    expect(await map(compiled, { r: value })).toMatchObject({
      ...dispatchFailed('r', 'range', { details: { valueConstraints: 'invalid step direction' } }),
      writes: [],
    });
  },
);

test('a single value is overwritten by what fits it only (data-and-stores R15, R33)', async () => {
  const compiled = task({ v: { type: 'array', itemDataSpec: number } }, [['v', 'value', single]]);
  expect(await map(compiled, { v: [1] })).toMatchObject({
    ...dispatchFailed('v', 'value', { id: 'atmDataTypeUnverified', details: { expType: 'number' } }),
    writes: [],
  });
  expect(await map(task({ v: number }, [['v', 'value', single]]), { v: 0 })).toEqual({
    kind: 'succeeded',
    writes: [{ kind: 'set', storeId: 'S-value', content: '0' }],
  });
});

test('extend needs an array and is all or nothing (data-and-stores R15, R29)', async () => {
  expect(await map(task({ n: number }, [['n', 'numbers', list('extend')]]), { n: 1 })).toMatchObject(
    dispatchFailed('n', 'numbers', { id: 'atmDataTypeUnverified', details: { expType: 'array' } }),
  );
  const loose = task({ n: { type: 'array', itemDataSpec: object } }, [['n', 'numbers', list('extend')]]);
  expect(await map(loose, { n: [{}] })).toMatchObject({
    ...dispatchFailed('n', 'numbers', { details: { valueConstraints: { '$[0]': { id: 'atmDataTypeUnverified' } } } }),
    writes: [],
  });
  expect(await map(task({ n: numbers }, [['n', 'numbers', list('extend')]]), { n: [] })).toEqual({ kind: 'succeeded', writes: [] });
});

test('a store of arrays takes one with append and many with extend (data-and-stores R30)', async () => {
  const own = new Map([...targets, ['lists', { storeId: 'S-l', type: 'list', config: { itemDataSpec: numbers }, frozen: false }] as const]);
  const outcome = async (value: unknown, how: 'append' | 'extend') => {
    const compiled = task({ n: { type: 'array', itemDataSpec: { type: 'array', itemDataSpec: number } } }, [['n', 'lists', list(how)]]);
    const loose = task({ n: numbers }, [['n', 'lists', list(how)]]);
    const one = Array.isArray(value) && Array.isArray(value[0]) ? compiled : loose;
    return (await mapBatchResults(one, [{ kind: 'results', results: { n: value } }], own, context))[0];
  };
  expect(await outcome([1, 2], 'append')).toMatchObject({ writes: [{ items: ['[1,2]'] }] });
  expect(await outcome([[1, 2], [], [3]], 'extend').then((mapped) => mapped?.kind)).toBe('succeeded');
  expect(await outcome([[1, 2], [3]], 'extend')).toMatchObject({ writes: [{ items: ['[1,2]', '[3]'] }] });
  expect(await outcome([1, 2], 'extend')).toMatchObject(
    dispatchFailed('n', 'lists', { details: { valueConstraints: { '$[0]': { details: { expType: 'array' } } } } }),
  );
  expect(await outcome([[1, 2]], 'append')).toMatchObject(
    dispatchFailed('n', 'lists', { details: { valueConstraints: { '$[0]': { details: { expType: 'number' } } } } }),
  );
});

test.each<[string, unknown, string, unknown]>([
  ['content and severity', { content: { a: 1 }, severity: 'error', x: 1 }, 'error', { a: 1 }],
  ['an unknown severity', { content: { a: 1 }, severity: 'fatal' }, 'info', { a: 1 }],
  ['an inherited name as severity', { content: {}, severity: 'constructor' }, 'info', {}],
  ['content only', { content: { a: 1 }, x: 1 }, 'info', { a: 1 }],
  ['severity only', { severity: 'warning', a: 1 }, 'warning', { a: 1 }],
  ['neither', { a: 1 }, 'info', { a: 1 }],
])('a log item with %s is normalised (data-and-stores R35)', async (_name, value, severity, content) => {
  expect(await map(task({ o: object }, [['o', 'log', log('append')]]), { o: value })).toEqual({
    kind: 'succeeded',
    writes: [{ kind: 'log', storeId: 'S-log', entries: [{ severity, source: 'user', content: JSON.stringify(content) }] }],
  });
});

test('log items above the level are dropped before they are checked (data-and-stores R36, R37)', async () => {
  const compiled = task({ o: { type: 'array', itemDataSpec: object } }, [['o', 'log', log('extend')]]);
  const given = [
    { severity: 'debug', content: 5 },
    { severity: 'error', content: {} },
  ];
  expect(await map(compiled, { o: given })).toMatchObject({ kind: 'succeeded', writes: [{ entries: [{ severity: 'error' }] }] });
  expect(await map(compiled, { o: [given[0]] })).toEqual({ kind: 'succeeded', writes: [] });
  expect(await map(compiled, { o: given }, { logLevel: 7 })).toMatchObject(
    dispatchFailed('o', 'log', { details: { valueConstraints: { '$[0]': {} } } }),
  );
  const bad = [
    { severity: 'debug', content: {} },
    { severity: 'error', content: 5 },
  ];
  expect(await map(compiled, { o: bad })).toMatchObject(
    dispatchFailed('o', 'log', { details: { valueConstraints: { '$[0]': { details: { expType: 'object' } } } } }),
  );
});

type Rule = Extract<StoreContentUpdateOptions, { type: 'timeSeriesStoreContentUpdateOptions' }>['dispatchRules'][number];
const rule = (
  type: 'exact' | 'hasPrefix',
  matcher: string,
  generator: string,
  prefixCombiner: Rule['prefixCombiner'] = 'concatenate',
): Rule => ({
  measurementTimeSeriesNameMatcherType: type,
  measurementTimeSeriesNameMatcher: matcher,
  targetTimeSeriesNameGenerator: generator,
  prefixCombiner,
});
const rules = (...dispatchRules: Rule[]): StoreContentUpdateOptions => ({ type: 'timeSeriesStoreContentUpdateOptions', dispatchRules });
const worked = rules(
  rule('exact', 'mp3', 'count_', 'overwrite'),
  rule('hasPrefix', 'size', 'max_file_size'),
  rule('hasPrefix', 'count_ct_', 'count_', 'concatenate'),
  rule('hasPrefix', 'count_cn_', 'count_', 'converge'),
  rule('hasPrefix', 'count_over_', 'count_', 'overwrite'),
  rule('hasPrefix', 'count_over_', 'count_', 'overwrite'),
  rule('hasPrefix', 'count', 'counter_of_all_counts'),
);

async function points(...measurements: [string, number][]): Promise<string[]> {
  const compiled = task({ m: { type: 'array', itemDataSpec: measurement } }, [['m', 'series', worked]]);
  const outcome = await map(compiled, { m: measurements.map(([tsName, value]) => ({ tsName, timestamp: 60, value })) });
  return outcome.writes.flatMap((write) =>
    write.kind === 'measure' ? write.points.map((point) => `${point.series} ${point.value}`) : ['?'],
  );
}

test('measurements reach the series of all fitting rules, repeated rules count twice (data-and-stores §5.7, R55)', async () => {
  expect(await points(['mp3', 10])).toEqual(['count_mp3 10']);
  expect(await points(['count_ct_supplies', 1])).toEqual(['count_count_ct_supplies 1', 'counter_of_all_counts 1']);
  expect(await points(['count_over_unicorns', 7])).toEqual(['count_unicorns 7', 'count_unicorns 7', 'counter_of_all_counts 7']);
  expect(await points(['count_cn_resources', 1])).toEqual(['count_cn_resources 1', 'counter_of_all_counts 1']);
  expect(await points(['mp4', 1])).toEqual([]);
});

test('measurements of one update are processed in reverse order (data-and-stores R59)', async () => {
  expect(await points(['size_a', 1], ['size_b', 2])).toEqual(['max_file_size 2', 'max_file_size 1']);
});

test.each([
  ['files_mp3', 'files_', 'count_files_mp3', 'count_files_mp3', 'count_mp3'],
  ['count_mp3', 'count_', 'count_count_mp3', 'count_mp3', 'count_mp3'],
  ['count_f_mp3', 'count_f_', 'count_count_f_mp3', 'count_f_mp3', 'count_mp3'],
  ['cmp3', 'c', 'count_cmp3', 'count_cmp3', 'count_mp3'],
])('%s under the matcher %s has its pinned names (data-and-stores R57)', (tsName, matcher, ...expected) => {
  const schema = { nameGeneratorType: 'addPrefix' as const, nameGenerator: 'count_', unit: 'none', metrics: {} };
  const combiners = ['concatenate', 'converge', 'overwrite'] as const;
  expect(combiners.map((combiner) => targetSeriesName(schema, rule('hasPrefix', matcher, 'count_', combiner), tsName))).toEqual(expected);
  expect(targetSeriesName(schema, rule('exact', tsName, 'count_', 'overwrite'), tsName)).toBe(`count_${tsName}`);
  expect(targetSeriesName({ ...schema, nameGeneratorType: 'exact', nameGenerator: 'x' }, rule('hasPrefix', matcher, 'x'), tsName)).toBe(
    'x',
  );
});

test('a fitting rule with an unknown generator stores nothing, one that does not fit is harmless (data-and-stores R56, execution R104)', async () => {
  const compiled = task({ m: { type: 'array', itemDataSpec: measurement } }, [
    ['m', 'series', rules(rule('exact', 'a', 'count_'), rule('exact', 'b', 'unknown'))],
  ]);
  const good = { tsName: 'a', timestamp: 1, value: 1 };
  expect(await map(compiled, { m: [good, { ...good, tsName: 'b' }] })).toMatchObject({
    ...dispatchFailed('m', 'series', { id: 'badData', details: { key: 'dispatchRules' } }),
    writes: [],
  });
  expect(await map(compiled, { m: [good] })).toMatchObject({ kind: 'succeeded' });
});

test('a name that no series may have is refused (data-and-stores R58)', async () => {
  const compiled = task({ m: measurement }, [['m', 'series', rules(rule('hasPrefix', '', 'count_'))]]);
  expect(await map(compiled, { m: { tsName: 'a/b', timestamp: 1, value: 1 } })).toMatchObject(
    dispatchFailed('m', 'series', { id: 'badValueName', details: { key: 'timeSeriesName' } }),
  );
});

test('one measurement or an array of them is an update, anything else a type error (data-and-stores R54)', async () => {
  const loose = task({ m: object }, [['m', 'series', worked]]);
  expect(await map(loose, { m: { tsName: 'mp3', timestamp: 1, value: 1 } })).toMatchObject({
    kind: 'succeeded',
    writes: [{ kind: 'measure' }],
  });
  expect(await map(loose, { m: { tsName: 'mp3' } })).toMatchObject(
    dispatchFailed('m', 'series', { details: { expType: 'timeSeriesMeasurement' } }),
  );
  const many = task({ m: { type: 'array', itemDataSpec: object } }, [['m', 'series', worked]]);
  expect(await map(many, { m: [{ ts: 'name' }] })).toMatchObject(
    dispatchFailed('m', 'series', { details: { valueConstraints: { '$[0]': {} } } }),
  );
});

test('ignored and repeated measurements are noted in the task log at level debug only (data-and-stores R55, D9)', async () => {
  const compiled = task({ m: measurement }, [['m', 'series', worked]]);
  const unmatched = await map(compiled, { m: { tsName: 'mp4', timestamp: 1, value: 1 } }, { logLevel: 7 });
  expect(unmatched.writes).toMatchObject([{ kind: 'log', storeId: 'S-task', entries: [{ severity: 'debug', source: 'system' }] }]);
  expect(JSON.stringify(unmatched.writes)).toContain('mp4');
  const repeated = await map(compiled, { m: { tsName: 'count_over_x', timestamp: 1, value: 1 } }, { logLevel: 7 });
  expect(repeated.writes).toMatchObject([{ kind: 'measure' }, { kind: 'log' }]);
  expect((await map(compiled, { m: { tsName: 'mp4', timestamp: 1, value: 1 } })).writes).toEqual([]);
});

test('what a commit refuses of measurements is told in the task log, unless errors are not logged (data-and-stores R58)', async () => {
  const compiled = task({ m: measurement }, [['m', 'series', worked]]);
  const results = { m: { tsName: 'mp3', timestamp: 1, value: 1 } };
  expect((await map(compiled, results, { logLevel: 3 })).writes).toMatchObject([{ kind: 'measure', logStoreId: 'S-task' }]);
  expect((await map(compiled, results, { logLevel: 2 })).writes[0]).not.toHaveProperty('logStoreId');
});

test('a task whose time series store could not exist is not created (data-and-stores R58)', () => {
  const timeSeriesSchemas = [
    { nameGeneratorType: 'exact', nameGenerator: 'ab', unit: 'none', metrics: { none: { ...minute.minute, retention: 0 } } },
  ];
  const schema = { timeSeriesStoreConfig: { timeSeriesCollectionSchema: { timeSeriesSchemas }, dashboardSpec: null } };
  const lambda = { argumentSpecs: [], configParameterSpecs: [], resultSpecs: [] } as unknown as LambdaRevision;
  const rest = { id: 't', lambdaConfig: {}, argumentMappings: [], resultMappings: [] };
  expect(compileTask({ ...rest, ...schema } as unknown as TaskSchema, lambda)).toMatchObject({
    ok: false,
    error: { id: 'badValueNotInRange', details: { key: 'retention' } },
  });
});

test('streamed values are checked and dispatched one by one, unknown names ignored, unmapped ones checked (execution §10.1, data-and-stores R71, R74)', async () => {
  const compiled = task({ n: number, u: number }, [['n', 'numbers', list('append')]], true);
  const streamed = [
    { resultName: 'n', value: 1 },
    { resultName: 'nope', value: {} },
    { resultName: 'u', value: 2 },
    { resultName: 'n', value: 3 },
  ];
  expect(await mapStreamedResults(compiled, streamed, targets, context)).toEqual({
    writes: [
      { kind: 'append', storeId: 'S-numbers', items: ['1'] },
      { kind: 'append', storeId: 'S-numbers', items: ['3'] },
    ],
    error: null,
  });
  expect(await mapStreamedResults(compiled, [...streamed, { resultName: 'u', value: 'x' }], targets, context)).toMatchObject({
    error: { id: 'atmTaskResultMappingFailed', details: { result: 'u' } },
  });
  expect(await map(compiled, {})).toEqual({ kind: 'succeeded', writes: [] });
});

test('a streamed value that is nested too deeply or infinite breaks the task, those before it stay (design §5, data-and-stores R74)', async () => {
  const compiled = task({ o: object }, [['o', 'log', log('append')]], true);
  const deep: unknown = JSON.parse(`${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`);
  for (const value of [deep, { a: Infinity }]) {
    const streamed = [
      { resultName: 'o', value: {} },
      { resultName: 'o', value },
    ];
    expect(await mapStreamedResults(compiled, streamed, targets, context)).toMatchObject({
      writes: [{ kind: 'log' }],
      error: { id: 'atmTaskResultMappingFailed', details: { result: 'o', specificError: { id: 'badData' } } },
    });
  }
});

test('an item above the size limit fails, one at the limit does not (data-and-stores R17, D16)', async () => {
  const compiled = task({ o: object }, [['o', 'objects', list('append')]]);
  const own = new Map([
    ...targets,
    ['objects', { storeId: 'S-o', type: 'list', config: { itemDataSpec: object }, frozen: false }] as const,
  ]);
  const answers = [{ kind: 'results' as const, results: { o: { t: 'éé' } } }];
  const bytes = Buffer.byteLength(JSON.stringify({ t: 'éé' }));
  expect(await mapBatchResults(compiled, answers, own, { ...context, maxItemBytes: bytes })).toMatchObject([{ kind: 'succeeded' }]);
  expect(await mapBatchResults(compiled, answers, own, { ...context, maxItemBytes: bytes - 1 })).toMatchObject([
    dispatchFailed('o', 'objects', { id: 'badData' }),
  ]);
});

test('a batch of 100 small items costs well below a millisecond', async () => {
  const lambda = {
    argumentSpecs: [{ name: 'n', dataSpec: object, isOptional: false, defaultValue: null }],
    configParameterSpecs: [],
    resultSpecs: [{ name: 'r', dataSpec: object, relayMethod: 'returnValue' }],
  } as unknown as LambdaRevision;
  const schema = {
    id: 't',
    timeSeriesStoreConfig: null,
    lambdaConfig: {},
    argumentMappings: [{ argumentName: 'n', valueBuilder: { valueBuilderType: 'iteratedItem', valueBuilderRecipe: null } }],
    resultMappings: [{ resultName: 'r', storeSchemaId: 'log', storeContentUpdateOptions: log('append') }],
  } as unknown as TaskSchema;
  const compiled = compileTask(schema, lambda);
  if (!compiled.ok) throw new Error('does not compile');
  const items = Array.from({ length: 100 }, (_, index) => ({ traceId: `t${index}`, value: { index, text: 'some text' } }));
  const answers = items.map(({ value }) => ({ kind: 'results' as const, results: { r: value } }));
  const run = async (): Promise<void> => {
    await buildArguments(compiled.value, items, { ...context, targets, readSingleValue: async () => await Promise.resolve(null) });
    await mapBatchResults(compiled.value, answers, targets, context);
  };
  const timed: number[] = [];
  for (let round = 0; round < 300; round += 1) {
    const from = performance.now();
    await run();
    timed.push(performance.now() - from);
  }
  const median = timed.sort((a, b) => a - b)[150] ?? Number.POSITIVE_INFINITY;
  expect(median).toBeLessThan(1);
});

test('a list of files that is one entry of a log is looked up like any other (data-and-stores R37)', async () => {
  const lists: Target = {
    storeId: 'S-lists',
    type: 'auditLog',
    config: { logContentDataSpec: { type: 'array', itemDataSpec: anyFile } },
    frozen: false,
  };
  const objects: DataSpec = { type: 'array', itemDataSpec: object };
  for (const how of ['append', 'extend'] as const) {
    const value = how === 'append' ? [file('a')] : [[file('a')]];
    const spec = how === 'append' ? objects : { type: 'array' as const, itemDataSpec: objects };
    const mapped = await mapBatchResults(
      task({ r: spec }, [['r', 'lists', log(how)]]),
      [{ kind: 'results', results: { r: value } }],
      new Map([['lists', lists]]),
      context,
    );
    expect(mapped).toMatchObject([{ kind: 'succeeded', writes: [{ entries: [{ content: JSON.stringify([file('a')]) }] }] }]);
  }
});
