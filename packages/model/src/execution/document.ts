/**
 * The execution document: everything the control plane knows of one execution, and nothing of items.
 * It is changed only through the reducer. It holds the current and the in-advance lane run; a lane run
 * that ended moves to a row of its own and leaves a line in `lanes[].endedRuns` (design §3), so a
 * transition costs O(tasks of two lane runs) however long the history is.
 *
 * Hidden fields (stopping reason, retries left, run type, incarnation) are stored, never derived.
 */

export const executionStatuses = [
  'scheduled',
  'resuming',
  'active',
  'stopping',
  'paused',
  'interrupted',
  'finished',
  'failed',
  'cancelled',
  'crashed',
] as const;
export type ExecutionStatus = (typeof executionStatuses)[number];

export const laneRunStatuses = [
  'scheduled',
  'resuming',
  'preparing',
  'enqueued',
  'active',
  'stopping',
  'paused',
  'interrupted',
  'finished',
  'failed',
  'cancelled',
  'crashed',
] as const;
export type LaneRunStatus = (typeof laneRunStatuses)[number];

export const taskStatuses = [
  'pending',
  'resuming',
  'active',
  'stopping',
  'finished',
  'skipped',
  'failed',
  'cancelled',
  'paused',
  'interrupted',
] as const;
export type TaskStatus = (typeof taskStatuses)[number];

export const phases = ['waiting', 'ongoing', 'suspended', 'ended'] as const;
export type Phase = (typeof phases)[number];

/** Stopping reasons of a lane run, weakest first (execution §4.1); the graceful shutdown of D12 needs none. */
export const laneStoppingReasons = ['pause', 'interrupt', 'failure', 'cancel', 'crash'] as const;
export type LaneStoppingReason = (typeof laneStoppingReasons)[number];

/** Stopping reasons of a task, weakest first (execution §4.2). */
export const taskStoppingReasons = ['pause', 'interrupt', 'failure', 'cancel'] as const;
export type TaskStoppingReason = (typeof taskStoppingReasons)[number];

/** What becomes of jobs in flight when a lane run stops: they run to their end, or they are aborted (execution §8.6). */
export const stopModes = ['drain', 'abort'] as const;
export type StopMode = (typeof stopModes)[number];

export const runTypes = ['regular', 'rerun', 'retry'] as const;
export type RunType = (typeof runTypes)[number];

export interface TaskState {
  readonly id: string;
  readonly schemaId: string;
  readonly status: TaskStatus;
  readonly stoppingReason: TaskStoppingReason | null;
  /** Incarnation in which the task was last stopped; 0 = never. */
  readonly stoppingIncarnation: number;
  readonly systemAuditLogId: string;
  readonly timeSeriesStoreId: string | null;
}

export interface ParallelBoxState {
  readonly schemaId: string;
  readonly tasks: readonly TaskState[];
}

export interface LaneRun {
  /** Id of our own, unique; keys the gate, slices, batches and counters of the data plane. */
  readonly id: string;
  /** 1-based. */
  readonly laneIndex: number;
  /** null while prepared in advance. */
  readonly runNumber: number | null;
  readonly originRunNumber: number | null;
  readonly runType: RunType;
  readonly status: LaneRunStatus;
  readonly stoppingReason: LaneStoppingReason | null;
  readonly iteratedStoreId: string | null;
  readonly exceptionStoreId: string | null;
  readonly boxes: readonly ParallelBoxState[];
}

/** What the document keeps of a lane run that ended; the whole run is in its own immutable row. */
export interface EndedRun {
  readonly id: string;
  readonly runNumber: number;
  readonly originRunNumber: number | null;
  readonly runType: RunType;
  readonly status: LaneRunStatus;
  readonly stoppingReason: LaneStoppingReason | null;
  readonly iteratedStoreId: string | null;
  readonly exceptionStoreId: string | null;
}

export interface LaneState {
  readonly schemaId: string;
  readonly maxRetries: number;
  readonly retriesLeft: number;
  /** Newest first. */
  readonly endedRuns: readonly EndedRun[];
}

/** Who asked for the stop that is under way or was the last one, and why (extension, design §3). */
export interface StopRequest {
  readonly reason: LaneStoppingReason;
  /** User id, or null for the engine itself. */
  readonly actor: string | null;
  readonly note: string | null;
  /** Milliseconds, database time. */
  readonly at: number;
}

/** The token with which somebody scheduled, resumed or repeated: named, or temporary of this generation of the user's. */
export interface SessionToken {
  readonly id: string;
  /** null = named. */
  readonly generation: number | null;
}

export interface Execution {
  readonly id: string;
  /** Number of the last event of this execution; grows by the number of events of each transition. */
  readonly version: number;
  readonly name: string;
  readonly spaceId: string;
  readonly atmInventoryId: string;
  /** Who scheduled it; never changes. */
  readonly userId: string;
  /** On whose behalf it runs: the last one who scheduled, resumed, repeated or force-continued it (execution §15.1). */
  readonly sessionUserId: string;
  /** With which token they did; absent or null = with none that could be lost, such as a password (execution §15.1). */
  readonly sessionToken?: SessionToken | null;
  readonly atmWorkflowSchemaId: string;
  readonly atmWorkflowSchemaRevisionNumber: number;
  /** Severity number: 0 emergency … 7 debug. */
  readonly logLevel: number;
  readonly callback: string | null;
  readonly lambdaSnapshotRegistry: Readonly<Record<string, string>>;
  readonly storeRegistry: Readonly<Record<string, string>>;
  readonly systemAuditLogStoreId: string;
  readonly incarnation: number;
  readonly status: ExecutionStatus;
  /** Seconds; 0 = has not happened. */
  readonly scheduleTime: number;
  readonly startTime: number;
  readonly suspendTime: number;
  readonly finishTime: number;
  readonly lanes: readonly LaneState[];
  readonly currentLaneIndex: number;
  /** Counter of the whole execution (execution §6.6). */
  readonly currentRunNum: number;
  /** The current lane run stays here when the execution ends or suspends; it moves to a row when another one becomes current. */
  readonly current: LaneRun;
  readonly inAdvance: LaneRun | null;
  /** Of this incarnation. */
  readonly stop: StopRequest | null;
  /** What whoever scheduled it calls it by (extension); absent = nothing. They never change. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Milliseconds; when the engine cancels it unless it has ended (extension). Gone with the first end: a repeat has none. */
  readonly deadlineAt?: number | null;
}
