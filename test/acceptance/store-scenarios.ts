/**
 * What the scenarios of stores, results and logs need (ui-and-scenarios E, F, G): the product with the lambdas of its own catalogue, a
 * space with the files of a fixture, and the parts of an execution by the names of its dump.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ExecutionDetails, LogEntry, TaskDetails, WorkflowDump } from '@laneway/client';
import { plainDump, type PlainDump } from './dumps.ts';
import { adminToken, logOf, newDirectory, send, startProduct, untilEnded, valuesOf, type Product, type ProductOptions } from './support.ts';

export const workflows = '/api/v3/oneprovider/automation/execution/workflows';

/** Path → content; null = an empty directory. */
export type Fixture = Readonly<Record<string, string | null>>;

export type NamedTask = TaskDetails & { readonly id: string; readonly name: string };

export interface Execution {
  readonly dump: PlainDump;
  readonly id: string;
}

export class StoreScenarios {
  readonly product: Product;
  readonly spaceId: string;
  readonly inventoryId: string;
  /** The directory of the space. */
  readonly directory: string;
  readonly #token: string;
  readonly #files = new Map<string, Promise<string>>();

  constructor(parts: { readonly product: Product; readonly spaceId: string; readonly inventoryId: string; readonly directory: string }) {
    this.product = parts.product;
    this.spaceId = parts.spaceId;
    this.inventoryId = parts.inventoryId;
    this.directory = parts.directory;
    this.#token = adminToken(parts.product);
  }

  /** The id of a file of the fixture, by its path. */
  async file(path: string): Promise<string> {
    const known = this.#files.get(path) ?? this.product.client.files.lookup(`${this.spaceId}/${path}`);
    this.#files.set(path, known);
    return await known;
  }

  async files(...paths: readonly string[]): Promise<readonly { readonly fileId: string }[]> {
    return await Promise.all(paths.map(async (path) => ({ fileId: await this.file(path) })));
  }

  async ask(method: string, path: string, body?: unknown): Promise<Awaited<ReturnType<typeof send>>> {
    return await send(this.product, method, path, this.#token, body);
  }

  /** Schedules a dump with initial content by the names of its stores; the answer as it came. */
  async schedule(
    dump: WorkflowDump,
    contents: Readonly<Record<string, unknown>>,
    extra: Readonly<Record<string, unknown>> = {},
  ): Promise<Awaited<ReturnType<typeof send>>> {
    const { stores } = plainDump(dump).revision.atmWorkflowSchemaRevision;
    const overlay = Object.entries(contents).map(([name, content]) => {
      const store = stores.find((candidate) => candidate.name === name);
      if (store === undefined) throw new Error(`the dump has no store ${name}`);
      return [store.id, content] as const;
    });
    return await this.ask('POST', workflows, {
      spaceId: this.spaceId,
      atmWorkflowSchemaId: await this.product.client.registry.createWorkflowSchema(this.inventoryId, dump),
      atmWorkflowSchemaRevisionNumber: dump.revision.originalRevisionNumber,
      storeInitialContentOverlay: Object.fromEntries(overlay),
      ...extra,
    });
  }

  async start(...args: Parameters<StoreScenarios['schedule']>): Promise<Execution> {
    const { status, json } = await this.schedule(...args);
    if (status !== 201) throw new Error(`scheduling was answered ${status}: ${JSON.stringify(json)}`);
    return { dump: plainDump(args[0]), id: (json as { readonly atmWorkflowExecutionId: string }).atmWorkflowExecutionId };
  }

  /** Runs a dump to its end. */
  async run(...args: Parameters<StoreScenarios['schedule']>): Promise<Ended> {
    return await this.end(await this.start(...args));
  }

  async end(execution: Execution): Promise<Ended> {
    return new Ended(this, execution.dump, await untilEnded(this.product.client, execution.id));
  }

  /** Extended attributes of a file, as REST shows them. */
  async xattrs(path: string): Promise<unknown> {
    return (await this.ask('GET', `/api/v3/oneprovider/data/${await this.file(path)}/metadata/xattrs`)).json;
  }
}

/** An execution at rest, seen by the names of its dump. */
export class Ended {
  readonly details: ExecutionDetails;
  readonly #scenarios: StoreScenarios;
  readonly #dump: PlainDump;

  constructor(scenarios: StoreScenarios, dump: PlainDump, details: ExecutionDetails) {
    this.#scenarios = scenarios;
    this.#dump = dump;
    this.details = details;
  }

  get status(): string {
    return this.details.status;
  }

  storeId(name: string): string {
    const schema = this.#dump.revision.atmWorkflowSchemaRevision.stores.find((store) => store.name === name);
    const id = this.details.storeRegistry[schema?.id ?? ''];
    if (id === undefined) throw new Error(`the execution has no store ${name}`);
    return id;
  }

  /** Entries of a list-like store in index order. */
  async list(name: string): Promise<readonly any[]> {
    return await valuesOf(this.#scenarios.product.client, this.storeId(name));
  }

  /** The first page of a store, as the server answers it. */
  async content(name: string): Promise<any> {
    return await this.#scenarios.product.client.stores.content(this.storeId(name));
  }

  /** The task with this name in the newest run of its lane. */
  async task(name: string): Promise<NamedTask> {
    const lanes = this.#dump.revision.atmWorkflowSchemaRevision.lanes;
    for (const [index, lane] of lanes.entries()) {
      const schema = lane.parallelBoxes.flatMap((box) => box.tasks).find((task) => task.name === name);
      const boxes = this.details.lanes[index]?.runs[0]?.parallelBoxes ?? [];
      const id = boxes.flatMap((box) => Object.entries(box.taskRegistry)).find(([schemaId]) => schemaId === schema?.id)?.[1];
      if (id !== undefined) return { id, name, ...(await this.#scenarios.product.client.executions.task(id)) };
    }
    throw new Error(`the execution has no task ${name}`);
  }

  async taskLog(name: string): Promise<readonly LogEntry[]> {
    return await logOf(this.#scenarios.product.client, (await this.task(name)).systemAuditLogId);
  }

  async workflowLog(): Promise<readonly LogEntry[]> {
    return await logOf(this.#scenarios.product.client, this.details.systemAuditLogStoreId);
  }
}

/** A server of its own with one space that holds the fixture. */
export async function startStoreScenarios(fixture: Fixture, options: ProductOptions = {}): Promise<StoreScenarios> {
  const product = await startProduct(options);
  const directory = newDirectory('files');
  writeFixture(directory, fixture);
  const spaceId = await product.client.registry.createSpace({ name: 'space1', path: directory });
  const inventoryId = await product.client.registry.createInventory('inventory1');
  return new StoreScenarios({ product, spaceId, inventoryId, directory });
}

function writeFixture(directory: string, fixture: Fixture): void {
  for (const [path, content] of Object.entries(fixture)) {
    const place = join(directory, path);
    mkdirSync(content === null ? place : dirname(place), { recursive: true });
    if (content !== null) writeFileSync(place, content);
  }
}

/** Values in an order of their own, for stores that parallel jobs write. */
export function sorted(values: readonly unknown[]): readonly unknown[] {
  return values.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
}
