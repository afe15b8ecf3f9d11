/** Reading time series: layouts, and slices that cost as much as the windows they return. */
import { defineVerb, type SqlTransaction } from '../sql.ts';

export interface SeriesMetric {
  readonly series: string;
  readonly metric: string;
}

export const readSeriesMetrics = defineVerb('readSeriesMetrics', 'read', async (tx, params: { readonly storeId: string }) => {
  return await tx.all<SeriesMetric>('select series, metric from series_metric where store_id = ? order by series, metric', [
    params.storeId,
  ]);
});

export interface SliceRequest {
  readonly storeId: string;
  readonly metrics: readonly SeriesMetric[];
  /** Seconds; null = newest. */
  readonly startTimestamp: number | null;
  /** Seconds; windows that start before are left out. */
  readonly stopTimestamp: number | null;
  readonly windowLimit: number;
}

export interface WindowRow {
  readonly series: string;
  readonly metric: string;
  readonly start_at: number;
  readonly aggregator: string;
  readonly measurement_count: number;
  readonly first_at: number;
  readonly last_at: number;
  readonly value: number;
}

const columns = 'series, metric, start_at, aggregator, measurement_count, first_at, last_at, value';

// The window that contains the start is the newest one that begins at or before it (R62).
const newestFirst = 'start_at <= ? and start_at >= ? order by start_at desc limit ?';

/** Windows of the given metrics, newest first within each metric. */
export const readSeriesSlice = defineVerb('readSeriesSlice', 'read', async (tx, params: SliceRequest): Promise<readonly WindowRow[]> => {
  const range = [params.startTimestamp ?? Number.MAX_SAFE_INTEGER, params.stopTimestamp ?? 0, params.windowLimit] as const;
  return tx.dialect.name === 'postgres' ? await sliceLaterally(tx, params, range) : await sliceOneByOne(tx, params, range);
});

type Range = readonly [number, number, number];

/** SQLite knows no lateral joins, and its statements cost no round trip. */
async function sliceOneByOne(tx: SqlTransaction, { storeId, metrics }: SliceRequest, range: Range): Promise<readonly WindowRow[]> {
  const found: WindowRow[] = [];
  for (const { series, metric } of metrics) {
    const rows = await tx.all<WindowRow>(
      `select ${columns} from series_window where store_id = ? and series = ? and metric = ? and ${newestFirst}`,
      [storeId, series, metric, ...range],
    );
    for (const row of rows) found.push(row);
  }
  return found;
}

async function sliceLaterally(tx: SqlTransaction, { storeId, metrics }: SliceRequest, range: Range): Promise<readonly WindowRow[]> {
  const found: WindowRow[] = [];
  for (let from = 0; from < metrics.length; from += 500) {
    const part = metrics.slice(from, from + 500);
    const pairs = part.map(() => '(cast(? as text), cast(? as text))').join(', ');
    const rows = await tx.all<WindowRow>(
      `select w.* from (values ${pairs}) as wanted cross join lateral (
         select ${columns} from series_window
         where store_id = ? and series = wanted.column1 and metric = wanted.column2 and ${newestFirst}
       ) as w`,
      [...part.flatMap(({ series, metric }) => [series, metric]), storeId, ...range],
    );
    for (const row of rows) found.push(row);
  }
  return found.sort((a, b) => b.start_at - a.start_at);
}
