/**
 * From origins as they are stored to lineages as people see them. A task names its lane run, the snapshot of the schema its
 * lambda revision, and the item's index in the lane run its trace id: derived as it was when the item was read, or kept by
 * the exception store that the lane run iterated (data-and-stores R20, R44).
 */
import type { Execution, LaneRun, Lineage } from '@laneway/model';
import { laneSchema, type Plan, type PlanCache } from '../control/plan.ts';
import { traceIdOf } from '../lanes/item-reader.ts';
import type { Database } from '../persistence/sql.ts';
import { readKeptTraceIds, readTaskPlaces, type TaskPlaces } from '../persistence/sql/stores-lineage.ts';
import type { StoredOrigin } from './lineage-text.ts';

type Untraced = Omit<Lineage, 'traceId'>;

export class LineageReader {
  readonly #database: Database;
  readonly #plans: PlanCache;

  constructor(database: Database, plans: PlanCache) {
    this.#database = database;
    this.#plans = plans;
  }

  /** The lineages of values of one execution, in order; null without an origin, or when its task is not known (any more). */
  async read(executionId: string, origins: readonly (StoredOrigin | null)[]): Promise<readonly (Lineage | null)[]> {
    const taskIds = [...new Set(origins.flatMap((origin) => (origin === null ? [] : [origin.taskId])))];
    if (taskIds.length === 0) return origins.map(() => null);
    const places = await this.#database.call(readTaskPlaces, { executionId, taskIds });
    if (places === null) return origins.map(() => null);
    const plan = await this.#plans.plan(executionId);
    const tasks = new Map(taskIds.map((taskId) => [taskId, placeOf(taskId, places, plan)]));
    const found = origins.map((origin) => {
      const place = origin === null ? undefined : tasks.get(origin.taskId);
      return origin === null || place === undefined ? null : { ...place.task, attempt: origin.attempt, itemIndex: origin.item };
    });
    const inputs = new Map([...tasks.values()].flatMap((place) => (place === undefined ? [] : [[place.task.laneRunId, place.input]])));
    return await this.#traced(found, inputs);
  }

  /** `inputs`: lane run → the exception store that it iterated, null for any other input. */
  async #traced(found: readonly (Untraced | null)[], inputs: ReadonlyMap<string, string | null>): Promise<readonly (Lineage | null)[]> {
    const entries = found.flatMap((lineage) => {
      const storeId = lineage === null ? null : inputs.get(lineage.laneRunId);
      return typeof storeId === 'string' && typeof lineage?.itemIndex === 'number' ? [{ storeId, index: lineage.itemIndex }] : [];
    });
    const kept = entries.length === 0 ? [] : await this.#database.call(readKeptTraceIds, { entries });
    const keptIds = new Map(entries.map(({ storeId, index }, position) => [`${storeId}:${index}`, kept[position] ?? null]));
    return found.map((lineage) => {
      if (lineage === null) return null;
      const { laneRunId, itemIndex } = lineage;
      const storeId = inputs.get(laneRunId) ?? null;
      if (itemIndex === null) return { ...lineage, traceId: null };
      const traceId = storeId === null ? traceIdOf(laneRunId, itemIndex) : (keptIds.get(`${storeId}:${itemIndex}`) ?? null);
      return { ...lineage, traceId };
    });
  }
}

interface Place {
  readonly task: Omit<Untraced, 'attempt' | 'itemIndex'>;
  /** The exception store that its lane run iterates. */
  readonly input: string | null;
}

function placeOf(taskId: string, { execution, laneRunIds, archivedRuns }: TaskPlaces, plan: Plan): Place | undefined {
  const runs = [execution.current, ...archivedRuns];
  const run = runs.find((candidate) => candidate.id === laneRunIds[taskId]);
  const schemaId = run?.boxes.flatMap((box) => box.tasks).find((task) => task.id === taskId)?.schemaId;
  if (run === undefined || schemaId === undefined) return undefined;
  const schema = laneSchema(plan, run.laneIndex)
    .parallelBoxes.flatMap((box) => box.tasks)
    .find((task) => task.id === schemaId);
  if (schema === undefined) return undefined;
  const { id: laneRunId, laneIndex, runNumber } = run;
  const { lambdaId, lambdaRevisionNumber } = schema;
  const task = { laneRunId, laneIndex, runNumber, taskId, taskSchemaId: schemaId, lambdaId, lambdaRevisionNumber };
  return { task, input: exceptionInput(execution, run) };
}

function exceptionInput({ current, lanes }: Execution, { iteratedStoreId }: LaneRun): string | null {
  const isKept = [current, ...lanes.flatMap((lane) => lane.endedRuns)].some((run) => run.exceptionStoreId === iteratedStoreId);
  return isKept ? iteratedStoreId : null;
}
