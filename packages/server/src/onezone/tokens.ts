/** Named and temporary tokens (rest §8.8). */
import { inviteOf, typeOfText, type NamedToken, type TokenSubject } from '@laneway/engine';
import { booleanField, entityNameField, makeError, objectField } from '@laneway/model';
import { forbidden, hasZonePrivilege, notFound, type UserIdentity } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { zoneData } from '../http/fields.ts';
import { Refusal } from '../http/refusal.ts';
import { json, noContent, type Call, type Route } from '../http/route.ts';
import { requireZonePrivilege, requireZoneUser } from './access.ts';
import { createNamed, createTemporary } from './token-creation.ts';

const prefix = '/api/v3/onezone';
/** Whose tokens a path is about, after the caller was let pass: a user's own, or another subject's. */
interface TokenOwner {
  /** Below which the paths are, such as `/users/{uid}`. */
  readonly base: string;
  /** Ends operation ids and summaries. */
  readonly name: string;
  readonly enter: (call: Call, what: 'named' | 'temporary') => Promise<{ readonly subject: TokenSubject; readonly user: UserIdentity }>;
}

function owners(deps: ServerDeps): readonly TokenOwner[] {
  const gri = (what: 'named' | 'temporary'): string => `token.null.user_${what === 'named' ? 'named_tokens' : 'temporary_token'}:private`;
  return [
    {
      base: '/user',
      name: 'current_user',
      enter: async (call, what) => {
        const user = requireZoneUser(call, gri(what));
        return await Promise.resolve({ subject: { type: 'user', id: user.account.id }, user });
      },
    },
    {
      base: '/users/{uid}',
      name: 'user',
      enter: async (call, what) => {
        const id = call.param('uid');
        if ((await deps.registry.user(id)) === null) throw notFound();
        return { subject: { type: 'user', id }, user: requireZonePrivilege(call, gri(what), 'oz_tokens_manage') };
      },
    },
    {
      base: '/providers/{pid}',
      name: 'provider',
      enter: async (call) => {
        const id = call.param('pid');
        if (id !== deps.providerId) throw notFound();
        const user = requireZonePrivilege(call, `token.null.provider_tokens:private`, 'oz_tokens_manage');
        return await Promise.resolve({ subject: { type: 'oneprovider', id }, user });
      },
    },
  ];
}

function subjectOf(deps: ServerDeps, token: NamedToken): TokenSubject {
  return { type: token.userId === deps.providerId ? 'oneprovider' : 'user', id: token.userId };
}

function tokenJson(deps: ServerDeps, token: NamedToken): Readonly<Record<string, unknown>> {
  const subject = subjectOf(deps, token);
  const { usageLimit, usageCount, privileges } = token.invitation;
  const invitation = { usageLimit: usageLimit ?? 'infinity', usageCount, ...(privileges === null ? {} : { privileges }) };
  return {
    id: token.id,
    name: token.name,
    subject,
    type: typeOfText(token.type),
    caveats: token.caveats,
    metadata: {
      creationTime: token.creationTime,
      customMetadata: token.customMetadata,
      ...(inviteOf(token.type) === null ? {} : invitation),
    },
    revoked: token.revoked,
    token: deps.registry.tokens.namedTokenText(token, subject.type),
  };
}

/** 404 → 401 → 403: the owner, or one who manages tokens. */
async function enter(deps: ServerDeps, call: Call): Promise<NamedToken> {
  const token = await deps.registry.namedToken(call.param('id'));
  if (token === null) throw notFound();
  const user = requireZoneUser(call, `token.${token.id}.instance:private`);
  if (token.userId !== user.account.id && !hasZonePrivilege(user, 'oz_tokens_manage')) throw forbidden();
  return token;
}

type NewRoute = (method: Route['method'], path: string, operationId: string, summary: string, handle: Route['handle']) => Route;

const route: NewRoute = (method, path, operationId, summary, handle) => ({
  prefix,
  method,
  path,
  operationId,
  summary,
  body: method === 'GET' || method === 'DELETE' ? 'none' : 'json',
  handle,
  ...(operationId.startsWith('create_named') ? { parameters: creation } : {}),
});

const creation: NonNullable<Route['parameters']> = [
  { name: 'name', in: 'body', text: 'required, unique among the tokens of the subject' },
  { name: 'type, caveats, customMetadata, revoked', in: 'body', text: 'optional' },
  { name: 'usageLimit, privileges', in: 'body', text: 'of invite tokens, optional' },
];

function ownerRoutes(deps: ServerDeps, { base, name, enter: enterOwner }: TokenOwner): Route[] {
  const { registry } = deps;
  const named = async (call: Call): Promise<TokenSubject> => (await enterOwner(call, 'named')).subject;
  const who = name === 'current_user' ? 'own' : `of a ${name}`;
  return [
    route('POST', `${base}/tokens/named`, `create_named_token_for_${name}`, `Create a named token (${who})`, async (call) =>
      createNamed(deps, call, await named(call)),
    ),
    route('GET', `${base}/tokens/named`, `list_named_tokens_of_${name}`, `List named tokens (${who})`, async (call) =>
      json({ tokens: await registry.namedTokens((await named(call)).id) }),
    ),
    route('DELETE', `${base}/tokens/named`, `delete_named_tokens_of_${name}`, `Delete all named tokens (${who})`, async (call) => {
      await registry.deleteNamedTokens((await named(call)).id);
      return noContent;
    }),
    route(
      'GET',
      `${base}/tokens/named/name/{name}`,
      `get_named_token_of_${name}_by_name`,
      `Get a named token by name (${who})`,
      async (call) => {
        const token = await registry.namedTokenByName((await named(call)).id, call.param('name'));
        if (token === null) throw notFound();
        return json(tokenJson(deps, token));
      },
    ),
    route('POST', `${base}/tokens/temporary`, `create_temporary_token_for_${name}`, `Create a temporary token (${who})`, async (call) => {
      const { subject, user } = await enterOwner(call, 'temporary');
      return await createTemporary(deps, call, subject, user.nowSeconds);
    }),
    ...(name === 'provider' ? [] : generationRoutes(deps, { base, name, enter: enterOwner })),
  ];
}

/** Temporary tokens of users are revoked all at once. */
function generationRoutes({ registry }: ServerDeps, { base, name, enter: enterOwner }: TokenOwner): Route[] {
  const temporary = async (call: Call): Promise<string> => (await enterOwner(call, 'temporary')).subject.id;
  return [
    route(
      'GET',
      `${base}/tokens/temporary`,
      `get_temporary_token_generation_of_${name}`,
      'Get the generation of temporary tokens',
      async (call) => json({ generation: await registry.temporaryTokenGeneration(await temporary(call)) }),
    ),
    route('DELETE', `${base}/tokens/temporary`, `revoke_all_temporary_tokens_of_${name}`, 'Revoke all temporary tokens', async (call) => {
      await registry.revokeTemporaryTokens(await temporary(call));
      return noContent;
    }),
  ];
}

export function tokenRoutes(deps: ServerDeps): Route[] {
  const { registry } = deps;
  return [
    ...owners(deps).flatMap((owner) => ownerRoutes(deps, owner)),
    route('GET', '/tokens/named', 'list_all_named_tokens', 'List the named tokens of all subjects', async (call) => {
      requireZonePrivilege(call, 'token.null.list:private', 'oz_tokens_manage');
      return json({ tokens: await registry.namedTokens(null) });
    }),
    route('GET', '/tokens/named/{id}', 'get_named_token', 'Get a named token', async (call) =>
      json(tokenJson(deps, await enter(deps, call))),
    ),
    route('PATCH', '/tokens/named/{id}', 'modify_named_token', 'Rename, revoke or annotate a named token', async (call) => {
      const token = await enter(deps, call);
      const change = zoneData(call.body, {
        optional: { customMetadata: objectField(), name: entityNameField, revoked: booleanField() },
        atLeastOne: ['customMetadata', 'name', 'revoked'],
      });
      const { name = null, revoked = null, customMetadata } = change;
      const outcome = await registry.updateNamedToken(token.id, { name, revoked, customMetadata });
      if (outcome === 'missing') throw notFound();
      if (outcome === 'nameTaken') throw new Refusal(makeError('badValueIdentifierOccupied', { key: 'name' }));
      return noContent;
    }),
    route('DELETE', '/tokens/named/{id}', 'delete_named_token', 'Delete a named token', async (call) => {
      await registry.deleteNamedToken((await enter(deps, call)).id);
      return noContent;
    }),
    route('GET', '/tokens/named/{id}/status', 'get_named_token_status', 'Learn whether a named token is revoked', async (call) => {
      const token = await registry.namedToken(call.param('id'));
      if (token === null) throw notFound();
      requireZoneUser(call, `token.${token.id}.status:private`);
      return json({ revoked: token.revoked });
    }),
  ];
}
