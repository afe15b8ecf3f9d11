/** Good requests about groups: what belongs to them, and what they belong to. What they change is made for it. */
import type { Kitchen, Recipe, Recipes } from './kitchen.ts';
import { oz } from './world.ts';

const named: Recipe = async ({ make, next }) => ({ params: { id: await make.group() }, body: { name: `group ${next()}` } });

/** A new group with somebody in it, or not yet. */
function withUser(isIn: boolean, body?: object): Recipe {
  return async ({ world, make }) => {
    const [id, uid] = [await make.group(), await make.user()];
    if (isIn) await world.hand.ask('PUT', `${oz}/groups/${id}/users/${uid}`, {});
    return { params: { id, uid }, ...(body === undefined ? {} : { body }) };
  };
}

/** A new group with another below it, or not yet. */
function withChild(isIn: boolean, body?: object): Recipe {
  return async ({ world, make }) => {
    const [id, gid] = [await make.group(), await make.group()];
    if (isIn) await world.hand.ask('PUT', `${oz}/groups/${id}/children/${gid}`, {});
    return { params: { id, gid }, ...(body === undefined ? {} : { body }) };
  };
}

/** From below: the group of the path belongs to another. */
const below: Recipe = async (kitchen) => {
  const { params } = await withChild(true)(kitchen, true);
  return { params: { id: params?.['gid'] ?? '', gid: params?.['id'] ?? '' } };
};

/** From the side of a group that belongs to a space. */
const inSpace: Recipe = async ({ world, make }) => {
  const [gid, sid] = [await make.group(), world.spaceId];
  await world.hand.ask('PUT', `${oz}/spaces/${sid}/groups/${gid}`, {});
  return { params: { gid, sid } };
};

/** As somebody who belongs to a space or group. */
function leaving(plural: 'spaces' | 'groups', param: 'sid' | 'gid'): Recipe {
  return async ({ world, make }) => {
    const [victim, id] = [await make.victim(), plural === 'spaces' ? world.spaceId : await make.group()];
    await world.hand.ask('PUT', `${oz}/${plural}/${id}/users/${victim.id}`, {});
    return { token: victim.token, params: { [param]: id } };
  };
}

async function invitation(kitchen: Kitchen, invited: 'user' | 'group'): Promise<string> {
  const { token } = await kitchen.world.hand.json('POST', `${oz}/spaces/${await kitchen.make.space()}/${invited}s/token`, {});
  return String(token);
}

const privileges = { grant: ['group_update'], revoke: ['group_view'] } as const;

export const groupRecipes: Recipes = {
  modify_group: named,
  create_group_parent: named,
  create_group_child: named,
  create_group_space: async ({ make, next }) => ({ params: { gid: await make.group() }, body: { name: `space ${next()}` } }),
  create_space_group: async ({ make, next }) => ({ params: { id: await make.space() }, body: { name: `group ${next()}` } }),
  create_atm_inventory_group: async ({ make, next }) => ({ params: { id: await make.inventory() }, body: { name: `group ${next()}` } }),
  group_leave_space: inSpace,
  leave_space: leaving('spaces', 'sid'),
  leave_group: leaving('groups', 'gid'),
  get_group_parent: below,
  get_group_effective_parent: below,
  group_leave_parent: below,
  get_group_user: withUser(true),
  get_effective_group_user: withUser(true),
  list_user_group_privileges: withUser(true),
  list_effective_user_group_privileges: withUser(true),
  get_effective_user_group_membership_intermediaries: withUser(true),
  add_group_user: withUser(false, {}),
  remove_group_user: withUser(true),
  update_user_group_privileges: withUser(true, privileges),
  get_group_child: withChild(true),
  get_effective_group_child: withChild(true),
  list_child_group_privileges: withChild(true),
  list_effective_child_group_privileges: withChild(true),
  get_effective_child_group_membership_intermediaries: withChild(true),
  add_group_child: withChild(false, {}),
  remove_group_child: withChild(true),
  update_child_group_privileges: withChild(true, privileges),
  join_space: async (kitchen) => ({
    token: (await kitchen.make.victim()).token,
    body: { token: await invitation(kitchen, 'user') },
  }),
  group_join_space: async (kitchen) => ({
    params: { gid: await kitchen.make.group() },
    body: { token: await invitation(kitchen, 'group') },
  }),
  join_group: async ({ world, make, next }) => {
    const inviteToken = { inviteType: 'userJoinGroup', groupId: await make.group() };
    const { token } = await world.hand.json('POST', `${oz}/user/tokens/named`, { name: `invitation ${next()}`, type: { inviteToken } });
    return { token: (await make.victim()).token, body: { token } };
  },
};
