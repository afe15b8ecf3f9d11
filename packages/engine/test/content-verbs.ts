/** Verbs of the suites over the content of stores; the store worker thread of a test loads them from here. */
import { defineVerb } from '@laneway/engine';
import { applyStoreWrites, deleteStores, insertStores, type NewStore } from '../src/persistence/sql/stores.ts';
import type { StoreWrite } from '../src/stores/writes.ts';

export const makeStores = defineVerb(
  'suiteMakeStores',
  'control',
  async (tx, params: { readonly stores: readonly NewStore[] }) => await insertStores(tx, params.stores),
);

/** `now`: the time of what is appended, the database's own by default. */
export const writeStores = defineVerb(
  'suiteWriteStores',
  'data',
  async (tx, params: { readonly writes: readonly StoreWrite[]; readonly now?: number }) =>
    await applyStoreWrites(tx, params.now ?? (await tx.now()), params.writes),
);

export const dropStores = defineVerb(
  'suiteDropStores',
  'control',
  async (tx, params: { readonly ids: readonly string[] }) => await deleteStores(tx, params),
);

const contentTables = ['upload', 'upload_piece', 'store', 'store_tail', 'store_chunk', 'timer'] as const;

/** Rows of the tables in which content on its way may be left behind; the timer of the garbage collection is none of them. */
export const contentRows = defineVerb(
  'suiteContentRows',
  'control',
  async (tx, _params: null): Promise<Readonly<Record<string, number>>> => {
    const counts: [string, number][] = [];
    for (const table of contentTables) {
      const condition = table === 'timer' ? ` where kind <> 'garbageCollection'` : '';
      const row = await tx.get<{ n: number }>(`select count(*) as n from ${table}${condition}`);
      counts.push([table, row?.n ?? -1]);
    }
    return Object.fromEntries(counts);
  },
);

export const verbs = [makeStores, writeStores, dropStores, contentRows];
