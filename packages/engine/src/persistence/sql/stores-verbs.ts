import type { Verb } from '../sql.ts';
import { lineageVerbs } from './stores-lineage.ts';
import { findTraceIds, readStoreBounds, readStorePart } from './stores-export.ts';
import { readLogAfter, readStore, readStoreContent, readStoreItems, readStorePage, storeSize } from './stores-read.ts';
import { readSeriesMetrics, readSeriesSlice } from './stores-series-read.ts';

/** Verbs over the content of stores; everything that writes is part of somebody else's transaction. */
export const storeVerbs = [
  findTraceIds,
  readLogAfter,
  readSeriesMetrics,
  readSeriesSlice,
  readStore,
  readStoreBounds,
  readStoreContent,
  readStoreItems,
  readStorePage,
  readStorePart,
  storeSize,
  ...lineageVerbs,
] as unknown as readonly Verb<never, unknown>[];
