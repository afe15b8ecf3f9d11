/** Which request of a person an execution takes in which status (execution §7.0). */
import type { ErrorObject } from '../errors/result.ts';
import type { ExecutionStatus } from './document.ts';
import { executionError } from './refusals.ts';

export const commandKinds = ['cancel', 'pause', 'resume', 'forceContinue', 'rerun', 'retry', 'delete'] as const;
export type CommandKind = (typeof commandKinds)[number];

export const commandErrors = [
  'atmWorkflowExecutionEnded',
  'atmWorkflowExecutionNotResumable',
  'atmWorkflowExecutionNotEnded',
  'atmWorkflowExecutionNotStopped',
  'atmLaneExecutionRerunFailed',
  'atmLaneExecutionRetryFailed',
] as const;
type CommandError = (typeof commandErrors)[number];

/** `lane run decides`: the status of the execution allows it, the stop table of the lane run may still refuse. */
export type CommandOutcome = 'accepted' | 'lane run decides' | CommandError;

const ended = 'atmWorkflowExecutionEnded';
const notResumable = 'atmWorkflowExecutionNotResumable';
const notEnded = 'atmWorkflowExecutionNotEnded';
const notStopped = 'atmWorkflowExecutionNotStopped';

const stopCommand: Readonly<Record<ExecutionStatus, CommandOutcome>> = {
  scheduled: 'lane run decides',
  resuming: 'lane run decides',
  active: 'lane run decides',
  stopping: 'lane run decides',
  paused: 'lane run decides',
  interrupted: 'lane run decides',
  finished: ended,
  failed: ended,
  cancelled: ended,
  crashed: ended,
};

function repeatCommand(crashed: CommandError): Readonly<Record<ExecutionStatus, CommandOutcome>> {
  return {
    scheduled: notEnded,
    resuming: notEnded,
    active: notEnded,
    stopping: notEnded,
    paused: notEnded,
    interrupted: notEnded,
    finished: 'lane run decides',
    failed: 'lane run decides',
    cancelled: 'lane run decides',
    crashed,
  };
}

const nowhere: Readonly<Record<ExecutionStatus, CommandOutcome>> = {
  scheduled: notResumable,
  resuming: notResumable,
  active: notResumable,
  stopping: notResumable,
  paused: notResumable,
  interrupted: notResumable,
  finished: notResumable,
  failed: notResumable,
  cancelled: notResumable,
  crashed: notResumable,
};

export const commandTable: Readonly<Record<CommandKind, Readonly<Record<ExecutionStatus, CommandOutcome>>>> = {
  cancel: stopCommand,
  pause: stopCommand,
  resume: { ...nowhere, paused: 'accepted', interrupted: 'accepted' },
  forceContinue: { ...nowhere, failed: 'lane run decides' },
  rerun: repeatCommand('atmLaneExecutionRerunFailed'),
  retry: repeatCommand('atmLaneExecutionRetryFailed'),
  delete: {
    scheduled: notStopped,
    resuming: notStopped,
    active: notStopped,
    stopping: notStopped,
    paused: 'accepted',
    interrupted: 'accepted',
    finished: 'accepted',
    failed: 'accepted',
    cancelled: 'accepted',
    crashed: 'accepted',
  },
};

/** The error with which the execution's status refuses the command, or null when it does not (execution §7.0). */
export function commandRefusal(kind: CommandKind, status: ExecutionStatus): ErrorObject | null {
  const outcome = commandTable[kind][status];
  return outcome === 'accepted' || outcome === 'lane run decides' ? null : executionError(outcome);
}
