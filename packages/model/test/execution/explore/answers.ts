/**
 * What a command, an interrupt and a crash are answered in a state, said again from execution §7.0 and its footnotes, §3.2,
 * §7.1–§7.6 and §15.4, and not from the tables of the reducer. Statuses are spelt out on purpose.
 */
import { commandRefusal } from '../../../src/execution/commands.ts';
import type { EndedRun, Execution, LaneRun } from '../../../src/execution/document.ts';
import type { Command, Reduction } from '../../../src/execution/messages.ts';

type Repeat = Extract<Command, { readonly kind: 'rerun' | 'retry' }>;

const endedStatuses: readonly string[] = ['finished', 'failed', 'cancelled', 'crashed'];
const suspendedStatuses: readonly string[] = ['paused', 'interrupted'];

/** `changes`, `no effect` or the error, with the statuses that it names. */
export function answerOf(reduction: Reduction): string {
  if (reduction.kind === 'changed') return 'changes';
  if (reduction.kind === 'unchanged') return 'no effect';
  const { id, details } = reduction.error as { readonly id: string; readonly details?: Readonly<Record<string, unknown>> };
  return id === 'atmInvalidStatusTransition' ? `${String(details?.['prevStatus'])} → ${String(details?.['newStatus'])}` : id;
}

export function expectedAnswer(execution: Execution, command: Command): string {
  switch (command.kind) {
    case 'cancel':
      return cancelAnswer(execution);
    case 'pause':
      return pauseAnswer(execution);
    case 'resume':
      return suspendedStatuses.includes(execution.status) ? 'changes' : 'atmWorkflowExecutionNotResumable';
    case 'forceContinue': {
      const isPossible = execution.status === 'failed' && execution.currentLaneIndex < execution.lanes.length;
      return isPossible ? 'changes' : 'atmWorkflowExecutionNotResumable';
    }
    case 'rerun':
    case 'retry':
      return repeatAnswer(execution, command);
  }
}

/** Accepted until the execution has ended, but for the window in which the current lane run has its final status (¹). */
function cancelAnswer({ status, current }: Execution): string {
  if (endedStatuses.includes(status)) return 'atmWorkflowExecutionEnded';
  if (endedStatuses.includes(current.status)) return `${current.status} → stopping`;
  const isUnderWay = current.status === 'stopping' && (current.stoppingReason === 'cancel' || current.stoppingReason === 'crash');
  return isUnderWay ? 'no effect' : 'changes';
}

/** As a cancel, and refused by a lane run that is suspended; no stop is weaker than a pause. */
function pauseAnswer({ status, current }: Execution): string {
  if (endedStatuses.includes(status)) return 'atmWorkflowExecutionEnded';
  if (endedStatuses.includes(current.status) || suspendedStatuses.includes(current.status)) return `${current.status} → stopping`;
  return current.status === 'stopping' ? 'no effect' : 'changes';
}

/** The engine's own stops: an interrupt is stronger than a pause only; a crash is never late for what has not ended. */
export function expectedStopAnswer({ status, current }: Execution, kind: 'interrupted' | 'crashed'): string {
  if (endedStatuses.includes(status)) return 'atmWorkflowExecutionEnded';
  const isLate =
    kind === 'crashed' ? suspendedStatuses.includes(status) : [...endedStatuses, ...suspendedStatuses].includes(current.status);
  if (isLate) return `${current.status} → stopping`;
  if (current.status !== 'stopping') return 'changes';
  const isStronger = kind === 'crashed' ? current.stoppingReason !== 'crash' : current.stoppingReason === 'pause';
  return isStronger ? 'changes' : 'no effect';
}

/** Ended, then found, then repeatable (³, ⁴); nothing of a crashed execution is repeatable. */
function repeatAnswer(execution: Execution, command: Repeat): string {
  if (!endedStatuses.includes(execution.status)) return 'atmWorkflowExecutionNotEnded';
  const run = runNamed(execution, command.laneIndex, command.laneRunNumber);
  if (run === undefined) return 'notFound';
  const isRerunable = run.status === 'finished' || run.status === 'failed' || run.status === 'cancelled';
  const isRetriable = run.status === 'failed' && run.stoppingReason === null;
  const isPossible = execution.status !== 'crashed' && (command.kind === 'rerun' ? isRerunable : isRetriable);
  if (isPossible) return 'changes';
  return command.kind === 'rerun' ? 'atmLaneExecutionRerunFailed' : 'atmLaneExecutionRetryFailed';
}

function runNamed(execution: Execution, laneIndex: number, runNumber: number): LaneRun | EndedRun | undefined {
  const { current, lanes } = execution;
  const runs: readonly (LaneRun | EndedRun)[] = [
    ...(current.laneIndex === laneIndex ? [current] : []),
    ...(lanes[laneIndex - 1]?.endedRuns ?? []),
  ];
  return runs.find((run) => run.runNumber === runNumber);
}

/** A delete is taken in suspended and ended executions; what it does is not the reducer's. */
export function checkDelete({ status }: Execution): readonly string[] {
  const isPossible = endedStatuses.includes(status) || suspendedStatuses.includes(status);
  const answer = commandRefusal('delete', status)?.id ?? 'accepted';
  return answer === (isPossible ? 'accepted' : 'atmWorkflowExecutionNotStopped') ? [] : [`a delete is answered ${answer}`];
}
