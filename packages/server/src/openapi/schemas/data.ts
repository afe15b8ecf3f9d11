/** Data specs, parameters and what a lambda may use (schemas §2; data-and-stores §1). */
import { anything, described, flag, listOf, mapOf, oneWordOf, orNull, positive, record, ref, text, type Schemas } from '../json-schema.ts';

const moreThanNothing = { exclusiveMinimum: 0 };

export const dataSchemas: Schemas = {
  DataType: oneWordOf(['array', 'boolean', 'dataset', 'file', 'group', 'number', 'object', 'range', 'string', 'timeSeriesMeasurement']),
  TimeSeriesUnit: described(text, 'A unit of the list in docs/stores.md, or `custom:` and a name.'),
  DataSpec: record(
    {
      type: ref('DataType'),
      'itemDataSpec?': described(ref('DataSpec'), 'Arrays.'),
      'fileType?': described(text, 'Files: `ANY`, `REG`, `DIR` or `SYMLNK`.'),
      'attributes?': described(orNull('array', { items: text }), 'Files, groups and datasets: what a lambda is told of them.'),
      'integersOnly?': { type: 'boolean', default: false, description: 'Numbers.' },
      'allowedValues?': described(orNull('array', { items: anything }), 'Numbers and strings: no other value.'),
      'specs?': described(
        listOf(record({ nameMatcherType: oneWordOf(['exact', 'hasPrefix']), nameMatcher: text, unit: ref('TimeSeriesUnit') })),
        'Measurements.',
      ),
    },
    { additionalProperties: true },
  ),
  ParameterSpec: record({ name: ref('Name'), dataSpec: ref('DataSpec'), isOptional: flag, 'defaultValue?': anything }),
  ResultSpec: record({ name: ref('Name'), dataSpec: ref('DataSpec'), 'relayMethod?': oneWordOf(['returnValue', 'filePipe']) }),
  ResourceSpec: record({
    cpuRequested: { type: 'number', ...moreThanNothing },
    cpuLimit: orNull('number', moreThanNothing),
    memoryRequested: positive,
    memoryLimit: orNull('integer', { minimum: 1 }),
    ephemeralStorageRequested: positive,
    ephemeralStorageLimit: orNull('integer', { minimum: 1 }),
  }),
  MetricConfig: record({
    resolution: {
      type: 'integer',
      enum: [0, 1, 5, 60, 3600, 86_400, 604_800, 2_592_000, 31_536_000],
      description: 'Seconds; 0 is all of time.',
    },
    retention: positive,
    aggregator: oneWordOf(['sum', 'max', 'min', 'first', 'last', 'avg']),
  }),
  TimeSeriesSchema: record({
    nameGeneratorType: oneWordOf(['exact', 'addPrefix']),
    nameGenerator: text,
    unit: ref('TimeSeriesUnit'),
    metrics: mapOf(ref('MetricConfig')),
  }),
  TimeSeriesStoreConfig: record({
    timeSeriesCollectionSchema: record({ timeSeriesSchemas: { type: 'array', items: ref('TimeSeriesSchema'), minItems: 1 } }),
    'dashboardSpec?': orNull('object'),
  }),
};
