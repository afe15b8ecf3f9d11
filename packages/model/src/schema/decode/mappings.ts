import type { ArgumentMapping, DispatchRule, ResultMapping, StoreContentUpdateOptions, ValueBuilder } from '../workflow.ts';
import {
  anyAt,
  discriminated,
  listOf,
  mapOf,
  optional,
  plainRecord,
  record,
  required,
  textAt,
  wordAt,
  type Cursor,
  type Fields,
} from './cursor.ts';
import { matcherTypes } from './data-spec.ts';

const builderTypes = [
  'iteratedItem',
  'const',
  'object',
  'storeCredentials',
  'singleValueStoreContent',
] as const satisfies readonly ValueBuilder['valueBuilderType'][];
const combiners = ['concatenate', 'converge', 'overwrite'] as const satisfies readonly DispatchRule['prefixCombiner'][];
const functions = ['append', 'extend'] as const;
const updateOptionTypes = [
  'auditLogStoreContentUpdateOptions',
  'listStoreContentUpdateOptions',
  'treeForestStoreContentUpdateOptions',
  'rangeStoreContentUpdateOptions',
  'singleValueStoreContentUpdateOptions',
  'timeSeriesStoreContentUpdateOptions',
] as const satisfies readonly StoreContentUpdateOptions['type'][];

/** Argument mapper of a task (schemas §5.7). */
export function argumentMappingAt(at: Cursor): ArgumentMapping {
  const fields = record(at);
  return {
    argumentName: required(fields, 'argumentName', textAt),
    valueBuilder: required(fields, 'valueBuilder', (builder) => valueBuilderOf(record(builder))),
  };
}

/** Builders nested in an object builder are never wrapped (schemas R20). */
function valueBuilderOf(fields: Fields): ValueBuilder {
  const type = required(fields, 'valueBuilderType', (word) => wordAt(word, builderTypes));
  switch (type) {
    case 'iteratedItem':
      return { valueBuilderType: type, valueBuilderRecipe: optional(fields, 'valueBuilderRecipe', null, (path) => listOf(path, textAt)) };
    case 'const':
      return { valueBuilderType: type, valueBuilderRecipe: optional(fields, 'valueBuilderRecipe', null, anyAt) };
    case 'object':
      return {
        valueBuilderType: type,
        valueBuilderRecipe: required(fields, 'valueBuilderRecipe', (map) => mapOf(map, (nested) => valueBuilderOf(plainRecord(nested)))),
      };
    case 'storeCredentials':
    case 'singleValueStoreContent':
      return { valueBuilderType: type, valueBuilderRecipe: required(fields, 'valueBuilderRecipe', textAt) };
  }
}

/** Result mapper of a task (schemas §5.8). */
export function resultMappingAt(at: Cursor): ResultMapping {
  const fields = record(at);
  return {
    resultName: required(fields, 'resultName', textAt),
    storeSchemaId: required(fields, 'storeSchemaId', textAt),
    storeContentUpdateOptions: required(fields, 'storeContentUpdateOptions', updateOptionsAt),
  };
}

function updateOptionsAt(at: Cursor): StoreContentUpdateOptions {
  const outer = record(at);
  const type = required(outer, 'type', (word) => wordAt(word, updateOptionTypes));
  const fields = discriminated(outer);
  switch (type) {
    case 'auditLogStoreContentUpdateOptions':
    case 'listStoreContentUpdateOptions':
    case 'treeForestStoreContentUpdateOptions':
      return { type, function: required(fields, 'function', (word) => wordAt(word, functions)) };
    case 'rangeStoreContentUpdateOptions':
    case 'singleValueStoreContentUpdateOptions':
      return { type };
    case 'timeSeriesStoreContentUpdateOptions':
      return { type, dispatchRules: required(fields, 'dispatchRules', (list) => listOf(list, dispatchRuleAt)) };
  }
}

function dispatchRuleAt(at: Cursor): DispatchRule {
  const fields = record(at);
  return {
    measurementTimeSeriesNameMatcherType: required(fields, 'measurementTimeSeriesNameMatcherType', (word) => wordAt(word, matcherTypes)),
    measurementTimeSeriesNameMatcher: required(fields, 'measurementTimeSeriesNameMatcher', textAt),
    targetTimeSeriesNameGenerator: required(fields, 'targetTimeSeriesNameGenerator', textAt),
    prefixCombiner: optional(fields, 'prefixCombiner', 'overwrite' as const, (word) => wordAt(word, combiners)),
  };
}
