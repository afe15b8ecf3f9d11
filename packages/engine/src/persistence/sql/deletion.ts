/** Deleting executions: at once out of sight, then gone in small commits (peers P21). */
import { defineVerb } from '../sql.ts';
import { deleteStores } from './stores.ts';

/** Marks the execution as discarded if it still stands at this version; nothing finds it from now on. */
export const discardExecution = defineVerb(
  'discardExecution',
  'control',
  async (tx, params: { readonly executionId: string; readonly expectedVersion: number }): Promise<boolean> => {
    const changed = await tx.run('update execution set discarded = 1 where id = ? and version = ? and discarded = 0', [
      params.executionId,
      params.expectedVersion,
    ]);
    return changed === 1;
  },
);

export const discardedExecutions = defineVerb(
  'discardedExecutions',
  'read',
  async (tx, params: { readonly limit: number }): Promise<readonly string[]> => {
    const found = await tx.all<{ id: string }>('select id from execution where discarded = 1 limit ?', [params.limit]);
    return found.map((row) => row.id);
  },
);

const smallTables = ['snapshot', 'event', 'archived_lane_run', 'task', 'counter', 'gate', 'slice', 'timer', 'driver'] as const;

/** Removes a piece of a discarded execution; true when nothing of it is left. */
export const purgeExecution = defineVerb(
  'purgeExecution',
  'control',
  async (tx, params: { readonly executionId: string }): Promise<boolean> => {
    const more = await deleteStores(tx, { executionId: params.executionId, limit: 200 });
    if (more) return false;
    await tx.run('delete from batch where lane_run_id in (select lane_run_id from gate where execution_id = ?)', [params.executionId]);
    for (const table of smallTables) await tx.run(`delete from ${table} where execution_id = ?`, [params.executionId]);
    await tx.run('delete from execution where id = ?', [params.executionId]);
    return true;
  },
);
