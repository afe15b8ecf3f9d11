/** What can be wrong with a token, asked of every operation to which one is given (rest §2.3, R110, R133). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '@laneway/model';
import { addCaveats } from '../../engine/src/registry/macaroon.ts';
import { decodeToken, encodeToken } from '../../engine/src/registry/token-text.ts';
import { idOf, oz, Relations } from './support/relations.ts';
import { newWorld, type Answer, type Person, type World } from './support/world.ts';

type TokenType = Parameters<World['registry']['createNamedToken']>[1]['type'];

let world: World;
let ada: Person;

beforeAll(async () => {
  world = await newWorld();
  ada = await world.person('Ada');
});
afterAll(async () => await world.close());

interface Made {
  readonly id: string;
  readonly token: string;
}

async function made(
  type: TokenType,
  of: Person = ada,
  more: { readonly caveats?: readonly object[]; readonly usageLimit?: number } = {},
): Promise<Made> {
  const request = { name: newId(), type, caveats: [], customMetadata: {}, revoked: false, ...more };
  const token = await world.registry.createNamedToken(of.id, request);
  if (!token.ok) throw new Error(token.error.description);
  return { id: token.value.tokenId, token: token.value.token };
}

/** As somebody changes it who has its text and no secret. */
function forged(token: string, { subject, caveats = [] }: { readonly subject?: Person; readonly caveats?: readonly string[] }): string {
  const decoded = decodeToken(token);
  if (!decoded.ok) throw new Error(decoded.error.description);
  const { macaroon } = decoded.value;
  const identifier = subject === undefined ? macaroon.identifier : macaroon.identifier.replace(/usr-\w+/, `usr-${subject.id}`);
  return encodeToken({ ...addCaveats(macaroon, caveats), identifier });
}

/** Wrong in itself: error → the token, given the type that is asked for. */
const wrongTokens: Readonly<Record<string, (type: TokenType) => Promise<string>>> = {
  tokenInvalid: async (type) => {
    const { id, token } = await made(type);
    expect((await world.send('DELETE', `${oz}/tokens/named/${id}`, ada)).status).toBe(204);
    return token;
  },
  tokenRevoked: async (type) => {
    const { id, token } = await made(type);
    expect((await world.send('PATCH', `${oz}/tokens/named/${id}`, ada, { revoked: true })).status).toBe(204);
    return token;
  },
  tokenCaveatUnknown: async (type) => forged((await made(type)).token, { caveats: ['weather = fine'] }),
  tokenCaveatUnverified: async (type) => forged((await made(type)).token, { caveats: ['time < 1'] }),
};

async function subjectForged(type: TokenType): Promise<string> {
  return forged((await made(type)).token, { subject: world.admin });
}

describe('asking about a token that is wrong', () => {
  const asked: readonly (readonly [operation: string, type: () => Promise<TokenType>])[] = [
    ['verify_access_token', async () => 'act'],
    ['verify_identity_token', async () => 'idn'],
    ['verify_invite_token', async () => `ujs:${await world.space(ada)}:`],
    ['infer_access_token_scope', async () => 'act'],
  ];

  async function ask(operation: string, token: string, more: object = {}): Promise<unknown> {
    const answer = await world.post(`${oz}/tokens/${operation}`, null, { token, ...more });
    return [answer.status, answer.error];
  }

  it.each(asked)('%s names what is wrong as it is (rest R133)', async (operation, type) => {
    for (const [error, wrong] of Object.entries({ ...wrongTokens, tokenSubjectInvalid: subjectForged }))
      expect(await ask(operation, await wrong(await type()))).toEqual([400, error]);
  });

  it.each(asked)('%s refuses the token of a consumer that is wrong itself (rest R22)', async (operation, type) => {
    const consumerToken = await wrongTokens['tokenRevoked']!('idn');
    expect(await ask(operation, (await made(await type())).token, { consumerToken })).toEqual([400, 'badConsumerToken']);
  });

  it.each([
    ['verify_access_token', 'act'],
    ['verify_identity_token', 'idn'],
  ] as const)('%s: it comes with a service only by a good token of the service (rest R22)', async (operation, type) => {
    const { token } = await made(type);
    const ofUser = (await made('idn')).token;
    expect(await ask(operation, token, { serviceToken: ofUser })).toEqual([400, 'badServiceToken']);
    const revoked = await wrongTokens['tokenRevoked']!('idn');
    expect(await ask(operation, token, { serviceToken: revoked })).toEqual([400, 'badServiceToken']);
    const request = { name: newId(), type: 'idn', caveats: [], customMetadata: {}, revoked: false } as const;
    const ofProvider = await world.registry.createNamedToken(world.deps.providerId, request, 'oneprovider');
    if (!ofProvider.ok) throw new Error(ofProvider.error.description);
    expect(await ask(operation, token, { serviceToken: ofProvider.value.token })).toEqual([200, undefined]);
  });

  it.each([
    ['verify_access_token', []],
    ['infer_access_token_scope', []],
    // One that proves who somebody is, and no more.
    ['verify_identity_token', [{ scope: 'identityToken' }]],
  ])('%s: one that is bound to a session is good nowhere else (rest §2.3 row 11)', async (operation, caveats) => {
    expect(await ask(operation, (await made('act', ada, { caveats })).token)).toEqual([200, undefined]);
    expect(await ask(operation, (await made(`act:${newId()}`, ada, { caveats })).token)).toEqual([400, 'tokenSessionInvalid']);
  });
});

describe('joining by an invitation that is wrong', () => {
  /** Where one joins, by which kind of token, to a thing of Ada's. */
  const joins = [
    { operation: 'join_space', path: 'user/spaces/join', code: 'ujs' },
    { operation: 'join_atm_inventory', path: 'user/atm_inventories/join', code: 'uji' },
    { operation: 'join_group', path: 'user/groups/join', code: 'ujg' },
    { operation: 'group_join_space', path: 'groups/{gid}/spaces/join', code: 'gjs' },
    { operation: 'group_join_atm_inventory', path: 'groups/{gid}/atm_inventories/join', code: 'gji' },
  ] as const;
  type Join = (typeof joins)[number];

  let relations: Relations;
  beforeAll(() => {
    relations = new Relations(world);
  });

  async function target({ code }: Join): Promise<{ readonly id: string; readonly url: string; readonly adds: string }> {
    const adds = code.startsWith('u') ? 'add_user' : 'add_group';
    if (code.endsWith('s')) {
      const id = await world.space(ada, newId());
      return { id, url: `${oz}/spaces/${id}`, adds: `space_${adds}` };
    }
    if (code.endsWith('i')) {
      const id = await world.inventory(ada);
      return { id, url: `${oz}/atm_inventories/${id}`, adds: `atm_inventory_${adds}` };
    }
    const id = await relations.group(ada);
    return { id, url: `${oz}/groups/${id}`, adds: `group_${adds}` };
  }

  /** Somebody new, or a new group of his, tries to come in. */
  async function comer({ path }: Join): Promise<(token: string) => Promise<unknown>> {
    const person = await world.person('Comer');
    const group = path.startsWith('groups/') ? idOf(await world.post(`${oz}/user/groups`, person, { name: 'crew' })) : '';
    const url = `${oz}/${path.replace('{gid}', group)}`;
    return async (token) => {
      const answer: Answer = await world.post(url, person, { token });
      return [answer.status, answer.error];
    };
  }

  async function invitation(join: Join, usageLimit?: number): Promise<Made> {
    const type = `${join.code}:${(await target(join)).id}:`;
    return await made(type, ada, usageLimit === undefined ? {} : { usageLimit });
  }

  it.each(joins)('$operation names what is wrong with the token (rest R110)', async (join) => {
    const enter = await comer(join);
    for (const [error, wrong] of Object.entries(wrongTokens)) {
      const { id } = await target(join);
      expect(await enter(await wrong(`${join.code}:${id}:`))).toEqual([400, error]);
    }
  });

  it.each(joins)('$operation: nobody comes twice, nor by a token that is used up (rest R110)', async (join) => {
    const [first, second] = [await comer(join), await comer(join)];
    const { token } = await invitation(join, 1);
    const unlimited = (await invitation(join)).token;
    expect(await first(token)).toEqual([201, undefined]);
    expect(await second(token)).toEqual([400, 'inviteTokenUsageLimitReached']);
    expect([await first(unlimited), await first(unlimited)]).toEqual([
      [201, undefined],
      [409, 'relationAlreadyExists'],
    ]);
  });

  it.each(joins)('$operation: an invitation ends with the right of who invited, and with its target (rest R110)', async (join) => {
    const { id, url, adds } = await target(join);
    const inviter = await world.person('Inviter');
    await relations.join(`${url.slice(oz.length + 1)}/users/${inviter.id}`);
    const grants = await world.send('PATCH', `${url}/users/${inviter.id}/privileges`, ada, { grant: [adds] });
    expect(grants.status).toBe(204);
    const { token } = await made(`${join.code}:${id}:`, inviter);
    expect((await world.send('PATCH', `${url}/users/${inviter.id}/privileges`, ada, { revoke: [adds] })).status).toBe(204);
    const enter = await comer(join);
    expect(await enter(token)).toEqual([400, 'inviteTokenSubjectNotAuthorized']);
    expect((await world.send('DELETE', url, ada)).status).toBe(204);
    expect(await enter(token)).toEqual([400, 'inviteTokenTargetIdInvalid']);
  });
});
