/** Adding and removing members of a container, and changing what they may do (rest R114–R116). */
import { groupPrivileges, sortedPrivileges, type MemberRef } from '@laneway/engine';
import { makeError } from '@laneway/model';
import { forbidden, hasZonePrivilege, notFound } from '../../auth/identity.ts';
import type { ServerDeps } from '../../deps.ts';
import { privilegesField, zoneData } from '../../http/fields.ts';
import { Refusal } from '../../http/refusal.ts';
import { created, noContent, type Call, type Route } from '../../http/route.ts';
import { groupFields, groupParameters } from '../group-fields.ts';
import { memberExists, memberOf, RelationAccess } from './access.ts';
import type { ContainerKind, MemberKind } from './kinds.ts';

const prefix = '/api/v3/onezone';

interface Change {
  readonly deps: ServerDeps;
  readonly kind: ContainerKind;
  readonly member: MemberKind;
}

/**
 * Somebody brings himself in while he holds add_user there (through a group), or a group of his while he holds add_group there and
 * the matching privilege in the group; a zone administrator brings anybody. Who gives privileges needs the right to set them.
 */
async function mayAdd(access: RelationAccess, member: MemberKind, added: MemberRef): Promise<boolean> {
  const givesPrivileges = Object.hasOwn(access.call.body, 'privileges');
  const isOwn = member.type === 'user' ? added.id === access.user.account.id : await access.holdsInGroup(added.id, access.kind.join);
  if (isOwn && access.holds(`add_${member.noun}`) && (!givesPrivileges || access.holds('set_privileges'))) return true;
  const relates = access.zone('add_relationships') && hasZonePrivilege(access.user, `oz_${member.plural}_add_relationships`);
  return relates && (!givesPrivileges || access.zone('set_privileges'));
}

async function add({ deps, kind, member }: Change, call: Call): ReturnType<Route['handle']> {
  const added = memberOf(call, member);
  const access = await RelationAccess.enter(deps, call, kind, { aspect: `${member.noun},${added.id}` });
  if (!(await mayAdd(access, member, added))) throw forbidden();
  const unknown = new Refusal(makeError('badValueIdNotFound', { key: member.key }));
  // Ids of the path are looked at before the keys of the body.
  if (!(await memberExists(deps, added))) throw unknown;
  const { privileges } = zoneData(call.body, { optional: { privileges: privilegesField(kind.sets.admin) } });
  const { container } = access;
  const relation = { container, member: added, privileges: sortedPrivileges(privileges ?? kind.sets.member), owner: false };
  switch (await deps.registry.members.add(relation)) {
    case 'added':
      return created(`${call.baseUrl}${prefix}/${kind.plural}/${container.id}/${member.segment}/${added.id}`);
    case 'exists': {
      const details = { childType: added.type, childId: added.id, parentType: kind.type, parentId: container.id };
      throw new Refusal(makeError('relationAlreadyExists', details));
    }
    case 'containerMissing':
      throw notFound();
    case 'memberMissing':
      throw unknown;
    case 'self':
      throw new Refusal(makeError('cannotAddRelationToSelf'));
    case 'circle':
      throw new Refusal(
        makeError('badData', { key: member.key, hint: 'the other group belongs to this one already, and groups must not go in circles' }),
      );
  }
}

async function remove({ deps, kind, member }: Change, call: Call): ReturnType<Route['handle']> {
  const removed = memberOf(call, member);
  const access = await RelationAccess.enter(deps, call, kind, { aspect: `${member.noun},${removed.id}`, member: removed });
  access.allow(`remove_${member.noun}`, 'remove_relationships');
  return await removeMember(access, removed);
}

/** A space never loses its last owner (rest R130). */
export async function removeMember(
  { deps, container }: Pick<RelationAccess, 'deps' | 'container'>,
  member: MemberRef,
): ReturnType<Route['handle']> {
  switch (await deps.registry.members.remove(container, member)) {
    case 'removed':
      return noContent;
    case 'missing':
      throw notFound();
    case 'lastOwner':
      throw new Refusal(makeError('cannotRemoveLastOwner', { entityType: 'od_space', entityId: container.id }));
  }
}

async function changePrivileges({ deps, kind, member }: Change, call: Call): ReturnType<Route['handle']> {
  const changed = memberOf(call, member);
  const aspect = `${member.noun}_privileges,${changed.id}`;
  const access = await RelationAccess.enter(deps, call, kind, { aspect, member: changed });
  access.allow('set_privileges', 'set_privileges');
  const field = privilegesField(kind.sets.admin);
  const { grant = [], revoke = [] } = zoneData(call.body, { optional: { grant: field, revoke: field }, atLeastOne: ['grant', 'revoke'] });
  if (!(await deps.registry.members.changePrivileges(access.container, changed, { grant, revoke }))) throw notFound();
  return noContent;
}

/** A new group as a member. Who may make it because of what he is in the container leads it; an administrator only makes it. */
async function createGroup({ deps, kind, member }: Change, call: Call): ReturnType<Route['handle']> {
  const access = await RelationAccess.enter(deps, call, kind, { aspect: member.noun });
  const isOwn = access.holds(`add_${member.noun}`);
  if (!isOwn && !(access.zone('add_relationships') && hasZonePrivilege(access.user, 'oz_groups_create'))) throw forbidden();
  const { name, type } = zoneData(call.body, groupFields);
  const groupId = await deps.registry.groups.create({
    name,
    type: type ?? 'team',
    creatorUserId: access.user.account.id,
    creatorPrivileges: isOwn ? groupPrivileges.admin : null,
    within: { container: access.container, privileges: kind.sets.member },
  });
  if (groupId === null) throw notFound();
  return created(`${call.baseUrl}${prefix}/${kind.plural}/${access.container.id}/${member.segment}/${groupId}`);
}

export function changingRoutes(deps: ServerDeps, kind: ContainerKind, member: MemberKind): Route[] {
  const change = { deps, kind, member };
  const { segment, noun, param } = member;
  const all = `/${kind.plural}/{id}/${segment}`;
  const one = `${all}/{${param}}`;
  const added = [{ name: 'privileges', in: 'body', text: 'list; the member set when absent' }] as const;
  const changed = [
    { name: 'grant', in: 'body', text: 'list of privileges' },
    { name: 'revoke', in: 'body', text: 'list of privileges; one of the two at least' },
  ] as const;
  const route = (rest: Omit<Route, 'prefix' | 'body'>, body: Route['body'] = 'json'): Route => ({ prefix, body, ...rest });
  const routes = [
    route({
      method: 'PUT',
      path: one,
      operationId: noun === 'group' ? `add_group_to_${kind.type}` : `add_${kind.type}_${noun}`,
      summary: `Add a ${member.type} as a member`,
      parameters: added,
      handle: async (call) => await add(change, call),
    }),
    route(
      {
        method: 'DELETE',
        path: one,
        operationId: `remove_${kind.type}_${noun}`,
        summary: `Remove a ${member.type} from the members`,
        handle: async (call) => await remove(change, call),
      },
      'none',
    ),
    route({
      method: 'PATCH',
      path: `${one}/privileges`,
      operationId: `update_${noun}_${kind.type}_privileges`,
      summary: `Grant and revoke privileges of one of the ${segment}`,
      parameters: changed,
      handle: async (call) => await changePrivileges(change, call),
    }),
  ];
  if (member.type === 'user') return routes;
  return [
    ...routes,
    route({
      method: 'POST',
      path: all,
      operationId: `create_${kind.type}_${noun}`,
      summary: 'Create a group as a member',
      parameters: groupParameters,
      handle: async (call) => await createGroup(change, call),
    }),
  ];
}
