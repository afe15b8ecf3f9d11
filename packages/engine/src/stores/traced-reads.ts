/** Pages and contents as browsing reads them: with or without the lineage of each entry (extension of data-and-stores §4). */
import type { Lineage } from '@laneway/model';
import type { Database } from '../persistence/sql.ts';
import { readStoreContent, readStorePage, type Page, type PageRequest } from '../persistence/sql/stores-read.ts';
import { readTracedContent, readTracedPage } from '../persistence/sql/stores-lineage.ts';
import type { LineageReader } from './lineage-reader.ts';

export interface TracedReads {
  readonly database: Database;
  readonly lineages: LineageReader;
}

/** What is asked for: `isTraced` with lineage. */
export interface TracedStore {
  readonly id: string;
  readonly executionId: string;
  readonly isTraced: boolean;
}

/** What an entry of an answer has in addition: nothing unless lineage was asked for. */
export type LineagePart = { readonly lineage?: Lineage | null };

export interface LoadedPage {
  readonly page: Page;
  /** By the position of the entry in the page. */
  readonly lineageAt: (position: number) => LineagePart;
}

/** null as `readStorePage` tells it. */
export async function loadPage(parts: TracedReads, store: TracedStore, request: Omit<PageRequest, 'storeId'>): Promise<LoadedPage | null> {
  const { database, lineages } = parts;
  const params = { ...request, storeId: store.id };
  if (!store.isTraced) {
    const page = await database.call(readStorePage, params);
    return page === null ? null : { page, lineageAt: () => ({}) };
  }
  const traced = await database.call(readTracedPage, params);
  if (traced === null) return null;
  const read = await lineages.read(store.executionId, traced.origins);
  return { page: traced.page, lineageAt: (position) => ({ lineage: read[position] ?? null }) };
}

export interface LoadedContent {
  /** JSON text. */
  readonly content: string;
  readonly lineage: LineagePart;
}

/** null when it was never set. */
export async function loadContent(parts: TracedReads, store: TracedStore): Promise<LoadedContent | null> {
  const { database, lineages } = parts;
  if (!store.isTraced) {
    const content = await database.call(readStoreContent, { storeId: store.id });
    return content === null ? null : { content, lineage: {} };
  }
  const traced = await database.call(readTracedContent, { storeId: store.id });
  if (traced === null) return null;
  const [lineage = null] = await lineages.read(store.executionId, [traced.origin]);
  return { content: traced.content, lineage: { lineage } };
}
