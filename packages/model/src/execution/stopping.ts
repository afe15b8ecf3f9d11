/**
 * Stopping. A stop request is aimed at the current lane run and decided by its row of the stop table
 * (execution §3.2, §4):
 *
 *   stop        waiting or active: → stopping(reason), the execution follows, the gate closes, every task is
 *               told: what has nothing in flight takes its stopped status here, the rest drains.
 *   raise       stopping: a strictly stronger reason replaces the recorded one and the tasks are told again;
 *               any other request is accepted and changes nothing.
 *   stopAtOnce  suspended: nothing is in flight, so the lane run passes through stopping and ends in the same
 *               transition; the execution does too when it was suspended (R47).
 *   refuse      ended: `atmInvalidStatusTransition`.
 *
 * Stopping is left by `laneRunStopped` only (ending.ts).
 */
import type { LaneStoppingReason } from './document.ts';
import type { Draft } from './draft.ts';
import { endExecution, endStoppedLaneRun } from './ending.ts';
import { logLaneRun, logWorkflow } from './log-entries.ts';
import { isStronger } from './reasons.ts';
import { invalidTransition, isStopped, type Refusal } from './refusals.ts';
import { stopTasks } from './stop-tasks.ts';

export interface Stop {
  readonly reason: LaneStoppingReason;
  readonly actor: string | null;
  readonly note: string | null;
}

/** Applies a stop request to the current lane run; a refusal when it has ended. */
export function stopCurrent(draft: Draft, stop: Stop): Refusal | null {
  const { status, stoppingReason } = draft.current;
  const { stop: rules } = draft.rules;
  const rule = rules.laneRun[status][stop.reason];
  switch (rule) {
    case 'refuse':
      return invalidTransition(status, 'stopping');
    case 'raise':
      if (isStronger(rules.lanePriority, stop.reason, stoppingReason)) beginStop(draft, stop);
      return null;
    case 'stop':
      beginStop(draft, stop);
      return null;
    case 'stopAtOnce': {
      const wasStopped = isStopped(draft.execution);
      beginStop(draft, stop);
      endStoppedLaneRun(draft);
      if (wasStopped) endExecution(draft);
      return null;
    }
  }
}

function beginStop(draft: Draft, stop: Stop): void {
  const { reason } = stop;
  draft.setLaneRunStatus('current', 'stopping', reason);
  draft.setStatus('stopping', reason);
  draft.recordStop(stop);
  draft.effect({ kind: 'closeGate', laneRunId: draft.current.id, mode: draft.rules.stop.mode[reason] });
  logWorkflow(draft, 'notice', 'The execution begins to stop.', { reason });
  logLaneRun(draft, 'info', draft.current, 'The lane run begins to stop.', { reason });
  stopTasks(draft, 'current', reason);
}
