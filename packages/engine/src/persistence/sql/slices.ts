/**
 * Slices: claimed runs of consecutive batches, owned by one node's life under a token. A batch row stands
 * for every batch of a slice that is not finished; with the last one its slice goes.
 *
 * Invariants: 1. A claim succeeds only through an active gate. 2. A batch belongs to one slice, a slice to
 * at most one node; taking a slice over changes its token, and commits check it. 3. A batch taken over goes
 * on at its row: finished jobs are not repeated.
 */
import type { StopStage } from '../../lambdas/runtime.ts';
import { defineVerb, type SqlTransaction } from '../sql.ts';
import { addCounts, noCount } from './counters.ts';
import { lockGate } from './gates.ts';
import { isAlive, type NodeIdentity } from './nodes.ts';
import { marks, rows } from './placeholders.ts';

export interface ClaimedBatch {
  readonly batchNumber: number;
  readonly boxIndex: number;
  readonly firstItem: number;
  readonly itemCount: number;
  /** Positions in the batch that still take part; null = all. */
  readonly remaining: readonly number[] | null;
  /** Tasks of the box whose job was committed. */
  readonly doneTaskIds: readonly string[];
  readonly started: boolean;
}

export interface Slice {
  readonly sliceId: string;
  readonly sliceToken: number;
  /** How many times its batches have been claimed, this claim included; the token also changes when they are taken away. */
  readonly attempt: number;
  readonly laneRunId: string;
  readonly executionId: string;
  readonly batches: readonly ClaimedBatch[];
}

export type Claim =
  | { readonly kind: 'claimed'; readonly slice: Slice; readonly stopEpoch: number }
  /** `exhausted`: there will never be more; otherwise a walk has not produced the next batch yet. */
  | { readonly kind: 'nothing'; readonly exhausted: boolean }
  | { readonly kind: 'closed' };

export interface ClaimRequest extends NodeIdentity {
  readonly laneRunId: string;
  /** The one the claimer works in: a gate that was opened for another one is closed to it. */
  readonly incarnation: number;
  readonly sliceId: string;
  readonly maxBatches: number;
  /** How many of the batches are handed over at once; the others are marked when their turn comes. */
  readonly startNow: number;
}

/** Claims returned batches first (lowest index first), then new ones from the frontier. */
export const claimSlice = defineVerb('claimSlice', 'control', async (tx, params: ClaimRequest): Promise<Claim> => {
  if (!(await isAlive(tx, params))) return { kind: 'closed' };
  const gate = await lockGate(tx, params.laneRunId);
  if (gate === undefined || !gate.active || gate.incarnation !== params.incarnation) return { kind: 'closed' };
  const returned = await takeReturned(tx, params);
  if (returned !== undefined) return { kind: 'claimed', slice: returned, stopEpoch: gate.stopEpoch };
  const available = gate.complete ? Math.ceil(gate.known / gate.batchSize) : Math.floor(gate.known / gate.batchSize);
  const count = Math.min(params.maxBatches, available - gate.frontier);
  if (count <= 0) return { kind: 'nothing', exhausted: gate.complete };
  await tx.run('update gate set frontier = frontier + ? where lane_run_id = ?', [count, params.laneRunId]);
  const batches = Array.from({ length: count }, (_, offset): ClaimedBatch => {
    const batchNumber = gate.frontier + offset;
    const firstItem = batchNumber * gate.batchSize;
    const itemCount = Math.min(gate.batchSize, gate.known - firstItem);
    return { batchNumber, boxIndex: 0, firstItem, itemCount, remaining: null, doneTaskIds: [], started: offset < params.startNow };
  });
  await tx.run(
    'insert into slice (id, lane_run_id, execution_id, node_id, node_token, token, from_batch, open_count) values (?, ?, ?, ?, ?, 1, ?, ?)',
    [params.sliceId, params.laneRunId, gate.executionId, params.nodeId, params.nodeToken, gate.frontier, count],
  );
  await tx.run(
    `insert into batch (lane_run_id, batch_number, slice_id, box_index, started, first_item, item_count, remaining, done_tasks, failed_items)
     values ${rows(count, 10)}`,
    batches.flatMap((batch) => [
      params.laneRunId,
      batch.batchNumber,
      params.sliceId,
      0,
      batch.started ? 1 : 0,
      batch.firstItem,
      batch.itemCount,
      null,
      '[]',
      '[]',
    ]),
  );
  const slice: Slice = {
    sliceId: params.sliceId,
    sliceToken: 1,
    attempt: 1,
    laneRunId: params.laneRunId,
    executionId: gate.executionId,
    batches,
  };
  return { kind: 'claimed', slice, stopEpoch: gate.stopEpoch };
});

async function takeReturned(tx: SqlTransaction, params: ClaimRequest): Promise<Slice | undefined> {
  const found = await tx.get<{ id: string; token: number; claims: number; execution_id: string }>(
    `select id, token, claims, execution_id from slice where lane_run_id = ? and node_id is null order by from_batch limit 1${tx.dialect.skipLocked}`,
    [params.laneRunId],
  );
  if (found === undefined) return undefined;
  await tx.run('update slice set node_id = ?, node_token = ?, token = token + 1, claims = claims + 1 where id = ?', [
    params.nodeId,
    params.nodeToken,
    found.id,
  ]);
  const batches = await tx.all<BatchRow>(
    `select batch_number, box_index, first_item, item_count, remaining, done_tasks, started from batch where slice_id = ? order by batch_number`,
    [found.id],
  );
  const startNow = batches.slice(0, params.startNow).map((batch) => batch.batch_number);
  await markBatches(tx, { laneRunId: params.laneRunId, batchNumbers: startNow, started: 1 });
  return {
    sliceId: found.id,
    sliceToken: found.token + 1,
    attempt: found.claims + 1,
    laneRunId: params.laneRunId,
    executionId: found.execution_id,
    batches: batches.map((batch) => batchOf(startNow.includes(batch.batch_number) ? { ...batch, started: 1 } : batch)),
  };
}

interface BatchRow {
  readonly batch_number: number;
  readonly box_index: number;
  readonly first_item: number;
  readonly item_count: number;
  readonly remaining: string | null;
  readonly done_tasks: string;
  readonly started: number;
}

function batchOf(row: BatchRow): ClaimedBatch {
  return {
    batchNumber: row.batch_number,
    boxIndex: row.box_index,
    firstItem: row.first_item,
    itemCount: row.item_count,
    remaining: row.remaining === null ? null : (JSON.parse(row.remaining) as number[]),
    doneTaskIds: JSON.parse(row.done_tasks) as string[],
    started: row.started === 1,
  };
}

/** Slices of dead nodes become claimable again. Returns the lane runs they belong to. */
export const returnDeadSlices = defineVerb('returnDeadSlices', 'control', async (tx, _params: null) => {
  const now = await tx.now();
  const freed = await tx.all<{ lane_run_id: string }>(
    `update slice set node_id = null, node_token = null
     where id in (
       select id from slice
       where node_id is not null
         and not exists (select 1 from node where node.id = slice.node_id and node.token = slice.node_token and node.until_at > ?)
       order by id${tx.dialect.skipLocked})
     returning lane_run_id`,
    [now],
  );
  return [...new Set(freed.map((row) => row.lane_run_id))];
});

/** Where a stopped job is counted. */
const countOf: Readonly<Record<StopStage, keyof typeof noCount>> = { signal: 'withdrawn', kill: 'killed', unreachable: 'unreachable' };

export interface WithdrawnJob {
  readonly taskId: string;
  readonly itemCount: number;
  readonly stage: StopStage;
}

export interface Returning extends NodeIdentity {
  readonly laneRunId: string;
  /** Slices that are still worked on. */
  readonly keep: readonly string[];
  /** Batches whose first job was handed over and not committed yet. */
  readonly started: readonly number[];
  /** Jobs that were handed over and stopped before they answered. */
  readonly withdrawn: readonly WithdrawnJob[];
  /** Batches marked as started by their claim that were not handed over after all: they are returned, not withdrawn (design §4). */
  readonly untouched: readonly number[];
}

/** A node gives slices of a lane run back: all, or all that it does not know to be working on. */
export const returnSlices = defineVerb('returnSlices', 'control', async (tx, params: Returning): Promise<void> => {
  const { laneRunId, nodeId, nodeToken, keep } = params;
  const others = keep.length === 0 ? '' : ` and id not in (${marks(keep.length)})`;
  const own = await tx.all<{ id: string; execution_id: string }>(
    `select id, execution_id from slice where lane_run_id = ? and node_id = ? and node_token = ?${others} order by id${tx.dialect.forUpdate}`,
    [laneRunId, nodeId, nodeToken, ...keep],
  );
  const [first] = own;
  if (first === undefined) return;
  const ids = own.map((slice) => slice.id);
  await tx.run(`update batch set started = 2 where slice_id in (${marks(ids.length)}) and started = 1`, ids);
  await markBatches(tx, { laneRunId, batchNumbers: params.started, started: 2 });
  await markBatches(tx, { laneRunId, batchNumbers: params.untouched, started: 0 });
  await tx.run(`update slice set node_id = null, node_token = null where id in (${marks(ids.length)})`, ids);
  const gate = await tx.get<{ active: number }>('select active from gate where lane_run_id = ?', [laneRunId]);
  // While the lane run goes on these jobs are handed over again, and counted then (D2).
  if (gate?.active === 1) return;
  await addCounts(
    tx,
    params.withdrawn.map(({ taskId, itemCount, stage }) => ({
      ...noCount,
      executionId: first.execution_id,
      laneRunId,
      taskId,
      nodeId,
      [countOf[stage]]: itemCount,
    })),
  );
});

async function markBatches(
  tx: SqlTransaction,
  mark: { readonly laneRunId: string; readonly batchNumbers: readonly number[]; readonly started: 0 | 1 | 2 },
): Promise<void> {
  const { laneRunId, batchNumbers, started } = mark;
  if (batchNumbers.length === 0) return;
  await tx.run(`update batch set started = ? where lane_run_id = ? and batch_number in (${marks(batchNumbers.length)})`, [
    started,
    laneRunId,
    ...batchNumbers,
  ]);
}

export interface OpenWork {
  /** Slices that a living node still holds. */
  readonly heldSlices: number;
  readonly openBatches: number;
  /** Lowest box (0-based) of an open batch; null without open batches. */
  readonly lowestBox: number | null;
}

/** What is still open of a lane run: decides when tasks are concluded and when a stop is complete. */
export const openWork = defineVerb('openWork', 'control', async (tx, params: { readonly laneRunId: string }): Promise<OpenWork> => {
  const held = await tx.get<{ count: number }>(
    `select count(*) as count from slice join node on node.id = slice.node_id and node.token = slice.node_token and node.until_at > ?
     where slice.lane_run_id = ?`,
    [await tx.now(), params.laneRunId],
  );
  const open = await tx.get<{ count: number; lowest: number | null }>(
    'select count(*) as count, min(box_index) as lowest from batch where lane_run_id = ?',
    [params.laneRunId],
  );
  return { heldSlices: held?.count ?? 0, openBatches: open?.count ?? 0, lowestBox: open?.lowest ?? null };
});
