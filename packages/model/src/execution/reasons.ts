/**
 * Stop reasons: precedence and what they make of lane runs and tasks, as data (execution §4). A reason is
 * replaced by a strictly stronger one only. Streamed results are recorded with their job, so a task that
 * streams is treated like any other (design D11); the graceful shutdown needs no reason (D12).
 */
import type { LaneRunStatus, LaneStoppingReason, StopMode, TaskStatus, TaskStoppingReason } from './document.ts';

/** What a stop request does to a lane run: stop it, raise its reason, end it inside the call, or refuse. */
export type LaneStopRule = 'stop' | 'raise' | 'stopAtOnce' | 'refuse';

/** What a stop request does to a task; a status is taken at once, `stopping` waits for what is in flight. */
export type TaskStopRule = 'raise' | 'ignore' | 'pauseIfInterruptedEarlier' | TaskStatus;

export interface StopRules {
  /** Greater wins. */
  readonly lanePriority: Readonly<Record<LaneStoppingReason, number>>;
  readonly taskPriority: Readonly<Record<TaskStoppingReason, number>>;
  /** Reason handed to the tasks of a stopping lane run; a task that caused the stop has `failure` already (execution §4.2). */
  readonly taskReason: Readonly<Record<LaneStoppingReason, TaskStoppingReason>>;
  /** What becomes of the jobs in flight. */
  readonly mode: Readonly<Record<LaneStoppingReason, StopMode>>;
  readonly laneOutcome: Readonly<Record<LaneStoppingReason, LaneRunStatus>>;
  readonly taskOutcome: Readonly<Record<TaskStoppingReason, TaskStatus>>;
  readonly laneRun: Readonly<Record<LaneRunStatus, Readonly<Record<LaneStoppingReason, LaneStopRule>>>>;
  readonly task: Readonly<Record<TaskStatus, Readonly<Record<TaskStoppingReason, TaskStopRule>>>>;
}

const stop = { pause: 'stop', interrupt: 'stop', failure: 'stop', cancel: 'stop', crash: 'stop' } as const;
const raiseLane = { pause: 'raise', interrupt: 'raise', failure: 'raise', cancel: 'raise', crash: 'raise' } as const;
const refuse = { pause: 'refuse', interrupt: 'refuse', failure: 'refuse', cancel: 'refuse', crash: 'refuse' } as const;
const cancelOnly = { ...refuse, cancel: 'stopAtOnce' } as const;

const halt = { pause: 'paused', interrupt: 'interrupted', failure: 'failed', cancel: 'cancelled' } as const;
const drain = { pause: 'stopping', interrupt: 'stopping', failure: 'stopping', cancel: 'stopping' } as const;
const raiseTask = { pause: 'raise', interrupt: 'raise', failure: 'raise', cancel: 'raise' } as const;
const ignore = { pause: 'ignore', interrupt: 'ignore', failure: 'ignore', cancel: 'ignore' } as const;

export const stopRules: StopRules = {
  lanePriority: { pause: 1, interrupt: 2, failure: 3, cancel: 4, crash: 5 },
  taskPriority: { pause: 0, interrupt: 1, failure: 2, cancel: 3 },
  taskReason: { pause: 'pause', interrupt: 'interrupt', failure: 'interrupt', cancel: 'cancel', crash: 'interrupt' },
  mode: { pause: 'drain', interrupt: 'abort', failure: 'abort', cancel: 'abort', crash: 'abort' },
  laneOutcome: { pause: 'paused', interrupt: 'interrupted', failure: 'failed', cancel: 'cancelled', crash: 'crashed' },
  taskOutcome: halt,
  laneRun: {
    scheduled: stop,
    resuming: stop,
    preparing: stop,
    enqueued: stop,
    active: stop,
    stopping: raiseLane,
    paused: cancelOnly,
    interrupted: cancelOnly,
    finished: refuse,
    failed: refuse,
    cancelled: refuse,
    crashed: refuse,
  },
  task: {
    pending: halt,
    resuming: halt,
    active: drain,
    stopping: raiseTask,
    paused: { pause: 'ignore', interrupt: 'interrupted', failure: 'ignore', cancel: 'cancelled' },
    interrupted: { pause: 'pauseIfInterruptedEarlier', interrupt: 'ignore', failure: 'ignore', cancel: 'cancelled' },
    finished: ignore,
    skipped: ignore,
    failed: ignore,
    cancelled: ignore,
  },
};

/** Whether `reason` replaces the recorded one: strictly stronger (execution §4.1, §4.2). */
export function isStronger<Reason extends string>(
  priority: Readonly<Record<Reason, number>>,
  reason: Reason,
  than: Reason | null,
): boolean {
  return than === null || priority[reason] > priority[than];
}
