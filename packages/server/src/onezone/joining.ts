/** Invite tokens of spaces, and joining by a token (rest §8.1, §8.6, R110). */
import { consumersOf, inviteTypeText, type InviteCode } from '@laneway/engine';
import { newId, textField } from '@laneway/model';
import { presentationOf } from '../auth/authenticate.ts';
import { forbidden, hasZonePrivilege, notFound, type UserIdentity } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { zoneData } from '../http/fields.ts';
import { need } from '../http/refusal.ts';
import { created, json, type Call, type Route } from '../http/route.ts';
import { holdsInSpace } from '../oneprovider/access.ts';
import { requireZoneUser } from './access.ts';

const prefix = '/api/v3/onezone';

interface Target {
  readonly plural: 'spaces' | 'atm_inventories' | 'groups';
  readonly singular: 'space' | 'atm_inventory' | 'group';
  /** Kinds of tokens by which users and groups join. */
  readonly user: InviteCode;
  readonly group: InviteCode | null;
}

const targets: readonly Target[] = [
  { plural: 'spaces', singular: 'space', user: 'ujs', group: 'gjs' },
  { plural: 'atm_inventories', singular: 'atm_inventory', user: 'uji', group: 'gji' },
  { plural: 'groups', singular: 'group', user: 'ujg', group: null },
];

interface Joining {
  readonly code: InviteCode;
  readonly user: UserIdentity;
  readonly subject: { readonly type: 'user' | 'group'; readonly id: string };
}

/** The subject joins what the token invites to; gives the id of that. */
async function join(deps: ServerDeps, call: Call, { code, user, subject }: Joining): Promise<string> {
  const { token } = zoneData(call.body, { required: { token: textField({ notEmpty: true }) } });
  const { headers, ip } = call.request;
  const presentation = {
    ...presentationOf({ headers, peerIp: ip, service: 'ozw-onezone' }),
    serviceToken: null,
    consumerToken: null,
    // A group joins by the hand of one of its members: a token for either is good.
    consumers: [...consumersOf({ type: 'user', id: user.account.id }), ...(subject.type === 'group' ? consumersOf(subject) : [])],
  };
  return need(await deps.registry.invites.redeem({ token, code, subject, presentation })).targetId;
}

const tokenParameter = [{ name: 'token', in: 'body', text: 'invite token; required' }] as const;

function userJoins(deps: ServerDeps, { plural, singular, user: code }: Target): Route {
  return {
    prefix,
    method: 'POST',
    path: `/user/${plural}/join`,
    operationId: `join_${singular}`,
    summary: `Join by an invite token (${plural})`,
    body: 'json',
    ...(plural === 'groups' ? { extension: true as const } : {}),
    parameters: tokenParameter,
    handle: async (call) => {
      const user = requireZoneUser(call, `${singular}.null.join:private`);
      const targetId = await join(deps, call, { code, user, subject: { type: 'user', id: user.account.id } });
      return created(`${call.baseUrl}${prefix}/user/${plural}/${targetId}`);
    },
  };
}

/** A group joins for whoever may add it to such things, there or zone-wide (rest §6.4, R115): 404, then 401, then 403. */
function groupJoins(deps: ServerDeps, { plural, singular, group: code }: Target): Route[] {
  if (code === null) return [];
  return [
    {
      prefix,
      method: 'POST',
      path: `/groups/{gid}/${plural}/join`,
      operationId: `group_join_${singular}`,
      summary: `Let a group join by an invite token (${plural})`,
      body: 'json',
      parameters: tokenParameter,
      handle: async (call) => {
        const group = { type: 'group', id: call.param('gid') } as const;
        if ((await deps.registry.groups.get(group.id)) === null) throw notFound();
        const user = requireZoneUser(call, `${singular}.null.join:private`);
        const held = await deps.registry.members.effective(group, { type: 'user', id: user.account.id });
        const mayBring = held?.privileges.includes(`group_add_${singular}`) === true;
        if (!mayBring && !hasZonePrivilege(user, 'oz_groups_add_relationships')) throw forbidden();
        const targetId = await join(deps, call, { code, user, subject: group });
        return created(`${call.baseUrl}${prefix}/groups/${group.id}/${plural}/${targetId}`);
      },
    },
  ];
}

/** Seconds that an invite token made for a space is good for, where it is not named (as temporary tokens, rest R132). */
const inviteTtl = 604_800;

/** A token that invites a user or a group; it needs the right to add one, and ends after a week. */
function spaceInviteRoute(deps: ServerDeps, invited: 'user' | 'group', code: InviteCode): Route {
  return {
    prefix,
    method: 'POST',
    path: `/spaces/{id}/${invited}s/token`,
    operationId: `create_space_${invited}_invite_token`,
    summary: `Create a token that invites a ${invited} to a space`,
    body: 'json',
    handle: async (call) => {
      const spaceId = call.param('id');
      if ((await deps.spaces.get(spaceId)) === null) throw notFound();
      const user = requireZoneUser(call, `space.${spaceId}.invite_${invited}_token:private`);
      const invites = await holdsInSpace(deps, user.account.id, spaceId, `space_add_${invited}`);
      if (!invites && !hasZonePrivilege(user, 'oz_spaces_add_relationships')) throw forbidden();
      const { token } = need(
        await deps.registry.createNamedToken(user.account.id, {
          name: `invitation ${newId()}`,
          type: inviteTypeText({ code, targetId: spaceId }),
          caveats: [{ type: 'time', validUntil: user.nowSeconds + inviteTtl }],
          customMetadata: {},
          revoked: false,
        }),
      );
      return json({ token });
    },
  };
}

export function joiningRoutes(deps: ServerDeps): Route[] {
  return [
    ...targets.flatMap((target) => [userJoins(deps, target), ...groupJoins(deps, target)]),
    spaceInviteRoute(deps, 'user', 'ujs'),
    spaceInviteRoute(deps, 'group', 'gjs'),
  ];
}
