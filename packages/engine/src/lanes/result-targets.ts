/** The stores that results of a task may go to, by the names that result mappings use (data-and-stores §6.3). */
import type { Execution, LaneRun, StoreSchema, TaskState } from '@laneway/model';
import type { Plan } from '../control/plan.ts';
import { taskLogTarget, taskTimeSeriesTarget, workflowLogTarget, type Target, type Targets } from '../mapping/targets.ts';

const logConfig = { logContentDataSpec: { type: 'object' } } as const;

export function resultTargets(setup: {
  readonly execution: Execution;
  readonly laneRun: LaneRun;
  readonly task: TaskState;
  readonly plan: Plan;
}): Targets {
  const { execution, laneRun, task, plan } = setup;
  const targets = new Map<string, Target>();
  for (const schema of plan.revision.stores) {
    const storeId = execution.storeRegistry[schema.id];
    // While a lane run works on a store nothing else is frozen of the global ones (execution §13.2).
    if (storeId !== undefined) targets.set(schema.id, globalTarget(schema, storeId, storeId === laneRun.iteratedStoreId));
  }
  targets.set(taskLogTarget, { storeId: task.systemAuditLogId, type: 'auditLog', config: logConfig, frozen: false });
  targets.set(workflowLogTarget, { storeId: execution.systemAuditLogStoreId, type: 'auditLog', config: logConfig, frozen: false });
  const taskSchema = plan.revision.lanes
    .flatMap((lane) => lane.parallelBoxes.flatMap((box) => box.tasks))
    .find((candidate) => candidate.id === task.schemaId);
  if (task.timeSeriesStoreId !== null && taskSchema?.timeSeriesStoreConfig !== null && taskSchema !== undefined) {
    targets.set(taskTimeSeriesTarget, {
      storeId: task.timeSeriesStoreId,
      type: 'timeSeries',
      config: taskSchema.timeSeriesStoreConfig,
      frozen: false,
    });
  }
  return targets;
}

function globalTarget(schema: StoreSchema, storeId: string, frozen: boolean): Target {
  return { storeId, type: schema.type, config: schema.config, frozen };
}
