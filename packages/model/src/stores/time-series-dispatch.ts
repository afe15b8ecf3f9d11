import { constraintError, matchesName, typeError } from '../data/check-value.ts';
import { isMeasurement, type Measurement } from '../data/membership.ts';
import { makeError } from '../errors/make-error.ts';
import { ok, refuse, type Result } from '../errors/result.ts';
import type { DispatchRule, MetricConfig, TimeSeriesSchema } from '../schema/workflow.ts';
import { targetSeriesName } from './time-series-names.ts';
import { checkSeries } from './time-series-windows.ts';

export interface DispatchedPoint {
  readonly series: string;
  readonly timestamp: number;
  readonly value: number;
  readonly metrics: Readonly<Record<string, MetricConfig>>;
}

export interface DispatchPlan {
  /** In the order in which they are to be applied: the reverse of the input (data-and-stores R59). */
  readonly points: readonly DispatchedPoint[];
  /** Names of measurements that no rule fits; ignored, but worth a debug entry in the log (design D9). */
  readonly unmatched: readonly string[];
  /** Series that get one measurement more than once (design D9). */
  readonly repeated: readonly string[];
}

/** The update argument as measurements: one, or an array of them (data-and-stores R54). */
export function measurementsOf(value: unknown): Result<readonly Measurement[]> {
  if (!Array.isArray(value)) return isMeasurement(value) ? ok([pick(value)]) : refuse(typeError(value, 'timeSeriesMeasurement'));
  const measurements: Measurement[] = [];
  for (const [index, item] of value.entries()) {
    const one: unknown = item;
    if (!isMeasurement(one)) return refuse(constraintError(value, 'array', { [`$[${index}]`]: typeError(one, 'timeSeriesMeasurement') }));
    measurements.push(pick(one));
  }
  return ok(measurements);
}

/** Other keys are lost on storing (data-and-stores R9). */
function pick({ tsName, timestamp, value }: Measurement): Measurement {
  return { tsName, timestamp, value };
}

/**
 * What an update writes: every fitting rule counts, also two that lead to one series (data-and-stores R55). A
 * fitting rule without a schema, and a series that may not exist, refuse the whole update (data-and-stores R56, R58).
 */
export function planDispatch(
  measurements: readonly Measurement[],
  rules: readonly DispatchRule[],
  schemas: readonly TimeSeriesSchema[],
): Result<DispatchPlan> {
  const points: DispatchedPoint[] = [];
  const unmatched = new Set<string>();
  const repeated = new Set<string>();
  for (const { tsName, timestamp, value } of measurements.toReversed()) {
    const fitting = rules.filter((rule) =>
      matchesName(rule.measurementTimeSeriesNameMatcherType, rule.measurementTimeSeriesNameMatcher, tsName),
    );
    if (fitting.length === 0) unmatched.add(tsName);
    const reached = new Set<string>();
    for (const rule of fitting) {
      const target = targetOf(rule, tsName, schemas);
      if (!target.ok) return target;
      const { series, metrics } = target.value;
      if (reached.has(series)) repeated.add(series);
      reached.add(series);
      points.push({ series, timestamp, value, metrics });
    }
  }
  return ok({ points, unmatched: [...unmatched], repeated: [...repeated] });
}

type Target = Pick<DispatchedPoint, 'series' | 'metrics'>;

function targetOf(rule: DispatchRule, tsName: string, schemas: readonly TimeSeriesSchema[]): Result<Target> {
  const generator = rule.targetTimeSeriesNameGenerator;
  const schema = schemas.find(({ nameGenerator }) => nameGenerator === generator);
  if (schema === undefined) {
    return refuse(makeError('badData', { key: 'dispatchRules', hint: `no time series schema has the name generator "${generator}"` }));
  }
  const series = targetSeriesName(schema, rule, tsName);
  // Series of exact generators were looked at when their store was made.
  const problem = schema.nameGeneratorType === 'exact' ? null : checkSeries(series, schema.metrics);
  return problem === null ? ok({ series, metrics: schema.metrics }) : refuse(problem);
}
