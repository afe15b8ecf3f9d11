/**
 * Preparation of the current lane run and of the next one in advance (execution §6.1–§6.3).
 *
 * A lane run is `preparing` until its components exist and every task's runtime is ready; then it is
 * `enqueued`. Only the current one moves the execution (to active) and opens its gate; one prepared in
 * advance does so when it becomes current (ending.ts). A stop that comes first makes every later step be
 * refused, and the caller throws away what it has created (R21, R23, R26).
 *
 * A failure of the current lane run is a stop request with reason failure, or interrupt when a runtime could
 * not be reached; a stop that is under way keeps its own reason (R23). A failure in advance ends that lane
 * run alone (R28, R30); the others never hear of it.
 */
import type { LaneRun, ParallelBoxState, TaskState } from './document.ts';
import type { Draft, Slot, TaskPosition } from './draft.ts';
import { newLaneRun } from './ending.ts';
import { becomeCurrent } from './lane-entry.ts';
import { logLane, logLaneRun, reasonOf, taskPrefix, workflowEntry, type TaskNews } from './log-entries.ts';
import type { ComponentsOfBox, EngineEvent } from './messages.ts';
import { phaseOf } from './phases.ts';
import { invalidTransition, isStopped, refused, refusePreparation, slotOf, type Refusal } from './refusals.ts';
import { stopInAdvance } from './stop-tasks.ts';
import { stopCurrent } from './stopping.ts';

type EventOf<Kind extends EngineEvent['kind']> = Extract<EngineEvent, { readonly kind: Kind }>;

export function preparationStarted(draft: Draft, event: EventOf<'preparationStarted'>): Refusal | null {
  const { execution, current } = draft;
  const refusal = refusePreparation(execution);
  if (refusal !== null) return refusal;
  const slot = slotOf(execution, event.laneRunId);
  if (slot === null) return refused('notFound');
  const { status, boxes } = draft.laneRun(slot);
  const begins = slot === 'current' && (status === 'scheduled' || (status === 'resuming' && boxes.length === 0));
  if (!begins) return invalidTransition(status, 'preparing');
  draft.setLaneRunStatus('current', 'preparing');
  if (execution.status !== 'active') draft.setStatus('active');
  logLaneRun(draft, 'debug', current, 'Preparing...');
  return null;
}

/** Exactly one lane ahead, once, and only while the current lane run goes on (execution §6.3, R25). */
export function inAdvancePreparationStarted(draft: Draft, event: EventOf<'inAdvancePreparationStarted'>): Refusal | null {
  const { execution, current } = draft;
  const refusal = refusePreparation(execution);
  if (refusal !== null) return refusal;
  if (execution.inAdvance !== null) return invalidTransition(execution.inAdvance.status, 'preparing');
  const phase = phaseOf(current.status);
  if (phase === 'suspended' || phase === 'ended') return refused('atmWorkflowExecutionStopped');
  const laneIndex = execution.currentLaneIndex + 1;
  if (laneIndex > execution.lanes.length) return refused('notFound');
  const laneRun: LaneRun = { ...newLaneRun(event.laneRunId, laneIndex, null), status: 'preparing' };
  draft.addLaneRun('inAdvance', laneRun);
  logLaneRun(draft, 'debug', laneRun, 'Preparing in advance...');
  return null;
}

export function componentsCreated(draft: Draft, event: EventOf<'componentsCreated'>): Refusal | null {
  const refusal = refusePreparation(draft.execution);
  if (refusal !== null) return refusal;
  const slot = slotOf(draft.execution, event.laneRunId);
  if (slot === null) return refused('notFound');
  const laneRun = draft.laneRun(slot);
  if (laneRun.status !== 'preparing' || laneRun.boxes.length > 0) return invalidTransition(laneRun.status, 'preparing');
  if (event.boxes.length === 0 || event.boxes.some((box) => box.tasks.length === 0)) throw new Error('a lane run has no tasks');
  draft.addComponents(slot, {
    // A repeated run has its store from the run it repeats.
    iteratedStoreId: laneRun.iteratedStoreId ?? event.iteratedStoreId,
    exceptionStoreId: event.exceptionStoreId,
    boxes: event.boxes.map(newBox),
  });
  if (laneRun.runType === 'regular') {
    draft.setLane(laneRun.laneIndex, { retriesLeft: draft.lane(laneRun.laneIndex).maxRetries });
  }
  logCreation(draft, slot);
  return null;
}

/** Step by step in the words that tools look for (ui-and-scenarios S38). */
function logCreation(draft: Draft, slot: Slot): void {
  const laneRun = draft.laneRun(slot);
  logLaneRun(draft, 'debug', laneRun, 'Creating...');
  logLaneRun(draft, 'debug', laneRun, 'Exception store created.');
  forEachTask(laneRun, (task, position) => {
    const news = { laneRun, task, position };
    logOfTask(draft, news, 'Audit log created.');
    if (task.timeSeriesStoreId !== null) logOfTask(draft, news, 'Time series store created.');
    logOfTask(draft, news, 'Created.');
  });
  logLaneRun(draft, 'debug', laneRun, 'Parallel boxes created.');
  logLaneRun(draft, 'debug', laneRun, 'Created.');
}

function logOfTask(draft: Draft, { laneRun, task, position }: TaskNews, sentence: string): void {
  const extras = { referencedElements: { tasks: [task.id] } };
  const entry = workflowEntry(draft.execution, 'debug', `${taskPrefix(laneRun, position)} ${sentence}`, extras);
  if (entry !== null) draft.effect(entry);
}

function forEachTask(laneRun: LaneRun, visit: (task: TaskState, position: TaskPosition) => void): void {
  for (const [boxIndex, box] of laneRun.boxes.entries()) {
    for (const [taskIndex, task] of box.tasks.entries()) visit(task, { boxIndex: boxIndex + 1, taskIndex: taskIndex + 1 });
  }
}

function newBox(box: ComponentsOfBox): ParallelBoxState {
  const tasks = box.tasks.map((task) => ({ ...task, status: 'pending' as const, stoppingReason: null, stoppingIncarnation: 0 }));
  return { schemaId: box.schemaId, tasks };
}

export function laneRunPrepared(draft: Draft, event: EventOf<'laneRunPrepared'>): Refusal | null {
  const refusal = refusePreparation(draft.execution);
  if (refusal !== null) return refusal;
  const slot = slotOf(draft.execution, event.laneRunId);
  if (slot === null) return refused('notFound');
  const { status, boxes } = draft.laneRun(slot);
  if (status !== 'preparing' || boxes.length === 0) return invalidTransition(status, 'enqueued');
  draft.setLaneRunStatus(slot, 'enqueued');
  // Only now is there something that runs the task's jobs.
  const laneRun = draft.laneRun(slot);
  forEachTask(laneRun, (task, position) => logOfTask(draft, { laneRun, task, position }, 'Executor created.'));
  if (slot === 'current') becomeCurrent(draft);
  logLaneRun(draft, 'info', laneRun, 'The lane run was prepared.');
  return null;
}

export function preparationFailed(draft: Draft, event: EventOf<'preparationFailed'>): Refusal | null {
  const { execution } = draft;
  if (isStopped(execution)) return refused('atmWorkflowExecutionStopped');
  const slot = slotOf(execution, event.laneRunId);
  if (slot === null) return refused('notFound');
  const laneRun = draft.laneRun(slot);
  if (slot === 'current' && laneRun.status === 'stopping') return null;
  const isResuming = slot === 'current' && laneRun.status === 'resuming' && laneRun.boxes.length > 0;
  if (laneRun.status !== 'preparing' && !isResuming) return invalidTransition(laneRun.status, 'stopping');
  if (isResuming) logLaneRun(draft, 'critical', laneRun, 'Resuming the lane run failed.', reasonOf(event.error));
  else logLane(draft, 'critical', laneRun.laneIndex, 'The preparation of the lane failed.', reasonOf(event.error));
  const reason = event.interrupt ? 'interrupt' : 'failure';
  if (slot === 'current') return stopCurrent(draft, { reason, actor: null, note: null });
  stopInAdvance(draft, execution.status === 'stopping' ? 'interrupt' : reason);
  return null;
}
