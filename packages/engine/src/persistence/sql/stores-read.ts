/** Reading stores: pages cost as much as the chunks they lie in, however large the store is. */
import { backwardWindow, forwardWindow } from '@laneway/model';
import { linesOf } from '../../stores/chunks.ts';
import { defineVerb, type SqlTransaction, type SqlValue } from '../sql.ts';
import { readContent } from './stores-content.ts';

interface ChunkRow {
  readonly first_index: number;
  readonly items: string;
}

/** Chunks that hold items of a page: store, end of the page, store, its first item. */
const chunksOfPage = `
  select first_index, items from store_chunk
  where store_id = ? and first_index < ?
    and first_index >= coalesce((select max(first_index) from store_chunk where store_id = ? and first_index <= ?), 0)
  order by first_index`;

/** Lines with the numbers that they have in the table. */
async function readLines(tx: SqlTransaction, storeId: string, from: number, to: number): Promise<{ index: number; text: string }[]> {
  if (to <= from) return [];
  const chunks = await tx.all<ChunkRow>(chunksOfPage, [storeId, to, storeId, from]);
  const found: { index: number; text: string }[] = [];
  for (const chunk of chunks) {
    const lines = linesOf(chunk.items);
    const end = Math.min(lines.length, to - chunk.first_index);
    for (let position = Math.max(0, from - chunk.first_index); position < end; position += 1) {
      found.push({ index: chunk.first_index + position, text: lines[position] ?? '' });
    }
  }
  return found;
}

/** Items [from, to) of a list, treeForest or exception store as JSON texts in their stored form; fewer at its end. */
export async function readItems(
  tx: SqlTransaction,
  params: { readonly storeId: string; readonly from: number; readonly to: number },
): Promise<readonly string[]> {
  const lines = await readLines(tx, params.storeId, Math.max(0, params.from), params.to);
  return lines.map((line) => line.text);
}

export const readStoreItems = defineVerb('readStoreItems', 'read', readItems);

interface TailRow {
  readonly next_index: number;
  readonly oldest_index: number;
  readonly base_index: number;
  readonly last_at: number;
}

async function readTail(tx: SqlTransaction, storeId: string): Promise<TailRow | undefined> {
  return await tx.get<TailRow>('select next_index, oldest_index, base_index, last_at from store_tail where store_id = ?', [storeId]);
}

/** Number of items ever appended; 0 for a store that is not there. */
export async function storeCount(tx: SqlTransaction, storeId: string): Promise<number> {
  const tail = await readTail(tx, storeId);
  return tail === undefined ? 0 : tail.next_index - tail.base_index;
}

/** `storeCount` as a verb of its own. */
export const storeSize = defineVerb('storeSize', 'read', async (tx, params: { readonly storeId: string }): Promise<number> => {
  return await storeCount(tx, params.storeId);
});

export interface StoreRow {
  readonly id: string;
  readonly executionId: string;
  /** null only while the execution's own row is not there. */
  readonly spaceId: string | null;
  readonly schemaId: string;
  readonly name: string;
  readonly type: string;
  readonly frozen: boolean;
  readonly logLevel: number | null;
  /** JSON texts. */
  readonly config: string;
  readonly initialContent: string | null;
}

/** The store, null when it or its execution is gone. `initialContent` is read only when asked for: it may be large. */
export const readStore = defineVerb(
  'readStore',
  'read',
  async (tx, params: { readonly storeId: string; readonly withInitialContent: boolean }): Promise<StoreRow | null> => {
    const row = await tx.get<{
      id: string;
      execution_id: string;
      space_id: string | null;
      schema_id: string;
      name: string;
      type: string;
      frozen: number;
      log_level: number | null;
      config: string;
      initial_content: string | null;
    }>(
      `select store.id, store.execution_id, execution.space_id, store.schema_id, store.name, store.type, store.frozen, store.log_level,
              store.config, ${params.withInitialContent ? 'store.initial_content' : 'null as initial_content'}
       from store left join execution on execution.id = store.execution_id
       where store.id = ? and coalesce(execution.discarded, 0) = 0`,
      [params.storeId],
    );
    if (row === undefined) return null;
    return {
      id: row.id,
      executionId: row.execution_id,
      spaceId: row.space_id,
      schemaId: row.schema_id,
      name: row.name,
      type: row.type,
      frozen: row.frozen === 1,
      logLevel: row.log_level,
      config: row.config,
      initialContent: row.initial_content,
    };
  },
);

export const readStoreContent = defineVerb(
  'readStoreContent',
  'read',
  async (tx, params: { readonly storeId: string }): Promise<string | null> => {
    return await readContent(tx, params.storeId);
  },
);

export interface PageRequest {
  readonly storeId: string;
  readonly direction: 'forward' | 'backward';
  readonly index: number | null;
  /** Milliseconds; wins over the index (R27). */
  readonly timestamp: number | null;
  readonly offset: number;
  readonly limit: number;
  /** For logs: one that nobody wrote to for this long is as if it never had been (R39); null for other stores. */
  readonly expiryMs: number | null;
}

export interface Page {
  readonly entries: readonly { readonly index: number; readonly text: string }[];
  readonly isLast: boolean;
}

/** A page of a log-like store; null for a log that was never written to or has expired. */
export const readStorePage = defineVerb('readStorePage', 'read', async (tx, params: PageRequest): Promise<Page | null> => {
  const tail = await readTail(tx, params.storeId);
  if (tail === undefined) return null;
  if (params.expiryMs !== null && (tail.next_index === tail.base_index || tail.last_at < (await tx.now()) - params.expiryMs)) return null;
  const { base_index: base } = tail;
  const [total, oldest] = [tail.next_index - base, tail.oldest_index - base];
  const index = params.timestamp === null ? params.index : await indexAtTime(tx, params, params.timestamp, tail);
  const start = { index, offset: params.offset, limit: params.limit };
  const isForward = params.direction === 'forward';
  const { first, count, isLast } = isForward ? forwardWindow(total, oldest, start) : backwardWindow(total, oldest, start);
  const from = base + (isForward ? first : first - count + 1);
  const lines = await readLines(tx, params.storeId, from, from + count);
  const entries = lines.map(({ index, text }) => ({ index: index - base, text }));
  return { entries: isForward ? entries : entries.toReversed(), isLast };
});

/** First entry at or after the time (forward), last one at or before it (backward); beyond the end when there is none (R27). */
async function indexAtTime(tx: SqlTransaction, params: PageRequest, at: number, tail: TailRow): Promise<number> {
  const isForward = params.direction === 'forward';
  const key: SqlValue[] = [params.storeId, tail.oldest_index, at];
  const chunk = await tx.get<ChunkRow>(
    isForward
      ? 'select first_index, items from store_chunk where store_id = ? and first_index >= ? and last_at >= ? order by first_index limit 1'
      : 'select first_index, items from store_chunk where store_id = ? and first_index >= ? and first_at <= ? order by first_index desc limit 1',
    key,
  );
  if (chunk === undefined) return (isForward ? tail.next_index : tail.oldest_index - 1) - tail.base_index;
  const times = linesOf(chunk.items).map(timeOfLine);
  const position = isForward ? times.findIndex((time) => time >= at) : times.findLastIndex((time) => time <= at);
  return chunk.first_index + position - tail.base_index;
}

const linePrefix = '{"timestamp":';

/** Entries begin with their time (see `logLine`), so that a search needs no parsing of contents. */
function timeOfLine(line: string): number {
  return Number(line.slice(linePrefix.length, line.indexOf(',', linePrefix.length)));
}

/** Entries after the given index, oldest first, for dumps. A log never written to or expired has a `total` of 0. */
export const readLogAfter = defineVerb(
  'readLogAfter',
  'read',
  async (tx, params: { readonly storeId: string; readonly after: number; readonly limit: number; readonly expiryMs: number }) => {
    const tail = await readTail(tx, params.storeId);
    const now = await tx.now();
    if (tail === undefined || tail.last_at < now - params.expiryMs) return { now, total: 0, entries: [] };
    // Entries that were pruned meanwhile are passed over.
    const from = Math.max(params.after + 1 + tail.base_index, tail.oldest_index);
    const lines = await readLines(tx, params.storeId, from, Math.min(from + params.limit, tail.next_index));
    const total = tail.next_index - tail.base_index;
    return { now, total, entries: lines.map(({ index, text }) => ({ index: index - tail.base_index, text })) };
  },
);
