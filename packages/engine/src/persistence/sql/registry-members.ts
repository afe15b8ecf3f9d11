/** Memberships of spaces and inventories: the same verbs over two tables. */
import type { InventoryMembership, SpaceMembership } from '../../registry/types.ts';
import { defineVerb, type SqlTransaction } from '../sql.ts';

interface SpaceMemberRow {
  readonly space_id: string;
  readonly user_id: string;
  readonly privileges: string;
  readonly owner: number;
}

interface InventoryMemberRow {
  readonly inventory_id: string;
  readonly user_id: string;
  readonly privileges: string;
}

function spaceMembershipOf(row: SpaceMemberRow): SpaceMembership {
  return { spaceId: row.space_id, userId: row.user_id, privileges: JSON.parse(row.privileges) as string[], owner: row.owner === 1 };
}

function inventoryMembershipOf(row: InventoryMemberRow): InventoryMembership {
  return { inventoryId: row.inventory_id, userId: row.user_id, privileges: JSON.parse(row.privileges) as string[] };
}

export async function insertSpaceMember(tx: SqlTransaction, membership: SpaceMembership): Promise<boolean> {
  const added = await tx.run('insert into space_member (space_id, user_id, privileges, owner) values (?, ?, ?, ?) on conflict do nothing', [
    membership.spaceId,
    membership.userId,
    JSON.stringify(membership.privileges),
    membership.owner ? 1 : 0,
  ]);
  return added === 1;
}

export async function insertInventoryMember(tx: SqlTransaction, membership: InventoryMembership): Promise<boolean> {
  const added = await tx.run('insert into inventory_member (inventory_id, user_id, privileges) values (?, ?, ?) on conflict do nothing', [
    membership.inventoryId,
    membership.userId,
    JSON.stringify(membership.privileges),
  ]);
  return added === 1;
}

/** False when the user is a member already. */
export const addSpaceMember = defineVerb(
  'addSpaceMember',
  'control',
  async (tx, params: SpaceMembership) => await insertSpaceMember(tx, params),
);

export const addInventoryMember = defineVerb(
  'addInventoryMember',
  'control',
  async (tx, params: InventoryMembership) => await insertInventoryMember(tx, params),
);

export const getSpaceMember = defineVerb(
  'getSpaceMember',
  'read',
  async (tx, params: { readonly spaceId: string; readonly userId: string }) => {
    const row = await tx.get<SpaceMemberRow>(
      'select space_id, user_id, privileges, owner from space_member where space_id = ? and user_id = ?',
      [params.spaceId, params.userId],
    );
    return row === undefined ? null : spaceMembershipOf(row);
  },
);

export async function inventoryMember(tx: SqlTransaction, inventoryId: string, userId: string): Promise<InventoryMembership | null> {
  const row = await tx.get<InventoryMemberRow>(
    'select inventory_id, user_id, privileges from inventory_member where inventory_id = ? and user_id = ?',
    [inventoryId, userId],
  );
  return row === undefined ? null : inventoryMembershipOf(row);
}

export const getInventoryMember = defineVerb(
  'getInventoryMember',
  'read',
  async (tx, params: { readonly inventoryId: string; readonly userId: string }) =>
    await inventoryMember(tx, params.inventoryId, params.userId),
);

export const listSpaceMembers = defineVerb('listSpaceMembers', 'read', async (tx, params: { readonly spaceId: string }) => {
  const rows = await tx.all<SpaceMemberRow>(
    'select space_id, user_id, privileges, owner from space_member where space_id = ? order by user_id',
    [params.spaceId],
  );
  return rows.map(spaceMembershipOf);
});

export const listInventoryMembers = defineVerb('listInventoryMembers', 'read', async (tx, params: { readonly inventoryId: string }) => {
  const rows = await tx.all<InventoryMemberRow>(
    'select inventory_id, user_id, privileges from inventory_member where inventory_id = ? order by user_id',
    [params.inventoryId],
  );
  return rows.map(inventoryMembershipOf);
});

export async function inventoryMembershipsOf(tx: SqlTransaction, userId: string): Promise<InventoryMembership[]> {
  const rows = await tx.all<InventoryMemberRow>(
    'select inventory_id, user_id, privileges from inventory_member where user_id = ? order by inventory_id',
    [userId],
  );
  return rows.map(inventoryMembershipOf);
}

export const listInventoriesOfUser = defineVerb(
  'listInventoriesOfUser',
  'read',
  async (tx, params: { readonly userId: string }) => await inventoryMembershipsOf(tx, params.userId),
);

export const listSpacesOfUser = defineVerb('listSpacesOfUser', 'read', async (tx, params: { readonly userId: string }) => {
  const rows = await tx.all<SpaceMemberRow>(
    'select space_id, user_id, privileges, owner from space_member where user_id = ? order by space_id',
    [params.userId],
  );
  return rows.map(spaceMembershipOf);
});

/** Those of the spaces that the user is a member of. */
export const memberSpaces = defineVerb(
  'memberSpaces',
  'read',
  async (tx, params: { readonly userId: string; readonly spaceIds: readonly string[] }): Promise<readonly string[]> => {
    const rows = await tx.all<{ space_id: string }>('select space_id from space_member where user_id = ?', [params.userId]);
    const wanted = new Set(params.spaceIds);
    return rows.map((row) => row.space_id).filter((spaceId) => wanted.has(spaceId));
  },
);

export interface PrivilegeChange {
  readonly targetId: string;
  readonly userId: string;
  readonly grant: readonly string[];
  readonly revoke: readonly string[];
}

function changed(privileges: string, change: PrivilegeChange): string {
  const kept = new Set(JSON.parse(privileges) as string[]);
  for (const privilege of change.grant) kept.add(privilege);
  for (const privilege of change.revoke) kept.delete(privilege);
  return JSON.stringify([...kept].toSorted());
}

/** Grants and revokes; false when there is no such member. */
export const changeSpacePrivileges = defineVerb('changeSpacePrivileges', 'control', async (tx, params: PrivilegeChange) => {
  const where = 'where space_id = ? and user_id = ?';
  const row = await tx.get<{ privileges: string }>(`select privileges from space_member ${where}${tx.dialect.forUpdate}`, [
    params.targetId,
    params.userId,
  ]);
  if (row === undefined) return false;
  await tx.run(`update space_member set privileges = ? ${where}`, [changed(row.privileges, params), params.targetId, params.userId]);
  return true;
});

export const changeInventoryPrivileges = defineVerb('changeInventoryPrivileges', 'control', async (tx, params: PrivilegeChange) => {
  const where = 'where inventory_id = ? and user_id = ?';
  const row = await tx.get<{ privileges: string }>(`select privileges from inventory_member ${where}${tx.dialect.forUpdate}`, [
    params.targetId,
    params.userId,
  ]);
  if (row === undefined) return false;
  await tx.run(`update inventory_member set privileges = ? ${where}`, [changed(row.privileges, params), params.targetId, params.userId]);
  return true;
});

/** False when there was no such member. */
export const removeInventoryMember = defineVerb(
  'removeInventoryMember',
  'control',
  async (tx, params: { readonly inventoryId: string; readonly userId: string }) => {
    return (await tx.run('delete from inventory_member where inventory_id = ? and user_id = ?', [params.inventoryId, params.userId])) === 1;
  },
);

export type MemberRemoval = 'removed' | 'missing' | 'lastOwner';

/** A space never loses its last owner (rest R130). */
export const removeSpaceMember = defineVerb(
  'removeSpaceMember',
  'control',
  async (tx, params: { readonly spaceId: string; readonly userId: string }): Promise<MemberRemoval> => {
    const owners = await tx.all<{ user_id: string }>(
      `select user_id from space_member where space_id = ? and owner = 1 order by user_id${tx.dialect.forUpdate}`,
      [params.spaceId],
    );
    if (owners.length === 1 && owners[0]?.user_id === params.userId) return 'lastOwner';
    const removed = await tx.run('delete from space_member where space_id = ? and user_id = ?', [params.spaceId, params.userId]);
    return removed === 1 ? 'removed' : 'missing';
  },
);

export const memberVerbs = [
  addSpaceMember,
  addInventoryMember,
  getSpaceMember,
  getInventoryMember,
  listSpaceMembers,
  listInventoryMembers,
  listInventoriesOfUser,
  listSpacesOfUser,
  memberSpaces,
  changeSpacePrivileges,
  changeInventoryPrivileges,
  removeInventoryMember,
  removeSpaceMember,
];
