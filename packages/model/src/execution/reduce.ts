/**
 * The one reducer: (document, command or event, now) → next document, changes and effects; or nothing to do;
 * or a refusal. Pure: no clock, no ids of its own, no I/O. Whoever stores its result does so in one
 * transaction, on condition that the version is still the one that was reduced.
 */
import { forceContinue, repeat, resume } from './continuing.ts';
import type { Execution } from './document.ts';
import { Draft } from './draft.ts';
import { endDrainedLaneRun, endExecution, endStoppedLaneRun, isEndStatus } from './ending.ts';
import { logWorkflow, reasonOf } from './log-entries.ts';
import type { Command, EngineEvent, Reduction } from './messages.ts';
import { componentsCreated, inAdvancePreparationStarted, laneRunPrepared, preparationFailed, preparationStarted } from './preparation.ts';
import { isStronger } from './reasons.ts';
import { invalidTransition, isStopped, refused, refuseUnlessCurrent, type Refusal } from './refusals.ts';
import { laneRunResumed, tasksResumed, tasksResuming } from './resumption.ts';
import { standardRules, type Rules } from './rules.ts';
import { stopCurrent } from './stopping.ts';
import { taskBroken, tasksConcluded, tasksStarted } from './tasks.ts';
import { isTaskFinal, isTerminal } from './phases.ts';

export interface Now {
  /** Milliseconds, database time. */
  readonly ms: number;
}

type EventOf<Kind extends EngineEvent['kind']> = Extract<EngineEvent, { readonly kind: Kind }>;

/** Throws only for bugs: an edge that the tables do not have, or components without tasks. */
export function reduce(execution: Execution, input: Command | EngineEvent, now: Now): Reduction {
  return reduceBy(standardRules, execution, input, now);
}

/** `reduce` under other tables than the standard ones. */
export function reduceBy(rules: Rules, execution: Execution, input: Command | EngineEvent, now: Now): Reduction {
  const draft = new Draft(rules, execution, now.ms);
  return apply(draft, input) ?? draft.finish();
}

function apply(draft: Draft, input: Command | EngineEvent): Refusal | null {
  switch (input.kind) {
    case 'cancel':
    case 'pause':
      return requestStop(draft, input);
    case 'resume':
      return resume(draft, input);
    case 'forceContinue':
      return forceContinue(draft, input);
    case 'rerun':
    case 'retry':
      return repeat(draft, input);
    case 'preparationStarted':
      return preparationStarted(draft, input);
    case 'inAdvancePreparationStarted':
      return inAdvancePreparationStarted(draft, input);
    case 'componentsCreated':
      return componentsCreated(draft, input);
    case 'tasksResuming':
      return tasksResuming(draft, input);
    case 'tasksResumed':
      return tasksResumed(draft, input);
    case 'laneRunResumed':
      return laneRunResumed(draft, input);
    case 'laneRunPrepared':
      return laneRunPrepared(draft, input);
    case 'preparationFailed':
      return preparationFailed(draft, input);
    case 'tasksStarted':
      return tasksStarted(draft, input);
    case 'tasksConcluded':
      return tasksConcluded(draft, input);
    case 'taskBroken':
      return taskBroken(draft, input);
    case 'laneRunDrained':
      return laneRunDrained(draft, input);
    case 'laneRunStopped':
      return laneRunStopped(draft, input);
    case 'executionDrained':
      return executionDrained(draft);
    case 'deadlinePassed':
      return deadlinePassed(draft, input);
    case 'interrupted':
      return interrupted(draft, input);
    case 'crashed':
      return crashed(draft, input);
  }
}

/** Accepted any number of times until the current lane run has ended (execution §7.1, §7.2, R39, R42, R50). */
function requestStop(draft: Draft, command: Extract<Command, { readonly kind: 'cancel' | 'pause' }>): Refusal | null {
  if (isTerminal(draft.execution.status)) return refused('atmWorkflowExecutionEnded');
  return stopCurrent(draft, { reason: command.kind, actor: command.actor, note: command.note });
}

/** A cancel by the engine itself; one that has ended, or was repeated since, has no deadline any more. */
function deadlinePassed(draft: Draft, event: EventOf<'deadlinePassed'>): Refusal | null {
  const { status, deadlineAt } = draft.execution;
  if (isTerminal(status) || (deadlineAt ?? null) === null) return refused('atmWorkflowExecutionEnded');
  return stopCurrent(draft, { reason: 'cancel', actor: null, note: event.note });
}

function laneRunDrained(draft: Draft, event: EventOf<'laneRunDrained'>): Refusal | null {
  const refusal = refuseUnlessCurrent(draft.execution, event.laneRunId, 'finished');
  if (refusal !== null) return refusal;
  const { status, boxes } = draft.current;
  if (status === 'stopping') return refused('atmWorkflowExecutionStopping');
  const isConcluded = boxes.every((box) => box.tasks.every((task) => isTaskFinal(task.status)));
  if (status !== 'active' || !isConcluded) return invalidTransition(status, 'finished');
  endDrainedLaneRun(draft, event.newRunId);
  return null;
}

function laneRunStopped(draft: Draft, event: EventOf<'laneRunStopped'>): Refusal | null {
  const refusal = refuseUnlessCurrent(draft.execution, event.laneRunId, 'interrupted');
  if (refusal !== null) return refusal;
  const { status } = draft.current;
  if (status !== 'stopping') return invalidTransition(status, 'interrupted');
  endStoppedLaneRun(draft);
  return null;
}

function executionDrained(draft: Draft): Refusal | null {
  const { execution, current } = draft;
  if (isStopped(execution)) return refused('atmWorkflowExecutionStopped');
  if (!isEndStatus(current.status)) return invalidTransition(current.status, 'interrupted');
  endExecution(draft);
  return null;
}

/**
 * Suspends what goes on, until somebody resumes it; a stop that is under way for a stronger reason keeps it. One that has
 * nothing left to do ends as it was about to (execution §7.3, R62).
 */
function interrupted(draft: Draft, event: EventOf<'interrupted'>): Refusal | null {
  const { execution, current, rules } = draft;
  if (isTerminal(execution.status)) return refused('atmWorkflowExecutionEnded');
  const isHeard = current.status !== 'stopping' || isStronger(rules.stop.lanePriority, 'interrupt', current.stoppingReason);
  if (isHeard && !isEndStatus(current.status)) logWorkflow(draft, 'critical', event.description, reasonOf(event.error));
  return stopCurrent(draft, { reason: 'interrupt', actor: null, note: event.description });
}

/**
 * A lane run that goes on is stopped with reason crash; one that has ended or is suspended keeps its status and
 * the execution crashes at once (execution §15.4, R123–R131).
 */
function crashed(draft: Draft, event: EventOf<'crashed'>): Refusal | null {
  const { execution, current } = draft;
  if (isTerminal(execution.status)) return refused('atmWorkflowExecutionEnded');
  if (isStopped(execution)) return invalidTransition(current.status, 'stopping');
  if (current.stoppingReason === 'crash' && current.status === 'stopping') return null;
  logWorkflow(draft, 'emergency', 'An unexpected internal error stopped the execution.', reasonOf(event.error));
  if (!isEndStatus(current.status)) return stopCurrent(draft, { reason: 'crash', actor: null, note: null });
  draft.recordStop({ reason: 'crash', actor: null, note: null });
  endExecution(draft, true);
  return null;
}
