/**
 * Direct relations between members (users, groups) and containers (spaces, inventories, groups).
 *
 * Invariants: 1. A group is never below itself. 2. A space that has owners keeps one (rest R130). 3. Both ends of a relation
 * exist: who adds one locks them, the container first, and who deletes one of them takes its relations along.
 */
import type { ContainerRef, ContainerType, MemberRef, Membership } from '../../registry/types.ts';
import { defineVerb, type SqlTransaction } from '../sql.ts';
import { reachSql } from './effective-memberships.ts';

interface MembershipRow {
  readonly container_id: string;
  readonly member_id: string;
  readonly container_type: ContainerType;
  readonly member_type: MemberRef['type'];
  readonly privileges: string;
  readonly owner: number;
}

const columns = 'container_id, member_id, container_type, member_type, privileges, owner';
const tables = { space: 'space', atm_inventory: 'inventory', group: 'user_group', user: 'account' } as const;
/** With PostgreSQL: only one at a time puts groups into groups, or two at once could close a circle. */
const nestingLock = 7263020;

function membershipOf(row: MembershipRow): Membership {
  return {
    container: { type: row.container_type, id: row.container_id },
    member: { type: row.member_type, id: row.member_id },
    privileges: JSON.parse(row.privileges) as string[],
    owner: row.owner === 1,
  };
}

/** False when the member is there already. */
export async function insertMembership(tx: SqlTransaction, { container, member, privileges, owner }: Membership): Promise<boolean> {
  const values = [container.id, member.id, container.type, member.type, JSON.stringify(privileges), owner ? 1 : 0];
  return (await tx.run(`insert into membership (${columns}) values (?, ?, ?, ?, ?, ?) on conflict do nothing`, values)) === 1;
}

/** Keeps it from being deleted until the end of the transaction; false when there is none. */
export async function lockEntity(tx: SqlTransaction, entity: ContainerRef | MemberRef): Promise<boolean> {
  return (await tx.get(`select id from ${tables[entity.type]} where id = ?${tx.dialect.forUpdate}`, [entity.id])) !== undefined;
}

/** All relations of something that is being deleted. */
export async function deleteMembershipsOf(tx: SqlTransaction, id: string): Promise<void> {
  await tx.run('delete from membership where container_id = ?', [id]);
  await tx.run('delete from membership where member_id = ?', [id]);
}

/** For callers who know that both ends exist. */
export const insertKnownMember = defineVerb(
  'insertKnownMember',
  'control',
  async (tx, params: Membership): Promise<boolean> => await insertMembership(tx, params),
);

export type Addition = 'added' | 'exists' | 'containerMissing' | 'memberMissing' | 'self' | 'circle';

export const addMember = defineVerb('addMember', 'control', async (tx, params: Membership): Promise<Addition> => {
  const { container, member } = params;
  const nests = container.type === 'group' && member.type === 'group';
  if (nests && container.id === member.id) return 'self';
  if (nests && tx.dialect.name === 'postgres') await tx.all('select pg_advisory_xact_lock(?)', [nestingLock]);
  if (!(await lockEntity(tx, container))) return 'containerMissing';
  if (!(await lockEntity(tx, member))) return 'memberMissing';
  if (nests) {
    const above = await tx.get(`${reachSql} select id from reach where id = ?`, [container.id, member.id]);
    if (above !== undefined) return 'circle';
  }
  return (await insertMembership(tx, params)) ? 'added' : 'exists';
});

export interface Relation {
  readonly containerId: string;
  readonly memberId: string;
}

export const getMembership = defineVerb('getMembership', 'read', async (tx, params: Relation): Promise<Membership | null> => {
  const where = 'container_id = ? and member_id = ?';
  const row = await tx.get<MembershipRow>(`select ${columns} from membership where ${where}`, [params.containerId, params.memberId]);
  return row === undefined ? null : membershipOf(row);
});

/** By id. */
export const listMembers = defineVerb(
  'listMembers',
  'read',
  async (tx, params: { readonly containerId: string; readonly memberType: MemberRef['type'] }): Promise<readonly Membership[]> => {
    const sql = `select ${columns} from membership where container_id = ? and member_type = ? order by member_id`;
    return (await tx.all<MembershipRow>(sql, [params.containerId, params.memberType])).map(membershipOf);
  },
);

/** Ids of the containers that it is a direct member of, sorted. */
export const listContainers = defineVerb(
  'listContainers',
  'read',
  async (tx, params: { readonly memberId: string; readonly containerType: ContainerType }): Promise<readonly string[]> => {
    const sql = 'select container_id from membership where member_id = ? and container_type = ? order by container_id';
    const rows = await tx.all<Pick<MembershipRow, 'container_id'>>(sql, [params.memberId, params.containerType]);
    return rows.map((row) => row.container_id);
  },
);

export interface PrivilegeChange {
  readonly grant: readonly string[];
  readonly revoke: readonly string[];
}

/** JSON to JSON. */
export function changedPrivileges(privileges: string, change: PrivilegeChange): string {
  const kept = new Set(JSON.parse(privileges) as string[]);
  for (const privilege of change.grant) kept.add(privilege);
  for (const privilege of change.revoke) kept.delete(privilege);
  return JSON.stringify([...kept].toSorted());
}

/** Grants, then revokes; false when there is no such member. */
export const changeMemberPrivileges = defineVerb(
  'changeMemberPrivileges',
  'control',
  async (tx, { containerId, memberId, ...change }: Relation & PrivilegeChange): Promise<boolean> => {
    const where = 'where container_id = ? and member_id = ?';
    const row = await tx.get<Pick<MembershipRow, 'privileges'>>(`select privileges from membership ${where}${tx.dialect.forUpdate}`, [
      containerId,
      memberId,
    ]);
    if (row === undefined) return false;
    const privileges = changedPrivileges(row.privileges, change);
    return (await tx.run(`update membership set privileges = ? ${where}`, [privileges, containerId, memberId])) === 1;
  },
);

async function lockedOwners(tx: SqlTransaction, containerId: string): Promise<readonly string[]> {
  const sql = `select member_id from membership where container_id = ? and owner = 1 order by member_id${tx.dialect.forUpdate}`;
  return (await tx.all<Pick<MembershipRow, 'member_id'>>(sql, [containerId])).map((row) => row.member_id);
}

export type MemberRemoval = 'removed' | 'missing' | 'lastOwner';

export const removeMember = defineVerb(
  'removeMember',
  'control',
  async (tx, { containerId, memberId }: Relation): Promise<MemberRemoval> => {
    const owners = await lockedOwners(tx, containerId);
    if (owners.length === 1 && owners[0] === memberId) return 'lastOwner';
    const removed = await tx.run('delete from membership where container_id = ? and member_id = ?', [containerId, memberId]);
    return removed === 1 ? 'removed' : 'missing';
  },
);

export type OwnerChange = 'done' | 'already' | 'notMember' | 'lastOwner';

/** Ownership goes to direct members and may be withdrawn from all but one of them (rest R130). */
export const changeOwner = defineVerb(
  'changeOwner',
  'control',
  async (tx, { containerId, memberId, owner }: Relation & { readonly owner: boolean }): Promise<OwnerChange> => {
    const owners = await lockedOwners(tx, containerId);
    if (owners.includes(memberId) === owner) return 'already';
    if (!owner && owners.length === 1) return 'lastOwner';
    const sql = `update membership set owner = ? where container_id = ? and member_id = ? and container_type = 'space' and member_type = 'user'`;
    return (await tx.run(sql, [owner ? 1 : 0, containerId, memberId])) === 1 ? 'done' : 'notMember';
  },
);

export const membershipVerbs = [
  insertKnownMember,
  addMember,
  getMembership,
  listMembers,
  listContainers,
  changeMemberPrivileges,
  removeMember,
  changeOwner,
];
