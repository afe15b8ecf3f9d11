/** People, a space and an inventory over the real engine; only the lambdas are functions of the test. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultEngineConfig, Engine, Registry, silentLogger, type EngineConfig } from '@laneway/engine';
import { newId, type WorkflowSchemaRevision } from '@laneway/model';
import { pino } from 'pino';
import type { DatabaseKind } from '../../../../test/support/databases.ts';
import { FaultyDatabase } from '../../../../test/support/faulty-database.ts';
import { InProcessRuntime, perItem, untilStopped, type InProcessLambda } from '../../../../test/support/in-process-runtime.ts';
import { bulkAccess } from '../../src/engine/bulk-access.ts';
import { userAccess } from '../../src/engine/user-access.ts';
import type { ServerDeps } from '../../src/deps.ts';
import { createMetrics } from '../../src/metrics.ts';
import { FakeExecutions, fakeLambdas, FakeStores } from './fake-engine.ts';
import { lambdaRevision, workflowRevision, World, type Answer, type Person } from './world.ts';

export const workflowsPath = '/api/v3/oneprovider/automation/execution/workflows';

export interface RealWorld {
  readonly world: World;
  readonly engine: Engine;
  readonly runtime: InProcessRuntime;
  readonly database: FaultyDatabase;
  readonly spaceId: string;
  readonly inventoryId: string;
  /** Workflow schemas: one ends at once, one goes on until it is stopped, the first of two lanes of one fails. */
  readonly schemas: Readonly<Record<SchemaName, string>>;
  /** Lets the jobs end that hang now. */
  release(): void;
  schedule(as: Person, schema: SchemaName, body?: object, headers?: Record<string, string>): Promise<Answer>;
  status(executionId: string): Promise<string | undefined>;
  atStatus(executionId: string, ...statuses: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

type SchemaName = 'echo' | 'hang' | 'fail';

function revisionOf(lambdaId: string, laneCount: number): WorkflowSchemaRevision {
  const revision = workflowRevision([[lambdaId, 1]]);
  const [store] = revision.stores;
  const lanes = Array.from({ length: laneCount }, (_, at) => laneLike(revision.lanes[0]!, at + 1));
  return { ...revision, stores: [{ ...store!, defaultInitialContent: [{}, {}] }] as WorkflowSchemaRevision['stores'], lanes };
}

function laneLike(lane: WorkflowSchemaRevision['lanes'][number], number: number): typeof lane {
  const parallelBoxes = lane.parallelBoxes.map((box) => {
    const tasks = box.tasks.map((task) => ({ ...task, id: number === 1 ? task.id : `${task.id} of ${number}` }));
    return { ...box, id: `box${number}`, tasks };
  });
  // All its items may fail before it stops by itself.
  return { ...lane, id: `lane${number}`, instantFailureExceptionThreshold: 1, parallelBoxes };
}

function failing(): never {
  throw new Error('it never works');
}

/** Jobs that hang until they are stopped or let go. */
class Gate {
  #waiting: (() => void)[] = [];
  readonly #answer = perItem(() => ({}));

  readonly lambda: InProcessLambda = async (job, control, task) => {
    const released = new Promise<'released'>((resolve) => this.#waiting.push(() => resolve('released')));
    const first = await Promise.race([released, untilStopped(job, control, task)]);
    return first === 'released' ? await this.#answer(job, control, task) : first;
  };

  release(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

export async function realWorld(kind: DatabaseKind, config: Partial<EngineConfig> = {}): Promise<RealWorld> {
  const opened = await kind.open('server');
  const database = new FaultyDatabase(opened.database);
  const directory = await mkdtemp(join(tmpdir(), 'laneway-real-world-'));
  const registry = new Registry(database, 'localhost');
  const providerId = await registry.providerId();
  const administrator = await registry.createFirstAdministrator();
  const gate = new Gate();
  const runtime = new InProcessRuntime({
    echo: perItem(() => ({})),
    copy: perItem(({ item }) => ({ value: item })),
    hang: gate.lambda,
    fail: perItem(failing),
  });
  const engine = new Engine({
    config: { ...defaultEngineConfig(directory, 'node-1'), cancelGraceMs: 300, drainMs: 100, bulkMembersPerSecond: 1000, ...config },
    database,
    runtime,
    files: { providerId, pythonCommand: null },
    environment: { open: async () => await Promise.resolve({}), close: () => undefined },
    log: silentLogger,
    access: userAccess(registry),
    bulkAccess: bulkAccess(registry),
  });
  await engine.start();
  const deps: ServerDeps = {
    registry,
    executions: engine.executions,
    extensions: engine.extensions,
    stores: engine.stores,
    files: engine.files,
    spaces: engine.spaces,
    oidc: null,
    idpTokens: null,
    requestRate: null,
    jobTokens: { verify: async () => null },
    lambdas: { list: fakeLambdas.lambdas, report: fakeLambdas.report, activity: () => null },
    metrics: createMetrics(),
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
    },
  };
  const admin = { id: administrator!.userId, token: administrator!.token };
  const world = new World({
    deps,
    executions: new FakeExecutions(),
    stores: new FakeStores(),
    directory,
    admin,
    closeDatabase: async () => {
      await engine.stop();
      await opened.close();
    },
  });
  const spaceId = await world.space(admin);
  const inventoryId = await world.inventory(admin);
  const schemaOf = async (name: SchemaName): Promise<string> => {
    const parts = { inventoryId, originalAtmLambdaId: null, creatorId: admin.id } as const;
    const lambdaId = (await registry.createLambda({ ...parts, revisions: [[1, lambdaRevision(name)]] }))!;
    const id = newId();
    const imported = await registry.importWorkflowSchema({
      client: { userId: admin.id, zoneWide: true },
      target: { kind: 'new', id, inventoryId, name, summary: '', originalAtmWorkflowSchemaId: null },
      revision: { revisionNumber: 1, revision: revisionOf(lambdaId, name === 'fail' ? 2 : 1), supplements: {} },
    });
    if (!imported.ok) throw new Error(JSON.stringify(imported.error));
    return id;
  };
  const schemas = { echo: await schemaOf('echo'), hang: await schemaOf('hang'), fail: await schemaOf('fail') };
  const status = async (executionId: string): Promise<string | undefined> => (await engine.executions.view(executionId))?.execution.status;
  return {
    world,
    engine,
    runtime,
    database,
    spaceId,
    inventoryId,
    schemas,
    status,
    release: () => gate.release(),
    schedule: async (as, schema, body = {}, headers = {}) =>
      await world.request('POST', workflowsPath, {
        as,
        payload: JSON.stringify({ spaceId, atmWorkflowSchemaId: schemas[schema], atmWorkflowSchemaRevisionNumber: 1, ...body }),
        headers: { 'content-type': 'application/json', ...headers },
      }),
    atStatus: async (executionId, ...statuses) => {
      const deadline = performance.now() + 20_000;
      for (;;) {
        const now = await status(executionId);
        if (now !== undefined && statuses.includes(now)) return;
        if (performance.now() > deadline) throw new Error(`execution ${executionId} is ${now}, not ${statuses.join(' or ')}`);
        await engine.executions.waitForChange(executionId, 50, AbortSignal.timeout(1000));
      }
    },
    close: async () => await world.close(),
  };
}
