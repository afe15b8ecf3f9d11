/**
 * What goes into the reducer (commands of people, events of the engine) and what comes out of it (the next
 * document, the changes for the event log, the effects for the same transaction).
 */
import type { ErrorObject } from '../errors/result.ts';
import type { Execution, LaneRun, SessionToken, StopMode } from './document.ts';

/**
 * Requests of people. `actor` is a user id, or null for the engine itself. Ids of new lane runs come with the
 * command: the reducer makes none. `sessionToken`: with which token an actor lets it go on.
 */
export type Command =
  | { readonly kind: 'cancel' | 'pause'; readonly actor: string | null; readonly note: string | null }
  | { readonly kind: 'resume'; readonly actor: string | null; readonly sessionToken?: SessionToken | null }
  | {
      readonly kind: 'forceContinue';
      readonly actor: string | null;
      readonly sessionToken?: SessionToken | null;
      readonly newRunId: string;
    }
  | {
      readonly kind: 'rerun' | 'retry';
      readonly actor: string | null;
      readonly sessionToken?: SessionToken | null;
      /** 1-based. */
      readonly laneIndex: number;
      readonly laneRunNumber: number;
      readonly newRunId: string;
    };

export interface ComponentsOfBox {
  readonly schemaId: string;
  readonly tasks: readonly {
    readonly id: string;
    readonly schemaId: string;
    readonly systemAuditLogId: string;
    readonly timeSeriesStoreId: string | null;
  }[];
}

/** What the engine observed. Ids of new lane runs come with the event: the reducer makes none. */
export type EngineEvent =
  /** The time that the execution was given is over. */
  | { readonly kind: 'deadlinePassed'; readonly note: string }
  /** The current lane run starts being prepared. */
  | { readonly kind: 'preparationStarted'; readonly laneRunId: string }
  /** The next lane starts being prepared in advance, as a run with this id. */
  | { readonly kind: 'inAdvancePreparationStarted'; readonly laneRunId: string }
  | {
      readonly kind: 'componentsCreated';
      readonly laneRunId: string;
      readonly iteratedStoreId: string;
      readonly exceptionStoreId: string;
      readonly boxes: readonly ComponentsOfBox[];
    }
  /** The runtimes of these suspended tasks are being prepared again. */
  | { readonly kind: 'tasksResuming'; readonly laneRunId: string; readonly taskIds: readonly string[] }
  /** Their runtimes are ready; `hadItems`: one of the three counters is above zero. */
  | {
      readonly kind: 'tasksResumed';
      readonly laneRunId: string;
      readonly tasks: readonly { readonly taskId: string; readonly hadItems: boolean }[];
    }
  /** Every task of the resuming lane run has resumed or had ended before. */
  | { readonly kind: 'laneRunResumed'; readonly laneRunId: string }
  /** Every task's runtime is ready. */
  | { readonly kind: 'laneRunPrepared'; readonly laneRunId: string }
  /**
   * Preparing the lane run, or preparing it again after a resume, failed. `interrupt` when the runtime itself could
   * not be reached (execution §6.2).
   */
  | { readonly kind: 'preparationFailed'; readonly laneRunId: string; readonly error: ErrorObject; readonly interrupt: boolean }
  /** First items are about to be handed to these tasks. Refused when the lane run takes no work any more. */
  | { readonly kind: 'tasksStarted'; readonly laneRunId: string; readonly taskIds: readonly string[] }
  /** No item can reach these tasks any more and none is in processing. */
  | {
      readonly kind: 'tasksConcluded';
      readonly laneRunId: string;
      readonly tasks: readonly { readonly taskId: string; readonly hasFailedItems: boolean }[];
    }
  /** A streamed result or the instant failure threshold broke the task (execution §10.4, §11.5). */
  | {
      readonly kind: 'taskBroken';
      readonly laneRunId: string;
      readonly taskId: string;
      readonly cause: 'streamedResult' | 'threshold';
      readonly error: ErrorObject | null;
      readonly description: string;
    }
  /** The active lane run has no work left and every task is concluded. `newRunId` for a retry or the next lane. */
  | { readonly kind: 'laneRunDrained'; readonly laneRunId: string; readonly newRunId: string }
  /** The stopping lane run has nothing in flight any more. */
  | { readonly kind: 'laneRunStopped'; readonly laneRunId: string }
  /** Last step: the current lane run has ended or is suspended and nothing follows. */
  | { readonly kind: 'executionDrained' }
  /** What the execution needs is lost: its user's access, or the runtime of its lambdas (execution §7.3, §15). */
  | { readonly kind: 'interrupted'; readonly error: ErrorObject; readonly description: string }
  /** An internal error escaped while driving the execution. */
  | { readonly kind: 'crashed'; readonly error: ErrorObject };

/**
 * One state change; each becomes one numbered event of the execution's event log. `from` and `to` are the same in two
 * cases: a stopping reason grew, or a lane run prepared in advance became the current one and got its number.
 */
export interface Change {
  readonly subject: 'execution' | 'laneRun' | 'task';
  readonly laneIndex?: number;
  readonly runNumber?: number | null;
  readonly taskId?: string;
  /** null when the subject did not exist before, and as `to` when it was removed. */
  readonly from: string | null;
  readonly to: string | null;
  readonly reason?: string;
}

/** A system entry of the workflow's or of a task's audit log (execution §12). */
export interface LogEffect {
  readonly kind: 'log';
  readonly storeId: string;
  readonly severity: 'debug' | 'info' | 'notice' | 'warning' | 'error' | 'critical' | 'alert' | 'emergency';
  readonly content: { readonly description: string; readonly details?: unknown; readonly referencedElements?: unknown };
}

/** What must happen in the same transaction as the new document, in this order. */
export type Effect =
  /** The lane run is current and ready: its input is taken and its gate opens for claims. */
  | { readonly kind: 'openGate'; readonly laneRun: LaneRun }
  /** No claim succeeds from here on; the stop epoch grows. `mode` tells what becomes of jobs in flight. */
  | { readonly kind: 'closeGate'; readonly laneRunId: string; readonly mode: StopMode }
  /** The lane run ended: its open slices close, what was open is withdrawn. */
  | { readonly kind: 'closeSlices'; readonly laneRunId: string }
  /** The lane run is suspended: its open slices return, and a resume goes on with them. */
  | { readonly kind: 'returnSlices'; readonly laneRunId: string }
  /** The lane run will not change any more and is no longer the current one: it moves to a row of its own. */
  | { readonly kind: 'archiveLaneRun'; readonly laneRun: LaneRun }
  /** An in-advance run is gone, with its components. */
  | { readonly kind: 'removeLaneRun'; readonly laneRun: LaneRun }
  | { readonly kind: 'freezeStores'; readonly storeIds: readonly string[] }
  | { readonly kind: 'unfreezeStores'; readonly storeIds: readonly string[] }
  | { readonly kind: 'queueCallback'; readonly url: string; readonly status: string }
  | LogEffect;

export type Reduction =
  | { readonly kind: 'changed'; readonly execution: Execution; readonly changes: readonly Change[]; readonly effects: readonly Effect[] }
  /** Accepted, and there is nothing to do (a second cancel). */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly error: ErrorObject };
