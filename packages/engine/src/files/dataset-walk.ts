/**
 * Walking nested datasets (data-and-stores R47): each root, then the datasets below it in the same state, each before those
 * below it, in the order of their paths. Items are complete info objects. Roots that are gone are skipped (R48).
 *
 * A position says which dataset was produced last; a walk begun there goes on strictly after it, whether or not it still exists.
 */
import type { Dataset } from '../persistence/sql/datasets.ts';
import type { Datasets } from './datasets.ts';
import type { DatasetInfo } from './port.ts';

/** Plain JSON; `after` is null before the root itself was produced. */
export interface DatasetPosition {
  readonly root: number;
  readonly after: { readonly id: string; readonly path: string } | null;
}

export interface DatasetStep {
  readonly items: readonly DatasetInfo[];
  readonly position: DatasetPosition;
  readonly done: boolean;
}

/** One step from a position; nothing stays open in between. */
export async function walkDatasets(
  datasets: Datasets,
  request: { readonly rootIds: readonly string[]; readonly spaceId: string; readonly position: DatasetPosition; readonly maxItems: number },
): Promise<DatasetStep> {
  const { rootIds, spaceId, maxItems } = request;
  const found: Dataset[] = [];
  let { root, after } = request.position;
  while (root < rootIds.length && found.length < maxItems) {
    const start = await datasets.find(rootIds[root] ?? '');
    const isThere = start !== null && start.spaceId === spaceId;
    const page = isThere ? await nextBelow(datasets, start, after, maxItems - found.length) : [];
    found.push(...page);
    const last = page.at(-1);
    if (last === undefined || found.length < maxItems) {
      root += 1;
      after = null;
    } else {
      after = { id: last.id, path: last.path };
    }
  }
  return { items: await datasets.describe(found), position: { root, after }, done: root >= rootIds.length };
}

async function nextBelow(datasets: Datasets, root: Dataset, after: DatasetPosition['after'], limit: number): Promise<readonly Dataset[]> {
  if (after !== null) return await datasets.below({ root, after: after.path === root.path ? null : after, limit });
  return [root, ...(limit > 1 ? await datasets.below({ root, after: null, limit: limit - 1 }) : [])];
}
