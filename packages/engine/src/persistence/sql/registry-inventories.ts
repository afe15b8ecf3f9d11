/** Inventories themselves; deleting one is in registry-schemas.ts. */
import type { Inventory } from '../../registry/types.ts';
import { defineVerb, type SqlTransaction } from '../sql.ts';
import { insertInventoryMember } from './registry-members.ts';
import { seconds } from './accounts.ts';

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
  readonly creatorPrivileges: readonly string[] | null;
}

export const createInventory = defineVerb('createInventory', 'control', async (tx, params: NewInventory) => {
  await tx.run('insert into inventory (id, name, creator_id, creation_time) values (?, ?, ?, ?)', [
    params.id,
    params.name,
    params.creatorId,
    await seconds(tx),
  ]);
  if (params.creatorPrivileges !== null) {
    await insertInventoryMember(tx, { inventoryId: params.id, userId: params.creatorId, privileges: params.creatorPrivileges });
  }
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
