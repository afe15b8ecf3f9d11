/** Passwords of users (rest §8.7, R27, R109). */
import { booleanField, makeError, textField } from '@laneway/model';
import { notFound, unauthorized } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { zoneData } from '../http/fields.ts';
import { need, Refusal } from '../http/refusal.ts';
import { noContent, type Route } from '../http/route.ts';
import { requireZonePrivilege, requireZoneUser } from './access.ts';

const prefix = '/api/v3/onezone';

/** The own password: who changes it has to know the old one, whatever he is logged in with. */
function ownPasswordRoute({ registry, settings }: ServerDeps): Route {
  return {
    prefix,
    method: 'PATCH',
    path: '/user/password',
    operationId: 'change_password',
    summary: 'Change the own password',
    body: 'json',
    parameters: [
      { name: 'oldPassword', in: 'body', text: 'required' },
      { name: 'newPassword', in: 'body', text: 'required; at least 8 characters' },
    ],
    handle: async (call) => {
      const { account, credential } = requireZoneUser(call, 'user.self.password:private');
      const { oldPassword, newPassword } = zoneData(call.body, { required: { oldPassword: textField(), newPassword: textField() } });
      if (!settings.basicAuth) throw new Refusal(makeError('basicAuthNotSupported'));
      if (!account.basicAuthEnabled || account.username === null) throw new Refusal(makeError('basicAuthDisabled'));
      const attempt = { username: account.username, password: oldPassword, address: call.request.ip };
      const verified = await registry.passwords.verify(attempt);
      if (!verified.ok) throw unauthorized(verified.error);
      need(await registry.passwords.set(account.id, { password: newPassword, enabled: null }));
      // Whoever knew the old one is out.
      await registry.sessions.closeOthers(account.id, credential.kind === 'session' ? credential.sessionId : null);
      return noContent;
    },
  };
}

function basicAuthRoute({ registry }: ServerDeps): Route {
  return {
    prefix,
    method: 'PATCH',
    path: '/users/{id}/basic_auth',
    operationId: 'update_basic_auth_config',
    summary: 'Set the password of a user, and whether it logs in',
    body: 'json',
    parameters: [
      { name: 'basicAuthEnabled', in: 'body', text: 'at least one of basicAuthEnabled and newPassword' },
      { name: 'newPassword', in: 'body', text: 'at least 8 characters' },
    ],
    handle: async (call) => {
      const userId = call.param('id');
      const account = await registry.user(userId);
      if (account === null) throw notFound();
      requireZonePrivilege(call, `user.${userId}.basic_auth:private`, 'oz_users_manage_passwords');
      const { basicAuthEnabled = null, newPassword = null } = zoneData(call.body, {
        optional: { basicAuthEnabled: booleanField(), newPassword: textField() },
        atLeastOne: ['basicAuthEnabled', 'newPassword'],
      });
      // Nobody could log in without a name.
      if (basicAuthEnabled === true && account.username === null) throw new Refusal(makeError('badValueUsername'));
      need(await registry.passwords.set(userId, { password: newPassword, enabled: basicAuthEnabled }));
      await registry.sessions.closeOthers(userId, null);
      return noContent;
    },
  };
}

export function passwordRoutes(deps: ServerDeps): Route[] {
  return [ownPasswordRoute(deps), basicAuthRoute(deps)];
}
