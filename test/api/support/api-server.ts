/** The HTTP server over the real engine and a real database; only the lambdas are puppets of the test. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LanewayClient, type ExecutionDetails, type TaskDetails, type WorkflowDump } from '@laneway/client';
import { defaultEngineConfig, Engine, type ExecutionEvent } from '@laneway/engine';
import { loadConfig, startServer, type EngineFactory, type RunningServer } from '@laneway/server';
import { JobTokens } from '../../../packages/server/src/engine/job-tokens.ts';
import { keepAnswer } from '../../../packages/server/test/support/seen.ts';
import type { DatabaseKind } from '../../support/databases.ts';
import { RecordingDatabase } from './recording-database.ts';
import type { InProcessLambda } from '../../support/in-process-runtime.ts';
import { testDatabaseUrl } from '../../support/postgres.ts';
import { HeldRuntime, Puppets } from './puppets.ts';

export const workflows = '/api/v3/oneprovider/automation/execution/workflows';

export interface Actor {
  readonly name: string;
  readonly userId: string;
  readonly token: string;
}

export interface Answer {
  readonly status: number;
  /** Id of the error, if it is one. */
  readonly id: string | undefined;
  readonly details: unknown;
  readonly body: any;
}

export interface ApiServerOptions {
  readonly database?: DatabaseKind['name'];
  /** Names of the lambda revisions that the puppets play. */
  readonly lambdas?: readonly string[];
  /** What a job does that is let go; without it, it gives its items back. */
  readonly natural?: InProcessLambda;
  readonly cancelGraceMs?: number;
  readonly runners?: number;
  /** Files of a certificate and its key: the server speaks HTTPS, too. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

const privileges = {
  view: 'space_view_atm_workflow_executions',
  schedule: 'space_schedule_atm_workflow_executions',
  manage: 'space_manage_atm_workflow_executions',
} as const;
export type Right = keyof typeof privileges;

const waitTimeoutMs = 30_000;

export class ApiServer {
  readonly puppets: Puppets;
  readonly runtime: HeldRuntime;
  readonly database: RecordingDatabase;
  readonly engine: Engine;
  readonly server: RunningServer;
  readonly admin: Actor;
  readonly client: LanewayClient;
  readonly spaceId: string;
  readonly inventoryId: string;
  readonly #directory: string;
  readonly #schemas = new Map<string, Promise<string>>();

  constructor(parts: {
    readonly puppets: Puppets;
    readonly runtime: HeldRuntime;
    readonly database: RecordingDatabase;
    readonly engine: Engine;
    readonly server: RunningServer;
    readonly admin: Actor;
    readonly spaceId: string;
    readonly inventoryId: string;
    readonly directory: string;
  }) {
    this.puppets = parts.puppets;
    this.runtime = parts.runtime;
    this.database = parts.database;
    this.engine = parts.engine;
    this.server = parts.server;
    this.admin = parts.admin;
    this.client = new LanewayClient({ server: parts.server.url, token: parts.admin.token });
    this.spaceId = parts.spaceId;
    this.inventoryId = parts.inventoryId;
    this.#directory = parts.directory;
  }

  async close(): Promise<void> {
    this.puppets.release();
    await this.server.close();
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** A user with these rights in the space; null: not a member of it. */
  async actor(name: string, rights: readonly Right[] | null, options: { readonly inInventory?: boolean } = {}): Promise<Actor> {
    const userId = await this.client.registry.createUser(name);
    if (rights !== null) {
      const named = rights.map((right) => privileges[right]);
      await this.client.registry.addSpaceMember(this.spaceId, userId, ['space_view', ...named]);
    }
    if (options.inInventory !== false) {
      const { registry } = this.server.composition.deps;
      await registry.addInventoryMember({ inventoryId: this.inventoryId, userId, privileges: ['atm_inventory_view'] });
    }
    return { name, userId, token: await this.client.registry.createUserToken(userId, 'tests') };
  }

  async send(method: string, path: string, options: { readonly as?: Actor | null; readonly body?: unknown } = {}): Promise<Answer> {
    const as = options.as === undefined ? this.admin : options.as;
    const response = await fetch(this.server.url + path, {
      method,
      headers: {
        ...(as === null ? {} : { 'x-auth-token': as.token }),
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    const text = await response.text();
    const body = text === '' ? undefined : JSON.parse(text);
    keepAnswer({ method, url: path }, response.status, body?.error?.id);
    return { status: response.status, id: body?.error?.id, details: body?.error?.details, body };
  }

  /** The same dump is imported once. */
  async schedule(
    dump: WorkflowDump,
    input: unknown,
    options: { readonly as?: Actor } & Readonly<Record<string, unknown>> = {},
  ): Promise<string> {
    const { as, ...rest } = options;
    const key = JSON.stringify({ ...dump, originalAtmWorkflowSchemaId: null });
    const known = this.#schemas.get(key) ?? this.client.registry.createWorkflowSchema(this.inventoryId, dump);
    this.#schemas.set(key, known);
    const body = {
      spaceId: this.spaceId,
      atmWorkflowSchemaId: await known,
      atmWorkflowSchemaRevisionNumber: dump.revision.originalRevisionNumber,
      storeInitialContentOverlay: input,
      ...rest,
    };
    const answer = await this.send('POST', workflows, { body, ...(as === undefined ? {} : { as }) });
    if (answer.status !== 201) throw new Error(`scheduling was answered ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body.atmWorkflowExecutionId;
  }

  async details(executionId: string): Promise<ExecutionDetails> {
    return await this.client.executions.details(executionId);
  }

  /** The details once they satisfy the condition; it is looked at whenever the execution changed. */
  async until(executionId: string, holds: (details: ExecutionDetails) => boolean | Promise<boolean>): Promise<ExecutionDetails> {
    const deadline = performance.now() + waitTimeoutMs;
    for (;;) {
      const details = await this.details(executionId);
      if (await holds(details)) return details;
      if (performance.now() > deadline) throw new Error(`it did not get there: ${JSON.stringify(details)}`);
      await this.engine.executions.waitForChange(executionId, 25, AbortSignal.timeout(1000));
    }
  }

  async untilStatus(executionId: string, ...statuses: readonly ExecutionDetails['status'][]): Promise<ExecutionDetails> {
    return await this.until(executionId, ({ status }) => statuses.includes(status));
  }

  async untilEnded(executionId: string): Promise<ExecutionDetails> {
    return await this.untilStatus(executionId, 'finished', 'failed', 'cancelled', 'crashed');
  }

  /** Resolves when that many jobs of the execution wait for the test. */
  async untilWaiting(executionId: string, count = 1): Promise<void> {
    await this.until(executionId, () => this.puppets.waitingOf(executionId) >= count);
  }

  /** Tasks of the newest run of a lane (1, 2, …) in schema order. */
  async tasks(details: ExecutionDetails, lane: number): Promise<readonly (TaskDetails & { readonly id: string })[]> {
    const ids = (details.lanes[lane - 1]?.runs[0]?.parallelBoxes ?? []).flatMap((box) => Object.values(box.taskRegistry));
    return await Promise.all(ids.map(async (id) => ({ id, ...(await this.client.executions.task(id)) })));
  }

  async events(executionId: string, afterVersion = 0): Promise<readonly ExecutionEvent[]> {
    return await this.engine.executions.events(executionId, afterVersion, 100_000);
  }

  /** Number of the last event; null when the execution is deleted. */
  async version(executionId: string): Promise<number | null> {
    return (await this.engine.executions.view(executionId))?.execution.version ?? null;
  }

  /** The phases whose list of the space has the execution. */
  async listedIn(executionId: string): Promise<readonly string[]> {
    const found = [];
    for (const phase of ['waiting', 'ongoing', 'suspended', 'ended'] as const) {
      const { atmWorkflowExecutions } = await this.client.executions.list(this.spaceId, { phase });
      if (atmWorkflowExecutions.includes(executionId)) found.push(phase);
    }
    return found;
  }
}

export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const directory = await mkdtemp(join(tmpdir(), 'laneway-api-'));
  const puppets = new Puppets(options.natural);
  const runtime = new HeldRuntime(Object.fromEntries((options.lambdas ?? ['lambda']).map((name) => [name, puppets.lambda])), {
    runners: options.runners ?? 2,
  });
  let made: { readonly engine: Engine; readonly database: RecordingDatabase } | undefined;
  const engineFactory: EngineFactory = async ({ config, database, providerId, directory: own }) => {
    const faulty = new RecordingDatabase(database);
    const engine = new Engine({
      config: { ...defaultEngineConfig(config.dataDir, own.nodeId), cancelGraceMs: options.cancelGraceMs ?? 30_000 },
      database: faulty,
      runtime,
      files: { providerId, pythonCommand: null },
      environment: { open: async () => await Promise.resolve({}), close: () => undefined },
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    });
    await engine.start();
    made = { engine, database: faulty };
    return {
      executions: engine.executions,
      extensions: engine.extensions,
      stores: engine.stores,
      files: engine.files,
      spaces: engine.spaces,
      jobTokens: new JobTokens(),
      lambdas: () => runtime.list(),
      report: async () =>
        await Promise.resolve({ sandbox: { kind: 'none', detail: '' }, limits: '', python: '', node: '', lambdaCount: 1 }),
      stop: async () => await engine.stop(),
    };
  };
  const databaseUrl = options.database === 'postgres' ? { databaseUrl: await testDatabaseUrl('api') } : {};
  const tls = options.tls === undefined ? {} : { tlsCert: options.tls.cert, tlsKey: options.tls.key };
  const config = loadConfig({
    options: { dataDir: directory, port: 0, logLevel: 'silent', ...databaseUrl, ...tls },
    variables: {},
    file: null,
  });
  const server = await startServer(config, { engineFactory, announce: () => undefined });
  const { firstAdministrator } = server.composition;
  if (firstAdministrator === null || made === undefined) throw new Error('the server did not start as a first one');
  const admin = { name: 'owner', ...firstAdministrator };
  const { registry } = new LanewayClient({ server: server.url, token: admin.token });
  const spaceId = await registry.createSpace({ name: 'space' });
  const inventoryId = await registry.createInventory('inventory');
  return new ApiServer({ ...made, puppets, runtime, server, admin, spaceId, inventoryId, directory });
}
