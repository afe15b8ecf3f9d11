/** Counting what is in the tables of stores and executions, on any database; the store worker thread of a test loads it from here. */
import { defineVerb } from '@laneway/engine';

const tables = ['execution', 'store', 'store_tail', 'store_chunk', 'store_content', 'series_collection'] as const;

export const countRows = defineVerb('suiteCountRows', 'read', async (tx, _params: null): Promise<Readonly<Record<string, number>>> => {
  const counts: Record<string, number> = {};
  for (const table of tables) counts[table] = (await tx.get<{ n: number }>(`select count(*) as n from ${table}`))?.n ?? -1;
  return counts;
});

export const verbs = [countRows];
