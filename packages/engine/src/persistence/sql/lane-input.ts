/** What a lane run iterates, and the hidden list that a tree walk fills. */
import type { SqlTransaction } from '../sql.ts';
import { insertStores, readContent, storeCount } from './stores.ts';

export type IterationSource =
  | { readonly kind: 'items'; readonly storeId: string; readonly count: number; readonly traced: boolean }
  | { readonly kind: 'range'; readonly start: number; readonly step: number; readonly count: number }
  | { readonly kind: 'single'; readonly value: string | null }
  | { readonly kind: 'tree'; readonly storeId: string };

/** The iterated store as it stands when the lane run becomes current (D14). */
export async function storeForIteration(tx: SqlTransaction, storeId: string): Promise<IterationSource> {
  const store = await tx.get<{ type: string }>('select type from store where id = ?', [storeId]);
  if (store === undefined) throw new Error(`the iterated store ${storeId} does not exist`);
  switch (store.type) {
    case 'list':
    case 'exception':
      return { kind: 'items', storeId, count: await storeCount(tx, storeId), traced: store.type === 'exception' };
    case 'treeForest':
      return { kind: 'tree', storeId };
    case 'range': {
      const content = await readContent(tx, storeId);
      if (content === null) return { kind: 'range', start: 0, step: 1, count: 0 };
      const [start, end, step] = JSON.parse(content) as [number, number, number];
      return { kind: 'range', start, step, count: Math.max(0, Math.ceil((end - start) / step)) };
    }
    case 'singleValue':
      return { kind: 'single', value: await readContent(tx, storeId) };
    default:
      throw new Error(`a store of type ${store.type} cannot be iterated`);
  }
}

/** Id of the hidden list that a tree walk writes its items into. */
export function walkStoreId(laneRunId: string): string {
  return `${laneRunId}.walk`;
}

export async function createWalkStore(
  tx: SqlTransaction,
  params: { readonly executionId: string; readonly laneRunId: string },
): Promise<void> {
  await insertStores(tx, [
    {
      id: walkStoreId(params.laneRunId),
      executionId: params.executionId,
      laneRunId: params.laneRunId,
      taskId: null,
      schemaId: 'CURRENT_LANE_RUN_TREE_WALK',
      name: 'tree walk',
      type: 'list',
      config: {},
      initialContent: null,
      frozen: false,
      logLevel: null,
    },
  ]);
}
