/** Inventories themselves; deleting one is in registry-schemas.ts. */
import type { Inventory } from '../../registry/types.ts';
import { defineVerb, type SqlTransaction } from '../sql.ts';
import { seconds } from './accounts.ts';
import { insertMembership, lockEntity } from './memberships.ts';

interface InventoryRow {
  readonly id: string;
  readonly name: string;
  readonly creator_id: string;
  readonly creation_time: number;
}

function inventoryOf(row: InventoryRow): Inventory {
  return { id: row.id, name: row.name, creatorId: row.creator_id, creationTime: row.creation_time };
}

export interface NewInventory {
  readonly id: string;
  readonly name: string;
  readonly creatorId: string;
  /** The creator becomes a member with them; null = does not become one. */
  readonly creatorPrivileges: readonly string[] | null;
  /** A group that is a member from the start. */
  readonly group: { readonly id: string; readonly privileges: readonly string[] } | null;
}

/** False when who is to be its first member is gone. */
export const createInventory = defineVerb('createInventory', 'control', async (tx, params: NewInventory): Promise<boolean> => {
  const { id, name, creatorId, creatorPrivileges, group } = params;
  if (group !== null && !(await lockEntity(tx, { type: 'group', id: group.id }))) return false;
  if (creatorPrivileges !== null && !(await lockEntity(tx, { type: 'user', id: creatorId }))) return false;
  const values = [id, name, creatorId, await seconds(tx)];
  await tx.run('insert into inventory (id, name, creator_id, creation_time) values (?, ?, ?, ?)', values);
  const container = { type: 'atm_inventory', id } as const;
  if (creatorPrivileges !== null) {
    await insertMembership(tx, { container, member: { type: 'user', id: creatorId }, privileges: creatorPrivileges, owner: false });
  }
  if (group !== null) {
    await insertMembership(tx, { container, member: { type: 'group', id: group.id }, privileges: group.privileges, owner: false });
  }
  return true;
});

export const getInventory = defineVerb('getInventory', 'read', async (tx, params: { readonly inventoryId: string }) => {
  const row = await tx.get<InventoryRow>('select id, name, creator_id, creation_time from inventory where id = ?', [params.inventoryId]);
  return row === undefined ? null : inventoryOf(row);
});

/**
 * Whoever changes what an inventory holds waits here for others who do: what was looked up before writing stays true,
 * so two imports at once do not both create the same lambda. False when there is no such inventory.
 */
export async function lockInventory(tx: SqlTransaction, inventoryId: string): Promise<boolean> {
  const row = await tx.get<{ id: string }>(`select id from inventory where id = ?${tx.dialect.forUpdate}`, [inventoryId]);
  return row !== undefined;
}

export const listInventories = defineVerb('listInventories', 'read', async (tx, _params: null) => {
  const rows = await tx.all<{ id: string }>('select id from inventory order by id');
  return rows.map((row) => row.id);
});

export const renameInventory = defineVerb(
  'renameInventory',
  'control',
  async (tx, params: { readonly inventoryId: string; readonly name: string }) => {
    return (await tx.run('update inventory set name = ? where id = ?', [params.name, params.inventoryId])) === 1;
  },
);

export const inventoryVerbs = [createInventory, getInventory, listInventories, renameInventory];
