/** Reading the items of claimed batches, with their trace ids, from whatever the lane run iterates. */
import { hash } from 'node:crypto';
import type { Database } from '../persistence/sql.ts';
import type { LaneInput } from '../persistence/sql/gates.ts';
import { readStoreItems } from '../persistence/sql/stores.ts';

export interface Item {
  /** Position in its batch. */
  readonly position: number;
  /** Index in the input of the lane run. */
  readonly index: number;
  /** 20 hex digits (data-and-stores R20). */
  readonly traceId: string;
  /** JSON text of the stored form. */
  readonly text: string;
}

/** A hash of lane run (a random id) and index: no storage, and the same after every take-over (design §4). */
export function traceIdOf(laneRunId: string, index: number): string {
  return hash('sha1', `${laneRunId}:${index}`).slice(0, 20);
}

/** Items [first, first + count) of the input. */
export async function readItems(
  database: Database,
  params: { readonly laneRunId: string; readonly input: LaneInput; readonly first: number; readonly count: number },
): Promise<readonly Item[]> {
  const { laneRunId, input, first, count } = params;
  switch (input.kind) {
    case 'range':
      return Array.from({ length: count }, (_, offset) => ({
        position: offset,
        index: first + offset,
        traceId: traceIdOf(laneRunId, first + offset),
        text: String(input.start + (first + offset) * input.step),
      }));
    case 'single':
      return [{ position: 0, index: 0, traceId: traceIdOf(laneRunId, 0), text: input.value }];
    case 'store': {
      const texts = await database.call(readStoreItems, { storeId: input.storeId, from: first, to: first + count });
      return texts.map((text, offset) => {
        const place = { position: offset, index: first + offset };
        return input.traced ? tracedItem(text, place) : { ...place, traceId: traceIdOf(laneRunId, place.index), text };
      });
    }
  }
}

/** An entry of an exception store keeps the trace id it had (data-and-stores R44). */
function tracedItem(text: string, place: Pick<Item, 'position' | 'index'>): Item {
  const entry = JSON.parse(text) as { traceId: string; value: unknown };
  return { ...place, traceId: entry.traceId, text: JSON.stringify(entry.value) };
}
