/** What the worker of a lane run is made of: its tasks, its jobs and what it needs of its surroundings. */
import type { Logger } from '../logger.ts';
import type { Database } from '../persistence/sql.ts';
import type { FailedItem } from '../persistence/sql/commits.ts';
import type { Gate } from '../persistence/sql/gates.ts';
import type { NodeIdentity } from '../persistence/sql/nodes.ts';
import type { WithdrawnJob } from '../persistence/sql/slices.ts';
import type { StoreWrite } from '../stores/writes.ts';
import type { Committer } from './committer.ts';
import type { Item } from './item-reader.ts';

export interface WorkerTask {
  readonly taskId: string;
  readonly boxIndex: number;
  readonly taskIndex: number;
  readonly runners: number;
}

export interface Job {
  readonly task: WorkerTask;
  readonly batchNumber: number;
  /** How many times the batch has been claimed: 1 unless it came back. */
  readonly attempt: number;
  readonly items: readonly Item[];
}

export type JobResult =
  | {
      readonly kind: 'recorded';
      readonly succeededCount: number;
      readonly failed: readonly FailedItem[];
      readonly writes: readonly StoreWrite[];
      /** Called when the results are committed: threshold checks, broken streams. */
      readonly afterCommit?: () => Promise<void>;
    }
  /** Stopped before it answered; nothing of it is recorded. `stage` is null when no runtime had it yet. */
  | { readonly kind: 'withdrawn'; readonly stage: WithdrawnJob['stage'] | null };

/** Called right before a job goes to its runtime: false = the lane run is being stopped, nothing is handed over (I3). */
export type HandOver = () => Promise<boolean>;

export interface WorkerOptions {
  readonly database: Database;
  readonly committer: Committer;
  readonly node: NodeIdentity;
  readonly gate: Gate;
  readonly exceptionStoreId: string;
  /** Tasks by box. */
  readonly boxes: readonly (readonly WorkerTask[])[];
  readonly newId: () => string;
  /** Makes the task active in the document before its first job; false = it may not start. */
  readonly startTasks: (taskIds: readonly string[]) => Promise<boolean>;
  readonly runJob: (job: Job, signal: AbortSignal, handOver: HandOver) => Promise<JobResult>;
  /** Asks for a fresh authorisation; resolves when it was answered or the database is away. */
  readonly authorise: () => Promise<void>;
  /** A batch failed again and again for no reason of its lambda: ends the execution, unless the database is away. */
  readonly poisoned: (error: unknown) => Promise<void>;
  /** False while nothing can be recorded, so that failures prove nothing. */
  readonly databaseAnswers: () => Promise<boolean>;
  /** Something changed that lets more jobs start. */
  readonly pump: () => void;
  /** The lane run may be about to end: a batch ended after the input was exhausted. */
  readonly progressed: () => void;
  readonly log: Logger;
}
