/** What rest §5.5–5.6 allows as the answer to a request in a known state of the execution; written by hand, apart from the engine's tables. */
import type { Execution, LaneRunStatus } from '@laneway/model';
import type { CommandName, RunSelector, Verdict } from './commands.ts';

/** null: deleted. */
export function allowed(execution: Execution | null, command: CommandName, run: RunSelector): Verdict {
  if (execution === null) return 'notFound';
  const { status } = execution;
  const isSuspended = status === 'paused' || status === 'interrupted';
  const hasEnded = ['finished', 'failed', 'cancelled', 'crashed'].includes(status);
  switch (command) {
    case 'cancel':
    case 'pause':
      if (hasEnded) return 'Ended';
      if (isSuspended) return command === 'cancel' ? 'ok' : `IST ${status}`;
      // The current lane run has its last status already, the execution not yet (R42); a suspended one can be cancelled still.
      return isOver(execution.current.status) || (command === 'pause' && isAtRest(execution.current.status))
        ? `IST ${execution.current.status}`
        : 'ok';
    case 'resume':
      return isSuspended ? 'ok' : 'NotResumable';
    case 'force_continue':
      return status === 'failed' && execution.currentLaneIndex < execution.lanes.length ? 'ok' : 'NotResumable';
    case 'delete':
      return isSuspended || hasEnded ? 'ok' : 'NotStopped';
    case 'rerun':
    case 'retry':
      return hasEnded ? repetition(execution, command, run) : 'NotEnded';
  }
}

function isAtRest(status: LaneRunStatus): boolean {
  return status === 'paused' || status === 'interrupted';
}

function isOver(status: LaneRunStatus): boolean {
  return ['finished', 'failed', 'cancelled', 'crashed'].includes(status);
}

function repetition(execution: Execution, command: 'rerun' | 'retry', { laneIndex, laneRunNumber }: RunSelector): Verdict {
  const { current, lanes } = execution;
  const runs = [...(current.laneIndex === laneIndex ? [current] : []), ...(lanes[laneIndex - 1]?.endedRuns ?? [])];
  const named = runs.find((run) => run.runNumber === laneRunNumber);
  if (named === undefined) return 'notFound';
  if (command === 'rerun')
    return execution.status !== 'crashed' && ['finished', 'failed', 'cancelled'].includes(named.status) ? 'ok' : 'RerunFailed';
  return execution.status !== 'crashed' && named.status === 'failed' && named.stoppingReason === null ? 'ok' : 'RetryFailed';
}
