/** Refusals of the reducer (execution §3.1, §3.2, §17). */
import { makeError } from '../errors/make-error.ts';
import type { ErrorObject } from '../errors/result.ts';
import type { Execution, LaneRun } from './document.ts';
import type { Slot } from './draft.ts';
import type { Reduction } from './messages.ts';
import { phaseOf } from './phases.ts';

export type Refusal = Extract<Reduction, { readonly kind: 'refused' }>;

/** Errors of executions that carry no details. */
export type PlainError =
  | 'atmWorkflowExecutionStopping'
  | 'atmWorkflowExecutionStopped'
  | 'atmWorkflowExecutionEnded'
  | 'atmWorkflowExecutionNotEnded'
  | 'atmWorkflowExecutionNotStopped'
  | 'atmWorkflowExecutionNotResumable'
  | 'atmLaneExecutionRetryFailed'
  | 'atmLaneExecutionRerunFailed'
  | 'alreadyExists'
  | 'notFound';

export function executionError(id: PlainError): ErrorObject {
  return makeError(id);
}

export function refused(id: PlainError): Refusal {
  return { kind: 'refused', error: executionError(id) };
}

export function invalidTransition(prevStatus: string, newStatus: string): Refusal {
  return { kind: 'refused', error: makeError('atmInvalidStatusTransition', { prevStatus, newStatus }) };
}

/** In which slot the lane run is; null when it is none of the two. */
export function slotOf(execution: Execution, laneRunId: string): Slot | null {
  if (execution.current.id === laneRunId) return 'current';
  return execution.inAdvance?.id === laneRunId ? 'inAdvance' : null;
}

/** Preparing needs an execution that neither stops nor has stopped (execution §3.1). */
export function refusePreparation(execution: Execution): Refusal | null {
  if (execution.status === 'stopping') return refused('atmWorkflowExecutionStopping');
  return isStopped(execution) ? refused('atmWorkflowExecutionStopped') : null;
}

export function isStopped(execution: Execution): boolean {
  const phase = phaseOf(execution.status);
  return phase === 'suspended' || phase === 'ended';
}

/**
 * Events about the work of a lane run are for the current one of an execution that has not stopped. What comes
 * late from a lane run that ended is told the status it ended with.
 */
export function refuseUnlessCurrent(execution: Execution, laneRunId: string, newStatus: string): Refusal | null {
  if (isStopped(execution)) return refused('atmWorkflowExecutionStopped');
  if (execution.current.id === laneRunId) return null;
  const other = execution.inAdvance?.id === laneRunId ? execution.inAdvance : endedRun(execution, laneRunId);
  return other === undefined ? refused('notFound') : invalidTransition(other.status, newStatus);
}

function endedRun(execution: Execution, laneRunId: string): Pick<LaneRun, 'status'> | undefined {
  return execution.lanes.flatMap((lane) => lane.endedRuns).find((run) => run.id === laneRunId);
}
