/**
 * Reading a whole store in parts (dumps, look-up by trace id). A part is one short transaction and holds whole chunks up
 * to a bound, so it costs no more memory for a store of any size than for one page.
 */
import { linesOf } from '../../stores/chunks.ts';
import { maxChunkBytes, maxChunkItemCount } from '../../stores/limits.ts';
import { defineVerb, type SqlTransaction } from '../sql.ts';

/** Entries [from, end) of the table's own numbers are what a reader that begins now reads. */
export interface ReadingBounds {
  /** The database's clock, milliseconds. */
  readonly now: number;
  /** The number that people see as 0. */
  readonly base: number;
  readonly from: number;
  readonly end: number;
}

/**
 * Where a reader begins and ends; empty for a log that was never written to or has expired (R39). With a `timestamp` it
 * begins at the chunk in which the first entry of that time or later lies.
 */
export const readStoreBounds = defineVerb(
  'readStoreBounds',
  'read',
  async (
    tx,
    params: { readonly storeId: string; readonly expiryMs: number | null; readonly timestamp: number | null },
  ): Promise<ReadingBounds> => {
    const now = await tx.now();
    const tail = await tx.get<{ next_index: number; oldest_index: number; base_index: number; last_at: number }>(
      'select next_index, oldest_index, base_index, last_at from store_tail where store_id = ?',
      [params.storeId],
    );
    const isExpired = params.expiryMs !== null && (tail?.last_at ?? 0) < now - params.expiryMs;
    if (tail === undefined || isExpired) return { now, base: 0, from: 0, end: 0 };
    const { base_index: base, oldest_index: oldest, next_index: end } = tail;
    const from = params.timestamp === null ? oldest : await firstAtTime(tx, params.storeId, { from: oldest, end }, params.timestamp);
    return { now, base, from, end };
  },
);

const chunkOf = 'from store_chunk where store_id = ? and first_index <= ? order by first_index desc limit 1';

/** Times of chunks never decrease, so halving finds the place in a few reads of rows without their items. */
async function firstAtTime(
  tx: SqlTransaction,
  storeId: string,
  range: { readonly from: number; readonly end: number },
  at: number,
): Promise<number> {
  let { from, end } = range;
  while (from < end) {
    const middle = Math.floor((from + end) / 2);
    const chunk = await tx.get<{ first_index: number; item_count: number; last_at: number }>(
      `select first_index, item_count, last_at ${chunkOf}`,
      [storeId, middle],
    );
    if (chunk === undefined) return from;
    if (chunk.last_at < at) from = chunk.first_index + chunk.item_count;
    else if (chunk.first_index <= from) return from;
    else end = chunk.first_index;
  }
  return from;
}

export interface PartRequest {
  readonly storeId: string;
  readonly base: number;
  readonly from: number;
  readonly end: number;
}

export interface StorePart {
  /** With the indices that people see. */
  readonly entries: readonly { readonly index: number; readonly text: string }[];
  readonly next: number;
}

/** The next part; null when what is wanted is not there any more. What was pruned from a log meanwhile is passed over. */
export const readStorePart = defineVerb('readStorePart', 'read', async (tx, params: PartRequest): Promise<StorePart | null> => {
  const entries: { index: number; text: string }[] = [];
  const next = await readChunks(tx, params, maxChunkItemCount, (lines, first) => {
    for (const [offset, text] of lines.entries()) entries.push({ index: first + offset - params.base, text });
  });
  return next === null ? null : { entries, next };
});

/**
 * The first indices of trace ids in a part of an exception store; null as above. The lines are compared where they were
 * read, so that nothing but the answer leaves the thread of the database.
 */
export const findTraceIds = defineVerb(
  'findTraceIds',
  'read',
  async (
    tx,
    params: PartRequest & { readonly traceIds: readonly string[] },
  ): Promise<{ readonly found: readonly (readonly [traceId: string, index: number])[]; readonly next: number } | null> => {
    const missing = new Set(params.traceIds);
    const found: (readonly [string, number])[] = [];
    // R45: batches of max(100, number still missing); whole chunks are read anyhow.
    const next = await readChunks(tx, params, Math.max(maxChunkItemCount, missing.size), (lines, first) => {
      for (const [offset, line] of lines.entries()) {
        const traceId = traceIdOf(line);
        if (missing.delete(traceId)) found.push([traceId, first + offset - params.base]);
      }
    });
    return next === null ? null : { found, next };
  },
);

const linePrefix = '{"traceId":"';

/** Entries begin with their trace id, so that a search needs no parsing of items; anything else is read as JSON. */
function traceIdOf(line: string): string {
  const end = line.startsWith(linePrefix) ? line.indexOf('"', linePrefix.length) : -1;
  if (end !== -1) return line.slice(linePrefix.length, end);
  return String((JSON.parse(line) as { readonly traceId?: unknown }).traceId);
}

/** Gives the lines of whole chunks until there are enough; returns where to go on. */
async function readChunks(
  tx: SqlTransaction,
  { storeId, base, from, end }: PartRequest,
  enough: number,
  take: (lines: readonly string[], first: number) => void,
): Promise<number | null> {
  const tail = await tx.get<{ oldest_index: number; base_index: number }>(
    'select oldest_index, base_index from store_tail where store_id = ?',
    [storeId],
  );
  if (tail === undefined || tail.base_index !== base) return null;
  let next = Math.max(from, tail.oldest_index);
  let count = 0;
  let length = 0;
  while (next < end && count < enough && length < maxChunkBytes) {
    const chunk = await tx.get<{ first_index: number; items: string }>(`select first_index, items ${chunkOf}`, [storeId, next]);
    const lines = chunk === undefined ? [] : linesOf(chunk.items).slice(next - chunk.first_index, end - chunk.first_index);
    // Chunks have no gaps: the store is being deleted.
    if (chunk === undefined || lines.length === 0) return null;
    take(lines, next);
    next += lines.length;
    count += lines.length;
    length += chunk.items.length;
  }
  return next;
}
