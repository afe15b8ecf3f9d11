import { once } from 'node:events';
import { ApiError, type ExecutionDetails, type LanewayClient } from '@laneway/client';
import { printable, printLine, printTable, type Terminal } from '../terminal.ts';
import type { SchemaView, StoreView } from './schema-view.ts';

/** Stores that some result mapping writes, in the order of the schema. */
export function resultStores(schema: SchemaView): StoreView[] {
  const written = new Set(schema.lanes.flatMap((lane) => lane.tasks.flatMap((task) => task.resultStoreIds)));
  return schema.stores.filter((store) => written.has(store.id));
}

/** The values of a store in index order, page by page. Entries that cannot be described come as `{error}`. */
export async function* storeValues(client: LanewayClient, store: StoreView, storeId: string): AsyncGenerator {
  switch (store.type) {
    case 'auditLog':
      for await (const entry of orEmpty(client.stores.logEntries(storeId))) yield entry;
      return;
    case 'singleValue': {
      const content = await orUndefined(client.stores.content(storeId));
      if (content !== undefined) yield (content as { value: unknown }).value;
      return;
    }
    case 'range': {
      const content = await orUndefined(client.stores.content(storeId));
      if (content !== undefined) yield content;
      return;
    }
    case 'timeSeries': {
      const query = { type: 'timeSeriesStoreContentBrowseOptions', mode: 'slice', layout: JSON.stringify({ '*': ['*'] }) };
      const { slice } = (await client.stores.content(storeId, query)) as { slice: Record<string, unknown> };
      for (const [series, metrics] of Object.entries(slice)) yield { series, metrics };
      return;
    }
    default:
      for await (const entry of client.stores.entries(storeId)) yield entry.success ? entry.value : { error: entry.error };
  }
}

/** A value that was never set, and a log that nobody wrote to, are empty (data-and-stores R33, R39). */
function isEmptyStore(error: unknown): boolean {
  return error instanceof ApiError && ['atmStoreContentNotSet', 'notFound'].includes(error.error.id);
}

export async function* orEmpty<T>(values: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* values;
  } catch (error) {
    if (!isEmptyStore(error)) throw error;
  }
}

export async function orUndefined(content: Promise<unknown>): Promise<unknown> {
  try {
    return await content;
  } catch (error) {
    if (isEmptyStore(error)) return undefined;
    throw error;
  }
}

export interface TaskReport {
  readonly id: string;
  readonly name: string;
  /** 1-based. */
  readonly laneIndex: number;
  readonly runNumber: number | null;
  readonly status: string;
  readonly itemsInProcessing: number;
  readonly itemsProcessed: number;
  readonly itemsFailed: number;
}

/** Every task of every lane run, oldest run first. */
export async function taskReports(client: LanewayClient, details: ExecutionDetails, schema: SchemaView): Promise<TaskReport[]> {
  const names = new Map(schema.lanes.flatMap((lane) => lane.tasks.map((task) => [task.id, task.name] as const)));
  const reports: TaskReport[] = [];
  for (const [laneOffset, { runs }] of details.lanes.entries()) {
    for (const run of runs.toReversed()) {
      for (const [schemaId, id] of run.parallelBoxes.flatMap((box) => Object.entries(box.taskRegistry))) {
        const { status, itemsInProcessing, itemsProcessed, itemsFailed } = await client.executions.task(id);
        const counters = { itemsInProcessing, itemsProcessed, itemsFailed };
        reports.push({
          id,
          name: names.get(schemaId) ?? schemaId,
          laneIndex: laneOffset + 1,
          runNumber: run.runNumber,
          status,
          ...counters,
        });
      }
    }
  }
  return reports;
}

/** The document of `run --json` (interfaces, laneway run), written as it is read: memory does not grow with the stores. */
export async function writeJsonReport(
  terminal: Terminal,
  client: LanewayClient,
  details: ExecutionDetails,
  schema: SchemaView,
): Promise<void> {
  const write = async (text: string): Promise<void> => {
    if (!terminal.out.write(text)) await once(terminal.out, 'drain');
  };
  await write(`{"executionId":${JSON.stringify(details.atmWorkflowExecutionId)},"status":${JSON.stringify(details.status)},"stores":{`);
  let separator = '';
  for (const store of resultStores(schema)) {
    await write(`${separator}${JSON.stringify(store.name)}:[`);
    separator = ',';
    let comma = '';
    for await (const value of storeValues(client, store, details.storeRegistry[store.id] ?? '')) {
      await write(`${comma}${JSON.stringify(value)}`);
      comma = ',';
    }
    await write(']');
  }
  await write(`},"tasks":${JSON.stringify(await taskReports(client, details, schema))}}\n`);
}

/** Shown of each store; the rest is counted by `laneway store`. */
const shownValues = 20;

export async function writeTextReport(
  terminal: Terminal,
  client: LanewayClient,
  details: ExecutionDetails,
  schema: SchemaView,
): Promise<void> {
  printLine(terminal, `execution ${details.atmWorkflowExecutionId} ${details.status}`);
  const tasks = await taskReports(client, details, schema);
  const rows = tasks.map((task) => [
    `${task.laneIndex}.${task.runNumber ?? '–'}`,
    task.name,
    task.status,
    String(task.itemsProcessed),
    String(task.itemsFailed),
  ]);
  printTable(terminal, ['lane.run', 'task', 'status', 'processed', 'failed'], rows);
  for (const store of resultStores(schema)) {
    const storeId = details.storeRegistry[store.id] ?? '';
    printLine(terminal, `${printable(store.name)} (${store.type} ${storeId}):`);
    let count = 0;
    for await (const value of storeValues(client, store, storeId)) {
      count += 1;
      if (count > shownValues) break;
      printLine(terminal, `  ${printable(JSON.stringify(value))}`);
    }
    if (count === 0) printLine(terminal, '  (empty)');
    if (count > shownValues) printLine(terminal, `  … all of it: laneway store ${storeId}`);
  }
}
