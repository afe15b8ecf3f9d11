/**
 * Marks: rows that stand for an effect and are written in its transaction, so that it happens once. Whoever finds the
 * mark there gives its own effect up.
 */
import type { SqlTransaction } from '../sql.ts';
import { placeBulkMark, removeBulkMark, type BulkMark } from './bulk-results.ts';
import { placeKey, removeKey, type KeyMark } from './request-keys.ts';

export type EffectMark = KeyMark | BulkMark;

/** False = the effect was had before, or is not wanted any more: nothing was written. */
export async function placeMark(tx: SqlTransaction, mark: EffectMark | null): Promise<boolean> {
  if (mark === null) return true;
  return mark.kind === 'key' ? await placeKey(tx, mark) : await placeBulkMark(tx, mark);
}

/** The effect did not come to pass in this transaction. */
export async function removeMark(tx: SqlTransaction, mark: EffectMark | null): Promise<void> {
  if (mark === null) return;
  await (mark.kind === 'key' ? removeKey(tx, mark) : removeBulkMark(tx, mark));
}
