/**
 * The deadline of a pause: jobs that it waits for are withdrawn (I4). Only the gate and the workflow's log change; the
 * execution goes on stopping for the same reason, and the statuses follow when the jobs are gone.
 */
import { workflowEntry, type Execution } from '@laneway/model';
import { defineVerb } from '../sql.ts';
import { applyStoreWrites } from './stores.ts';

/** Names the pause: a later one, or a resumed execution, is another. */
export interface PauseExpiry {
  readonly executionId: string;
  readonly incarnation: number;
  readonly laneRunId: string;
  readonly deadlineMs: number;
}

/** False when that pause waits for nothing any more, or was raised to a stronger stop. */
export const expirePause = defineVerb('expirePause', 'control', async (tx, params: PauseExpiry): Promise<boolean> => {
  const row = await tx.get<{ document: string }>(`select document from execution where id = ? and discarded = 0${tx.dialect.forUpdate}`, [
    params.executionId,
  ]);
  if (row === undefined) return false;
  const execution = JSON.parse(row.document) as Execution;
  const { current, incarnation } = execution;
  const isWaiting = current.status === 'stopping' && current.stoppingReason === 'pause';
  if (!isWaiting || incarnation !== params.incarnation || current.id !== params.laneRunId) return false;
  const changed = await tx.run(
    `update gate set stop_mode = 'abort', stop_epoch = stop_epoch + 1, closed_at = ?
     where lane_run_id = ? and active = 0 and stop_mode = 'drain'`,
    [await tx.now(), current.id],
  );
  if (changed === 0) return false;
  const details = { deadlineSec: params.deadlineMs / 1000 };
  const entry = workflowEntry(execution, 'notice', 'The deadline of the pause passed: jobs in flight are withdrawn.', { details });
  if (entry !== null) {
    const { severity, content, storeId } = entry;
    const entries = [{ severity, source: 'system', content: JSON.stringify(content) }] as const;
    await applyStoreWrites(tx, await tx.now(), [{ kind: 'log', storeId, entries }]);
  }
  return true;
});
