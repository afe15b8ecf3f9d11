/** Answers to browsing a time series store (data-and-stores R61–R63). */
import { ok, refuse, resolveLayout, type Result, type SeriesLayout } from '@laneway/model';
import type { SeriesMetric, WindowRow } from '../persistence/sql/stores-series-read.ts';

function layoutOf(metrics: readonly SeriesMetric[]): SeriesLayout {
  const groups = new Map<string, string[]>();
  for (const { series, metric } of metrics) {
    const names = groups.get(series);
    if (names === undefined) groups.set(series, [metric]);
    else names.push(metric);
  }
  return Object.fromEntries(groups);
}

export function layoutAnswer(metrics: readonly SeriesMetric[]): unknown {
  return { layout: layoutOf(metrics) };
}

/** The metrics that a layout asks for; what is missing is named and nothing else (R63). */
export function selectMetrics(known: readonly SeriesMetric[], requested: SeriesLayout): Result<readonly SeriesMetric[]> {
  const { layout, error } = resolveLayout(requested, layoutOf(known));
  if (error !== null) return refuse(error);
  return ok(Object.entries(layout).flatMap(([series, metrics]) => [...new Set(metrics)].map((metric) => ({ series, metric }))));
}

export function sliceAnswer(selected: readonly SeriesMetric[], windows: readonly WindowRow[], extendedInfo: boolean): unknown {
  const found = new Map<string, Map<string, unknown[]>>();
  for (const { series, metric } of selected) {
    const metrics = found.get(series) ?? new Map<string, unknown[]>();
    found.set(series, metrics.set(metric, []));
  }
  for (const window of windows) found.get(window.series)?.get(window.metric)?.push(windowAnswer(window, extendedInfo));
  return { slice: Object.fromEntries([...found].map(([series, metrics]) => [series, Object.fromEntries(metrics)])) };
}

export function windowValue(window: WindowRow): number {
  return window.aggregator === 'avg' ? window.value / window.measurement_count : window.value;
}

function windowAnswer(window: WindowRow, extendedInfo: boolean): unknown {
  const plain = { timestamp: window.start_at, value: windowValue(window) };
  if (!extendedInfo) return plain;
  return { ...plain, firstMeasurementTimestamp: window.first_at, lastMeasurementTimestamp: window.last_at };
}
