/**
 * What a job's results become before they reach the database: a flat list of writes, one step from SQL.
 * Planning them (validation, dispatch rules, log normalisation) happens outside the transaction; applying
 * them is the last part of the job's commit, store tails sorted by id (design §4, lock order).
 */
import type { Piece } from './chunks.ts';
import type { Origin } from './lineage-text.ts';

/** Appends to a list, treeForest or exception store. Items are JSON texts in their stored form. */
export interface AppendWrite {
  readonly kind: 'append';
  readonly storeId: string;
  readonly items: readonly string[];
  /** Where all of them come from; absent = no result wrote them. */
  readonly origin?: Origin;
}

/**
 * Several appends to one store, already cut into the texts of chunks: what crosses the thread boundary. A few long
 * texts are copied in a fraction of the time and memory of many short ones.
 */
export interface PiecesWrite {
  readonly kind: 'pieces';
  readonly storeId: string;
  readonly pieces: readonly Piece[];
}

/** Appends to an audit log. Its time is set under the tail lock (design §6). */
export interface LogWrite {
  readonly kind: 'log';
  readonly storeId: string;
  readonly entries: readonly { readonly severity: string; readonly source: 'user' | 'system'; readonly content: string }[];
  readonly origin?: Origin;
}

/** Overwrites the content of a singleValue or range store with a JSON text; the last one of a commit wins. */
export interface SetWrite {
  readonly kind: 'set';
  readonly storeId: string;
  readonly content: string;
  readonly origin?: Origin;
}

/** Measurements of series, in the order in which they count (R59: that of one update reversed); a commit folds them into one row per window. */
export interface MeasureWrite {
  readonly kind: 'measure';
  readonly storeId: string;
  /** The log that tells which measurements were refused inside the commit; absent = nobody is told. */
  readonly logStoreId?: string;
  readonly points: readonly {
    readonly series: string;
    readonly timestamp: number;
    readonly value: number;
    /** Metrics of the series' schema; the first write of a series creates it with these. */
    readonly metrics: Readonly<Record<string, { readonly resolution: number; readonly retention: number; readonly aggregator: string }>>;
  }[];
}

export type StoreWrite = AppendWrite | PiecesWrite | LogWrite | SetWrite | MeasureWrite;

/** Writes of a result, with what they come from. Time series are aggregates: their measurements have no origin. */
export function withOrigin(writes: readonly StoreWrite[], origin: Origin): readonly StoreWrite[] {
  return writes.map((write) => (write.kind === 'measure' || write.kind === 'pieces' ? write : { ...write, origin }));
}
