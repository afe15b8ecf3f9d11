/** Windows of time series: adding measurements to them, counting and trimming them. Lock order: see stores-series.ts. */
import { compareMetrics, keyOf, type FoldedWindow, type MetricKey } from '../../stores/fold-measurements.ts';
import { exactRetention } from '../../stores/limits.ts';
import type { SqlTransaction, SqlValue } from '../sql.ts';
import { inParts, rows } from './placeholders.ts';

/** Rows of one statement. */
export const rowsAtOnce = 100;

const largest = '1.7976931348623157e308';

/** Says the same as `add` in fold-measurements.ts; the row in the table was processed earlier (R59). */
const combine = `
  on conflict (store_id, series, metric, start_at) do update set
    value = case excluded.aggregator
      when 'max' then case when excluded.value > series_window.value then excluded.value else series_window.value end
      when 'min' then case when excluded.value < series_window.value then excluded.value else series_window.value end
      when 'first' then case when excluded.first_at < series_window.first_at then excluded.value else series_window.value end
      when 'last' then case when excluded.last_at >= series_window.last_at then excluded.value else series_window.value end
      else case
        when excluded.value > 0 and series_window.value > ${largest} - excluded.value then ${largest}
        when excluded.value < 0 and series_window.value < -${largest} - excluded.value then -${largest}
        else series_window.value + excluded.value end
      end,
    measurement_count = series_window.measurement_count + excluded.measurement_count,
    first_at = case when excluded.first_at < series_window.first_at then excluded.first_at else series_window.first_at end,
    last_at = case when excluded.last_at > series_window.last_at then excluded.last_at else series_window.last_at end
  returning store_id, series, metric, start_at, measurement_count`;

interface WindowRow {
  readonly store_id: string;
  readonly series: string;
  readonly metric: string;
  readonly start_at: number;
  readonly measurement_count: number;
}

/** One upsert for a hundred windows, given sorted. */
export async function addToWindows(tx: SqlTransaction, windows: readonly FoldedWindow[]): Promise<void> {
  const fresh = new Map<string, MetricKey & { count: number }>();
  for (const part of inParts(windows, rowsAtOnce)) {
    const counts = new Map(part.map((window) => [`${keyOf(window)}\n${window.startAt}`, window.measurementCount]));
    const written = await tx.all<WindowRow>(
      `insert into series_window (store_id, series, metric, start_at, aggregator, measurement_count, first_at, last_at, value)
       values ${rows(part.length, 9)} ${combine}`,
      part.flatMap((window): SqlValue[] => [
        window.storeId,
        window.series,
        window.metric,
        window.startAt,
        window.aggregator,
        window.measurementCount,
        window.firstAt,
        window.lastAt,
        window.value,
      ]),
    );
    for (const row of written) {
      const metric = { storeId: row.store_id, series: row.series, metric: row.metric };
      const key = keyOf(metric);
      // A window that was there before has more measurements than were just added.
      if (counts.get(`${key}\n${row.start_at}`) !== row.measurement_count) continue;
      const entry = fresh.get(key) ?? { ...metric, count: 0 };
      entry.count += 1;
      fresh.set(key, entry);
    }
  }
  for (const part of inParts([...fresh.values()].sort(compareMetrics), rowsAtOnce)) await countWindows(tx, part);
}

function keyRows(count: number): string {
  return `(values ${Array.from({ length: count }, () => '(cast(? as text), cast(? as text), cast(? as text), cast(? as bigint))').join(', ')})`;
}

interface CountedMetric {
  readonly store_id: string;
  readonly series: string;
  readonly metric: string;
  readonly retention: number;
  readonly window_count: number;
}

/** Counts the new windows of metrics and trims those that have more than they retain (R60). */
async function countWindows(tx: SqlTransaction, fresh: readonly (MetricKey & { readonly count: number })[]): Promise<void> {
  const keys = fresh.flatMap(({ storeId, series, metric, count }): SqlValue[] => [storeId, series, metric, count]);
  if (tx.dialect.name === 'postgres') {
    await tx.all(
      `select m.store_id from series_metric m join ${keyRows(fresh.length)} as p
         on m.store_id = p.column1 and m.series = p.column2 and m.metric = p.column3
       order by m.store_id collate "C", m.series collate "C", m.metric collate "C" for update of m`,
      keys,
    );
  }
  const counted = await tx.all<CountedMetric>(
    `update series_metric set window_count = window_count + p.column4 from ${keyRows(fresh.length)} as p
     where store_id = p.column1 and series = p.column2 and metric = p.column3
     returning store_id, series, metric, retention, window_count`,
    keys,
  );
  for (const metric of counted) {
    const slack = metric.retention > exactRetention ? Math.floor(metric.retention / 10) : 0;
    if (metric.window_count <= metric.retention + slack) continue;
    await trimMetric(tx, metric, metric.window_count - metric.retention);
  }
}

async function trimMetric(tx: SqlTransaction, metric: CountedMetric, excess: number): Promise<void> {
  const key = [metric.store_id, metric.series, metric.metric];
  await tx.run(
    `delete from series_window where store_id = ? and series = ? and metric = ? and start_at in (
       select start_at from series_window where store_id = ? and series = ? and metric = ? order by start_at limit ?)`,
    [...key, ...key, excess],
  );
  await tx.run('update series_metric set window_count = retention where store_id = ? and series = ? and metric = ?', key);
}
