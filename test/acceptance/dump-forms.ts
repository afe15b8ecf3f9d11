/**
 * The two forms of a workflow schema revision and of a lambda revision, written from the rules alone (schemas §3–§7): it shares nothing
 * with the encoder of the product, which is judged by it. Plain is format 2, persisted is format 3.
 */
type Json = any;
type Fields = Readonly<Record<string, Json>>;

const record = (data: Json, version = 1): Json => ({ _version: version, _data: data });
const records = (list: readonly Json[], make: (element: Json) => Json): Json[] => list.map((element) => record(make(element)));

/** Without wrappers: the discriminator of a record and its fields are one object again (schemas R17, R18). */
export function unwrapped(value: Json): Json {
  if (Array.isArray(value)) return value.map(unwrapped);
  if (typeof value !== 'object' || value === null) return value;
  const { _version: version, _data: data, ...beside } = value;
  if (version !== undefined && typeof data === 'object') return unwrapped({ ...beside, ...data });
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, unwrapped(field)]));
}

const dataSpecDefaults: Readonly<Record<string, Fields>> = {
  file: { fileType: 'ANY' },
  number: { integersOnly: false, allowedValues: null },
  string: { allowedValues: null },
};

/** Flat, with its defaults (schemas §3, R1). */
function plainDataSpec(spec: Json): Json {
  const { valueConstraints = {}, ...flat } = unwrapped(spec);
  const fields = { ...dataSpecDefaults[flat.type], ...valueConstraints, ...flat };
  return 'itemDataSpec' in fields ? { ...fields, itemDataSpec: plainDataSpec(fields.itemDataSpec) } : fields;
}

/** A lambda revision in plain form, with every key (schemas §4); a stale checksum is dropped (R6). */
export function plainLambda(revision: Json): Json {
  const { checksum: _stale, ...fields } = unwrapped(revision);
  const parameter = (spec: Json): Json => ({ defaultValue: null, ...spec, dataSpec: plainDataSpec(spec.dataSpec) });
  const result = (spec: Json): Json => ({ relayMethod: 'returnValue', ...spec, dataSpec: plainDataSpec(spec.dataSpec) });
  const execution = { readonly: false, mountOneclient: false, oneclientMountPoint: '/mnt/onedata', oneclientOptions: '' };
  return {
    summary: 'Missing summary',
    description: 'Missing description',
    ...fields,
    operationSpec: {
      ...fields.operationSpec,
      dockerExecutionOptions: { ...execution, ...fields.operationSpec.dockerExecutionOptions },
    },
    configParameterSpecs: (fields.configParameterSpecs ?? []).map(parameter),
    argumentSpecs: fields.argumentSpecs.map(parameter),
    resultSpecs: fields.resultSpecs.map(result),
  };
}

function plainStoreConfig(config: Json): Json {
  const specs = ['itemDataSpec', 'logContentDataSpec'].filter((key) => key in config);
  const decoded = Object.fromEntries(specs.map((key) => [key, plainDataSpec(config[key])]));
  const dashboard = 'timeSeriesCollectionSchema' in config ? { dashboardSpec: null } : {};
  return { ...dashboard, ...config, ...decoded };
}

/** A workflow schema revision in plain form, with every key (schemas §5, §6). */
export function plainRevision(revision: Json): Json {
  const fields = unwrapped(revision);
  const task = (of: Json): Json => ({
    lambdaConfig: {},
    resourceSpecOverride: null,
    ...of,
    timeSeriesStoreConfig: of.timeSeriesStoreConfig ? plainStoreConfig(of.timeSeriesStoreConfig) : null,
  });
  const lane = (of: Json): Json => ({
    instantFailureExceptionThreshold: 0.1,
    dashboardSpec: null,
    ...of,
    parallelBoxes: of.parallelBoxes.map((box: Json) => ({ ...box, tasks: box.tasks.map(task) })),
  });
  const store = (of: Json): Json => ({ defaultInitialContent: null, ...of, config: plainStoreConfig(of.config ?? {}) });
  return {
    description: 'Missing description',
    dashboardSpec: null,
    ...fields,
    stores: fields.stores.map(store),
    lanes: fields.lanes.map(lane),
  };
}

/** A data spec is of version 2 and keeps its type beside its own fields (schemas R17, R18). */
function persistedDataSpec({ type, ...fields }: Json): Json {
  const inner = { ...fields };
  if ('itemDataSpec' in inner) inner.itemDataSpec = persistedDataSpec(inner.itemDataSpec);
  if ('specs' in inner) inner.specs = records(inner.specs, (spec) => spec);
  return record({ type, ...record(inner) }, 2);
}

export function persistedLambda(plain: Json): Json {
  const { engine, ...operation } = plain.operationSpec;
  const parameter = (spec: Json): Json => ({ ...spec, dataSpec: persistedDataSpec(spec.dataSpec) });
  return record({
    ...plain,
    operationSpec: record({ engine, ...record(operation) }),
    configParameterSpecs: records(plain.configParameterSpecs, parameter),
    argumentSpecs: records(plain.argumentSpecs, parameter),
    resultSpecs: records(plain.resultSpecs, parameter),
    resourceSpec: record(plain.resourceSpec),
  });
}

/** Every record of a dashboard is wrapped; `unitOptions` and the data of a literal are the plain JSON of their author (schemas R19, R20). */
function persistedDashboard(value: Json): Json {
  if (Array.isArray(value)) return value.map(persistedDashboard);
  if (typeof value !== 'object' || value === null) return value;
  if (value.functionName === 'literal') return record({ ...value, functionArguments: record(value.functionArguments) });
  return record(
    Object.fromEntries(Object.entries(value).map(([key, field]) => [key, key === 'unitOptions' ? field : persistedDashboard(field)])),
  );
}

function persistedStoreConfig(config: Json): Json {
  const fields = { ...config };
  for (const key of ['itemDataSpec', 'logContentDataSpec']) if (key in fields) fields[key] = persistedDataSpec(fields[key]);
  if ('timeSeriesCollectionSchema' in fields) {
    const series = (schema: Json): Json => ({
      ...schema,
      metrics: Object.fromEntries(Object.entries(schema.metrics).map(([name, metric]) => [name, record(metric)])),
    });
    const { timeSeriesSchemas } = fields.timeSeriesCollectionSchema;
    fields.timeSeriesCollectionSchema = record({ timeSeriesSchemas: records(timeSeriesSchemas, series) });
    fields.dashboardSpec = persistedDashboard(fields.dashboardSpec);
  }
  return record(fields);
}

function persistedTask(plain: Json): Json {
  const updateOptions = ({ type, ...fields }: Json): Json => {
    const inner = 'dispatchRules' in fields ? { dispatchRules: records(fields.dispatchRules, (rule) => rule) } : fields;
    return record({ type, ...record(inner) });
  };
  return {
    ...plain,
    // Builders inside an `object` recipe stay plain (schemas R20).
    argumentMappings: records(plain.argumentMappings, (mapper) => ({ ...mapper, valueBuilder: record(mapper.valueBuilder) })),
    resultMappings: records(plain.resultMappings, (mapper) => ({
      ...mapper,
      storeContentUpdateOptions: updateOptions(mapper.storeContentUpdateOptions),
    })),
    resourceSpecOverride: plain.resourceSpecOverride === null ? null : record(plain.resourceSpecOverride),
    timeSeriesStoreConfig: plain.timeSeriesStoreConfig === null ? null : persistedStoreConfig(plain.timeSeriesStoreConfig),
  };
}

export function persistedRevision(plain: Json): Json {
  const lane = (of: Json): Json => ({
    ...of,
    parallelBoxes: records(of.parallelBoxes, (box) => ({ ...box, tasks: records(box.tasks, persistedTask) })),
    storeIteratorSpec: record(of.storeIteratorSpec),
    dashboardSpec: persistedDashboard(of.dashboardSpec),
  });
  return record({
    ...plain,
    stores: records(plain.stores, (store) => ({ ...store, config: persistedStoreConfig(store.config) })),
    lanes: records(plain.lanes, lane),
    dashboardSpec: persistedDashboard(plain.dashboardSpec),
  });
}

/** A workflow dump in either format as the server writes it: format 3 throughout, with every key. */
export function writtenDump(source: Json): Json {
  return inFormat(
    source,
    3,
    (revision) => persistedRevision(plainRevision(revision)),
    (lambda) => persistedLambda(plainLambda(lambda)),
  );
}

/** The same workflow in format 2, data specs with their nested constraints, as older dumps have them (schemas R1, R31). */
export function plainDump(source: Json): Json {
  return inFormat(
    source,
    2,
    (revision) => nestedConstraints(plainRevision(revision)),
    (lambda) => ({ ...nestedConstraints(plainLambda(lambda)), checksum: '00000000000000000000000000000000' }),
  );
}

function inFormat(source: Json, format: number, revisionOf: (from: Json) => Json, lambdaOf: (from: Json) => Json): Json {
  const { revision } = source;
  const supplements = Object.entries<Fields>(revision.supplementaryAtmLambdas).map(([lambdaId, numbers]) => {
    const dumps = Object.entries(numbers).map(([number, dump]) => {
      const inner = {
        schemaFormatVersion: format,
        originalRevisionNumber: Number(number),
        atmLambdaRevision: lambdaOf(dump.revision.atmLambdaRevision),
      };
      return [number, { schemaFormatVersion: format, originalAtmLambdaId: lambdaId, revision: inner }];
    });
    return [lambdaId, Object.fromEntries(dumps)];
  });
  return {
    schemaFormatVersion: format,
    originalAtmWorkflowSchemaId: source.originalAtmWorkflowSchemaId,
    name: source.name,
    summary: source.summary,
    revision: {
      schemaFormatVersion: format,
      originalRevisionNumber: revision.originalRevisionNumber,
      atmWorkflowSchemaRevision: revisionOf(revision.atmWorkflowSchemaRevision),
      supplementaryAtmLambdas: Object.fromEntries(supplements),
    },
  };
}

/** Data specs are what these keys hold; only their own fields move into `valueConstraints`. */
const dataSpecKeys = new Set(['dataSpec', 'itemDataSpec', 'logContentDataSpec']);

function nestedConstraints(value: Json): Json {
  if (Array.isArray(value)) return value.map(nestedConstraints);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries<Json>(value).map(([key, field]) => {
      if (!dataSpecKeys.has(key)) return [key, nestedConstraints(field)];
      const { type, ...constraints } = nestedConstraints(field);
      return [key, { type, valueConstraints: constraints }];
    }),
  );
}
