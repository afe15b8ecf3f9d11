/**
 * Tasks of the current lane run: they start with their first item, are concluded when no item can reach them
 * any more, and break when a streamed result or the failure threshold says so (execution §3.4, §10.4, §11.5).
 * The first task that leaves pending, by an item or by being skipped, makes the lane run active.
 */
import type { TaskState, TaskStatus } from './document.ts';
import type { Draft, TaskChange } from './draft.ts';
import { freezeTimeSeries } from './ending.ts';
import { logTask } from './log-entries.ts';
import type { EngineEvent } from './messages.ts';
import { taskPhaseOf } from './phases.ts';
import { isStronger } from './reasons.ts';
import { invalidTransition, refused, refuseUnlessCurrent, type Refusal } from './refusals.ts';
import { breakTask } from './stop-tasks.ts';
import { stopCurrent } from './stopping.ts';
import { hasTasks, namedTasks, newsOf, positionOf } from './task-lookup.ts';

type EventOf<Kind extends EngineEvent['kind']> = Extract<EngineEvent, { readonly kind: Kind }>;

export function tasksStarted(draft: Draft, event: EventOf<'tasksStarted'>): Refusal | null {
  const refusal = refuseUnlessCurrent(draft.execution, event.laneRunId, 'active') ?? refuseWork(draft, 'active');
  if (refusal !== null) return refusal;
  const named = namedTasks(draft.current, event.taskIds);
  if (named === null) return refused('notFound');
  const stopped = named.find((task) => taskPhaseOf(task.status) === 'stopped');
  if (stopped !== undefined) return invalidTransition(stopped.status, 'active');
  const ids = new Set(event.taskIds);
  const changed = draft.mapTasks('current', (task) =>
    ids.has(task.id) && task.status === 'pending' ? { ...task, status: 'active' } : task,
  );
  activate(draft, changed);
  for (const change of changed) logTask(draft, 'info', newsOf(draft, change), 'The task started.');
  return null;
}

/** Tasks that have stopped already are passed over: a stop may have been faster. */
export function tasksConcluded(draft: Draft, event: EventOf<'tasksConcluded'>): Refusal | null {
  const isStopping = draft.execution.current.id === event.laneRunId && draft.current.status === 'stopping';
  const refusal = refuseUnlessCurrent(draft.execution, event.laneRunId, 'finished') ?? (isStopping ? null : refuseWork(draft, 'finished'));
  if (refusal !== null) return refusal;
  const failures = new Map(event.tasks.map((task) => [task.taskId, task.hasFailedItems]));
  if (!hasTasks(draft.current, [...failures.keys()])) return refused('notFound');
  const changed = draft.mapTasks('current', (task) => {
    const hasFailedItems = failures.get(task.id);
    const status = hasFailedItems === undefined ? task.status : concludedStatus(draft, task, hasFailedItems);
    return status === task.status ? task : { ...task, status };
  });
  activate(draft, changed);
  for (const change of changed) logTask(draft, 'info', newsOf(draft, change), `The task stopped: ${change.after.status}.`);
  freezeTimeSeries(
    draft,
    changed.map(({ after }) => after.timeSeriesStoreId),
  );
  return null;
}

function concludedStatus(draft: Draft, task: TaskState, hasFailedItems: boolean): TaskStatus {
  switch (task.status) {
    case 'pending':
      return 'skipped';
    case 'active':
      return hasFailedItems ? 'failed' : 'finished';
    case 'stopping':
      return task.stoppingReason === null ? task.status : draft.rules.stop.taskOutcome[task.stoppingReason];
    case 'resuming':
    case 'finished':
    case 'skipped':
    case 'failed':
    case 'cancelled':
    case 'paused':
    case 'interrupted':
      return task.status;
  }
}

/** The task fails and the lane run with it; a task that has stopped, or stops for a stronger reason, stays as it is. */
export function taskBroken(draft: Draft, event: EventOf<'taskBroken'>): Refusal | null {
  const refusal = refuseUnlessCurrent(draft.execution, event.laneRunId, 'stopping');
  if (refusal !== null) return refusal;
  const position = positionOf(draft.current, event.taskId);
  if (position === null) return refused('notFound');
  const { task } = position;
  const isHeard =
    taskPhaseOf(task.status) !== 'stopped' &&
    (task.status !== 'stopping' || isStronger(draft.rules.stop.taskPriority, 'failure', task.stoppingReason));
  if (!isHeard) return null;
  const details = event.error === null ? {} : { task: { reason: event.error } };
  logTask(draft, 'critical', { laneRun: draft.current, ...position }, event.description, details);
  breakTask(draft, event.taskId);
  return stopCurrent(draft, { reason: 'failure', actor: null, note: null });
}

/** Work is done in enqueued and active lane runs only. */
function refuseWork(draft: Draft, newStatus: string): Refusal | null {
  const { status } = draft.current;
  if (status === 'enqueued' || status === 'active') return null;
  return status === 'stopping' ? refused('atmWorkflowExecutionStopping') : invalidTransition(status, newStatus);
}

function activate(draft: Draft, changed: readonly TaskChange[]): void {
  if (changed.length > 0 && draft.current.status === 'enqueued') draft.setLaneRunStatus('current', 'active');
}
