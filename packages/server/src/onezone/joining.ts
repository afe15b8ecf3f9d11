/** Invite tokens of spaces, and joining by a token (rest §8.1, §8.6, R110). */
import { consumersOf, inviteTypeText, type InviteCode } from '@laneway/engine';
import { newId, textField } from '@laneway/model';
import { presentationOf } from '../auth/authenticate.ts';
import { forbidden, hasZonePrivilege, notFound } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { zoneData } from '../http/fields.ts';
import { need } from '../http/refusal.ts';
import { created, json, type Call, type Route } from '../http/route.ts';
import { holdsInSpace } from '../oneprovider/access.ts';
import { requireZoneUser } from './access.ts';

const prefix = '/api/v3/onezone';

/** The current user joins what the token invites to; gives the id of that. */
async function join(deps: ServerDeps, call: Call, target: { readonly code: InviteCode; readonly gri: string }): Promise<string> {
  const user = requireZoneUser(call, target.gri);
  const { token } = zoneData(call.body, { required: { token: textField({ notEmpty: true }) } });
  const { headers, ip } = call.request;
  const presentation = {
    ...presentationOf({ headers, peerIp: ip, service: 'ozw-onezone' }),
    serviceToken: null,
    consumerToken: null,
    consumers: consumersOf({ type: 'user', id: user.account.id }),
  };
  const subject = { type: 'user', id: user.account.id } as const;
  return need(await deps.registry.invites.redeem({ token, code: target.code, subject, presentation })).targetId;
}

function joinRoute(deps: ServerDeps, plural: 'spaces' | 'atm_inventories', singular: string, code: InviteCode): Route {
  return {
    prefix,
    method: 'POST',
    path: `/user/${plural}/join`,
    operationId: `join_${singular}`,
    summary: `Join by an invite token (${plural})`,
    body: 'json',
    parameters: [{ name: 'token', in: 'body', text: 'invite token; required' }],
    handle: async (call) => {
      const targetId = await join(deps, call, { code, gri: `od_${singular}.null.join:private` });
      return created(`${call.baseUrl}${prefix}/user/${plural}/${targetId}`);
    },
  };
}

/** Seconds that an invite token made for a space is good for, where it is not named (as temporary tokens, rest R132). */
const inviteTtl = 604_800;

/** A token that invites a user; it needs the right to add one, and ends after a week. */
function spaceInviteRoute(deps: ServerDeps): Route {
  return {
    prefix,
    method: 'POST',
    path: '/spaces/{id}/users/token',
    operationId: 'create_space_user_invite_token',
    summary: 'Create a token that invites a user to a space',
    body: 'json',
    handle: async (call) => {
      const spaceId = call.param('id');
      if ((await deps.spaces.get(spaceId)) === null) throw notFound();
      const user = requireZoneUser(call, `od_space.${spaceId}.invite_user_token:private`);
      const invites = await holdsInSpace(deps, user.account.id, spaceId, 'space_add_user');
      if (!invites && !hasZonePrivilege(user, 'oz_spaces_add_relationships')) throw forbidden();
      const { token } = need(
        await deps.registry.createNamedToken(user.account.id, {
          name: `invitation ${newId()}`,
          type: inviteTypeText({ code: 'ujs', targetId: spaceId }),
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
  return [joinRoute(deps, 'spaces', 'space', 'ujs'), joinRoute(deps, 'atm_inventories', 'atm_inventory', 'uji'), spaceInviteRoute(deps)];
}
