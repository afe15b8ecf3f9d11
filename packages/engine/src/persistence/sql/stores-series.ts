/**
 * Time series: one row per window, one per metric, one per collection.
 *
 * Lock order: collections, new metrics, windows, metrics whose number of windows changes; each sorted by store,
 * series, metric (and start), so that commits that measure the same things wait in line.
 */
import { checkSeries, isColumnText, makeError, maxMetricCount, type ErrorObject } from '@laneway/model';
import { foldMeasurements, keyOf, type FoldedMetric, type MetricKey } from '../../stores/fold-measurements.ts';
import type { Refusal } from '../../stores/refusal-notes.ts';
import type { MeasureWrite } from '../../stores/writes.ts';
import type { SqlTransaction, SqlValue } from '../sql.ts';
import { inParts, marks, rows } from './placeholders.ts';
import { addToWindows, rowsAtOnce } from './stores-windows.ts';

interface MetricRow {
  readonly store_id: string;
  readonly series: string;
  readonly metric: string;
  readonly resolution: number;
  readonly retention: number;
  readonly aggregator: string;
}

/** Adds the measurements of a commit: three statements when nothing but values changes, whatever their number. */
export async function applyMeasurements(tx: SqlTransaction, writes: readonly MeasureWrite[]): Promise<readonly Refusal[]> {
  const folded = foldMeasurements(writes);
  const accepted = new Set<string>();
  const refused: Refusal[] = [];
  for (const [storeId, measured] of Map.groupBy(folded.metrics, (metric) => metric.storeId)) {
    // Other names cannot even be looked for.
    const metrics = measured.filter((metric) => isColumnText(metric.series));
    if (metrics.length < measured.length) {
      const series = seriesOf(measured).filter((name) => !isColumnText(name));
      refused.push({ storeId, series, error: makeError('badValueName', { key: 'timeSeriesName' }) });
    }
    const known = await knownMetrics(tx, storeId, metrics);
    const created = metrics.filter((metric) => !known.has(keyOf(metric)));
    for (const metric of metrics) {
      const existing = known.get(keyOf(metric));
      if (existing === undefined) continue;
      const conflict = conflictOf(existing, metric);
      if (conflict === null) accepted.add(keyOf(metric));
      else refused.push({ storeId, series: [metric.series], error: conflict });
    }
    if (created.length > 0) await createMetrics(tx, storeId, created, accepted, refused);
  }
  const windows = folded.windows.filter((window) => accepted.has(keyOf(window)));
  await addToWindows(tx, windows);
  return refused;
}

function seriesOf(metrics: readonly MetricKey[]): readonly string[] {
  return [...new Set(metrics.map((metric) => metric.series))];
}

async function knownMetrics(tx: SqlTransaction, storeId: string, wanted: readonly MetricKey[]): Promise<Map<string, MetricRow>> {
  const known = new Map<string, MetricRow>();
  for (const series of inParts(seriesOf(wanted), rowsAtOnce)) {
    const found = await tx.all<MetricRow>(
      `select store_id, series, metric, resolution, retention, aggregator from series_metric
       where store_id = ? and series in (${marks(series.length)})`,
      [storeId, ...series],
    );
    for (const row of found) known.set(keyOf({ storeId, series: row.series, metric: row.metric }), row);
  }
  return known;
}

function conflictOf(existing: MetricRow, wanted: FoldedMetric): ErrorObject | null {
  const { resolution, retention, aggregator } = existing;
  if (resolution === wanted.resolution && retention === wanted.retention && aggregator === wanted.aggregator) return null;
  return makeError('badValueTimeSeriesCollectionConflictingMetricConfig', {
    timeSeriesName: wanted.series,
    metricName: wanted.metric,
    existingMetricConfig: { resolution, retention, aggregator },
    conflictingMetricConfig: { resolution: wanted.resolution, retention: wanted.retention, aggregator: wanted.aggregator },
  });
}

/** Creates metrics in order while they fit under the limit (R58); whole series only. */
async function createMetrics(
  tx: SqlTransaction,
  storeId: string,
  metrics: readonly FoldedMetric[],
  accepted: Set<string>,
  refused: Refusal[],
): Promise<void> {
  const collection = await tx.get<{ metric_count: number }>(
    `select metric_count from series_collection where store_id = ?${tx.dialect.forUpdate}`,
    [storeId],
  );
  if (collection === undefined) return;
  const chosen: FoldedMetric[] = [];
  const tooMany: string[] = [];
  for (const [series, ofSeries] of Map.groupBy(metrics, (metric) => metric.series)) {
    const error = problemOf(series, ofSeries);
    if (error !== null) refused.push({ storeId, series: [series], error });
    else if (collection.metric_count + chosen.length + ofSeries.length > maxMetricCount) tooMany.push(series);
    else for (const metric of ofSeries) chosen.push(metric);
  }
  if (tooMany.length > 0) {
    refused.push({ storeId, series: tooMany, error: makeError('timeSeriesCollectionTooManyMetrics', { limit: maxMetricCount }) });
  }
  await insertMetrics(tx, chosen);
  for (const metric of chosen) accepted.add(keyOf(metric));
}

function problemOf(series: string, metrics: readonly FoldedMetric[]): ErrorObject | null {
  return checkSeries(series, Object.fromEntries(metrics.map((metric) => [metric.metric, metric])));
}

/** The caller holds the collection's row. */
export async function insertMetrics(tx: SqlTransaction, metrics: readonly FoldedMetric[]): Promise<void> {
  const added = new Map<string, number>();
  for (const part of inParts(metrics, rowsAtOnce)) {
    const inserted = await tx.all<{ store_id: string }>(
      `insert into series_metric (store_id, series, metric, resolution, retention, aggregator, window_count) values ${rows(part.length, 7)}
       on conflict (store_id, series, metric) do nothing returning store_id`,
      part.flatMap((metric): SqlValue[] => [
        metric.storeId,
        metric.series,
        metric.metric,
        metric.resolution,
        metric.retention,
        metric.aggregator,
        0,
      ]),
    );
    for (const row of inserted) added.set(row.store_id, (added.get(row.store_id) ?? 0) + 1);
  }
  for (const [storeId, count] of added) {
    await tx.run('update series_collection set metric_count = metric_count + ? where store_id = ?', [count, storeId]);
  }
}

/** Copies everything of a time series store into another one that has nothing but its exact series (R64). */
export async function copyTimeSeries(tx: SqlTransaction, fromStoreId: string, toStoreId: string): Promise<void> {
  await tx.run(
    `insert into series_metric (store_id, series, metric, resolution, retention, aggregator, window_count)
     select cast(? as text), series, metric, resolution, retention, aggregator, window_count from series_metric where store_id = ?
     on conflict (store_id, series, metric) do update set window_count = excluded.window_count`,
    [toStoreId, fromStoreId],
  );
  await tx.run(
    `insert into series_window (store_id, series, metric, start_at, aggregator, measurement_count, first_at, last_at, value)
     select cast(? as text), series, metric, start_at, aggregator, measurement_count, first_at, last_at, value
     from series_window where store_id = ?`,
    [toStoreId, fromStoreId],
  );
  await tx.run(`update series_collection set metric_count = (select count(*) from series_metric where store_id = ?) where store_id = ?`, [
    toStoreId,
    toStoreId,
  ]);
}
