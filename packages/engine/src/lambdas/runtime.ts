/**
 * The port between the engine and whatever runs a lambda (design §7). The engine owns the stages of a stop
 * (signal, kill, unreachable); a runtime carries them out and says how far it had to go.
 */
import type { ErrorObject, LambdaRevision } from '@laneway/model';

export interface SpaceMount {
  readonly spaceId: string;
  readonly name: string;
  /** Absolute path of the space's directory on this machine. */
  readonly root: string;
  readonly readonly: boolean;
}

/** What a runtime must know to prepare one task of one lane run. */
export interface TaskToPrepare {
  readonly executionId: string;
  readonly laneRunId: string;
  readonly taskId: string;
  readonly lambdaId: string;
  readonly lambdaRevision: LambdaRevision;
  readonly space: SpaceMount;
  /** Text level of the execution's log, given to the lambda as ATM_LOG_LEVEL. */
  readonly logLevel: string;
}

/** Body of a job batch request (lambdas §1.3), complete but for what the runtime itself adds. */
export interface JobBatchRequest {
  readonly ctx: Readonly<Record<string, unknown>> & { readonly config: Readonly<Record<string, unknown>> };
  readonly argsBatch: readonly Readonly<Record<string, unknown>>[];
}

export interface JobToRun {
  readonly jobId: string;
  readonly request: JobBatchRequest;
  /** Every file id found in arguments and config, with its path relative to the space's root. */
  readonly fileLinks: readonly { readonly fileId: string; readonly path: string }[];
}

export interface JobControl {
  /** Aborted when the job must stop: the runtime signals the lambda, waits `graceMs`, kills, and returns. */
  readonly signal: AbortSignal;
  readonly graceMs: number;
  /** Called at start and whenever the lambda shows life; cheap, never throws. */
  readonly onHeartbeat: () => void;
  /** A piece of the lambda's stdout or stderr. */
  readonly onOutput: (text: string) => void;
}

/** One value that a lambda streamed to `/out/<resultName>`, in order of appearance. */
export interface StreamedResult {
  readonly resultName: string;
  readonly value: unknown;
}

/**
 * How far a stop had to go. signal: the job ended by itself within the grace after it was told (with an endpoint elsewhere, closing the
 * call is all that can be told); what it left running was killed. kill: the job itself had to be killed. unreachable: something of it
 * may still run, or the runtime did not say in time.
 */
export type StopStage = 'signal' | 'kill' | 'unreachable';

export type JobOutcome =
  /** The lambda answered; `response` is the parsed body (may be null), not yet checked. */
  | { readonly kind: 'answered'; readonly response: unknown; readonly streamed: readonly StreamedResult[]; readonly streamError?: string }
  /** The lambda threw, exited, or could not be reached: the batch failed, for this reason. */
  | { readonly kind: 'crashed'; readonly reason: string; readonly streamed: readonly StreamedResult[] }
  /** Stopped before it answered. `stage` is the last one that was needed. */
  | { readonly kind: 'withdrawn'; readonly stage: StopStage };

export interface LambdaHandle {
  /** How many jobs of this task may run at once on this node. */
  readonly runners: number;
  /** Whether its jobs may use the network: then they are told where to reach the server. */
  readonly network?: boolean;
  /** Never rejects; a runtime's own failure is an outcome. */
  run(job: JobToRun, control: JobControl): Promise<JobOutcome>;
  /** Ends everything that prepare started; jobs still running are killed. */
  dispose(): Promise<void>;
}

export type PrepareOutcome =
  | { readonly kind: 'ready'; readonly handle: LambdaHandle }
  /**
   * `tried` lists every place that was looked at, for a clear error. `unavailable`: the runtime could not be reached or did
   * not take the lambda, which may be otherwise later: the execution is interrupted instead of failed (execution §6.2).
   */
  | { readonly kind: 'failed'; readonly reason: string; readonly tried?: readonly string[]; readonly unavailable?: boolean };

export interface LambdaRuntime {
  /** Never rejects; aborting the signal ends the preparation promptly and leaves nothing behind. */
  prepare(task: TaskToPrepare, signal: AbortSignal): Promise<PrepareOutcome>;
  /** Why no lambda can run at the moment, or null; absent where that cannot happen. A failure, or no answer for 2 s, counts as a reason. */
  health?(): Promise<ErrorObject | null>;
  /** A line for each known lambda, for `laneway lambda list` and doctor. */
  list(): readonly { readonly name: string; readonly images: readonly string[]; readonly source: string; readonly kind: string }[];
  close(): Promise<void>;
}
