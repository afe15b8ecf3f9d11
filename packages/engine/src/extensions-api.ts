/** What the engine offers beyond the contract: summaries, bulk operations, repeated requests (design §9). */
import type { ErrorObject, ExecutionStatus, Phase, Result, SessionToken } from '@laneway/model';

/** Which executions of a space; every condition that is there has to hold. */
export interface ExecutionFilter {
  /** null = any. */
  readonly phases: readonly Phase[] | null;
  readonly statuses: readonly ExecutionStatus[] | null;
  readonly atmInventoryId: string | null;
  readonly atmWorkflowSchemaId: string | null;
  /** Who scheduled it. */
  readonly userId: string | null;
  readonly labels: readonly (readonly [name: string, value: string])[];
  /** Seconds; scheduled in this second or later. */
  readonly scheduledAfter: number | null;
  /** Seconds; scheduled before this second. */
  readonly scheduledBefore: number | null;
}

export interface SummaryRequest {
  readonly spaceId: string;
  /** Only executions of inventories that this user is a member of, and of those that are gone (D7). */
  readonly viewerId: string;
  readonly filter: ExecutionFilter;
  readonly limit: number;
  /** The last entry of the page before. */
  readonly after: { readonly phase: Phase; readonly index: string } | null;
}

export interface ExecutionSummaryEntry {
  readonly id: string;
  readonly name: string;
  readonly atmInventoryId: string;
  readonly atmWorkflowSchemaId: string;
  readonly revisionNumber: number;
  readonly userId: string;
  readonly status: ExecutionStatus;
  readonly phase: Phase;
  readonly scheduleTime: number;
  readonly startTime: number;
  readonly suspendTime: number;
  readonly finishTime: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly index: string;
}

export interface SummaryPage {
  readonly entries: readonly ExecutionSummaryEntry[];
  readonly isLast: boolean;
}

/** How a request names itself, so that a repetition of it has no second effect. */
export interface RequestKey {
  readonly key: string;
  /** Of what is asked; the same key with another one is a mistake of the sender. */
  readonly fingerprint: string;
}

export interface NamedRequest extends RequestKey {
  readonly userId: string;
  readonly operation: 'schedule' | 'rerun' | 'retry';
  /** Of a rerun or retry; null for a schedule. */
  readonly executionId: string | null;
}

export const bulkOperations = ['cancel', 'pause', 'resume', 'delete'] as const;
export type BulkOperation = (typeof bulkOperations)[number];

/** aborted: somebody asked for it. stopped: its user lost the right to go on. */
export type BulkState = 'running' | 'finished' | 'aborted' | 'stopped';

/** Refused: the member's status or the user's privileges do not allow it. Failed: something went wrong. */
export type BulkOutcome = 'done' | 'refused' | 'failed';

export type BulkMembers =
  | { readonly kind: 'filter'; readonly filter: ExecutionFilter }
  | { readonly kind: 'ids'; readonly ids: readonly string[] };

export interface BulkRequest {
  readonly spaceId: string;
  readonly userId: string;
  /** The token that was presented: losing it ends the job, and interrupts what it resumed (execution §15.1). */
  readonly sessionToken?: SessionToken | null;
  readonly operation: BulkOperation;
  readonly members: BulkMembers;
  readonly reason: string | null;
  readonly dryRun: boolean;
}

export interface BulkJob {
  readonly id: string;
  readonly spaceId: string;
  readonly userId: string;
  readonly sessionToken: SessionToken | null;
  readonly operation: BulkOperation;
  readonly reason: string | null;
  readonly dryRun: boolean;
  readonly state: BulkState;
  /** So far: members are found while the job goes on. */
  readonly matched: number;
  readonly done: number;
  readonly refused: number;
  readonly failed: number;
  /** Why it was stopped. */
  readonly error: ErrorObject | null;
  /** Milliseconds. */
  readonly createdAt: number;
  readonly endedAt: number | null;
}

export interface BulkResult {
  readonly position: string;
  readonly executionId: string;
  readonly outcome: BulkOutcome;
  readonly error: ErrorObject | null;
}

/** What a user may do to an execution: revoked = to none of the space any more. */
export type BulkAccess = 'allowed' | 'forbidden' | 'revoked';

/** Initial content for executions to come: JSON Lines, one item a line. */
export interface UploadRequest {
  readonly userId: string;
  readonly spaceId: string;
  readonly body: AsyncIterable<Uint8Array>;
}

export interface UploadReceipt {
  readonly uploadId: string;
  readonly itemCount: number;
  readonly bytes: number;
}

export interface ExecutionExtensions {
  /** Takes the body as fast as it is written; rejects when the body does. */
  upload(request: UploadRequest): Promise<Result<UploadReceipt>>;
  /** False when the user has no such upload in the space. */
  removeUpload(request: { readonly uploadId: string; readonly userId: string; readonly spaceId: string }): Promise<boolean>;
  summaries(request: SummaryRequest): Promise<SummaryPage>;
  /** The execution that an earlier request of this name had its effect on; null = there was none. */
  answered(request: NamedRequest): Promise<Result<{ readonly executionId: string } | null>>;
  startBulk(request: BulkRequest): Promise<{ readonly jobId: string }>;
  bulkJob(jobId: string): Promise<BulkJob | null>;
  bulkResults(jobId: string, after: string, limit: number): Promise<readonly BulkResult[]>;
  /** False when the job had ended. */
  abortBulk(jobId: string): Promise<boolean>;
}
