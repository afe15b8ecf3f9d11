/** Spaces as the provider shows them (rest §5.9); tokens for files see those that they reach (rest R32). */
import type { Space } from '@laneway/engine';
import { checkCaveats } from '../auth/caveats.ts';
import { forbidden, requireUser } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { reachedSpaces } from '../onezone/token-scope.ts';
import { json, type Call, type Route } from '../http/route.ts';

const prefix = '/api/v3/oneprovider';

/**
 * `dirId` and `fileId` are the root directory; trash and archives do not exist here. The disk is not asked for the root: one that is away
 * must hide neither its space nor all the others.
 */
async function spacesJson(deps: ServerDeps, spaces: readonly Space[]): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const roots = await deps.files.rootsOf(spaces.map((space) => space.id));
  return spaces.map((space) => ({
    name: space.name,
    spaceId: space.id,
    fileId: roots.get(space.id),
    dirId: roots.get(space.id),
    trashDirId: null,
    archivesDirId: null,
    providers: [{ providerId: deps.providerId, providerName: 'laneway' }],
  }));
}

async function ownSpaces(deps: ServerDeps, call: Call): Promise<readonly Space[]> {
  checkCaveats(call.identity, { service: 'opw', method: 'GET', gri: 'op_space.null.list:private', dataAccess: true });
  const user = requireUser(call.identity);
  const memberships = await deps.registry.spacesOf(user.account.id);
  const spaceIds = memberships.map((membership) => membership.spaceId);
  return await deps.spaces.list(await reachedSpaces(deps, spaceIds, user.caveats));
}

/** Nobody but members learns whether a space exists: 403 for both (rest §5.9). */
async function ownSpace(deps: ServerDeps, call: Call): Promise<Space> {
  const spaceId = call.param('sid');
  checkCaveats(call.identity, { service: 'opw', method: 'GET', gri: `op_space.${spaceId}.instance:private`, dataAccess: true });
  const user = requireUser(call.identity);
  const member = await deps.registry.spaceMember(spaceId, user.account.id);
  const [reached] = member === null ? [] : await reachedSpaces(deps, [spaceId], user.caveats);
  const space = reached === undefined ? null : await deps.spaces.get(reached);
  if (space === null) throw forbidden();
  return space;
}

export function providerSpaceRoutes(deps: ServerDeps): Route[] {
  return [
    {
      prefix,
      method: 'GET',
      path: '/spaces',
      operationId: 'get_all_spaces',
      summary: 'List spaces of the current user',
      body: 'none',
      handle: async (call) => json(await spacesJson(deps, await ownSpaces(deps, call))),
    },
    {
      prefix,
      method: 'GET',
      path: '/spaces/{sid}',
      operationId: 'get_provider_space',
      summary: 'Get a space of the current user',
      body: 'none',
      handle: async (call) => {
        const [space] = await spacesJson(deps, [await ownSpace(deps, call)]);
        return json(space);
      },
    },
  ];
}
