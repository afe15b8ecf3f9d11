import type { Result } from '../../errors/result.ts';
import type { LaneSchema, ParallelBoxSchema, TaskSchema, WorkflowSchemaRevision } from '../workflow.ts';
import {
  columnTextAt,
  decoding,
  integerAt,
  listOf,
  numberAt,
  objectOf,
  optional,
  positiveIntegerAt,
  record,
  required,
  textAt,
  wordAt,
  type Cursor,
  type Encoding,
} from './cursor.ts';
import { dashboardAt } from './dashboard.ts';
import { defaultDescription, descriptionLimit, lifecycleStates, limitedText, resourceSpecAt } from './lambda.ts';
import { argumentMappingAt, resultMappingAt } from './mappings.ts';
import { storeSchemaAt } from './stores.ts';
import { timeSeriesStoreConfigAt } from './time-series.ts';

const defaultThreshold = 0.1;

/** A workflow schema revision from the value of `atmWorkflowSchemaRevision` (schemas §5). */
export function decodeWorkflowSchemaRevision(
  value: unknown,
  encoding: Encoding,
  bodyField = 'atmWorkflowSchemaRevision',
): Result<WorkflowSchemaRevision> {
  return decoding(bodyField, value, encoding, revisionAt);
}

function revisionAt(at: Cursor): WorkflowSchemaRevision {
  const fields = record(at);
  return {
    description: limitedText(fields, 'description', defaultDescription, descriptionLimit),
    stores: required(fields, 'stores', (list) => listOf(list, storeSchemaAt)),
    lanes: required(fields, 'lanes', (list) => listOf(list, laneAt)),
    state: required(fields, 'state', (word) => wordAt(word, lifecycleStates)),
    dashboardSpec: optional(fields, 'dashboardSpec', null, dashboardAt),
  };
}

function laneAt(at: Cursor): LaneSchema {
  const fields = record(at);
  return {
    id: required(fields, 'id', textAt),
    name: required(fields, 'name', textAt),
    parallelBoxes: required(fields, 'parallelBoxes', (list) => listOf(list, parallelBoxAt)),
    storeIteratorSpec: required(fields, 'storeIteratorSpec', (spec) => {
      const iterator = record(spec);
      return {
        storeSchemaId: required(iterator, 'storeSchemaId', textAt),
        maxBatchSize: required(iterator, 'maxBatchSize', positiveIntegerAt),
      };
    }),
    maxRetries: required(fields, 'maxRetries', integerAt),
    instantFailureExceptionThreshold: optional(fields, 'instantFailureExceptionThreshold', defaultThreshold, numberAt),
    dashboardSpec: optional(fields, 'dashboardSpec', null, dashboardAt),
  };
}

function parallelBoxAt(at: Cursor): ParallelBoxSchema {
  const fields = record(at);
  return {
    id: required(fields, 'id', textAt),
    name: required(fields, 'name', textAt),
    tasks: required(fields, 'tasks', (list) => listOf(list, taskAt)),
  };
}

function taskAt(at: Cursor): TaskSchema {
  const fields = record(at);
  return {
    id: required(fields, 'id', textAt),
    name: required(fields, 'name', textAt),
    lambdaId: required(fields, 'lambdaId', columnTextAt),
    lambdaRevisionNumber: required(fields, 'lambdaRevisionNumber', positiveIntegerAt),
    lambdaConfig: optional(fields, 'lambdaConfig', {}, objectOf),
    argumentMappings: required(fields, 'argumentMappings', (list) => listOf(list, argumentMappingAt)),
    resultMappings: required(fields, 'resultMappings', (list) => listOf(list, resultMappingAt)),
    resourceSpecOverride: optional(fields, 'resourceSpecOverride', null, resourceSpecAt),
    timeSeriesStoreConfig: optional(fields, 'timeSeriesStoreConfig', null, timeSeriesStoreConfigAt),
  };
}
