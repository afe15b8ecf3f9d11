/**
 * Values that nobody expects, in requests and out of lambdas, on the product as its users have it: whatever is wrong is told of the item or the
 * request that it is in, everything else goes on, and the server neither dies of it nor grows (peers P16; D1; data-and-stores R17, §6.3).
 */
import { readFileSync } from 'node:fs';
import type { ExecutionDetails, LogEntry, WorkflowDump } from '@laneway/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { smallWorkflow } from './dumps.ts';
import {
  adminToken,
  cleanUp,
  logOf,
  startProduct,
  tasksOfLane,
  testLambdas,
  until,
  untilEnded,
  valuesOf,
  type Product,
} from './support.ts';

const workflows = '/api/v3/oneprovider/automation/execution/workflows';
const megabyte = 1024 * 1024;
/** The server's own need is about a tenth; an answer of 170 MB stands there as bytes, as text and as values. */
const allowedMemory = 1600 * megabyte;

let product: Product;
let spaceId: string;
let inventoryId: string;

beforeAll(async () => {
  product = await startProduct({ options: ['--lambdas', testLambdas], variables: { LANEWAY_CANCEL_GRACE_SEC: '2' } });
  spaceId = await product.client.registry.createSpace({ name: 'space' });
  inventoryId = await product.client.registry.createInventory('tests');
});

afterAll(cleanUp);

/** The most memory that the server ever had. */
function memoryPeak(): number {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${product.pid}/status`, 'utf8'))?.[1]) * 1024;
}

async function schemaOf(dump: WorkflowDump): Promise<string> {
  return await product.client.registry.createWorkflowSchema(inventoryId, dump);
}

interface TaskParts {
  resultMappings: { storeSchemaId: string; storeContentUpdateOptions: unknown }[];
}

/** A workflow whose lambda gives its hostile results to the store, by way of the update. */
function hostileWorkflow(
  how: string,
  target: { readonly store?: object; readonly spec?: object; readonly mappings?: readonly object[]; readonly batchSize?: number },
): WorkflowDump {
  const dump = smallWorkflow({
    image: 'test/hostile-values',
    config: { how },
    batchSize: target.batchSize ?? 100,
    relayMethod: how === 'stream' ? 'filePipe' : 'returnValue',
  });
  const { atmWorkflowSchemaRevision: revision, supplementaryAtmLambdas: lambdas } = dump.revision as unknown as {
    atmWorkflowSchemaRevision: { stores: object[]; lanes: { parallelBoxes: { tasks: TaskParts[] }[] }[] };
    supplementaryAtmLambdas: { lambda: { 1: { revision: { atmLambdaRevision: { resultSpecs: { dataSpec: object }[] } } } } };
  };
  if (target.store !== undefined)
    revision.stores.push({
      id: 'target',
      name: 'target',
      description: '',
      requiresInitialContent: false,
      defaultInitialContent: null,
      ...target.store,
    });
  if (target.spec !== undefined) lambdas.lambda[1].revision.atmLambdaRevision.resultSpecs[0]!.dataSpec = target.spec;
  const [task] = revision.lanes[0]!.parallelBoxes[0]!.tasks;
  if (target.mappings !== undefined)
    task!.resultMappings = target.mappings.map((mapping) => ({
      resultName: 'value',
      ...mapping,
    })) as unknown as TaskParts['resultMappings'];
  return dump;
}

async function run(dump: WorkflowDump, whats: readonly string[]): Promise<string> {
  const schema = { atmWorkflowSchemaId: await schemaOf(dump), atmWorkflowSchemaRevisionNumber: 1 };
  return await product.client.executions.schedule({
    spaceId,
    ...schema,
    storeInitialContentOverlay: { input: whats.map((what) => ({ what })) },
  });
}

/** What is to become of an item: kept as this value, or failed for this reason. */
type Fate = { readonly kept: unknown } | { readonly failed: RegExp };

/** A small item before, between and after all others. */
function amongSmallOnes(fates: Readonly<Record<string, Fate>>): readonly string[] {
  return ['small', ...Object.keys(fates).flatMap((what) => [what, 'small'])];
}

/** The reason in the task's log for each item that failed, by what the item asked for. */
async function reasons(details: ExecutionDetails): Promise<ReadonlyMap<string, string>> {
  const [laneRun] = details.lanes[0]!.runs;
  const whatOf = new Map<string, string>();
  for await (const entry of product.client.stores.entries(laneRun!.exceptionStoreId!)) {
    if (!entry.success) throw new Error(JSON.stringify(entry));
    const { traceId, value } = entry.value as { traceId: string; value: { what: string } };
    whatOf.set(traceId, value.what);
  }
  const found = new Map<string, string>();
  for (const entry of await taskLog(details)) {
    const { referencedElements: elements } = entry.content as { referencedElements?: { itemTraceIds?: string[] } };
    const whats = (elements?.itemTraceIds ?? []).map((traceId) => whatOf.get(traceId));
    for (const what of whats) if (what !== undefined && entry.severity === 'error') found.set(what, JSON.stringify(entry.content));
  }
  expect([...whatOf.values()].toSorted()).toEqual([...found.keys()].toSorted());
  return found;
}

async function taskLog(details: ExecutionDetails): Promise<readonly LogEntry[]> {
  const [task] = await tasksOfLane(product.client, details, 0);
  return await logOf(product.client, task!.systemAuditLogId);
}

/** Exactly the items that should have failed did, each for a reason that says what is wrong with it and is short. */
async function expectFailed(details: ExecutionDetails, fates: Readonly<Record<string, Fate>>): Promise<void> {
  const found = await reasons(details);
  const expected = Object.entries(fates).flatMap(([what, fate]) => ('failed' in fate ? [[what, fate.failed] as const] : []));
  expect([...found.keys()].toSorted()).toEqual(expected.map(([what]) => what).toSorted());
  for (const [what, reason] of expected) {
    expect(found.get(what), what).toMatch(reason);
    expect(found.get(what)!.length, what).toBeLessThan(50_000);
  }
  const [task] = await tasksOfLane(product.client, details, 0);
  expect(task).toMatchObject({ itemsInProcessing: 0, itemsProcessed: amongSmallOnes(fates).length, itemsFailed: expected.length });
}

const keptOf = (fates: Readonly<Record<string, Fate>>): readonly unknown[] =>
  amongSmallOnes(fates).flatMap((what) => {
    const fate = fates[what] ?? { kept: { v: 1 } };
    return 'kept' in fate ? [fate.kept] : [];
  });

/** Texts, because comparing objects overlooks keys that objects inherit. */
const texts = (values: readonly unknown[]): readonly string[] => values.map((value) => JSON.stringify(value));

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

const tooLarge = /an item may have 16777216 bytes at most/;
const results: Readonly<Record<string, Fate>> = {
  '100 MB': { failed: tooLarge },
  '17 MB': { failed: tooLarge },
  '17 MB key': { failed: tooLarge },
  '10,000 levels': { failed: /nested too deeply/ },
  '150 levels': { kept: { v: deep(150) } },
  'names of prototypes': {
    kept: JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":null}'),
  },
  'lone surrogates': { kept: { v: '\ud800 \udfff', '\ud800': 1 } },
  'U+0000': { kept: { v: 'a\0b', '\0': 1 } },
  'NaN as text': { kept: { v: ['NaN', 'Infinity', '-0', '1e400'] } },
  NaN: { failed: /not JSON: ValueError/ },
  '1e308': { kept: { v: [1e308, -1e308, 5e-324] } },
  '1e400': { failed: /a number is too large/ },
  '2^53 + 1': { kept: { v: [2 ** 53 - 1, 2 ** 53] } },
  '-0': { kept: { v: 0 } },
  '1 MB key': { kept: { ['k'.repeat(megabyte)]: 1 } },
  '100,000 keys': { kept: Object.fromEntries(Array.from({ length: 100_000 }, (_, number) => [`key ${number}`, number])) },
  '1,000,000 nulls': { kept: { v: Array.from({ length: 1_000_000 }, () => null) } },
  'no object': { failed: /atmDataTypeUnverified/ },
};

/** Goes on beside everything: a lambda of the catalogue echoes numbers. */
async function echoes(count: number): Promise<{ readonly executionId: string; readonly input: readonly number[] }> {
  const input = Array.from({ length: count }, (_, index) => index);
  const schema = await schemaOf(smallWorkflow({ image: 'onedata/lambda-echo', itemType: 'number', batchSize: 1 }));
  const body = { spaceId, atmWorkflowSchemaId: schema, atmWorkflowSchemaRevisionNumber: 1, storeInitialContentOverlay: { input } };
  return { executionId: await product.client.executions.schedule(body), input };
}

test('as results, what is wrong fails its item and no other of the batch, and another execution goes on', async () => {
  const other = await echoes(300);
  const executionId = await run(hostileWorkflow('return', {}), amongSmallOnes(results));
  const details = await untilEnded(product.client, executionId);
  await expectFailed(details, results);
  expect(texts(await valuesOf(product.client, details.storeRegistry['output']))).toEqual(texts(keptOf(results)));
  const echoed = await untilEnded(product.client, other.executionId);
  expect(echoed.status).toBe('finished');
  expect((await valuesOf(product.client, echoed.storeRegistry['output'])).map(Number).toSorted((a, b) => a - b)).toEqual(other.input);
});

/** Large ones take their time; two of a kind would tell nothing new. */
const logged = Object.fromEntries(
  Object.entries(results).filter(([what]) => !['100 MB', '17 MB key', '100,000 keys', 'no object'].includes(what)),
);

test('as entries of logs, likewise (data-and-stores R37)', async () => {
  const update = { storeContentUpdateOptions: { type: 'auditLogStoreContentUpdateOptions', function: 'append' } };
  const store = { type: 'auditLog', config: { logContentDataSpec: { type: 'object' } } };
  const mappings = ['target', 'CURRENT_TASK_SYSTEM_AUDIT_LOG'].map((storeSchemaId) => ({ storeSchemaId, ...update }));
  const details = await untilEnded(product.client, await run(hostileWorkflow('return', { store, mappings }), amongSmallOnes(logged)));
  await expectFailed(details, logged);
  const own = await logOf(product.client, details.storeRegistry['target']!);
  const system = (await taskLog(details)).filter((entry) => entry.source === 'user');
  for (const log of [own, system]) expect(texts(log.map((entry) => entry.content))).toEqual(texts(keptOf(logged)));
});

const measurements: Readonly<Record<string, Fate>> = {
  'U+0000': { failed: /badValueName.*timeSeriesName/ },
  'lone surrogate': { failed: /badValueName.*timeSeriesName/ },
  '1 MB name': { failed: /badValueName.*timeSeriesName/ },
  'name of a prototype': { kept: null },
  'name nobody asked for': { kept: null },
  '1e308 twice': { kept: null },
  '1e400': { failed: /a number is too large/ },
  NaN: { failed: /not JSON: ValueError/ },
  'NaN as text': { failed: /atmDataTypeUnverified.*timeSeriesMeasurement/ },
  '-0': { kept: null },
  'before time': { failed: /atmDataTypeUnverified.*timeSeriesMeasurement/ },
  'end of time': { kept: null },
  '100,000 measurements': { kept: null },
  '1,000,000 nulls': { failed: /\$\[0\].*atmDataTypeUnverified/ },
  '10,000 levels': { failed: /nested too deeply/ },
};

test('as measurements, likewise; what is kept can be read (data-and-stores R54, R58)', async () => {
  const metrics = { minute: { resolution: 60, retention: 1000, aggregator: 'sum' } };
  const schema = { nameGeneratorType: 'addPrefix', nameGenerator: 'n_', unit: 'none', metrics };
  const store = { type: 'timeSeries', config: { timeSeriesCollectionSchema: { timeSeriesSchemas: [schema] }, dashboardSpec: null } };
  const rule = {
    measurementTimeSeriesNameMatcherType: 'hasPrefix',
    measurementTimeSeriesNameMatcher: 'n_',
    targetTimeSeriesNameGenerator: 'n_',
    prefixCombiner: 'converge',
  };
  const spec = {
    type: 'array',
    itemDataSpec: { type: 'timeSeriesMeasurement', specs: [{ nameMatcherType: 'hasPrefix', nameMatcher: '', unit: 'none' }] },
  };
  const mappings = [
    { storeSchemaId: 'target', storeContentUpdateOptions: { type: 'timeSeriesStoreContentUpdateOptions', dispatchRules: [rule] } },
  ];
  const details = await untilEnded(
    product.client,
    await run(hostileWorkflow('measure', { store, spec, mappings }), amongSmallOnes(measurements)),
  );
  await expectFailed(details, measurements);
  const query = { type: 'timeSeriesStoreContentBrowseOptions', mode: 'slice', layout: '{"*":["*"]}', windowLimit: 1 };
  const { slice } = (await product.client.stores.content(details.storeRegistry['target']!, query)) as { slice: unknown };
  const minute = (timestamp: number, value: number): unknown => ({ minute: [{ timestamp, value }] });
  expect(slice).toEqual({
    n_x: minute(60, Object.keys(measurements).length + 1),
    n___proto__: minute(60, 1),
    n_big: minute(60, Number.MAX_VALUE),
    n_zero: minute(60, 0),
    n_late: minute(9_007_199_254_740_960, 1),
    n_many: minute(99_960, 40),
  });
});

describe('as streamed results', () => {
  const streamed = Object.fromEntries(Object.entries(results).filter(([, fate]) => 'kept' in fate));

  test('what is good is kept as it is', async () => {
    const details = await untilEnded(product.client, await run(hostileWorkflow('stream', {}), amongSmallOnes(streamed)));
    expect(details.status).toBe('finished');
    expect(texts(await valuesOf(product.client, details.storeRegistry['output']))).toEqual(texts(keptOf(streamed)));
  });

  test.each<[string, RegExp]>([
    ['100 MB', tooLarge],
    ['10,000 levels', /nested too deeply/],
    ['1e400', /a number is too large/],
    ['NaN', /\\"value\\", line 2 is not JSON/],
    ['no object', /atmDataTypeUnverified/],
  ])('%s fails its task with the reason; what was streamed before is kept (data-and-stores R74)', async (what, reason) => {
    const details = await untilEnded(product.client, await run(hostileWorkflow('stream', {}), ['small', what, 'small']));
    expect(details.status).toBe('failed');
    const log = JSON.stringify([await taskLog(details), await logOf(product.client, details.systemAuditLogStoreId)]);
    expect(log).toMatch(reason);
    expect(log.length).toBeLessThan(100_000);
    expect(await valuesOf(product.client, details.storeRegistry['output'])).toEqual([{ v: 1 }]);
  });
});

describe('in a request', () => {
  let schema: string;
  beforeAll(async () => {
    schema = await schemaOf(smallWorkflow({ image: 'onedata/lambda-echo' }));
  });

  /** Sent as it stands: `item` is JSON text that need not be JSON. */
  async function schedule(item: string): Promise<{ readonly status: number; readonly text: string }> {
    const head = JSON.stringify({ spaceId, atmWorkflowSchemaId: schema, atmWorkflowSchemaRevisionNumber: 1 }).slice(0, -1);
    const body = `${head},"storeInitialContentOverlay":{"input":[{"v":1},{"v":${item}}]}}`;
    const headers = { 'x-auth-token': adminToken(product), 'content-type': 'application/json' };
    const response = await fetch(product.url + workflows, { method: 'POST', headers, body });
    return { status: response.status, text: await response.text() };
  }

  const list = (count: number, item: string): string => `[${Array.from({ length: count }, () => item).join(',')}]`;
  const refused: readonly [string, () => string, number, RegExp][] = [
    ['100 MB', () => JSON.stringify('x'.repeat(100 * megabyte)), 413, /limitReached.*bytes of a request body/],
    ['17 MB', () => JSON.stringify('x'.repeat(17 * megabyte)), 400, tooLarge],
    ['10,000 levels', () => '['.repeat(10_000) + ']'.repeat(10_000), 400, /badData.*nested too deeply, at character \d/],
    ['1e400', () => '[1e400]', 400, /badData.*a number is too large, at character \d/],
    ['NaN', () => 'NaN', 400, /malformedData/],
    ['a bare line break', () => '"a\nb"', 400, /malformedData/],
    ['half a body', () => '"', 400, /malformedData/],
  ];
  test.each(refused)('%s is refused with what is wrong, and nothing is scheduled', async (_what, item, status, message) => {
    const before = (await product.client.executions.list(spaceId, { phase: 'ended', limit: 1000 })).atmWorkflowExecutions;
    const answer = await schedule(item());
    expect({ ...answer, text: answer.text.slice(0, 2000) }).toMatchObject({ status, text: expect.stringMatching(message) });
    expect(answer.text.length).toBeLessThan(10_000);
    const after = (await product.client.executions.list(spaceId, { phase: 'ended', limit: 1000 })).atmWorkflowExecutions;
    expect(after).toEqual(before);
    for (const phase of ['waiting', 'ongoing', 'suspended'] as const)
      expect((await product.client.executions.list(spaceId, { phase })).atmWorkflowExecutions).toEqual([]);
  });

  const accepted: Readonly<Record<string, () => string>> = {
    'keys of prototypes': () => '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
    'lone surrogates': () => '["\\ud800","\\udfff\\ud800"]',
    'U+0000': () => '{"\\u0000":"a\\u0000b"}',
    'texts of numbers': () => '["NaN","1e400","-0"]',
    'large numbers': () => '[1e308,-1e308,5e-324,9007199254740991]',
    'a long text and a long key': () => `{"${'k'.repeat(megabyte)}":"${'x'.repeat(5 * megabyte)}"}`,
    '100,000 keys': () => JSON.stringify(Object.fromEntries(Array.from({ length: 100_000 }, (_, number) => [`key ${number}`, number]))),
    '1,000,000 nulls': () => list(1_000_000, 'null'),
    '150 levels': () => '['.repeat(150) + ']'.repeat(150),
  };
  test.each(Object.entries(accepted))('%s: echoed unchanged', async (_what, item) => {
    const answer = await schedule(item());
    expect(answer).toMatchObject({ status: 201 });
    const details = await untilEnded(
      product.client,
      (JSON.parse(answer.text) as { atmWorkflowExecutionId: string }).atmWorkflowExecutionId,
    );
    expect(details.status).toBe('finished');
    const values = await valuesOf(product.client, details.storeRegistry['output']);
    expect(texts(values)).toEqual(['{"v":1}', `{"v":${JSON.stringify(JSON.parse(item()))}}`]);
  });
});

test('while a lambda keeps answering with items that are too large its execution can be cancelled, and another one goes on', async () => {
  const executionId = await run(
    hostileWorkflow('slow', { batchSize: 1 }),
    Array.from({ length: 300 }, () => '17 MB'),
  );
  await until(
    'the first refusal',
    async () => await tasksOfLane(product.client, await product.client.executions.details(executionId), 0),
    ([task]) => (task?.itemsFailed ?? 0) > 2,
  );
  const other = await echoes(20);
  expect((await untilEnded(product.client, other.executionId)).status).toBe('finished');
  await product.client.executions.cancel(executionId);
  const details = await until(
    'the end',
    async () => await product.client.executions.details(executionId),
    ({ status }) => status === 'cancelled',
    { timeoutMs: 10_000 },
  );
  const [task] = await tasksOfLane(product.client, details, 0);
  expect(task).toMatchObject({ itemsInProcessing: 0 });
  expect(task!.itemsProcessed).toBeLessThan(300);
});

test('after all that the server is alive, and never needed much memory', async () => {
  expect(await product.client.health()).toBeDefined();
  expect(product.output()).not.toMatch(/uncaught|unhandled|heap out of memory/i);
  console.log(`most memory of the server: ${Math.round(memoryPeak() / megabyte)} MB`);
  expect(memoryPeak()).toBeLessThan(allowedMemory);
});
