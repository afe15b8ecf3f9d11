/**
 * Tails and chunks: the items of list, treeForest, exception and audit log stores. Who holds the tail row of a
 * store owns its chunks until the end of the transaction.
 *
 * Invariants: 1. Items of one append have consecutive indices. 2. Times of log entries never decrease, because they
 * are set under the tail lock (design §6). 3. Chunks cover [oldest_index, next_index) without gaps. 4. Nobody
 * parses a chunk or its lineage to append to it.
 */
import type { LogLimits } from '../../stores/limits.ts';
import { maxChunkItemCount, mergeChunkBytes } from '../../stores/limits.ts';
import { timeMark, type Piece } from '../../stores/chunks.ts';
import { continuableEnding, noOrigins } from '../../stores/lineage-text.ts';
import type { SqlTransaction, SqlValue } from '../sql.ts';

interface TailRow {
  readonly next_index: number;
  readonly oldest_index: number;
  readonly base_index: number;
  readonly chunk_index: number;
  readonly oldest_at: number;
  readonly last_at: number;
}

const tailColumns = 'next_index, oldest_index, base_index, chunk_index, oldest_at, last_at';

const fits = `last_at >= p.expired and chunk_count + p.added <= ${maxChunkItemCount} and chunk_bytes + p.bytes <= ${mergeChunkBytes}`;

/** A log that expired starts again at its present end; every column on the right is the old one. */
const advanceTail = `
  update store_tail set
    base_index = case when last_at < p.expired then next_index else base_index end,
    oldest_index = case when last_at < p.expired then next_index else oldest_index end,
    oldest_at = case when last_at < p.expired then p.time else oldest_at end,
    chunk_index = case when ${fits} then chunk_index else next_index end,
    chunk_count = case when ${fits} then chunk_count + p.added else p.added end,
    chunk_bytes = case when ${fits} then chunk_bytes + p.bytes else p.bytes end,
    next_index = next_index + p.added,
    last_at = case when last_at > p.time then last_at else p.time end
  from (select cast(? as text) as id, cast(? as bigint) as added, cast(? as bigint) as bytes,
               cast(? as bigint) as time, cast(? as bigint) as expired) as p
  where store_id = p.id
  returning ${tailColumns}`;

/** Lineage of a chunk where only the other part has one, as `noOrigins` tells it. */
const lineageOf = (part: 'store_chunk' | 'excluded'): string => `coalesce(${part}.lineage, '-*' || ${part}.item_count || '@')`;

/** As `continueLineage` does it. */
const mergeLineage = `case
        when store_chunk.lineage is null and excluded.lineage is null then null
        when substr(store_chunk.lineage, length(store_chunk.lineage) - cast(? as integer) + 1) = cast(? as text)
        then substr(store_chunk.lineage, 1, length(store_chunk.lineage) - cast(? as integer)) || ',' || ${lineageOf('excluded')}
        else ${lineageOf('store_chunk')} || ? || ${lineageOf('excluded')}
      end`;

const mergeChunk = `
  on conflict (store_id, first_index) do update
  set item_count = store_chunk.item_count + excluded.item_count, last_at = excluded.last_at,
      items = store_chunk.items || ? || excluded.items,
      lineage = ${mergeLineage}`;

/** Parameters of `mergeChunk`. */
function mergeParams(piece: Piece): SqlValue[] {
  const ending = continuableEnding(piece.lineage ?? noOrigins(piece.itemCount));
  return ['\n', ending.length, ending, ending.length, '\n'];
}

const insertChunk = `
  insert into store_chunk (store_id, first_index, item_count, first_at, last_at, items, lineage) values (?, ?, ?, ?, ?, ?, ?) ${mergeChunk}`;

/** PostgreSQL does both in one round trip, so that the lock of the tail is held for as short as possible. */
const appendInOne = `
  with tail as (${advanceTail}, store_id),
  chunk as (
    insert into store_chunk (store_id, first_index, item_count, first_at, last_at, items, lineage)
    select store_id, chunk_index, cast(? as integer), last_at, last_at, replace(cast(? as text), ?, cast(last_at as text)), cast(? as text)
    from tail
    ${mergeChunk}
  )
  select ${tailColumns} from tail`;

/**
 * What a lineage counts towards the size of its chunk, because it is rewritten with it. The name of the job counts for a
 * quarter: as a rule it is there already and gives way; where two tasks take turns a chunk may become three times as large.
 */
function weightOf(lineage: string | null): number {
  if (lineage === null) return 0;
  const { length } = continuableEnding(lineage);
  return lineage.length - length + Math.ceil(length / 4);
}

async function appendPiece(tx: SqlTransaction, storeId: string, piece: Piece, time: number, expired: number): Promise<TailRow | undefined> {
  const lineage = piece.lineage ?? null;
  const advance = [storeId, piece.itemCount, piece.bytes + weightOf(lineage), time, expired];
  if (tx.dialect.name === 'postgres') {
    return await tx.get<TailRow>(appendInOne, [...advance, piece.itemCount, piece.text, timeMark, lineage, ...mergeParams(piece)]);
  }
  const tail = await tx.get<TailRow>(advanceTail, advance);
  if (tail === undefined) return undefined;
  const text = piece.text.includes(timeMark) ? piece.text.replaceAll(timeMark, String(tail.last_at)) : piece.text;
  await tx.run(insertChunk, [storeId, tail.chunk_index, piece.itemCount, tail.last_at, tail.last_at, text, lineage, ...mergeParams(piece)]);
  return tail;
}

/**
 * Appends pieces to one store, one statement for each. `limits` is given for logs. Returns the index of the first
 * item, null when the store is not there (any more).
 */
export async function appendPieces(
  tx: SqlTransaction,
  params: { readonly storeId: string; readonly pieces: readonly Piece[]; readonly now: number; readonly limits: LogLimits | null },
): Promise<number | null> {
  const { storeId, pieces, now, limits } = params;
  const expired = limits === null ? -1 : now - limits.expiryMs;
  let firstIndex: number | null = null;
  let tail: TailRow | undefined;
  for (const piece of pieces) {
    tail = await appendPiece(tx, storeId, piece, now, expired);
    if (tail === undefined) return null;
    firstIndex ??= tail.next_index - piece.itemCount - tail.base_index;
  }
  if (limits !== null && tail !== undefined) await pruneLog(tx, storeId, tail, now, limits, firstIndex === 0);
  return firstIndex;
}

/** Drops whole chunks, and only when there is something to gain: once in a thousand entries or when one is too old (R40). */
async function pruneLog(
  tx: SqlTransaction,
  storeId: string,
  tail: TailRow,
  now: number,
  limits: LogLimits,
  restarted: boolean,
): Promise<void> {
  const slack = Math.max(1, Math.floor(limits.maxEntryCount / 5));
  const isTooLong = tail.next_index - tail.oldest_index >= limits.maxEntryCount + slack;
  const isTooOld = tail.oldest_at < now - limits.maxAgeMs;
  if (!isTooLong && !isTooOld && !(restarted && tail.base_index > 0)) return;
  await tx.run('delete from store_chunk where store_id = ? and first_index < ? and (first_index + item_count <= ? or last_at < ?)', [
    storeId,
    tail.chunk_index,
    Math.max(tail.base_index, tail.next_index - limits.maxEntryCount),
    now - limits.maxAgeMs,
  ]);
  const oldest = await tx.get<{ first_index: number; last_at: number }>(
    'select first_index, last_at from store_chunk where store_id = ? order by first_index limit 1',
    [storeId],
  );
  if (oldest === undefined) return;
  await tx.run('update store_tail set oldest_index = ?, oldest_at = ? where store_id = ?', [oldest.first_index, oldest.last_at, storeId]);
}
