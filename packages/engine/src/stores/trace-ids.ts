/** Which failed item has which trace id (R45): one walk through the store for all ids, in batches of bounded size. */
import type { Database } from '../persistence/sql.ts';
import { findTraceIds, readStoreBounds } from '../persistence/sql/stores-export.ts';

export interface TraceIdQuery {
  readonly traceIds: readonly string[];
  /** Milliseconds; entries of an earlier time are not looked at, except those appended together with later ones. */
  readonly timestamp: number | null;
}

/** Trace id → first index of it as text, null when there is none; in the order of the query. */
export async function indicesByTraceIds(
  database: Database,
  storeId: string,
  { traceIds, timestamp }: TraceIdQuery,
): Promise<Readonly<Record<string, string | null>>> {
  const indices = new Map<string, string | null>(traceIds.map((traceId) => [traceId, null]));
  const missing = new Set(traceIds);
  const { base, from, end } = await database.call(readStoreBounds, { storeId, expiryMs: null, timestamp });
  for (let next = from; next < end && missing.size > 0;) {
    const part = await database.call(findTraceIds, { storeId, base, from: next, end, traceIds: [...missing] });
    if (part === null) break;
    for (const [traceId, index] of part.found) {
      indices.set(traceId, String(index));
      missing.delete(traceId);
    }
    next = part.next;
  }
  return Object.fromEntries(indices);
}
