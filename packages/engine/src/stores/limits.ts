/** Limits of stores (data-and-stores §8, execution §16). */

export interface LogLimits {
  /** About how many of the newest entries a log keeps; up to a fifth more may be kept (R40). */
  readonly maxEntryCount: number;
  readonly maxAgeMs: number;
  /** A log that nobody wrote to for this long is gone (R39, R40). */
  readonly expiryMs: number;
}

const dayMs = 86_400_000;

export const defaultLogLimits: LogLimits = { maxEntryCount: 5_000, maxAgeMs: 14 * dayMs, expiryMs: 30 * dayMs };

export const maxChunkItemCount = 1_000;
export const maxChunkBytes = 256 * 1024;

/**
 * A small append goes into the last chunk while that stays below this size, else it becomes a chunk of its own.
 * Rewriting up to 4 KiB costs no more than a row of its own (one page of SQLite, about one tuple of PostgreSQL),
 * so jobs of one item leave chunks of dozens or hundreds of items; a larger bound would multiply the bytes written.
 * (*measured*: an append that merges takes as long as one that does not, 35 µs in memory and 1.3 ms with PostgreSQL,
 * most of it the commit; 5,000 appends of one 20-byte item leave 29 chunks.)
 */
export const mergeChunkBytes = 4 * 1024;

/**
 * What one transaction deletes of chunks or of uploads: a few milliseconds of work on both databases. A row may have any size up to that
 * of the largest item, so rows alone bound nothing (*measured*: 200 full chunks 8–18 ms on SQLite, 25–32 ms on PostgreSQL).
 */
export const maxDeletedBytes = 8 * 1024 * 1024;

/** Above this retention a metric is trimmed only now and then (R60). */
export const exactRetention = 50_000;

/** Entries that a dump reads at once. */
export const dumpBatchSize = 100;
