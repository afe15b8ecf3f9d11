import { describe, expect, it } from 'vitest';
import type { LambdaRevision, WorkflowSchemaRevision } from '../src/index.ts';
import {
  decodeLambdaRevision,
  decodeWorkflowSchemaRevision,
  persistedWorkflowSchemaRevision,
  validateLambdaRevision,
  validateWorkflowSchemaRevision,
} from '../src/index.ts';
import { lambdaJson, laneJson, parameterJson, storeJson, taskJson, workflowJson } from './samples.ts';

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
const lambdaProblem = (changes: Readonly<Record<string, unknown>>) => validateLambdaRevision(lambda(changes))?.details;
const problem = (changes: Readonly<Record<string, unknown>>, of = lambda()) =>
  validateWorkflowSchemaRevision(workflow(changes), () => of)?.details;
const number = { type: 'number' };
const withTask = (changes: Readonly<Record<string, unknown>>) => ({ lanes: [laneJson('l', [taskJson('t', changes)])] });
const result = (storeSchemaId: string) => ({
  resultName: 'r1',
  storeSchemaId,
  storeContentUpdateOptions: { type: 'listStoreContentUpdateOptions', function: 'append' },
});
const mapper = (argumentName: string, valueBuilderType = 'const', valueBuilderRecipe: unknown = 1) => ({
  argumentName,
  valueBuilder: { valueBuilderType, valueBuilderRecipe },
});
const results = { resultSpecs: [{ name: 'r1', dataSpec: number }] };
const series = {
  timeSeriesCollectionSchema: {
    timeSeriesSchemas: [
      {
        nameGeneratorType: 'exact',
        nameGenerator: 's1',
        unit: 'none',
        metrics: { m1: { resolution: 0, retention: 1, aggregator: 'sum' } },
      },
    ],
  },
};

describe('lambda revisions (schemas §10.1)', () => {
  it('names are unique within a list, and that is looked at before any default value (schemas §10.1)', () => {
    const spec = parameterJson('aa', number, { defaultValue: 'x' });
    for (const key of ['configParameterSpecs', 'argumentSpecs'])
      expect(lambdaProblem({ [key]: [spec, spec] })).toMatchObject({ key, hint: expect.stringContaining('duplicate names') });
    expect(
      lambdaProblem({
        resultSpecs: [
          { name: 'r1', dataSpec: number },
          { name: 'r1', dataSpec: number },
        ],
      }),
    ).toMatchObject({ key: 'resultSpecs' });
    expect(
      lambdaProblem({ configParameterSpecs: [parameterJson('aa', number)], argumentSpecs: [parameterJson('aa', number)] }),
    ).toBeUndefined();
  });
  it('default values fit their type, null is no default (schemas R51, R53)', () => {
    expect(lambdaProblem({ argumentSpecs: [parameterJson('aa', number, { defaultValue: 'x' })] })).toMatchObject({
      key: 'argumentSpecs[aa].defaultValue',
    });
    expect(
      lambdaProblem({ configParameterSpecs: [parameterJson('aa', { type: 'array', itemDataSpec: number }, { defaultValue: [1, 'x'] })] }),
    ).toMatchObject({ key: 'configParameterSpecs[aa].defaultValue[1]' });
    expect(lambdaProblem({ argumentSpecs: [parameterJson('aa', number)] })).toBeUndefined();
  });
  it('files and groups given to a lambda list an attribute at any depth, results need not (schemas R3, R45)', () => {
    const deep = { type: 'array', itemDataSpec: { type: 'array', itemDataSpec: { type: 'file', attributes: [] } } };
    expect(lambdaProblem({ argumentSpecs: [parameterJson('aa', deep)] })).toMatchObject({
      key: 'argumentSpecs[aa].dataSpec.itemDataSpec.itemDataSpec.attributes',
      hint: expect.stringContaining('at least one file attribute'),
    });
    expect(lambdaProblem({ configParameterSpecs: [parameterJson('aa', { type: 'group', attributes: null })] })).toMatchObject({
      key: 'configParameterSpecs[aa].dataSpec.attributes',
      hint: expect.stringContaining('group'),
    });
    expect(lambdaProblem({ resultSpecs: [{ name: 'r1', dataSpec: deep }] })).toBeUndefined();
  });
});

describe('workflow schema revisions (schemas §10.2)', () => {
  it('a valid one, also with nothing in it, has no problem (schemas R50)', () => {
    expect(problem({})).toBeUndefined();
    expect(problem({ stores: [], lanes: [] })).toBeUndefined();
  });
  it('ids of lanes, boxes and tasks are unique, boxes and tasks across the whole revision (schemas §10.2, rest R127)', () => {
    expect(problem({ lanes: [laneJson('l', []), laneJson('l', [])] })).toMatchObject({ key: 'lanes' });
    const box = { id: 'b', name: 'b', tasks: [] };
    expect(problem({ lanes: [laneJson('l', [], { parallelBoxes: [box] }), laneJson('m', [], { parallelBoxes: [box] })] })).toMatchObject({
      key: 'parallelBoxes',
    });
    expect(problem({ lanes: [laneJson('l', [taskJson('t')]), laneJson('m', [taskJson('t')])] })).toMatchObject({ key: 'tasks' });
  });
  it.each(['CURRENT_TASK_SYSTEM_AUDIT_LOG', 'WORKFLOW_SYSTEM_AUDIT_LOG', 'CURRENT_TASK_TIME_SERIES'])(
    '%s is no id for a store (schemas §5.9, §10.2)',
    (id) => {
      expect(problem({ stores: [storeJson('in'), storeJson(id)] })).toMatchObject({ key: `stores[${id}].id` });
    },
  );
  it.each([
    ['list', 5, /list store/],
    ['list', [1, 'x'], /number/],
    ['singleValue', 'x', /number/],
    ['range', { start: 1 }, /end, start and step/],
    ['range', 5, /end, start and step/],
  ])('initial content of a %s store: %j does not fit (schemas R49)', (type, defaultInitialContent, hint) => {
    const config = type === 'range' ? {} : { itemDataSpec: number };
    expect(problem({ stores: [storeJson('in', { type, config, defaultInitialContent })] })).toMatchObject({
      key: 'stores[in].defaultInitialContent',
      hint: expect.stringMatching(hint),
    });
  });
  it('fitting initial content is accepted; start and step are not examined (schemas R49)', () => {
    expect(
      problem({
        stores: [
          storeJson('in', { defaultInitialContent: [1] }),
          storeJson('r', { type: 'range', config: {}, defaultInitialContent: { end: 1, step: 'x' } }),
        ],
      }),
    ).toBeUndefined();
    const roots = storeJson('in', { type: 'treeForest', config: { itemDataSpec: { type: 'dataset' } }, defaultInitialContent: {} });
    expect(problem({ stores: [roots] })).toMatchObject({ hint: expect.stringContaining('tree forest store') });
  });
  it('initial content of an audit log from persisted JSON is refused, not a crash (schemas R13)', () => {
    const revision = workflow({ stores: [storeJson('in'), storeJson('a', { type: 'auditLog', config: { logContentDataSpec: number } })] });
    const bad = {
      ...revision,
      stores: revision.stores.map((store) => (store.id === 'a' ? { ...store, defaultInitialContent: [1] } : store)),
    } as WorkflowSchemaRevision;
    const decoded = decodeWorkflowSchemaRevision(persistedWorkflowSchemaRevision(bad), 'persisted');
    expect(decoded.ok && validateWorkflowSchemaRevision(decoded.value, () => lambda())?.details).toMatchObject({
      key: 'stores[a].defaultInitialContent',
    });
  });
  it('store ids are unique (schemas §10.2)', () =>
    expect(problem({ stores: [storeJson('in'), storeJson('in')] })).toMatchObject({ key: 'stores' }));
  it('a lane iterates a defined store of an iterable type (schemas §10.2)', () => {
    const key = 'lanes[lane].storeIteratorSpec.storeSchemaId';
    expect(problem({ stores: [] })).toMatchObject({ key, hint: expect.stringContaining('"in"') });
    expect(problem({ stores: [storeJson('in', { type: 'timeSeries', config: series })] })).toMatchObject({
      key,
      hint: expect.stringContaining('timeSeries'),
    });
    expect(problem({ stores: [storeJson('in', { type: 'auditLog', config: { logContentDataSpec: number } })] })).toMatchObject({ key });
  });
  it('argument builders refer to defined stores, special ids do not count; nested ones are not examined (schemas R50)', () => {
    const of = lambda({ argumentSpecs: [parameterJson('aa', number)] });
    for (const type of ['storeCredentials', 'singleValueStoreContent']) {
      expect(problem(withTask({ argumentMappings: [mapper('aa', type, 'WORKFLOW_SYSTEM_AUDIT_LOG')] }), of)).toMatchObject({
        key: 'tasks[t].argumentMappings[aa].valueBuilder.recipe',
      });
    }
    expect(
      problem(withTask({ argumentMappings: [mapper('aa', 'object', { x: mapper('', 'storeCredentials', 'none').valueBuilder })] }), of),
    ).toBeUndefined();
  });
  it('results go to defined or special stores; the task time series needs its config (schemas §5.9, rest R127)', () => {
    const of = lambda(results);
    const key = 'tasks[t].resultMappings[r1].storeSchemaId';
    expect(problem(withTask({ resultMappings: [result('none')] }), of)).toMatchObject({ key });
    expect(problem(withTask({ resultMappings: [result('CURRENT_TASK_TIME_SERIES')] }), of)).toMatchObject({
      key,
      hint: expect.stringContaining('timeSeriesStoreConfig'),
    });
    expect(problem(withTask({ resultMappings: [result('CURRENT_TASK_TIME_SERIES')], timeSeriesStoreConfig: series }), of)).toBeUndefined();
    expect(
      problem(
        withTask({ resultMappings: [result('in'), result('WORKFLOW_SYSTEM_AUDIT_LOG'), result('CURRENT_TASK_SYSTEM_AUDIT_LOG')] }),
        of,
      ),
    ).toBeUndefined();
  });
  it('lambda config: unknown names, then required ones, then types; a null value is an ordinary one (schemas R53, rest R127)', () => {
    const of = lambda({
      configParameterSpecs: [
        parameterJson('need', number),
        parameterJson('may', number, { isOptional: true }),
        parameterJson('has', number, { defaultValue: 1 }),
      ],
    });
    expect(problem(withTask({ lambdaConfig: { z: 1, b: 1 } }), of)).toMatchObject({
      key: 'tasks[t].lambdaConfig',
      hint: expect.stringMatching(/: b, z$/),
    });
    expect(problem(withTask({ lambdaConfig: { may: 'x' } }), of)).toMatchObject({
      key: 'lambdaConfig',
      hint: expect.stringContaining('"need"'),
    });
    expect(problem(withTask({ lambdaConfig: { need: null } }), of)).toMatchObject({ key: 'tasks[t].lambdaConfig[need]' });
    expect(problem(withTask({ lambdaConfig: { need: 1 } }), of)).toBeUndefined();
  });
  it('arguments: duplicates, then unknown ones, then required ones; optional does not matter beside a default (schemas R48)', () => {
    const of = lambda({
      argumentSpecs: [parameterJson('need', number), parameterJson('has', number, { isOptional: false, defaultValue: 1 })],
    });
    expect(problem(withTask({ argumentMappings: [mapper('x'), mapper('x')] }), of)).toMatchObject({
      key: 'tasks[t].argumentMappings',
      hint: expect.stringContaining('duplicate'),
    });
    expect(problem(withTask({ argumentMappings: [mapper('x')] }), of)).toMatchObject({
      key: 'tasks[t].argumentMappings',
      hint: expect.stringMatching(/: x$/),
    });
    expect(problem(withTask({}), of)).toMatchObject({ key: 'argumentMappings', hint: expect.stringContaining('"need"') });
    expect(problem(withTask({ argumentMappings: [mapper('need')] }), of)).toBeUndefined();
  });
  it('results: unknown ones are refused, several mappers or none are fine (schemas R47)', () => {
    expect(problem(withTask({ resultMappings: [result('in')] }))).toMatchObject({
      key: 'tasks[t].resultMappings',
      hint: expect.stringMatching(/: r1$/),
    });
    expect(problem(withTask({ resultMappings: [result('in'), result('in')] }), lambda(results))).toBeUndefined();
  });
  it('the four passes follow each other, and a task is finished before the next one (schemas R46)', () => {
    const first = taskJson('t1', { resultMappings: [result('in')] });
    const second = taskJson('t2', { lambdaConfig: { x: 1 } });
    expect(problem({ lanes: [laneJson('l', [first, second])] })).toMatchObject({ key: 'tasks[t1].resultMappings' });
    const stray = taskJson('t3', { resultMappings: [result('none')] });
    expect(problem({ lanes: [laneJson('l', [first, second, stray])] })).toMatchObject({
      key: 'tasks[t3].resultMappings[r1].storeSchemaId',
    });
    expect(problem({ stores: [storeJson('in'), storeJson('in')], lanes: [laneJson('l', [stray])] })).toMatchObject({ key: 'stores' });
    expect(
      problem({
        stores: [],
        lanes: [laneJson('l', [], { storeIteratorSpec: { storeSchemaId: 'x', maxBatchSize: 1 } }), laneJson('l', [])],
      }),
    ).toMatchObject({ key: 'lanes' });
  });
  it('a lambda revision that does not exist is named (schemas R54)', () => {
    expect(validateWorkflowSchemaRevision(workflow(), () => undefined)?.details).toMatchObject({
      key: 'tasks[t].lambdaRevisionNumber',
      hint: expect.stringContaining('"l" has no revision 1'),
    });
  });
});
