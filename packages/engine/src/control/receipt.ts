/**
 * The receipt of an execution: what became of every item, task by task, and who stopped it, when and why (design §3,
 * §4). It holds at any moment and is final when the execution has stopped.
 *
 * Sums: of a lane run, itemsKnown = pending + claimed + succeeded + failed + withdrawn; of a task, itemsKnown of its
 * lane run = never started + in processing + processed + withdrawn + killed + unreachable, where processed includes
 * the failed ones.
 */
import { taskPhaseOf, type LaneRun, type TaskState } from '@laneway/model';
import type { ExecutionView, LaneRunReceipt, Receipt, TaskReceipt } from '../engine-api.ts';
import type { ItemsOfExecution, LaneRunItems } from '../persistence/sql/conservation.ts';
import { noCount, type OpenBatch } from '../persistence/sql/counters.ts';
import { laneRunsOf } from './lane-runs.ts';

export function receiptOf(view: ExecutionView, items: ItemsOfExecution): Receipt {
  const { execution } = view;
  const laneRuns = laneRunsOf(view)
    .filter((laneRun) => laneRun.runNumber !== null)
    .toSorted((a, b) => a.laneIndex - b.laneIndex || (a.runNumber ?? 0) - (b.runNumber ?? 0))
    .map((laneRun) => laneRunReceipt(laneRun, items));
  return { executionId: execution.id, status: execution.status, stop: execution.stop, laneRuns };
}

const nothing = { known: 0, complete: true, open: [] } as const;

function laneRunReceipt(laneRun: LaneRun, items: ItemsOfExecution): LaneRunReceipt {
  const input: Omit<LaneRunItems, 'laneRunId'> = items.laneRuns.find(({ laneRunId }) => laneRunId === laneRun.id) ?? nothing;
  const own = items.counts.find((count) => count.laneRunId === laneRun.id && count.taskId === '') ?? noCount;
  const claimed = sumOf(input.open.filter((batch) => batch.started));
  const succeeded = own.processed - own.failed;
  return {
    laneRunId: laneRun.id,
    laneIndex: laneRun.laneIndex,
    runNumber: laneRun.runNumber,
    status: laneRun.status,
    itemsKnown: input.known,
    isComplete: input.complete,
    itemsPending: input.known - claimed - own.processed - own.withdrawn,
    itemsClaimed: claimed,
    itemsSucceeded: succeeded,
    itemsFailed: own.failed,
    itemsWithdrawn: own.withdrawn,
    tasks: laneRun.boxes.flatMap((box, boxIndex) => box.tasks.map((task) => taskReceipt({ laneRun, task, boxIndex, input, items }))),
  };
}

function taskReceipt(of: {
  readonly laneRun: LaneRun;
  readonly task: TaskState;
  readonly boxIndex: number;
  readonly input: Omit<LaneRunItems, 'laneRunId'>;
  readonly items: ItemsOfExecution;
}): TaskReceipt {
  const { laneRun, task, boxIndex, input, items } = of;
  const count = items.counts.find(({ laneRunId, taskId }) => laneRunId === laneRun.id && taskId === task.id) ?? noCount;
  const { processed, failed, withdrawn, killed, unreachable } = count;
  const inProcessing = itemsInProcessing(input.open, task, boxIndex);
  return {
    taskId: task.id,
    schemaId: task.schemaId,
    status: task.status,
    itemsNeverStarted: input.known - inProcessing - processed - withdrawn - killed - unreachable,
    itemsInProcessing: inProcessing,
    itemsProcessed: processed,
    itemsFailed: failed,
    itemsWithdrawn: withdrawn,
    itemsKilled: killed,
    itemsUnreachable: unreachable,
  };
}

/**
 * Items of the task's jobs in flight. A batch may have reached the box before its first job was handed over, or wait
 * there for a resume: of a task that has not begun or has stopped nothing is in processing.
 */
export function itemsInProcessing(open: readonly OpenBatch[], task: TaskState, boxIndex: number): number {
  if (taskPhaseOf(task.status) !== 'ongoing') return 0;
  return sumOf(open.filter((batch) => batch.boxIndex === boxIndex && batch.started && !batch.doneTaskIds.includes(task.id)));
}

function sumOf(batches: readonly OpenBatch[]): number {
  return batches.reduce((sum, batch) => sum + batch.itemCount, 0);
}
