/** Operations of the reference that are not offered: they exist, and say so (D6). */
import { makeError } from '@laneway/model';
import { Refusal } from '../http/refusal.ts';
import type { Method, Route } from '../http/route.ts';

type Entry = readonly [methods: string, path: string, subject: string];

const members = (plural: string, singular: string): Entry[] => [
  ['GET', `/${plural}/{id}/effective_users/{uid}/membership`, `${singular}_effective_user_membership`],
  ['GET PATCH', `/${plural}/{id}/groups/{gid}/privileges`, `${singular}_group_privileges`],
  ['GET', `/${plural}/{id}/effective_groups`, `${singular}_effective_groups`],
  ['GET', `/${plural}/{id}/effective_groups/{gid}`, `${singular}_effective_group`],
  ['GET', `/${plural}/{id}/effective_groups/{gid}/privileges`, `${singular}_effective_group_privileges`],
  ['GET', `/${plural}/{id}/effective_groups/{gid}/membership`, `${singular}_effective_group_membership`],
];

const entries: readonly Entry[] = [
  ...members('atm_inventories', 'atm_inventory'),
  ...members('spaces', 'space'),
  ['POST', '/spaces/{id}/groups', 'space_groups'],
  ['GET POST', '/atm_inventories/{id}/groups', 'atm_inventory_groups'],
  ['GET PUT DELETE', '/atm_inventories/{id}/groups/{gid}', 'atm_inventory_group'],
  ['POST GET', '/groups/{gid}/atm_inventories', 'group_atm_inventories'],
  ['GET', '/groups/{gid}/effective_atm_inventories', 'group_effective_atm_inventories'],
  ['POST', '/groups/{gid}/atm_inventories/join', 'group_join_atm_inventory'],
  ['GET DELETE', '/groups/{gid}/atm_inventories/{aiid}', 'group_atm_inventory'],
  ['GET', '/groups/{gid}/effective_atm_inventories/{aiid}', 'group_effective_atm_inventory'],
  ['POST GET', '/groups/{gid}/spaces', 'group_spaces'],
  ['GET', '/groups/{gid}/effective_spaces', 'group_effective_spaces'],
  ['POST', '/groups/{gid}/spaces/join', 'group_join_space'],
  ['DELETE', '/groups/{gid}/spaces/{sid}', 'group_space'],
  ['POST', '/spaces', 'space_without_members'],
  ['PATCH', '/spaces/{id}', 'space'],
  ['GET', '/spaces/{id}/owners', 'space_owners'],
  ['PUT DELETE', '/spaces/{id}/owners/{uid}', 'space_owner'],
  ['POST', '/spaces/{id}/groups/token', 'space_group_invite_token'],
  ['POST', '/spaces/{id}/providers/token', 'space_support_token'],
  ['DELETE', '/user/spaces/{id}', 'user_space'],
  ['PATCH DELETE', '/user', 'current_user'],
  ['PATCH DELETE', '/user/privileges', 'current_user_privileges'],
  ['GET', '/user/effective_privileges', 'current_user_effective_privileges'],
  ['PATCH', '/users/{id}/access_block', 'user_access_block'],
  ['GET PATCH DELETE', '/users/{id}/privileges', 'user_privileges'],
  ['GET', '/users/{id}/effective_privileges', 'user_effective_privileges'],
];

export function unsupportedRoutes(): Route[] {
  return entries.flatMap(([methods, path, subject]) =>
    methods.split(' ').map((method): Route => ({
      prefix: '/api/v3/onezone',
      method: method as Method,
      path,
      operationId: `unsupported_${method.toLowerCase()}_${subject}`,
      summary: 'Not offered',
      body: 'ignored',
      unsupported: true,
      handle: async () => {
        throw new Refusal(makeError('notSupported'));
      },
    })),
  );
}
