/**
 * Gates: one row per lane run, written by claims and control commands only, never by commits, so that a
 * cancel does not queue behind commits (design §4). `frontier` is the number of the next batch nobody
 * claimed; batch n is the items [n × size, (n + 1) × size) of the lane run's input, fixed for ever.
 */
import type { LaneRun, StopMode } from '@laneway/model';
import { defineVerb, type SqlTransaction } from '../sql.ts';
import { forgetWithdrawn } from './counters.ts';
import { createWalkStore, storeForIteration, walkStoreId } from './lane-input.ts';
import { marks } from './placeholders.ts';

/** Where the items of a lane run come from. */
export type LaneInput =
  /** Items [0, known) of a store; `traced` ones carry their trace id (exception stores). */
  | { readonly kind: 'store'; readonly storeId: string; readonly traced: boolean }
  | { readonly kind: 'range'; readonly start: number; readonly step: number }
  | { readonly kind: 'single'; readonly value: string };

export interface Gate {
  readonly laneRunId: string;
  readonly executionId: string;
  readonly incarnation: number;
  readonly stopEpoch: number;
  readonly active: boolean;
  readonly batchSize: number;
  readonly frontier: number;
  readonly known: number;
  readonly complete: boolean;
  readonly input: LaneInput;
  /** What becomes of jobs in flight; null while the gate is open. */
  readonly stopMode: StopMode | null;
  /** Present while a tree is being walked: roots are the items of this store. */
  readonly walk: TreeWalk | null;
}

export interface TreeWalk {
  readonly rootsStoreId: string;
  /** Position after the last item written, as the walker gave it; null = not begun. */
  readonly position: unknown;
}

interface GateRow {
  readonly lane_run_id: string;
  readonly execution_id: string;
  readonly active: number;
  readonly incarnation: number;
  readonly stop_epoch: number;
  readonly batch_size: number;
  readonly frontier: number;
  readonly known: number;
  readonly complete: number;
  readonly input: string;
  readonly walk: string | null;
  readonly stop_mode: StopMode | null;
}

export const gateColumns =
  'lane_run_id, execution_id, active, incarnation, stop_epoch, batch_size, frontier, known, complete, input, walk, stop_mode';

export function gateOf(row: GateRow): Gate {
  return {
    laneRunId: row.lane_run_id,
    executionId: row.execution_id,
    active: row.active === 1,
    incarnation: row.incarnation,
    stopEpoch: row.stop_epoch,
    batchSize: row.batch_size,
    frontier: row.frontier,
    known: row.known,
    complete: row.complete === 1,
    input: JSON.parse(row.input) as LaneInput,
    walk: row.walk === null ? null : (JSON.parse(row.walk) as TreeWalk),
    stopMode: row.stop_mode,
  };
}

export async function lockGate(tx: SqlTransaction, laneRunId: string): Promise<Gate | undefined> {
  const row = await tx.get<GateRow>(`select ${gateColumns} from gate where lane_run_id = ?${tx.dialect.forUpdate}`, [laneRunId]);
  return row === undefined ? undefined : gateOf(row);
}

/** Takes the lane run's input and opens its gate; a gate that was closed by a suspension opens again. */
export async function openGate(
  tx: SqlTransaction,
  params: { readonly executionId: string; readonly incarnation: number; readonly batchSize: number; readonly laneRun: LaneRun },
): Promise<void> {
  const { laneRun } = params;
  const reopened = await tx.run('update gate set active = 1, incarnation = ?, stop_mode = null where lane_run_id = ?', [
    params.incarnation,
    laneRun.id,
  ]);
  // What a suspension withdrew is handed over again, and counted then (D2).
  if (reopened > 0) return await forgetWithdrawn(tx, laneRun.id);
  if (laneRun.iteratedStoreId === null) return;
  const source = await storeForIteration(tx, laneRun.iteratedStoreId);
  if (source.kind === 'tree') await createWalkStore(tx, { executionId: params.executionId, laneRunId: laneRun.id });
  const { input, known, complete, walk } = takeInput(source, laneRun);
  await tx.run(`insert into gate (${gateColumns}) values (?, ?, 1, ?, 0, ?, 0, ?, ?, ?, ?, null)`, [
    laneRun.id,
    params.executionId,
    params.incarnation,
    params.batchSize,
    known,
    complete ? 1 : 0,
    JSON.stringify(input),
    walk === null ? null : JSON.stringify(walk),
  ]);
}

type Source = Awaited<ReturnType<typeof storeForIteration>>;

interface TakenInput {
  readonly input: LaneInput;
  readonly known: number;
  readonly complete: boolean;
  readonly walk: TreeWalk | null;
}

function takeInput(source: Source, laneRun: LaneRun): TakenInput {
  switch (source.kind) {
    case 'items':
      return { input: { kind: 'store', storeId: source.storeId, traced: source.traced }, known: source.count, complete: true, walk: null };
    case 'range':
      return { input: { kind: 'range', start: source.start, step: source.step }, known: source.count, complete: true, walk: null };
    case 'single':
      return { input: { kind: 'single', value: source.value ?? 'null' }, known: source.value === null ? 0 : 1, complete: true, walk: null };
    case 'tree':
      return {
        input: { kind: 'store', storeId: walkStoreId(laneRun.id), traced: false },
        known: 0,
        complete: false,
        walk: { rootsStoreId: source.storeId, position: null },
      };
  }
}

/** No claim succeeds after this; the epoch tells nodes that what they were authorised to start is void. */
export async function closeGate(tx: SqlTransaction, laneRunId: string, mode: StopMode): Promise<void> {
  await tx.run('update gate set active = 0, stop_epoch = stop_epoch + 1, stop_mode = ?, closed_at = ? where lane_run_id = ?', [
    mode,
    await tx.now(),
    laneRunId,
  ]);
}

/** Lane runs whose gates take claims: what a node may work on. */
export const activeGates = defineVerb('activeGates', 'read', async (tx, _params: null): Promise<readonly string[]> => {
  const found = await tx.all<{ id: string }>('select lane_run_id as id from gate where active = 1');
  return found.map((row) => row.id);
});

/** What a hint about an execution may be about: does it need a driver, and which of its gates are open. */
export const hintedWork = defineVerb(
  'hintedWork',
  'read',
  async (
    tx,
    params: { readonly executionId: string },
  ): Promise<{ readonly isFree: boolean; readonly openLaneRunIds: readonly string[] }> => {
    const free = await tx.get(
      `select 1 as free from execution
       where id = ? and phase in ('waiting', 'ongoing') and not exists (
         select 1 from driver join node on node.id = driver.node_id and node.token = driver.node_token and node.until_at > ?
         where driver.execution_id = execution.id)`,
      [params.executionId, await tx.now()],
    );
    const open = await tx.all<{ id: string }>('select lane_run_id as id from gate where execution_id = ? and active = 1', [
      params.executionId,
    ]);
    return { isFree: free !== undefined, openLaneRunIds: open.map((row) => row.id) };
  },
);

export const gateOfLaneRun = defineVerb(
  'gateOfLaneRun',
  'read',
  async (tx, params: { readonly laneRunId: string }): Promise<Gate | null> => {
    const row = await tx.get<GateRow>(`select ${gateColumns} from gate where lane_run_id = ?`, [params.laneRunId]);
    return row === undefined ? null : gateOf(row);
  },
);

/** Stop epochs of several lane runs in one query: renews a node's authorisation to hand jobs over (design §4). */
export const stopEpochs = defineVerb('stopEpochs', 'control', async (tx, params: { readonly laneRunIds: readonly string[] }) => {
  if (params.laneRunIds.length === 0) return [];
  const now = await tx.now();
  const rows = await tx.all<{
    id: string;
    epoch: number;
    active: number;
    incarnation: number;
    stop_mode: StopMode | null;
    closed_at: number | null;
  }>(
    `select lane_run_id as id, stop_epoch as epoch, active, incarnation, stop_mode, closed_at
     from gate where lane_run_id in (${marks(params.laneRunIds.length)})`,
    params.laneRunIds,
  );
  return rows.map((row) => ({
    laneRunId: row.id,
    stopEpoch: row.epoch,
    active: row.active === 1,
    incarnation: row.incarnation,
    stopMode: row.stop_mode,
    /** How long the gate has been closed. */
    closedForMs: Math.max(0, now - (row.closed_at ?? now)),
  }));
});
