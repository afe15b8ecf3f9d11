/** What came of a command on one execution, and how it is told: a line for people, a document per line for programs. */
import { ApiError } from '@laneway/client';
import { describeFailure } from '../failure.ts';
import { printLine, type Terminal } from '../terminal.ts';
import type { ChosenRun } from './choose-run.ts';

export type ControlCommand = 'cancel' | 'pause' | 'resume' | 'force-continue' | 'rerun' | 'retry' | 'delete';

export interface Accepted {
  readonly kind: 'accepted';
  readonly executionId: string;
  readonly repeated?: ChosenRun | undefined;
}

/** Waited for; `reached` tells whether it came to what the command leads to. */
export interface AtRest extends Omit<Accepted, 'kind'> {
  readonly kind: 'atRest';
  readonly status: string;
  readonly reached: boolean;
}

export interface Failed {
  readonly kind: 'failed';
  readonly executionId: string;
  readonly error: unknown;
}

export type Outcome = Accepted | AtRest | Failed;

export function isSuccess(outcome: Outcome): boolean {
  return outcome.kind === 'accepted' || (outcome.kind === 'atRest' && outcome.reached);
}

const told: Readonly<Record<ControlCommand, string>> = {
  cancel: 'is being cancelled',
  pause: 'is being paused',
  resume: 'goes on',
  'force-continue': 'goes on with its next lane',
  rerun: 'runs again',
  retry: 'retries its failed items',
  delete: 'was deleted',
};

export function report(terminal: Terminal, command: ControlCommand, outcome: Outcome, asJson: boolean): void {
  if (asJson) {
    printLine(terminal, JSON.stringify(documentOf(command, outcome)));
    return;
  }
  const { executionId } = outcome;
  switch (outcome.kind) {
    case 'accepted':
      printLine(terminal, `${executionId} ${told[command]}${repeatedText(outcome.repeated)}`);
      return;
    case 'atRest':
      if (outcome.reached) printLine(terminal, `${executionId} is ${outcome.status}`);
      else terminal.err.write(`error: ${executionId} is ${outcome.status}\nhint: "laneway logs ${executionId}" tells why\n`);
      return;
    case 'failed':
      terminal.err.write(`${failureText(terminal, command, outcome)}\n`);
  }
}

function repeatedText(repeated: ChosenRun | undefined): string {
  return repeated === undefined ? '' : ` (lane ${repeated.laneIndex}, run ${repeated.laneRunNumber})`;
}

function documentOf(command: ControlCommand, outcome: Outcome): Readonly<Record<string, unknown>> {
  const { executionId } = outcome;
  switch (outcome.kind) {
    case 'accepted':
      return { executionId, command, accepted: true, ...outcome.repeated };
    case 'atRest':
      return { executionId, command, accepted: true, ...outcome.repeated, status: outcome.status };
    case 'failed': {
      const { error } = outcome;
      const message = error instanceof Error ? error.message : String(error);
      return { executionId, command, accepted: false, error: error instanceof ApiError ? error.error : { description: message } };
    }
  }
}

/** A refusal by the status of the execution gets a hint which command fits instead. */
function failureText(terminal: Terminal, command: ControlCommand, { executionId, error }: Failed): string {
  const text = describeFailure(error, terminal.env).replace(/^error: /, `error: ${executionId}: `);
  const hint = error instanceof ApiError ? hintFor(command, error.error.id, executionId) : undefined;
  return hint === undefined || text.includes('\nhint: ') ? text : `${text}\nhint: ${hint}`;
}

function hintFor(command: ControlCommand, errorId: string, executionId: string): string | undefined {
  switch (errorId) {
    case 'atmWorkflowExecutionEnded':
      return `it has ended; "laneway show ${executionId}" tells how`;
    case 'atmWorkflowExecutionNotStopped':
      return `stop it first: laneway cancel ${executionId} --wait`;
    case 'atmWorkflowExecutionNotEnded':
      return `only executions that ended can be repeated: laneway cancel ${executionId} --wait`;
    case 'atmWorkflowExecutionNotResumable':
      return command === 'force-continue'
        ? 'only an execution that failed before its last lane goes on with the next one'
        : 'only paused and interrupted executions can be resumed';
    case 'atmLaneExecutionRetryFailed':
      return `only lane runs that ended with failed items can be retried; "laneway rerun ${executionId}" repeats all items`;
    case 'atmLaneExecutionRerunFailed':
      return 'only lane runs that finished, failed or were cancelled can be rerun';
    case 'atmInvalidStatusTransition':
      return `"laneway show ${executionId}" tells where it is`;
    default:
      return undefined;
  }
}
