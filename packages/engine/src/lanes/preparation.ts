/**
 * Preparing one lane run, current or in advance: components first, then every task's runtime (execution §6.1).
 * A stop aborts it; what it made so far stays for the reducer to clean up.
 */
import type { Execution, LaneRun } from '@laneway/model';
import type { Applied, Controller } from '../control/controller.ts';
import type { FileService } from '../files/port.ts';
import { viewExecution } from '../persistence/sql/executions.ts';
import type { Drive, NodeIdentity } from '../persistence/sql/nodes.ts';
import type { Database } from '../persistence/sql.ts';
import { buildComponents } from './components.ts';
import { prepareRuntimes, type RuntimeContext } from './task-setup.ts';

export interface PreparationContext extends RuntimeContext {
  readonly database: Database;
  readonly controller: Controller;
  readonly files: FileService;
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
  const tasks = prepared.boxes.flatMap((box) => box.tasks);
  const failure = await prepareRuntimes(context, { execution, laneRun: prepared, tasks, signal });
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
