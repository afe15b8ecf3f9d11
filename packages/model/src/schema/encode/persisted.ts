/** The persisted encoding, which dumps always use (schemas §7, R17–R20). Plain encoding is the model itself. */
import type { DataSpec } from '../../data/data-spec.ts';
import type { JsonObject } from '../../data/json.ts';
import type { LambdaRevision, ParameterSpec, ResultSpec } from '../lambda.ts';
import type {
  ArgumentMapping,
  DispatchRule,
  LaneSchema,
  MetricConfig,
  ResultMapping,
  StoreContentUpdateOptions,
  StoreSchema,
  TaskSchema,
  TimeSeriesSchema,
  TimeSeriesStoreConfig,
  WorkflowSchemaRevision,
} from '../workflow.ts';
import { persistedDashboard } from './dashboard.ts';

interface Wrapped {
  readonly _version: number;
  readonly _data: unknown;
}

function wrap(data: unknown, version = 1): Wrapped {
  return { _version: version, _data: data };
}

/** A discriminated record: the discriminator stays beside the inner wrapper (schemas R18). */
function wrapBeside(discriminator: JsonObject, fields: unknown, version = 1): Wrapped {
  return wrap({ ...discriminator, ...wrap(fields) }, version);
}

const dataSpecVersion = 2;

export function persistedDataSpec(spec: DataSpec): Wrapped {
  const { type, ...fields } = spec;
  return wrapBeside({ type }, dataSpecFields(spec, fields), dataSpecVersion);
}

function dataSpecFields(spec: DataSpec, fields: JsonObject): JsonObject {
  if (spec.type === 'array') return { itemDataSpec: persistedDataSpec(spec.itemDataSpec) };
  if (spec.type === 'timeSeriesMeasurement') return { specs: spec.specs.map((one) => wrap(one)) };
  return fields;
}

export function persistedLambdaRevision(revision: LambdaRevision): Wrapped {
  const { engine, ...operation } = revision.operationSpec;
  return wrap({
    ...revision,
    operationSpec: wrapBeside({ engine }, operation),
    configParameterSpecs: revision.configParameterSpecs.map(spec),
    argumentSpecs: revision.argumentSpecs.map(spec),
    resultSpecs: revision.resultSpecs.map(spec),
    resourceSpec: wrap(revision.resourceSpec),
  });
}

function spec(one: ParameterSpec | ResultSpec): Wrapped {
  return wrap({ ...one, dataSpec: persistedDataSpec(one.dataSpec) });
}

export function persistedWorkflowSchemaRevision(revision: WorkflowSchemaRevision): Wrapped {
  return wrap({
    ...revision,
    stores: revision.stores.map(store),
    lanes: revision.lanes.map(lane),
    dashboardSpec: persistedDashboard(revision.dashboardSpec),
  });
}

function store(one: StoreSchema): Wrapped {
  return wrap({ ...one, config: storeConfig(one) });
}

function storeConfig(one: StoreSchema): Wrapped {
  switch (one.type) {
    case 'auditLog':
      return wrap({ logContentDataSpec: persistedDataSpec(one.config.logContentDataSpec) });
    case 'list':
    case 'singleValue':
    case 'treeForest':
      return wrap({ itemDataSpec: persistedDataSpec(one.config.itemDataSpec) });
    case 'range':
      return wrap({});
    case 'timeSeries':
      return timeSeriesConfig(one.config);
  }
}

function timeSeriesConfig(config: TimeSeriesStoreConfig): Wrapped {
  return wrap({
    timeSeriesCollectionSchema: wrap({ timeSeriesSchemas: config.timeSeriesCollectionSchema.timeSeriesSchemas.map(timeSeriesSchema) }),
    dashboardSpec: persistedDashboard(config.dashboardSpec),
  });
}

function timeSeriesSchema(schema: TimeSeriesSchema): Wrapped {
  const metrics = Object.entries(schema.metrics).map(([name, config]: [string, MetricConfig]) => [name, wrap(config)] as const);
  return wrap({ ...schema, metrics: Object.fromEntries(metrics) });
}

function lane(one: LaneSchema): Wrapped {
  return wrap({
    ...one,
    parallelBoxes: one.parallelBoxes.map((box) => wrap({ ...box, tasks: box.tasks.map(task) })),
    storeIteratorSpec: wrap(one.storeIteratorSpec),
    dashboardSpec: persistedDashboard(one.dashboardSpec),
  });
}

function task(one: TaskSchema): Wrapped {
  return wrap({
    ...one,
    argumentMappings: one.argumentMappings.map(argumentMapping),
    resultMappings: one.resultMappings.map(resultMapping),
    resourceSpecOverride: one.resourceSpecOverride === null ? null : wrap(one.resourceSpecOverride),
    timeSeriesStoreConfig: one.timeSeriesStoreConfig === null ? null : timeSeriesConfig(one.timeSeriesStoreConfig),
  });
}

function argumentMapping(mapping: ArgumentMapping): Wrapped {
  return wrap({ ...mapping, valueBuilder: wrap(mapping.valueBuilder) });
}

function resultMapping(mapping: ResultMapping): Wrapped {
  return wrap({ ...mapping, storeContentUpdateOptions: updateOptions(mapping.storeContentUpdateOptions) });
}

function updateOptions(options: StoreContentUpdateOptions): Wrapped {
  const { type, ...fields } = options;
  if (options.type !== 'timeSeriesStoreContentUpdateOptions') return wrapBeside({ type }, fields);
  return wrapBeside({ type }, { dispatchRules: options.dispatchRules.map((rule: DispatchRule) => wrap(rule)) });
}
