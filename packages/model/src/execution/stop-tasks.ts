/**
 * What a stop does to tasks, by the stop table (execution §3.4, §4.3): a task with nothing in flight takes its
 * stopped status at once, an active one drains, a draining one may get a stronger reason, a final one stays.
 */
import type { LaneStoppingReason, TaskState, TaskStoppingReason } from './document.ts';
import type { Draft, Slot } from './draft.ts';
import { logLaneRun, logTask } from './log-entries.ts';
import { phaseOf } from './phases.ts';
import { isStronger } from './reasons.ts';

/** Tells every task of the lane run why it stops (execution §4.2, §4.3). */
export function stopTasks(draft: Draft, slot: Slot, reason: LaneStoppingReason): void {
  const taskReason = draft.rules.stop.taskReason[reason];
  stopSome(draft, slot, () => taskReason);
}

/** Tells one task that it broke; the others hear of it through the lane run's stop (execution §10.4). */
export function breakTask(draft: Draft, taskId: string): void {
  stopSome(draft, 'current', (task) => (task.id === taskId ? 'failure' : null));
}

function stopSome(draft: Draft, slot: Slot, reasonFor: (task: TaskState) => TaskStoppingReason | null): void {
  const { incarnation } = draft.execution;
  const changed = draft.mapTasks(slot, (task) => {
    const reason = reasonFor(task);
    return reason === null ? task : stopped(draft, task, reason, incarnation);
  });
  const laneRun = draft.laneRun(slot);
  for (const { after, position } of changed) {
    const reason = { reason: after.stoppingReason };
    const sentence = after.status === 'stopping' ? 'The task begins to stop.' : `The task was stopped: ${after.status}.`;
    logTask(draft, 'info', { laneRun, position, task: after }, sentence, { task: reason, workflow: reason });
  }
}

function stopped(draft: Draft, task: TaskState, reason: TaskStoppingReason, incarnation: number): TaskState {
  const rule = draft.rules.stop.task[task.status][reason];
  const mark = { stoppingReason: reason, stoppingIncarnation: incarnation };
  if (rule === 'ignore') return task;
  if (rule === 'raise') return isStronger(draft.rules.stop.taskPriority, reason, task.stoppingReason) ? { ...task, ...mark } : task;
  if (rule === 'pauseIfInterruptedEarlier') return task.stoppingIncarnation < incarnation ? { ...task, ...mark, status: 'paused' } : task;
  return { ...task, ...mark, status: rule };
}

/**
 * Stops the lane run prepared in advance: nothing of it is in flight, so it passes through stopping and ends
 * by the reason in the same transition (execution §6.2, §6.3).
 */
export function stopInAdvance(draft: Draft, reason: LaneStoppingReason): void {
  if (phaseOf(draft.laneRun('inAdvance').status) !== 'waiting') return;
  draft.setLaneRunStatus('inAdvance', 'stopping', reason);
  logLaneRun(draft, 'info', draft.laneRun('inAdvance'), 'The lane run begins to stop.', { reason });
  stopTasks(draft, 'inAdvance', reason);
  draft.setLaneRunStatus('inAdvance', draft.rules.stop.laneOutcome[reason]);
  logLaneRun(draft, 'info', draft.laneRun('inAdvance'), 'The lane run stopped.');
}
