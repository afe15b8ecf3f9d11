/** What the REST API answers, as far as the client uses it (rest §5, §8; extensions of design §9). */
import type {
  ExecutionStatus,
  LambdaRevision,
  LaneRunStatus,
  LaneStoppingReason,
  Lineage,
  Phase,
  RunType,
  TaskStatus,
  WorkflowSchemaRevision,
} from '@laneway/model';

export interface LaneRunDetails {
  readonly runNumber: number | null;
  readonly originRunNumber: number | null;
  readonly runType: RunType;
  readonly status: LaneRunStatus;
  readonly iteratedStoreId: string | null;
  readonly exceptionStoreId: string | null;
  readonly parallelBoxes: readonly { readonly schemaId: string; readonly taskRegistry: Readonly<Record<string, string>> }[];
  readonly isRetriable: boolean;
  readonly isRerunable: boolean;
}

export interface ExecutionDetails {
  readonly atmWorkflowExecutionId: string;
  readonly atmWorkflowSchemaSnapshotId: string;
  readonly name: string;
  readonly atmInventoryId: string;
  readonly spaceId: string;
  readonly userId: string;
  readonly status: ExecutionStatus;
  readonly scheduleTime: number;
  readonly startTime: number;
  readonly suspendTime: number;
  readonly finishTime: number;
  readonly lambdaSnapshotRegistry: Readonly<Record<string, string>>;
  readonly storeRegistry: Readonly<Record<string, string>>;
  readonly systemAuditLogStoreId: string | null;
  /** Extensions; the deadline in seconds since 1970. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly deadlineTime?: number;
  readonly lanes: readonly { readonly schemaId: string; readonly runs: readonly LaneRunDetails[] }[];
}

/** What an execution was scheduled with (extension): names, dashboards, and the series of its tasks. */
export interface ExecutionSchemaDetails {
  readonly atmWorkflowSchemaSnapshotId: string;
  readonly atmWorkflowSchemaId: string;
  readonly name: string;
  readonly atmWorkflowSchemaRevisionNumber: number;
  readonly atmWorkflowSchemaRevision: WorkflowSchemaRevision;
  /** Lambda id → revision number (decimal text) → revision. */
  readonly atmLambdaRevisions: Readonly<Record<string, Readonly<Record<string, LambdaRevision>>>>;
}

export interface ExecutionPage {
  readonly atmWorkflowExecutions: readonly string[];
  readonly nextPageToken: string | null;
  readonly isLast: boolean;
}

export interface TaskDetails {
  readonly schemaId: string;
  readonly status: TaskStatus;
  readonly systemAuditLogId: string;
  readonly timeSeriesStoreId: string | null;
  readonly itemsInProcessing: number;
  readonly itemsProcessed: number;
  readonly itemsFailed: number;
}

export interface StoreDetails {
  readonly schemaId: string;
  readonly type: string;
  readonly frozen: boolean;
  readonly config: unknown;
  readonly initialContent: unknown;
}

export interface ScheduleBody {
  readonly atmWorkflowSchemaId: string;
  readonly atmWorkflowSchemaRevisionNumber: number;
  readonly spaceId: string;
  readonly storeInitialContentOverlay?: Readonly<Record<string, unknown>>;
  /** Extension: store schema id → upload that is its initial content. */
  readonly storeInitialContentUploads?: Readonly<Record<string, string>>;
  readonly logLevel?: string;
  readonly callback?: string;
  /** Extensions: by what the execution is found again, and after how long it is cancelled unless it has ended. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly deadlineSec?: number;
}

export interface ListExecutionsQuery {
  readonly phase?: Phase;
  readonly limit?: number;
  readonly token?: string;
}

export interface FileEntry {
  readonly fileId: string;
  readonly name: string;
  /** REG, DIR or SYMLNK. */
  readonly type: string;
}

/** Part of every entry, when it was asked for: where the value comes from; null when no result wrote it. */
interface Traced {
  readonly lineage?: Lineage | null;
}

/** An entry of a list-like store: what cannot be described carries the error instead of the value. */
export type StoreEntry = Traced &
  (
    | { readonly index: string; readonly success: true; readonly value: unknown }
    | { readonly index: string; readonly success: false; readonly error: unknown }
  );

export interface LogEntry extends Traced {
  readonly index: string;
  /** Milliseconds. */
  readonly timestamp: number;
  readonly severity: string;
  readonly source: string;
  readonly content: unknown;
}

/** One lambda that a server runs by itself. */
export interface AvailableLambda {
  readonly name: string;
  readonly images: readonly string[];
  readonly kind: string;
  /** Where it lies on the server; for administrators only. */
  readonly source?: string;
}

export interface LambdaCatalogue {
  readonly lambdas: readonly AvailableLambda[];
  /** For administrators only. */
  readonly report?: {
    readonly sandbox: { readonly kind: string; readonly detail: string };
    readonly limits: string;
    readonly python: string;
    readonly node: string;
    readonly lambdaCount: number;
  };
}

/** Names one run of one lane; both count from 1. */
export interface LaneRunSelector {
  readonly laneIndex: number;
  readonly laneRunNumber: number;
}

/** Items of a task; they sum up to `itemsKnown` of its lane run (processed ones include the failed ones). */
export interface TaskReceiptDetails {
  readonly taskId: string;
  readonly schemaId: string;
  readonly status: TaskStatus;
  readonly itemsNeverStarted: number;
  readonly itemsInProcessing: number;
  readonly itemsProcessed: number;
  readonly itemsFailed: number;
  readonly itemsWithdrawn: number;
  readonly itemsKilled: number;
  readonly itemsUnreachable: number;
}

export interface LaneRunReceiptDetails {
  readonly laneRunId: string;
  readonly laneIndex: number;
  readonly runNumber: number | null;
  readonly status: LaneRunStatus;
  readonly itemsKnown: number;
  readonly isComplete: boolean;
  readonly itemsPending: number;
  readonly itemsClaimed: number;
  readonly itemsSucceeded: number;
  readonly itemsFailed: number;
  readonly itemsWithdrawn: number;
  readonly tasks: readonly TaskReceiptDetails[];
}

export interface ReceiptDetails {
  readonly executionId: string;
  readonly status: ExecutionStatus;
  /** `actor` null = the engine itself; `at` in milliseconds. */
  readonly stop: {
    readonly reason: LaneStoppingReason;
    readonly actor: string | null;
    readonly note: string | null;
    readonly at: number;
  } | null;
  readonly laneRuns: readonly LaneRunReceiptDetails[];
}

/** One reason why an execution is not moving; what else there is depends on the kind. */
export interface BlockerDetails {
  readonly kind: 'suspended' | 'limit' | 'lease' | 'retryTimer' | 'runtime' | 'jobs' | 'runners' | 'store';
  readonly [detail: string]: unknown;
}
