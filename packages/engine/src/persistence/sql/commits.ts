/**
 * Committing jobs (design §4): everything one job leaves behind is one atomic step; jobs that are ready at the
 * same time share a transaction, with a constant number of statements however many they are.
 *
 * Lock order: slices, batches, counters, then the stores (time series, contents, tails), each sorted.
 * Invariants: 1. A commit whose slice token is gone, or whose job is already recorded, changes nothing and is
 * reported as fenced: a result is recorded at most once (I6). 2. The commit of the last task of a box writes
 * the failed items to the exception store once and moves the batch on; that of the last box ends the batch.
 */
import { jobText } from '../../stores/lineage-text.ts';
import { packWrites } from '../../stores/pack-writes.ts';
import type { StoreWrite } from '../../stores/writes.ts';
import { defineVerb, type SqlTransaction } from '../sql.ts';
import { addCounts, noCount, type Count } from './counters.ts';
import { marks, pairs, rows } from './placeholders.ts';
import { applyStoreWrites } from './stores.ts';

/** An item that failed in a task; the value is kept in the batch row until the box is done. */
export interface FailedItem {
  /** Position in the batch. */
  readonly position: number;
  readonly traceId: string;
  /** JSON text of the item in its stored form. */
  readonly value: string;
}

/** As it waits in the batch row, with the job that failed it (see `jobText`); absent in rows of older versions. */
interface WaitingFailure extends FailedItem {
  readonly job?: string;
}

export interface JobCommit {
  readonly sliceId: string;
  readonly sliceToken: number;
  readonly executionId: string;
  readonly laneRunId: string;
  readonly nodeId: string;
  readonly batchNumber: number;
  readonly boxIndex: number;
  readonly boxCount: number;
  /** All tasks of the box. */
  readonly boxTaskIds: readonly string[];
  readonly taskId: string;
  readonly succeededCount: number;
  readonly failed: readonly FailedItem[];
  readonly exceptionStoreId: string;
  /** Batches of the same lane run that were handed over since the last commit. */
  readonly startedBatches: readonly number[];
  readonly writes: readonly StoreWrite[];
}

export type BatchProgress =
  /** Other tasks of the box are still at work. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'advanced'; readonly boxIndex: number; readonly remaining: readonly number[] }
  | { readonly kind: 'finished' };

export type JobCommitOutcome =
  | { readonly kind: 'fenced' }
  | { readonly kind: 'committed'; readonly batch: BatchProgress; readonly stopEpoch: number; readonly active: boolean };

interface SliceRow {
  readonly id: string;
  readonly token: number;
  readonly claims: number;
}

interface BatchState {
  readonly laneRunId: string;
  readonly batchNumber: number;
  readonly sliceId: string;
  readonly itemCount: number;
  readonly firstItem: number;
  boxIndex: number;
  remaining: number[] | null;
  doneTasks: string[];
  failed: WaitingFailure[];
  finished: boolean;
}

export const commitJobs = defineVerb(
  'commitJobs',
  'data',
  async (tx, params: { readonly commits: readonly JobCommit[] }): Promise<readonly JobCommitOutcome[]> => {
    const { commits } = params;
    const slices = await lockSlices(tx, commits);
    const held = commits.filter((commit) => slices.get(commit.sliceId)?.token === commit.sliceToken);
    const batches = await lockBatches(tx, held, startedBatches(held));
    const gates = await readGates(tx, held);
    const counts: Count[] = [];
    const writes: StoreWrite[] = [];
    const progress = new Map<JobCommit, BatchProgress>();
    for (const commit of held) {
      const batch = batches.get(`${commit.laneRunId}:${commit.batchNumber}`);
      if (
        batch === undefined ||
        batch.finished ||
        batch.sliceId !== commit.sliceId ||
        batch.boxIndex !== commit.boxIndex ||
        batch.doneTasks.includes(commit.taskId)
      )
        continue;
      const job = jobText(commit.taskId, slices.get(commit.sliceId)?.claims ?? 1);
      progress.set(commit, recordJob(batch, { ...commit, job }, counts, writes));
    }
    if (progress.size > 0) {
      await saveBatches(tx, [...progress.keys()], batches);
      await markStarted(tx, startedBatches(held));
      await addCounts(tx, counts);
      await applyStoreWrites(tx, await tx.now(), writes);
    }
    return commits.map((commit) => {
      const batch = progress.get(commit);
      const gate = gates.get(commit.laneRunId);
      if (batch === undefined) return { kind: 'fenced' };
      return { kind: 'committed', batch, stopEpoch: gate?.epoch ?? Number.MAX_SAFE_INTEGER, active: gate?.active ?? false };
    });
  },
);

function recordJob(batch: BatchState, commit: JobCommit & { readonly job: string }, counts: Count[], writes: StoreWrite[]): BatchProgress {
  const scope = { ...noCount, executionId: commit.executionId, laneRunId: commit.laneRunId, nodeId: commit.nodeId };
  counts.push({
    ...scope,
    taskId: commit.taskId,
    processed: commit.succeededCount + commit.failed.length,
    failed: commit.failed.length,
  });
  // One by one: a batch may have more items than a call may have arguments.
  for (const write of commit.writes) writes.push(write);
  batch.doneTasks.push(commit.taskId);
  const known = new Set(batch.failed.map((item) => item.position));
  for (const item of commit.failed) if (!known.has(item.position)) batch.failed.push({ ...item, job: commit.job });
  if (!commit.boxTaskIds.every((taskId) => batch.doneTasks.includes(taskId))) return { kind: 'waiting' };

  const failedPositions = new Set(batch.failed.map((item) => item.position));
  const taking = batch.remaining ?? Array.from({ length: batch.itemCount }, (_, position) => position);
  const remaining = taking.filter((position) => !failedPositions.has(position));
  const isLastBox = commit.boxIndex + 1 >= commit.boxCount;
  if (batch.failed.length > 0) {
    const failed = batch.failed.toSorted((a, b) => a.position - b.position);
    for (const write of packWrites(failed.map((item) => exceptionWrite(item, batch, commit.exceptionStoreId)))) writes.push(write);
  }
  const ended = isLastBox || remaining.length === 0;
  counts.push({
    ...scope,
    taskId: '',
    processed: (isLastBox ? remaining.length : 0) + batch.failed.length,
    failed: batch.failed.length,
  });
  batch.finished = ended;
  batch.boxIndex += 1;
  batch.remaining = remaining.length === batch.itemCount ? null : remaining;
  batch.doneTasks = [];
  batch.failed = [];
  return ended ? { kind: 'finished' } : { kind: 'advanced', boxIndex: batch.boxIndex, remaining };
}

function exceptionWrite({ position, traceId, value, job }: WaitingFailure, batch: BatchState, storeId: string): StoreWrite {
  const write = { kind: 'append', storeId, items: [`{"traceId":"${traceId}","value":${value}}`] } as const;
  return job === undefined ? write : { ...write, origin: { job, item: batch.firstItem + position } };
}

async function lockSlices(tx: SqlTransaction, commits: readonly JobCommit[]): Promise<ReadonlyMap<string, SliceRow>> {
  const ids = [...new Set(commits.map((commit) => commit.sliceId))].toSorted();
  const found = await tx.all<SliceRow>(
    `select id, token, claims from slice where id in (${marks(ids.length)}) order by id${tx.dialect.forUpdate}`,
    ids,
  );
  return new Map(found.map((row) => [row.id, row]));
}

/** Batches that were only handed over are locked with the others, in one order: marking them later could close a circle. */
async function lockBatches(
  tx: SqlTransaction,
  commits: readonly JobCommit[],
  started: readonly BatchKey[],
): Promise<ReadonlyMap<string, BatchState>> {
  const keys = new Map([...commits, ...started].map((batch) => [`${batch.laneRunId}:${batch.batchNumber}`, batch]));
  if (keys.size === 0) return new Map();
  const found = await tx.all<{
    lane_run_id: string;
    batch_number: number;
    slice_id: string;
    box_index: number;
    first_item: number;
    item_count: number;
    remaining: string | null;
    done_tasks: string;
    failed_items: string;
  }>(
    `select lane_run_id, batch_number, slice_id, box_index, first_item, item_count, remaining, done_tasks, failed_items
     from batch where (lane_run_id, batch_number) in ${pairs(keys.size)} order by lane_run_id, batch_number${tx.dialect.forUpdate}`,
    [...keys.values()].flatMap((batch) => [batch.laneRunId, batch.batchNumber]),
  );
  return new Map(
    found.map((row) => [
      `${row.lane_run_id}:${row.batch_number}`,
      {
        laneRunId: row.lane_run_id,
        batchNumber: row.batch_number,
        sliceId: row.slice_id,
        itemCount: row.item_count,
        firstItem: row.first_item,
        boxIndex: row.box_index,
        remaining: row.remaining === null ? null : (JSON.parse(row.remaining) as number[]),
        doneTasks: JSON.parse(row.done_tasks) as string[],
        failed: JSON.parse(row.failed_items) as WaitingFailure[],
        finished: false,
      },
    ]),
  );
}

async function readGates(
  tx: SqlTransaction,
  commits: readonly JobCommit[],
): Promise<ReadonlyMap<string, { epoch: number; active: boolean }>> {
  const ids = [...new Set(commits.map((commit) => commit.laneRunId))];
  if (ids.length === 0) return new Map();
  const found = await tx.all<{ id: string; epoch: number; active: number }>(
    `select lane_run_id as id, stop_epoch as epoch, active from gate where lane_run_id in (${marks(ids.length)})`,
    ids,
  );
  return new Map(found.map((row) => [row.id, { epoch: row.epoch, active: row.active === 1 }]));
}

async function saveBatches(tx: SqlTransaction, commits: readonly JobCommit[], batches: ReadonlyMap<string, BatchState>): Promise<void> {
  const keys = new Set(commits.map((commit) => `${commit.laneRunId}:${commit.batchNumber}`));
  const changed = [...keys].map((key) => batches.get(key)).filter((batch) => batch !== undefined);
  const finished = changed.filter((batch) => batch.finished);
  const open = changed.filter((batch) => !batch.finished);
  if (finished.length > 0) await finishBatches(tx, finished);
  if (open.length === 0) return;
  await tx.run(
    `insert into batch (lane_run_id, batch_number, slice_id, box_index, started, first_item, item_count, remaining, done_tasks, failed_items)
     values ${rows(open.length, 10)}
     on conflict (lane_run_id, batch_number) do update
     set box_index = excluded.box_index, started = 1, remaining = excluded.remaining, done_tasks = excluded.done_tasks, failed_items = excluded.failed_items`,
    open.flatMap((batch) => [
      batch.laneRunId,
      batch.batchNumber,
      batch.sliceId,
      batch.boxIndex,
      1,
      batch.firstItem,
      batch.itemCount,
      batch.remaining === null ? null : JSON.stringify(batch.remaining),
      JSON.stringify(batch.doneTasks),
      JSON.stringify(batch.failed),
    ]),
  );
}

async function finishBatches(tx: SqlTransaction, finished: readonly BatchState[]): Promise<void> {
  await tx.run(
    `delete from batch where (lane_run_id, batch_number) in ${pairs(finished.length)}`,
    finished.flatMap((batch) => [batch.laneRunId, batch.batchNumber]),
  );
  const perSlice = new Map<string, number>();
  for (const batch of finished) perSlice.set(batch.sliceId, (perSlice.get(batch.sliceId) ?? 0) + 1);
  const ids = [...perSlice.keys()].toSorted();
  for (const id of ids) await tx.run('update slice set open_count = open_count - ? where id = ?', [perSlice.get(id) ?? 0, id]);
  await tx.run(`delete from slice where id in (${marks(ids.length)}) and open_count <= 0`, ids);
}

type BatchKey = Pick<BatchState, 'laneRunId' | 'batchNumber'>;

function startedBatches(commits: readonly JobCommit[]): readonly BatchKey[] {
  return commits.flatMap(({ laneRunId, startedBatches: numbers }) => numbers.map((batchNumber) => ({ laneRunId, batchNumber })));
}

async function markStarted(tx: SqlTransaction, started: readonly BatchKey[]): Promise<void> {
  if (started.length === 0) return;
  await tx.run(
    `update batch set started = 1 where (lane_run_id, batch_number) in ${pairs(started.length)}`,
    started.flatMap((batch) => [batch.laneRunId, batch.batchNumber]),
  );
}
