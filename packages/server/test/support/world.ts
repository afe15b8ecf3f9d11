/** A server with a real registry in memory, some people, and a space; answered through injection. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Extensions, Files, inventoryPrivileges, openDatabase, Registry, spacePrivileges, Spaces } from '@laneway/engine';
import { newId, type LambdaRevision, type WorkflowSchemaRevision } from '@laneway/model';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { pino } from 'pino';
import { buildServer } from '../../src/build-server.ts';
import { createMetrics } from '../../src/metrics.ts';
import type { ServerDeps } from '../../src/deps.ts';
import type { DatabaseKind } from '../../../../test/support/databases.ts';
import { ApiDescription } from '../../../../test/support/api-description.ts';
import { openApiDocument } from '../../src/openapi/document.ts';
import { FakeExecutions, fakeLambdas, FakeStores } from './fake-engine.ts';
import { describedRoutes, keepAnswer } from './seen.ts';

export interface Person {
  readonly id: string;
  readonly token: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: any;
  readonly text: string;
  /** Id of the error, or undefined. */
  readonly error: string | undefined;
}

let apiDescription: ApiDescription | null = null;

/** That of the routes, made once in a process. */
export function describedApi(): ApiDescription {
  apiDescription ??= new ApiDescription(openApiDocument(describedRoutes, 'test'));
  return apiDescription;
}

export class World {
  readonly app: FastifyInstance;
  readonly deps: ServerDeps;
  readonly executions: FakeExecutions;
  readonly stores: FakeStores;
  readonly registry: Registry;
  readonly directory: string;
  readonly admin: Person;
  readonly #closeDatabase: () => Promise<void>;

  constructor(parts: {
    readonly deps: ServerDeps;
    readonly executions: FakeExecutions;
    readonly stores: FakeStores;
    readonly directory: string;
    readonly admin: Person;
    readonly closeDatabase: () => Promise<void>;
  }) {
    this.deps = parts.deps;
    this.executions = parts.executions;
    this.stores = parts.stores;
    this.registry = parts.deps.registry;
    this.directory = parts.directory;
    this.admin = parts.admin;
    this.#closeDatabase = parts.closeDatabase;
    this.app = buildServer(parts.deps);
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.#closeDatabase();
    await rm(this.directory, { recursive: true, force: true });
  }

  async person(fullName = 'Some Person', privileges: readonly string[] = []): Promise<Person> {
    const created = await this.registry.createUser({ fullName, username: null, privileges });
    if (!created.ok) throw new Error(created.error.description);
    const id = created.value.userId;
    const token = await this.registry.createNamedToken(id, { name: 'test', type: 'act', caveats: [], customMetadata: {}, revoked: false });
    if (!token.ok) throw new Error(token.error.description);
    return { id, token: token.value.token };
  }

  /** A token of the person with caveats. */
  async confined(person: Person, caveats: readonly unknown[]): Promise<Person> {
    const token = await this.registry.createNamedToken(person.id, {
      name: newId(),
      type: 'act',
      caveats,
      customMetadata: {},
      revoked: false,
    });
    if (!token.ok) throw new Error(token.error.description);
    return { id: person.id, token: token.value.token };
  }

  async space(owner: Person, name = 'space'): Promise<string> {
    const space = await this.deps.spaces.create({ name, path: null, readonly: false, ownerUserId: owner.id });
    if (!space.ok) throw new Error(space.error.description);
    await this.registry.addSpaceMember({ spaceId: space.value.id, userId: owner.id, privileges: spacePrivileges.admin, owner: true });
    return space.value.id;
  }

  async joinSpace(spaceId: string, person: Person, privileges: readonly string[] = spacePrivileges.manager): Promise<void> {
    await this.registry.addSpaceMember({ spaceId, userId: person.id, privileges, owner: false });
  }

  async inventory(owner: Person): Promise<string> {
    return (await this.registry.createInventory({ name: 'inventory', creatorId: owner.id, withMembership: true }))!;
  }

  async joinInventory(inventoryId: string, person: Person, privileges: readonly string[] = inventoryPrivileges.member): Promise<void> {
    await this.registry.addInventoryMember({ inventoryId, userId: person.id, privileges });
  }

  /** Whatever is answered has to be as the API description says. */
  async request(method: string, url: string, options: Partial<InjectOptions> & { readonly as?: Person | null } = {}): Promise<Answer> {
    const { as, headers, ...rest } = options;
    const credentials = as === undefined || as === null ? {} : { 'x-auth-token': as.token };
    const response = await this.app.inject({ ...rest, method: method as 'GET', url, headers: { ...credentials, ...headers } });
    const contentType = response.headers['content-type'];
    const problem = describedApi().problem(
      { method, url },
      { status: response.statusCode, contentType: contentType?.toString(), text: response.body },
    );
    if (problem !== null) throw new Error(`${method} ${url}: ${problem}: ${response.body.slice(0, 500)}`);
    let body: any;
    try {
      body = response.body === '' ? undefined : JSON.parse(response.body);
    } catch {
      body = undefined;
    }
    const error: string | undefined = body?.error?.id;
    keepAnswer({ method, url }, response.statusCode, error);
    return { status: response.statusCode, headers: response.headers, body, text: response.body, error };
  }

  async get(url: string, as: Person | null): Promise<Answer> {
    return await this.request('GET', url, { as });
  }

  async post(url: string, as: Person | null, body?: unknown): Promise<Answer> {
    return await this.request('POST', url, { as, ...jsonBody(body) });
  }

  async send(method: string, url: string, as: Person | null, body?: unknown): Promise<Answer> {
    return await this.request(method, url, { as, ...jsonBody(body) });
  }
}

function jsonBody(body: unknown): Partial<InjectOptions> {
  return body === undefined ? {} : { payload: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

/** In memory, or on a fresh database of the kind. */
export async function newWorld(settings: Partial<ServerDeps['settings']> = {}, kind: DatabaseKind | null = null): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'laneway-server-'));
  const { database, close } = kind === null ? { database: await openDatabase({ kind: 'memory' }), close: null } : await kind.open('server');
  const registry = new Registry(database, 'localhost');
  const providerId = await registry.providerId();
  const administrator = await registry.createFirstAdministrator();
  const executions = new FakeExecutions(registry);
  const stores = new FakeStores();
  const spaces = new Spaces(database, directory);
  const deps: ServerDeps = {
    registry,
    executions,
    extensions: new Extensions({ database }),
    stores,
    spaces,
    files: new Files({ database, spaces, providerId, pythonCommand: null }),
    metrics: createMetrics(),
    oidc: null,
    idpTokens: null,
    requestRate: null,
    jobTokens: { verify: async () => null },
    lambdas: { list: fakeLambdas.lambdas, report: fakeLambdas.report, activity: () => null },
    providerId,
    version: '0.0.0-test',
    logger: pino({ level: 'silent' }),
    settings: {
      bodyLimitBytes: 1024 * 1024,
      slowClientMs: 120_000,
      metricsToken: null,
      basicAuth: true,
      sessionMaxMs: 600_000,
      sessionIdleMs: 600_000,
      sessionRotateMs: 600_000,
      publicUrl: null,
      trustProxy: false,
      keepAliveMs: 15_000,
      progressIntervalMs: 500,
      accessIntervalMs: 5000,
      closeGraceMs: 5000,
      ...settings,
    },
  };
  const admin = { id: administrator!.userId, token: administrator!.token };
  return new World({ deps, executions, stores, directory, admin, closeDatabase: close ?? (async () => await database.close()) });
}

export function lambdaRevision(name = 'echo', changes: Partial<LambdaRevision> = {}): LambdaRevision {
  return {
    name,
    summary: '',
    description: '',
    operationSpec: {
      engine: 'openfaas',
      dockerImage: 'onedata/lambda-echo:v1',
      dockerExecutionOptions: { readonly: false, mountOneclient: false, oneclientMountPoint: '/mnt/onedata', oneclientOptions: '' },
    },
    configParameterSpecs: [],
    argumentSpecs: [],
    resultSpecs: [],
    preferredBatchSize: 10,
    resourceSpec: {
      cpuRequested: 0.1,
      cpuLimit: null,
      memoryRequested: 104_857_600,
      memoryLimit: null,
      ephemeralStorageRequested: 104_857_600,
      ephemeralStorageLimit: null,
    },
    state: 'stable',
    ...changes,
  };
}

export function workflowRevision(tasks: readonly (readonly [lambdaId: string, revisionNumber: number])[]): WorkflowSchemaRevision {
  return {
    description: '',
    state: 'stable',
    dashboardSpec: null,
    stores: [
      {
        id: 'input',
        name: 'input',
        description: '',
        type: 'list',
        config: { itemDataSpec: { type: 'object' } },
        requiresInitialContent: false,
        defaultInitialContent: null,
      },
    ],
    lanes: [
      {
        id: 'lane1',
        name: 'lane',
        maxRetries: 0,
        instantFailureExceptionThreshold: 0.1,
        dashboardSpec: null,
        storeIteratorSpec: { storeSchemaId: 'input', maxBatchSize: 10 },
        parallelBoxes: [
          {
            id: 'box1',
            name: 'box',
            tasks: tasks.map(([lambdaId, lambdaRevisionNumber], at) => ({
              id: `task${at + 1}`,
              name: 'task',
              lambdaId,
              lambdaRevisionNumber,
              lambdaConfig: {},
              argumentMappings: [],
              resultMappings: [],
              resourceSpecOverride: null,
              timeSeriesStoreConfig: null,
            })),
          },
        ],
      },
    ],
  };
}
