/** Workflow schemas: stores, lanes, tasks and their mappings (schemas §4). */
import { storeTypes } from '@laneway/model';
import {
  anything,
  count,
  described,
  flag,
  listOf,
  mapOf,
  oneWordOf,
  orNull,
  positive,
  record,
  ref,
  refOrNull,
  text,
  type JsonSchema,
  type Schemas,
} from '../json-schema.ts';

const functions = oneWordOf(['append', 'extend']);
const updateOptions: JsonSchema = oneWordOf(storeTypes.map((type) => `${type}StoreContentUpdateOptions`));

export const workflowSchemaParts: Schemas = {
  StoreType: oneWordOf(storeTypes),
  StoreConfig: described(
    {
      anyOf: [
        record({ itemDataSpec: ref('DataSpec') }),
        record({ logContentDataSpec: ref('DataSpec') }),
        ref('TimeSeriesStoreConfig'),
        { type: 'object', maxProperties: 0 },
      ],
    },
    'By the type of the store; that of a range is empty.',
  ),
  StoreSchema: record({
    id: ref('SchemaId'),
    name: text,
    description: text,
    type: ref('StoreType'),
    'config?': ref('StoreConfig'),
    requiresInitialContent: flag,
    'defaultInitialContent?': anything,
  }),
  StoreIteratorSpec: record({ storeSchemaId: ref('SchemaId'), maxBatchSize: positive }),
  ArgumentValueBuilder: record({
    valueBuilderType: oneWordOf(['iteratedItem', 'const', 'object', 'storeCredentials', 'singleValueStoreContent']),
    'valueBuilderRecipe?': described(anything, 'A query, a value, builders of members, or a store schema id.'),
  }),
  ArgumentMapping: record({ argumentName: text, valueBuilder: ref('ArgumentValueBuilder') }),
  DispatchRule: record({
    measurementTimeSeriesNameMatcherType: oneWordOf(['exact', 'hasPrefix']),
    measurementTimeSeriesNameMatcher: text,
    targetTimeSeriesNameGenerator: text,
    'prefixCombiner?': { ...oneWordOf(['concatenate', 'converge', 'overwrite']), default: 'overwrite' },
  }),
  StoreContentUpdateOptions: record({
    type: updateOptions,
    'function?': described(functions, 'Logs, lists and forests.'),
    'dispatchRules?': described(listOf(ref('DispatchRule')), 'Time series.'),
  }),
  ResultMapping: record({
    resultName: text,
    storeSchemaId: ref('SchemaId'),
    storeContentUpdateOptions: ref('StoreContentUpdateOptions'),
  }),
  TaskSchema: record({
    id: ref('SchemaId'),
    name: text,
    lambdaId: text,
    lambdaRevisionNumber: positive,
    'lambdaConfig?': { type: 'object', additionalProperties: true },
    argumentMappings: listOf(ref('ArgumentMapping')),
    resultMappings: listOf(ref('ResultMapping')),
    'resourceSpecOverride?': refOrNull('ResourceSpec'),
    'timeSeriesStoreConfig?': refOrNull('TimeSeriesStoreConfig'),
  }),
  ParallelBoxSchema: record({ id: ref('SchemaId'), name: text, tasks: listOf(ref('TaskSchema')) }),
  LaneSchema: record({
    id: ref('SchemaId'),
    name: text,
    parallelBoxes: listOf(ref('ParallelBoxSchema')),
    storeIteratorSpec: ref('StoreIteratorSpec'),
    maxRetries: count,
    'instantFailureExceptionThreshold?': { type: 'number', minimum: 0, maximum: 1, default: 0.1 },
    'dashboardSpec?': orNull('object'),
  }),
  WorkflowSchemaRevision: record({
    'description?': text,
    state: ref('LifecycleState'),
    stores: listOf(ref('StoreSchema')),
    lanes: listOf(ref('LaneSchema')),
    'dashboardSpec?': orNull('object'),
  }),
  WorkflowSchemaRevisionRegistry: described(mapOf(ref('WorkflowSchemaRevision')), 'Revision number → revision.'),
};
