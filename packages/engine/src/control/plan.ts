/**
 * Plans: an execution's snapshots, parsed and compiled once per node. Snapshots never change, so a plan is
 * good as long as anybody wants it; no transition and no request parses a snapshot again.
 */
import type { Execution, LambdaRevision, LaneSchema, WorkflowSchemaRevision } from '@laneway/model';
import type { ExecutionSchema } from '../engine-api.ts';
import { compileTask, type CompiledTask } from '../mapping/compile-task.ts';
import type { Database } from '../persistence/sql.ts';
import { readSnapshots } from '../persistence/sql/executions.ts';

export interface Plan {
  readonly revision: WorkflowSchemaRevision;
  /** `lambdaId:revisionNumber` → revision. */
  readonly lambdas: ReadonlyMap<string, LambdaRevision>;
  readonly tasks: Map<string, CompiledTask>;
}

const capacity = 200;

/** Kinds of snapshot rows. */
export const schemaSnapshotKind = 'schema';
export const lambdaSnapshotKind = 'lambda';

export class PlanCache {
  readonly #database: Database;
  readonly #plans = new Map<string, Promise<Plan>>();

  constructor(database: Database) {
    this.#database = database;
  }

  async plan(executionId: string): Promise<Plan> {
    const known = this.#plans.get(executionId);
    if (known !== undefined) {
      // The plans used last are kept.
      this.#plans.delete(executionId);
      this.#plans.set(executionId, known);
      return await known;
    }
    const plan = this.#load(executionId);
    this.#plans.set(executionId, plan);
    plan.catch(() => this.#plans.delete(executionId));
    const oldest = this.#plans.keys().next();
    if (this.#plans.size > capacity && oldest.done !== true) this.#plans.delete(oldest.value);
    return await plan;
  }

  /** Effective batch size of a lane: the smallest of the iterator's and its lambdas' (execution §6.1). */
  async batchSize(execution: Execution, laneIndex: number): Promise<number> {
    const plan = await this.plan(execution.id);
    return effectiveBatchSize(plan, laneIndex);
  }

  async #load(executionId: string): Promise<Plan> {
    const rows = await this.#database.call(readSnapshots, { executionId });
    const lambdas = new Map<string, LambdaRevision>();
    let revision: WorkflowSchemaRevision | undefined;
    for (const row of rows) {
      if (row.kind === schemaSnapshotKind) revision = JSON.parse(row.body) as WorkflowSchemaRevision;
      else lambdas.set(row.key, JSON.parse(row.body) as LambdaRevision);
    }
    if (revision === undefined) throw new Error(`execution ${executionId} has no schema snapshot`);
    return { revision, lambdas, tasks: new Map() };
  }
}

/** The texts of the snapshots as they are; nothing is parsed for whoever only passes them on. */
export function schemaOf(rows: readonly { readonly kind: string; readonly key: string; readonly body: string }[]): ExecutionSchema | null {
  const lambdas: Record<string, Record<string, string>> = {};
  let revision: string | undefined;
  for (const { kind, key, body } of rows) {
    const at = key.lastIndexOf(':');
    if (kind === schemaSnapshotKind) revision = body;
    else (lambdas[key.slice(0, at)] ??= {})[key.slice(at + 1)] = body;
  }
  return revision === undefined ? null : { revision, lambdas };
}

export function laneSchema(plan: Plan, laneIndex: number): LaneSchema {
  const lane = plan.revision.lanes[laneIndex - 1];
  if (lane === undefined) throw new Error(`the schema has no lane ${laneIndex}`);
  return lane;
}

export function lambdaOf(plan: Plan, lambdaId: string, revisionNumber: number): LambdaRevision {
  const lambda = plan.lambdas.get(`${lambdaId}:${revisionNumber}`);
  if (lambda === undefined) throw new Error(`the snapshot has no revision ${revisionNumber} of lambda ${lambdaId}`);
  return lambda;
}

/** Schemas may name any number; a batch is held in memory as a whole, and its size in an integer column. */
const largestBatchSize = 1_000_000;

export function effectiveBatchSize(plan: Plan, laneIndex: number): number {
  const lane = laneSchema(plan, laneIndex);
  const preferred = lane.parallelBoxes.flatMap((box) =>
    box.tasks.map((task) => lambdaOf(plan, task.lambdaId, task.lambdaRevisionNumber).preferredBatchSize),
  );
  return Math.max(1, Math.min(lane.storeIteratorSpec.maxBatchSize, largestBatchSize, ...preferred));
}

/** The compiled task of a schema id, compiled at most once; an uncompilable one was refused at preparation. */
export function compiledTask(plan: Plan, laneIndex: number, taskSchemaId: string): CompiledTask {
  const known = plan.tasks.get(taskSchemaId);
  if (known !== undefined) return known;
  const schema = laneSchema(plan, laneIndex)
    .parallelBoxes.flatMap((box) => box.tasks)
    .find((task) => task.id === taskSchemaId);
  if (schema === undefined) throw new Error(`lane ${laneIndex} has no task ${taskSchemaId}`);
  const compiled = compileTask(schema, lambdaOf(plan, schema.lambdaId, schema.lambdaRevisionNumber));
  if (!compiled.ok) throw new Error(`task ${taskSchemaId} does not compile: ${compiled.error.description}`);
  plan.tasks.set(taskSchemaId, compiled.value);
  return compiled.value;
}
