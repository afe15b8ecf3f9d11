/**
 * Counters: one row per task and node, so that nodes never wait for each other, summed when read. The row
 * with the empty task id counts the items of the lane run itself: processed = passed the last box or failed.
 * Items in processing are not stored: they are the items of open batches (design §4, conservation).
 */
import type { LaneRun } from '@laneway/model';
import { defineVerb, type SqlTransaction } from '../sql.ts';
import { rows } from './placeholders.ts';

export interface Count {
  readonly executionId: string;
  readonly laneRunId: string;
  /** Empty for the lane run itself. */
  readonly taskId: string;
  readonly nodeId: string;
  readonly processed: number;
  readonly failed: number;
  /** Handed over, and ended by themselves after a stop, without an answer that counts. */
  readonly withdrawn: number;
  /** The same, but they had to be killed. */
  readonly killed: number;
  /** The same, but even that was not confirmed. */
  readonly unreachable: number;
}

export const noCount = { processed: 0, failed: 0, withdrawn: 0, killed: 0, unreachable: 0 };

const figures = ['processed', 'failed', 'withdrawn', 'killed', 'unreachable'] as const;

function fold(counts: readonly Count[]): readonly Count[] {
  const byKey = new Map<string, Count>();
  for (const count of counts) {
    const key = `${count.laneRunId}:${count.taskId}:${count.nodeId}`;
    const sum = byKey.get(key);
    byKey.set(
      key,
      sum === undefined ? count : { ...sum, ...Object.fromEntries(figures.map((figure) => [figure, sum[figure] + count[figure]])) },
    );
  }
  return [...byKey.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
}

/** Adds to the counters, one statement for all of them. */
export async function addCounts(tx: SqlTransaction, counts: readonly Count[]): Promise<void> {
  const folded = fold(counts);
  if (folded.length === 0) return;
  await tx.run(
    `insert into counter (lane_run_id, task_id, node_id, execution_id, ${figures.join(', ')}) values ${rows(folded.length, 4 + figures.length)}
     on conflict (lane_run_id, task_id, node_id) do update
     set ${figures.map((figure) => `${figure} = counter.${figure} + excluded.${figure}`).join(', ')}`,
    folded.flatMap((count) => [count.laneRunId, count.taskId, count.nodeId, count.executionId, ...figures.map((figure) => count[figure])]),
  );
}

export type StoredCount = Omit<Count, 'executionId' | 'nodeId'>;

/** An open batch, as far as counting needs it. */
export interface OpenBatch {
  readonly laneRunId: string;
  readonly boxIndex: number;
  /** A job of it went to a runtime, in this incarnation or an earlier one. */
  readonly touched: boolean;
  /** Nobody gave it back since. */
  readonly inHand: boolean;
  /** In hand of a node that lives, as far as is known: its jobs may be in flight now. */
  readonly started: boolean;
  readonly itemCount: number;
  readonly doneTaskIds: readonly string[];
}

interface OpenBatchRow {
  readonly lane_run_id: string;
  readonly box_index: number;
  readonly started: number;
  readonly held: number;
  readonly item_count: number;
  readonly remaining: string | null;
  readonly done_tasks: string;
}

/** Of one lane run, or of all lane runs of an execution. */
export async function readOpenBatches(
  tx: SqlTransaction,
  of: { readonly laneRunId: string } | { readonly executionId: string },
): Promise<readonly OpenBatch[]> {
  const [condition, id] =
    'laneRunId' in of ? ['= ?', of.laneRunId] : ['in (select lane_run_id from gate where execution_id = ?)', of.executionId];
  const found = await tx.all<OpenBatchRow>(
    `select batch.lane_run_id, box_index, started, case when node_id is null then 0 else 1 end as held, item_count, remaining, done_tasks
     from batch join slice on slice.id = batch.slice_id where batch.lane_run_id ${condition}`,
    [id],
  );
  return found.map((row) => ({
    laneRunId: row.lane_run_id,
    boxIndex: row.box_index,
    touched: row.started > 0,
    inHand: row.started === 1,
    started: row.started === 1 && row.held === 1,
    itemCount: row.remaining === null ? row.item_count : (JSON.parse(row.remaining) as number[]).length,
    doneTaskIds: JSON.parse(row.done_tasks) as string[],
  }));
}

/** Counters of an execution, summed over nodes. */
export async function sumsOfExecution(tx: SqlTransaction, executionId: string): Promise<readonly StoredCount[]> {
  return await tx.all<StoredCount>(
    `select lane_run_id as "laneRunId", task_id as "taskId", ${figures.map((figure) => `sum(${figure}) as ${figure}`).join(', ')}
     from counter where execution_id = ? group by lane_run_id, task_id`,
    [executionId],
  );
}

export interface ThresholdFigures {
  readonly processed: number;
  readonly failed: number;
  readonly inProcessing: number;
  readonly known: number;
  readonly batchSize: number;
}

/** The figures of the instant failure threshold (execution §11.5, D13) for one task. */
export const thresholdFigures = defineVerb(
  'thresholdFigures',
  // One moment for both tables: a batch between them would shrink the denominator.
  'read',
  async (tx, params: { readonly laneRunId: string; readonly taskId: string; readonly boxIndex: number }): Promise<ThresholdFigures> => {
    const sums = await tx.get<{ processed: number; failed: number }>(
      'select coalesce(sum(processed), 0) as processed, coalesce(sum(failed), 0) as failed from counter where lane_run_id = ? and task_id = ?',
      [params.laneRunId, params.taskId],
    );
    const gate = await tx.get<{ known: number; batch_size: number }>('select known, batch_size from gate where lane_run_id = ?', [
      params.laneRunId,
    ]);
    const open = await readOpenBatches(tx, params);
    const inProcessing = open
      .filter((batch) => batch.boxIndex === params.boxIndex && batch.started && !batch.doneTaskIds.includes(params.taskId))
      .reduce((sum, batch) => sum + batch.itemCount, 0);
    return {
      processed: sums?.processed ?? 0,
      failed: sums?.failed ?? 0,
      inProcessing,
      known: gate?.known ?? 0,
      batchSize: gate?.batch_size ?? 1,
    };
  },
);

/** Which tasks of a lane run have failed items. */
export const failedTasks = defineVerb(
  'failedTasks',
  'control',
  async (tx, params: { readonly laneRunId: string }): Promise<readonly string[]> => {
    const found = await tx.all<{ task_id: string }>(
      'select task_id from counter where lane_run_id = ? group by task_id having sum(failed) > 0',
      [params.laneRunId],
    );
    return found.map((row) => row.task_id);
  },
);

/** Which tasks of a lane run have processed items. */
export const startedTasks = defineVerb(
  'startedTasks',
  'control',
  async (tx, params: { readonly laneRunId: string }): Promise<readonly string[]> => {
    const found = await tx.all<{ task_id: string }>(
      'select task_id from counter where lane_run_id = ? group by task_id having sum(processed) > 0',
      [params.laneRunId],
    );
    return found.map((row) => row.task_id);
  },
);

/** A resumed lane run hands over again what its suspension withdrew. */
export async function forgetWithdrawn(tx: SqlTransaction, laneRunId: string): Promise<void> {
  await tx.run('update counter set withdrawn = 0, killed = 0, unreachable = 0 where lane_run_id = ?', [laneRunId]);
}

export interface ClosingWork {
  readonly executionId: string;
  readonly laneRun: LaneRun;
}

/**
 * Ends a lane run's data plane: what is still open is withdrawn, and its slices go, so that any commit that comes
 * later is fenced. Jobs that stopped were counted when their node gave them back; those still in hand are of nodes
 * that did not answer.
 */
export async function closeSlices(tx: SqlTransaction, params: ClosingWork): Promise<void> {
  const { laneRun, executionId } = params;
  const open = await lockOpenWork(tx, params);
  const withdrawn = open.filter((batch) => batch.touched).reduce((sum, batch) => sum + batch.itemCount, 0);
  if (withdrawn > 0) await addCounts(tx, [{ ...noCount, executionId, laneRunId: laneRun.id, nodeId: '', taskId: '', withdrawn }]);
  await tx.run('delete from batch where lane_run_id = ?', [laneRun.id]);
  await tx.run('delete from slice where lane_run_id = ?', [laneRun.id]);
}

/** Suspends it: what is open waits for a resume, with the jobs it has behind it; late commits are fenced all the same. */
export async function suspendSlices(tx: SqlTransaction, params: ClosingWork): Promise<void> {
  await lockOpenWork(tx, params);
  await tx.run('update batch set started = 2 where lane_run_id = ? and started = 1', [params.laneRun.id]);
  await tx.run('update slice set node_id = null, node_token = null, token = token + 1 where lane_run_id = ?', [params.laneRun.id]);
}

/** Locks the slices, counts jobs that nobody gave back as unreachable, and returns the open batches. */
async function lockOpenWork(tx: SqlTransaction, { executionId, laneRun }: ClosingWork): Promise<readonly OpenBatch[]> {
  await tx.all(`select id from slice where lane_run_id = ? order by id${tx.dialect.forUpdate}`, [laneRun.id]);
  const open = await readOpenBatches(tx, { laneRunId: laneRun.id });
  const counts = open
    .filter((batch) => batch.inHand)
    .flatMap((batch) =>
      (laneRun.boxes[batch.boxIndex]?.tasks ?? [])
        .filter((task) => !batch.doneTaskIds.includes(task.id))
        .map((task) => ({ ...noCount, executionId, laneRunId: laneRun.id, nodeId: '', taskId: task.id, unreachable: batch.itemCount })),
    );
  await addCounts(tx, counts);
  return open;
}
