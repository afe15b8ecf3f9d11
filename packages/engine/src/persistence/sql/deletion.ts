/** Deleting executions: at once out of sight, then gone in small commits (peers P21). */
import type { Phase } from '@laneway/model';
import { defineVerb } from '../sql.ts';
import { placeMark, removeMark, type EffectMark } from './effect-marks.ts';
import { forgetExecution } from './request-keys.ts';
import { deleteStores } from './stores.ts';

/** Marks the execution as discarded if it still stands at this version; nothing finds it from now on. */
export const discardExecution = defineVerb(
  'discardExecution',
  'control',
  async (
    tx,
    params: { readonly executionId: string; readonly expectedVersion: number; readonly mark: EffectMark | null },
  ): Promise<'discarded' | 'conflict' | 'marked'> => {
    if (!(await placeMark(tx, params.mark))) return 'marked';
    const changed = await tx.run('update execution set discarded = 1 where id = ? and version = ? and discarded = 0', [
      params.executionId,
      params.expectedVersion,
    ]);
    if (changed === 1) return 'discarded';
    await removeMark(tx, params.mark);
    return 'conflict';
  },
);

export interface Expiry {
  readonly phase: Extract<Phase, 'suspended' | 'ended'>;
  readonly retentionMs: number;
  readonly limit: number;
}

const expiredTime = { suspended: 'suspend_time', ended: 'finish_time' } as const;

/**
 * Discards a page of executions that have been in the phase for longer than the retention, the oldest first; returns how
 * many (execution §15.5). Times that lie ahead, after a clock was set back, are not old (R133).
 */
export const discardExpired = defineVerb('discardExpired', 'control', async (tx, params: Expiry): Promise<number> => {
  const { phase, retentionMs, limit } = params;
  const time = expiredTime[phase];
  const before = Math.floor(((await tx.now()) - retentionMs) / 1000);
  // The conditions stand twice: what a command changed meanwhile is not discarded.
  const expired = `phase = '${phase}' and discarded = 0 and ${time} <= ?`;
  return await tx.run(
    `update execution set discarded = 1 where ${expired} and id in (select id from execution where ${expired} order by ${time}, id limit ?)`,
    [before, before, limit],
  );
});

export const discardedExecutions = defineVerb(
  'discardedExecutions',
  'read',
  async (tx, params: { readonly limit: number }): Promise<readonly string[]> => {
    const found = await tx.all<{ id: string }>('select id from execution where discarded = 1 limit ?', [params.limit]);
    return found.map((row) => row.id);
  },
);

/** Tables that may hold many rows of one execution, with their primary keys. */
const largeTables = [
  ['event', 'execution_id, version'],
  ['counter', 'lane_run_id, task_id, node_id'],
  ['task', 'id'],
  ['archived_lane_run', 'id'],
] as const;

const smallTables = ['snapshot', 'gate', 'slice', 'timer', 'driver', 'execution_label'] as const;

const rowsAtOnce = 500;

/**
 * Removes a piece of a discarded execution; true when nothing of it is left for this node to do: one node at a time works
 * on it. Not a control verb: pieces that come one after the other would go before every commit that is waiting.
 */
export const purgeExecution = defineVerb(
  'purgeExecution',
  'data',
  async (tx, params: { readonly executionId: string }): Promise<boolean> => {
    const { executionId } = params;
    const own = await tx.get(`select id from execution where id = ? and discarded = 1${tx.dialect.skipLocked}`, [executionId]);
    if (own === undefined) return true;
    const more = await deleteStores(tx, { executionId, limit: 200 });
    if (more) return false;
    for (const [table, key] of largeTables) {
      const removed = await tx.run(`delete from ${table} where (${key}) in (select ${key} from ${table} where execution_id = ? limit ?)`, [
        executionId,
        rowsAtOnce,
      ]);
      if (removed === rowsAtOnce) return false;
    }
    await tx.run('delete from batch where lane_run_id in (select lane_run_id from gate where execution_id = ?)', [executionId]);
    for (const table of smallTables) await tx.run(`delete from ${table} where execution_id = ?`, [executionId]);
    await forgetExecution(tx, executionId);
    await tx.run('delete from execution where id = ?', [executionId]);
    return true;
  },
);
