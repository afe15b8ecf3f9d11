/** The workflow of a seed: lanes, boxes, tasks, retries, batches, items, thresholds and what its lambdas are like. */
import type { ScheduleRequest } from '@laneway/engine';
import type { DataSpec, LambdaRevision, LaneSchema, StoreSchema, TaskSchema } from '@laneway/model';
import type { Random } from './random.ts';

/** How the lambda of a task behaves. */
export interface LambdaNature {
  readonly name: string;
  readonly streams: boolean;
  /** Items whose value leaves this remainder fail; null = none. */
  readonly failing: { readonly divisor: number; readonly remainder: number; readonly mendsAfterMs: number } | null;
  readonly fastMs: number;
  /** What its first jobs do. */
  readonly script: readonly Behaviour[];
  /** What the others do: shares. */
  readonly weights: Readonly<Record<Behaviour, number>>;
}

export type Behaviour =
  | 'answer'
  | 'slow'
  | 'hang'
  | 'stubborn'
  | 'crash'
  | 'exception'
  | 'lie'
  | 'malformed'
  | 'badStream'
  | 'twice'
  | 'throw'
  | 'late';

export interface PlannedWorkflow {
  readonly request: Omit<ScheduleRequest, 'spaceId'>;
  readonly natures: ReadonlyMap<string, LambdaNature>;
  readonly itemCount: number;
}

const number: DataSpec = { type: 'number', integersOnly: false, allowedValues: null };
const resources = {
  cpuRequested: 0.1,
  cpuLimit: null,
  memoryRequested: 1,
  memoryLimit: null,
  ephemeralStorageRequested: 1,
  ephemeralStorageLimit: null,
};

const calm: Readonly<Record<Behaviour, number>> = {
  answer: 100,
  slow: 0,
  hang: 0,
  stubborn: 0,
  crash: 0,
  exception: 0,
  lie: 0,
  malformed: 0,
  badStream: 0,
  twice: 0,
  throw: 0,
  late: 0,
};

export interface WorkflowShape {
  readonly laneCount?: number;
  readonly boxes?: readonly number[];
  readonly itemCount?: number;
  readonly batchSize?: number;
  readonly maxRetries?: number;
  readonly threshold?: number;
  readonly streams?: boolean;
  readonly script?: readonly Behaviour[];
  readonly weights?: Partial<Record<Behaviour, number>>;
  readonly failing?: LambdaNature['failing'];
  readonly fastMs?: number;
  readonly input?: 'list' | 'range';
}

export function planWorkflow(random: Random, name: string, shape: WorkflowShape = {}): PlannedWorkflow {
  const natures = new Map<string, LambdaNature>();
  const itemCount = shape.itemCount ?? (random.chance(0.06) ? 0 : random.int(1, random.pick([5, 20, 60])));
  const laneCount = shape.laneCount ?? Number(random.weighted({ 1: 40, 2: 42, 3: 18 }));
  const input = shape.input ?? (random.chance(0.2) ? 'range' : 'list');
  const lanes = Array.from({ length: laneCount }, (_, laneIndex): LaneSchema => {
    const boxes = shape.boxes ?? Array.from({ length: random.pick([1, 1, 2, 2, 3]) }, () => random.pick([1, 1, 2]));
    return {
      id: `lane${laneIndex + 1}`,
      name: 'lane',
      parallelBoxes: boxes.map((taskCount, boxIndex) => ({
        id: `box${laneIndex + 1}.${boxIndex + 1}`,
        name: 'box',
        tasks: Array.from({ length: taskCount }, (_, taskIndex): TaskSchema => {
          const lambda = `${name}-${laneIndex + 1}.${boxIndex + 1}.${taskIndex + 1}`;
          const nature = natureOf(random, lambda, shape);
          natures.set(lambda, nature);
          return taskOf(lambda, `out${laneIndex + 1}`, nature);
        }),
      })),
      storeIteratorSpec: {
        storeSchemaId: laneIndex > 0 && random.chance(0.3) ? `out${laneIndex}` : 'input',
        maxBatchSize: shape.batchSize ?? random.pick([1, 1, 2, 3, 5, 10]),
      },
      maxRetries: shape.maxRetries ?? random.pick([0, 0, 1, 2]),
      instantFailureExceptionThreshold: shape.threshold ?? random.pick([1, 1, 1, 0.3, 0.1, 0]),
      dashboardSpec: null,
    };
  });
  const common = { description: '', requiresInitialContent: false, defaultInitialContent: null };
  const list = (id: string): StoreSchema => ({ ...common, id, name: id, type: 'list', config: { itemDataSpec: number } });
  const inputStore: StoreSchema = input === 'range' ? { ...common, id: 'input', name: 'input', type: 'range', config: {} } : list('input');
  const stores = [inputStore, ...lanes.map((_, index) => list(`out${index + 1}`)), list('stream')];
  const content = input === 'range' ? { start: 0, end: itemCount, step: 1 } : Array.from({ length: itemCount }, (_, index) => index);
  return {
    natures,
    itemCount,
    request: {
      userId: 'user',
      atmInventoryId: 'inventory',
      atmWorkflowSchemaId: 'schema',
      name,
      revisionNumber: 1,
      revision: { description: '', stores, lanes, state: 'stable', dashboardSpec: null },
      lambdas: Object.fromEntries([...natures.values()].map((nature) => [nature.name, { 1: lambdaOf(nature) }])),
      storeInitialContentOverlay: { input: content },
      logLevel: random.pick([3, 6, 7]),
      callback: random.chance(0.4) ? 'http://callback.test/' : null,
    },
  };
}

function natureOf(random: Random, name: string, shape: WorkflowShape): LambdaNature {
  const fails = random.chance(0.4);
  const failing = fails
    ? { divisor: random.int(2, 9), remainder: random.int(0, 1), mendsAfterMs: random.chance(0.5) ? random.between(500, 20_000) : Infinity }
    : null;
  const isWild = random.chance(0.5);
  const wild = (weight: number): number => (isWild && random.chance(0.3) ? weight : 0);
  const weights: Record<Behaviour, number> = {
    ...calm,
    slow: random.pick([0, 5, 20]),
    twice: random.pick([0, 5]),
    late: random.pick([0, 10, 30]),
    stubborn: wild(4),
    hang: wild(4),
    crash: wild(4),
    exception: wild(3),
    lie: wild(3),
    malformed: wild(3),
    badStream: wild(2),
    throw: wild(1.5),
  };
  return {
    name,
    streams: shape.streams ?? random.chance(0.3),
    failing: shape.failing === undefined ? failing : shape.failing,
    fastMs: shape.fastMs ?? random.pick([2, 20, 100, 400]),
    script: shape.script ?? [],
    weights: shape.weights === undefined ? weights : { ...calm, answer: 0, ...shape.weights },
  };
}

function taskOf(lambda: string, output: string, nature: LambdaNature): TaskSchema {
  const append = (resultName: string, storeSchemaId: string): TaskSchema['resultMappings'][number] => ({
    resultName,
    storeSchemaId,
    storeContentUpdateOptions: { type: 'listStoreContentUpdateOptions', function: 'append' },
  });
  return {
    id: `task-${lambda}`,
    name: lambda,
    lambdaId: lambda,
    lambdaRevisionNumber: 1,
    lambdaConfig: {},
    argumentMappings: [{ argumentName: 'item', valueBuilder: { valueBuilderType: 'iteratedItem', valueBuilderRecipe: null } }],
    resultMappings: [append('value', output), ...(nature.streams ? [append('seen', 'stream')] : [])],
    resourceSpecOverride: null,
    timeSeriesStoreConfig: null,
  };
}

function lambdaOf(nature: LambdaNature): LambdaRevision {
  return {
    name: nature.name,
    summary: '',
    description: '',
    operationSpec: {
      engine: 'openfaas',
      dockerImage: `test/${nature.name}`,
      dockerExecutionOptions: { readonly: false, mountOneclient: false, oneclientMountPoint: '/mnt/onedata', oneclientOptions: '' },
    },
    configParameterSpecs: [],
    argumentSpecs: [{ name: 'item', dataSpec: number, isOptional: false, defaultValue: null }],
    resultSpecs: [
      { name: 'value', dataSpec: number, relayMethod: 'returnValue' },
      ...(nature.streams ? [{ name: 'seen', dataSpec: number, relayMethod: 'filePipe' as const }] : []),
    ],
    preferredBatchSize: 100_000,
    resourceSpec: resources,
    state: 'stable',
  };
}
