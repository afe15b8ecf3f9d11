/** Spaces themselves (rest §8.6; `path` and `readonly`: interfaces, Spaces and users over REST). */
import { spacePrivileges, type Space } from '@laneway/engine';
import { entityNameField } from '@laneway/model';
import { forbidden, hasZonePrivilege, notFound, type UserIdentity } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { zoneData } from '../http/fields.ts';
import { need } from '../http/refusal.ts';
import { json, noContent, type Call, type Route } from '../http/route.ts';
import { holdsInSpace } from '../oneprovider/access.ts';
import { requireZonePrivilege, requireZoneUser } from './access.ts';
import { detailFields, detailsOf, marketplaceKeys, requireContact } from './space-fields.ts';
import { spaceJson } from './space-json.ts';

const prefix = '/api/v3/onezone';

/** 404 → 401 → 403: members with the privileges (`null`: any member), and who may do it to any space. */
async function requireSpace(
  deps: ServerDeps,
  call: Call,
  privileges: readonly string[] | null,
  zone: string,
): Promise<{ readonly space: Space; readonly user: UserIdentity }> {
  const space = await deps.spaces.get(call.param('id'));
  if (space === null) throw notFound();
  const user = requireZoneUser(call, `space.${space.id}.instance:private`);
  if (hasZonePrivilege(user, zone)) return { space, user };
  const held = await Promise.all((privileges ?? []).map((privilege) => holdsInSpace(deps, user.account.id, space.id, privilege)));
  const isMember = privileges !== null || (await deps.registry.spaceMember(space.id, user.account.id)) !== null;
  if (!isMember || held.includes(false)) throw forbidden();
  return { space, user };
}

async function update(deps: ServerDeps, call: Call): ReturnType<Route['handle']> {
  const advertises = marketplaceKeys.some((key) => Object.hasOwn(call.body, key));
  const privileges = ['space_update', ...(advertises ? ['space_manage_in_marketplace'] : [])];
  const { space } = await requireSpace(deps, call, privileges, 'oz_spaces_update');
  const optional = { ...detailFields, name: entityNameField };
  const { name, ...data } = zoneData(call.body, { optional, atLeastOne: Object.keys(optional) });
  const details = detailsOf(data);
  if (advertises) requireContact({ ...(await deps.spaces.details(space.id)), ...details });
  need(await deps.spaces.update(space.id, { ...details, ...(name === undefined ? {} : { name }) }));
  return noContent;
}

export function spaceRoutes(deps: ServerDeps): Route[] {
  return [
    {
      prefix,
      method: 'GET',
      path: '/spaces',
      operationId: 'list_spaces',
      summary: 'List all spaces',
      body: 'none',
      handle: async (call) => {
        requireZonePrivilege(call, 'space.null.list:private', 'oz_spaces_list');
        return json({ spaces: (await deps.spaces.list(null)).map((space) => space.id) });
      },
    },
    {
      prefix,
      method: 'GET',
      path: '/spaces/privileges',
      operationId: 'list_space_privileges',
      summary: 'Get the privilege sets of spaces',
      body: 'none',
      handle: async () => json(spacePrivileges),
    },
    {
      prefix,
      method: 'GET',
      path: '/spaces/{id}',
      operationId: 'get_space',
      summary: 'Get a space',
      body: 'none',
      handle: async (call) => {
        const { space, user } = await requireSpace(deps, call, null, 'oz_spaces_view');
        return json(await spaceJson(deps, space, hasZonePrivilege(user, 'oz_spaces_view')));
      },
    },
    {
      prefix,
      method: 'PATCH',
      path: '/spaces/{id}',
      operationId: 'modify_space',
      summary: 'Change a space: its name, and what it tells about itself',
      body: 'json',
      parameters: ['name', ...Object.keys(detailFields)].map((name) => ({ name, in: 'body', text: 'one of these at least' })),
      handle: async (call) => await update(deps, call),
    },
    {
      prefix,
      method: 'DELETE',
      path: '/spaces/{id}',
      operationId: 'remove_space',
      summary: 'Forget a space that has no executions; its directory stays as it is',
      body: 'none',
      handle: async (call) => {
        need(await deps.spaces.delete((await requireSpace(deps, call, ['space_delete'], 'oz_spaces_delete')).space.id));
        return noContent;
      },
    },
  ];
}
