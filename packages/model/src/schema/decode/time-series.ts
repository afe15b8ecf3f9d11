import { makeError } from '../../errors/make-error.ts';
import type { MetricConfig, TimeSeriesSchema, TimeSeriesStoreConfig } from '../workflow.ts';
import { integerAt, listOf, mapOf, misfit, optional, record, required, stopWith, textAt, wordAt, type Cursor } from './cursor.ts';
import { dashboardAt } from './dashboard.ts';
import { unitAt } from './data-spec.ts';

const metricResolutions = [0, 1, 5, 60, 3600, 86_400, 604_800, 2_592_000, 31_536_000] as const;
const metricAggregators = ['sum', 'max', 'min', 'first', 'last', 'avg'] as const satisfies readonly MetricConfig['aggregator'][];
const generatorTypes = ['exact', 'addPrefix'] as const satisfies readonly TimeSeriesSchema['nameGeneratorType'][];

/** Configuration of a time series store (schemas §6.3, R15, R16; unchecked in persisted JSON, R23). */
export function timeSeriesStoreConfigAt(at: Cursor): TimeSeriesStoreConfig {
  const fields = record(at);
  return {
    timeSeriesCollectionSchema: required(fields, 'timeSeriesCollectionSchema', (collection) => ({
      timeSeriesSchemas: required(record(collection), 'timeSeriesSchemas', timeSeriesSchemasAt),
    })),
    dashboardSpec: optional(fields, 'dashboardSpec', null, dashboardAt),
  };
}

function timeSeriesSchemasAt(at: Cursor): readonly TimeSeriesSchema[] {
  const schemas = listOf(at, timeSeriesSchemaAt);
  if (at.encoding === 'persisted') return schemas;
  if (schemas.length === 0) stopWith(makeError('badValueEmpty', { key: 'timeSeriesSchemas' }));
  if (generatorsConflict(schemas)) {
    stopWith(
      makeError('badData', { key: 'timeSeriesSchemas', hint: 'name generators conflict: two are equal, or a prefix starts another one' }),
    );
  }
  return schemas;
}

function generatorsConflict(schemas: readonly TimeSeriesSchema[]): boolean {
  return schemas.some((one, index) =>
    schemas.some(
      (other, otherIndex) =>
        index !== otherIndex &&
        (one.nameGenerator === other.nameGenerator ||
          (one.nameGeneratorType === 'addPrefix' && other.nameGenerator.startsWith(one.nameGenerator))),
    ),
  );
}

function timeSeriesSchemaAt(at: Cursor): TimeSeriesSchema {
  const fields = record(at);
  return {
    nameGeneratorType: required(fields, 'nameGeneratorType', (word) => wordAt(word, generatorTypes)),
    nameGenerator: required(fields, 'nameGenerator', textAt),
    unit: required(fields, 'unit', unitAt),
    metrics: required(fields, 'metrics', metricsAt),
  };
}

function metricsAt(at: Cursor): Readonly<Record<string, MetricConfig>> {
  const metrics = mapOf(at, metricAt);
  if (at.encoding === 'persisted') return metrics;
  const kinds = Object.values(metrics).map(({ resolution, aggregator }) => `${resolution} ${aggregator}`);
  if (kinds.length === 0) stopWith(makeError('badValueEmpty', { key: 'metrics' }));
  if (new Set(kinds).size < kinds.length) {
    stopWith(makeError('badData', { key: 'metrics', hint: 'two metrics have the same resolution and aggregator' }));
  }
  return metrics;
}

function metricAt(at: Cursor): MetricConfig {
  const fields = record(at);
  return {
    resolution: required(fields, 'resolution', resolutionAt),
    retention: required(fields, 'retention', integerAt),
    aggregator: required(fields, 'aggregator', (word) => wordAt(word, metricAggregators)),
  };
}

function resolutionAt(at: Cursor): number {
  const resolution = integerAt(at);
  if (metricResolutions.some((known) => known === resolution)) return resolution;
  if (at.encoding === 'persisted') return misfit(at.path, 'is no known resolution');
  const { details, ...rest } = makeError('badValueNotAllowed', { key: 'resolution', allowed: metricResolutions.map(String) });
  // The list holds numbers here, unlike anywhere else.
  return stopWith({ ...rest, details: { ...details, allowed: metricResolutions } });
}
