/**
 * Memberships through groups (rest R99): who belongs to a container directly, or to a group that does, at any depth. Each
 * question is one statement that goes up from the member or down from the container, on the indexes of `membership`. What
 * every request asks, what somebody may do in one container, costs in proportion to the groups nested in that container, not
 * to all those that somebody is in.
 */
import type { ContainerType, EffectiveMembership, MemberRef } from '../../registry/types.ts';
import { defineVerb, type SqlTransaction, type SqlValue } from '../sql.ts';
import { groupPrivileges, inventoryPrivileges, spacePrivileges } from '../../registry/privileges.ts';
import { marks } from './placeholders.ts';

/** `reach`: the member (first value) and every group that it belongs to. */
export const reachSql = `with recursive reach (id) as (
  select cast(? as text)
  union
  select m.container_id from reach join membership m on m.member_id = reach.id and m.container_type = 'group')`;

/** `inside`: everybody and every group that belongs to the container (first value). */
export const insideSql = `with recursive inside (id, type) as (
  select member_id, member_type from membership where container_id = ?
  union
  select m.member_id, m.member_type from inside join membership m on m.container_id = inside.id and inside.type = 'group')`;

/** Containers, as a statement that selects their ids, with its values. */
export interface Targets {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

const nestedSql = `nested (id) as (
    select m.member_id from target cross join membership m where m.container_id = target.id and m.member_type = 'group'
    union
    select m.member_id from nested join membership m on m.container_id = nested.id and m.member_type = 'group')`;

/** `nested`: every group that belongs to the container (first value). */
export const nestedGroupsSql = `with recursive target (id) as (select cast(? as text)), ${nestedSql}`;

/**
 * `within`: the member, and those groups nested in a target that it belongs to; found among them, so that no group outside is
 * read. Counting keeps planners from reading all groups that the member is in, and cross joins keep SQLite to their order.
 */
function withinSql(targets: Targets, memberId: string): { readonly text: string; readonly values: readonly SqlValue[] } {
  const text = `with recursive target (id) as (${targets.text}), ${nestedSql},
  inner_reach (id) as (
    select nested.id from nested
      where (select count(*) from membership m where m.container_id = nested.id and m.container_type = 'group' and m.member_id = ?) = 1
    union
    select m.container_id from inner_reach join membership m on m.member_id = inner_reach.id and m.container_type = 'group'
      where m.container_id in (select id from nested)),
  within (id) as (select cast(? as text) union select id from inner_reach)`;
  return { text, values: [...targets.values, memberId, memberId] };
}

/** The memberships of the targets through which the member belongs to them, in the order of their containers and members. */
export function grantsSql(targets: Targets, memberId: string): { readonly text: string; readonly values: readonly SqlValue[] } {
  const { text, values } = withinSql(targets, memberId);
  const columns = 'm.container_id, m.member_type, m.member_id, m.privileges, m.owner';
  const joined = 'target cross join within cross join membership m where m.container_id = target.id and m.member_id = within.id';
  return { text: `${text} select ${columns} from ${joined} order by m.container_id, m.member_id`, values };
}

function one(containerId: string): Targets {
  return { text: 'select cast(? as text)', values: [containerId] };
}

async function grants(tx: SqlTransaction, targets: Targets, memberId: string): Promise<readonly GrantRow[]> {
  const { text, values } = grantsSql(targets, memberId);
  return await tx.all<GrantRow>(text, values);
}

interface GrantRow {
  readonly container_id: string;
  readonly member_type: MemberRef['type'];
  readonly member_id: string;
  readonly privileges: string;
  readonly owner: number;
}

/** One membership for each container, in the order of the rows. */
function unitedOf(rows: readonly Pick<GrantRow, 'container_id' | 'privileges' | 'owner'>[]): readonly EffectiveMembership[] {
  const grants = Map.groupBy(rows, (row) => row.container_id);
  return [...grants].map(([containerId, own]) => ({
    containerId,
    privileges: [...new Set(own.flatMap((row) => JSON.parse(row.privileges) as string[]))].toSorted(),
    owner: own.some((row) => row.owner === 1),
  }));
}

interface DirectRow extends Pick<GrantRow, 'container_id' | 'privileges' | 'owner'> {
  readonly container_type: ContainerType;
}

const everything = { space: spacePrivileges.admin, atm_inventory: inventoryPrivileges.admin, group: groupPrivileges.admin };

/** Whether no group could add anything to what a member has by himself. */
function holdsEverything(direct: DirectRow): boolean {
  if (direct.container_type === 'space' && direct.owner !== 1) return false;
  const held = new Set(JSON.parse(direct.privileges) as string[]);
  return everything[direct.container_type].every((privilege) => held.has(privilege));
}

/** Whoever made a container holds everything there, and need not be looked for in the groups nested in it. */
export async function effectiveMembership(tx: SqlTransaction, containerId: string, memberId: string): Promise<EffectiveMembership | null> {
  const direct = await tx.get<DirectRow>(
    'select container_id, container_type, privileges, owner from membership where container_id = ? and member_id = ?',
    [containerId, memberId],
  );
  if (direct !== undefined && holdsEverything(direct)) return unitedOf([direct])[0] ?? null;
  return unitedOf(await grants(tx, one(containerId), memberId))[0] ?? null;
}

/** Of the targets alone, by container id. */
export async function effectiveMembershipsIn(
  tx: SqlTransaction,
  targets: Targets,
  memberId: string,
): Promise<readonly EffectiveMembership[]> {
  return unitedOf(await grants(tx, targets, memberId));
}

/** By container id. */
export async function effectiveMemberships(
  tx: SqlTransaction,
  memberId: string,
  containerType: ContainerType,
): Promise<readonly EffectiveMembership[]> {
  const sql = `${reachSql}
    select m.container_id, m.privileges, m.owner from reach join membership m on m.member_id = reach.id and m.container_type = ?
    order by m.container_id`;
  return unitedOf(await tx.all<GrantRow>(sql, [memberId, containerType]));
}

export const getEffectiveMembership = defineVerb(
  'getEffectiveMembership',
  'read',
  async (tx, params: { readonly containerId: string; readonly memberId: string }) =>
    await effectiveMembership(tx, params.containerId, params.memberId),
);

export const listEffectiveMemberships = defineVerb(
  'listEffectiveMemberships',
  'read',
  async (tx, params: { readonly memberId: string; readonly containerType: ContainerType }) =>
    await effectiveMemberships(tx, params.memberId, params.containerType),
);

/** Ids, sorted. */
export const listEffectiveMembers = defineVerb(
  'listEffectiveMembers',
  'read',
  async (tx, params: { readonly containerId: string; readonly memberType: MemberRef['type'] }): Promise<readonly string[]> => {
    const sql = `${insideSql} select id from inside where type = ? order by id`;
    return (await tx.all<{ id: string }>(sql, [params.containerId, params.memberType])).map((row) => row.id);
  },
);

/** The direct members of the container through which the member belongs to it, itself among them when it is one; by id. */
export const listIntermediaries = defineVerb(
  'listIntermediaries',
  'read',
  async (tx, params: { readonly containerId: string; readonly memberId: string }): Promise<readonly MemberRef[]> => {
    const rows = await grants(tx, one(params.containerId), params.memberId);
    return rows.map((row) => ({ type: row.member_type, id: row.member_id }));
  },
);

/** Those of the spaces that the user is a member of. */
export const memberSpaces = defineVerb(
  'memberSpaces',
  'read',
  async (tx, params: { readonly userId: string; readonly spaceIds: readonly string[] }): Promise<readonly string[]> => {
    if (params.spaceIds.length === 0) return [];
    const targets = { text: `select id from space where id in (${marks(params.spaceIds.length)})`, values: params.spaceIds };
    return (await effectiveMembershipsIn(tx, targets, params.userId)).map((space) => space.containerId);
  },
);

/** Ids of the spaces of this name, or this id, that the user is a member of. Names are not unique. */
export const memberSpacesCalled = defineVerb(
  'memberSpacesCalled',
  'read',
  async (tx, params: { readonly userId: string; readonly nameOrId: string }): Promise<readonly string[]> => {
    const { userId, nameOrId } = params;
    const targets = { text: 'select id from space where name = ? union select id from space where id = ?', values: [nameOrId, nameOrId] };
    return (await effectiveMembershipsIn(tx, targets, userId)).map((space) => space.containerId);
  },
);

/**
 * The privileges of groups that give any, each with every nested group through which it is given. Counting keeps planners from
 * reading all groups that the member is in.
 */
export const givenSql = `with recursive giving (id, source) as (
    select id, id from user_group where privileges <> '[]'
    union
    select m.member_id, giving.source from giving join membership m on m.container_id = giving.id and m.member_type = 'group')
  select g.privileges from giving join user_group g on g.id = giving.source
    where (select count(*) from membership m where m.container_id = giving.id and m.container_type = 'group' and m.member_id = ?) = 1`;

/**
 * Zone-wide privileges that come through groups, of which a member's own are no part. Each authentication asks, so its cost
 * grows with the few groups that give any, not with the many that somebody may be in.
 */
export async function zonePrivilegesOfGroups(tx: SqlTransaction, memberId: string): Promise<readonly string[]> {
  const rows = await tx.all<{ privileges: string }>(givenSql, [memberId]);
  return rows.flatMap((row) => JSON.parse(row.privileges) as string[]);
}

export const effectiveMembershipVerbs = [
  getEffectiveMembership,
  listEffectiveMemberships,
  listEffectiveMembers,
  listIntermediaries,
  memberSpaces,
  memberSpacesCalled,
];
