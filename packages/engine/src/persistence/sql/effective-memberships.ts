/**
 * Memberships through groups (rest R99): who belongs to a container directly, or to a group that does, at any depth. Each
 * question is one statement that goes up from the member or down from the container, on the two indexes of `membership`.
 */
import type { ContainerType, EffectiveMembership, MemberRef } from '../../registry/types.ts';
import { defineVerb, type SqlTransaction } from '../sql.ts';

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

interface GrantRow {
  readonly container_id: string;
  readonly privileges: string;
  readonly owner: number;
}

/** One membership for each container, in the order of the rows. */
function unitedOf(rows: readonly GrantRow[]): readonly EffectiveMembership[] {
  const grants = Map.groupBy(rows, (row) => row.container_id);
  return [...grants].map(([containerId, own]) => ({
    containerId,
    privileges: [...new Set(own.flatMap((row) => JSON.parse(row.privileges) as string[]))].toSorted(),
    owner: own.some((row) => row.owner === 1),
  }));
}

export async function effectiveMembership(tx: SqlTransaction, containerId: string, memberId: string): Promise<EffectiveMembership | null> {
  const sql = `${reachSql}
    select m.container_id, m.privileges, m.owner from reach join membership m on m.member_id = reach.id and m.container_id = ?`;
  return unitedOf(await tx.all<GrantRow>(sql, [memberId, containerId]))[0] ?? null;
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
    const sql = `${reachSql}
      select m.member_type, m.member_id from reach join membership m on m.member_id = reach.id and m.container_id = ? order by m.member_id`;
    const rows = await tx.all<{ member_type: MemberRef['type']; member_id: string }>(sql, [params.memberId, params.containerId]);
    return rows.map((row) => ({ type: row.member_type, id: row.member_id }));
  },
);

/** Those of the spaces that the user is a member of. */
export const memberSpaces = defineVerb(
  'memberSpaces',
  'read',
  async (tx, params: { readonly userId: string; readonly spaceIds: readonly string[] }): Promise<readonly string[]> => {
    const wanted = new Set(params.spaceIds);
    const spaces = await effectiveMemberships(tx, params.userId, 'space');
    return spaces.map((space) => space.containerId).filter((spaceId) => wanted.has(spaceId));
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
    where (select count(*) from membership m where m.container_id = giving.id and m.member_id = ?) = 1`;

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
];
