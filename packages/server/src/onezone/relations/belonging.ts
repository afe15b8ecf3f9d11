/** What the current user, or a group, is a member of: lists, details and leaving (rest §8.1, §8.6, §8.7). */
import type { ContainerRef, MemberRef } from '@laneway/engine';
import { forbidden, hasZonePrivilege, notFound, type UserIdentity } from '../../auth/identity.ts';
import type { ServerDeps } from '../../deps.ts';
import { json, type Call, type Route } from '../../http/route.ts';
import { requireZoneUser } from '../access.ts';
import type { Reach } from './access.ts';
import { removeMember } from './changing.ts';
import type { ContainerKind } from './kinds.ts';
import type { Shown } from './showing.ts';

/** Whose memberships a path speaks of: the caller's, or those of the group in it. */
export type Side = 'user' | 'group';

interface Belonging {
  readonly deps: ServerDeps;
  readonly kind: ContainerKind;
  readonly side: Side;
  readonly shown: Shown;
}

interface Entered {
  readonly user: UserIdentity;
  readonly member: MemberRef;
}

/** 404, caveats, 401; for a group also 403 unless the caller holds the privilege in it, or the zone-wide one. */
export async function enterSide(
  { deps, side }: Pick<Belonging, 'deps' | 'side'>,
  call: Call,
  needs: {
    readonly aspect: string;
    readonly group: string;
    readonly zone: string;
    readonly related?: (member: MemberRef) => Promise<boolean>;
  },
): Promise<Entered> {
  if (side === 'user') {
    const user = requireZoneUser(call, `user.self.${needs.aspect}:private`);
    const member = { type: 'user', id: user.account.id } as const;
    if ((await needs.related?.(member)) === false) throw notFound();
    return { user, member };
  }
  const member = { type: 'group', id: call.param('id') || call.param('gid') } as const;
  if ((await deps.registry.groups.get(member.id)) === null || (await needs.related?.(member)) === false) throw notFound();
  const user = requireZoneUser(call, `group.${member.id}.${needs.aspect}:private`);
  const self = await deps.registry.members.effective(member, { type: 'user', id: user.account.id });
  if (self?.privileges.includes(needs.group) !== true && !hasZonePrivilege(user, needs.zone)) throw forbidden();
  return { user, member };
}

async function list(belonging: Belonging, reach: Reach, call: Call): ReturnType<Route['handle']> {
  const { deps, kind } = belonging;
  const needs = { aspect: kind.segment, group: 'group_view', zone: 'oz_groups_list_relationships' };
  const { member } = await enterSide(belonging, call, needs);
  const { members } = deps.registry;
  const ids =
    reach === 'direct'
      ? await members.containersOf(member, kind.type)
      : (await members.effectiveContainersOf(member, kind.type)).map((membership) => membership.containerId);
  return json({ [kind.plural]: ids });
}

function containerOf({ kind }: Belonging, call: Call): ContainerRef {
  return { type: kind.type, id: call.param(kind.param) };
}

/** Below `/user` everything that he belongs to is there; below a group the direct relation has to exist (rest R111). */
async function show(belonging: Belonging, reach: Reach, call: Call): ReturnType<Route['handle']> {
  const { deps, kind, side, shown } = belonging;
  const container = containerOf(belonging, call);
  const { members } = deps.registry;
  const direct = side === 'group' && reach === 'direct';
  const { user } = await enterSide(belonging, call, {
    aspect: `${kind.type},${container.id}`,
    group: 'group_view',
    zone: `oz_${kind.plural}_view`,
    related: async (member) => (direct ? await members.get(container, member) : await members.effective(container, member)) !== null,
  });
  return json(await shown[kind.type](container.id, user));
}

async function leave(belonging: Belonging, call: Call): ReturnType<Route['handle']> {
  const { deps, kind } = belonging;
  const container = containerOf(belonging, call);
  const { member } = await enterSide(belonging, call, {
    aspect: `${kind.type},${container.id}`,
    group: kind.leave,
    zone: 'oz_groups_remove_relationships',
    related: async (related) => (await deps.registry.members.get(container, related)) !== null,
  });
  return await removeMember({ deps, container }, member);
}

/** Where the relations of a side to containers of a kind are. */
export function belongingPath(side: Side, kind: ContainerKind): string {
  // To a user a group is a group, to a group it is a parent, whose id is the `gid` of the path then.
  const group = kind.type === 'group' ? '{id}' : '{gid}';
  return side === 'user' ? `/user/${kind.plural}` : `/groups/${group}/${kind.segment}`;
}

export function belongingRoutes(deps: ServerDeps, kind: ContainerKind, side: Side, shown: Shown): Route[] {
  const belonging = { deps, kind, side, shown };
  const all = belongingPath(side, kind);
  const effective = all.replace(/\/(\w+)$/, '/effective_$1');
  const noun = side === 'group' && kind.type === 'group' ? 'parent' : kind.type;
  const many = side === 'group' ? kind.segment : kind.plural;
  const whose = side === 'user' ? 'of the current user' : 'of a group';
  const words = many.replace('atm_', '');
  const route = (method: Route['method'], path: string, operationId: string, summary: string, handle: Route['handle']): Route => ({
    prefix: '/api/v3/onezone',
    method,
    path,
    operationId,
    summary,
    body: 'none',
    handle,
  });
  const one = `{${kind.param}}`;
  return [
    route('GET', all, `list_${side}_${many}`, `List the ${words} ${whose}`, async (call) => await list(belonging, 'direct', call)),
    route(
      'GET',
      effective,
      // The contract names this one the other way round.
      side === 'user' && many === 'spaces' ? 'list_effective_user_spaces' : `list_${side}_effective_${many}`,
      `List the ${words} ${whose}, also those through groups`,
      async (call) => await list(belonging, 'effective', call),
    ),
    route(
      'GET',
      `${all}/${one}`,
      `get_${side}_${noun}`,
      `Get one of the ${words} ${whose}`,
      async (call) => await show(belonging, 'direct', call),
    ),
    route(
      'GET',
      `${effective}/${one}`,
      `get_${side}_effective_${noun}`,
      `Get one of the effective ${words} ${whose}`,
      async (call) => await show(belonging, 'effective', call),
    ),
    route(
      'DELETE',
      `${all}/${one}`,
      `${side === 'user' ? '' : 'group_'}leave_${noun}`,
      `Leave one of the ${words}`,
      async (call) => await leave(belonging, call),
    ),
  ];
}
