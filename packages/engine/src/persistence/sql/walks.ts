/** Steps of a tree walk, as they are written down. */
import { defineVerb } from '../sql.ts';
import { lockGate } from './gates.ts';
import { walkStoreId } from './lane-input.ts';
import { holdsDrive, type Drive, type NodeIdentity } from './nodes.ts';
import { applyStoreWrites } from './stores.ts';

export interface WalkStep {
  readonly drive: Drive & NodeIdentity;
  readonly laneRunId: string;
  /** JSON texts of the items in their stored form. */
  readonly items: readonly string[];
  readonly position: unknown;
  readonly done: boolean;
}

/** Items of a tree walk and its new position, in one transaction: each path is produced once (design §6). */
export const appendWalk = defineVerb('appendWalk', 'control', async (tx, params: WalkStep): Promise<boolean> => {
  if (!(await holdsDrive(tx, params.drive))) return false;
  const gate = await lockGate(tx, params.laneRunId);
  if (gate === undefined || !gate.active || gate.walk === null || gate.complete) return false;
  await tx.run('update gate set known = known + ?, complete = ?, walk = ? where lane_run_id = ?', [
    params.items.length,
    params.done ? 1 : 0,
    JSON.stringify({ ...gate.walk, position: params.position }),
    params.laneRunId,
  ]);
  await applyStoreWrites(tx, await tx.now(), [{ kind: 'append', storeId: walkStoreId(params.laneRunId), items: params.items }]);
  return true;
});
