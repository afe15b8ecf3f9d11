/** Spaces (rest §8.6; creation with `path` and `readonly`: interfaces, Spaces and users over REST). */
import { spacePrivileges, type Space } from '@laneway/engine';
import { booleanField, entityNameField, makeError, textField } from '@laneway/model';
import { forbidden, hasZonePrivilege, notFound } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { zoneData } from '../http/fields.ts';
import { need, Refusal } from '../http/refusal.ts';
import { created, json, noContent, type Call, type Route } from '../http/route.ts';
import { holdsInSpace } from '../oneprovider/access.ts';
import { requireZonePrivilege, requireZoneUser } from './access.ts';

const prefix = '/api/v3/onezone';

function spaceJson(deps: ServerDeps, space: Space, showPath: boolean): Readonly<Record<string, unknown>> {
  return {
    spaceId: space.id,
    name: space.name,
    description: '',
    organizationName: '',
    tags: [],
    advertisedInMarketplace: false,
    marketplaceContactEmail: '',
    providers: { [deps.providerId]: 0 },
    supportParametersRegistry: {},
    creator: { type: 'user', id: space.ownerUserId },
    creationTime: space.creationTime,
    readonly: space.readonly,
    ...(showPath ? { path: space.path } : {}),
  };
}

/** 404 → 401 → 403; below `/user/spaces` a space of others is 404. */
async function showSpace(deps: ServerDeps, call: Call, below: 'user' | 'zone'): Promise<Readonly<Record<string, unknown>>> {
  const space = await deps.spaces.get(call.param('id'));
  if (space === null && below === 'zone') throw notFound();
  const user = requireZoneUser(call, `od_space.${call.param('id')}.instance:private`);
  const member = await deps.registry.spaceMember(call.param('id'), user.account.id);
  if (space === null || (member === null && below === 'user')) throw notFound();
  const views = hasZonePrivilege(user, 'oz_spaces_view');
  if (member === null && !views) throw forbidden();
  return spaceJson(deps, space, views);
}

/** 404 → 401 → 403: owners, members with space_delete, and who may delete any space. */
async function requireDeletable(deps: ServerDeps, call: Call): Promise<Space> {
  const space = await deps.spaces.get(call.param('id'));
  if (space === null) throw notFound();
  const user = requireZoneUser(call, `od_space.${space.id}.instance:private`);
  const allowed = await holdsInSpace(deps, user.account.id, space.id, 'space_delete');
  if (!allowed && !hasZonePrivilege(user, 'oz_spaces_delete')) throw forbidden();
  return space;
}

async function createFor(deps: ServerDeps, call: Call): Promise<string> {
  const user = requireZoneUser(call, 'od_space.null.instance:private');
  const administers = hasZonePrivilege(user, 'oz_spaces_create');
  const { name, path, readonly } = zoneData(call.body, {
    required: { name: entityNameField },
    optional: { path: textField({ notEmpty: true }), readonly: booleanField() },
  });
  // Naming a directory of the server is not for everybody.
  if (path !== undefined && !administers) throw forbidden();
  if (path !== undefined) {
    const same = await deps.spaces.findByPath(path);
    if (same !== null) throw new Refusal(makeError('badValueIdentifierOccupied', { key: 'path' }));
  }
  const owner = { ownerUserId: user.account.id, ownerPrivileges: spacePrivileges.admin };
  return need(await deps.spaces.create({ name, path: path ?? null, readonly: readonly ?? false, ...owner })).id;
}

export function spaceRoutes(deps: ServerDeps): Route[] {
  const get = (path: string, operationId: string, summary: string, handle: Route['handle']): Route => ({
    prefix,
    method: 'GET',
    path,
    operationId,
    summary,
    body: 'none',
    handle,
  });
  const listOwn: Route['handle'] = async (call) => {
    const user = requireZoneUser(call, 'od_user.self.spaces:private');
    return json({ spaces: (await deps.registry.spacesOf(user.account.id)).map((membership) => membership.spaceId) });
  };
  return [
    {
      prefix,
      method: 'POST',
      path: '/user/spaces',
      operationId: 'create_user_space',
      summary: 'Create a space for the current user',
      body: 'json',
      parameters: [
        { name: 'name', in: 'body', text: 'required' },
        { name: 'path', in: 'body', text: 'extension, administrators only: an existing directory of the server' },
        { name: 'readonly', in: 'body', text: 'extension: true forbids writing; default false' },
      ],
      handle: async (call) => created(`${call.baseUrl}${prefix}/user/spaces/${await createFor(deps, call)}`),
    },
    get('/user/spaces', 'list_user_spaces', 'List spaces of the current user', listOwn),
    get('/user/effective_spaces', 'list_effective_user_spaces', 'List spaces the current user belongs to', listOwn),
    get('/user/spaces/{id}', 'get_user_space', 'Get a space of the current user', async (call) =>
      json(await showSpace(deps, call, 'user')),
    ),
    get('/spaces', 'list_spaces', 'List all spaces', async (call) => {
      requireZonePrivilege(call, 'od_space.null.list:private', 'oz_spaces_list');
      return json({ spaces: (await deps.spaces.list(null)).map((space) => space.id) });
    }),
    get('/spaces/privileges', 'list_space_privileges', 'Get the privilege sets of spaces', async () => json(spacePrivileges)),
    {
      prefix,
      method: 'DELETE',
      path: '/spaces/{id}',
      operationId: 'remove_space',
      summary: 'Forget a space that has no executions; its directory stays as it is',
      body: 'none',
      handle: async (call) => {
        need(await deps.spaces.delete((await requireDeletable(deps, call)).id));
        return noContent;
      },
    },
    get('/spaces/{id}', 'get_space', 'Get a space', async (call) => json(await showSpace(deps, call, 'zone'))),
  ];
}
