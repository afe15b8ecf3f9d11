/** From measurements to series by the dispatch rules of a mapping (data-and-stores R54–R59). */
import {
  isEntityName,
  makeError,
  matchesName,
  targetSeriesName,
  ok,
  refuse,
  type DispatchRule,
  type ErrorObject,
  type Measurement,
  type Result,
  type TimeSeriesSchema,
  type TimeSeriesStoreConfig,
} from '@laneway/model';
import type { MeasureWrite } from '../stores/writes.ts';

export interface Dispatched {
  readonly points: MeasureWrite['points'];
  /** Names of measurements that no rule fits (D9). */
  readonly unmatched: readonly string[];
  /** Series that got one measurement more than once (D9). */
  readonly repeated: readonly string[];
}

/** All or nothing (R56). Points come in reverse order of the measurements, as ties between them demand (R59). */
export function dispatchMeasurements(
  measurements: readonly Measurement[],
  rules: readonly DispatchRule[],
  config: TimeSeriesStoreConfig,
): Result<Dispatched> {
  const points: MeasureWrite['points'][number][] = [];
  const unmatched = new Set<string>();
  const repeated = new Set<string>();
  for (const measurement of measurements.toReversed()) {
    const fitting = rules.filter((rule) => fits(rule, measurement.tsName));
    if (fitting.length === 0) unmatched.add(measurement.tsName);
    const reached = new Set<string>();
    for (const rule of fitting) {
      const schema = schemaOf(rule, config);
      if (schema === undefined) return refuse(unknownGenerator(rule));
      const series = targetSeriesName(schema, rule, measurement.tsName);
      if (schema.nameGeneratorType === 'addPrefix' && !isEntityName(series))
        return refuse(makeError('badValueName', { key: 'timeSeriesName' }));
      if (reached.has(series)) repeated.add(series);
      reached.add(series);
      points.push({ series, timestamp: measurement.timestamp, value: measurement.value, metrics: schema.metrics });
    }
  }
  return ok({ points, unmatched: [...unmatched], repeated: [...repeated] });
}

function fits(rule: DispatchRule, tsName: string): boolean {
  return matchesName(rule.measurementTimeSeriesNameMatcherType, rule.measurementTimeSeriesNameMatcher, tsName);
}

function schemaOf(rule: DispatchRule, config: TimeSeriesStoreConfig): TimeSeriesSchema | undefined {
  const schemas = config.timeSeriesCollectionSchema.timeSeriesSchemas;
  return schemas.find((schema) => schema.nameGenerator === rule.targetTimeSeriesNameGenerator);
}

function unknownGenerator(rule: DispatchRule): ErrorObject {
  const hint = `no time series schema has the name generator "${rule.targetTimeSeriesNameGenerator}"`;
  return makeError('badData', { key: 'dispatchRules', hint });
}
