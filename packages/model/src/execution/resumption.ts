/**
 * Resuming the current lane run (execution §7.4). One without components is prepared like any other
 * (preparation.ts). Else its suspended tasks get their runtimes back, one by one if need be: paused or interrupted →
 * resuming → pending (it never had an item) or active; tasks that had ended are left alone. When none is suspended
 * any more the lane run takes its input again and its gate opens: enqueued while every task is pending, else active
 * (R65, R67, R68). A failure on the way is one of preparation (`preparationFailed`).
 */
import type { TaskState } from './document.ts';
import type { Draft } from './draft.ts';
import { becomeCurrent } from './lane-entry.ts';
import { logLaneRun, logTask } from './log-entries.ts';
import type { EngineEvent } from './messages.ts';
import { invalidTransition, refused, refusePreparation, type Refusal } from './refusals.ts';
import { hasTasks, newsOf } from './task-lookup.ts';

type EventOf<Kind extends EngineEvent['kind']> = Extract<EngineEvent, { readonly kind: Kind }>;

export function tasksResuming(draft: Draft, event: EventOf<'tasksResuming'>): Refusal | null {
  const refusal = refuseUnlessResuming(draft, event.laneRunId, event.taskIds);
  if (refusal !== null) return refusal;
  const ids = new Set(event.taskIds);
  draft.mapTasks('current', (task) =>
    ids.has(task.id) && isSuspended(task) ? { ...task, status: 'resuming', stoppingReason: null } : task,
  );
  return null;
}

export function tasksResumed(draft: Draft, event: EventOf<'tasksResumed'>): Refusal | null {
  const hadItems = new Map(event.tasks.map((task) => [task.taskId, task.hadItems]));
  const refusal = refuseUnlessResuming(draft, event.laneRunId, [...hadItems.keys()]);
  if (refusal !== null) return refusal;
  const changed = draft.mapTasks('current', (task) =>
    hadItems.has(task.id) && task.status === 'resuming'
      ? { ...task, status: hadItems.get(task.id) === true ? ('active' as const) : ('pending' as const) }
      : task,
  );
  const series = changed.map(({ after }) => after.timeSeriesStoreId).filter((id) => id !== null);
  if (series.length > 0) draft.effect({ kind: 'unfreezeStores', storeIds: series });
  for (const change of changed) logTask(draft, 'info', newsOf(draft, change), 'The task was resumed.');
  return null;
}

export function laneRunResumed(draft: Draft, event: EventOf<'laneRunResumed'>): Refusal | null {
  const refusal = refuseUnlessResuming(draft, event.laneRunId, []);
  if (refusal !== null) return refusal;
  const tasks = draft.current.boxes.flatMap((box) => box.tasks);
  const isReady = tasks.every((task) => task.status !== 'resuming' && !isSuspended(task));
  if (!isReady) return invalidTransition('resuming', 'active');
  const { exceptionStoreId } = draft.current;
  draft.setLaneRunStatus('current', tasks.every((task) => task.status === 'pending') ? 'enqueued' : 'active');
  draft.setStatus('active');
  if (exceptionStoreId !== null) draft.effect({ kind: 'unfreezeStores', storeIds: [exceptionStoreId] });
  becomeCurrent(draft);
  logLaneRun(draft, 'info', draft.current, 'The lane run was resumed.');
  return null;
}

function isSuspended(task: TaskState): boolean {
  return task.status === 'paused' || task.status === 'interrupted';
}

function refuseUnlessResuming(draft: Draft, laneRunId: string, taskIds: readonly string[]): Refusal | null {
  const refusal = refusePreparation(draft.execution);
  if (refusal !== null) return refusal;
  const { current } = draft;
  if (current.id !== laneRunId) return refused('notFound');
  if (current.status !== 'resuming' || current.boxes.length === 0) return invalidTransition(current.status, 'resuming');
  return hasTasks(current, taskIds) ? null : refused('notFound');
}
