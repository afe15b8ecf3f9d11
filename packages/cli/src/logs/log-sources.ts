/** The audit logs of an execution: its own, and one for each task of each lane run (execution §12.1). */
import type { ExecutionDetails, LanewayClient } from '@laneway/client';
import { CliError } from '../failure.ts';
import { executionSchema } from '../run/execution-schema.ts';
import { presentTask } from '../run/present-task.ts';
import { viewSchema, type LaneView } from '../run/schema-view.ts';

/** Where a task stands in its execution; everything counts from 1. */
export interface TaskPlace {
  readonly taskId: string;
  readonly schemaId: string;
  readonly name: string;
  readonly laneIndex: number;
  /** null: prepared in advance. */
  readonly runNumber: number | null;
  readonly boxIndex: number;
  readonly taskIndex: number;
  /** Nothing more happens in its lane run. */
  readonly isOver: boolean;
}

export interface LogSource {
  readonly storeId: string;
  /** null: the log of the workflow. */
  readonly task: TaskPlace | null;
}

/** Which logs: that of the workflow, those of all tasks as well, or those of the tasks with this id, schema id or name. */
export type LogSelection = { readonly kind: 'workflow' | 'all' } | { readonly kind: 'task'; readonly task: string };

export interface Found {
  readonly details: ExecutionDetails;
  readonly sources: readonly LogSource[];
}

const overStatuses: ReadonlySet<string> = new Set(['finished', 'failed', 'cancelled', 'crashed']);

/** Finds the logs anew whenever it is asked: lane runs come and go. What does not change is read once. */
export class LogFinder {
  readonly #executionId: string;
  readonly #selection: LogSelection;
  readonly #logIds = new Map<string, string>();
  #lanes: readonly LaneView[] | undefined;
  #places: ReadonlyMap<string, TaskPlace> = new Map();

  constructor(executionId: string, selection: LogSelection) {
    this.#executionId = executionId;
    this.#selection = selection;
  }

  /** The place of a task as of the last look. */
  place(taskId: string): TaskPlace | undefined {
    return this.#places.get(taskId);
  }

  async look(client: LanewayClient): Promise<Found> {
    const details = await client.executions.details(this.#executionId);
    this.#lanes ??= await laneViews(client, this.#executionId);
    const places = placesOf(details, this.#lanes);
    this.#places = new Map(places.map((place) => [place.taskId, place]));
    return { details, sources: await this.#sources(client, details, places) };
  }

  async #sources(client: LanewayClient, details: ExecutionDetails, places: readonly TaskPlace[]): Promise<LogSource[]> {
    const selection = this.#selection;
    const sources: LogSource[] = [];
    if (selection.kind !== 'task' && details.systemAuditLogStoreId !== null) {
      sources.push({ storeId: details.systemAuditLogStoreId, task: null });
    }
    if (selection.kind === 'workflow') return sources;
    if (selection.kind === 'task') this.#check(selection.task, places);
    for (const place of places) {
      if (selection.kind === 'task' && !isCalled(selection.task, place)) continue;
      const storeId = this.#logIds.get(place.taskId) ?? (await presentTask(client, place.taskId))?.systemAuditLogId;
      if (storeId === undefined) continue;
      this.#logIds.set(place.taskId, storeId);
      sources.push({ storeId, task: place });
    }
    return sources;
  }

  /** A task whose lane was not reached yet is known by its schema alone. */
  #check(name: string, places: readonly TaskPlace[]): void {
    const tasks = (this.#lanes ?? []).flatMap((lane) => lane.tasks);
    if (places.some((place) => isCalled(name, place)) || tasks.some((task) => task.id === name || task.name === name)) return;
    const names = [...new Set([...tasks, ...places].map((task) => task.name))].map((known) => `"${known}"`).join(', ');
    throw new CliError(`the execution has no task "${name}"`, names === '' ? undefined : `its tasks are ${names}`);
  }
}

function isCalled(name: string, place: TaskPlace): boolean {
  return place.taskId === name || place.schemaId === name || place.name === name;
}

/** Without the schema tasks have no names. */
async function laneViews(client: LanewayClient, executionId: string): Promise<readonly LaneView[]> {
  const schema = await executionSchema(client, executionId);
  return schema === null ? [] : viewSchema(schema.atmWorkflowSchemaRevision).lanes;
}

function placesOf(details: ExecutionDetails, lanes: readonly LaneView[]): readonly TaskPlace[] {
  return details.lanes.flatMap(({ runs }, laneOffset) =>
    runs.toReversed().flatMap((run) =>
      run.parallelBoxes.flatMap((box, boxOffset) =>
        Object.entries(box.taskRegistry).map(([schemaId, taskId], taskOffset) => ({
          taskId,
          schemaId,
          name: lanes[laneOffset]?.tasks.find((task) => task.id === schemaId)?.name ?? schemaId,
          laneIndex: laneOffset + 1,
          runNumber: run.runNumber,
          boxIndex: boxOffset + 1,
          taskIndex: taskOffset + 1,
          isOver: overStatuses.has(run.status),
        })),
      ),
    ),
  );
}
