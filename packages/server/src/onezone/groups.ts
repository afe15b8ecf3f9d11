/** Groups themselves (rest §8.7); who belongs to them and what they belong to is in relations/. */
import { groupPrivileges, groupTypes, type Group } from '@laneway/engine';
import { entityNameField, enumField } from '@laneway/model';
import { forbidden, hasZonePrivilege, notFound } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { zoneData } from '../http/fields.ts';
import { json, noContent, type Call, type Route } from '../http/route.ts';
import { requireZonePrivilege, requireZoneUser } from './access.ts';
import { groupJson } from './entity-json.ts';
import { groupParameters } from './group-fields.ts';

/** 404 → 401 → 403: members with the privilege (`null`: any member), and administrators. */
async function requireGroup(deps: ServerDeps, call: Call, privilege: string | null, zone: string): Promise<Group> {
  const group = await deps.registry.groups.get(call.param('id'));
  if (group === null) throw notFound();
  const user = requireZoneUser(call, `group.${group.id}.instance:private`);
  const self = await deps.registry.members.effective({ type: 'group', id: group.id }, { type: 'user', id: user.account.id });
  const allowed = self !== null && (privilege === null || self.privileges.includes(privilege));
  if (!allowed && !hasZonePrivilege(user, zone)) throw forbidden();
  return group;
}

async function update(deps: ServerDeps, call: Call): ReturnType<Route['handle']> {
  const group = await requireGroup(deps, call, 'group_update', 'oz_groups_update');
  const optional = { name: entityNameField, type: enumField(groupTypes) };
  const { name, type } = zoneData(call.body, { optional, atLeastOne: ['name', 'type'] });
  if (!(await deps.registry.groups.update(group.id, { name: name ?? null, type: type ?? null }))) throw notFound();
  return noContent;
}

export function groupRoutes(deps: ServerDeps): Route[] {
  const route = (rest: Omit<Route, 'prefix'>): Route => ({ prefix: '/api/v3/onezone', ...rest });
  return [
    route({
      method: 'GET',
      path: '/groups',
      operationId: 'list_groups',
      summary: 'List all groups',
      body: 'none',
      handle: async (call) => {
        requireZonePrivilege(call, 'group.null.list:private', 'oz_groups_list');
        return json({ groups: await deps.registry.groups.list() });
      },
    }),
    route({
      method: 'GET',
      path: '/groups/privileges',
      operationId: 'list_group_privileges',
      summary: 'Get the privilege sets of groups',
      body: 'none',
      handle: async () => json(groupPrivileges),
    }),
    route({
      method: 'GET',
      path: '/groups/{id}',
      operationId: 'get_group',
      summary: 'Get a group',
      body: 'none',
      handle: async (call) => json(groupJson(await requireGroup(deps, call, null, 'oz_groups_view'))),
    }),
    route({
      method: 'PATCH',
      path: '/groups/{id}',
      operationId: 'modify_group',
      summary: 'Change the name or the type of a group',
      body: 'json',
      parameters: groupParameters.map(({ name, in: where }) => ({ name, in: where, text: 'one of the two at least' })),
      handle: async (call) => await update(deps, call),
    }),
    route({
      method: 'DELETE',
      path: '/groups/{id}',
      operationId: 'remove_group',
      summary: 'Remove a group',
      body: 'none',
      handle: async (call) => {
        await deps.registry.groups.delete((await requireGroup(deps, call, 'group_delete', 'oz_groups_delete')).id);
        return noContent;
      },
    }),
  ];
}
