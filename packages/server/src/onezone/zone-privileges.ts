/** Zone-wide `oz_` privileges of users and groups (rest §6.4, §8.7). */
import { sortedPrivileges, zonePrivileges, type MemberRef } from '@laneway/engine';
import { forbidden, hasZonePrivilege, notFound } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { privilegesField, zoneData } from '../http/fields.ts';
import { json, type Call, type Route } from '../http/route.ts';
import { accessAnswer, requireZoneUser } from './access.ts';

/** Whose privileges a path speaks of. */
interface Holder {
  readonly path: '/user' | '/users/{id}' | '/groups/{id}';
  readonly noun: 'current_user' | 'user' | 'group';
  readonly ref: (call: Call) => MemberRef | 'self';
}

const holders: readonly Holder[] = [
  { path: '/user', noun: 'current_user', ref: () => 'self' },
  { path: '/users/{id}', noun: 'user', ref: (call) => ({ type: 'user', id: call.param('id') }) },
  { path: '/groups/{id}', noun: 'group', ref: (call) => ({ type: 'group', id: call.param('id') }) },
];

interface Entered {
  readonly holder: MemberRef;
  readonly direct: readonly string[];
  readonly effective: readonly string[];
}

/** 404 → 401 → 403: own ones may always be seen, those of a group by its members too (they hold them); the rest is for administrators. */
async function enter(deps: ServerDeps, call: Call, { ref }: Holder, wants: 'view' | 'set'): Promise<Entered> {
  const named = ref(call);
  const { registry } = deps;
  if (named !== 'self' && (await registry.zonePrivileges(named)) === null) throw notFound();
  const user = requireZoneUser(
    call,
    named === 'self' ? 'user.self.oz_privileges:private' : `${named.type}.${named.id}.oz_privileges:private`,
  );
  const self = { type: 'user', id: user.account.id } as const;
  const holder = named === 'self' ? self : named;
  const isOwn =
    holder.type === 'user' ? holder.id === self.id : (await registry.members.effective({ type: 'group', id: holder.id }, self)) !== null;
  if (!(wants === 'view' && isOwn) && !hasZonePrivilege(user, `oz_${wants}_privileges`)) throw forbidden();
  const held = await registry.zonePrivileges(holder);
  if (held === null) throw notFound();
  return { holder, ...held };
}

async function change(deps: ServerDeps, call: Call, holder: Holder): ReturnType<Route['handle']> {
  const entered = await enter(deps, call, holder, 'set');
  const field = privilegesField(zonePrivileges.admin);
  const { grant = [], revoke = [] } = zoneData(call.body, { optional: { grant: field, revoke: field }, atLeastOne: ['grant', 'revoke'] });
  return accessAnswer(await deps.registry.changeZonePrivileges(entered.holder, { grant, revoke }));
}

function routesOf(deps: ServerDeps, holder: Holder): Route[] {
  const route = (rest: Omit<Route, 'prefix'>): Route => ({ prefix: '/api/v3/onezone', ...rest });
  const { path, noun } = holder;
  const whose = `of ${noun === 'current_user' ? 'the current user' : `a ${noun}`}`;
  return [
    route({
      method: 'GET',
      path: `${path}/privileges`,
      operationId: `get_${noun}_privileges`,
      summary: `Get the zone-wide privileges ${whose}`,
      body: 'none',
      handle: async (call) => json({ privileges: sortedPrivileges((await enter(deps, call, holder, 'view')).direct) }),
    }),
    route({
      method: 'GET',
      path: `${path}/effective_privileges`,
      operationId: `get_${noun}_effective_privileges`,
      summary: `Get the zone-wide privileges ${whose}, also those through groups`,
      body: 'none',
      handle: async (call) => json({ privileges: sortedPrivileges((await enter(deps, call, holder, 'view')).effective) }),
    }),
    route({
      method: 'PATCH',
      path: `${path}/privileges`,
      operationId: `update_${noun}_privileges`,
      summary: `Grant and revoke zone-wide privileges ${whose}`,
      body: 'json',
      parameters: [
        { name: 'grant', in: 'body', text: 'list of privileges' },
        { name: 'revoke', in: 'body', text: 'list of privileges; one of the two at least' },
      ],
      handle: async (call) => await change(deps, call, holder),
    }),
    route({
      method: 'DELETE',
      path: `${path}/privileges`,
      operationId: `remove_${noun}_privileges`,
      summary: `Revoke all zone-wide privileges ${whose}`,
      body: 'none',
      handle: async (call) => {
        const entered = await enter(deps, call, holder, 'set');
        return accessAnswer(await deps.registry.changeZonePrivileges(entered.holder, { grant: [], revoke: entered.direct }));
      },
    }),
  ];
}

export function zonePrivilegeRoutes(deps: ServerDeps): Route[] {
  return [
    ...holders.flatMap((holder) => routesOf(deps, holder)),
    {
      prefix: '/api/v3/onezone',
      method: 'GET',
      path: '/privileges',
      operationId: 'list_privileges',
      summary: 'Get the zone-wide privilege sets',
      body: 'none',
      handle: async () => json(zonePrivileges),
    },
  ];
}
