/** Phase timestamps, in seconds (execution §14.1); a clock that goes back never puts a phase before its predecessor. */
import type { Execution, ExecutionStatus } from './document.ts';
import { phaseOf } from './phases.ts';

type Timestamps = Pick<Execution, 'scheduleTime' | 'startTime' | 'suspendTime' | 'finishTime'>;

export function secondsOf(ms: number): number {
  return Math.floor(ms / 1000);
}

/** The timestamps that change when the execution moves to `to`; nothing within one phase. */
export function phaseTimestamps(
  execution: Timestamps & Pick<Execution, 'status'>,
  to: ExecutionStatus,
  nowMs: number,
): Partial<Timestamps> {
  const from = phaseOf(execution.status);
  const phase = phaseOf(to);
  const now = secondsOf(nowMs);
  if (from === phase) return {};
  switch (phase) {
    case 'waiting':
      return { scheduleTime: now };
    case 'ongoing':
      return { startTime: Math.max(now, from === 'suspended' ? execution.suspendTime : execution.scheduleTime) };
    case 'suspended':
      return { suspendTime: Math.max(now, execution.startTime) };
    case 'ended':
      return { finishTime: Math.max(now, execution.startTime) };
  }
}
