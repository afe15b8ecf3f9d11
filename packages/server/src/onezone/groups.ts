/**
 * Groups of users and the spaces they are in (rest §8.1, §8.6, §8.9), as far as values of workflows name them: a group has a
 * name and a type, and is managed by who made it and by zone administrators.
 */
import { groupTypes, type Group } from '@laneway/engine';
import { enumField, entityNameField, makeError } from '@laneway/model';
import { forbidden, hasZonePrivilege, notFound, type UserIdentity } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { zoneData } from '../http/fields.ts';
import { Refusal } from '../http/refusal.ts';
import { created, json, noContent, type Call, type Route } from '../http/route.ts';
import { holdsInSpace } from '../oneprovider/access.ts';
import { requireZonePrivilege, requireZoneUser } from './access.ts';

const prefix = '/api/v3/onezone';

function groupJson({ id, name, type, creatorUserId, creationTime }: Group): Readonly<Record<string, unknown>> {
  return { groupId: id, name, type, creator: { type: 'user', id: creatorUserId }, creationTime };
}

async function createGroup(deps: ServerDeps, call: Call, user: UserIdentity): ReturnType<Route['handle']> {
  const { name, type } = zoneData(call.body, { required: { name: entityNameField }, optional: { type: enumField(groupTypes) } });
  const id = await deps.registry.createGroup({ name, type: type ?? 'team', creatorUserId: user.account.id });
  return created(`${call.baseUrl}${prefix}/groups/${id}`);
}

/** 404 → 401 → 403: the creator, and zone administrators with the privilege. */
async function requireGroup(deps: ServerDeps, call: Call, zone: string): Promise<Group> {
  const group = await deps.registry.group(call.param('gid'));
  if (group === null) throw notFound();
  const user = requireZoneUser(call, `od_group.${group.id}.instance:private`);
  if (group.creatorUserId !== user.account.id && !hasZonePrivilege(user, zone)) throw forbidden();
  return group;
}

/** 404 → 401 → 403: members of the space with the privilege, and zone administrators. */
async function requireSpace(deps: ServerDeps, call: Call, privilege: string, zone: string): Promise<UserIdentity> {
  const spaceId = call.param('id');
  if ((await deps.spaces.get(spaceId)) === null) throw notFound();
  const user = requireZoneUser(call, `od_space.${spaceId}.groups:private`);
  const holds = await holdsInSpace(deps, user.account.id, spaceId, privilege);
  if (!holds && !hasZonePrivilege(user, zone)) throw forbidden();
  return user;
}

/** A relation that does not exist is 404 before anything else (rest R111). */
async function requireRelation(deps: ServerDeps, call: Call): Promise<Group> {
  const inSpace = await deps.registry.groupsOfSpace(call.param('id'));
  const group = inSpace.includes(call.param('gid')) ? await deps.registry.group(call.param('gid')) : null;
  if (group === null) throw notFound();
  return group;
}

async function addToSpace(deps: ServerDeps, call: Call): ReturnType<Route['handle']> {
  const user = await requireSpace(deps, call, 'space_add_group', 'oz_spaces_add_relationships');
  const [spaceId, groupId] = [call.param('id'), call.param('gid')];
  const group = await deps.registry.group(groupId);
  if (group === null) throw new Refusal(makeError('badValueIdNotFound', { key: 'groupId' }));
  // A group is brought along by who made it; anybody's by an administrator.
  if (group.creatorUserId !== user.account.id && !hasZonePrivilege(user, 'oz_groups_add_relationships')) throw forbidden();
  if (!(await deps.registry.addGroupToSpace({ spaceId, groupId }))) {
    const relation = { childType: 'group', childId: groupId, parentType: 'space', parentId: spaceId };
    throw new Refusal(makeError('relationAlreadyExists', relation));
  }
  return created(`${call.baseUrl}${prefix}/spaces/${spaceId}/groups/${groupId}`);
}

function spaceGroupRoutes(deps: ServerDeps): Route[] {
  const one = '/spaces/{id}/groups/{gid}';
  return [
    {
      prefix,
      method: 'GET',
      path: '/spaces/{id}/groups',
      operationId: 'list_space_groups',
      summary: 'List the groups of a space',
      body: 'none',
      handle: async (call) => {
        await requireSpace(deps, call, 'space_view', 'oz_spaces_list_relationships');
        return json({ groups: await deps.registry.groupsOfSpace(call.param('id')) });
      },
    },
    {
      prefix,
      method: 'GET',
      path: one,
      operationId: 'get_space_group',
      summary: 'Get a group of a space',
      body: 'none',
      handle: async (call) => {
        const group = await requireRelation(deps, call);
        await requireSpace(deps, call, 'space_view', 'oz_groups_view');
        return json(groupJson(group));
      },
    },
    {
      prefix,
      method: 'PUT',
      path: one,
      operationId: 'add_group_to_space',
      summary: 'Add a group to a space',
      body: 'json',
      handle: async (call) => await addToSpace(deps, call),
    },
    {
      prefix,
      method: 'DELETE',
      path: one,
      operationId: 'remove_space_group',
      summary: 'Remove a group from a space',
      body: 'none',
      handle: async (call) => {
        await requireRelation(deps, call);
        await requireSpace(deps, call, 'space_remove_group', 'oz_spaces_remove_relationships');
        await deps.registry.removeGroupFromSpace({ spaceId: call.param('id'), groupId: call.param('gid') });
        return noContent;
      },
    },
  ];
}

export function groupRoutes(deps: ServerDeps): Route[] {
  const nameAndType = [
    { name: 'name', in: 'body', text: 'required' },
    { name: 'type', in: 'body', text: `${groupTypes.join(', ')}; default team` },
  ] as const;
  return [
    {
      prefix,
      method: 'POST',
      path: '/user/groups',
      operationId: 'create_user_group',
      summary: 'Create a group',
      body: 'json',
      parameters: nameAndType,
      handle: async (call) => await createGroup(deps, call, requireZoneUser(call, 'od_group.null.instance:private')),
    },
    {
      prefix,
      method: 'POST',
      path: '/groups',
      operationId: 'create_group',
      summary: 'Create a group, as an administrator',
      body: 'json',
      parameters: nameAndType,
      handle: async (call) =>
        await createGroup(deps, call, requireZonePrivilege(call, 'od_group.null.instance:private', 'oz_groups_create')),
    },
    {
      prefix,
      method: 'GET',
      path: '/user/groups',
      operationId: 'list_user_groups',
      summary: 'List the groups that the current user made',
      body: 'none',
      handle: async (call) => {
        const user = requireZoneUser(call, 'od_user.self.groups:private');
        return json({ groups: (await deps.registry.groups(user.account.id)).map((group) => group.id) });
      },
    },
    {
      prefix,
      method: 'GET',
      path: '/groups',
      operationId: 'list_groups',
      summary: 'List all groups',
      body: 'none',
      handle: async (call) => {
        requireZonePrivilege(call, 'od_group.null.list:private', 'oz_groups_list');
        return json({ groups: (await deps.registry.groups(null)).map((group) => group.id) });
      },
    },
    {
      prefix,
      method: 'GET',
      path: '/groups/{gid}',
      operationId: 'get_group',
      summary: 'Get a group',
      body: 'none',
      handle: async (call) => json(groupJson(await requireGroup(deps, call, 'oz_groups_view'))),
    },
    {
      prefix,
      method: 'DELETE',
      path: '/groups/{gid}',
      operationId: 'remove_group',
      summary: 'Remove a group',
      body: 'none',
      handle: async (call) => {
        await deps.registry.deleteGroup((await requireGroup(deps, call, 'oz_groups_delete')).id);
        return noContent;
      },
    },
    ...spaceGroupRoutes(deps),
  ];
}
