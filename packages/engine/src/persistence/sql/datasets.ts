/**
 * Verbs over datasets: marked files and directories of spaces (data-and-stores R6, R47).
 *
 * Invariants: 1. A path has at most one attached dataset. 2. `parent_id` names the nearest dataset above of the same state,
 * so lists of a level and ways up need no look at the rest. 3. Changes of one space happen one after the other.
 */
import { pathsAbove, rangeBelow, sortKeyOf } from '../../files/dataset-places.ts';
import { defineVerb, type SqlTransaction, type Verb } from '../sql.ts';
import { inParts, marks } from './placeholders.ts';

export type DatasetState = 'attached' | 'detached';

export interface Dataset {
  readonly id: string;
  readonly spaceId: string;
  /** Of the file or directory when it was marked, relative to the space's root. */
  readonly path: string;
  readonly rootFileType: string;
  readonly state: DatasetState;
  /** The nearest dataset above in the same state; null for none. */
  readonly parentId: string | null;
  /** Seconds. */
  readonly creationTime: number;
}

interface Row {
  readonly id: string;
  readonly space_id: string;
  readonly path: string;
  readonly root_file_type: string;
  readonly state: DatasetState;
  readonly parent_id: string;
  readonly creation_time: number;
}

const columns = 'id, space_id, path, root_file_type, state, parent_id, creation_time';
const idsPerStatement = 256;

function datasetOf(row: Row): Dataset {
  return {
    id: row.id,
    spaceId: row.space_id,
    path: row.path,
    rootFileType: row.root_file_type,
    state: row.state,
    parentId: row.parent_id === '' ? null : row.parent_id,
    creationTime: row.creation_time,
  };
}

/** False when the space is gone. */
async function lockSpace(tx: SqlTransaction, spaceId: string): Promise<boolean> {
  return (await tx.get(`select id from space where id = ?${tx.dialect.forUpdate}`, [spaceId])) !== undefined;
}

async function readDataset(tx: SqlTransaction, id: string): Promise<Row | undefined> {
  return await tx.get<Row>(`select ${columns} from dataset where id = ?`, [id]);
}

async function attachedAt(tx: SqlTransaction, spaceId: string, path: string): Promise<Row | undefined> {
  return await tx.get<Row>(`select ${columns} from dataset where space_id = ? and path = ? and state = 'attached'`, [spaceId, path]);
}

/** Paths above may be as many as a path has components: one question each, upwards, until one answers. */
async function nearestAbove(tx: SqlTransaction, spaceId: string, path: string, state: DatasetState): Promise<string> {
  for (const above of pathsAbove(path)) {
    const found = await tx.get<{ id: string }>(
      'select id from dataset where space_id = ? and state = ? and sort_key = ? order by id limit 1',
      [spaceId, state, sortKeyOf(above)],
    );
    if (found !== undefined) return found.id;
  }
  return '';
}

/** It comes between the dataset above and those of its children that lie below it. */
async function enterTree(tx: SqlTransaction, row: Pick<Row, 'id' | 'space_id' | 'path' | 'state'>): Promise<void> {
  const parentId = await nearestAbove(tx, row.space_id, row.path, row.state);
  const { from, to } = rangeBelow(sortKeyOf(row.path));
  await tx.run('update dataset set parent_id = ? where space_id = ? and state = ? and parent_id = ? and sort_key >= ? and sort_key < ?', [
    row.id,
    row.space_id,
    row.state,
    parentId,
    from,
    to,
  ]);
  await tx.run('update dataset set parent_id = ?, state = ? where id = ?', [parentId, row.state, row.id]);
}

async function leaveTree(tx: SqlTransaction, row: Row): Promise<void> {
  await tx.run('update dataset set parent_id = ? where space_id = ? and state = ? and parent_id = ?', [
    row.parent_id,
    row.space_id,
    row.state,
    row.id,
  ]);
}

export type DatasetCreation = 'created' | 'exists' | 'noSpace';

export const createDataset = defineVerb(
  'createDataset',
  'control',
  async (tx, params: Pick<Dataset, 'id' | 'spaceId' | 'path' | 'rootFileType'>): Promise<DatasetCreation> => {
    const { id, spaceId, path, rootFileType } = params;
    if (!(await lockSpace(tx, spaceId))) return 'noSpace';
    if ((await attachedAt(tx, spaceId, path)) !== undefined) return 'exists';
    await tx.run(
      `insert into dataset (id, space_id, path, sort_key, root_file_type, state, parent_id, creation_time)
       values (?, ?, ?, ?, ?, 'attached', '', ?)`,
      [id, spaceId, path, sortKeyOf(path), rootFileType, Math.floor((await tx.now()) / 1000)],
    );
    await enterTree(tx, { id, space_id: spaceId, path, state: 'attached' });
    return 'created';
  },
);

export type DatasetChange = 'changed' | 'unchanged' | 'missing' | 'exists';

/** Detaching keeps the dataset and lets its file go; attaching is refused while another one marks the file. */
export const setDatasetState = defineVerb(
  'setDatasetState',
  'control',
  async (tx, params: { readonly id: string; readonly state: DatasetState }): Promise<DatasetChange> => {
    const seen = await readDataset(tx, params.id);
    if (seen === undefined || !(await lockSpace(tx, seen.space_id))) return 'missing';
    const row = await readDataset(tx, params.id);
    if (row === undefined) return 'missing';
    if (row.state === params.state) return 'unchanged';
    if (params.state === 'attached' && (await attachedAt(tx, row.space_id, row.path)) !== undefined) return 'exists';
    await leaveTree(tx, row);
    await enterTree(tx, { ...row, state: params.state });
    return 'changed';
  },
);

/** False when there is none. */
export const deleteDataset = defineVerb('deleteDataset', 'control', async (tx, params: { readonly id: string }): Promise<boolean> => {
  const seen = await readDataset(tx, params.id);
  if (seen === undefined || !(await lockSpace(tx, seen.space_id))) return false;
  const row = await readDataset(tx, params.id);
  if (row === undefined) return false;
  await leaveTree(tx, row);
  return (await tx.run('delete from dataset where id = ?', [params.id])) === 1;
});

/** Those that exist, in no particular order. */
export const findDatasets = defineVerb(
  'findDatasets',
  'read',
  async (tx, params: { readonly ids: readonly string[] }): Promise<readonly Dataset[]> => {
    const found: Dataset[] = [];
    for (const ids of inParts(params.ids, idsPerStatement)) {
      found.push(...(await tx.all<Row>(`select ${columns} from dataset where id in (${marks(ids.length)})`, ids)).map(datasetOf));
    }
    return found;
  },
);

/** A dataset from which a walk starts. */
export interface DatasetRoot extends Dataset {
  /** Whether others of its state are below it. */
  readonly isNested: boolean;
}

/** Those that exist in the space, in no particular order. */
export const findDatasetRoots = defineVerb(
  'findDatasetRoots',
  'read',
  async (tx, params: { readonly spaceId: string; readonly ids: readonly string[] }): Promise<readonly DatasetRoot[]> => {
    const found: DatasetRoot[] = [];
    for (const ids of inParts(params.ids, idsPerStatement)) {
      const rows = await tx.all<Row & { readonly nested: number }>(
        `select ${columns}, (select count(*) from (
           select 1 from dataset c where c.space_id = d.space_id and c.state = d.state and c.parent_id = d.id limit 1) nested) as nested
         from dataset d where id in (${marks(ids.length)}) and space_id = ?`,
        [...ids, params.spaceId],
      );
      found.push(...rows.map((row) => ({ ...datasetOf(row), isNested: row.nested > 0 })));
    }
    return found;
  },
);

/** The attached datasets at any of the paths. */
export const datasetsAt = defineVerb(
  'datasetsAt',
  'read',
  async (tx, params: { readonly spaceId: string; readonly paths: readonly string[] }): Promise<readonly Dataset[]> => {
    const found: Dataset[] = [];
    for (const paths of inParts(params.paths, idsPerStatement)) {
      const part = await tx.all<Row>(
        `select ${columns} from dataset where space_id = ? and state = 'attached' and path in (${marks(paths.length)})`,
        [params.spaceId, ...paths],
      );
      found.push(...part.map(datasetOf));
    }
    return found;
  },
);

export interface DatasetLevel {
  readonly spaceId: string;
  readonly state: DatasetState;
  /** null = those without a dataset above. */
  readonly parentId: string | null;
  /** Of the last dataset of the page before; null = from the first. */
  readonly after: Pick<Dataset, 'id' | 'path'> | null;
  readonly limit: number;
}

/** One level of the tree of datasets, in the order of their paths. */
export const listDatasets = defineVerb('listDatasets', 'read', async (tx, params: DatasetLevel): Promise<readonly Dataset[]> => {
  const { spaceId, state, parentId, after, limit } = params;
  const rows = await tx.all<Row>(
    `select ${columns} from dataset
     where space_id = ? and state = ? and parent_id = ? and (sort_key, id) > (?, ?)
     order by sort_key, id limit ?`,
    [spaceId, state, parentId ?? '', after === null ? '' : sortKeyOf(after.path), after?.id ?? '', limit],
  );
  return rows.map(datasetOf);
});

export interface DatasetsBelow {
  readonly root: Pick<Dataset, 'spaceId' | 'state' | 'path'>;
  readonly after: Pick<Dataset, 'id' | 'path'> | null;
  readonly limit: number;
}

/** All datasets below the root in its state, each before those below it (R47). */
export const datasetsBelow = defineVerb('datasetsBelow', 'read', async (tx, params: DatasetsBelow): Promise<readonly Dataset[]> => {
  const { root, after, limit } = params;
  const { from, to } = rangeBelow(sortKeyOf(root.path));
  const rows = await tx.all<Row>(
    `select ${columns} from dataset
     where space_id = ? and state = ? and sort_key < ? and (sort_key, id) > (?, ?)
     order by sort_key, id limit ?`,
    [root.spaceId, root.state, to, after === null ? from : sortKeyOf(after.path), after?.id ?? '', limit],
  );
  return rows.map(datasetOf);
});

export const datasetVerbs = [
  createDataset,
  setDatasetState,
  deleteDataset,
  findDatasets,
  findDatasetRoots,
  datasetsAt,
  listDatasets,
  datasetsBelow,
] as unknown as readonly Verb<never, unknown>[];
