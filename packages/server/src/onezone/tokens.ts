/** Tokens (rest §8.8). */
import { caveatFromJson, confineToken, examineToken, type NamedToken } from '@laneway/engine';
import {
  anyField,
  booleanField,
  convertedField,
  makeError,
  objectField,
  ok,
  refuse,
  textField,
  type Field,
  type Result,
} from '@laneway/model';
import { forbidden, hasZonePrivilege, notFound, type UserIdentity } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { zoneData } from '../http/fields.ts';
import { need, Refusal } from '../http/refusal.ts';
import { created, json, noContent, type Call, type Route } from '../http/route.ts';
import { requireZonePrivilege, requireZoneUser } from './access.ts';

const prefix = '/api/v3/onezone';
/** Seconds; the longest life of a temporary token (rest R132). */
const maxTtl = 604_800;

const typeField: Field<'act' | 'idn'> = convertedField(anyField(), (value, key) => {
  if (value === 'accessToken' || isSingleKey(value, 'accessToken')) return ok('act');
  if (value === 'identityToken' || isSingleKey(value, 'identityToken')) return ok('idn');
  // Invite tokens need somebody to join, which is not offered.
  if (isSingleKey(value, 'inviteToken')) return refuse(makeError('notSupported'));
  return refuse(makeError('badValueTokenType', { key }));
});

function isSingleKey(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 1 && Object.hasOwn(value, key);
}

const caveatsField: Field<readonly unknown[]> = (value, key) => {
  if (!Array.isArray(value)) return refuse(makeError('badData', { key }));
  const bad = value.find((caveat) => caveatFromJson(caveat) === null);
  return bad === undefined ? ok(value as readonly unknown[]) : refuse(makeError('badValueCaveat', { caveat: bad }));
};

const nameField: Field<string> = convertedField(textField({ notEmpty: true }), (name, key) =>
  name.length <= 255 ? ok(name) : refuse(makeError('badValueTextTooLarge', { key, limit: 255 })),
);

/** A token given in a body; what is wrong with it goes into `badValueToken` (rest R134). */
function givenToken<T>(call: Call, use: (token: string) => Result<T>): T {
  const { token } = zoneData(call.body, { required: { token: textField({ notEmpty: true }) } });
  const used = use(token);
  if (!used.ok) throw new Refusal(makeError('badValueToken', { key: 'token', tokenError: used.error }));
  return used.value;
}

function tokenJson(deps: ServerDeps, token: NamedToken): Readonly<Record<string, unknown>> {
  return {
    id: token.id,
    name: token.name,
    subject: { type: 'user', id: token.userId },
    type: token.type === 'act' ? { accessToken: {} } : { identityToken: {} },
    caveats: token.caveats,
    metadata: { creationTime: token.creationTime, customMetadata: token.customMetadata },
    revoked: token.revoked,
    token: deps.registry.tokens.namedTokenText(token),
  };
}

async function createFor(deps: ServerDeps, call: Call, userId: string): Promise<ReturnType<typeof created>> {
  const request = zoneData(call.body, {
    required: { name: nameField },
    optional: { type: typeField, caveats: caveatsField, customMetadata: objectField(), revoked: booleanField() },
  });
  const { tokenId, token } = need(
    await deps.registry.createNamedToken(userId, {
      name: request.name,
      type: request.type ?? 'act',
      caveats: request.caveats ?? [],
      customMetadata: request.customMetadata ?? {},
      revoked: request.revoked ?? false,
    }),
  );
  return created(`${call.baseUrl}${prefix}/tokens/named/${tokenId}`, { tokenId, token });
}

/** 404 → 401 → 403: the owner, or one who manages tokens. */
async function enter(deps: ServerDeps, call: Call): Promise<{ readonly token: NamedToken; readonly user: UserIdentity }> {
  const token = await deps.registry.namedToken(call.param('id'));
  if (token === null) throw notFound();
  const user = requireZoneUser(call, `od_token.${token.id}.instance:private`);
  if (token.userId !== user.account.id && !hasZonePrivilege(user, 'oz_tokens_manage')) throw forbidden();
  return { token, user };
}

export function tokenRoutes(deps: ServerDeps): Route[] {
  const { registry } = deps;
  const own = (call: Call): string => requireZoneUser(call, 'od_token.null.user_named_tokens:private').account.id;
  const creation = [
    { name: 'name', in: 'body', text: 'required, unique among the tokens of the user' },
    { name: 'type, caveats, customMetadata, revoked', in: 'body', text: 'optional' },
  ] as const;
  const route = (method: Route['method'], path: string, operationId: string, summary: string, handle: Route['handle']): Route => ({
    prefix,
    method,
    path,
    operationId,
    summary,
    body: method === 'GET' || method === 'DELETE' ? 'none' : 'json',
    handle,
    ...(operationId.startsWith('create_named') ? { parameters: creation } : {}),
  });
  return [
    route(
      'POST',
      '/user/tokens/named',
      'create_named_token_for_current_user',
      'Create a named token',
      async (call) => await createFor(deps, call, own(call)),
    ),
    route('GET', '/user/tokens/named', 'list_named_tokens_of_current_user', 'List own named tokens', async (call) =>
      json({ tokens: await registry.namedTokens(own(call)) }),
    ),
    route('DELETE', '/user/tokens/named', 'delete_named_tokens_of_current_user', 'Delete all own named tokens', async (call) => {
      await registry.deleteNamedTokens(own(call));
      return noContent;
    }),
    route(
      'GET',
      '/user/tokens/named/name/{name}',
      'get_named_token_of_current_user_by_name',
      'Get an own named token by its name',
      async (call) => {
        const token = await registry.namedTokenByName(own(call), call.param('name'));
        if (token === null) throw notFound();
        return json(tokenJson(deps, token));
      },
    ),
    route('POST', '/users/{uid}/tokens/named', 'create_named_token_for_user', 'Create a named token for a user', async (call) => {
      if ((await registry.user(call.param('uid'))) === null) throw notFound();
      requireZonePrivilege(call, 'od_token.null.user_named_tokens:private', 'oz_tokens_manage');
      return await createFor(deps, call, call.param('uid'));
    }),
    route('GET', '/users/{uid}/tokens/named', 'list_named_tokens_of_user', 'List named tokens of a user', async (call) => {
      if ((await registry.user(call.param('uid'))) === null) throw notFound();
      requireZonePrivilege(call, 'od_token.null.user_named_tokens:private', 'oz_tokens_manage');
      return json({ tokens: await registry.namedTokens(call.param('uid')) });
    }),
    route('GET', '/tokens/named/{id}', 'get_named_token', 'Get a named token', async (call) =>
      json(tokenJson(deps, (await enter(deps, call)).token)),
    ),
    route('PATCH', '/tokens/named/{id}', 'modify_named_token', 'Rename, revoke or annotate a named token', async (call) => {
      const { token } = await enter(deps, call);
      const change = zoneData(call.body, {
        optional: { customMetadata: objectField(), name: nameField, revoked: booleanField() },
        atLeastOne: ['customMetadata', 'name', 'revoked'],
      });
      const { name = null, revoked = null, customMetadata } = change;
      const outcome = await registry.updateNamedToken(token.id, { name, revoked, customMetadata });
      if (outcome === 'missing') throw notFound();
      if (outcome === 'nameTaken') throw new Refusal(makeError('badValueIdentifierOccupied', { key: 'name' }));
      return noContent;
    }),
    route('DELETE', '/tokens/named/{id}', 'delete_named_token', 'Delete a named token', async (call) => {
      const { token } = await enter(deps, call);
      await registry.deleteNamedToken(token.id);
      return noContent;
    }),
    route('GET', '/tokens/named/{id}/status', 'get_named_token_status', 'Learn whether a named token is revoked', async (call) => {
      const token = await registry.namedToken(call.param('id'));
      if (token === null) throw notFound();
      requireZoneUser(call, `od_token.${token.id}.status:private`);
      return json({ revoked: token.revoked });
    }),
    route('POST', '/user/tokens/temporary', 'create_temporary_token_for_current_user', 'Create a temporary token', async (call) => {
      const user = requireZoneUser(call, 'od_token.null.user_temporary_token:private');
      const { caveats = [], type = 'act' } = zoneData(call.body, { optional: { caveats: caveatsField, type: typeField } });
      const inTime = caveats
        .map(caveatFromJson)
        .some((caveat) => caveat !== null && 'type' in caveat && caveat.type === 'time' && caveat.validUntil <= user.nowSeconds + maxTtl);
      if (!inTime) throw new Refusal(makeError('tokenTimeCaveatRequired', { maxTtl }));
      const token = await registry.tokens.temporaryTokenText(user.account.id, type, caveats);
      return { kind: 'json', status: 201, body: { token } };
    }),
    route(
      'GET',
      '/user/tokens/temporary',
      'get_temporary_token_generation_of_current_user',
      'Get the generation of temporary tokens',
      async (call) => json({ generation: await registry.temporaryTokenGeneration(own(call)) }),
    ),
    route(
      'DELETE',
      '/user/tokens/temporary',
      'revoke_all_temporary_tokens_of_current_user',
      'Revoke all own temporary tokens',
      async (call) => {
        await registry.revokeTemporaryTokens(own(call));
        return noContent;
      },
    ),
    {
      ...route('POST', '/tokens/examine', 'examine_token', 'Read the public properties of a token', async (call) =>
        json(givenToken(call, examineToken)),
      ),
      readsOnly: true,
    },
    {
      ...route('POST', '/tokens/confine', 'confine_token', 'Add caveats to a token', async (call) => {
        const { caveats } = zoneData(call.body, { required: { caveats: caveatsField } });
        const added = caveats.map(caveatFromJson).filter((caveat) => caveat !== null);
        return json({ token: givenToken(call, (token) => confineToken(token, added)) });
      }),
      readsOnly: true,
    },
  ];
}
