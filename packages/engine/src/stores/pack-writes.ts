/** Packing a job's writes for the way to the database: the appends to a store become the texts of its chunks. */
import { cutIntoPieces } from './chunks.ts';
import type { StoreWrite } from './writes.ts';

/** Order within a store is kept; the packed appends come first, everything else follows as it was. */
export function packWrites(writes: readonly StoreWrite[]): readonly StoreWrite[] {
  const itemsOf = new Map<string, string[]>();
  const others: StoreWrite[] = [];
  for (const write of writes) {
    if (write.kind !== 'append') {
      others.push(write);
      continue;
    }
    const items = itemsOf.get(write.storeId);
    if (items === undefined) itemsOf.set(write.storeId, [...write.items]);
    else for (const item of write.items) items.push(item);
  }
  const packed = [...itemsOf].map(([storeId, items]): StoreWrite => ({ kind: 'pieces', storeId, pieces: cutIntoPieces(items) }));
  return [...packed, ...others];
}
