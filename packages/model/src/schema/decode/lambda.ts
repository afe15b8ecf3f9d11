import { characterCount, isEntityName } from '../../data/names.ts';
import { makeError } from '../../errors/make-error.ts';
import type { Result } from '../../errors/result.ts';
import type {
  DockerExecutionOptions,
  LambdaRevision,
  LifecycleState,
  OperationSpec,
  ParameterSpec,
  RelayMethod,
  ResourceSpec,
  ResultSpec,
} from '../lambda.ts';
import {
  anyAt,
  booleanAt,
  decoding,
  discriminated,
  listOf,
  optional,
  plainRecord,
  positiveIntegerAt,
  record,
  required,
  stopWith,
  textAt,
  wordAt,
  type Cursor,
  type Encoding,
  type Fields,
} from './cursor.ts';
import { dataSpecAt } from './data-spec.ts';

export const lifecycleStates = ['draft', 'stable', 'deprecated'] as const satisfies readonly LifecycleState[];
const engines = ['openfaas', 'onedataFunction', 'atmWorkflow', 'userForm'] as const satisfies readonly OperationSpec['engine'][];
const relayMethods = ['returnValue', 'filePipe'] as const satisfies readonly RelayMethod[];

export const defaultSummary = 'Missing summary';
export const defaultDescription = 'Missing description';
export const summaryLimit = 200;
export const descriptionLimit = 100_000;

/** A lambda revision from the value of `atmLambdaRevision` (schemas §4); generic failures name that field (schemas R38). */
export function decodeLambdaRevision(value: unknown, encoding: Encoding, bodyField = 'atmLambdaRevision'): Result<LambdaRevision> {
  return decoding(bodyField, value, encoding, lambdaRevisionAt);
}

function lambdaRevisionAt(at: Cursor): LambdaRevision {
  const fields = record(at);
  const revision = {
    name: required(fields, 'name', textAt),
    summary: limitedText(fields, 'summary', defaultSummary, summaryLimit),
    description: limitedText(fields, 'description', defaultDescription, descriptionLimit),
    operationSpec: required(fields, 'operationSpec', operationSpecAt),
    configParameterSpecs: optional(fields, 'configParameterSpecs', [], (list) => listOf(list, parameterSpecAt)),
    argumentSpecs: required(fields, 'argumentSpecs', (list) => listOf(list, parameterSpecAt)),
    resultSpecs: required(fields, 'resultSpecs', (list) => listOf(list, resultSpecAt)),
    preferredBatchSize: required(fields, 'preferredBatchSize', positiveIntegerAt),
    resourceSpec: required(fields, 'resourceSpec', resourceSpecAt),
    state: required(fields, 'state', (state) => wordAt(state, lifecycleStates)),
  };
  return revision;
}

/** A summary or description; its limit is in unicode characters and unchecked in persisted JSON (schemas §4.2, R8, R23). */
export function limitedText(fields: Fields, key: string, fallback: string, limit: number): string {
  return optional(fields, key, fallback, (at) => {
    if (at.encoding === 'persisted') return textAt(at);
    if (typeof at.value !== 'string') return stopWith(makeError('badValueString', { key }));
    if (characterCount(at.value) > limit) stopWith(makeError('badValueTextTooLarge', { key, limit }));
    return at.value;
  });
}

/** Only `openfaas` may be given in plain JSON (schemas R9, R10). */
function operationSpecAt(at: Cursor): OperationSpec {
  const outer = record(at);
  const engine = required(outer, 'engine', (word) => wordAt(word, engines));
  const spec = operationOf(engine, discriminated(outer));
  if (at.encoding === 'plain' && engine !== 'openfaas') {
    stopWith(makeError('badValueNotAllowed', { key: 'operationSpec.engine', allowed: ['openfaas'] }));
  }
  return spec;
}

function operationOf(engine: OperationSpec['engine'], fields: Fields): OperationSpec {
  switch (engine) {
    case 'openfaas':
      return {
        engine,
        dockerImage: required(fields, 'dockerImage', textAt),
        dockerExecutionOptions: dockerOptionsOf(
          optional(fields, 'dockerExecutionOptions', { object: {}, path: fields.path, encoding: fields.encoding }, plainRecord),
        ),
      };
    case 'onedataFunction':
      return { engine, functionId: required(fields, 'functionId', textAt) };
    case 'atmWorkflow':
      return { engine, atmWorkflowId: required(fields, 'atmWorkflowId', textAt) };
    case 'userForm':
      return { engine, userFormId: required(fields, 'userFormId', textAt) };
  }
}

function dockerOptionsOf(fields: Fields): DockerExecutionOptions {
  return {
    readonly: optional(fields, 'readonly', false, booleanAt),
    mountOneclient: optional(fields, 'mountOneclient', false, booleanAt),
    oneclientMountPoint: optional(fields, 'oneclientMountPoint', '/mnt/onedata', textAt),
    oneclientOptions: optional(fields, 'oneclientOptions', '', textAt),
  };
}

function specName(fields: Fields, key: string): string {
  const name = required(fields, 'name', textAt);
  if (fields.encoding === 'plain' && !isEntityName(name)) stopWith(makeError('badValueName', { key }));
  return name;
}

function parameterSpecAt(at: Cursor): ParameterSpec {
  const fields = record(at);
  return {
    name: specName(fields, 'parameterSpec.name'),
    dataSpec: required(fields, 'dataSpec', dataSpecAt),
    isOptional: required(fields, 'isOptional', booleanAt),
    defaultValue: optional(fields, 'defaultValue', null, anyAt),
  };
}

function resultSpecAt(at: Cursor): ResultSpec {
  const fields = record(at);
  return {
    name: specName(fields, 'resultSpec.name'),
    dataSpec: required(fields, 'dataSpec', dataSpecAt),
    relayMethod: optional(fields, 'relayMethod', 'returnValue' as const, (word) => wordAt(word, relayMethods)),
  };
}

/** All six keys are needed; a bad value has an error of its own in plain JSON (schemas R11, R23). */
export function resourceSpecAt(at: Cursor): ResourceSpec {
  const fields = record(at);
  const amount = (key: string, integer: boolean): number => required(fields, key, (value) => amountAt(value, integer));
  const limit = (key: string, integer: boolean): number | null =>
    required(fields, key, (value) => (value.value === null ? null : amountAt(value, integer)));
  for (const key of resourceKeys) required(fields, key, anyAt);
  return {
    cpuRequested: amount('cpuRequested', false),
    cpuLimit: limit('cpuLimit', false),
    memoryRequested: amount('memoryRequested', true),
    memoryLimit: limit('memoryLimit', true),
    ephemeralStorageRequested: amount('ephemeralStorageRequested', true),
    ephemeralStorageLimit: limit('ephemeralStorageLimit', true),
  };
}

const resourceKeys = [
  'cpuRequested',
  'cpuLimit',
  'memoryRequested',
  'memoryLimit',
  'ephemeralStorageRequested',
  'ephemeralStorageLimit',
] as const satisfies readonly (keyof ResourceSpec)[];

/** A number is needed in either encoding, since later code counts with it; its range is only checked in plain JSON. */
function amountAt(at: Cursor, integer: boolean): number {
  const { value } = at;
  const isNumber = typeof value === 'number';
  if (isNumber && (at.encoding === 'persisted' || (value > 0 && (!integer || Number.isInteger(value))))) return value;
  return stopWith(makeError('badData', { key: 'atmResourceSpec' }));
}
