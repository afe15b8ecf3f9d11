/** Operations of the reference that are not offered: they exist, and say so (D6). */
import { makeError } from '@laneway/model';
import { Refusal } from '../http/refusal.ts';
import type { Method, Route } from '../http/route.ts';

type Entry = readonly [methods: string, path: string, subject: string];

const entries: readonly Entry[] = [
  ['POST', '/user/atm_inventories/join', 'join_atm_inventory'],
  ['POST', '/groups/{id}/atm_inventories/join', 'group_join_atm_inventory'],
  ['POST', '/groups/{id}/spaces/join', 'group_join_space'],
  ['POST', '/spaces/{id}/users/token', 'space_user_invite_token'],
  ['POST', '/spaces/{id}/groups/token', 'space_group_invite_token'],
  ['POST', '/spaces/{id}/providers/token', 'space_support_token'],
  ['POST', '/user/spaces/join', 'join_space'],
  ['PATCH', '/user/password', 'user_password'],
  ['PATCH', '/users/{id}/basic_auth', 'user_basic_auth'],
  ['GET', '/tokens/named', 'all_named_tokens'],
  ['POST', '/tokens/verify_access_token', 'verify_access_token'],
  ['POST', '/tokens/verify_identity_token', 'verify_identity_token'],
  ['POST', '/tokens/verify_invite_token', 'verify_invite_token'],
  ['POST', '/tokens/infer_access_token_scope', 'infer_access_token_scope'],
  ['POST GET', '/user/client_tokens', 'client_tokens'],
  ['DELETE', '/user/client_tokens/{tid}', 'client_token'],
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
