/**
 * Feeding a lane run from a tree: walks at most a few batches ahead of the claims, and writes items and the
 * new position in one transaction, so that each path is produced once per walk (design §6).
 */
import type { DataSpec, Execution, LaneRun } from '@laneway/model';
import { laneSchema, type PlanCache } from '../control/plan.ts';
import { walkDatasets, type DatasetPosition } from '../files/dataset-walk.ts';
import type { Files } from '../files/files.ts';
import type { Spaces } from '../files/spaces.ts';
import { TreeWalk, walkStart, type WalkPosition, type WalkRoot } from '../files/tree-walk.ts';
import type { Logger } from '../logger.ts';
import { gateOfLaneRun, type Gate } from '../persistence/sql/gates.ts';
import type { Space } from '../persistence/sql/files.ts';
import { appendWalk } from '../persistence/sql/walks.ts';
import type { Drive, NodeIdentity } from '../persistence/sql/nodes.ts';
import { readStoreItems, storeSize } from '../persistence/sql/stores.ts';
import type { Database } from '../persistence/sql.ts';
import { sleep } from '../sleep.ts';

export interface WalkContext {
  readonly database: Database;
  readonly plans: PlanCache;
  readonly files: Files;
  readonly spaces: Spaces;
  /** More items are there for the workers of this node. */
  readonly inputGrew: (of: { readonly laneRunId: string; readonly executionId: string }) => void;
  readonly log: Logger;
}

const batchesAhead = 20;
const maxItemsPerStep = 1000;
const rootsPerPage = 500;
const pauseMs = 20;

interface Position {
  /** Index in the store of the first root of the page. */
  readonly page: number;
  readonly within: WalkPosition | DatasetPosition;
}

export interface WalkParams {
  readonly execution: Execution;
  readonly gate: Gate;
  readonly drive: Drive & NodeIdentity;
  readonly signal: AbortSignal;
}

/** Walks until the input is complete, the gate closes, the drive is lost or the signal aborts. */
export async function walkLaneRun(context: WalkContext, params: WalkParams): Promise<void> {
  const { database } = context;
  const { execution, drive, signal } = params;
  const laneRun: LaneRun = execution.current;
  const space = await context.spaces.get(execution.spaceId);
  if (space === null) throw new Error(`the space ${execution.spaceId} does not exist`);
  const itemDataSpec = await iteratedSpec(context.plans, execution, laneRun);
  let gate = params.gate;
  let position = (gate.walk?.position as Position | null | undefined) ?? { page: 0, within: walkStart };
  const rootsStoreId = gate.walk?.rootsStoreId;
  if (rootsStoreId === undefined) return;
  const rootCount = await database.call(storeSize, { storeId: rootsStoreId });
  let open: OpenWalk | undefined;
  try {
    while (!signal.aborted) {
      if (gate.known - gate.frontier * gate.batchSize >= batchesAhead * gate.batchSize) {
        await sleep(pauseMs, signal);
      } else {
        open ??= await openWalk(context, { space, rootsStoreId, position, rootCount, itemDataSpec });
        const step = await open.next(Math.min(maxItemsPerStep, batchesAhead * gate.batchSize));
        const pageEnd = position.page + open.rootCount;
        const done = step.done && pageEnd >= rootCount;
        position = step.done ? { page: pageEnd, within: walkStart } : { page: position.page, within: step.position };
        if (step.done) {
          await open.close();
          open = undefined;
        }
        const written = await database.call(appendWalk, { drive, laneRunId: gate.laneRunId, items: step.items, position, done });
        if (!written) return;
        context.inputGrew(gate);
        if (done) return;
      }
      const next = await database.call(gateOfLaneRun, { laneRunId: gate.laneRunId });
      if (next === null || !next.active) return;
      gate = next;
    }
  } finally {
    await open?.close();
  }
}

interface OpenWalk {
  /** Roots of the page that is being walked. */
  readonly rootCount: number;
  /** Items are JSON texts in stored form. */
  next(maxItems: number): Promise<{ readonly items: readonly string[]; readonly position: Position['within']; readonly done: boolean }>;
  close(): Promise<void>;
}

interface OpenParams {
  readonly space: Space;
  readonly rootsStoreId: string;
  readonly position: Position;
  readonly rootCount: number;
  readonly itemDataSpec: DataSpec;
}

async function openWalk(context: WalkContext, params: OpenParams): Promise<OpenWalk> {
  const { rootsStoreId, position, rootCount, itemDataSpec } = params;
  const to = Math.min(rootCount, position.page + rootsPerPage);
  const texts = await context.database.call(readStoreItems, { storeId: rootsStoreId, from: position.page, to });
  const rootIds = texts.map((text) => JSON.parse(text) as string);
  return itemDataSpec.type === 'dataset' ? datasetsOf(context, params, rootIds) : await filesOf(context, params, rootIds);
}

async function filesOf(context: WalkContext, params: OpenParams, rootIds: readonly string[]): Promise<OpenWalk> {
  const { space, position, itemDataSpec } = params;
  const found = await context.files.resolveMany(rootIds);
  const walk = new TreeWalk({
    space,
    roots: rootIds.map((id): WalkRoot | null => found.get(id) ?? null),
    position: position.within as WalkPosition,
    fileType: itemDataSpec.type === 'file' ? itemDataSpec.fileType : 'ANY',
  });
  return {
    rootCount: rootIds.length,
    next: async (maxItems) => {
      const step = await walk.next(maxItems);
      await context.files.register(
        space.id,
        step.items.map((item) => item.path),
      );
      const unreadable = step.failed.map((path) => JSON.stringify({ unreadableName: path }));
      return { ...step, items: [...step.items.map((item) => JSON.stringify(item.fileId)), ...unreadable] };
    },
    close: async () => await walk.close(),
  };
}

function datasetsOf({ files }: WalkContext, { space, position: start }: OpenParams, rootIds: readonly string[]): OpenWalk {
  let position = start.within as DatasetPosition;
  return {
    rootCount: rootIds.length,
    next: async (maxItems) => {
      const step = await walkDatasets(files.datasets, { rootIds, spaceId: space.id, position, maxItems });
      position = step.position;
      return { ...step, items: step.items.map((info) => JSON.stringify(info)) };
    },
    close: async () => await Promise.resolve(),
  };
}

async function iteratedSpec(plans: PlanCache, execution: Execution, laneRun: LaneRun): Promise<DataSpec> {
  const plan = await plans.plan(execution.id);
  const { storeSchemaId } = laneSchema(plan, laneRun.laneIndex).storeIteratorSpec;
  const store = plan.revision.stores.find((candidate) => candidate.id === storeSchemaId);
  if (store?.type !== 'treeForest') throw new Error(`the store ${storeSchemaId} has no trees to walk`);
  return store.config.itemDataSpec;
}
