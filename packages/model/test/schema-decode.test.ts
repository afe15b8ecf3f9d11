import { describe, expect, it } from 'vitest';
import type { LambdaRevision, Result, WorkflowSchemaRevision } from '../src/index.ts';
import {
  canonicalFileAttributes,
  checkValue,
  decodeLambdaRevision,
  decodeWorkflowSchemaRevision,
  lambdaChecksumText,
  persistedDataSpec,
  persistedLambdaRevision,
  persistedWorkflowSchemaRevision,
} from '../src/index.ts';
import { lambdaJson, laneJson, parameterJson, resources, storeJson, taskJson, workflowJson } from './samples.ts';

function lambda(changes: Readonly<Record<string, unknown>> = {}): LambdaRevision {
  const decoded = decodeLambdaRevision(lambdaJson(changes), 'plain');
  if (!decoded.ok) throw new Error(decoded.error.description);
  return decoded.value;
}
function workflow(changes: Readonly<Record<string, unknown>> = {}): WorkflowSchemaRevision {
  const decoded = decodeWorkflowSchemaRevision(workflowJson(changes), 'plain');
  if (!decoded.ok) throw new Error(decoded.error.description);
  return decoded.value;
}
const argument = (dataSpec: unknown) => ({ argumentSpecs: [parameterJson('arg', dataSpec)] });
const specOf = (dataSpec: unknown) => lambda(argument(dataSpec)).argumentSpecs[0]?.dataSpec;
const refusal = (result: Result<unknown>) => (result.ok ? null : { id: result.error.id, ...result.error.details });
const lambdaRefusal = (changes: Readonly<Record<string, unknown>>) => refusal(decodeLambdaRevision(lambdaJson(changes), 'plain'));
const workflowRefusal = (changes: Readonly<Record<string, unknown>>) =>
  refusal(decodeWorkflowSchemaRevision(workflowJson(changes), 'plain'));
const specRefusal = (dataSpec: unknown) => lambdaRefusal(argument(dataSpec));
const generic = { id: 'badData', key: 'atmLambdaRevision', hint: null };
const genericWorkflow = { id: 'badData', key: 'atmWorkflowSchemaRevision', hint: null };
const without = (json: Readonly<Record<string, unknown>>, key: string) =>
  Object.fromEntries(Object.entries(json).filter(([name]) => name !== key));

describe('data specs', () => {
  it('take over nested value constraints at every level, the top wins (schemas R1)', () => {
    expect(
      specOf({
        type: 'array',
        valueConstraints: {
          itemDataSpec: { type: 'number', integersOnly: true, valueConstraints: { integersOnly: false, allowedValues: [1] } },
        },
      }),
    ).toEqual({
      type: 'array',
      itemDataSpec: { type: 'number', integersOnly: true, allowedValues: [1] },
    });
  });
  it('need the attributes key for files and groups (schemas R2)', () => {
    expect(specRefusal({ type: 'file' })).toEqual(generic);
    expect(specRefusal({ type: 'group' })).toEqual(generic);
    expect(specOf({ type: 'file', attributes: null })).toEqual({ type: 'file', fileType: 'ANY', attributes: null });
  });
  it('replace missing or unknown persisted file attributes by the complete list (schemas R2)', () => {
    for (const inner of [{}, { attributes: ['nonsense'] }]) {
      const dataSpec = { _version: 2, _data: { type: 'file', _version: 1, _data: inner } };
      const base = persistedLambdaRevision(lambda());
      const json = {
        _version: 1,
        _data: { ...(base['_data'] as object), argumentSpecs: [{ _version: 1, _data: parameterJson('a', dataSpec) }] },
      };
      const decoded = decodeLambdaRevision(json, 'persisted');
      expect(decoded.ok && decoded.value.argumentSpecs[0]?.dataSpec).toEqual({
        type: 'file',
        fileType: 'ANY',
        attributes: canonicalFileAttributes,
      });
    }
  });
  it('order and de-duplicate attributes (schemas §3)', () => {
    expect(specOf({ type: 'file', attributes: ['size', 'xattr.b', 'fileId', 'size'] })).toMatchObject({
      attributes: ['fileId', 'size', 'xattr.b'],
    });
    expect(specOf({ type: 'file', attributes: 'name' })).toMatchObject({ attributes: ['name'] });
    expect(specOf({ type: 'group', attributes: ['type', 'groupId'] })).toMatchObject({ attributes: ['groupId', 'type'] });
  });
  it('refuse unknown attributes, file types and value lists with their own errors (schemas §3)', () => {
    expect(specRefusal({ type: 'file', attributes: ['creationTime'] })).toMatchObject({
      id: 'badValueNotAllowed',
      key: 'attributes',
      allowed: expect.arrayContaining(['xattr.*']),
    });
    expect(specRefusal({ type: 'file', fileType: 'LNK', attributes: null })).toEqual({
      id: 'badValueNotAllowed',
      key: 'fileType',
      allowed: ['REG', 'DIR', 'SYMLNK', 'ANY'],
    });
    expect(specRefusal({ type: 'file', fileType: 'x', attributes: null })).toEqual(generic);
    expect(specRefusal({ type: 'number', allowedValues: ['a'] })).toMatchObject({
      key: 'allowedValues',
      hint: expect.stringContaining('list of numbers'),
    });
    expect(specRefusal({ type: 'string', allowedValues: 5 })).toMatchObject({
      key: 'allowedValues',
      hint: expect.stringContaining('list of strings'),
    });
    const spec = { nameMatcher: 'a', unit: 'bytes' };
    expect(
      specRefusal({
        type: 'timeSeriesMeasurement',
        specs: [
          { ...spec, nameMatcherType: 'exact' },
          { ...spec, nameMatcherType: 'hasPrefix' },
        ],
      }),
    ).toMatchObject({ id: 'badData', key: 'specs' });
    expect(specOf({ type: 'timeSeriesMeasurement', specs: [{ ...spec, nameMatcherType: 'exact', unit: 'custom:cats' }] })).toMatchObject({
      specs: [{ unit: 'custom:cats' }],
    });
  });
  it('refuse an unknown type, and the description names the place (schemas R4)', () => {
    const decoded = decodeLambdaRevision(lambdaJson(argument({ type: 'array', itemDataSpec: { type: 'nonsense' } })), 'plain');
    expect(refusal(decoded)).toEqual(generic);
    expect(!decoded.ok && decoded.error.description).toContain('argumentSpecs[0].dataSpec.itemDataSpec.type');
  });
});

describe('lambda revisions', () => {
  it('fill in defaults; empty texts are legal (schemas §4.2, R8)', () => {
    expect(lambda()).toMatchObject({ summary: 'Missing summary', description: 'Missing description', configParameterSpecs: [] });
    expect(lambda().operationSpec).toEqual({
      engine: 'openfaas',
      dockerImage: 'example/count:1',
      dockerExecutionOptions: { readonly: false, mountOneclient: false, oneclientMountPoint: '/mnt/onedata', oneclientOptions: '' },
    });
    expect(lambda({ summary: '', description: '' })).toMatchObject({ summary: '', description: '' });
    expect(lambda({ resultSpecs: [{ name: 'r1', dataSpec: { type: 'object' } }] }).resultSpecs[0]?.relayMethod).toBe('returnValue');
  });
  it('limit texts in characters, not bytes (schemas §4.2)', () => {
    expect(lambdaRefusal({ summary: '😀'.repeat(201) })).toEqual({ id: 'badValueTextTooLarge', key: 'summary', limit: 200 });
    expect(lambdaRefusal({ summary: '😀'.repeat(200) })).toBeNull();
    expect(lambdaRefusal({ description: 5 })).toEqual({ id: 'badValueString', key: 'description' });
  });
  it('a known engine other than openfaas is refused after its fields, an unknown one generically (schemas R9)', () => {
    expect(lambdaRefusal({ operationSpec: { engine: 'userForm', userFormId: 'u' } })).toEqual({
      id: 'badValueNotAllowed',
      key: 'operationSpec.engine',
      allowed: ['openfaas'],
    });
    expect(lambdaRefusal({ operationSpec: { engine: 'userForm' } })).toEqual(generic);
    expect(lambdaRefusal({ operationSpec: { engine: 'x' } })).toEqual(generic);
  });
  it('persisted decoding knows no engine whitelist, name rule or limits (schemas R10, R23)', () => {
    const revision: LambdaRevision = {
      ...lambda(argument({ type: 'string' })),
      summary: 'x'.repeat(300),
      operationSpec: { engine: 'userForm', userFormId: 'u' },
      resourceSpec: { ...resources, memoryRequested: -4 },
    };
    const renamed = { ...revision, argumentSpecs: revision.argumentSpecs.map((spec) => ({ ...spec, name: '-' })) };
    expect(decodeLambdaRevision(persistedLambdaRevision(renamed), 'persisted')).toEqual({ ok: true, value: renamed });
  });
  it('names of parameters and results obey the name rule (schemas §4.4, §4.5)', () => {
    expect(lambdaRefusal({ argumentSpecs: [parameterJson('-', { type: 'object' })] })).toEqual({
      id: 'badValueName',
      key: 'parameterSpec.name',
    });
    expect(lambdaRefusal({ resultSpecs: [{ name: '-', dataSpec: { type: 'object' } }] })).toEqual({
      id: 'badValueName',
      key: 'resultSpec.name',
    });
  });
  it.each([
    { cpuRequested: null },
    { cpuLimit: 'text' },
    { memoryRequested: 17.8 },
    { memoryLimit: {} },
    { ephemeralStorageRequested: -4 },
    { cpuLimit: 0 },
  ])('resource spec %j is refused (schemas R11)', (change) => {
    expect(lambdaRefusal({ resourceSpec: { ...resources, ...change } })).toEqual({ id: 'badData', key: 'atmResourceSpec', hint: null });
  });
  it('a missing resource key is a generic failure, even beside a bad value (schemas R11)', () => {
    expect(lambdaRefusal({ resourceSpec: { ...without(resources, 'memoryLimit'), cpuRequested: null } })).toEqual(generic);
  });
  it('ignore an incoming checksum and unknown keys (schemas R6, R30)', () =>
    expect(lambda({ checksum: 'x', __proto__x: 1 })).toEqual(lambda()));
  it('the checksum covers five parts only, with defaults filled in (schemas R7)', () => {
    const text = lambdaChecksumText(lambda());
    const same = lambda({
      summary: 's',
      description: 'd',
      preferredBatchSize: 3,
      resourceSpec: { ...resources, cpuRequested: 2 },
      state: 'draft',
      configParameterSpecs: null,
    });
    expect(lambdaChecksumText(same)).toBe(text);
    const changes = [
      { name: 'other' },
      { operationSpec: { engine: 'openfaas', dockerImage: 'b' } },
      { configParameterSpecs: [parameterJson('config', { type: 'object' })] },
      argument({ type: 'object' }),
      { resultSpecs: [{ name: 'result', dataSpec: { type: 'object' }, relayMethod: 'filePipe' }] },
    ];
    const texts = [text, ...changes.map((change) => lambdaChecksumText(lambda(change)))];
    expect(new Set(texts).size).toBe(texts.length);
  });
  it.each(['name', 'operationSpec', 'argumentSpecs', 'resultSpecs', 'preferredBatchSize', 'resourceSpec', 'state'])(
    'refuse a revision without %s (schemas §6.5)',
    (key) => {
      expect(refusal(decodeLambdaRevision(without(lambdaJson(), key), 'plain'))).toEqual(generic);
    },
  );
});

describe('workflow schema revisions', () => {
  it('fill in defaults (schemas §5)', () => {
    const { lanes, ...rest } = workflow();
    expect(rest).toMatchObject({ description: 'Missing description', dashboardSpec: null });
    expect(lanes[0]).toMatchObject({ instantFailureExceptionThreshold: 0.1, dashboardSpec: null });
    expect(lanes[0]?.parallelBoxes[0]?.tasks[0]).toMatchObject({
      lambdaConfig: {},
      resourceSpecOverride: null,
      timeSeriesStoreConfig: null,
    });
  });
  it('audit logs have no initial content in plain JSON (schemas R12) but keep it in persisted JSON (schemas R13)', () => {
    const store = storeJson('log', {
      type: 'auditLog',
      config: { logContentDataSpec: { type: 'object' } },
      requiresInitialContent: true,
      defaultInitialContent: [1],
    });
    const plain = workflow({ stores: [store] });
    expect(plain.stores[0]).toMatchObject({ requiresInitialContent: false, defaultInitialContent: null });
    const kept = { ...plain, stores: plain.stores.map((one) => ({ ...one, defaultInitialContent: [1] })) } as WorkflowSchemaRevision;
    expect(decodeWorkflowSchemaRevision(persistedWorkflowSchemaRevision(kept), 'persisted')).toEqual({ ok: true, value: kept });
  });
  it('only range stores do without a config (schemas §5.3)', () => {
    expect(workflow({ stores: [without(storeJson('r', { type: 'range' }), 'config')] }).stores[0]?.config).toEqual({});
    expect(workflowRefusal({ stores: [without(storeJson('l'), 'config')] })).toEqual(genericWorkflow);
  });
  it('tree forests hold files or datasets (schemas R14)', () => {
    expect(workflowRefusal({ stores: [storeJson('t', { type: 'treeForest' })] })).toEqual({
      id: 'badValueNotAllowed',
      key: 'treeForestStoreConfig.dataSpec.type',
      allowed: ['file', 'dataset'],
    });
  });
  const metric = { resolution: 60, retention: 10, aggregator: 'sum' };
  const series = (nameGenerator: string, changes: object = {}) => ({
    nameGeneratorType: 'exact',
    nameGenerator,
    unit: 'none',
    metrics: { minute: metric },
    ...changes,
  });
  const withSeries = (...timeSeriesSchemas: unknown[]) => ({
    stores: [storeJson('ts', { type: 'timeSeries', config: { timeSeriesCollectionSchema: { timeSeriesSchemas } } })],
  });
  it.each(
    'none milliseconds seconds bits bytes hertz countsPerSec bitsPerSec bytesPerSec operationsPerSec requestsPerSec readsPerSec writesPerSec ioOperationsPerSec percent percentNormalized boolean custom: custom:cats'.split(
      ' ',
    ),
  )('%s is a unit (schemas §6.4)', (unit) => {
    expect(workflowRefusal(withSeries(series('a', { unit })))).toBeNull();
  });
  it.each(['', 'cats', 'Bytes', 'custom', null])('%j is no unit (schemas §6.4)', (unit) => {
    expect(workflowRefusal(withSeries(series('a', { unit })))).not.toBeNull();
  });
  const mapped = (options: unknown) => ({
    lanes: [
      laneJson('l', [taskJson('t', { resultMappings: [{ resultName: 'r', storeSchemaId: 'in', storeContentUpdateOptions: options }] })]),
    ],
  });
  const rule = { measurementTimeSeriesNameMatcherType: 'exact', measurementTimeSeriesNameMatcher: 'a', targetTimeSeriesNameGenerator: 'b' };
  it.each([
    ...['auditLog', 'list', 'treeForest'].flatMap((kind) =>
      ['append', 'extend'].map((name) => ({ type: `${kind}StoreContentUpdateOptions`, function: name })),
    ),
    { type: 'rangeStoreContentUpdateOptions' },
    { type: 'singleValueStoreContentUpdateOptions' },
    { type: 'timeSeriesStoreContentUpdateOptions', dispatchRules: [] },
    ...['concatenate', 'converge', 'overwrite'].map((prefixCombiner) => ({
      type: 'timeSeriesStoreContentUpdateOptions',
      dispatchRules: [{ ...rule, prefixCombiner }],
    })),
    { type: 'timeSeriesStoreContentUpdateOptions', dispatchRules: [{ ...rule, measurementTimeSeriesNameMatcherType: 'hasPrefix' }] },
  ])('a result goes to a store by %j (schemas §5.8)', (options) => {
    expect(workflowRefusal(mapped(options))).toBeNull();
  });
  it.each([
    { type: 'listStoreContentUpdateOptions', function: 'insert' },
    { type: 'listStoreContentUpdateOptions' },
    { type: 'setStoreContentUpdateOptions' },
    { type: 'timeSeriesStoreContentUpdateOptions' },
    { type: 'timeSeriesStoreContentUpdateOptions', dispatchRules: [{ ...rule, prefixCombiner: 'join' }] },
    { type: 'timeSeriesStoreContentUpdateOptions', dispatchRules: [{ ...rule, measurementTimeSeriesNameMatcherType: 'regexp' }] },
  ])('a result goes to no store by %j (schemas §5.8)', (options) => {
    expect(workflowRefusal(mapped(options))).not.toBeNull();
  });
  it('metrics are there and differ in resolution or aggregator (schemas R15)', () => {
    expect(workflowRefusal(withSeries(series('a1', { metrics: {} })))).toEqual({ id: 'badValueEmpty', key: 'metrics' });
    expect(workflowRefusal(withSeries(series('a1', { metrics: { a: metric, b: metric } })))).toMatchObject({
      id: 'badData',
      key: 'metrics',
    });
    expect(workflowRefusal(withSeries(series('a1', { metrics: { a: { ...metric, resolution: 7 } } })))).toMatchObject({
      id: 'badValueNotAllowed',
      key: 'resolution',
      allowed: expect.arrayContaining([0, 31_536_000]),
    });
  });
  it('series are there and their generators do not conflict (schemas R16)', () => {
    expect(workflowRefusal(withSeries())).toEqual({ id: 'badValueEmpty', key: 'timeSeriesSchemas' });
    const prefix = series('a_', { nameGeneratorType: 'addPrefix' });
    for (const pair of [
      [series('x1'), series('x1')],
      [prefix, series('a_b')],
      [series('a_b'), prefix],
    ])
      expect(workflowRefusal(withSeries(...pair))).toMatchObject({ id: 'badData', key: 'timeSeriesSchemas' });
    expect(workflowRefusal(withSeries(prefix, series('b_a_')))).toBeNull();
  });
  it('value builders have recipes of their kind; there are no other builders (schemas §5.7)', () => {
    const withBuilder = (valueBuilder: unknown) => ({
      lanes: [laneJson('l', [taskJson('t', { argumentMappings: [{ argumentName: 'a', valueBuilder }] })])],
    });
    const builderOf = (valueBuilder: unknown) =>
      workflow(withBuilder(valueBuilder)).lanes[0]?.parallelBoxes[0]?.tasks[0]?.argumentMappings[0]?.valueBuilder;
    expect(builderOf({ valueBuilderType: 'iteratedItem' })).toEqual({ valueBuilderType: 'iteratedItem', valueBuilderRecipe: null });
    const nested = {
      valueBuilderType: 'object',
      valueBuilderRecipe: { a: { valueBuilderType: 'const', valueBuilderRecipe: { _version: 9, _data: 1 } } },
    };
    expect(builderOf(nested)).toEqual(nested);
    for (const bad of [
      { valueBuilderType: 'onedatafsCredentials' },
      { valueBuilderType: 'iteratedItem', valueBuilderRecipe: 'a' },
      { valueBuilderType: 'singleValueStoreContent' },
    ])
      expect(workflowRefusal(withBuilder(bad))).toEqual(genericWorkflow);
  });
  it('maxBatchSize has to be a positive integer, an unknown lane key does not matter', () => {
    expect(workflowRefusal({ lanes: [laneJson('l', [], { storeIteratorSpec: { storeSchemaId: 'in', maxBatchSize: 0 } })] })).toEqual(
      genericWorkflow,
    );
    expect(workflowRefusal({ lanes: [laneJson('l', [], { whatever: 1 })] })).toBeNull();
  });
});

describe('persisted encoding', () => {
  it('has version 2 for data specs, 1 for everything else, and two wrappers for discriminated records (schemas R17, R18)', () => {
    expect(persistedDataSpec({ type: 'string', allowedValues: null })).toEqual({
      _version: 2,
      _data: { type: 'string', _version: 1, _data: { allowedValues: null } },
    });
    expect(persistedLambdaRevision(lambda())).toMatchObject({
      _version: 1,
      _data: {
        operationSpec: {
          _version: 1,
          _data: {
            engine: 'openfaas',
            _version: 1,
            _data: { dockerImage: 'example/count:1', dockerExecutionOptions: { readonly: false } },
          },
        },
      },
    });
  });
  it("wraps mappers, and leaves what is the user's own plain (schemas R19, R20)", () => {
    const recipe = { a: { valueBuilderType: 'const', valueBuilderRecipe: 1 } };
    const options = { type: 'listStoreContentUpdateOptions', function: 'append' };
    const revision = workflow({
      lanes: [
        laneJson('l', [
          taskJson('t', {
            lambdaConfig: { x: { y: 1 } },
            argumentMappings: [{ argumentName: 'a', valueBuilder: { valueBuilderType: 'object', valueBuilderRecipe: recipe } }],
            resultMappings: [{ resultName: 'r', storeSchemaId: 'in', storeContentUpdateOptions: options }],
          }),
        ]),
      ],
    });
    const json = persistedWorkflowSchemaRevision(revision);
    const text = JSON.stringify(json);
    expect(text).toContain('"lambdaConfig":{"x":{"y":1}}');
    expect(text).toContain(
      `"valueBuilder":{"_version":1,"_data":{"valueBuilderType":"object","valueBuilderRecipe":${JSON.stringify(recipe)}}}`,
    );
    expect(text).toContain(
      '"storeContentUpdateOptions":{"_version":1,"_data":{"type":"listStoreContentUpdateOptions","_version":1,"_data":{"function":"append"}}}',
    );
    expect(decodeWorkflowSchemaRevision(json, 'persisted')).toEqual({ ok: true, value: revision });
  });
  it('upgrades data specs of version 1, also inside arrays (schemas R21)', () => {
    const old = {
      _version: 1,
      _data: {
        type: 'array',
        valueConstraints: { itemDataSpec: { _version: 1, _data: { type: 'number', valueConstraints: { integersOnly: true } } } },
      },
    };
    const json = persistedLambdaRevision(lambda());
    const changed = { ...json, _data: { ...(json['_data'] as object), argumentSpecs: [{ _version: 1, _data: parameterJson('a', old) }] } };
    const decoded = decodeLambdaRevision(changed, 'persisted');
    expect(decoded.ok && decoded.value.argumentSpecs[0]?.dataSpec).toEqual({
      type: 'array',
      itemDataSpec: { type: 'number', integersOnly: true, allowedValues: null },
    });
  });
  it('refuses newer versions and missing wrappers (schemas R22)', () => {
    const json = persistedLambdaRevision(lambda());
    for (const bad of [{ ...json, _version: 2 }, lambdaJson(), { _data: json['_data'] }, { _version: '1', _data: json['_data'] }, null])
      expect(refusal(decodeLambdaRevision(bad, 'persisted'))).toEqual(generic);
  });
  it('leaves the data of a literal in a dashboard as it is, even if it looks like a record (schemas R20)', () => {
    const data = { _version: 9, _data: { title: {} } };
    const valueProvider = { functionName: 'literal', functionArguments: { data } };
    const dashboardSpec = { rootSection: { title: null, charts: [{ title: null, yAxes: [{ id: 'y', valueProvider }] }] } };
    const json = persistedWorkflowSchemaRevision(workflow({ dashboardSpec }));
    expect(JSON.stringify(json)).toContain(`"functionArguments":{"_version":1,"_data":${JSON.stringify({ data })}}`);
    expect(decodeWorkflowSchemaRevision(json, 'persisted')).toMatchObject({ ok: true, value: { dashboardSpec } });
  });
  it('needs the record wrapper of a dashboard, as of any other record (schemas R19, R22)', () => {
    const plain = { rootSection: { title: null, charts: [], sections: [], description: 'd' } };
    const json = persistedWorkflowSchemaRevision(workflow({ dashboardSpec: plain }));
    expect(decodeWorkflowSchemaRevision(json, 'persisted')).toMatchObject({ ok: true, value: { dashboardSpec: plain } });
    const data = json['_data'] as object;
    for (const dashboardSpec of [plain, 5, 'x', [], { _version: 1 }, { _version: 2, _data: {} }, { _version: 1, _data: [] }]) {
      expect(refusal(decodeWorkflowSchemaRevision({ ...json, _data: { ...data, dashboardSpec } }, 'persisted'))).toEqual(genericWorkflow);
    }
  });
  it('takes allowed values of any type, which then allow nothing (schemas R23)', () => {
    const json = persistedLambdaRevision(lambda());
    const specs = (allowedValues: unknown) => {
      const dataSpec = { _version: 2, _data: { type: 'string', _version: 1, _data: { allowedValues } } };
      return { ...json, _data: { ...(json['_data'] as object), argumentSpecs: [{ _version: 1, _data: parameterJson('a', dataSpec) }] } };
    };
    const decoded = decodeLambdaRevision(specs([1, 'x']), 'persisted');
    const spec = decoded.ok ? decoded.value.argumentSpecs[0]?.dataSpec : undefined;
    expect(spec).toEqual({ type: 'string', allowedValues: [1, 'x'] });
    expect(spec !== undefined && [checkValue(spec, 'x'), checkValue(spec, '1')?.id]).toEqual([null, 'atmDataValueConstraintUnverified']);
    expect(refusal(decodeLambdaRevision(specs('x'), 'persisted'))).toEqual(generic);
  });
});

describe('ids and names that are kept in columns (design §5)', () => {
  it.each(['a\0b', '\ud800', 'b\udc00'])('may not be %j', (text) => {
    const lanes = [laneJson('l', [taskJson('t', { lambdaId: text })])];
    for (const changes of [{ stores: [storeJson(text)] }, { stores: [storeJson('in', { name: text })] }, { lanes }])
      expect(workflowRefusal(changes)).toEqual(genericWorkflow);
    expect(workflowRefusal({ stores: [storeJson('in', { description: text })] })).toBeNull();
  });
});
