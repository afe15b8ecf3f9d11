/**
 * The engine as its embedders see it: no HTTP, no users' rights. Who may do what is decided by the caller
 * before it calls; refusals are results, exceptions are bugs.
 */
import type { RequestKey } from './extensions-api.ts';
import type {
  ErrorObject,
  Execution,
  LambdaRevision,
  LaneRun,
  LaneStoppingReason,
  Phase,
  Result,
  SessionToken,
  StopRequest,
  WorkflowSchemaRevision,
} from '@laneway/model';

export interface ScheduleRequest {
  readonly userId: string;
  readonly spaceId: string;
  readonly atmInventoryId: string;
  readonly atmWorkflowSchemaId: string;
  readonly name: string;
  readonly revisionNumber: number;
  readonly revision: WorkflowSchemaRevision;
  /** lambda id → revision number (decimal text) → revision, for every revision that a task refers to. */
  readonly lambdas: Readonly<Record<string, Readonly<Record<string, LambdaRevision>>>>;
  readonly storeInitialContentOverlay: Readonly<Record<string, unknown>>;
  /** Store schema id → upload whose items are the store's initial content (extension). */
  readonly storeInitialContentUploads?: Readonly<Record<string, string>>;
  /** Severity number, 0–7. */
  readonly logLevel: number;
  readonly callback: string | null;
  /** The token that was presented: losing it interrupts the execution (execution §15.1). */
  readonly sessionToken?: SessionToken | null;
  /** Extensions: what it is called by, and after how long it is cancelled unless it has ended. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly deadlineMs?: number;
  /** The same request once more has no effect and the same answer. */
  readonly requestKey?: RequestKey;
}

export interface TaskCounters {
  readonly itemsInProcessing: number;
  readonly itemsProcessed: number;
  readonly itemsFailed: number;
}

/** The whole picture of one execution: the document and the lane runs that left it. */
export interface ExecutionView {
  readonly execution: Execution;
  /** Ended runs of all lanes with their boxes, in no particular order. */
  readonly archivedRuns: readonly LaneRun[];
}

export interface ExecutionSummary {
  readonly id: string;
  readonly name: string;
  readonly atmInventoryId: string;
  readonly userId: string;
  readonly status: string;
  readonly revisionNumber: number;
  readonly scheduleTime: number;
  readonly startTime: number;
  readonly suspendTime: number;
  readonly finishTime: number;
  /** Index of the phase list (execution §14.2): (9999999999 − timestamp) and the id, newest first. */
  readonly index: string;
}

export interface TaskView extends TaskCounters {
  readonly id: string;
  readonly executionId: string;
  readonly spaceId: string;
  readonly laneIndex: number;
  readonly runNumber: number | null;
  readonly boxIndex: number;
  readonly schemaId: string;
  readonly status: string;
  readonly systemAuditLogId: string;
  readonly timeSeriesStoreId: string | null;
}

/** The schema and the lambda revisions that an execution was scheduled with, each as the JSON text that is kept. */
export interface ExecutionSchema {
  readonly revision: string;
  /** By lambda id and revision number (decimal text). */
  readonly lambdas: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** What became of the items that a task could have had; they sum up to `itemsKnown` of its lane run. */
export interface TaskReceipt extends TaskCounters {
  readonly taskId: string;
  readonly schemaId: string;
  readonly status: string;
  readonly itemsNeverStarted: number;
  /** Stopped before they were answered for; these jobs ended by themselves after the signal. */
  readonly itemsWithdrawn: number;
  /** The same, but their jobs had to be killed. */
  readonly itemsKilled: number;
  /** The same, but whether their jobs ended could not be confirmed. */
  readonly itemsUnreachable: number;
}

/** itemsKnown = pending + claimed + succeeded + failed + withdrawn. */
export interface LaneRunReceipt {
  readonly laneRunId: string;
  readonly laneIndex: number;
  readonly runNumber: number | null;
  readonly status: string;
  readonly itemsKnown: number;
  /** False while a tree is being walked: more items may become known. */
  readonly isComplete: boolean;
  readonly itemsPending: number;
  readonly itemsClaimed: number;
  /** Passed the last box. */
  readonly itemsSucceeded: number;
  readonly itemsFailed: number;
  readonly itemsWithdrawn: number;
  readonly tasks: readonly TaskReceipt[];
}

export interface Receipt {
  readonly executionId: string;
  readonly status: string;
  /** The stop that is under way or was the last one; null when there was none. */
  readonly stop: StopRequest | null;
  /** By lane and run number. */
  readonly laneRuns: readonly LaneRunReceipt[];
}

/** One reason why an execution is not moving. Times are milliseconds of the database's clock. */
export type Blocker =
  /** Paused by a person, or interrupted because access or a runtime was lost: somebody has to resume it. */
  | {
      readonly kind: 'suspended';
      readonly cause: 'pause' | 'privilege or runtime';
      readonly status: string;
      readonly actor: string | null;
      readonly reason: string | null;
      readonly since: number;
    }
  /** As many executions of the space run as may; `ahead` wait longer. */
  | { readonly kind: 'limit'; readonly limit: number; readonly running: number; readonly ahead: number }
  /** No living node drives it; another one takes over when the lease has run out. */
  | { readonly kind: 'lease'; readonly nodeId: string | null; readonly until: number | null }
  /** Something failed and is tried again. */
  | { readonly kind: 'retryTimer'; readonly error: string; readonly failures: number; readonly nextAt: number }
  /** Runtimes of these tasks are being made ready; empty before the tasks exist. */
  | { readonly kind: 'runtime'; readonly taskIds: readonly string[] }
  /** Batches are in hand; `stopping` is the reason of the stop that waits for them. */
  | {
      readonly kind: 'jobs';
      readonly stopping: LaneStoppingReason | null;
      readonly nodeIds: readonly string[];
      readonly batches: number;
    }
  /** Batches wait for a free runner. */
  | { readonly kind: 'runners'; readonly batches: number }
  /** The iterated store has not produced the next item yet. */
  | { readonly kind: 'store'; readonly storeId: string | null };

/** One numbered event of an execution (interfaces, Events). */
export interface ExecutionEvent {
  readonly executionId: string;
  readonly version: number;
  /** Milliseconds. */
  readonly at: number;
  readonly actor: string | null;
  readonly subject: 'execution' | 'laneRun' | 'task';
  readonly laneIndex?: number;
  readonly runNumber?: number | null;
  readonly taskId?: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly reason?: string;
}

export interface ListRequest {
  readonly spaceId: string;
  /** Only executions of inventories that this user is a member of, and of those that are gone (D7); null = all. */
  readonly viewerId: string | null;
  readonly phase: Phase;
  readonly limit: number;
  readonly offset: number;
  readonly index: string | null;
}

/** A request of a person about one execution. */
export interface ControlRequest {
  readonly executionId: string;
  /** User id. */
  readonly actor: string;
}

/** Whoever lets an execution go on is the one on whose behalf it runs from then on. */
export interface ContinueRequest extends ControlRequest {
  readonly sessionToken?: SessionToken | null;
}

export interface StopRequestOf extends ControlRequest {
  /** Why, in the words of whoever asks; null = not said. */
  readonly note: string | null;
  /** For a pause: after how long jobs in flight are withdrawn. */
  readonly deadlineMs?: number;
}

export interface RepeatRequest extends ContinueRequest {
  /** 1-based. */
  readonly laneIndex: number;
  readonly laneRunNumber: number;
  readonly requestKey?: RequestKey;
}

/** Refusals are the errors of execution §7.0; an unknown or deleted execution is `notFound`. */
export interface ExecutionService {
  schedule(request: ScheduleRequest): Promise<Result<{ readonly executionId: string }>>;
  cancel(request: StopRequestOf): Promise<Result<void>>;
  /** Jobs in flight run to their end; everything else waits for `resume`. */
  pause(request: StopRequestOf): Promise<Result<void>>;
  /**
   * Stops it until somebody resumes it, because something it needs is lost; jobs in flight are aborted and run again then.
   * False when there was nothing to stop. Not a request of a person (execution §7.3).
   */
  interrupt(request: { readonly executionId: string; readonly error: ErrorObject; readonly why: string }): Promise<boolean>;
  /** Goes on with a paused or interrupted execution, on behalf of the caller. */
  resume(request: ContinueRequest): Promise<Result<void>>;
  /** Goes on with the next lane of a failed execution; what failed is left behind. */
  forceContinue(request: ContinueRequest): Promise<Result<void>>;
  /** Runs an ended lane run once more over its whole input, and the lanes after it. */
  rerun(request: RepeatRequest): Promise<Result<void>>;
  /** Runs the failed items of an ended lane run once more, and the lanes after it. */
  retry(request: RepeatRequest): Promise<Result<void>>;
  /** Marks the execution as discarded: from now on nothing finds it; its data goes in small batches. */
  delete(request: ControlRequest): Promise<Result<void>>;
  view(executionId: string): Promise<ExecutionView | null>;
  /** What it was scheduled with, whatever became of the workflow schema since; null when it is unknown. */
  schema(executionId: string): Promise<ExecutionSchema | null>;
  list(request: ListRequest): Promise<{ readonly entries: readonly ExecutionSummary[]; readonly isLast: boolean }>;
  task(taskId: string): Promise<TaskView | null>;
  /** Task id → counters, for all tasks of the execution. */
  counters(executionId: string): Promise<Readonly<Record<string, TaskCounters>>>;
  /** What became of every item, and who stopped the execution; null when it is unknown. */
  receipt(executionId: string): Promise<Receipt | null>;
  /** Why it is not moving; null when it is unknown. */
  blockers(executionId: string): Promise<readonly Blocker[] | null>;
  /** Events after the given version, oldest first, at most `limit`. */
  events(executionId: string, afterVersion: number, limit: number): Promise<readonly ExecutionEvent[]>;
  /** Resolves when something may have happened to the execution, when the signal aborts, or after `timeoutMs`. */
  waitForChange(executionId: string, timeoutMs: number, signal: AbortSignal): Promise<void>;
}

export interface StoreInfo {
  readonly id: string;
  readonly executionId: string;
  readonly schemaId: string;
  readonly name: string;
  readonly type: string;
  readonly config: unknown;
  readonly initialContent: unknown;
  readonly frozen: boolean;
}

/** A store without its initial content, which may be large. */
export type StoreSummary = Omit<StoreInfo, 'initialContent'>;

/** A dump on its way: the text comes in pieces, and fails when the rest of it cannot be had. */
export interface StoreExport {
  readonly fileName: string;
  readonly contentType: string;
  readonly text: AsyncIterable<string>;
}

export interface StoreService {
  info(storeId: string): Promise<StoreInfo | null>;
  summary(storeId: string): Promise<StoreSummary | null>;
  /** Options are raw (query parameters or JSON); they are checked here, last, as the reference does (data-and-stores §4). */
  browse(storeId: string, options: Readonly<Record<string, unknown>>): Promise<Result<unknown>>;
  /** Entries oldest first for auditLog stores, `notSupported` for others (data-and-stores §5.8). */
  dump(storeId: string): Promise<Result<{ readonly fileName: string; readonly entries: AsyncIterable<unknown> }>>;
  /** Everything that is in the store now, of every type; `format` is raw as the options of `browse` (extension). */
  export(storeId: string, options: { readonly format?: unknown }): Promise<Result<StoreExport>>;
  /** Trace id → index of the failed item or null; `notSupported` for stores that are no exception stores (R45). */
  indicesByTraceIds(
    storeId: string,
    query: { readonly traceIds: readonly string[]; readonly timestamp: number | null },
  ): Promise<Result<Readonly<Record<string, string | null>>>>;
}
