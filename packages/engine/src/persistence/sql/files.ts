/** Verbs over spaces, the registry of file ids and registered extended attributes (design §8). */
import { compareTexts } from '../../stores/fold-measurements.ts';
import { defineVerb, type SqlTransaction, type SqlValue, type Verb } from '../sql.ts';
import { deleteMembershipsOf, insertMembership, lockEntity } from './memberships.ts';
import { inParts, marks, rows } from './placeholders.ts';
import { getSpaceDetails, updateSpace, writeSpace, type SpaceDetails } from './space-details.ts';
import { insertTimer } from './timers.ts';

/** A directory of this machine that executions may work in. */
export interface Space {
  readonly id: string;
  readonly name: string;
  /** Real absolute path: no symbolic link on the way. */
  readonly path: string;
  readonly readonly: boolean;
  readonly ownerUserId: string;
  /** Seconds. */
  readonly creationTime: number;
}

interface SpaceRow {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly readonly: number;
  readonly owner_user_id: string;
  readonly creation_time: number;
}

export interface FileRow {
  readonly id: string;
  readonly spaceId: string;
  readonly path: string;
}

const rowsPerStatement = 256;
const columns = 'id, name, path, readonly, owner_user_id, creation_time';

function spaceOf(row: SpaceRow): Space {
  return {
    id: row.id,
    name: row.name,
    path: row.path,
    readonly: row.readonly === 1,
    ownerUserId: row.owner_user_id,
    creationTime: row.creation_time,
  };
}

/** Whether one directory is, contains or lies in the other one; both are real absolute paths. */
export function pathsOverlap(one: string, other: string): boolean {
  const a = one.endsWith('/') ? one : `${one}/`;
  const b = other.endsWith('/') ? other : `${other}/`;
  return a.startsWith(b) || b.startsWith(a);
}

export type CreateSpaceOutcome =
  | { readonly kind: 'created'; readonly space: Space }
  | { readonly kind: 'idTaken' }
  /** Who was to be its first member is gone. */
  | { readonly kind: 'memberMissing' }
  /** The directory is, contains or lies in that of another space. */
  | { readonly kind: 'overlaps'; readonly other: Space };

export interface NewSpace extends Omit<Space, 'creationTime'> {
  /** The creator becomes an owner, and a member with them; null = does not. */
  readonly ownerPrivileges: readonly string[] | null;
  /** A group that is a member from the start. */
  readonly group?: { readonly id: string; readonly privileges: readonly string[] };
  readonly details?: Partial<SpaceDetails>;
  /** The directory was made for it. */
  readonly isNewDirectory?: boolean;
}

async function firstMembers(tx: SqlTransaction, { id, ownerUserId, ownerPrivileges, group }: NewSpace): Promise<void> {
  const container = { type: 'space', id } as const;
  if (ownerPrivileges !== null) {
    await insertMembership(tx, { container, member: { type: 'user', id: ownerUserId }, privileges: ownerPrivileges, owner: true });
  }
  if (group !== undefined) {
    await insertMembership(tx, { container, member: { type: 'group', id: group.id }, privileges: group.privileges, owner: false });
  }
}

/** Whether the path lies below a directory. A range of paths would depend on the database's collation, so it reads what else is left. */
const isBelowSql = 'substr(path, 1, ?) = ?';

function isBelowValues(directory: string): readonly SqlValue[] {
  const start = directory.endsWith('/') ? directory : `${directory}/`;
  return [Array.from(start).length, start];
}

/** A space whose directory is, contains or lies in this one; nothing can lie in one that was made for it. */
async function overlapping(tx: SqlTransaction, path: string, isNewDirectory: boolean): Promise<Space | null> {
  const upwards = directoriesTo(path);
  const containing = await tx.get<SpaceRow>(`select ${columns} from space where path in (${marks(upwards.length)}) limit 1`, upwards);
  if (containing !== undefined) return spaceOf(containing);
  if (isNewDirectory) return null;
  // This looks at all spaces, when an administrator names a directory.
  const inside = await tx.get<SpaceRow>(`select ${columns} from space where ${isBelowSql} limit 1`, isBelowValues(path));
  return inside === undefined ? null : spaceOf(inside);
}

/** `/a/b` → `/`, `/a`, `/a/b`. */
function directoriesTo(path: string): readonly string[] {
  const parts = path.split('/').filter((part) => part !== '');
  return ['/', ...parts.map((_part, index) => `/${parts.slice(0, index + 1).join('/')}`)];
}

/** One space per directory, none inside another one; checked and written in one transaction, with the first members. */
export const createSpace = defineVerb('createSpace', 'control', async (tx, params: NewSpace): Promise<CreateSpaceOutcome> => {
  const { id, name, path, readonly, ownerUserId, group } = params;
  // Two nodes that register at once must not both pass the check.
  if (tx.dialect.name === 'postgres') await tx.all('lock table space in share row exclusive mode');
  if (group !== undefined && !(await lockEntity(tx, { type: 'group', id: group.id }))) return { kind: 'memberMissing' };
  if (params.ownerPrivileges !== null && !(await lockEntity(tx, { type: 'user', id: ownerUserId }))) return { kind: 'memberMissing' };
  if ((await tx.get('select id from space where id = ?', [id])) !== undefined) return { kind: 'idTaken' };
  const other = await overlapping(tx, path, params.isNewDirectory === true);
  if (other !== null) return { kind: 'overlaps', other };
  const creationTime = Math.floor((await tx.now()) / 1000);
  const values = [id, name, path, readonly ? 1 : 0, ownerUserId, creationTime];
  await tx.run(`insert into space (${columns}) values (?, ?, ?, ?, ?, ?)`, values);
  if (params.details !== undefined) await writeSpace(tx, id, params.details);
  await firstMembers(tx, params);
  return { kind: 'created', space: { id, name, path, readonly, ownerUserId, creationTime } };
});

export const getSpace = defineVerb('getSpace', 'read', async (tx, params: { readonly id: string }): Promise<Space | null> => {
  const row = await tx.get<SpaceRow>(`select ${columns} from space where id = ?`, [params.id]);
  return row === undefined ? null : spaceOf(row);
});

export const findSpaceByPath = defineVerb(
  'findSpaceByPath',
  'read',
  async (tx, params: { readonly path: string }): Promise<Space | null> => {
    const row = await tx.get<SpaceRow>(`select ${columns} from space where path = ?`, [params.path]);
    return row === undefined ? null : spaceOf(row);
  },
);

/** The named spaces (unknown ids are left out), or all of them when `ids` is null; by name. */
export const listSpaces = defineVerb(
  'listSpaces',
  'read',
  async (tx, params: { readonly ids: readonly string[] | null }): Promise<readonly Space[]> => {
    if (params.ids === null) return (await tx.all<SpaceRow>(`select ${columns} from space order by name, id`)).map(spaceOf);
    const found: Space[] = [];
    for (const ids of inParts(params.ids, rowsPerStatement)) {
      found.push(...(await tx.all<SpaceRow>(`select ${columns} from space where id in (${marks(ids.length)})`, ids)).map(spaceOf));
    }
    return found.toSorted((a, b) => compareTexts(a.name, b.name) || compareTexts(a.id, b.id));
  },
);

export type DeleteSpaceOutcome = 'deleted' | 'missing' | 'inUse';

/** Kind of the timer that removes what was registered of a space that is gone; its body is the id of the space. */
export const forgottenSpaceKind = 'forgottenSpace';

/**
 * Forgets the space and its members; its directory stays as it is. File ids of it resolve to nothing any more. Executions of it, also
 * those that ended, have to be deleted first: their stores hold its files. Files of the registry, of which there may be millions, go
 * afterwards in small commits.
 */
export const deleteSpace = defineVerb(
  'deleteSpace',
  'control',
  async (tx, params: { readonly id: string }): Promise<DeleteSpaceOutcome> => {
    if (!(await lockEntity(tx, { type: 'space', id: params.id }))) return 'missing';
    const execution = await tx.get('select id from execution where space_id = ? and discarded = 0 limit 1', [params.id]);
    if (execution !== undefined) return 'inUse';
    await tx.run('delete from dataset where space_id = ?', [params.id]);
    await deleteMembershipsOf(tx, params.id);
    if ((await tx.run('delete from space where id = ?', [params.id])) === 0) return 'missing';
    const timer = { id: `${forgottenSpaceKind}.${params.id}`, kind: forgottenSpaceKind, executionId: '', body: params.id };
    await insertTimer(tx, { ...timer, dueAt: await tx.now() });
    return 'deleted';
  },
);

/** Tables of what is registered of a space, with their primary keys. */
const registered = [
  ['file', 'id'],
  ['xattr', 'space_id, path, name'],
] as const;

const registeredAtOnce = 500;

/** Removes a part of what was registered of a space that is gone; true when nothing is left. */
export const purgeSpace = defineVerb('purgeSpace', 'data', async (tx, params: { readonly spaceId: string }): Promise<boolean> => {
  for (const [table, key] of registered) {
    const removed = await tx.run(`delete from ${table} where (${key}) in (select ${key} from ${table} where space_id = ? limit ?)`, [
      params.spaceId,
      registeredAtOnce,
    ]);
    if (removed === registeredAtOnce) return false;
  }
  return true;
});

/** Makes ids resolvable; ids are a function of space and path, so a known one stays as it is. */
export const registerFiles = defineVerb(
  'registerFiles',
  'data',
  async (tx, params: { readonly files: readonly FileRow[] }): Promise<void> => {
    await insertFiles(tx, params.files);
  },
);

/** The same as part of another verb's transaction. Sorted, so that two writers cannot wait for each other in a circle. */
export async function insertFiles(tx: SqlTransaction, files: readonly FileRow[]): Promise<void> {
  const sorted = files.toSorted((a, b) => compareTexts(a.id, b.id));
  for (const part of inParts(sorted, rowsPerStatement)) {
    await tx.run(
      `insert into file (id, space_id, path) values ${rows(part.length, 3)} on conflict do nothing`,
      part.flatMap((file) => [file.id, file.spaceId, file.path]),
    );
  }
}

/** The rows of the known ids, in no particular order. */
export const findFiles = defineVerb(
  'findFiles',
  'read',
  async (tx, params: { readonly ids: readonly string[] }): Promise<readonly FileRow[]> => {
    const found: FileRow[] = [];
    for (const ids of inParts(params.ids, rowsPerStatement)) {
      const part = await tx.all<{ id: string; space_id: string; path: string }>(
        // What was registered of a space that is gone may be there for a while.
        `select file.id, file.space_id, file.path from file join space on space.id = file.space_id where file.id in (${marks(ids.length)})`,
        ids,
      );
      found.push(...part.map((row) => ({ id: row.id, spaceId: row.space_id, path: row.path })));
    }
    return found;
  },
);

/** name → JSON text of the value. */
export const readXattrs = defineVerb(
  'readXattrs',
  'read',
  async (tx, params: { readonly spaceId: string; readonly path: string }): Promise<Readonly<Record<string, string>>> => {
    const found = await tx.all<{ name: string; value: string }>('select name, value from xattr where space_id = ? and path = ?', [
      params.spaceId,
      params.path,
    ]);
    return Object.fromEntries(found.map((row) => [row.name, row.value]));
  },
);

/** Values are JSON texts; null removes. */
export const writeXattrs = defineVerb(
  'writeXattrs',
  'control',
  async (
    tx,
    params: { readonly spaceId: string; readonly path: string; readonly values: Readonly<Record<string, string | null>> },
  ): Promise<void> => {
    for (const [name, value] of Object.entries(params.values).toSorted(([a], [b]) => compareTexts(a, b))) {
      if (value === null) {
        await tx.run('delete from xattr where space_id = ? and path = ? and name = ?', [params.spaceId, params.path, name]);
      } else {
        await tx.run(
          'insert into xattr (space_id, path, name, value) values (?, ?, ?, ?) on conflict (space_id, path, name) do update set value = excluded.value',
          [params.spaceId, params.path, name, value],
        );
      }
    }
  },
);

/** Forgets the registered attributes of a removed entry, so that a later one of that name starts without; `below`: also those of its content. */
export const forgetXattrs = defineVerb(
  'forgetXattrs',
  'control',
  async (tx, params: { readonly spaceId: string; readonly path: string; readonly below: boolean }): Promise<void> => {
    const { spaceId, path } = params;
    await tx.run('delete from xattr where space_id = ? and path = ?', [spaceId, path]);
    if (!params.below) return;
    // This reads all attributes of the space, for directories only.
    await tx.run(`delete from xattr where space_id = ? and ${isBelowSql}`, [spaceId, ...isBelowValues(path)]);
  },
);

export const fileVerbs = [
  createSpace,
  deleteSpace,
  findFiles,
  findSpaceByPath,
  forgetXattrs,
  getSpace,
  getSpaceDetails,
  listSpaces,
  purgeSpace,
  readXattrs,
  registerFiles,
  updateSpace,
  writeXattrs,
] as unknown as readonly Verb<never, unknown>[];
