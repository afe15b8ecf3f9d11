/**
 * Folding the measurements of a commit into one row per (store, series, metric, window), so that however many
 * items a batch has, a window is written once (design §6, D9: a rule that is there twice simply counts twice).
 */
import { windowStart } from '@laneway/model';
import type { MeasureWrite } from './writes.ts';

export interface MetricKey {
  readonly storeId: string;
  readonly series: string;
  readonly metric: string;
}

export interface FoldedMetric extends MetricKey {
  readonly resolution: number;
  readonly retention: number;
  readonly aggregator: string;
}

export interface FoldedWindow extends MetricKey {
  readonly startAt: number;
  readonly aggregator: string;
  measurementCount: number;
  firstAt: number;
  lastAt: number;
  value: number;
}

export interface FoldedMeasurements {
  /** Sorted by store, series, metric. */
  readonly metrics: readonly FoldedMetric[];
  /** Sorted by store, series, metric, start. */
  readonly windows: readonly FoldedWindow[];
}

type Point = MeasureWrite['points'][number];

/**
 * Writes and their points are processed in the order in which they are given, which decides ties of `first` and
 * `last`; who plans an update gives its measurements in reverse (R59).
 */
export function foldMeasurements(writes: readonly MeasureWrite[]): FoldedMeasurements {
  const metrics = new Map<string, FoldedMetric>();
  const windows = new Map<string, FoldedWindow>();
  for (const write of writes) {
    for (const point of write.points) foldPoint(write.storeId, point, metrics, windows);
  }
  return {
    metrics: [...metrics.values()].sort(compareMetrics),
    windows: [...windows.values()].sort((a, b) => compareMetrics(a, b) || a.startAt - b.startAt),
  };
}

function foldPoint(storeId: string, point: Point, metrics: Map<string, FoldedMetric>, windows: Map<string, FoldedWindow>): void {
  const at = Math.min(point.timestamp, Number.MAX_SAFE_INTEGER);
  for (const [metric, config] of Object.entries(point.metrics)) {
    const key = keyOf({ storeId, series: point.series, metric });
    if (!metrics.has(key)) {
      const { resolution, retention, aggregator } = config;
      metrics.set(key, { storeId, series: point.series, metric, resolution, retention, aggregator });
    }
    const startAt = windowStart(at, config.resolution);
    const windowKey = `${key}\n${startAt}`;
    const window = windows.get(windowKey);
    if (window !== undefined) add(window, at, point.value);
    else {
      const { aggregator } = config;
      const fresh = { measurementCount: 1, firstAt: at, lastAt: at, value: point.value };
      windows.set(windowKey, { storeId, series: point.series, metric, startAt, aggregator, ...fresh });
    }
  }
}

export function keyOf(key: MetricKey): string {
  return `${key.storeId}\n${key.series.length}\n${key.series}\n${key.metric}`;
}

/** The order in which metrics are locked. */
export function compareMetrics(a: MetricKey, b: MetricKey): number {
  return compareTexts(a.storeId, b.storeId) || compareTexts(a.series, b.series) || compareTexts(a.metric, b.metric);
}

export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** One more measurement, processed after those that are in the window. The upsert of the windows says the same in SQL. */
function add(window: FoldedWindow, at: number, value: number): void {
  switch (window.aggregator) {
    case 'max':
      window.value = Math.max(window.value, value);
      break;
    case 'min':
      window.value = Math.min(window.value, value);
      break;
    case 'first':
      if (at < window.firstAt) window.value = value;
      break;
    case 'last':
      if (at >= window.lastAt) window.value = value;
      break;
    default:
      // sum, and avg, which is divided when it is read. A sum that grows beyond numbers stays at the largest one.
      window.value = Math.min(Math.max(window.value + value, -Number.MAX_VALUE), Number.MAX_VALUE);
  }
  window.measurementCount += 1;
  window.firstAt = Math.min(window.firstAt, at);
  window.lastAt = Math.max(window.lastAt, at);
}
