/**
 * Ends: of a lane run whose work is done, of one that was stopped, and of the execution.
 *
 * A lane run that ends by itself decides in the same transition what follows (execution §6.5): an automatic
 * retry, the next lane, or nothing — then the execution is `stopping` until `executionDrained`. A lane run that
 * was stopped ends by its reason and nothing ever follows it. Ending the execution removes the lane run
 * prepared in advance, freezes the global stores and takes over the status of the current lane run.
 */
import type { Execution, LaneRun, LaneRunStatus } from './document.ts';
import type { Draft } from './draft.ts';
import { logLaneRun, logTask, logWorkflow, selectorOf } from './log-entries.ts';
import { becomeCurrent } from './lane-entry.ts';
import { isTerminal, phaseOf } from './phases.ts';
import { stopInAdvance } from './stop-tasks.ts';

/** The lane run's work is done and every task is concluded (execution §6.5). */
export function endDrainedLaneRun(draft: Draft, newRunId: string): void {
  const failed = draft.current.boxes.some((box) => box.tasks.some((task) => task.status === 'failed'));
  draft.effect({ kind: 'closeGate', laneRunId: draft.current.id, mode: 'drain' });
  endLaneRun(draft, failed ? 'failed' : 'finished');
  if (failed) retryOrStop(draft, newRunId);
  else enterNextLane(draft, newRunId);
}

/** Nothing of the stopping lane run is in flight any more: it and its tasks end by their reasons (execution §3.2, §3.4). */
export function endStoppedLaneRun(draft: Draft): void {
  const { stop } = draft.rules;
  const { stoppingReason } = draft.current;
  if (stoppingReason === null) throw new Error('a lane run is stopping without a reason');
  const changed = draft.mapTasks('current', (task) =>
    task.status === 'stopping' && task.stoppingReason !== null ? { ...task, status: stop.taskOutcome[task.stoppingReason] } : task,
  );
  for (const { after, position } of changed) {
    logTask(draft, 'info', { laneRun: draft.current, position, task: after }, `The task stopped: ${after.status}.`);
  }
  freezeTimeSeries(
    draft,
    changed.map(({ after }) => after.timeSeriesStoreId),
  );
  endLaneRun(draft, stop.laneOutcome[stoppingReason]);
}

/** Time series of tasks that were concluded take nothing more; system logs are never frozen (execution §13.2). */
export function freezeTimeSeries(draft: Draft, storeIds: readonly (string | null)[]): void {
  const present = storeIds.filter((id) => id !== null);
  if (present.length > 0) draft.effect({ kind: 'freezeStores', storeIds: present });
}

function endLaneRun(draft: Draft, status: LaneRunStatus): void {
  const { id, iteratedStoreId, exceptionStoreId } = draft.current;
  draft.setLaneRunStatus('current', status);
  draft.effect({ kind: phaseOf(status) === 'suspended' ? 'returnSlices' : 'closeSlices', laneRunId: id });
  if (iteratedStoreId !== null && globalStores(draft.execution).includes(iteratedStoreId)) {
    draft.effect({ kind: 'unfreezeStores', storeIds: [iteratedStoreId] });
  }
  if (exceptionStoreId !== null) draft.effect({ kind: 'freezeStores', storeIds: [exceptionStoreId] });
  logLaneRun(draft, 'info', draft.current, `The lane run stopped: ${status}.`);
}

/** The counter of run numbers belongs to the whole execution and grows with each retry (execution §6.6). */
function retryOrStop(draft: Draft, newRunId: string): void {
  const { current } = draft;
  const lane = draft.lane(current.laneIndex);
  if (lane.retriesLeft === 0) {
    draft.setStatus('stopping');
    return;
  }
  const retriesLeft = lane.retriesLeft - 1;
  draft.setLane(current.laneIndex, { retriesLeft });
  const retry = scheduleRepeat(draft, { runType: 'retry', laneIndex: current.laneIndex, run: current, newRunId });
  const details = { scheduledLaneRunSelector: selectorOf(retry), retriesLeft };
  logLaneRun(draft, 'info', current, 'An automatic retry of the failed items was scheduled.', details);
}

export type RepeatedRun = Pick<LaneRun, 'runNumber' | 'iteratedStoreId' | 'exceptionStoreId'>;

/** A new run of a lane repeats an ended one and becomes the current run: over its failed items, or over its input (execution §7.6). */
export function scheduleRepeat(
  draft: Draft,
  repeat: { readonly runType: 'rerun' | 'retry'; readonly laneIndex: number; readonly run: RepeatedRun; readonly newRunId: string },
): LaneRun {
  const { runType, laneIndex, run, newRunId } = repeat;
  const runNumber = draft.execution.currentRunNum + 1;
  const laneRun: LaneRun = {
    ...newLaneRun(newRunId, laneIndex, runNumber),
    originRunNumber: run.runNumber,
    runType,
    iteratedStoreId: runType === 'retry' ? run.exceptionStoreId : run.iteratedStoreId,
  };
  draft.set({ currentRunNum: runNumber });
  draft.replaceCurrent(laneRun);
  return laneRun;
}

/** The next lane as it was prepared in advance, or a fresh run of it (execution §6.3). */
function enterNextLane(draft: Draft, newRunId: string): void {
  const { execution } = draft;
  const next = execution.currentLaneIndex + 1;
  if (next > execution.lanes.length) {
    draft.setStatus('stopping');
  } else if (execution.inAdvance === null) {
    draft.replaceCurrent(newLaneRun(newRunId, next, execution.currentRunNum));
  } else {
    draft.promoteInAdvance(execution.currentRunNum);
    if (draft.current.status === 'enqueued') becomeCurrent(draft);
    if (draft.current.status === 'failed') draft.setStatus('stopping');
  }
}

/** A lane run that nothing is known of yet. */
export function newLaneRun(id: string, laneIndex: number, runNumber: number | null): LaneRun {
  return {
    id,
    laneIndex,
    runNumber,
    originRunNumber: null,
    runType: 'regular',
    status: 'scheduled',
    stoppingReason: null,
    iteratedStoreId: null,
    exceptionStoreId: null,
    boxes: [],
  };
}

/** The last step: `status` is that of the current lane run, or crashed (execution §3.1, §7.1). */
export function endExecution(draft: Draft, crashed = false): void {
  dropInAdvance(draft);
  const stores = globalStores(draft.execution);
  if (stores.length > 0) draft.effect({ kind: 'freezeStores', storeIds: stores });
  const status = crashed ? 'crashed' : endStatusOf(draft.current.status);
  draft.setStatus(status);
  if (isTerminal(status) && draft.execution.deadlineAt !== undefined) draft.set({ deadlineAt: null });
  // An abrupt end is told by its own entry.
  if (status !== 'crashed') logWorkflow(draft, 'notice', 'The execution stopped.', { status });
  const { callback } = draft.execution;
  if (callback !== null) draft.effect({ kind: 'queueCallback', url: callback, status });
}

/** Whatever the reason, the lane run prepared in advance goes, with its components (execution §6.3, R25–R31). */
function dropInAdvance(draft: Draft): void {
  const { inAdvance } = draft.execution;
  if (inAdvance === null) return;
  stopInAdvance(draft, 'interrupt');
  draft.removeInAdvance();
  logWorkflow(draft, 'info', 'Lane runs prepared in advance were removed.', { laneIndices: [inAdvance.laneIndex] });
}

type EndStatus = 'paused' | 'interrupted' | 'finished' | 'failed' | 'cancelled' | 'crashed';

/** Whether a lane run with this status leaves the execution nothing to do. */
export function isEndStatus(status: LaneRunStatus): status is EndStatus {
  switch (status) {
    case 'paused':
    case 'interrupted':
    case 'finished':
    case 'failed':
    case 'cancelled':
    case 'crashed':
      return true;
    case 'scheduled':
    case 'resuming':
    case 'preparing':
    case 'enqueued':
    case 'active':
    case 'stopping':
      return false;
  }
}

function endStatusOf(status: LaneRunStatus): EndStatus {
  if (!isEndStatus(status)) throw new Error(`the execution cannot end while its lane run is ${status}`);
  return status;
}

/** Ids of the stores that live as long as the execution. */
export function globalStores(execution: Execution): readonly string[] {
  return Object.values(execution.storeRegistry);
}
