/** Deleting stores with everything in them, in small batches when they belong to an execution (design §5). */
import type { SqlTransaction } from '../sql.ts';
import { marks } from './placeholders.ts';

/** Tables of many rows with their primary keys, emptied before the store's own row goes. */
const contents = [
  ['store_chunk', 'store_id, first_index'],
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
