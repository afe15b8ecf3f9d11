/** Stories about members and privileges; where the story uses an invitation, an administrator adds instead (S103–S113, S116). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { groupPrivileges, inventoryPrivileges } from '@laneway/engine';
import { databaseKinds } from '../../../test/support/databases.ts';
import { oz, Relations } from './support/relations.ts';
import { lambdaRevision, newWorld, workflowRevision, type Person, type World } from './support/world.ts';

const inventoriesPath = `${oz}/atm_inventories`;
const named = (...names: readonly string[]): string[] => names.map((name) => `atm_inventory_${name}`).toSorted();

describe.each(databaseKinds)('members of inventories on $name', (kind) => {
  let world: World;
  let relations: Relations;
  let owner: Person;
  let user1: Person;
  let group1: string;
  let group2: string;
  let inventories: readonly [string, string, string];

  beforeEach(async () => {
    world = await newWorld({}, kind);
    relations = new Relations(world);
    owner = await world.person('Owner');
    user1 = await world.person('User One');
    group1 = await relations.group(user1, 'group1');
    group2 = await relations.group(owner, 'group2');
    await relations.join(`groups/${group2}/users/${user1.id}`);
    inventories = [await world.inventory(owner), await world.inventory(owner), await world.inventory(owner)];
    await relations.join(`atm_inventories/${inventories[0]}/users/${user1.id}`);
    await relations.join(`atm_inventories/${inventories[0]}/groups/${group2}`);
    await relations.join(`atm_inventories/${inventories[1]}/users/${user1.id}`);
  });
  afterEach(async () => await world.close());

  const grantUser1 = async (inventoryId: string, ...names: readonly string[]): Promise<void> => {
    expect(await relations.grant(`atm_inventories/${inventoryId}/users/${user1.id}`, owner, ...named(...names))).toBe(204);
  };
  const grantGroup2 = async (...names: readonly string[]): Promise<void> => {
    expect(await relations.grant(`atm_inventories/${inventories[0]}/groups/${group2}`, owner, ...named(...names))).toBe(204);
  };
  const nameFor = async (person: Person, inventoryId: string): Promise<unknown> =>
    (await world.get(`${oz}/user/effective_atm_inventories/${inventoryId}`, person)).body.name;

  it('a group comes in, and its user sees the inventory under its new name, too (S103, S104)', async () => {
    const [, , inventory3] = inventories;
    const seen = `${oz}/user/effective_atm_inventories`;
    expect((await world.get(seen, user1)).body.atm_inventories).not.toContain(inventory3);
    await relations.join(`atm_inventories/${inventory3}/groups/${group1}`);
    expect((await world.get(seen, user1)).body.atm_inventories).toContain(inventory3);
    expect((await world.get(`${inventoriesPath}/${inventory3}`, user1)).status).toBe(200);
    expect((await world.send('PATCH', `${inventoriesPath}/${inventory3}`, owner, { name: 'renamed_inventory' })).status).toBe(204);
    expect(await nameFor(user1, inventory3)).toBe('renamed_inventory');
    // What came by default is no more than to view (S112b, S112c).
    const held = await world.get(`${inventoriesPath}/${inventory3}/effective_users/${user1.id}/privileges`, user1);
    expect(held.body.privileges).toEqual(named('view'));
  });

  it('without view its members are not shown (S105)', async () => {
    const url = `${inventoriesPath}/${inventories[1]}/users`;
    expect((await world.get(url, user1)).status).toBe(200);
    await world.send('PATCH', `${url}/${user1.id}/privileges`, owner, { revoke: named('view') });
    expect((await world.get(url, user1)).status).toBe(403);
  });

  it('a member renames and removes the inventory once he may (S106, S107, schemas R33, R34)', async () => {
    const url = `${inventoriesPath}/${inventories[0]}`;
    expect((await world.send('PATCH', url, user1, { name: 'mine' })).error).toBe('forbidden');
    await grantUser1(inventories[0], 'update');
    expect((await world.send('PATCH', url, user1, { name: 'mine' })).status).toBe(204);
    expect([await nameFor(owner, inventories[0]), await nameFor(user1, inventories[0])]).toEqual(['mine', 'mine']);
    expect((await world.send('DELETE', url, user1)).error).toBe('forbidden');
    await grantUser1(inventories[0], 'delete');
    expect((await world.send('DELETE', url, user1)).status).toBe(204);
    for (const person of [owner, user1]) {
      expect((await world.get(`${oz}/user/effective_atm_inventories`, person)).body.atm_inventories).not.toContain(inventories[0]);
    }
    expect((await world.get(`${oz}/groups/${group2}/atm_inventories`, owner)).body.atm_inventories).toEqual([]);
  });

  it('a member sees privileges, and gives up his own to set them (S108, S109)', async () => {
    const url = `${inventoriesPath}/${inventories[0]}/users`;
    expect((await world.get(`${url}/${owner.id}/privileges`, user1)).error).toBe('forbidden');
    await grantUser1(inventories[0], 'view_privileges', 'set_privileges');
    expect((await world.get(`${url}/${owner.id}/privileges`, user1)).body.privileges).toEqual(inventoryPrivileges.admin);
    const own = `${url}/${user1.id}/privileges`;
    expect((await world.send('PATCH', own, user1, { revoke: named('set_privileges') })).status).toBe(204);
    expect((await world.get(own, user1)).body.privileges).toEqual(named('view', 'view_privileges'));
    expect((await world.send('PATCH', own, user1, { grant: named('set_privileges') })).error).toBe('forbidden');
  });

  it('a member removes the owner, and a group by what he holds through it (S111, S111b)', async () => {
    const url = `${inventoriesPath}/${inventories[1]}/users/${owner.id}`;
    expect((await world.send('DELETE', url, user1)).error).toBe('forbidden');
    await grantUser1(inventories[1], 'remove_user');
    expect((await world.send('DELETE', url, user1)).status).toBe(204);
    expect((await world.get(`${oz}/user/atm_inventories/${inventories[1]}`, owner)).status).toBe(404);
    const group = `${inventoriesPath}/${inventories[0]}/groups/${group2}`;
    expect((await world.send('DELETE', group, user1)).error).toBe('forbidden');
    await grantGroup2('remove_group');
    expect((await world.send('DELETE', group, user1)).status).toBe(204);
  });

  it('lambdas and workflows are managed through a group (S112, S112a, rest R99)', async () => {
    const parts = { inventoryId: inventories[0], originalAtmLambdaId: null, creatorId: owner.id } as const;
    const lambdaId = (await world.registry.createLambda({ ...parts, revisions: [[1, lambdaRevision('one')]] }))!;
    const { body: exported } = await world.post(`${oz}/atm_lambdas/${lambdaId}/dump`, user1, { includeRevision: 1 });
    const url = `${oz}/atm_lambdas/${lambdaId}/revision/2`;
    expect((await world.send('PUT', url, user1, exported.revision)).error).toBe('forbidden');
    await grantGroup2('manage_lambdas');
    expect((await world.send('PUT', url, user1, exported.revision)).status).toBe(204);
    expect(Object.keys((await world.get(`${oz}/atm_lambdas/${lambdaId}`, owner)).body.revisionRegistry)).toEqual(['1', '2']);
    const body = { atmInventoryId: inventories[0], name: 'workflow' };
    expect((await world.post(`${oz}/atm_workflow_schemas`, user1, body)).error).toBe('forbidden');
    await grantGroup2('manage_workflow_schemas');
    const made = await world.post(`${oz}/atm_workflow_schemas`, user1, body);
    expect(made.status).toBe(201);
    const schema = `${oz}/atm_workflow_schemas/${String(made.headers['location']).split('/').at(-1)}`;
    expect((await world.send('PATCH', schema, user1, { name: 'Workflow Renamed' })).status).toBe(204);
    await relations.leave(`groups/${group2}/users/${user1.id}`);
    expect((await world.send('PATCH', schema, user1, { name: 'again' })).error).toBe('forbidden');
  });

  it('an import links the lambda of an inventory that the user manages through a group (rest R125, schemas R59)', async () => {
    const [, inventory2, inventory3] = inventories;
    const parts = { inventoryId: inventory3, originalAtmLambdaId: null, creatorId: owner.id } as const;
    const lambdaId = (await world.registry.createLambda({ ...parts, revisions: [[1, lambdaRevision('shared')]] }))!;
    await grantUser1(inventory2, 'manage_lambdas', 'manage_workflow_schemas');
    const revision = {
      originalRevisionNumber: 1,
      atmWorkflowSchemaRevision: workflowRevision([[lambdaId, 1]]),
      supplementaryAtmLambdas: {},
    };
    const body = { atmInventoryId: inventory2, name: 'workflow', revision };
    const refused = await world.post(`${oz}/atm_workflow_schemas`, user1, body);
    expect([refused.error, refused.body.error.details.key]).toEqual(['badData', 'tasks']);
    await relations.join(`atm_inventories/${inventory3}/groups/${group1}`, named('manage_lambdas'));
    expect((await world.post(`${oz}/atm_workflow_schemas`, user1, body)).status).toBe(201);
    expect((await world.get(`${inventoriesPath}/${inventory2}/atm_lambdas`, user1)).body.atm_lambdas).toEqual([lambdaId]);
  });
});

describe.each(databaseKinds)('effective privileges on $name (S113)', (kind) => {
  const schema = named('manage_lambdas', 'manage_workflow_schemas');
  const inventory = named('delete', 'set_privileges', 'update', 'view', 'view_privileges');
  const userManagement = named('add_user', 'remove_user');
  const groupManagement = named('add_group', 'remove_group');
  let world: World;
  let relations: Relations;
  let owner: Person;
  let id: string;
  let groups: Readonly<Record<'child1' | 'child2' | 'parent1' | 'parent2', string>>;

  beforeEach(async () => {
    world = await newWorld({}, kind);
    relations = new Relations(world);
    owner = await world.person('Owner');
    id = await world.inventory(owner);
    const made = async (name: string): Promise<string> => await relations.group(owner, name);
    groups = { child1: await made('child1'), child2: await made('child2'), parent1: await made('parent1'), parent2: await made('parent2') };
    for (const parent of [groups.parent1, groups.parent2])
      for (const child of [groups.child1, groups.child2]) await relations.join(`groups/${parent}/children/${child}`);
    await relations.join(`atm_inventories/${id}/groups/${groups.child1}`, [...schema, ...userManagement]);
    await relations.join(`atm_inventories/${id}/groups/${groups.parent1}`, inventory);
    await relations.join(`atm_inventories/${id}/groups/${groups.parent2}`, groupManagement);
  });
  afterEach(async () => await world.close());

  const held = async (path: string): Promise<unknown> => {
    const answer = await world.get(`${inventoriesPath}/${id}/${path}/privileges`, owner);
    return answer.status === 200 ? answer.body.privileges : answer.status;
  };
  const all = (...lists: readonly (readonly string[])[]): string[] => lists.flat().toSorted();

  it('a child group has its own and those of both parents (S113a)', async () => {
    expect(await held(`groups/${groups.child1}`)).toEqual(all(schema, userManagement));
    expect(await held(`effective_groups/${groups.child1}`)).toEqual(all(inventory, schema, userManagement, groupManagement));
  });

  it('a user has his own and those of his group (S113b)', async () => {
    const user2 = await relations.memberOf(groups.parent1);
    await relations.join(`atm_inventories/${id}/users/${user2.id}`, schema);
    expect(await held(`users/${user2.id}`)).toEqual(schema);
    expect(await held(`effective_users/${user2.id}`)).toEqual(all(inventory, schema));
  });

  it('a group that is no direct member has those of its parents (S113c)', async () => {
    expect(await held(`groups/${groups.child2}`)).toBe(404);
    expect(await held(`effective_groups/${groups.child2}`)).toEqual(all(inventory, groupManagement));
  });

  it('a user in both parents has those of both, and nothing directly (S113d)', async () => {
    const user3 = await relations.memberOf(groups.parent1);
    await relations.join(`groups/${groups.parent2}/users/${user3.id}`, groupPrivileges.member);
    expect(await held(`users/${user3.id}`)).toBe(404);
    expect(await held(`effective_users/${user3.id}`)).toEqual(all(inventory, groupManagement));
  });
});
