/** Good requests about spaces, inventories, definitions, and who belongs to them. */
import { lambdaDump, workflowRevisionDump, type Kitchen, type Recipe, type Recipes } from './kitchen.ts';
import { invitation } from './token-recipes.ts';
import { oz, plainDump } from './world.ts';

function named(of: string): Recipe {
  return async ({ next }) => ({ body: { name: `${of} ${next()}` } });
}

/** A new user, in the space or inventory or not yet. */
function newMember(plural: 'spaces' | 'atm_inventories', isIn: boolean, body?: object): Recipe {
  return async ({ world, make }) => {
    const id = plural === 'spaces' ? world.spaceId : world.inventoryId;
    const uid = await make.user();
    if (isIn) await world.hand.ask('PUT', `${oz}/${plural}/${id}/users/${uid}`, {});
    return { params: { id, uid }, ...(body === undefined ? {} : { body }) };
  };
}

/** A new group, in the space or inventory or not yet. */
function newGroup(plural: 'spaces' | 'atm_inventories', isIn: boolean, body?: object): Recipe {
  return async ({ world, make }) => {
    const id = plural === 'spaces' ? world.spaceId : world.inventoryId;
    const gid = await make.group();
    if (isIn) await world.hand.ask('PUT', `${oz}/${plural}/${id}/groups/${gid}`, {});
    return { params: { id, gid }, ...(body === undefined ? {} : { body }) };
  };
}

/** From the side of the group. */
const groupThere: Recipe = async ({ world, make }) => {
  const [gid, aiid] = [await make.group(), world.inventoryId];
  await world.hand.ask('PUT', `${oz}/atm_inventories/${aiid}/groups/${gid}`, {});
  return { params: { gid, aiid } };
};

const ownGroup: Recipe = async ({ make }) => ({ params: { id: await make.group() } });

async function linked({ world, make }: Kitchen): Promise<{ readonly id: string; readonly aiid: string }> {
  const [id, aiid] = [await make.lambda(), await make.inventory()];
  await world.hand.ask('PUT', `${oz}/atm_lambdas/${id}/atm_inventories/${aiid}`, {});
  return { id, aiid };
}

const people: Recipes = {
  create_user: async ({ next }) => ({ body: { fullName: `User ${next()}`, username: `user-${next()}` } }),
  delete_user: async ({ make }) => ({ params: { id: await make.user() } }),
  create_user_space: named('space'),
  create_space: named('space'),
  get_user_space: async ({ world }) => ({ params: { id: world.spaceId } }),
  modify_space: async ({ make, next }) => ({ params: { id: await make.space() }, body: { name: `space ${next()}` } }),
  remove_space: async ({ make }) => ({ params: { id: await make.space() } }),
  create_user_group: named('group'),
  create_group: named('group'),
  get_group: ownGroup,
  remove_group: ownGroup,
  add_group_to_space: newGroup('spaces', false, {}),
  remove_space_group: newGroup('spaces', true),
  update_group_space_privileges: newGroup('spaces', true, { grant: ['space_view_privileges'] }),
  add_group_to_atm_inventory: newGroup('atm_inventories', false, {}),
  get_atm_inventory_group: newGroup('atm_inventories', true),
  remove_atm_inventory_group: newGroup('atm_inventories', true),
  get_effective_atm_inventory_group: newGroup('atm_inventories', true),
  list_group_atm_inventory_privileges: newGroup('atm_inventories', true),
  list_effective_group_atm_inventory_privileges: newGroup('atm_inventories', true),
  update_group_atm_inventory_privileges: newGroup('atm_inventories', true, { grant: ['atm_inventory_update'] }),
  get_group_atm_inventory: groupThere,
  group_leave_atm_inventory: groupThere,
  get_group_effective_atm_inventory: groupThere,
  get_effective_group_atm_inventory_membership_intermediaries: newGroup('atm_inventories', true),
  join_atm_inventory: async (kitchen) => ({
    token: (await kitchen.make.victim()).token,
    body: { token: await invitation(kitchen, 'userJoinAtmInventory') },
  }),
  group_join_atm_inventory: async (kitchen) => ({
    params: { gid: await kitchen.make.group() },
    body: { token: await invitation(kitchen, 'groupJoinAtmInventory') },
  }),
  add_space_user: newMember('spaces', false, {}),
  remove_space_user: newMember('spaces', true),
  update_user_space_privileges: newMember('spaces', true, { grant: ['space_view_privileges'], revoke: ['space_write_data'] }),
  add_atm_inventory_user: newMember('atm_inventories', false, {}),
  remove_atm_inventory_user: newMember('atm_inventories', true),
  update_user_atm_inventory_privileges: newMember('atm_inventories', true, { grant: ['atm_inventory_update'] }),
};

const inventories: Recipes = {
  create_user_atm_inventory: named('inventory'),
  create_atm_inventory: named('inventory'),
  modify_atm_inventory: async ({ make, next }) => ({ params: { id: await make.inventory() }, body: { name: `inventory ${next()}` } }),
  remove_atm_inventory: async ({ make }) => ({ params: { id: await make.inventory() } }),
  leave_atm_inventory: async ({ make }) => ({ params: { aiid: await make.inventory() } }),
};

const definitions: Recipes = {
  create_atm_lambda: async ({ world }) => ({ body: { ...lambdaDump(), atmInventoryId: world.inventoryId } }),
  modify_atm_lambda: async ({ make, next }) => {
    const { revision } = lambdaDump();
    return { params: { id: await make.lambda() }, body: { revision: { ...revision, originalRevisionNumber: next() + 1 } } };
  },
  link_atm_lambda: async ({ make }) => ({ params: { id: await make.lambda(), aiid: await make.inventory() } }),
  unlink_atm_lambda: async (kitchen) => ({ params: await linked(kitchen) }),
  dump_atm_lambda: async () => ({ body: { includeRevision: 1 } }),
  insert_atm_lambda_revision: async ({ make, next }) => ({
    params: { id: await make.lambda(), rid: String(next() + 1) },
    body: lambdaDump().revision,
  }),
  modify_atm_lambda_revision: async ({ make, random }) => ({
    params: { id: await make.lambda() },
    body: { state: random.pick(['draft', 'stable', 'deprecated']) },
  }),
  create_atm_workflow_schema: async ({ world, next }) => ({
    body: { ...plainDump, name: `schema ${next()}`, atmInventoryId: world.inventoryId },
  }),
  modify_atm_workflow_schema: async ({ make, next }) => ({ params: { id: await make.schema() }, body: { name: `schema ${next()}` } }),
  remove_atm_workflow_schema: async ({ make }) => ({ params: { id: await make.schema() } }),
  dump_atm_workflow_schema: async () => ({ body: { includeRevision: 1 } }),
  insert_atm_workflow_schema_revision: async ({ make, random }) => ({
    params: { id: await make.schema(), rid: random.pick(['auto', '2', '3']) },
    body: workflowRevisionDump(),
  }),
  remove_atm_workflow_schema_revision: async ({ make }) => ({ params: { id: await make.schema(), rid: '1' } }),
};

export const zoneRecipes: Recipes = { ...people, ...inventories, ...definitions };
