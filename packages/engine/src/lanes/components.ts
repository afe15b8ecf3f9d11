/** The components of a lane run: its exception store, its tasks with their logs and time series (execution §6.1). */
import {
  makeError,
  newId,
  type ComponentsOfBox,
  type DataSpec,
  type EngineEvent,
  type ErrorObject,
  type Execution,
  type LaneRun,
  type Result,
} from '@laneway/model';
import type { FileService } from '../files/port.ts';
import { checkConfig, compileTask } from '../mapping/compile-task.ts';
import { laneSchema, lambdaOf, type Plan } from '../control/plan.ts';
import { iteratedItemSpec } from '../values/items.ts';
import type { NewStore } from '../persistence/sql/stores.ts';
import type { NewComponents } from '../persistence/sql/transitions.ts';

export const exceptionStoreSchemaId = 'CURRENT_LANE_RUN_EXCEPTION_STORE';
export const taskAuditLogSchemaId = 'CURRENT_TASK_SYSTEM_AUDIT_LOG';
export const taskTimeSeriesSchemaId = 'CURRENT_TASK_TIME_SERIES';
export const workflowAuditLogSchemaId = 'WORKFLOW_SYSTEM_AUDIT_LOG';

export interface BuiltComponents {
  readonly event: Extract<EngineEvent, { kind: 'componentsCreated' }>;
  readonly components: NewComponents;
}

export interface ComponentsRequest {
  readonly execution: Execution;
  readonly laneRun: LaneRun;
  readonly plan: Plan;
  /** Values of the config may refer to files. */
  readonly files: FileService;
  /** The run that a retry repeats: its tasks' time series go on (execution §11.2); null for other run types. */
  readonly origin: LaneRun | null;
}

/** Builds the components of a lane run, or the wrapped error of execution R17. */
export async function buildComponents(request: ComponentsRequest): Promise<Result<BuiltComponents>> {
  const { execution, laneRun, plan, origin, files } = request;
  const originTasks = new Map(origin?.boxes.flatMap((box) => box.tasks.map((task) => [task.schemaId, task.timeSeriesStoreId] as const)));
  const lane = laneSchema(plan, laneRun.laneIndex);
  const iteratedStoreId = laneRun.iteratedStoreId ?? execution.storeRegistry[lane.storeIteratorSpec.storeSchemaId];
  if (iteratedStoreId === undefined) {
    return {
      ok: false,
      error: creationFailed(lane.id, makeError('atmStoreNotFound', { atmStoreSchemaId: lane.storeIteratorSpec.storeSchemaId })),
    };
  }
  const stores: NewStore[] = [];
  const common = { executionId: execution.id, laneRunId: laneRun.id, initialContent: null, frozen: false };
  const exceptionStoreId = newId();
  stores.push({
    ...common,
    id: exceptionStoreId,
    taskId: null,
    schemaId: exceptionStoreSchemaId,
    name: exceptionStoreSchemaId,
    type: 'exception',
    config: { itemDataSpec: specOfIterated(plan, lane.storeIteratorSpec.storeSchemaId) },
    logLevel: null,
  });
  const boxes: ComponentsOfBox[] = [];
  for (const box of lane.parallelBoxes) {
    const tasks: ComponentsOfBox['tasks'][number][] = [];
    for (const schema of box.tasks) {
      const compiled = compileTask(schema, lambdaOf(plan, schema.lambdaId, schema.lambdaRevisionNumber));
      const problem = compiled.ok
        ? await checkConfig(compiled.value, { spaceId: execution.spaceId, userId: execution.sessionUserId, files })
        : compiled.error;
      if (problem !== null) return { ok: false, error: creationFailed(lane.id, boxFailed(box.id, taskFailed(schema.id, problem))) };
      const taskId = newId();
      const systemAuditLogId = newId();
      const timeSeriesStoreId = schema.timeSeriesStoreConfig === null ? null : newId();
      stores.push({
        ...common,
        id: systemAuditLogId,
        taskId,
        schemaId: taskAuditLogSchemaId,
        name: taskAuditLogSchemaId,
        type: 'auditLog',
        config: { logContentDataSpec: { type: 'object' } },
        logLevel: execution.logLevel,
      });
      if (timeSeriesStoreId !== null) {
        stores.push({
          ...common,
          id: timeSeriesStoreId,
          taskId,
          schemaId: taskTimeSeriesSchemaId,
          name: taskTimeSeriesSchemaId,
          type: 'timeSeries',
          config: schema.timeSeriesStoreConfig,
          logLevel: null,
          ...copied(originTasks.get(schema.id)),
        });
      }
      tasks.push({ id: taskId, schemaId: schema.id, systemAuditLogId, timeSeriesStoreId });
    }
    boxes.push({ schemaId: box.id, tasks });
  }
  return {
    ok: true,
    value: {
      event: { kind: 'componentsCreated', laneRunId: laneRun.id, iteratedStoreId, exceptionStoreId, boxes },
      components: { stores, tasks: boxes.flatMap((box) => box.tasks.map((task) => ({ id: task.id, laneRunId: laneRun.id }))) },
    },
  };
}

function specOfIterated(plan: Plan, storeSchemaId: string): DataSpec {
  const store = plan.revision.stores.find((candidate) => candidate.id === storeSchemaId);
  return (store === undefined ? null : iteratedItemSpec(store)) ?? { type: 'object' };
}

function copied(copyOf: string | null | undefined): { readonly copyOf?: string } {
  return copyOf === null || copyOf === undefined ? {} : { copyOf };
}

function creationFailed(atmLaneSchemaId: string, specificError: ErrorObject): ErrorObject {
  return makeError('atmLaneExecutionCreationFailed', { atmLaneSchemaId, specificError });
}

function boxFailed(atmParallelBoxSchemaId: string, specificError: ErrorObject): ErrorObject {
  return makeError('atmParallelBoxExecutionCreationFailed', { atmParallelBoxSchemaId, specificError });
}

function taskFailed(atmTaskSchemaId: string, specificError: ErrorObject): ErrorObject {
  return makeError('atmTaskExecutionCreationFailed', { atmTaskSchemaId, specificError });
}

/** The initiation stage wraps the same way, under its own ids. */
export function initiationFailed(params: {
  readonly laneId: string;
  readonly boxId: string;
  readonly taskId: string;
  readonly error: ErrorObject;
}): ErrorObject {
  const task = makeError('atmTaskExecutionInitiationFailed', { atmTaskSchemaId: params.taskId, specificError: params.error });
  const box = makeError('atmParallelBoxExecutionInitiationFailed', { atmParallelBoxSchemaId: params.boxId, specificError: task });
  return makeError('atmLaneExecutionInitiationFailed', { atmLaneSchemaId: params.laneId, specificError: box });
}
