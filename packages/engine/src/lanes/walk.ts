/**
 * Feeding a lane run from a tree: walks at most a few batches ahead of the claims, and writes items and the
 * new position in one transaction, so that each path is produced once per walk (design §6).
 */
import type { Execution, LaneRun } from '@laneway/model';
import { laneSchema, type PlanCache } from '../control/plan.ts';
import type { Files } from '../files/files.ts';
import type { FileType } from '../files/port.ts';
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
  readonly within: WalkPosition;
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
  const fileType = await iteratedFileType(context.plans, execution, laneRun);
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
        open ??= await openWalk(context, { space, rootsStoreId, position, rootCount, fileType });
        const step = await open.walk.next(Math.min(maxItemsPerStep, batchesAhead * gate.batchSize));
        const pageEnd = position.page + open.rootCount;
        const done = step.done && pageEnd >= rootCount;
        position = step.done ? { page: pageEnd, within: walkStart } : { page: position.page, within: step.position };
        if (step.done) {
          await open.walk.close();
          open = undefined;
        }
        const paths = step.items.map((item) => item.path);
        await context.files.register(space.id, paths);
        const items = [
          ...step.items.map((item) => JSON.stringify(item.fileId)),
          ...step.failed.map((path) => JSON.stringify({ unreadableName: path })),
        ];
        const written = await database.call(appendWalk, { drive, laneRunId: gate.laneRunId, items, position, done });
        if (!written) return;
        context.inputGrew(gate);
        if (done) return;
      }
      const next = await database.call(gateOfLaneRun, { laneRunId: gate.laneRunId });
      if (next === null || !next.active) return;
      gate = next;
    }
  } finally {
    await open?.walk.close();
  }
}

interface OpenWalk {
  readonly walk: TreeWalk;
  /** Roots of the page that is being walked. */
  readonly rootCount: number;
}

async function openWalk(
  context: WalkContext,
  params: {
    readonly space: Space;
    readonly rootsStoreId: string;
    readonly position: Position;
    readonly rootCount: number;
    readonly fileType: FileType | 'ANY';
  },
): Promise<OpenWalk> {
  const { space, rootsStoreId, position, rootCount, fileType } = params;
  const roots = await readRoots(context, {
    storeId: rootsStoreId,
    from: position.page,
    to: Math.min(rootCount, position.page + rootsPerPage),
  });
  return { walk: new TreeWalk({ space, roots, position: position.within, fileType }), rootCount: roots.length };
}

async function iteratedFileType(plans: PlanCache, execution: Execution, laneRun: LaneRun): Promise<FileType | 'ANY'> {
  const plan = await plans.plan(execution.id);
  const { storeSchemaId } = laneSchema(plan, laneRun.laneIndex).storeIteratorSpec;
  const store = plan.revision.stores.find((candidate) => candidate.id === storeSchemaId);
  return store?.type === 'treeForest' && store.config.itemDataSpec.type === 'file' ? store.config.itemDataSpec.fileType : 'ANY';
}

async function readRoots(
  context: WalkContext,
  params: { readonly storeId: string; readonly from: number; readonly to: number },
): Promise<readonly (WalkRoot | null)[]> {
  const texts = await context.database.call(readStoreItems, params);
  const ids = texts.map((text) => JSON.parse(text) as string);
  const found = await context.files.resolveMany(ids);
  return ids.map((id) => found.get(id) ?? null);
}
