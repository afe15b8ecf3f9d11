/**
 * Walking nested datasets (data-and-stores R47): each root, then the datasets below it in the same state, each before those
 * below it, in the order of their paths. Items are complete info objects. Roots that are gone are skipped (R48).
 *
 * A position says which dataset was produced last; a walk begun there goes on strictly after it, whether or not it still exists.
 */
import type { Dataset, DatasetRoot } from '../persistence/sql/datasets.ts';
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

interface DatasetWalk {
  readonly rootIds: readonly string[];
  readonly spaceId: string;
  readonly position: DatasetPosition;
  readonly maxItems: number;
}

/** One step from a position; nothing stays open in between. Roots without datasets below them cost no query of their own. */
export async function walkDatasets(datasets: Datasets, walk: DatasetWalk): Promise<DatasetStep> {
  const { rootIds, spaceId, maxItems } = walk;
  const found: Dataset[] = [];
  let { root, after } = walk.position;
  while (root < rootIds.length && found.length < maxItems) {
    const ids = rootIds.slice(root, root + maxItems - found.length);
    const roots = new Map((await datasets.roots(spaceId, ids)).map((each) => [each.id, each]));
    for (const id of ids) {
      const start = roots.get(id);
      const page = start === undefined ? [] : await nextOf(datasets, start, after, maxItems - found.length);
      found.push(...page);
      const last = page.at(-1);
      if (last !== undefined && found.length === maxItems) {
        after = { id: last.id, path: last.path };
        break;
      }
      root += 1;
      after = null;
    }
  }
  return { items: await datasets.describe(found), position: { root, after }, done: root >= rootIds.length };
}

/** What comes next of a root: itself, unless it was produced, then those below it. */
async function nextOf(datasets: Datasets, root: DatasetRoot, after: DatasetPosition['after'], limit: number): Promise<readonly Dataset[]> {
  const own = after === null ? [root] : [];
  if (!root.isNested || own.length === limit) return own;
  const place = after === null || after.path === root.path ? null : after;
  return [...own, ...(await datasets.below({ root, after: place, limit: limit - own.length }))];
}
