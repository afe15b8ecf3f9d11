/** Users (rest §8.7); what they may do zone-wide is in zone-privileges.ts. */
import type { Account, LinkedAccount } from '@laneway/engine';
import { booleanField, convertedField, isFullName, makeError, ok, refuse, textField, type Field } from '@laneway/model';
import { notFound } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { zoneData } from '../http/fields.ts';
import { need, Refusal } from '../http/refusal.ts';
import { created, json, noContent, type Route } from '../http/route.ts';
import { accessAnswer, lastAdministrator, requireZonePrivilege, requireZoneUser } from './access.ts';

const prefix = '/api/v3/onezone';

const fullNameField: Field<string> = convertedField(textField(), (name) =>
  isFullName(name) ? ok(name) : refuse(makeError('badValueFullName')),
);

const usernameField: Field<string> = convertedField(textField(), (name) =>
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,30}[A-Za-z0-9]$/.test(name) ? ok(name) : refuse(makeError('badValueUsername')),
);

function emailsOf(linked: readonly LinkedAccount[]): readonly string[] {
  return [...new Set(linked.flatMap(({ email }) => (email === null ? [] : [email])))];
}

function linkedJson({ issuer, subject, email }: LinkedAccount): Readonly<Record<string, unknown>> {
  return { idp: issuer, subjectId: subject, emails: email === null ? [] : [email] };
}

function userJson(account: Account, linked: readonly LinkedAccount[]): Readonly<Record<string, unknown>> {
  const { id, fullName, username, basicAuthEnabled, blocked, creationTime } = account;
  return {
    userId: id,
    fullName,
    username,
    emails: emailsOf(linked),
    linkedAccounts: linked.map(linkedJson),
    basicAuthEnabled,
    blocked,
    creationTime,
    name: fullName,
    login: username,
    alias: username,
    emailList: emailsOf(linked),
  };
}

const nameFields = { optional: { fullName: fullNameField, username: usernameField }, atLeastOne: ['fullName', 'username'] } as const;

const newUserFields = { ...nameFields, optional: { ...nameFields.optional, password: textField() } } as const;

async function deleteUser({ registry }: ServerDeps, userId: string): ReturnType<Route['handle']> {
  const outcome = await registry.deleteUser(userId);
  switch (outcome.kind) {
    case 'deleted':
      return noContent;
    case 'missing':
      throw notFound();
    case 'lastOwner':
      throw new Refusal(makeError('cannotRemoveLastOwner', { entityType: 'od_space', entityId: outcome.spaceId }));
    case 'lastAdministrator':
      throw lastAdministrator();
  }
}

export function userRoutes(deps: ServerDeps): Route[] {
  const { registry } = deps;
  return [
    {
      prefix,
      method: 'GET',
      path: '/user',
      operationId: 'get_current_user',
      summary: 'Get the current user',
      body: 'none',
      handle: async (call) => {
        const { account } = requireZoneUser(call, 'user.self.instance:private');
        return json(userJson(account, await registry.linkedAccounts.of(account.id)));
      },
    },
    {
      prefix,
      method: 'PATCH',
      path: '/user',
      operationId: 'modify_current_user',
      summary: 'Change the own name',
      body: 'json',
      parameters: [
        { name: 'fullName', in: 'body', text: 'at least one of fullName and username' },
        { name: 'username', in: 'body', text: 'unique' },
      ],
      handle: async (call) => {
        const user = requireZoneUser(call, 'user.self.instance:private');
        const change = zoneData(call.body, nameFields);
        need(await registry.updateUser(user.account.id, { fullName: change.fullName ?? null, username: change.username ?? null }));
        return noContent;
      },
    },
    {
      prefix,
      method: 'DELETE',
      path: '/user',
      operationId: 'remove_current_user',
      summary: 'Delete the own account with all tokens and memberships',
      body: 'none',
      handle: async (call) => await deleteUser(deps, requireZoneUser(call, 'user.self.instance:private').account.id),
    },
    {
      prefix,
      method: 'POST',
      path: '/users',
      operationId: 'create_user',
      summary: 'Create a user',
      body: 'json',
      parameters: [
        { name: 'fullName', in: 'body', text: 'at least one of fullName and username' },
        { name: 'username', in: 'body', text: 'unique; required beside a password' },
        { name: 'password', in: 'body', text: 'logs in with the username; at least 8 characters' },
      ],
      handle: async (call) => {
        requireZonePrivilege(call, 'user.null.instance:private', 'oz_users_create');
        const { username = null, password, ...request } = zoneData(call.body, newUserFields);
        // Nobody could log in without a name.
        if (password !== undefined && username === null) throw new Refusal(makeError('badValueUsername'));
        const fullName = request.fullName ?? username ?? 'Unnamed User';
        const login = password === undefined ? {} : { password };
        const { userId } = need(await registry.createUser({ fullName, username, privileges: [], ...login }));
        return created(`${call.baseUrl}${prefix}/users/${userId}`, { userId });
      },
    },
    {
      prefix,
      method: 'GET',
      path: '/users',
      operationId: 'list_users',
      summary: 'List all users',
      body: 'none',
      handle: async (call) => {
        requireZonePrivilege(call, 'user.null.list:private', 'oz_users_list');
        return json({ users: await registry.users() });
      },
    },
    {
      prefix,
      method: 'GET',
      path: '/users/{id}',
      operationId: 'get_user',
      summary: 'Get a user',
      body: 'none',
      handle: async (call) => {
        const account = await registry.user(call.param('id'));
        if (account === null) throw notFound();
        requireZonePrivilege(call, `user.${account.id}.instance:private`, 'oz_users_view');
        return json(userJson(account, await registry.linkedAccounts.of(account.id)));
      },
    },
    {
      prefix,
      method: 'DELETE',
      path: '/users/{id}',
      operationId: 'delete_user',
      summary: 'Delete a user with all tokens and memberships',
      body: 'none',
      handle: async (call) => {
        const userId = call.param('id');
        if ((await registry.user(userId)) === null) throw notFound();
        requireZonePrivilege(call, `user.${userId}.instance:private`, 'oz_users_delete');
        return await deleteUser(deps, userId);
      },
    },
    {
      prefix,
      method: 'PATCH',
      path: '/users/{id}/access_block',
      operationId: 'toggle_user_access_block',
      summary: 'Block a user, or let him in again',
      body: 'json',
      parameters: [{ name: 'blocked', in: 'body', text: 'required: true or false' }],
      handle: async (call) => {
        const userId = call.param('id');
        if ((await registry.user(userId)) === null) throw notFound();
        requireZonePrivilege(call, `user.${userId}.access_block:private`, 'oz_users_update');
        const { blocked } = zoneData(call.body, { required: { blocked: booleanField() } });
        return accessAnswer(await registry.setBlocked(userId, blocked));
      },
    },
  ];
}
