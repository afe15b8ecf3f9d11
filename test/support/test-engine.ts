/** An engine over a real database with lambdas of the test, and a short way to schedule what it should run. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  defaultEngineConfig,
  Engine,
  type Database,
  type EngineConfig,
  type EngineOptions,
  type ExecutionView,
  type NodeTimings,
  type ScheduleRequest,
} from '@laneway/engine';
import type { DataSpec, LambdaRevision, LaneSchema, StoreSchema, TaskSchema, WorkflowSchemaRevision } from '@laneway/model';
import type { DatabaseKind } from './databases.ts';
import { InProcessRuntime, type InProcessLambda } from './in-process-runtime.ts';

export interface TestEngine {
  readonly engine: Engine;
  readonly runtime: InProcessRuntime;
  readonly database: Database;
  readonly spaceId: string;
  readonly spaceDirectory: string;
  readonly close: () => Promise<void>;
}

const quiet = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (fields: Readonly<Record<string, unknown>>, message: string) => console.error(message, fields),
};

export async function startTestEngine(
  kind: DatabaseKind,
  lambdas: Readonly<Record<string, InProcessLambda>>,
  options: {
    readonly runners?: number;
    readonly config?: Partial<EngineConfig>;
    readonly timings?: NodeTimings;
    readonly log?: EngineOptions['log'];
  } & Pick<EngineOptions, 'access' | 'bulkAccess'> = {},
): Promise<TestEngine> {
  const { database, close } = await kind.open('engine');
  const dataDir = await mkdtemp(join(tmpdir(), 'laneway-engine-'));
  const runtime = new InProcessRuntime(lambdas, options.runners === undefined ? {} : { runners: options.runners });
  const engine = new Engine({
    config: { ...defaultEngineConfig(dataDir, 'node-1'), cancelGraceMs: 500, ...options.config },
    database,
    runtime,
    files: { pythonCommand: null },
    environment: { open: async () => await Promise.resolve({}), close: () => undefined },
    log: options.log ?? quiet,
    ...(options.bulkAccess === undefined ? {} : { bulkAccess: options.bulkAccess }),
    ...(options.access === undefined ? {} : { access: options.access }),
    ...(options.timings === undefined ? {} : { timings: options.timings }),
  });
  await engine.start();
  const space = await engine.spaces.create({ name: 'space', path: null, readonly: false, ownerUserId: 'user' });
  if (!space.ok) throw new Error(space.error.description);
  return {
    engine,
    runtime,
    database,
    spaceId: space.value.id,
    spaceDirectory: space.value.path,
    close: async () => {
      await engine.stop();
      await close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export interface WorkflowOptions {
  /** Lanes of boxes of lambda names. */
  readonly lanes: readonly (readonly (readonly string[])[])[];
  readonly input?: { readonly type: 'list' | 'range' | 'singleValue' | 'treeForest'; readonly content: unknown };
  /** Of the items of the input, and of the lambdas' argument; numbers by default. */
  readonly items?: DataSpec;
  readonly argument?: DataSpec;
  /** Of the lambdas' result and the store `output`; numbers by default. */
  readonly results?: DataSpec;
  readonly batchSize?: number;
  readonly maxRetries?: number;
  readonly threshold?: number;
  /** Lambdas whose result `value` goes to the store `output`. */
  readonly collects?: readonly string[];
  readonly logLevel?: number;
}

const resources = {
  cpuRequested: 0.1,
  cpuLimit: null,
  memoryRequested: 1,
  memoryLimit: null,
  ephemeralStorageRequested: 1,
  ephemeralStorageLimit: null,
};

const numbers: DataSpec = { type: 'number', integersOnly: false, allowedValues: null };

function lambdaOf(name: string, collects: boolean, options: WorkflowOptions): LambdaRevision {
  return {
    name,
    summary: '',
    description: '',
    operationSpec: {
      engine: 'openfaas',
      dockerImage: `test/${name}`,
      dockerExecutionOptions: { readonly: false, mountOneclient: false, oneclientMountPoint: '/mnt/onedata', oneclientOptions: '' },
    },
    configParameterSpecs: [],
    argumentSpecs: [{ name: 'item', dataSpec: options.argument ?? options.items ?? numbers, isOptional: false, defaultValue: null }],
    resultSpecs: collects ? [{ name: 'value', dataSpec: options.results ?? numbers, relayMethod: 'returnValue' }] : [],
    preferredBatchSize: 100_000,
    resourceSpec: resources,
    state: 'stable',
  };
}

/** A request for a workflow of numbers: store `input` is iterated by every lane. */
export function workflowOf(test: TestEngine, options: WorkflowOptions): ScheduleRequest {
  const inputType = options.input?.type ?? 'list';
  const common = { name: 'input', description: '', requiresInitialContent: false, defaultInitialContent: null };
  const input: StoreSchema =
    inputType === 'range'
      ? { ...common, id: 'input', type: 'range', config: {} }
      : { ...common, id: 'input', type: inputType, config: { itemDataSpec: options.items ?? numbers } };
  const output: StoreSchema = {
    ...common,
    id: 'output',
    name: 'output',
    type: 'list',
    config: { itemDataSpec: options.results ?? numbers },
  };
  const names = [...new Set(options.lanes.flat(2))];
  const collects = new Set(options.collects ?? names);
  const lanes = options.lanes.map((boxes, laneIndex): LaneSchema => ({
    id: `lane${laneIndex + 1}`,
    name: `lane ${laneIndex + 1}`,
    parallelBoxes: boxes.map((tasks, boxIndex) => ({
      id: `box${laneIndex + 1}.${boxIndex + 1}`,
      name: 'box',
      tasks: tasks.map((name, taskIndex): TaskSchema => ({
        id: `task${laneIndex + 1}.${boxIndex + 1}.${taskIndex + 1}`,
        name,
        lambdaId: name,
        lambdaRevisionNumber: 1,
        lambdaConfig: {},
        argumentMappings: [{ argumentName: 'item', valueBuilder: { valueBuilderType: 'iteratedItem', valueBuilderRecipe: null } }],
        resultMappings: collects.has(name)
          ? [
              {
                resultName: 'value',
                storeSchemaId: 'output',
                storeContentUpdateOptions: { type: 'listStoreContentUpdateOptions', function: 'append' },
              },
            ]
          : [],
        resourceSpecOverride: null,
        timeSeriesStoreConfig: null,
      })),
    })),
    storeIteratorSpec: { storeSchemaId: 'input', maxBatchSize: options.batchSize ?? 10 },
    maxRetries: options.maxRetries ?? 0,
    instantFailureExceptionThreshold: options.threshold ?? 1,
    dashboardSpec: null,
  }));
  const revision: WorkflowSchemaRevision = { description: '', stores: [input, output], lanes, state: 'stable', dashboardSpec: null };
  return {
    userId: 'user',
    spaceId: test.spaceId,
    atmInventoryId: 'inventory',
    atmWorkflowSchemaId: 'schema',
    name: 'workflow',
    revisionNumber: 1,
    revision,
    lambdas: Object.fromEntries(names.map((name) => [name, { 1: lambdaOf(name, collects.has(name), options) }])),
    storeInitialContentOverlay: options.input === undefined ? {} : { input: options.input.content },
    logLevel: options.logLevel ?? 6,
    callback: null,
  };
}

export async function schedule(test: TestEngine, options: WorkflowOptions): Promise<string> {
  const scheduled = await test.engine.executions.schedule(workflowOf(test, options));
  if (!scheduled.ok) throw new Error(scheduled.error.description);
  return scheduled.value.executionId;
}

/** Waits until the execution satisfies the condition; fails with its last state when it takes too long. */
export async function waitFor(
  test: TestEngine,
  executionId: string,
  condition: (view: ExecutionView) => boolean,
  timeoutMs = 30_000,
): Promise<ExecutionView> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const view = await test.engine.executions.view(executionId);
    if (view === null) throw new Error(`execution ${executionId} is gone`);
    if (condition(view)) return view;
    if (performance.now() > deadline) throw new Error(`execution ${executionId} did not get there: ${JSON.stringify(view.execution)}`);
    await test.engine.executions.waitForChange(executionId, 50, AbortSignal.timeout(1000));
  }
}

export async function waitForEnd(test: TestEngine, executionId: string, timeoutMs = 30_000): Promise<ExecutionView> {
  return await waitFor(
    test,
    executionId,
    (view) => ['finished', 'failed', 'cancelled', 'crashed'].includes(view.execution.status),
    timeoutMs,
  );
}

/** All values of a global list store, in index order. */
export async function valuesOf(test: TestEngine, view: ExecutionView, storeSchemaId: string): Promise<readonly unknown[]> {
  const storeId = view.execution.storeRegistry[storeSchemaId] ?? '';
  const values: unknown[] = [];
  for (let offset = 0; ; offset += 1000) {
    const page = await test.engine.stores.browse(storeId, { offset, limit: 1000 });
    if (!page.ok) throw new Error(page.error.description);
    const { items, isLast } = page.value as { items: { value: unknown }[]; isLast: boolean };
    values.push(...items.map((item) => item.value));
    if (isLast) return values;
  }
}

/** Events are numbered without gaps, and at most one of each incarnation is terminal (I2, I15). */
export async function eventProblems(test: TestEngine, executionId: string): Promise<readonly string[]> {
  const events = await test.engine.executions.events(executionId, 0, 100_000);
  const problems = events.flatMap((event, index) =>
    event.version === index + 1 ? [] : [`event ${index + 1} has number ${event.version}`],
  );
  let ended: string | null = null;
  for (const { subject, to } of events) {
    if (subject !== 'execution' || to === null) continue;
    if (ended !== null && to !== 'scheduled' && to !== 'resuming') problems.push(`${to} after ${ended}`);
    ended = ['finished', 'failed', 'cancelled', 'crashed'].includes(to) ? to : null;
  }
  return problems;
}
