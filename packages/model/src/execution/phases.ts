/** Phases and flags: pure views of the document. */
import type { Execution, ExecutionStatus, LaneRun, LaneRunStatus, Phase, TaskStatus } from './document.ts';

/** Phase of an execution or lane run (execution §2.1, §2.2). */
export function phaseOf(status: ExecutionStatus | LaneRunStatus): Phase {
  switch (status) {
    case 'scheduled':
    case 'resuming':
    case 'preparing':
    case 'enqueued':
      return 'waiting';
    case 'active':
    case 'stopping':
      return 'ongoing';
    case 'paused':
    case 'interrupted':
      return 'suspended';
    case 'finished':
    case 'failed':
    case 'cancelled':
    case 'crashed':
      return 'ended';
  }
}

/** True when an execution or lane run has ended; only a repeat or a forced continuation leaves this. */
export function isTerminal(status: ExecutionStatus | LaneRunStatus): boolean {
  return phaseOf(status) === 'ended';
}

export type TaskPhase = 'waiting' | 'ongoing' | 'stopped';

/** Phase of a task (execution §2.3). */
export function taskPhaseOf(status: TaskStatus): TaskPhase {
  switch (status) {
    case 'pending':
    case 'resuming':
      return 'waiting';
    case 'active':
    case 'stopping':
      return 'ongoing';
    case 'finished':
    case 'skipped':
    case 'failed':
    case 'cancelled':
    case 'paused':
    case 'interrupted':
      return 'stopped';
  }
}

/** True when the task never changes again (execution §2.3). */
export function isTaskFinal(status: TaskStatus): boolean {
  return taskPhaseOf(status) === 'stopped' && status !== 'paused' && status !== 'interrupted';
}

/** Seconds; when the execution entered its phase: the order of the phase lists (execution §14.2). */
export function phaseTimestamp(execution: Pick<Execution, 'status' | 'scheduleTime' | 'startTime' | 'suspendTime' | 'finishTime'>): number {
  switch (phaseOf(execution.status)) {
    case 'waiting':
      return execution.scheduleTime;
    case 'ongoing':
      return execution.startTime;
    case 'suspended':
      return execution.suspendTime;
    case 'ended':
      return execution.finishTime;
  }
}

export interface RunFlags {
  readonly isRetriable: boolean;
  readonly isRerunable: boolean;
}

/** Whether a lane run, current or historical, may be repeated (execution §6.8, R32–R38). */
export function runFlags(execution: Pick<Execution, 'status'>, run: Pick<LaneRun, 'status' | 'stoppingReason'>): RunFlags {
  const repeatable = isTerminal(execution.status) && execution.status !== 'crashed';
  return {
    isRerunable: repeatable && (run.status === 'finished' || run.status === 'failed' || run.status === 'cancelled'),
    isRetriable: repeatable && run.status === 'failed' && run.stoppingReason === null,
  };
}
