/** Filling lists as jobs do: groups of commits, one transaction each, one after the other. */
import type { Database } from '@laneway/engine';
import { packWrites } from '../packages/engine/src/stores/pack-writes.ts';
import { append } from './store-verbs.ts';

export const itemsOfJob = 100;
const jobsOfGroup = 8;
const itemsOfGroup = itemsOfJob * jobsOfGroup;

/** JSON text of the item with this index. */
export type ItemText = (index: number) => string;

/** Appends items [from, to) and returns how many seconds it took. */
export async function fill(database: Database, storeId: string, item: ItemText, from: number, to: number): Promise<number> {
  const startedAt = performance.now();
  for (let first = from; first < to; first += itemsOfGroup)
    await appendGroup(database, storeId, item, first, Math.min(first + itemsOfGroup, to));
  return (performance.now() - startedAt) / 1000;
}

export interface Growth {
  readonly storeId: string;
  /** Items that it has. */
  from: number;
  /** Milliseconds spent on it. */
  spentMs: number;
}

/** Appends `count` items to each of the lists, group by group in turn, so that whatever else the machine does hits them alike. */
export async function growInTurn(database: Database, lists: readonly Growth[], item: ItemText, count: number): Promise<void> {
  for (let group = 0; group * itemsOfGroup < count; group += 1) {
    for (const list of lists) {
      const startedAt = performance.now();
      await appendGroup(database, list.storeId, item, list.from, list.from + itemsOfGroup);
      list.spentMs += performance.now() - startedAt;
      list.from += itemsOfGroup;
    }
  }
}

async function appendGroup(database: Database, storeId: string, item: ItemText, from: number, to: number): Promise<void> {
  const writes = Array.from({ length: Math.ceil((to - from) / itemsOfJob) }, (_, job) => {
    const first = from + job * itemsOfJob;
    const items = Array.from({ length: Math.min(itemsOfJob, to - first) }, (_unused, offset) => item(first + offset));
    return packWrites([{ kind: 'append', storeId, items }]);
  });
  await database.call(append, { writes: writes.flat() });
}
