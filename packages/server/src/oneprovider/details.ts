/** The details document of an execution (rest §5.3). */
import type { ExecutionView } from '@laneway/engine';
import { runFlags, secondsOf, type EndedRun, type Execution, type LaneRun, type ParallelBoxState } from '@laneway/model';

type AnyRun = LaneRun | EndedRun;

/** Newest first: in advance, current, then the ended ones; a lane that was not reached has none (rest §5.3). */
function runsOfLane(view: ExecutionView, laneIndex: number): readonly AnyRun[] {
  const { inAdvance, current, lanes } = view.execution;
  const live = [inAdvance, current].filter((run) => run?.laneIndex === laneIndex).filter((run) => run !== null);
  return [...live, ...(lanes[laneIndex - 1]?.endedRuns ?? [])];
}

function boxesOf(view: ExecutionView, run: AnyRun): readonly ParallelBoxState[] {
  if ('boxes' in run) return run.boxes;
  return view.archivedRuns.find((archived) => archived.id === run.id)?.boxes ?? [];
}

function runJson(view: ExecutionView, run: AnyRun): Readonly<Record<string, unknown>> {
  const { isRetriable, isRerunable } = runFlags(view.execution, run);
  return {
    runNumber: run.runNumber,
    originRunNumber: run.originRunNumber,
    runType: run.runType,
    status: run.status,
    iteratedStoreId: run.iteratedStoreId,
    exceptionStoreId: run.exceptionStoreId,
    parallelBoxes: boxesOf(view, run).map((box) => ({
      schemaId: box.schemaId,
      taskRegistry: Object.fromEntries(box.tasks.map((task) => [task.schemaId, task.id])),
    })),
    isRetriable,
    isRerunable,
  };
}

export function detailsOf(view: ExecutionView): Readonly<Record<string, unknown>> {
  const execution: Execution = view.execution;
  return {
    atmWorkflowExecutionId: execution.id,
    atmWorkflowSchemaSnapshotId: execution.id,
    name: execution.name,
    atmInventoryId: execution.atmInventoryId,
    spaceId: execution.spaceId,
    userId: execution.userId,
    status: execution.status,
    scheduleTime: execution.scheduleTime,
    startTime: execution.startTime,
    suspendTime: execution.suspendTime,
    finishTime: execution.finishTime,
    lambdaSnapshotRegistry: execution.lambdaSnapshotRegistry,
    storeRegistry: execution.storeRegistry,
    systemAuditLogStoreId: execution.systemAuditLogStoreId,
    // Extensions: there only when there is something to say.
    ...(execution.labels === undefined ? {} : { labels: execution.labels }),
    ...((execution.deadlineAt ?? null) === null ? {} : { deadlineTime: secondsOf(execution.deadlineAt ?? 0) }),
    lanes: execution.lanes.map((lane, index) => ({
      schemaId: lane.schemaId,
      runs: runsOfLane(view, index + 1).map((run) => runJson(view, run)),
    })),
  };
}
