/** Reading the members of a container: lists, shared data, privileges, and where an effective membership comes from. */
import { sortedPrivileges, type MemberRef } from '@laneway/engine';
import { forbidden, hasZonePrivilege, notFound } from '../../auth/identity.ts';
import type { ServerDeps } from '../../deps.ts';
import { json, type Call, type Route } from '../../http/route.ts';
import { groupJson, sharedUserJson } from '../entity-json.ts';
import { memberOf, RelationAccess, type Reach } from './access.ts';
import type { ContainerKind, MemberKind } from './kinds.ts';

interface Reading {
  readonly deps: ServerDeps;
  readonly kind: ContainerKind;
  readonly member: MemberKind;
  readonly reach: Reach;
}

async function list({ deps, kind, member, reach }: Reading, call: Call): ReturnType<Route['handle']> {
  const access = await RelationAccess.enter(deps, call, kind, { aspect: member.plural });
  access.allow('view', 'list_relationships');
  const { members } = deps.registry;
  const ids =
    reach === 'effective'
      ? await members.effectiveMembers(access.container, member.type)
      : (await members.list(access.container, member.type)).map((membership) => membership.member.id);
  return json({ [member.plural]: ids });
}

async function sharedJson(deps: ServerDeps, member: MemberRef): Promise<Readonly<Record<string, unknown>>> {
  if (member.type === 'user') {
    const account = await deps.registry.user(member.id);
    if (account !== null) return sharedUserJson(account);
  } else {
    const group = await deps.registry.groups.get(member.id);
    if (group !== null) return groupJson(group);
  }
  throw notFound();
}

/** Any member may see who made the container (rest §8.1). */
async function show({ deps, kind, member, reach }: Reading, call: Call): ReturnType<Route['handle']> {
  const shown = memberOf(call, member);
  const access = await RelationAccess.enter(deps, call, kind, { aspect: `${member.noun},${shown.id}`, member: shown, reach });
  const isCreator = access.self !== null && shown.id === access.creatorId;
  if (!access.holds('view') && !isCreator && !hasZonePrivilege(access.user, `oz_${member.plural}_view`)) throw forbidden();
  return json(await sharedJson(deps, shown));
}

/** Everybody may see his own, also those of a group that he belongs to: they are his. */
async function privileges({ deps, kind, member, reach }: Reading, call: Call): ReturnType<Route['handle']> {
  const shown = memberOf(call, member);
  const aspect = `${member.noun}_privileges,${shown.id}`;
  const access = await RelationAccess.enter(deps, call, kind, { aspect, member: shown, reach });
  if (!(await access.isOwn(shown))) access.allow('view_privileges', 'view_privileges');
  const { members } = deps.registry;
  if (reach === 'direct') {
    return json({ privileges: sortedPrivileges((await members.get(access.container, shown))?.privileges ?? []) });
  }
  const held = await members.effective(access.container, shown);
  return json({ privileges: held?.owner === true ? kind.sets.admin : sortedPrivileges(held?.privileges ?? []) });
}

/** The groups that are direct members and bring the membership, and the container itself when it is a direct one (rest R112). */
async function membership({ deps, kind, member }: Reading, call: Call): ReturnType<Route['handle']> {
  const shown = memberOf(call, member);
  const aspect = `eff_${member.noun}_membership,${shown.id}`;
  const access = await RelationAccess.enter(deps, call, kind, { aspect, member: shown, reach: 'effective' });
  if (!(await access.isOwn(shown))) access.allow('view', 'list_relationships');
  const through = await deps.registry.members.intermediaries(access.container, shown);
  const intermediaries = through.map((one) => (one.id === shown.id ? access.container : one));
  return json({ intermediaries });
}

export function readingRoutes(deps: ServerDeps, kind: ContainerKind, member: MemberKind): Route[] {
  const route = (path: string, operationId: string, summary: string, handle: Route['handle']): Route => ({
    prefix: '/api/v3/onezone',
    method: 'GET',
    path: `/${kind.plural}/{id}/${path}`,
    operationId,
    summary,
    body: 'none',
    handle,
  });
  const { segment, noun, param } = member;
  const direct = { deps, kind, member, reach: 'direct' } as const;
  const effective = { deps, kind, member, reach: 'effective' } as const;
  const among = kind.type === 'atm_inventory' ? 'of an inventory' : `of a ${kind.type}`;
  const one = `${segment}/{${param}}`;
  return [
    route(segment, `list_${kind.type}_${segment}`, `List the ${segment} ${among}`, async (call) => await list(direct, call)),
    route(
      `effective_${segment}`,
      `list_effective_${kind.type}_${segment}`,
      `List the ${segment} ${among}, also those through groups`,
      async (call) => await list(effective, call),
    ),
    route(one, `get_${kind.type}_${noun}`, `Get shared data of one of the ${segment}`, async (call) => await show(direct, call)),
    route(
      `effective_${one}`,
      `get_effective_${kind.type}_${noun}`,
      `Get shared data of one of the effective ${segment}`,
      async (call) => await show(effective, call),
    ),
    route(
      `${one}/privileges`,
      `list_${noun}_${kind.type}_privileges`,
      `Get privileges of one of the ${segment}`,
      async (call) => await privileges(direct, call),
    ),
    route(
      `effective_${one}/privileges`,
      `list_effective_${noun}_${kind.type}_privileges`,
      `Get privileges of one of the effective ${segment}`,
      async (call) => await privileges(effective, call),
    ),
    route(
      `effective_${one}/membership`,
      `get_effective_${noun}_${kind.type}_membership_intermediaries`,
      'Get the members through which the membership comes',
      async (call) => await membership(effective, call),
    ),
  ];
}
