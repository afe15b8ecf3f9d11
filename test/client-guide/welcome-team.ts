import { gather, type LanewayClient } from '@laneway/client';

/** Makes a group that may use an inventory, and gives a token that invites its members. */
export async function welcomeTeam(client: LanewayClient, name: string, inventoryId: string): Promise<{ groupId: string; token: string }> {
  const groupId = await client.groups.create({ name, type: 'team' });
  const { manager = [] } = await client.members.privilegeSets('atm_inventories');
  await client.members.add({ kind: 'atm_inventories', id: inventoryId }, { type: 'group', id: groupId }, manager);
  const { token } = await client.tokens.create({
    name: `invitation to ${name}`,
    type: { inviteToken: { inviteType: 'userJoinGroup', groupId } },
    usageLimit: 20,
  });
  return { groupId, token };
}

/** Who is in an inventory, also through groups. */
export async function namesIn(client: LanewayClient, inventoryId: string): Promise<readonly string[]> {
  const inventory = { kind: 'atm_inventories', id: inventoryId } as const;
  const ids = await client.members.ids(inventory, 'user', 'effective');
  return await gather(ids, async (id) => await client.members.name(inventory, { type: 'user', id }, 'effective'));
}
