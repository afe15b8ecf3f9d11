import { isEntityName } from '../data/names.ts';
import { makeError } from '../errors/make-error.ts';
import type { ErrorObject } from '../errors/result.ts';
import type { MetricConfig } from '../schema/workflow.ts';

/** Seconds; the single window of resolution 0 starts at 0 (data-and-stores R59). */
export function windowStart(timestamp: number, resolution: number): number {
  return resolution === 0 ? 0 : timestamp - (timestamp % resolution);
}

/** Everything an aggregator needs to go on; `value` is what browsing shows. */
export interface WindowState {
  readonly value: number;
  readonly sum: number;
  readonly count: number;
  readonly firstTimestamp: number;
  readonly lastTimestamp: number;
}

interface Point {
  readonly timestamp: number;
  readonly value: number;
}

/** A window with one more measurement, processed in the order of the calls (data-and-stores R59). */
export function addToWindow(aggregator: MetricConfig['aggregator'], window: WindowState | null, { timestamp, value }: Point): WindowState {
  if (window === null) return { value, sum: value, count: 1, firstTimestamp: timestamp, lastTimestamp: timestamp };
  const sum = window.sum + value;
  const count = window.count + 1;
  return {
    value: aggregated(aggregator, window, { timestamp, value }, sum / count),
    sum,
    count,
    firstTimestamp: Math.min(window.firstTimestamp, timestamp),
    lastTimestamp: Math.max(window.lastTimestamp, timestamp),
  };
}

/** Ties: for `last` the one processed later wins, for `first` the one processed earlier. */
function aggregated(aggregator: MetricConfig['aggregator'], window: WindowState, { timestamp, value }: Point, average: number): number {
  switch (aggregator) {
    case 'sum':
      return window.value + value;
    case 'max':
      return Math.max(window.value, value);
    case 'min':
      return Math.min(window.value, value);
    case 'avg':
      return average;
    case 'last':
      return timestamp >= window.lastTimestamp ? value : window.value;
    case 'first':
      return timestamp < window.firstTimestamp ? value : window.value;
  }
}

/** The newest `retention` window starts, newest first (data-and-stores R60). */
export function keptWindows(starts: Iterable<number>, retention: number): readonly number[] {
  return [...new Set(starts)].sort((a, b) => b - a).slice(0, retention);
}

const retentionLimits = { low: 1, high: 1_000_000 } as const;

/** Whether a series may be created; null or the first problem (data-and-stores R58). Resolution and aggregator are known words already. */
export function checkSeries(name: string, metrics: Readonly<Record<string, MetricConfig>>): ErrorObject | null {
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
