/** What a runtime is told about a task. */
import { severities, type Execution, type LambdaRevision, type LaneRun } from '@laneway/model';
import type { SpaceMount, TaskToPrepare } from '../lambdas/runtime.ts';

export function taskToPrepare(params: {
  readonly execution: Execution;
  readonly laneRun: LaneRun;
  readonly taskId: string;
  readonly lambdaId: string;
  readonly lambda: LambdaRevision;
  readonly space: SpaceMount;
}): TaskToPrepare {
  const { execution, laneRun, taskId, lambdaId, lambda, space } = params;
  return {
    executionId: execution.id,
    laneRunId: laneRun.id,
    taskId,
    lambdaId,
    lambdaRevision: lambda,
    space,
    logLevel: severities[execution.logLevel] ?? 'info',
  };
}
