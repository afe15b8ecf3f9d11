/** Owners of spaces, who hold every privilege there (rest R98, R130). */
import { makeError } from '@laneway/model';
import { forbidden, notFound } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { Refusal } from '../http/refusal.ts';
import { json, noContent, type Call, type Route } from '../http/route.ts';
import { RelationAccess } from './relations/access.ts';
import { spaceKind } from './relations/kinds.ts';

async function ownersOf(deps: ServerDeps, spaceId: string): Promise<readonly string[]> {
  const members = await deps.registry.members.list({ type: 'space', id: spaceId }, 'user');
  return members.filter((membership) => membership.owner).map((membership) => membership.member.id);
}

async function list(deps: ServerDeps, call: Call): ReturnType<Route['handle']> {
  const access = await RelationAccess.enter(deps, call, spaceKind, { aspect: 'owners' });
  access.allow('view', 'list_relationships');
  return json({ users: await ownersOf(deps, access.container.id) });
}

async function change(deps: ServerDeps, call: Call, owner: boolean): ReturnType<Route['handle']> {
  const [spaceId, userId] = [call.param('id'), call.param('uid')];
  // A relation that does not exist is 404 before anything else (rest R111).
  if (!owner && !(await ownersOf(deps, spaceId)).includes(userId)) throw notFound();
  const access = await RelationAccess.enter(deps, call, spaceKind, { aspect: `owner,${userId}` });
  if (access.self?.owner !== true && !access.zone('set_privileges')) throw forbidden();
  switch (await deps.registry.members.setOwner(spaceId, userId, owner)) {
    case 'done':
      return noContent;
    case 'already':
      throw owner ? new Refusal(makeError('alreadyExists')) : notFound();
    case 'notMember': {
      const details = { childType: 'od_user', childId: userId, parentType: 'od_space', parentId: spaceId };
      throw new Refusal(makeError('relationDoesNotExist', details));
    }
    case 'lastOwner':
      throw new Refusal(makeError('cannotRemoveLastOwner', { entityType: 'od_space', entityId: spaceId }));
  }
}

export function spaceOwnerRoutes(deps: ServerDeps): Route[] {
  const route = (rest: Pick<Route, 'method' | 'path' | 'operationId' | 'summary' | 'body' | 'handle'>): Route => ({
    prefix: '/api/v3/onezone',
    ...rest,
  });
  return [
    route({
      method: 'GET',
      path: '/spaces/{id}/owners',
      operationId: 'list_space_owners',
      summary: 'List owners of a space',
      body: 'none',
      handle: async (call) => await list(deps, call),
    }),
    route({
      method: 'PUT',
      path: '/spaces/{id}/owners/{uid}',
      operationId: 'add_space_owner',
      summary: 'Make a member an owner',
      body: 'ignored',
      handle: async (call) => await change(deps, call, true),
    }),
    route({
      method: 'DELETE',
      path: '/spaces/{id}/owners/{uid}',
      operationId: 'remove_space_owner',
      summary: 'Withdraw ownership',
      body: 'none',
      handle: async (call) => await change(deps, call, false),
    }),
  ];
}
