/** Packing a job's writes for the way to the database: the appends to a store become the texts of its chunks. */
import { cutIntoPieces } from './chunks.ts';
import type { Origin } from './lineage-text.ts';
import type { StoreWrite } from './writes.ts';

interface Appended {
  readonly items: string[];
  /** Of each item. */
  readonly origins: (Origin | undefined)[];
}

/** Order within a store is kept; the packed appends come first, everything else follows as it was. */
export function packWrites(writes: readonly StoreWrite[]): readonly StoreWrite[] {
  const appendedTo = new Map<string, Appended>();
  const others: StoreWrite[] = [];
  for (const write of writes) {
    if (write.kind !== 'append') {
      others.push(write);
      continue;
    }
    let appended = appendedTo.get(write.storeId);
    if (appended === undefined) {
      appended = { items: [], origins: [] };
      appendedTo.set(write.storeId, appended);
    }
    for (const item of write.items) {
      appended.items.push(item);
      appended.origins.push(write.origin);
    }
  }
  const packed = [...appendedTo].map(([storeId, { items, origins }]): StoreWrite => {
    return { kind: 'pieces', storeId, pieces: cutIntoPieces(items, (index) => origins[index]) };
  });
  return [...packed, ...others];
}
