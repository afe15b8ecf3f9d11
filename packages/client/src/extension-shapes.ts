/** What the extensions of the REST API take and answer, as far as the client uses it (design §9). */
import type { ErrorObject, ExecutionStatus, Phase } from '@laneway/model';

/** Which executions of a space; every condition that is there has to hold. */
export interface ExecutionFilter {
  readonly phase?: Phase | readonly Phase[];
  readonly status?: ExecutionStatus | readonly ExecutionStatus[];
  /** `name=value`, each. */
  readonly label?: readonly string[];
  readonly atmInventoryId?: string;
  readonly atmWorkflowSchemaId?: string;
  /** Who scheduled it. */
  readonly userId?: string;
  /** Seconds. */
  readonly scheduledAfter?: number;
  readonly scheduledBefore?: number;
}

export interface ExecutionSummary {
  readonly atmWorkflowExecutionId: string;
  readonly name: string;
  readonly atmInventoryId: string;
  readonly atmWorkflowSchemaId: string;
  readonly atmWorkflowSchemaRevisionNumber: number;
  readonly userId: string;
  readonly status: ExecutionStatus;
  readonly phase: Phase;
  readonly scheduleTime: number;
  readonly startTime: number;
  readonly suspendTime: number;
  readonly finishTime: number;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface SummaryPage {
  readonly atmWorkflowExecutionSummaries: readonly ExecutionSummary[];
  readonly nextPageToken: string | null;
  readonly isLast: boolean;
}

export type BulkOperation = 'cancel' | 'pause' | 'resume' | 'delete';

export interface BulkRequest {
  readonly operation: BulkOperation;
  /** Either a filter ({} = all executions of the space) or ids. */
  readonly filter?: ExecutionFilter;
  readonly ids?: readonly string[];
  readonly reason?: string;
  readonly dryRun?: boolean;
}

export interface BulkJob {
  readonly bulkJobId: string;
  readonly operation: BulkOperation;
  readonly dryRun: boolean;
  readonly state: 'running' | 'finished' | 'aborted' | 'stopped';
  /** So far. */
  readonly matched: number;
  readonly done: number;
  readonly refused: number;
  readonly failed: number;
  readonly error?: ErrorObject;
}

export interface BulkResultPage {
  readonly results: readonly {
    readonly atmWorkflowExecutionId: string;
    readonly outcome: 'done' | 'refused' | 'failed';
    readonly ok: boolean;
    readonly error?: ErrorObject;
  }[];
  readonly nextPageToken: string | null;
  readonly isLast: boolean;
}

/** A runner of a task, as the node that was asked has seen it. */
export interface PodDetails {
  readonly podId: string;
  readonly taskId: string;
  readonly currentStatus: 'Pending' | 'Running' | 'Failed' | 'Unknown' | 'Terminated';
  readonly currentContainersReadiness: string;
  /** Milliseconds. */
  readonly lastStatusChangeTimestamp: number;
}

export interface PodList {
  readonly pods: readonly PodDetails[];
  /** Milliseconds; what happened before is not known. null: the server cannot tell of pods. */
  readonly knownSince: number | null;
}
