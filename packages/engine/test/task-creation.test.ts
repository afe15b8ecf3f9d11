/** Tasks that cannot be created from their schema and lambda: the lane fails and its log says which, on both databases. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DataSpec, LambdaRevision, ParameterSpec, TaskSchema } from '@laneway/model';
import { databaseKinds } from '../../../test/support/databases.ts';
import { perItem } from '../../../test/support/in-process-runtime.ts';
import { startTestEngine, valuesOf, workflowOf, type TestEngine } from '../../../test/support/test-engine.ts';
import { endOf, logOf, withLambda, withTasks } from './request-changes.ts';

const number: DataSpec = { type: 'number', integersOnly: false, allowedValues: null };
const item = { valueBuilderType: 'iteratedItem', valueBuilderRecipe: null } as const;

function parameter(name: string, more: Partial<ParameterSpec> = {}): ParameterSpec {
  return { name, dataSpec: number, isOptional: false, defaultValue: null, ...more };
}

describe.each(databaseKinds)('creation of tasks on $name', (kind) => {
  let test: TestEngine;
  beforeAll(async () => {
    test = await startTestEngine(kind, {
      echo: perItem((args) => ({ value: Number(args['item']) + Number(args['more'] ?? 0) })),
    });
  });
  afterAll(async () => await test.close());

  async function run(lambda: Partial<LambdaRevision>, task: Partial<TaskSchema>) {
    const request = workflowOf(test, { lanes: [[['echo']]], input: { type: 'list', content: [1, 2] }, batchSize: 2 });
    return await endOf(test, withTasks(withLambda(request, 'echo', lambda), task));
  }

  /** The error of a task, inside those of its box and its lane. */
  async function taskError(lambda: Partial<LambdaRevision>, task: Partial<TaskSchema>): Promise<unknown> {
    const view = await run(lambda, task);
    expect([view.execution.status, view.execution.current.status]).toEqual(['failed', 'failed']);
    const entries = await logOf(test, view.execution.systemAuditLogStoreId);
    const reason = entries.find(({ severity }) => severity === 'critical')?.content.details?.reason;
    expect(reason).toMatchObject({
      id: 'atmLaneExecutionCreationFailed',
      details: {
        atmLaneSchemaId: 'lane1',
        specificError: {
          id: 'atmParallelBoxExecutionCreationFailed',
          details: {
            atmParallelBoxSchemaId: 'box1.1',
            specificError: { id: 'atmTaskExecutionCreationFailed', details: { atmTaskSchemaId: 'task1.1.1' } },
          },
        },
      },
    });
    type Nested = { readonly details: { readonly specificError: Nested } };
    return (reason as Nested).details.specificError.details.specificError.details.specificError;
  }

  it('a required argument without mapper and default, and a mapper without argument (data-and-stores §6.1)', async () => {
    expect(await taskError({ argumentSpecs: [parameter('item'), parameter('more')] }, {})).toMatchObject({
      id: 'atmTaskArgMapperForRequiredLambdaArgMissing',
      details: { argument: 'more' },
    });
    const argumentMappings = ['item', 'surplus'].map((argumentName) => ({ argumentName, valueBuilder: item }));
    expect(await taskError({}, { argumentMappings })).toMatchObject({
      id: 'atmTaskArgMapperForNonexistentLambdaArg',
      details: { argument: 'surplus' },
    });
  });

  it('defaults and optional arguments need no mapper, and a mapper wins over a default (data-and-stores §6.1)', async () => {
    const before = test.runtime.calls.length;
    const argumentSpecs = [
      parameter('item'),
      parameter('more', { defaultValue: 10 }),
      parameter('own', { defaultValue: 1 }),
      parameter('absent', { isOptional: true }),
    ];
    const argumentMappings = ['item', 'own'].map((argumentName) => ({ argumentName, valueBuilder: item }));
    const view = await run({ argumentSpecs }, { argumentMappings });
    expect(await valuesOf(test, view, 'output')).toEqual([11, 12]);
    const traced = { traceId: expect.stringMatching(/^[0-9a-f]{20}$/) };
    expect(test.runtime.calls.slice(before).flatMap(({ request }) => request.argsBatch)).toEqual([
      { __meta: traced, item: 1, more: 10, own: 1 },
      { __meta: traced, item: 2, more: 10, own: 2 },
    ]);
  });

  it('a value of the configuration that does not fit (data-and-stores R76)', async () => {
    expect(await taskError({ configParameterSpecs: [parameter('limit')] }, { lambdaConfig: { limit: 'many' } })).toMatchObject({
      id: 'atmLambdaConfigBadValue',
      details: { parameterName: 'limit', specificError: { id: 'atmDataTypeUnverified', details: { value: 'many', expType: 'number' } } },
    });
  });

  it('the configuration is sent once with each batch: values, defaults, complete ranges, nothing optional (data-and-stores R76, R77)', async () => {
    const before = test.runtime.calls.length;
    const configParameterSpecs = [
      parameter('own', { defaultValue: 1 }),
      parameter('standard', { defaultValue: 2 }),
      parameter('range', { dataSpec: { type: 'range' } }),
      parameter('absent', { isOptional: true }),
    ];
    await run({ configParameterSpecs }, { lambdaConfig: { own: 5, range: { end: 3 } } });
    expect(test.runtime.calls.slice(before).map(({ request }) => request.ctx.config)).toEqual([
      { own: 5, standard: 2, range: { start: 0, end: 3, step: 1 } },
    ]);
  });
});
