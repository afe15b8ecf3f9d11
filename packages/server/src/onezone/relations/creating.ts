/** Spaces, inventories and groups made by a user, for a group, or by an administrator for nobody (rest §8.1, §8.6, §8.7). */
import { groupPrivileges } from '@laneway/engine';
import { entityNameField } from '@laneway/model';
import { forbidden, hasZonePrivilege, notFound, type UserIdentity } from '../../auth/identity.ts';
import type { ServerDeps } from '../../deps.ts';
import { zoneData } from '../../http/fields.ts';
import { created, type Call, type Route } from '../../http/route.ts';
import { requireZonePrivilege, requireZoneUser } from '../access.ts';
import { groupFields, groupParameters } from '../group-fields.ts';
import { createSpace, spaceParameters } from '../space-creation.ts';
import { belongingPath } from './belonging.ts';
import { containerKinds, type ContainerKind } from './kinds.ts';

/** Who becomes a member, with all privileges: the user himself, a group, or nobody. */
export type FirstMember = { readonly type: 'user' } | { readonly type: 'group'; readonly id: string } | { readonly type: 'nobody' };

type Create = (deps: ServerDeps, call: Call, user: UserIdentity, first: FirstMember) => Promise<string>;

const createInventory: Create = async ({ registry }, call, user, first) => {
  const { name } = zoneData(call.body, { required: { name: entityNameField } });
  const creatorId = user.account.id;
  const id =
    first.type === 'group'
      ? await registry.createInventoryOfGroup({ name, creatorId, groupId: first.id })
      : await registry.createInventory({ name, creatorId, withMembership: first.type === 'user' });
  if (id === null) throw notFound();
  return id;
};

/** Made for a group it is above that group, whose members are its members then. */
const createGroup: Create = async ({ registry }, call, user, first) => {
  const { name, type } = zoneData(call.body, groupFields);
  const id = await registry.groups.create({
    name,
    type: type ?? 'team',
    creatorUserId: user.account.id,
    creatorPrivileges: first.type === 'user' ? groupPrivileges.admin : null,
    child: first.type === 'group' ? { groupId: first.id, privileges: groupPrivileges.admin } : null,
  });
  if (id === null) throw notFound();
  return id;
};

const creations = {
  space: { create: createSpace, parameters: spaceParameters },
  atm_inventory: { create: createInventory, parameters: [{ name: 'name', in: 'body', text: 'required' }] },
  group: { create: createGroup, parameters: groupParameters },
} as const;

/** 404, 401, 403: what a group needs for one more space, inventory or parent, or the rights of an administrator. */
async function requireFounder(
  deps: ServerDeps,
  call: Call,
  kind: ContainerKind,
): Promise<{ readonly user: UserIdentity; readonly groupId: string }> {
  const groupId = call.param('id') || call.param('gid');
  if ((await deps.registry.groups.get(groupId)) === null) throw notFound();
  const user = requireZoneUser(call, `${kind.type}.null.instance:private`);
  const self = await deps.registry.members.effective({ type: 'group', id: groupId }, { type: 'user', id: user.account.id });
  const founds = kind.found.every((privilege) => hasZonePrivilege(user, privilege));
  if (self?.privileges.includes(kind.join) !== true && !founds) throw forbidden();
  return { user, groupId };
}

function routesOf(deps: ServerDeps, kind: ContainerKind): Route[] {
  const { create, parameters } = creations[kind.type];
  const noun = kind.type.replace('atm_', '');
  const article = kind.type === 'atm_inventory' ? 'an' : 'a';
  const route = (path: string, operationId: string, summary: string, handle: Route['handle']): Route => ({
    prefix: '/api/v3/onezone',
    method: 'POST',
    path,
    operationId,
    summary,
    body: 'json',
    parameters,
    handle,
  });
  const at = (call: Call, path: string, id: string) => created(`${call.baseUrl}/api/v3/onezone${path}/${id}`);
  const parent = kind.type === 'group' ? 'parent' : kind.type;
  return [
    route(belongingPath('user', kind), `create_user_${kind.type}`, `Create ${article} ${noun} for the current user`, async (call) => {
      const user = requireZoneUser(call, `${kind.type}.null.instance:private`);
      return at(call, `/user/${kind.plural}`, await create(deps, call, user, { type: 'user' }));
    }),
    route(belongingPath('group', kind), `create_group_${parent}`, `Create ${article} ${noun} for a group`, async (call) => {
      const { user, groupId } = await requireFounder(deps, call, kind);
      return at(call, `/groups/${groupId}/${kind.segment}`, await create(deps, call, user, { type: 'group', id: groupId }));
    }),
    route(`/${kind.plural}`, `create_${kind.type}`, `Create ${article} ${noun} without members`, async (call) => {
      const user = requireZonePrivilege(call, `${kind.type}.null.instance:private`, `oz_${kind.plural}_create`);
      return at(call, `/${kind.plural}`, await create(deps, call, user, { type: 'nobody' }));
    }),
  ];
}

export function creatingRoutes(deps: ServerDeps): Route[] {
  return containerKinds.flatMap((kind) => routesOf(deps, kind));
}
