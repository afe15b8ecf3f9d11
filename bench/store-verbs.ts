/** Verbs of the measurement of stores; the thread that owns a SQLite file loads them from here. */
import { defineVerb, type Verb } from '@laneway/engine';
import { applyStoreWrites, insertStores } from '../packages/engine/src/persistence/sql/stores.ts';
import type { StoreWrite } from '../packages/engine/src/stores/writes.ts';

/** A list that belongs to an execution. */
export const addList = defineVerb(
  'bench.addList',
  'control',
  async (tx, { storeId, executionId }: { readonly storeId: string; readonly executionId: string }): Promise<void> => {
    const common = { laneRunId: null, taskId: null, config: {}, initialContent: null, frozen: false, logLevel: null };
    await insertStores(tx, [{ ...common, id: storeId, executionId, schemaId: storeId, name: storeId, type: 'list' }]);
  },
);

/** What jobs that end together write, as the engine's own commit writes it. */
export const append = defineVerb('bench.append', 'data', async (tx, params: { readonly writes: readonly StoreWrite[] }): Promise<void> => {
  const { firstIndices } = await applyStoreWrites(tx, await tx.now(), params.writes);
  if (firstIndices.includes(null)) throw new Error('a store is not there');
});

/** A small write that wants to be first. */
export const touch = defineVerb('bench.touch', 'control', async (tx, params: { readonly storeId: string }): Promise<void> => {
  await tx.run('update store set frozen = 0 where id = ?', [params.storeId]);
});

/** Of the whole database. */
export const bytesOnDisk = defineVerb('bench.bytes', 'data', async (tx, _params: null): Promise<number> => {
  const size =
    tx.dialect.name === 'sqlite'
      ? 'select page_count * page_size as bytes from pragma_page_count(), pragma_page_size()'
      : 'select pg_database_size(current_database()) as bytes';
  return (await tx.get<{ bytes: number }>(size))?.bytes ?? 0;
});

/** Of the tables that grow with items. */
export const rowCounts = defineVerb('bench.rows', 'data', async (tx, _params: null): Promise<Readonly<Record<string, number>>> => {
  const counts: Record<string, number> = {};
  for (const table of ['store_chunk', 'batch', 'slice', 'counter', 'event', 'file', 'timer']) {
    counts[table] = (await tx.get<{ count: number }>(`select count(*) as count from ${table}`))?.count ?? 0;
  }
  return counts;
});

export const verbs = [addList, append, bytesOnDisk, rowCounts, touch] as unknown as readonly Verb<never, unknown>[];
