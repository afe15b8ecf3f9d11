/**
 * Resuming a lane run that has components (execution §7.4): the runtimes of its suspended tasks are made ready again,
 * the tasks go on as pending or active, and the gate opens. A refusal on the way means that it was stopped meanwhile;
 * a driver that dies in between leaves a document from which the next one goes on.
 */
import type { Execution, LaneRun, TaskState } from '@laneway/model';
import { startedTasks } from '../persistence/sql/counters.ts';
import type { PreparationContext } from './preparation.ts';
import { prepareRuntimes } from './task-setup.ts';

export async function resumeLaneRun(
  context: PreparationContext,
  execution: Execution,
  laneRun: LaneRun,
  signal: AbortSignal,
): Promise<void> {
  const { controller, database, drive } = context;
  const laneRunId = laneRun.id;
  const tasks = laneRun.boxes.flatMap((box) => box.tasks).filter(isToResume);
  const taskIds = tasks.map((task) => task.id);
  if (tasks.length > 0) {
    const resuming = await controller.apply(execution.id, { kind: 'tasksResuming', laneRunId, taskIds }, { drive });
    if (resuming.kind !== 'changed' && resuming.kind !== 'unchanged') return;
    const failure = await prepareRuntimes(context, { execution, laneRun, tasks, signal });
    if (signal.aborted) return;
    if (failure !== undefined) {
      await controller.apply(execution.id, { kind: 'preparationFailed', laneRunId, ...failure }, { drive });
      return;
    }
    const started = new Set(await database.call(startedTasks, { laneRunId }));
    const resumed = taskIds.map((taskId) => ({ taskId, hadItems: started.has(taskId) }));
    await controller.apply(execution.id, { kind: 'tasksResumed', laneRunId, tasks: resumed }, { drive });
  }
  if (signal.aborted) return;
  await controller.apply(execution.id, { kind: 'laneRunResumed', laneRunId }, { drive });
}

function isToResume({ status }: TaskState): boolean {
  return status === 'paused' || status === 'interrupted' || status === 'resuming';
}
