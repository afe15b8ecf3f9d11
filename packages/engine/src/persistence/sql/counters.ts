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
  readonly withdrawn: number;
}

function fold(counts: readonly Count[]): readonly Count[] {
  const byKey = new Map<string, Count>();
  for (const count of counts) {
    const key = `${count.laneRunId}:${count.taskId}:${count.nodeId}`;
    const sum = byKey.get(key);
    byKey.set(
      key,
      sum === undefined
        ? count
        : {
            ...sum,
            processed: sum.processed + count.processed,
            failed: sum.failed + count.failed,
            withdrawn: sum.withdrawn + count.withdrawn,
          },
    );
  }
  return [...byKey.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
}

/** Adds to the counters, one statement for all of them. */
export async function addCounts(tx: SqlTransaction, counts: readonly Count[]): Promise<void> {
  const folded = fold(counts);
  if (folded.length === 0) return;
  await tx.run(
    `insert into counter (lane_run_id, task_id, node_id, execution_id, processed, failed, withdrawn) values ${rows(folded.length, 7)}
     on conflict (lane_run_id, task_id, node_id) do update
     set processed = counter.processed + excluded.processed, failed = counter.failed + excluded.failed, withdrawn = counter.withdrawn + excluded.withdrawn`,
    folded.flatMap((count) => [
      count.laneRunId,
      count.taskId,
      count.nodeId,
      count.executionId,
      count.processed,
      count.failed,
      count.withdrawn,
    ]),
  );
}

export interface StoredCount {
  readonly laneRunId: string;
  readonly taskId: string;
  readonly processed: number;
  readonly failed: number;
  readonly withdrawn: number;
}

/** An open batch, as far as counting needs it. */
export interface OpenBatch {
  readonly laneRunId: string;
  readonly boxIndex: number;
  readonly started: boolean;
  readonly itemCount: number;
  readonly doneTaskIds: readonly string[];
}

interface OpenBatchRow {
  readonly lane_run_id: string;
  readonly box_index: number;
  readonly started: number;
  readonly item_count: number;
  readonly remaining: string | null;
  readonly done_tasks: string;
}

export async function readOpenBatches(tx: SqlTransaction, laneRunId: string): Promise<readonly OpenBatch[]> {
  const found = await tx.all<OpenBatchRow>(
    'select lane_run_id, box_index, started, item_count, remaining, done_tasks from batch where lane_run_id = ?',
    [laneRunId],
  );
  return found.map((row) => ({
    laneRunId: row.lane_run_id,
    boxIndex: row.box_index,
    started: row.started === 1,
    itemCount: row.remaining === null ? row.item_count : (JSON.parse(row.remaining) as number[]).length,
    doneTaskIds: JSON.parse(row.done_tasks) as string[],
  }));
}

/** Counters of an execution and the open batches of the lane runs named. */
export const executionCounts = defineVerb(
  'executionCounts',
  'read',
  async (tx, params: { readonly executionId: string; readonly openLaneRunIds: readonly string[] }) => {
    const stored = await tx.all<StoredCount>(
      `select lane_run_id as "laneRunId", task_id as "taskId", sum(processed) as processed, sum(failed) as failed, sum(withdrawn) as withdrawn
       from counter where execution_id = ? group by lane_run_id, task_id`,
      [params.executionId],
    );
    const open: OpenBatch[] = [];
    for (const laneRunId of params.openLaneRunIds) open.push(...(await readOpenBatches(tx, laneRunId)));
    return { stored, open };
  },
);

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
    const open = await readOpenBatches(tx, params.laneRunId);
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

/**
 * Ends a lane run's data plane: what is still open is withdrawn, counted once for each task that had it in
 * hand (D2), and its slices go, so that any commit that comes later is fenced.
 */
export async function closeSlices(tx: SqlTransaction, params: { readonly executionId: string; readonly laneRun: LaneRun }): Promise<void> {
  const { laneRun, executionId } = params;
  await tx.all(`select id from slice where lane_run_id = ? order by id${tx.dialect.forUpdate}`, [laneRun.id]);
  const counts: Count[] = [];
  for (const batch of await readOpenBatches(tx, laneRun.id)) {
    if (!batch.started) continue;
    const scope = { executionId, laneRunId: laneRun.id, nodeId: '', processed: 0, failed: 0, withdrawn: batch.itemCount };
    counts.push({ ...scope, taskId: '' });
    const tasks = laneRun.boxes[batch.boxIndex]?.tasks ?? [];
    counts.push(...tasks.filter((task) => !batch.doneTaskIds.includes(task.id)).map((task) => ({ ...scope, taskId: task.id })));
  }
  await tx.run('delete from batch where lane_run_id = ?', [laneRun.id]);
  await tx.run('delete from slice where lane_run_id = ?', [laneRun.id]);
  await addCounts(tx, counts);
}
