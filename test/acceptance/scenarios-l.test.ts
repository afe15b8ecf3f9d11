/**
 * Scenarios L: members of inventories and their privileges (ui-and-scenarios S103–S113), over HTTP, everybody with his own token. People
 * and groups come in by invite tokens. What only a screen shows is left out: the texts of its messages and the states of its trees.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { adminToken, cleanUp, startProduct } from './support.ts';
import { inventoryPrivilege, Zone, type Person } from './zone.ts';
import { scenarioDump } from './dumps.ts';

let zone: Zone;
let owner: Person;
let user1: Person;
let group1: string;
let group2: string;

beforeAll(async () => {
  const product = await startProduct();
  zone = new Zone(product.url, adminToken(product));
  owner = await zone.person('owner');
  user1 = await zone.person('user1');
  group1 = await zone.group(user1, 'group1');
  group2 = await zone.group(owner, 'group2');
  await zone.bringIntoGroup(owner, user1, group2);
});
afterAll(cleanUp);

/** What the scenarios start from; each has inventories of its own. */
let inventory1: string;
let inventory2: string;
let inventory3: string;
beforeEach(async () => {
  [inventory1, inventory2, inventory3] = (await Promise.all(
    ['inventory1', 'inventory2', 'inventory3'].map(async (name) => await zone.inventory(owner, name)),
  )) as [string, string, string];
  await zone.bringUser(owner, user1, inventory1);
  await zone.bringGroup(owner, owner, group2, inventory1);
  await zone.bringUser(owner, user1, inventory2);
});

const asUser = (inventoryId: string): string => `/atm_inventories/${inventoryId}/users/${user1.id}`;
const asGroup2 = (): string => `/atm_inventories/${inventory1}/groups/${group2}`;
const forbidden = { status: 403, id: 'forbidden' };

describe('who comes in', () => {
  test('S103 user1 sees the inventory that his group was invited to', async () => {
    expect(await zone.inventoriesOf(user1)).not.toContain(inventory3);
    const token = await zone.invite(owner, { inviteType: 'groupJoinAtmInventory', atmInventoryId: inventory3 });
    const joined = await zone.ask(user1, 'POST', `/groups/${group1}/atm_inventories/join`, { token });
    expect(joined).toMatchObject({ status: 201, json: undefined });
    expect(joined.location).toMatch(new RegExp(`^https?://[^/]+/api/v3/onezone/groups/${group1}/atm_inventories/${inventory3}$`));
    expect(await zone.inventoriesOf(user1)).toContain(inventory3);
    expect(await zone.get(user1, `/atm_inventories/${inventory3}`)).toMatchObject({ atmInventoryId: inventory3, name: 'inventory3' });
  });

  test('S104 he sees the new name of an inventory that was renamed after his group joined it', async () => {
    await zone.bringGroup(owner, user1, group1, inventory1);
    await zone.change(owner, 'PATCH', `/atm_inventories/${inventory1}`, { name: 'renamed_inventory1' });
    expect((await zone.get(user1, `/user/effective_atm_inventories/${inventory1}`)).name).toBe('renamed_inventory1');
    expect((await zone.get(user1, `/groups/${group1}/atm_inventories/${inventory1}`)).name).toBe('renamed_inventory1');
  });

  test('S112b who joins by an invitation with default settings may only view', async () => {
    const guest = await zone.person('guest');
    await zone.bringUser(owner, guest, inventory3);
    const members = `/atm_inventories/${inventory3}`;
    expect((await zone.get(owner, `${members}/users`)).users.toSorted()).toEqual([owner.id, guest.id].toSorted());
    expect(await zone.get(owner, `${members}/users/${guest.id}/privileges`)).toEqual({ privileges: inventoryPrivilege('view') });
  });

  test('S112c the same holds for a group, and its user sees the inventory', async () => {
    await zone.bringGroup(owner, user1, group1, inventory3);
    const members = `/atm_inventories/${inventory3}`;
    expect(await zone.get(owner, `${members}/groups`)).toEqual({ groups: [group1] });
    expect(await zone.get(owner, `${members}/groups/${group1}/privileges`)).toEqual({ privileges: inventoryPrivilege('view') });
    expect(await zone.inventoriesOf(user1)).toContain(inventory3);
    expect(await zone.get(user1, `${members}/effective_users/${user1.id}/privileges`)).toEqual({ privileges: inventoryPrivilege('view') });
  });
});

describe('inviting', () => {
  test.each([
    ['S110 a user', 'userJoinAtmInventory', 'add_user'],
    ['S111a a group', 'groupJoinAtmInventory', 'add_group'],
  ])('%s takes the privilege to add one', async (_title, inviteType, privilege) => {
    const invitation = { inviteType, atmInventoryId: inventory1 };
    const refused = await zone.askToInvite(user1, invitation);
    expect(refused).toMatchObject({ status: 400, id: 'inviteTokenSubjectNotAuthorized' });
    await zone.grant(owner, asUser(inventory1), ...inventoryPrivilege(privilege));
    const token = await zone.invite(user1, invitation);
    const { json } = await zone.ask(null, 'POST', '/tokens/verify_invite_token', { token, expectedInviteType: inviteType });
    expect(json).toEqual({ subject: { type: 'user', id: user1.id }, ttl: null });
  });

  test('S110a an invitation to an inventory that was removed is refused, and names it', async () => {
    const guest = await zone.person('late');
    const token = await zone.invite(owner, { inviteType: 'userJoinAtmInventory', atmInventoryId: inventory2 });
    await zone.change(owner, 'DELETE', `/atm_inventories/${inventory2}`);
    const joined = await zone.ask(guest, 'POST', '/user/atm_inventories/join', { token });
    expect(joined).toMatchObject({ status: 400, id: 'inviteTokenTargetIdInvalid', details: { id: inventory2 } });
    expect(joined.json.error.description).toContain(inventory2);
    expect(await zone.inventoriesOf(guest)).toEqual([]);
  });
});

describe('what a member may do', () => {
  test('S105 without "View inventory" the members are not shown; the inventory stays in the list', async () => {
    const members = `/atm_inventories/${inventory2}/users`;
    expect((await zone.ask(user1, 'GET', members)).status).toBe(200);
    await zone.revoke(owner, asUser(inventory2), ...inventoryPrivilege('view'));
    expect(await zone.ask(user1, 'GET', members)).toMatchObject(forbidden);
    expect(await zone.ask(user1, 'GET', `/atm_inventories/${inventory2}/groups`)).toMatchObject(forbidden);
    // The protected data stay readable (schemas R36).
    expect(await zone.inventoriesOf(user1)).toContain(inventory2);
    expect(await zone.get(user1, `/atm_inventories/${inventory2}`)).toMatchObject({ name: 'inventory2' });
  });

  test('S106 user1 renames once he may, and both see it', async () => {
    const path = `/atm_inventories/${inventory1}`;
    expect(await zone.ask(user1, 'PATCH', path, { name: 'new_name' })).toMatchObject(forbidden);
    expect((await zone.get(owner, path)).name).toBe('inventory1');
    await zone.grant(owner, asUser(inventory1), ...inventoryPrivilege('update'));
    expect((await zone.ask(user1, 'PATCH', path, { name: 'new_name' })).status).toBe(204);
    for (const person of [owner, user1]) expect((await zone.get(person, `/user${path}`)).name).toBe('new_name');
  });

  test('S107 user1 removes the inventory once he may, and it is gone for both', async () => {
    const path = `/atm_inventories/${inventory1}`;
    expect(await zone.ask(user1, 'DELETE', path)).toMatchObject(forbidden);
    await zone.grant(owner, asUser(inventory1), ...inventoryPrivilege('delete'));
    expect((await zone.ask(user1, 'DELETE', path)).status).toBe(204);
    for (const person of [owner, user1]) {
      expect(await zone.inventoriesOf(person)).not.toContain(inventory1);
      expect(await zone.ask(person, 'GET', path)).toMatchObject({ status: 404, id: 'notFound' });
    }
  });

  test('S108 user1 sees privileges once he may; his own always', async () => {
    const ofOwner = `/atm_inventories/${inventory1}/users/${owner.id}/privileges`;
    expect(await zone.get(user1, `${asUser(inventory1)}/privileges`)).toEqual({ privileges: inventoryPrivilege('view') });
    expect(await zone.ask(user1, 'GET', ofOwner)).toMatchObject(forbidden);
    await zone.grant(owner, asUser(inventory1), ...inventoryPrivilege('view_privileges'));
    const own = inventoryPrivilege('view', 'view_privileges');
    expect(await zone.get(user1, `${asUser(inventory1)}/privileges`)).toEqual({ privileges: own });
    expect(await zone.get(user1, ofOwner)).toEqual({ privileges: (await zone.get(user1, '/atm_inventories/privileges')).admin });
  });

  test('S109 user1 gives up his own privilege to set privileges', async () => {
    await zone.grant(owner, asUser(inventory1), ...inventoryPrivilege('view_privileges', 'set_privileges'));
    await zone.revoke(user1, asUser(inventory1), ...inventoryPrivilege('set_privileges'));
    const kept = inventoryPrivilege('view', 'view_privileges');
    expect(await zone.get(user1, `${asUser(inventory1)}/privileges`)).toEqual({ privileges: kept });
    const again = await zone.ask(user1, 'PATCH', `${asUser(inventory1)}/privileges`, { grant: inventoryPrivilege('set_privileges') });
    expect(again).toMatchObject(forbidden);
  });

  test('S111 user1 removes the owner once he may; the owner no longer sees the inventory', async () => {
    const path = `/atm_inventories/${inventory2}/users/${owner.id}`;
    expect(await zone.ask(user1, 'DELETE', path)).toMatchObject(forbidden);
    await zone.grant(owner, asUser(inventory2), ...inventoryPrivilege('remove_user'));
    expect((await zone.ask(user1, 'DELETE', path)).status).toBe(204);
    expect(await zone.inventoriesOf(owner)).not.toContain(inventory2);
    expect((await zone.ask(owner, 'GET', `/user/atm_inventories/${inventory2}`)).status).toBe(404);
    expect(await zone.ask(owner, 'GET', `/atm_inventories/${inventory2}`)).toMatchObject(forbidden);
  });

  test('S111b user1 removes group2 by what he may through it', async () => {
    expect(await zone.ask(user1, 'DELETE', asGroup2())).toMatchObject(forbidden);
    await zone.grant(owner, asGroup2(), ...inventoryPrivilege('remove_group'));
    expect((await zone.ask(user1, 'DELETE', asGroup2())).status).toBe(204);
    expect(await zone.get(owner, `/atm_inventories/${inventory1}/groups`)).toEqual({ groups: [] });
  });

  test('S112 user1 adds a lambda revision once his group manages lambdas', async () => {
    const [supplement] = Object.values(scenarioDump('echo').revision.supplementaryAtmLambdas as Record<string, Record<string, any>>);
    const { revision } = Object.values(supplement ?? {})[0];
    const lambdaId = await zone.make(owner, '/atm_lambdas', { atmInventoryId: inventory1, revision });
    const second = { ...(await zone.get(owner, `/atm_lambdas/${lambdaId}`)).revisionRegistry['1'], name: 'Lambda2' };
    const add = async () => await zone.ask(user1, 'PUT', `/atm_lambdas/${lambdaId}/revision/2`, { atmLambdaRevision: second });
    expect(await add()).toMatchObject(forbidden);
    await zone.grant(owner, asGroup2(), ...inventoryPrivilege('manage_lambdas'));
    expect((await add()).status).toBe(204);
    const { revisionRegistry } = await zone.get(owner, `/atm_lambdas/${lambdaId}`);
    expect(Object.keys(revisionRegistry)).toEqual(['1', '2']);
    expect(revisionRegistry['2'].name).toBe('Lambda2');
  });

  test('S112a user1 renames a workflow once his group manages workflow schemas', async () => {
    const schemaId = await zone.make(owner, '/atm_workflow_schemas', { ...scenarioDump('echo'), atmInventoryId: inventory1 });
    const rename = async () => await zone.ask(user1, 'PATCH', `/atm_workflow_schemas/${schemaId}`, { name: 'Workflow Renamed' });
    expect(await rename()).toMatchObject(forbidden);
    await zone.grant(owner, asGroup2(), ...inventoryPrivilege('manage_workflow_schemas'));
    expect((await rename()).status).toBe(204);
    expect((await zone.get(owner, `/atm_workflow_schemas/${schemaId}`)).name).toBe('Workflow Renamed');
  });
});

describe('S113 effective privileges are those of the member and of all groups above (ui-and-scenarios R66)', () => {
  const schema = ['manage_lambdas', 'manage_workflow_schemas'];
  const management = ['delete', 'set_privileges', 'update', 'view', 'view_privileges'];
  const ofUsers = ['add_user', 'remove_user'];
  const ofGroups = ['add_group', 'remove_group'];
  let inventory: string;
  const members: Record<string, string> = {};

  beforeAll(async () => {
    inventory = await zone.inventory(owner, 'inventory of groups');
    for (const name of ['child_group1', 'child_group2', 'parent_group1', 'parent_group2']) members[name] = await zone.group(owner, name);
    for (const parent of ['parent_group1', 'parent_group2'])
      for (const child of ['child_group1', 'child_group2'])
        await zone.change(owner, 'PUT', `/groups/${members[parent]}/children/${members[child]}`);
    const [user2, user3] = [await zone.person('user2'), await zone.person('user3')];
    Object.assign(members, { user2: user2.id, user3: user3.id });
    await zone.bringUser(owner, user2, inventory, inventoryPrivilege(...schema));
    await zone.bringIntoGroup(owner, user2, members['parent_group1']!);
    await zone.bringIntoGroup(owner, user3, members['parent_group1']!);
    await zone.bringIntoGroup(owner, user3, members['parent_group2']!);
    await zone.bringGroup(owner, owner, members['child_group1']!, inventory, inventoryPrivilege(...schema, ...ofUsers));
    await zone.bringGroup(owner, owner, members['parent_group1']!, inventory, inventoryPrivilege(...management));
    await zone.bringGroup(owner, owner, members['parent_group2']!, inventory, inventoryPrivilege(...ofGroups));
  });

  test.each([
    ['S113a', 'groups', 'child_group1', [...schema, ...ofUsers], [...management, ...schema, ...ofUsers, ...ofGroups]],
    ['S113b', 'users', 'user2', schema, [...management, ...schema]],
    ['S113c', 'groups', 'child_group2', null, [...management, ...ofGroups]],
    ['S113d', 'users', 'user3', null, [...management, ...ofGroups]],
  ] as const)('%s those of the %s %s', async (_title, kind, name, direct, effective) => {
    const path = (reach: string): string => `/atm_inventories/${inventory}/${reach}${kind}/${members[name]}/privileges`;
    const own = await zone.ask(owner, 'GET', path(''));
    if (direct === null) expect(own).toMatchObject({ status: 404, id: 'notFound' });
    else expect(own).toMatchObject({ status: 200, json: { privileges: inventoryPrivilege(...direct) } });
    expect(await zone.get(owner, path('effective_'))).toEqual({ privileges: inventoryPrivilege(...effective) });
  });
});
