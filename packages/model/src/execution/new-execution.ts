/** The document of an execution that has just been scheduled (execution §1.1, §5.2, R16). */
import type { Execution, LaneRun, LaneState } from './document.ts';
import { newLaneRun } from './ending.ts';
import { selectorOf, workflowEntry } from './log-entries.ts';
import type { Change, Effect } from './messages.ts';
import type { Now } from './reduce.ts';
import { secondsOf } from './timestamps.ts';

/** What scheduling knows; the rest of the document follows from it. */
export interface NewExecution extends Pick<
  Execution,
  | 'id'
  | 'name'
  | 'spaceId'
  | 'atmInventoryId'
  | 'userId'
  | 'atmWorkflowSchemaId'
  | 'atmWorkflowSchemaRevisionNumber'
  | 'logLevel'
  | 'callback'
  | 'lambdaSnapshotRegistry'
  | 'storeRegistry'
  | 'systemAuditLogStoreId'
  | 'labels'
  | 'deadlineAt'
  | 'sessionToken'
> {
  /** In order, at least one. */
  readonly lanes: readonly { readonly schemaId: string; readonly maxRetries: number }[];
  /** Id of lane run {1, 1}. */
  readonly laneRunId: string;
}

export interface Scheduled {
  readonly execution: Execution;
  readonly changes: readonly Change[];
  readonly effects: readonly Effect[];
}

export function newExecution(request: NewExecution, now: Now): Scheduled {
  const { lanes, laneRunId, ...known } = request;
  const current = newLaneRun(laneRunId, 1, 1);
  const changes = changesOf(current);
  const execution: Execution = {
    ...known,
    sessionUserId: known.userId,
    version: changes.length,
    incarnation: 1,
    status: 'scheduled',
    scheduleTime: secondsOf(now.ms),
    startTime: 0,
    suspendTime: 0,
    finishTime: 0,
    lanes: lanes.map(newLane),
    currentLaneIndex: 1,
    currentRunNum: 1,
    current,
    inAdvance: null,
    stop: null,
  };
  const details = { scheduledLaneRunSelector: selectorOf(current) };
  const entry = workflowEntry(execution, 'notice', 'The execution was scheduled.', { details });
  return { execution, changes, effects: entry === null ? [] : [entry] };
}

function newLane(lane: NewExecution['lanes'][number]): LaneState {
  return { ...lane, retriesLeft: lane.maxRetries, endedRuns: [] };
}

function changesOf(laneRun: LaneRun): readonly Change[] {
  return [
    { subject: 'execution', from: null, to: 'scheduled' },
    { subject: 'laneRun', laneIndex: laneRun.laneIndex, runNumber: laneRun.runNumber, from: null, to: laneRun.status },
  ];
}
