/** Rows of stores: creating, freezing, and the functions on their content that other transactions use. */
import type { StoreType, TimeSeriesStoreConfig } from '@laneway/model';
import type { FoldedMetric } from '../../stores/fold-measurements.ts';
import type { StoreWrite } from '../../stores/writes.ts';
import type { SqlTransaction, SqlValue } from '../sql.ts';
import { marks, rows } from './placeholders.ts';
import { copyTimeSeries, insertMetrics } from './stores-series.ts';
import { applyStoreWrites } from './stores-write.ts';

export { deleteStores } from './stores-delete.ts';
export { readContent } from './stores-content.ts';
export { readItems, readStoreContent, readStoreItems, storeCount, storeSize } from './stores-read.ts';
export { copyTimeSeries } from './stores-series.ts';
export { applyStoreWrites, type AppliedWrites } from './stores-write.ts';

export interface NewStore {
  readonly id: string;
  readonly executionId: string;
  readonly laneRunId: string | null;
  readonly taskId: string | null;
  readonly schemaId: string;
  readonly name: string;
  readonly type: StoreType | 'exception';
  readonly config: unknown;
  /** JSON text of the effective initial content as people gave it, shown with the store; null if none (data-and-stores §3.2). */
  readonly initialContent: string | null;
  readonly frozen: boolean;
  /** Severity number for audit logs, null for other stores. */
  readonly logLevel: number | null;
  /** The initial content in its stored form, checked; written together with the store. */
  readonly writes?: readonly StoreWrite[];
  /** A time series store that the new one begins as a copy of (R64). */
  readonly copyOf?: string;
}

const rowsAtOnce = 50;

/** Creates stores with their tails, exact series (R53) and initial content. Nobody else can see them yet. */
export async function insertStores(tx: SqlTransaction, stores: readonly NewStore[]): Promise<void> {
  for (let from = 0; from < stores.length; from += rowsAtOnce) await insertRows(tx, stores.slice(from, from + rowsAtOnce));
  const timeSeries = stores.filter((store) => store.type === 'timeSeries');
  await insertMetrics(tx, timeSeries.flatMap(exactMetrics));
  for (const { id, copyOf } of timeSeries) if (copyOf !== undefined) await copyTimeSeries(tx, copyOf, id);
  const writes = stores.flatMap((store) => store.writes ?? []);
  if (writes.length > 0) await applyStoreWrites(tx, await tx.now(), writes);
}

async function insertRows(tx: SqlTransaction, stores: readonly NewStore[]): Promise<void> {
  await tx.run(
    `insert into store (id, execution_id, lane_run_id, task_id, schema_id, name, type, frozen, log_level, config, initial_content)
     values ${rows(stores.length, 11)}`,
    stores.flatMap((store): SqlValue[] => [
      store.id,
      store.executionId,
      store.laneRunId,
      store.taskId,
      store.schemaId,
      store.name,
      store.type,
      store.frozen ? 1 : 0,
      store.logLevel,
      JSON.stringify(store.config),
      store.initialContent,
    ]),
  );
  const tails = stores.filter((store) => hasTail(store.type)).map((store) => store.id);
  if (tails.length > 0) {
    await tx.run(
      `insert into store_tail (store_id, next_index, oldest_index, base_index, chunk_index, chunk_count, chunk_bytes, oldest_at, last_at)
       values ${rows(tails.length, 9)}`,
      tails.flatMap((id): SqlValue[] => [id, 0, 0, 0, 0, 0, 0, 0, 0]),
    );
  }
  const collections = stores.filter((store) => store.type === 'timeSeries').map((store) => store.id);
  if (collections.length > 0) {
    await tx.run(
      `insert into series_collection (store_id, metric_count) values ${rows(collections.length, 2)}`,
      collections.flatMap((id): SqlValue[] => [id, 0]),
    );
  }
}

function hasTail(type: NewStore['type']): boolean {
  return type === 'list' || type === 'treeForest' || type === 'exception' || type === 'auditLog';
}

/** Series of `exact` generators are there from the start, the others come with their first measurement (R53). */
function exactMetrics(store: NewStore): readonly FoldedMetric[] {
  const { timeSeriesCollectionSchema } = store.config as TimeSeriesStoreConfig;
  return timeSeriesCollectionSchema.timeSeriesSchemas
    .filter((schema) => schema.nameGeneratorType === 'exact')
    .flatMap((schema) =>
      Object.entries(schema.metrics).map(([metric, config]) => ({
        storeId: store.id,
        series: schema.nameGenerator,
        metric,
        resolution: config.resolution,
        retention: config.retention,
        aggregator: config.aggregator,
      })),
    );
}

/** Freezes or unfreezes stores (data-and-stores R14); ids that are not there are ignored. */
export async function setFrozen(tx: SqlTransaction, storeIds: readonly string[], frozen: boolean): Promise<void> {
  const sorted = [...new Set(storeIds)].toSorted();
  for (let from = 0; from < sorted.length; from += 500) {
    const part = sorted.slice(from, from + 500);
    await tx.run(`update store set frozen = ? where id in (${marks(part.length)})`, [frozen ? 1 : 0, ...part]);
  }
}
