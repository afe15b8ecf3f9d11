/** Verbs over groups of users and the spaces they are in (data-and-stores R7). */
import { defineVerb, type Verb } from '../sql.ts';
import { inParts, marks } from './placeholders.ts';

export const groupTypes = ['organization', 'unit', 'team', 'role_holders'] as const;
export type GroupType = (typeof groupTypes)[number];

export interface Group {
  readonly id: string;
  readonly name: string;
  readonly type: GroupType;
  readonly creatorUserId: string;
  /** Seconds. */
  readonly creationTime: number;
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly type: GroupType;
  readonly creator_user_id: string;
  readonly creation_time: number;
}

const columns = 'id, name, type, creator_user_id, creation_time';
const idsPerStatement = 256;

function groupOf(row: Row): Group {
  return { id: row.id, name: row.name, type: row.type, creatorUserId: row.creator_user_id, creationTime: row.creation_time };
}

export const createGroup = defineVerb('createGroup', 'control', async (tx, group: Omit<Group, 'creationTime'>): Promise<void> => {
  const creationTime = Math.floor((await tx.now()) / 1000);
  const values = [group.id, group.name, group.type, group.creatorUserId, creationTime];
  await tx.run(`insert into user_group (${columns}) values (?, ?, ?, ?, ?)`, values);
});

export const getGroup = defineVerb('getGroup', 'read', async (tx, params: { readonly id: string }): Promise<Group | null> => {
  const row = await tx.get<Row>(`select ${columns} from user_group where id = ?`, [params.id]);
  return row === undefined ? null : groupOf(row);
});

/** By name; `createdBy` null = all. */
export const listGroups = defineVerb(
  'listGroups',
  'read',
  async (tx, params: { readonly createdBy: string | null }): Promise<readonly Group[]> => {
    const { createdBy } = params;
    const rows =
      createdBy === null
        ? await tx.all<Row>(`select ${columns} from user_group order by id`)
        : await tx.all<Row>(`select ${columns} from user_group where creator_user_id = ? order by id`, [createdBy]);
    return rows.map(groupOf);
  },
);

/** It leaves all its spaces; false when there is none. */
export const deleteGroup = defineVerb('deleteGroup', 'control', async (tx, params: { readonly id: string }): Promise<boolean> => {
  const deleted = (await tx.run('delete from user_group where id = ?', [params.id])) === 1;
  if (deleted) await tx.run('delete from space_group where group_id = ?', [params.id]);
  return deleted;
});

export interface SpaceGroup {
  readonly spaceId: string;
  readonly groupId: string;
}

/** False when the group is in the space already; a group or space that is gone stays out. */
export const addSpaceGroup = defineVerb('addSpaceGroup', 'control', async (tx, { spaceId, groupId }: SpaceGroup): Promise<boolean> => {
  const locked = await tx.get(`select id from user_group where id = ?${tx.dialect.forUpdate}`, [groupId]);
  const space = await tx.get(`select id from space where id = ?${tx.dialect.forUpdate}`, [spaceId]);
  if (locked === undefined || space === undefined) return false;
  return (await tx.run('insert into space_group (space_id, group_id) values (?, ?) on conflict do nothing', [spaceId, groupId])) === 1;
});

export const removeSpaceGroup = defineVerb(
  'removeSpaceGroup',
  'control',
  async (tx, { spaceId, groupId }: SpaceGroup): Promise<boolean> => {
    return (await tx.run('delete from space_group where space_id = ? and group_id = ?', [spaceId, groupId])) === 1;
  },
);

export const listSpaceGroups = defineVerb(
  'listSpaceGroups',
  'read',
  async (tx, params: { readonly spaceId: string }): Promise<readonly string[]> => {
    const rows = await tx.all<{ group_id: string }>('select group_id from space_group where space_id = ? order by group_id', [
      params.spaceId,
    ]);
    return rows.map((row) => row.group_id);
  },
);

/** Those of the groups that are in the space, in no particular order. */
export const groupsInSpace = defineVerb(
  'groupsInSpace',
  'read',
  async (tx, params: { readonly spaceId: string; readonly ids: readonly string[] }): Promise<readonly Group[]> => {
    const found: Group[] = [];
    for (const ids of inParts(params.ids, idsPerStatement)) {
      const rows = await tx.all<Row>(
        `select ${columns} from user_group
         where id in (${marks(ids.length)}) and exists (select 1 from space_group s where s.space_id = ? and s.group_id = user_group.id)`,
        [...ids, params.spaceId],
      );
      found.push(...rows.map(groupOf));
    }
    return found;
  },
);

export const groupVerbs = [
  createGroup,
  getGroup,
  listGroups,
  deleteGroup,
  addSpaceGroup,
  removeSpaceGroup,
  listSpaceGroups,
  groupsInSpace,
] as unknown as readonly Verb<never, unknown>[];
