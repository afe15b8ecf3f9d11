/**
 * Executions that are being created in several transactions. Until the last one nothing of them can be seen; the
 * timer is what is left of one whose writer died, and its stores go when it is due.
 */
import type { LogWrite, PiecesWrite } from '../../stores/writes.ts';
import { defineVerb, type SqlTransaction } from '../sql.ts';
import { applyStoreWrites, deleteStores, insertStores, type NewStore } from './stores.ts';
import { insertTimer } from './timers.ts';

/** Kind of the timer that cleans an abandoned creation up. */
export const abandonedCreationKind = 'abandonedCreation';

function timerId(executionId: string): string {
  return `${abandonedCreationKind}.${executionId}`;
}

const underWay = '{}';
const abandoned = '{"abandoned":true}';

/** The stores without their large content. */
export const beginCreation = defineVerb(
  'beginCreation',
  'control',
  async (tx, params: { readonly executionId: string; readonly stores: readonly NewStore[]; readonly abandonedAfterMs: number }) => {
    await insertStores(tx, params.stores);
    const { executionId, abandonedAfterMs } = params;
    const dueAt = (await tx.now()) + abandonedAfterMs;
    await insertTimer(tx, { id: timerId(executionId), kind: abandonedCreationKind, executionId, dueAt, body: underWay });
  },
);

/** One more part of the content; the timer starts anew. Fails when the creation was given up meanwhile. */
export const extendCreation = defineVerb(
  'extendCreation',
  'data',
  async (tx, params: { readonly executionId: string; readonly write: PiecesWrite | LogWrite; readonly abandonedAfterMs: number }) => {
    const now = await tx.now();
    const kept = await tx.run('update timer set due_at = ? where id = ? and body = ?', [
      now + params.abandonedAfterMs,
      timerId(params.executionId),
      underWay,
    ]);
    if (kept === 0) throw new Error('the creation took too long and was given up');
    await applyStoreWrites(tx, now, [params.write]);
  },
);

/** The last step: false = it came too late, the stores are gone or going. */
export async function finishCreation(tx: SqlTransaction, executionId: string): Promise<boolean> {
  return (await tx.run('delete from timer where id = ? and body = ?', [timerId(executionId), underWay])) === 1;
}

/** Removes a part of what an abandoned creation left; true when nothing is left, not even the timer. */
export const purgeCreation = defineVerb('purgeCreation', 'data', async (tx, params: { readonly executionId: string }): Promise<boolean> => {
  const { executionId } = params;
  // First of all nobody can finish it any more. Without its timer it was finished meanwhile, or is gone.
  const isUnfinished = (await tx.run('update timer set body = ? where id = ?', [abandoned, timerId(executionId)])) === 1;
  if (!isUnfinished) return true;
  if (await deleteStores(tx, { executionId, limit: 200 })) return false;
  await tx.run('delete from timer where id = ?', [timerId(executionId)]);
  return true;
});
