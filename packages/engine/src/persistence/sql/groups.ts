/** Verbs over groups of users themselves; who is in them is in memberships.ts. */
import type { ContainerRef } from '../../registry/types.ts';
import { defineVerb, type SqlTransaction, type Verb } from '../sql.ts';
import { nestedGroupsSql } from './effective-memberships.ts';
import { deleteMembershipsOf, insertMembership, lockEntity } from './memberships.ts';
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

export interface NewGroup extends Omit<Group, 'creationTime'> {
  /** The creator becomes a member with them; null = does not become one. */
  readonly creatorPrivileges: readonly string[] | null;
  /** What the group is a member of from the start. */
  readonly within: { readonly container: ContainerRef; readonly privileges: readonly string[] } | null;
  /** The group that is a member of it from the start. */
  readonly child: { readonly groupId: string; readonly privileges: readonly string[] } | null;
}

async function firstRelations(tx: SqlTransaction, { id, creatorUserId, creatorPrivileges, within, child }: NewGroup): Promise<void> {
  const [container, group] = [{ type: 'group', id } as const, { type: 'group', id } as const];
  if (creatorPrivileges !== null) {
    const member = { type: 'user', id: creatorUserId } as const;
    await insertMembership(tx, { container, member, privileges: creatorPrivileges, owner: false });
  }
  if (within !== null) await insertMembership(tx, { ...within, member: group, owner: false });
  if (child !== null) {
    const member = { type: 'group', id: child.groupId } as const;
    await insertMembership(tx, { container, member, privileges: child.privileges, owner: false });
  }
}

/** False when what it is to be a member of, or a first member, is gone. */
export const createGroup = defineVerb('createGroup', 'control', async (tx, group: NewGroup): Promise<boolean> => {
  if (group.within !== null && !(await lockEntity(tx, group.within.container))) return false;
  if (group.child !== null && !(await lockEntity(tx, { type: 'group', id: group.child.groupId }))) return false;
  if (group.creatorPrivileges !== null && !(await lockEntity(tx, { type: 'user', id: group.creatorUserId }))) return false;
  const creationTime = Math.floor((await tx.now()) / 1000);
  const values = [group.id, group.name, group.type, group.creatorUserId, creationTime];
  await tx.run(`insert into user_group (${columns}) values (?, ?, ?, ?, ?)`, values);
  await firstRelations(tx, group);
  return true;
});

export const getGroup = defineVerb('getGroup', 'read', async (tx, params: { readonly id: string }): Promise<Group | null> => {
  const row = await tx.get<Row>(`select ${columns} from user_group where id = ?`, [params.id]);
  return row === undefined ? null : groupOf(row);
});

/** Ids of all of them, sorted. */
export const listGroups = defineVerb('listGroups', 'read', async (tx, _params: null): Promise<readonly string[]> => {
  return (await tx.all<{ id: string }>('select id from user_group order by id')).map((row) => row.id);
});

/** What is null stays as it is; false when there is no such group. */
export const updateGroup = defineVerb(
  'updateGroup',
  'control',
  async (tx, { id, name, type }: { readonly id: string; readonly name: string | null; readonly type: GroupType | null }) => {
    return (await tx.run('update user_group set name = coalesce(?, name), type = coalesce(?, type) where id = ?', [name, type, id])) === 1;
  },
);

/** It leaves everything that it is a member of, and loses its members; false when there is none. */
export const deleteGroup = defineVerb('deleteGroup', 'control', async (tx, params: { readonly id: string }): Promise<boolean> => {
  const deleted = (await tx.run('delete from user_group where id = ?', [params.id])) === 1;
  if (deleted) await deleteMembershipsOf(tx, params.id);
  return deleted;
});

/** Those of the groups that belong to the space, directly or through others (data-and-stores R7), in no particular order. */
export const groupsInSpace = defineVerb(
  'groupsInSpace',
  'read',
  async (tx, params: { readonly spaceId: string; readonly ids: readonly string[] }): Promise<readonly Group[]> => {
    const found: Group[] = [];
    for (const ids of inParts(params.ids, idsPerStatement)) {
      const sql = `${nestedGroupsSql} select ${columns} from user_group where id in (${marks(ids.length)}) and id in (select id from nested)`;
      found.push(...(await tx.all<Row>(sql, [params.spaceId, ...ids])).map(groupOf));
    }
    return found;
  },
);

export const groupVerbs = [createGroup, getGroup, listGroups, updateGroup, deleteGroup, groupsInSpace] as unknown as readonly Verb<
  never,
  unknown
>[];
