/**
 * Going on with an execution that has stopped (execution §7.4–§7.6). Each of the four begins a new incarnation, so
 * that whatever is left of the old one is dropped, and unfreezes the global stores; the caller's access counts from
 * here on, while the one who scheduled it stays.
 *
 *   resume         suspended: the current lane run goes on where it was.
 *   forceContinue  failed, and not in the last lane: a regular run of the next lane; what failed is left behind.
 *   rerun, retry   ended: a new run over the input, or over the failed items, of any run that can be repeated. It is
 *                  not retried automatically (D4); the lanes after it run again as regular runs.
 */
import { commandTable } from './commands.ts';
import type { EndedRun, Execution, ExecutionStatus, LaneRun } from './document.ts';
import type { Draft } from './draft.ts';
import { globalStores, newLaneRun, scheduleRepeat } from './ending.ts';
import { logLaneRun, logWorkflow, selectorOf } from './log-entries.ts';
import type { Command } from './messages.ts';
import { phaseOf, runFlags } from './phases.ts';
import { invalidTransition, refused, type Refusal } from './refusals.ts';

type CommandOf<Kind extends Command['kind']> = Extract<Command, { readonly kind: Kind }>;

export function resume(draft: Draft, command: CommandOf<'resume'>): Refusal | null {
  const { execution, current } = draft;
  if (commandTable.resume[execution.status] !== 'accepted') return refused('atmWorkflowExecutionNotResumable');
  if (phaseOf(current.status) !== 'suspended') return invalidTransition(current.status, 'resuming');
  beginIncarnation(draft, 'resuming', command);
  draft.setLaneRunStatus('current', 'resuming', null);
  logWorkflow(draft, 'notice', 'The execution is being resumed.', { scheduledLaneRunSelector: selectorOf(current) });
  return null;
}

export function forceContinue(draft: Draft, command: CommandOf<'forceContinue'>): Refusal | null {
  const { execution } = draft;
  const next = execution.currentLaneIndex + 1;
  const isPossible = commandTable.forceContinue[execution.status] === 'lane run decides' && next <= execution.lanes.length;
  if (!isPossible) return refused('atmWorkflowExecutionNotResumable');
  if (draft.lane(next).endedRuns.some((run) => run.runNumber === execution.currentRunNum)) return refused('alreadyExists');
  const laneRun = newLaneRun(command.newRunId, next, execution.currentRunNum);
  beginIncarnation(draft, 'resuming', command);
  draft.replaceCurrent(laneRun);
  logWorkflow(draft, 'notice', 'A forced continuation with the next lane was scheduled.', {
    scheduledLaneRunSelector: selectorOf(laneRun),
  });
  return null;
}

export function repeat(draft: Draft, command: CommandOf<'rerun' | 'retry'>): Refusal | null {
  const { execution } = draft;
  const { kind, laneIndex, laneRunNumber, newRunId } = command;
  if (phaseOf(execution.status) !== 'ended') return refused('atmWorkflowExecutionNotEnded');
  const run = runOfLane(execution, laneIndex, laneRunNumber);
  if (run === undefined) return refused('notFound');
  const { isRerunable, isRetriable } = runFlags(execution, run);
  if (kind === 'rerun' && !isRerunable) return refused('atmLaneExecutionRerunFailed');
  if (kind === 'retry' && !isRetriable) return refused('atmLaneExecutionRetryFailed');
  beginIncarnation(draft, 'scheduled', command);
  draft.setLane(laneIndex, { retriesLeft: 0 });
  const laneRun = scheduleRepeat(draft, { runType: kind, laneIndex, run, newRunId });
  const sentence = kind === 'rerun' ? 'A rerun of the lane run was scheduled.' : 'A retry of its failed items was scheduled.';
  const repeated = { laneIndex, runNumber: run.runNumber };
  logLaneRun(draft, 'notice', repeated, sentence, { repeatType: kind, scheduledLaneRunSelector: selectorOf(laneRun) });
  return null;
}

function beginIncarnation(draft: Draft, status: ExecutionStatus, command: CommandOf<'resume' | 'forceContinue' | 'rerun' | 'retry'>): void {
  const { execution } = draft;
  draft.setStatus(status);
  // Whoever stopped it before has nothing to do with what becomes of it now.
  draft.set({ incarnation: execution.incarnation + 1, ...sessionOf(execution, command), stop: null });
  const stores = globalStores(execution);
  if (stores.length > 0) draft.effect({ kind: 'unfreezeStores', storeIds: stores });
}

/** Of whoever lets it go on; what the engine does by itself changes nothing about it (execution §15.1). */
function sessionOf(
  execution: Execution,
  { actor, sessionToken = null }: CommandOf<'resume' | 'forceContinue' | 'rerun' | 'retry'>,
): Partial<Pick<Execution, 'sessionUserId' | 'sessionToken'>> {
  if (actor === null) return {};
  const isMentioned = sessionToken !== null || execution.sessionToken !== undefined;
  return { sessionUserId: actor, ...(isMentioned ? { sessionToken } : {}) };
}

function runOfLane(execution: Execution, laneIndex: number, runNumber: number): LaneRun | EndedRun | undefined {
  const { current, lanes } = execution;
  if (current.laneIndex === laneIndex && current.runNumber === runNumber) return current;
  return lanes[laneIndex - 1]?.endedRuns.find((run) => run.runNumber === runNumber);
}
