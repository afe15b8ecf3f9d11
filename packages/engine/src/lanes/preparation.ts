/**
 * Preparing one lane run, current or in advance: components first, then every task's runtime (execution §6.1).
 * A stop aborts it; what it made so far stays for the reducer to clean up.
 */
import { makeError, type Execution, type LaneRun } from '@laneway/model';
import type { Applied, Controller } from '../control/controller.ts';
import { laneSchema, lambdaOf, type Plan } from '../control/plan.ts';
import type { FileService } from '../files/port.ts';
import type { SpaceMount } from '../lambdas/runtime.ts';
import { viewExecution } from '../persistence/sql/executions.ts';
import type { Drive, NodeIdentity } from '../persistence/sql/nodes.ts';
import type { Database } from '../persistence/sql.ts';
import { buildComponents, initiationFailed } from './components.ts';
import { taskToPrepare } from './task-setup.ts';
import type { RuntimeHandles } from './runtime-handles.ts';

export interface PreparationContext {
  readonly database: Database;
  readonly controller: Controller;
  readonly handles: RuntimeHandles;
  readonly plan: Plan;
  readonly files: FileService;
  readonly space: SpaceMount;
  readonly drive: Drive & NodeIdentity;
}

/** Runs until the lane run is prepared or its preparation failed; a refusal on the way means it was stopped. */
export async function prepareLaneRun(
  context: PreparationContext,
  execution: Execution,
  laneRun: LaneRun,
  signal: AbortSignal,
): Promise<void> {
  const { controller, drive, plan } = context;
  let prepared = laneRun;
  if (prepared.boxes.length === 0) {
    const built = await buildComponents({
      execution,
      laneRun,
      plan,
      files: context.files,
      origin: await originOf(context, execution, laneRun),
    });
    if (!built.ok) {
      await controller.apply(
        execution.id,
        { kind: 'preparationFailed', laneRunId: laneRun.id, error: built.error, interrupt: false },
        { drive },
      );
      return;
    }
    const applied = await controller.apply(execution.id, built.value.event, { drive, components: built.value.components });
    const current = laneRunIn(applied, laneRun.id);
    if (current === undefined) return;
    prepared = current;
  }
  if (signal.aborted) return;
  const failure = await prepareRuntimes(context, execution, prepared, signal);
  if (signal.aborted) return;
  await controller.apply(
    execution.id,
    failure === undefined
      ? { kind: 'laneRunPrepared', laneRunId: laneRun.id }
      : { kind: 'preparationFailed', laneRunId: laneRun.id, ...failure },
    { drive },
  );
}

/** The run that a retry repeats; it has been archived when the retry became the current run. */
async function originOf(context: PreparationContext, execution: Execution, laneRun: LaneRun): Promise<LaneRun | null> {
  if (laneRun.runType !== 'retry') return null;
  const view = await context.database.call(viewExecution, { executionId: execution.id });
  return view?.archivedRuns.find((run) => run.laneIndex === laneRun.laneIndex && run.runNumber === laneRun.originRunNumber) ?? null;
}

function laneRunIn(applied: Applied, laneRunId: string): LaneRun | undefined {
  if (applied.kind !== 'changed') return undefined;
  const { current, inAdvance } = applied.execution;
  return [current, inAdvance].find((run) => run?.id === laneRunId) ?? undefined;
}

async function prepareRuntimes(
  context: PreparationContext,
  execution: Execution,
  laneRun: LaneRun,
  signal: AbortSignal,
): Promise<{ readonly error: ReturnType<typeof makeError>; readonly interrupt: boolean } | undefined> {
  const { handles, plan, space } = context;
  const lane = laneSchema(plan, laneRun.laneIndex);
  // A stop must not wait for a virtual environment that is being built.
  const stopped = (): void => void handles.dispose(laneRun.id);
  signal.addEventListener('abort', stopped, { once: true });
  try {
    const outcomes = await Promise.all(
      laneRun.boxes.flatMap((box) =>
        box.tasks.map(async (task) => {
          const schema = lane.parallelBoxes.flatMap((candidate) => candidate.tasks).find((candidate) => candidate.id === task.schemaId);
          if (schema === undefined) throw new Error(`lane ${laneRun.laneIndex} has no task ${task.schemaId}`);
          const lambda = lambdaOf(plan, schema.lambdaId, schema.lambdaRevisionNumber);
          const outcome = await handles.prepare(
            taskToPrepare({ execution, laneRun, taskId: task.id, lambdaId: schema.lambdaId, lambda, space }),
          );
          return { outcome, boxId: box.schemaId, taskId: task.schemaId };
        }),
      ),
    );
    for (const { outcome, boxId, taskId } of outcomes) {
      if (outcome.kind !== 'failed') continue;
      const tried = outcome.tried === undefined ? '' : ` (tried: ${outcome.tried.join(', ')})`;
      const error = makeError('badData', { key: 'operationSpec.dockerImage', hint: `${outcome.reason}${tried}` });
      return { error: initiationFailed({ laneId: lane.id, boxId, taskId, error }), interrupt: false };
    }
    return undefined;
  } finally {
    signal.removeEventListener('abort', stopped);
  }
}
