/** A workflow that sends items through the `echo` lambda of the catalogue into a list. */
import type { WorkflowDump } from '@laneway/client';
import type { DataSpec, LambdaRevision } from '@laneway/model';

const integer = { type: 'number', integersOnly: true, allowedValues: null } as const;
const text = { type: 'string', allowedValues: null } as const;
const number = { type: 'number', integersOnly: false, allowedValues: null } as const;

export const echoLambda: LambdaRevision = {
  name: 'echo',
  summary: '',
  description: '',
  operationSpec: {
    engine: 'openfaas',
    dockerImage: 'onedata/lambda-echo:v2',
    dockerExecutionOptions: { readonly: false, mountOneclient: false, oneclientMountPoint: '/mnt/onedata', oneclientOptions: '' },
  },
  configParameterSpecs: [
    { name: 'sleepDurationSec', dataSpec: number, isOptional: false, defaultValue: 0 },
    { name: 'exceptionProbability', dataSpec: number, isOptional: false, defaultValue: 0 },
    { name: 'streamResults', dataSpec: { type: 'boolean' }, isOptional: false, defaultValue: false },
  ],
  argumentSpecs: [{ name: 'value', dataSpec: integer, isOptional: false, defaultValue: null }],
  resultSpecs: [{ name: 'value', dataSpec: integer, relayMethod: 'returnValue' }],
  preferredBatchSize: 1000,
  resourceSpec: {
    cpuRequested: 0.1,
    cpuLimit: null,
    memoryRequested: 104_857_600,
    memoryLimit: null,
    ephemeralStorageRequested: 104_857_600,
    ephemeralStorageLimit: null,
  },
  state: 'stable',
};

/** What a lambda is given and what it answers with. */
const itemSpecs: Readonly<Record<NonNullable<EchoOptions['items']>, { readonly argument: DataSpec; readonly result: DataSpec }>> = {
  integer: { argument: integer, result: integer },
  text: { argument: text, result: text },
  file: { argument: { type: 'file', fileType: 'ANY', attributes: ['name'] }, result: { type: 'object' } },
};

function echoOf(argument: DataSpec, result: DataSpec): LambdaRevision {
  return {
    ...echoLambda,
    argumentSpecs: [{ name: 'value', dataSpec: argument, isOptional: false, defaultValue: null }],
    resultSpecs: [{ name: 'value', dataSpec: result, relayMethod: 'returnValue' }],
  };
}

export interface EchoOptions {
  /** How each batch sleeps before it is echoed; 0 by default. */
  readonly sleepSec?: number;
  /** A range is not stored, whatever its length; a `treeForest` is of files. */
  readonly input?: 'list' | 'range' | 'treeForest';
  /** `integer` by default. Of a file its name is echoed. */
  readonly items?: 'integer' | 'text' | 'file';
}

/** Plain form (format 2). */
export function echoDump(batchSize: number, { sleepSec = 0, input = 'list', items = 'integer' }: EchoOptions = {}): WorkflowDump {
  const { argument, result } = itemSpecs[items];
  const store = {
    description: '',
    type: 'list',
    config: { itemDataSpec: result },
    requiresInitialContent: false,
    defaultInitialContent: null,
  };
  const task = {
    id: 'echo',
    name: 'echo',
    lambdaId: 'echo',
    lambdaRevisionNumber: 1,
    lambdaConfig: { sleepDurationSec: sleepSec },
    argumentMappings: [{ argumentName: 'value', valueBuilder: { valueBuilderType: 'iteratedItem', valueBuilderRecipe: null } }],
    resultMappings: [
      {
        resultName: 'value',
        storeSchemaId: 'output',
        storeContentUpdateOptions: { type: 'listStoreContentUpdateOptions', function: 'append' },
      },
    ],
    resourceSpecOverride: null,
    timeSeriesStoreConfig: null,
  };
  const lane = {
    id: 'lane',
    name: 'lane',
    parallelBoxes: [{ id: 'box', name: 'box', tasks: [task] }],
    storeIteratorSpec: { storeSchemaId: 'input', maxBatchSize: batchSize },
    maxRetries: 0,
    instantFailureExceptionThreshold: 1,
    dashboardSpec: null,
  };
  return {
    schemaFormatVersion: 2,
    originalAtmWorkflowSchemaId: 'echo-integers',
    name: 'echo integers',
    summary: '',
    revision: {
      schemaFormatVersion: 2,
      originalRevisionNumber: 1,
      atmWorkflowSchemaRevision: {
        description: '',
        stores: [
          { ...store, id: 'input', name: 'input', type: input, config: input === 'range' ? {} : { itemDataSpec: argument } },
          { ...store, id: 'output', name: 'output' },
        ],
        lanes: [lane],
        state: 'stable',
        dashboardSpec: null,
      },
      supplementaryAtmLambdas: {
        echo: {
          1: {
            schemaFormatVersion: 2,
            originalAtmLambdaId: 'echo',
            revision: { schemaFormatVersion: 2, originalRevisionNumber: 1, atmLambdaRevision: echoOf(argument, result) },
          },
        },
      },
    },
  };
}
