/** What a runtime is told about a task, and preparing the runtimes of several tasks at once (execution §6.1). */
import { makeError, severities, type ErrorObject, type Execution, type LambdaRevision, type LaneRun, type TaskState } from '@laneway/model';
import { laneSchema, lambdaOf, type Plan } from '../control/plan.ts';
import type { SpaceMount, TaskToPrepare } from '../lambdas/runtime.ts';
import { initiationFailed } from './components.ts';
import type { HandleOutcome, RuntimeHandles } from './runtime-handles.ts';

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

export interface RuntimeContext {
  readonly handles: RuntimeHandles;
  readonly plan: Plan;
  readonly space: SpaceMount;
}

/** Why runtimes are not ready; `interrupt` when they could not be reached. */
export interface RuntimeFailure {
  readonly error: ErrorObject;
  readonly interrupt: boolean;
}

/** Makes the runtimes of the tasks ready, side by side; the first failure in schema order, or undefined. */
export async function prepareRuntimes(
  context: RuntimeContext,
  params: {
    readonly execution: Execution;
    readonly laneRun: LaneRun;
    readonly tasks: readonly TaskState[];
    readonly signal: AbortSignal;
  },
): Promise<RuntimeFailure | undefined> {
  const { handles, plan, space } = context;
  const { execution, laneRun, tasks, signal } = params;
  const lane = laneSchema(plan, laneRun.laneIndex);
  // A stop must not wait for a virtual environment that is being built.
  const stopped = (): void => void handles.dispose(laneRun.id);
  signal.addEventListener('abort', stopped, { once: true });
  try {
    const failures = await Promise.all(
      tasks.map(async (task) => {
        const box = lane.parallelBoxes.find((candidate) => candidate.tasks.some(({ id }) => id === task.schemaId));
        const schema = box?.tasks.find(({ id }) => id === task.schemaId);
        if (box === undefined || schema === undefined) throw new Error(`lane ${laneRun.laneIndex} has no task ${task.schemaId}`);
        const lambda = lambdaOf(plan, schema.lambdaId, schema.lambdaRevisionNumber);
        const toPrepare = taskToPrepare({ execution, laneRun, taskId: task.id, lambdaId: schema.lambdaId, lambda, space });
        let outcome = await handles.prepare(toPrepare);
        // Late news of an earlier stop may clean up here what is being made for the resume.
        while (outcome.kind === 'dropped' && !signal.aborted) outcome = await handles.prepare(toPrepare);
        return failureOf(outcome, { laneId: lane.id, boxId: box.id, taskId: schema.id });
      }),
    );
    return failures.find((failure) => failure !== undefined);
  } finally {
    signal.removeEventListener('abort', stopped);
  }
}

function failureOf(
  outcome: HandleOutcome,
  place: { readonly laneId: string; readonly boxId: string; readonly taskId: string },
): RuntimeFailure | undefined {
  if (outcome.kind !== 'failed') return undefined;
  const tried = outcome.tried === undefined ? '' : ` (tried: ${outcome.tried.join(', ')})`;
  const interrupt = outcome.unavailable === true;
  const error = interrupt
    ? makeError('atmOpenfaasQueryFailed', { reason: outcome.reason })
    : makeError('badData', { key: 'operationSpec.dockerImage', hint: `${outcome.reason}${tried}` });
  return { error: initiationFailed({ ...place, error }), interrupt };
}
