/** Deleting stores with everything in them, in small batches when they belong to an execution (design §5). */
import { maxDeletedBytes } from '../../stores/limits.ts';
import type { SqlTransaction } from '../sql.ts';
import { marks, pairs } from './placeholders.ts';

/** Tables of many small rows with their primary keys, emptied before the store's own row goes. */
const contents = [
  ['series_window', 'store_id, series, metric, start_at'],
  ['series_metric', 'store_id, series, metric'],
] as const;

const singleRows = ['store_content', 'store_tail', 'series_collection'] as const;

const storesAtOnce = 50;

/**
 * Deletes the given stores completely, or about `limit` rows of an execution's stores.
 * Returns whether there is more to delete.
 */
export async function deleteStores(
  tx: SqlTransaction,
  what: { readonly ids: readonly string[] } | { readonly executionId: string; readonly limit: number },
): Promise<boolean> {
  if ('ids' in what) {
    const sorted = [...new Set(what.ids)].toSorted();
    for (let from = 0; from < sorted.length; from += storesAtOnce) await deleteUpTo(tx, sorted.slice(from, from + storesAtOnce), null);
    return false;
  }
  // Until the end of the transaction: a plan that reads a table from its beginning meets all that was deleted before, each time.
  if (tx.dialect.name === 'postgres') await tx.run('set local enable_seqscan = off');
  const found = await tx.all<{ id: string }>('select id from store where execution_id = ? order by id limit ?', [
    what.executionId,
    storesAtOnce,
  ]);
  if (found.length === 0) return false;
  const ids = found.map((row) => row.id);
  const isEmpty = await deleteUpTo(tx, ids, what.limit);
  return !isEmpty || ids.length === storesAtOnce;
}

/** True when nothing is left of the stores. */
async function deleteUpTo(tx: SqlTransaction, ids: readonly string[], limit: number | null): Promise<boolean> {
  const some = marks(ids.length);
  let left = limit;
  if (left === null) {
    await tx.run(`delete from store_chunk where store_id in (${some})`, ids);
  } else {
    const deleted = await deleteChunks(tx, ids, left);
    if (deleted.isLimited) return false;
    left -= deleted.count;
  }
  for (const [table, key] of contents) {
    if (left === null) {
      await tx.run(`delete from ${table} where store_id in (${some})`, ids);
      continue;
    }
    left -= await tx.run(`delete from ${table} where (${key}) in (select ${key} from ${table} where store_id in (${some}) limit ?)`, [
      ...ids,
      left,
    ]);
    if (left <= 0) return false;
  }
  for (const table of singleRows) await tx.run(`delete from ${table} where store_id in (${some})`, ids);
  await tx.run(`delete from store where id in (${some})`, ids);
  return true;
}

interface ChunkKey {
  readonly store_id: string;
  readonly first_index: number;
  /** Known without reading the text. */
  readonly bytes: number;
}

/** Keys of chunks of the stores, in whatever order costs least. */
const chunkKeys = (storeCount: number): string =>
  `select store_id, first_index, octet_length(items) as bytes from store_chunk where store_id in (${marks(storeCount)}) limit ?`;

const deleteByKey = (count: number): string => `delete from store_chunk where (store_id, first_index) in ${pairs(count)}`;

/** Up to `limit` chunks and about `maxDeletedBytes`; `isLimited`: there may be more. */
async function deleteChunks(
  tx: SqlTransaction,
  storeIds: readonly string[],
  limit: number,
): Promise<{ readonly count: number; readonly isLimited: boolean }> {
  const found = await tx.all<ChunkKey>(chunkKeys(storeIds.length), [...storeIds, limit]);
  let bytes = 0;
  const within = found.filter((chunk, position) => {
    bytes += chunk.bytes;
    return position === 0 || bytes <= maxDeletedBytes;
  });
  if (within.length === 0) return { count: 0, isLimited: false };
  await tx.run(
    deleteByKey(within.length),
    within.flatMap((chunk) => [chunk.store_id, chunk.first_index]),
  );
  return { count: within.length, isLimited: within.length < found.length || found.length === limit };
}
