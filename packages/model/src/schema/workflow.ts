import type { DataSpec, MatcherType } from '../data/data-spec.ts';
import type { LifecycleState, ResourceSpec } from './lambda.ts';

export type StoreType = 'auditLog' | 'list' | 'range' | 'singleValue' | 'timeSeries' | 'treeForest';

export interface MetricConfig {
  readonly resolution: number;
  readonly retention: number;
  readonly aggregator: 'sum' | 'max' | 'min' | 'first' | 'last' | 'avg';
}

export interface TimeSeriesSchema {
  readonly nameGeneratorType: 'exact' | 'addPrefix';
  readonly nameGenerator: string;
  readonly unit: string;
  readonly metrics: Readonly<Record<string, MetricConfig>>;
}

export interface TimeSeriesStoreConfig {
  readonly timeSeriesCollectionSchema: { readonly timeSeriesSchemas: readonly TimeSeriesSchema[] };
  /** Opaque to the engine. */
  readonly dashboardSpec: unknown;
}

export interface StoreConfigs {
  readonly auditLog: { readonly logContentDataSpec: DataSpec };
  readonly list: { readonly itemDataSpec: DataSpec };
  readonly range: Readonly<Record<string, never>>;
  readonly singleValue: { readonly itemDataSpec: DataSpec };
  readonly timeSeries: TimeSeriesStoreConfig;
  readonly treeForest: { readonly itemDataSpec: DataSpec };
}

/** A store of a workflow schema revision (schemas §5.3). */
export type StoreSchema = {
  readonly [T in StoreType]: {
    readonly id: string;
    readonly name: string;
    readonly description: string;
    readonly type: T;
    readonly config: StoreConfigs[T];
    readonly requiresInitialContent: boolean;
    readonly defaultInitialContent: unknown;
  };
}[StoreType];

export type ValueBuilder =
  | { readonly valueBuilderType: 'iteratedItem'; readonly valueBuilderRecipe: readonly string[] | null }
  | { readonly valueBuilderType: 'const'; readonly valueBuilderRecipe: unknown }
  | { readonly valueBuilderType: 'object'; readonly valueBuilderRecipe: Readonly<Record<string, ValueBuilder>> }
  | { readonly valueBuilderType: 'storeCredentials'; readonly valueBuilderRecipe: string }
  | { readonly valueBuilderType: 'singleValueStoreContent'; readonly valueBuilderRecipe: string };

export interface ArgumentMapping {
  readonly argumentName: string;
  readonly valueBuilder: ValueBuilder;
}

export interface DispatchRule {
  readonly measurementTimeSeriesNameMatcherType: MatcherType;
  readonly measurementTimeSeriesNameMatcher: string;
  readonly targetTimeSeriesNameGenerator: string;
  readonly prefixCombiner: 'concatenate' | 'converge' | 'overwrite';
}

export type StoreContentUpdateOptions =
  | {
      readonly type: 'auditLogStoreContentUpdateOptions' | 'listStoreContentUpdateOptions' | 'treeForestStoreContentUpdateOptions';
      readonly function: 'append' | 'extend';
    }
  | { readonly type: 'rangeStoreContentUpdateOptions' | 'singleValueStoreContentUpdateOptions' }
  | { readonly type: 'timeSeriesStoreContentUpdateOptions'; readonly dispatchRules: readonly DispatchRule[] };

export interface ResultMapping {
  readonly resultName: string;
  readonly storeSchemaId: string;
  readonly storeContentUpdateOptions: StoreContentUpdateOptions;
}

export interface TaskSchema {
  readonly id: string;
  readonly name: string;
  readonly lambdaId: string;
  readonly lambdaRevisionNumber: number;
  readonly lambdaConfig: Readonly<Record<string, unknown>>;
  readonly argumentMappings: readonly ArgumentMapping[];
  readonly resultMappings: readonly ResultMapping[];
  readonly resourceSpecOverride: ResourceSpec | null;
  readonly timeSeriesStoreConfig: TimeSeriesStoreConfig | null;
}

export interface ParallelBoxSchema {
  readonly id: string;
  readonly name: string;
  readonly tasks: readonly TaskSchema[];
}

export interface LaneSchema {
  readonly id: string;
  readonly name: string;
  readonly parallelBoxes: readonly ParallelBoxSchema[];
  readonly storeIteratorSpec: { readonly storeSchemaId: string; readonly maxBatchSize: number };
  readonly maxRetries: number;
  readonly instantFailureExceptionThreshold: number;
  readonly dashboardSpec: unknown;
}

/** One revision of a workflow schema in plain form (schemas §5.2), defaults filled in. */
export interface WorkflowSchemaRevision {
  readonly description: string;
  readonly stores: readonly StoreSchema[];
  readonly lanes: readonly LaneSchema[];
  readonly state: LifecycleState;
  readonly dashboardSpec: unknown;
}
