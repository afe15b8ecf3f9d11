/**
 * Reading where values come from: pages and contents together with their origins, and what is needed to name an origin.
 * A constant number of statements for a page, however many entries and lane runs are in it.
 */
import type { Execution, LaneRun } from '@laneway/model';
import { linesOf } from '../../stores/chunks.ts';
import { decodeOrigins, type StoredOrigin } from '../../stores/lineage-text.ts';
import { defineVerb, type SqlTransaction } from '../sql.ts';
import { inParts, marks, pairs } from './placeholders.ts';
import { readStorePage, type Page, type PageRequest } from './stores-read.ts';

export interface TracedPage {
  readonly page: Page;
  /** Of the page's entries. */
  readonly origins: readonly (StoredOrigin | null)[];
}

/** `readStorePage` with the origins of the entries, as of one moment. */
export const readTracedPage = defineVerb('readTracedPage', 'read', async (tx, params: PageRequest): Promise<TracedPage | null> => {
  const page = await readStorePage.run(tx, params);
  if (page === null) return null;
  const tail = await tx.get<{ base_index: number }>('select base_index from store_tail where store_id = ?', [params.storeId]);
  const numbers = page.entries.map((entry) => entry.index + (tail?.base_index ?? 0));
  const found = await readOrigins(tx, params.storeId, numbers);
  return { page, origins: numbers.map((number) => found.get(number) ?? null) };
});

/** Origins by the numbers that the items have in the table. */
async function readOrigins(
  tx: SqlTransaction,
  storeId: string,
  numbers: readonly number[],
): Promise<ReadonlyMap<number, StoredOrigin | null>> {
  const origins = new Map<number, StoredOrigin | null>();
  if (numbers.length === 0) return origins;
  const [from, to] = [Math.min(...numbers), Math.max(...numbers) + 1];
  const chunks = await tx.all<{ first_index: number; item_count: number; lineage: string | null }>(
    `select first_index, item_count, lineage from store_chunk
     where store_id = ? and first_index < ?
       and first_index >= coalesce((select max(first_index) from store_chunk where store_id = ? and first_index <= ?), 0)
     order by first_index`,
    [storeId, to, storeId, from],
  );
  for (const { first_index: first, item_count: count, lineage } of chunks) {
    const start = Math.max(0, from - first);
    const decoded = decodeOrigins(lineage, count, start, Math.min(count, to - first));
    for (const [offset, origin] of decoded.entries()) origins.set(first + start + offset, origin);
  }
  return origins;
}

export interface TracedContent {
  /** JSON text. */
  readonly content: string;
  readonly origin: StoredOrigin | null;
}

/** Content of a singleValue or range store and what wrote it last; null when it was never set. */
export const readTracedContent = defineVerb(
  'readTracedContent',
  'read',
  async (tx, params: { readonly storeId: string }): Promise<TracedContent | null> => {
    const row = await tx.get<{ content: string; lineage: string | null }>('select content, lineage from store_content where store_id = ?', [
      params.storeId,
    ]);
    if (row === undefined) return null;
    const [origin = null] = decodeOrigins(row.lineage, 1, 0, 1);
    return { content: row.content, origin };
  },
);

export interface TaskPlaces {
  readonly execution: Execution;
  /** Task id → lane run, for the tasks of this execution among the given ones. */
  readonly laneRunIds: Readonly<Record<string, string>>;
  /** Those of these lane runs that left the document. */
  readonly archivedRuns: readonly LaneRun[];
}

/** Where tasks of an execution belong; null when it is gone. */
export const readTaskPlaces = defineVerb(
  'readTaskPlaces',
  'read',
  async (tx, params: { readonly executionId: string; readonly taskIds: readonly string[] }): Promise<TaskPlaces | null> => {
    const { executionId, taskIds } = params;
    const row = await tx.get<{ document: string }>('select document from execution where id = ? and discarded = 0', [executionId]);
    if (row === undefined) return null;
    const tasks = await tx.all<{ id: string; lane_run_id: string }>(
      `select id, lane_run_id from task where id in (${marks(taskIds.length)}) and execution_id = ?`,
      [...taskIds, executionId],
    );
    const runIds = [...new Set(tasks.map((task) => task.lane_run_id))];
    const archived =
      runIds.length === 0
        ? []
        : await tx.all<{ document: string }>(`select document from archived_lane_run where id in (${marks(runIds.length)})`, runIds);
    return {
      execution: JSON.parse(row.document) as Execution,
      laneRunIds: Object.fromEntries(tasks.map((task) => [task.id, task.lane_run_id])),
      archivedRuns: archived.map((run) => JSON.parse(run.document) as LaneRun),
    };
  },
);

export interface ExceptionEntry {
  readonly storeId: string;
  readonly index: number;
}

/** Chunks are up to 256 KiB: this many are in memory at once. */
const chunksAtOnce = 16;

/** Trace ids that entries of exception stores keep (R44), in the order of the entries; null for one that is not there. */
export const readKeptTraceIds = defineVerb(
  'readKeptTraceIds',
  'read',
  async (tx, params: { readonly entries: readonly ExceptionEntry[] }): Promise<readonly (string | null)[]> => {
    const { entries } = params;
    if (entries.length === 0) return [];
    const holding = await tx.all<{ store_id: string; first_index: number | null }>(
      `with wanted (store_id, number) as ${pairs(entries.length)}
       select distinct wanted.store_id, (
         select max(first_index) from store_chunk where store_chunk.store_id = wanted.store_id and store_chunk.first_index <= wanted.number
       ) as first_index
       from wanted`,
      entries.flatMap(({ storeId, index }) => [storeId, index]),
    );
    const found = new Map<string, string>();
    const chunks = holding.filter((chunk) => chunk.first_index !== null);
    for (const part of inParts(chunks, chunksAtOnce)) await collectTraceIds(tx, part, entries, found);
    return entries.map((entry) => found.get(keyOf(entry)) ?? null);
  },
);

function keyOf({ storeId, index }: ExceptionEntry): string {
  return `${storeId}:${index}`;
}

async function collectTraceIds(
  tx: SqlTransaction,
  chunks: readonly { readonly store_id: string; readonly first_index: number | null }[],
  entries: readonly ExceptionEntry[],
  found: Map<string, string>,
): Promise<void> {
  const rows = await tx.all<{ store_id: string; first_index: number; items: string }>(
    `select store_id, first_index, items from store_chunk where (store_id, first_index) in ${pairs(chunks.length)}`,
    chunks.flatMap((chunk) => [chunk.store_id, chunk.first_index]),
  );
  const wanted = new Set(entries.map(keyOf));
  for (const { store_id: storeId, first_index: first, items } of rows) {
    for (const [offset, line] of linesOf(items).entries()) {
      const key = keyOf({ storeId, index: first + offset });
      if (wanted.has(key)) found.set(key, (JSON.parse(line) as { readonly traceId: string }).traceId);
    }
  }
}

export const lineageVerbs = [readKeptTraceIds, readTaskPlaces, readTracedContent, readTracedPage] as const;
