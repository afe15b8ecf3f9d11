import { isEntityName } from '../data/names.ts';
import { makeError } from '../errors/make-error.ts';
import type { ErrorObject } from '../errors/result.ts';
import type { MetricConfig, TimeSeriesStoreConfig } from '../schema/workflow.ts';

/** Seconds; the single window of resolution 0 starts at 0 (data-and-stores R59). */
export function windowStart(timestamp: number, resolution: number): number {
  return resolution === 0 ? 0 : timestamp - (timestamp % resolution);
}

const retentionLimits = { low: 1, high: 1_000_000 } as const;

/** Whether a series may be created; null or the first problem (data-and-stores R58). Resolution and aggregator are known words already. */
export function checkSeries(
  name: string,
  metrics: Readonly<Record<string, Pick<MetricConfig, 'resolution' | 'retention'>>>,
): ErrorObject | null {
  if (!isEntityName(name)) return makeError('badValueName', { key: 'timeSeriesName' });
  for (const [metricName, { resolution, retention }] of Object.entries(metrics)) {
    if (!isEntityName(metricName)) return makeError('badValueName', { key: 'metricName' });
    if (retention < retentionLimits.low || retention > retentionLimits.high) {
      return makeError('badValueNotInRange', { key: 'retention', ...retentionLimits });
    }
    if (resolution === 0 && retention !== 1) {
      return makeError('badData', { key: 'retention', hint: 'a metric of resolution 0 has a retention of 1' });
    }
  }
  return null;
}

/** Metrics of one time series store (data-and-stores R58). */
export const maxMetricCount = 50_000;

/** Whether a store may begin with the series of its `exact` generators; null or the first problem (data-and-stores R53, R58). */
export function checkExactSeries({ timeSeriesCollectionSchema }: TimeSeriesStoreConfig): ErrorObject | null {
  let count = 0;
  for (const { nameGeneratorType, nameGenerator, metrics } of timeSeriesCollectionSchema.timeSeriesSchemas) {
    if (nameGeneratorType !== 'exact') continue;
    const problem = checkSeries(nameGenerator, metrics);
    if (problem !== null) return problem;
    count += Object.keys(metrics).length;
  }
  return count > maxMetricCount ? makeError('timeSeriesCollectionTooManyMetrics', { limit: maxMetricCount }) : null;
}

/** Series name → metric names. */
export type SeriesLayout = Readonly<Record<string, readonly string[]>>;

/** The requested layout with `*` expanded, or what of it is missing (data-and-stores R62, R63). */
export function resolveLayout(
  requested: SeriesLayout,
  existing: SeriesLayout,
): { readonly layout: SeriesLayout; readonly error: ErrorObject | null } {
  const wanted = Object.hasOwn(requested, '*')
    ? Object.keys(existing).map((name) => [name, requested['*'] ?? []] as const)
    : Object.entries(requested);
  const layout: [string, readonly string[]][] = [];
  const missing: [string, readonly string[]][] = [];
  for (const [series, metrics] of wanted) {
    const known = Object.hasOwn(existing, series) ? (existing[series] ?? []) : null;
    const isEvery = metrics.length === 1 && metrics[0] === '*';
    if (known === null) missing.push([series, metrics]);
    else if (isEvery) layout.push([series, known]);
    else {
      layout.push([series, metrics]);
      const absent = metrics.filter((metric) => !known.includes(metric));
      if (absent.length > 0) missing.push([series, absent]);
    }
  }
  const error =
    missing.length === 0 ? null : makeError('timeSeriesCollectionMissingLayout', { missingLayout: Object.fromEntries(missing) });
  return { layout: Object.fromEntries(layout), error };
}
