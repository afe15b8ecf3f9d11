/** Tokens over HTTP: verification in its order, and what they may do (rest §2, §8.8). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '@laneway/model';
import { databaseKinds } from '../../../test/support/databases.ts';
import { addCaveats, mintMacaroon } from '../../engine/src/registry/macaroon.ts';
import { decodeToken, encodeToken } from '../../engine/src/registry/token-text.ts';
import { newWorld, type Answer, type Person, type World } from './support/world.ts';

const oz = '/api/v3/onezone';
const op = '/api/v3/oneprovider';

describe.each(databaseKinds)('tokens on $name', (kind) => {
  let world: World;
  let ada: Person;
  let bob: Person;

  beforeAll(async () => {
    world = await newWorld({}, kind);
    ada = await world.person('Ada');
    bob = await world.person('Bob');
  });
  afterAll(async () => await world.close());

  const now = (): number => Math.floor(Date.now() / 1000);
  const soon = (): object => ({ type: 'time', validUntil: now() + 600 });
  const named = async (as: Person, request: object): Promise<{ id: string; token: string }> => {
    const answer = await world.post(`${oz}/user/tokens/named`, as, { name: newId(), ...request });
    if (answer.status !== 201) throw new Error(answer.text);
    return { id: answer.body.tokenId, token: answer.body.token };
  };
  const identityToken = async (as: Person, caveats: readonly object[] = []): Promise<string> =>
    (await named(as, { type: { identityToken: {} }, caveats })).token;
  const group = async (name: string): Promise<{ readonly type: 'group'; readonly id: string }> => {
    const answer = await world.post(`${oz}/groups`, world.admin, { name });
    if (answer.status !== 201) throw new Error(answer.text);
    return { type: 'group', id: String(answer.headers['location']).split('/').at(-1)! };
  };
  const authError = async (headers: Record<string, string>, url = `${oz}/user`): Promise<any> => {
    const answer = await world.request('GET', url, { headers });
    return answer.status === 401 ? answer.body.error.details.authError : `status ${answer.status}`;
  };
  const verify = async (what: 'access' | 'identity' | 'invite', body: object): Promise<Answer> =>
    await world.post(`${oz}/tokens/verify_${what}_token`, null, body);
  /** The token as somebody would forge it who knows its text but no secret, or who knows all. */
  const forged = (token: string, change: { readonly identifier?: string; readonly caveats?: readonly string[] }): string => {
    const decoded = decodeToken(token);
    if (!decoded.ok) throw new Error(decoded.error.description);
    const { macaroon } = decoded.value;
    return encodeToken({ ...addCaveats(macaroon, change.caveats ?? []), identifier: change.identifier ?? macaroon.identifier });
  };

  describe('verification', () => {
    it('goes through its checks in their order (rest §2.3)', async () => {
      const { id, token } = await named(ada, { caveats: [{ type: 'time', validUntil: 1 }] });
      const bad = 'nonsense';
      const odd = forged(token, { caveats: ['weather = fine'] });
      const foreign = forged(odd, { identifier: `2/nmd/usr-${bob.id}/act/${id}` });
      const unknown = forged(foreign, { identifier: `2/nmd/usr-${bob.id}/act/none` });
      const errors: string[] = [];
      const next = async (text: string, headers: Record<string, string> = {}): Promise<void> => {
        errors.push((await authError({ 'x-auth-token': text, ...headers })).id);
      };
      const both = { 'x-onedata-service-token': bad, 'x-onedata-consumer-token': bad };
      await next(bad, both);
      const notAccess = await identityToken(ada);
      await next(notAccess, both);
      await next(notAccess, { 'x-onedata-consumer-token': bad });
      await next(notAccess);
      await next(unknown);
      await world.send('PATCH', `${oz}/tokens/named/${id}`, ada, { revoked: true });
      await next(foreign);
      await world.send('PATCH', `${oz}/tokens/named/${id}`, ada, { revoked: false });
      await next(foreign);
      await next(odd);
      await next(token);
      expect(errors).toEqual([
        'badToken',
        'badServiceToken',
        'badConsumerToken',
        'notAnAccessToken',
        'tokenInvalid',
        'tokenRevoked',
        'tokenSubjectInvalid',
        'tokenCaveatUnknown',
        'tokenCaveatUnverified',
      ]);
      const { token: good } = await named(ada, {});
      const stolen = forged(good, {});
      expect((await authError({ 'x-auth-token': stolen })) as string).toBe('status 200');
      const decoded = decodeToken(good);
      if (!decoded.ok) throw new Error('unreadable');
      const guessed = encodeToken(mintMacaroon({ location: 'localhost', identifier: decoded.value.macaroon.identifier, secret: 'guess' }));
      expect((await authError({ 'x-auth-token': guessed })).id).toBe('tokenInvalid');
    });

    it('a newer generation than there is, is invalid, and an older one revoked (rest §2.3)', async () => {
      const { body } = await world.post(`${oz}/user/tokens/temporary`, bob, { caveats: [soon()] });
      const generation = (await world.get(`${oz}/user/tokens/temporary`, bob)).body.generation;
      const of = (other: number): string => forged(body.token, { identifier: `2/tmp-${other}/usr-${bob.id}/act/x` });
      expect((await authError({ 'x-auth-token': of(generation + 1) })).id).toBe('tokenInvalid');
      expect((await authError({ 'x-auth-token': of(generation - 1) })).id).toBe('tokenRevoked');
      expect((await authError({ 'x-auth-token': forged(body.token, { identifier: `2/tmp-1/usr-none/act/x` }) })).id).toBe(
        'tokenSubjectInvalid',
      );
    });

    it('an identifier that is only an id is a named access token (rest §2.2)', async () => {
      const { id } = await named(ada, {});
      const secret = (await world.registry.namedToken(id))!.secret;
      const legacy = encodeToken(mintMacaroon({ location: 'localhost', identifier: id, secret }));
      expect(await authError({ 'x-auth-token': legacy })).toBe('status 200');
      expect((await world.post(`${oz}/tokens/examine`, null, { token: legacy })).body).toMatchObject({
        id,
        persistence: 'named',
        subject: { type: 'nobody', id: null },
        type: { accessToken: {} },
      });
    });

    it('a consumer is known by its own token, in the header of that name (rest R22)', async () => {
      const { token } = await named(ada, { caveats: [{ type: 'consumer', whitelist: [`usr-${bob.id}`] }] });
      const from = async (person: Person): Promise<any> =>
        await authError({ 'x-auth-token': token, 'x-onedata-consumer-token': await identityToken(person) });
      expect(await from(bob)).toBe('status 200');
      expect((await from(ada)).id).toBe('tokenCaveatUnverified');
      expect((await authError({ 'x-auth-token': token })).id).toBe('tokenCaveatUnverified');
      const error = await authError({ 'x-auth-token': token, 'x-onedata-consumer-token': bob.token });
      expect([error.id, error.details.tokenError.id]).toEqual(['badConsumerToken', 'notAnIdentityToken']);
    });

    it('a group is a consumer as each who belongs to it in effect, a provider by its own token (rest §2.4, R99)', async () => {
      const [outer, inner] = [await group('outer'), await group('inner')];
      await world.registry.members.add({ container: outer, member: inner, privileges: [], owner: false });
      const join = { container: inner, member: { type: 'user', id: bob.id }, privileges: [], owner: false } as const;
      await world.registry.members.add(join);
      const from = async (caveat: readonly string[], consumerToken: string): Promise<string> => {
        const { token } = await named(ada, { caveats: [{ type: 'consumer', whitelist: caveat }] });
        const error = await authError({ 'x-auth-token': token, 'x-onedata-consumer-token': consumerToken });
        return error === 'status 200' ? 'fits' : error.id;
      };
      const [ofBob, ofAda] = [await identityToken(bob), await identityToken(ada)];
      for (const caveat of [[`grp-${inner.id}`], [`grp-${outer.id}`], ['usr-none', `grp-${outer.id}`], ['grp-*']]) {
        expect([caveat, await from(caveat, ofBob), await from(caveat, ofAda)]).toEqual([caveat, 'fits', 'tokenCaveatUnverified']);
      }
      expect(await from([`usr-${outer.id}`], ofBob)).toBe('tokenCaveatUnverified');
      expect(await from(['grp-none'], ofBob)).toBe('tokenCaveatUnverified');
      await world.registry.members.remove(join.container, join.member);
      expect(await from([`grp-${outer.id}`], ofBob)).toBe('tokenCaveatUnverified');
      const { providerId } = world.deps;
      const url = `${oz}/providers/${providerId}/tokens/temporary`;
      const ofProvider = await world.post(url, world.admin, { type: { identityToken: {} }, caveats: [soon()] });
      expect(await from([`prv-${providerId}`], `opw-${ofProvider.body.token}`)).toBe('fits');
      expect(await from(['prv-other', 'usr-*', 'grp-*'], `opw-${ofProvider.body.token}`)).toBe('tokenCaveatUnverified');
    });

    it('an access token whose scope is its identity is one for nothing else (rest §2.4)', async () => {
      const { token } = await named(bob, { caveats: [{ scope: 'identityToken' }] });
      expect((await authError({ 'x-auth-token': token })).id).toBe('tokenCaveatUnverified');
      expect((await verify('identity', { token })).body).toEqual({ subject: { type: 'user', id: bob.id }, ttl: null });
      expect((await verify('identity', { token: ada.token })).error).toBe('notAnIdentityToken');
    });

    it('a service shows itself by a token of this provider, on Onezone only; Oneprovider is for users (rest R22, R25, R34)', async () => {
      const url = `${oz}/providers/${world.deps.providerId}/tokens`;
      expect((await world.post(`${url}/temporary`, ada, {})).status).toBe(403);
      expect((await world.post(`${oz}/providers/none/tokens/temporary`, null, {})).status).toBe(404);
      const body = { type: 'identityToken', caveats: [soon()] };
      const service = (await world.post(`${url}/temporary`, world.admin, body)).body.token as string;
      const { token } = await named(ada, { caveats: [{ type: 'service', whitelist: [`opw-${world.deps.providerId}`] }] });
      for (const text of [service, `opw-${service}`])
        expect(await authError({ 'x-auth-token': token, 'x-onedata-service-token': text })).toBe('status 200');
      const panel = { 'x-auth-token': token, 'x-onedata-service-token': `opp-${service}` };
      expect((await authError(panel)).id).toBe('tokenCaveatUnverified');
      const user = await authError({ 'x-auth-token': token, 'x-onedata-service-token': await identityToken(ada) });
      expect([user.id, user.details.tokenError.id]).toEqual(['badServiceToken', 'tokenSubjectInvalid']);
      const lasting = (await world.post(`${url}/named`, world.admin, { name: 'us', type: 'identityToken' })).body;
      expect((await verify('identity', { token: lasting.token })).body.subject).toEqual({ type: 'oneprovider', id: world.deps.providerId });
      expect((await world.get(`${oz}/tokens/named/${lasting.tokenId}`, world.admin)).body.token).toBe(lasting.token);
      const access = (await world.post(`${url}/named`, world.admin, { name: 'access' })).body.token;
      expect((await authError({ 'x-auth-token': access }, `${op}/spaces`)).id).toBe('tokenSubjectInvalid');
    });

    it('Oneprovider takes caveats of data access, Onezone does not; both know at once that a token is revoked (rest R23)', async () => {
      const { token, id } = await named(ada, { caveats: [{ type: 'data.readonly' }] });
      const outcomes = async (): Promise<readonly unknown[]> =>
        await Promise.all(
          [`${op}/spaces`, `${oz}/user`].map(async (url) => {
            const outcome = await authError({ 'x-auth-token': token }, url);
            return outcome.id ?? outcome;
          }),
        );
      expect(await outcomes()).toEqual(['status 200', 'tokenCaveatUnverified']);
      await world.send('PATCH', `${oz}/tokens/named/${id}`, ada, { revoked: true });
      expect(await outcomes()).toEqual(['tokenRevoked', 'tokenRevoked']);
    });

    it('a token for providers reads what they need on Onezone, and nothing else (rest R34)', async () => {
      const { token } = await named(ada, { caveats: [{ type: 'service', whitelist: ['opw-*'] }] });
      const as = { id: ada.id, token };
      for (const path of ['user', 'user/spaces', 'user/atm_inventories']) expect((await world.get(`${oz}/${path}`, as)).status).toBe(200);
      expect((await world.get(`${op}/spaces`, as)).status).toBe(200);
      expect((await world.get(`${oz}/user/tokens/named`, as)).status).toBe(401);
      expect((await world.post(`${oz}/user/spaces`, as, { name: 'mine' })).status).toBe(401);
      const elsewhere = (await named(ada, { caveats: [{ type: 'service', whitelist: ['opw-other'] }] })).token;
      expect((await authError({ 'x-auth-token': elsewhere }, `${op}/spaces`)).id).toBe('tokenCaveatUnverified');
    });

    it('api caveats name service, operation and resource (rest R28, R29, R30)', async () => {
      const spaceId = await world.space(ada);
      const to = async (entry: string): Promise<Person> => ({
        id: ada.id,
        token: (await named(ada, { caveats: [{ type: 'api', whitelist: [entry] }] })).token,
      });
      const list = `${op}/spaces/${spaceId}/automation/execution/workflows`;
      const gri = `op_space.${spaceId}.atm_workflow_executions:private`;
      for (const entry of [`opw/get/${gri}`, `all/all/${gri}`, 'opw/get/op_space.*.atm_workflow_executions:private'])
        expect([entry, (await world.get(list, await to(entry))).status]).toEqual([entry, 200]);
      for (const entry of [`ozw/get/${gri}`, `opw/create/${gri}`, 'opw/get/op_space.x.atm_workflow_executions:private'])
        expect([entry, (await world.get(list, await to(entry))).status]).toEqual([entry, 401]);
    });

    it('a token for files reads the list of spaces that it reaches, and no automation (rest R32)', async () => {
      const [one, two] = [await world.space(ada, 'one'), await world.space(ada, 'two')];
      const caveats = [{ type: 'data.path', whitelist: [Buffer.from(`/${one}/photos`).toString('base64')] }];
      const as = { id: ada.id, token: (await named(ada, { caveats })).token };
      expect((await world.get(`${op}/spaces`, as)).body.map((space: any) => space.spaceId)).toEqual([one]);
      expect((await world.get(`${op}/spaces/${one}`, as)).status).toBe(200);
      expect((await world.get(`${op}/spaces/${two}`, as)).status).toBe(403);
      const refused = await world.get(`${op}/spaces/${one}/automation/execution/workflows`, as);
      expect([refused.status, refused.body.error.details.authError.details.caveat]).toEqual([401, caveats[0]]);
    });
  });

  describe('named and temporary tokens', () => {
    it('hold what they were made with, and are found by name (rest §8.8)', async () => {
      const person = await world.person('Keeper');
      const request = { name: 'all of it', type: { identityToken: {} }, caveats: [soon()], customMetadata: { a: [1] }, revoked: true };
      const { id, token } = await named(person, request);
      const shown = (await world.get(`${oz}/user/tokens/named/name/all%20of%20it`, person)).body;
      const { customMetadata: _, ...top } = request;
      expect(shown).toMatchObject({ ...top, id, token, subject: { type: 'user', id: person.id } });
      expect(shown.metadata).toEqual({ creationTime: expect.any(Number) as number, customMetadata: { a: [1] } });
      expect((await world.get(`${oz}/user/tokens/named/name/none`, person)).status).toBe(404);
      expect((await world.send('PATCH', `${oz}/tokens/named/${id}`, person, {})).body.error.details.keys).toEqual([
        'customMetadata',
        'name',
        'revoked',
      ]);
      await world.send('PATCH', `${oz}/tokens/named/${id}`, person, { name: 'other', customMetadata: {}, revoked: false });
      expect((await world.get(`${oz}/tokens/named/${id}`, person)).body).toMatchObject({ name: 'other', revoked: false });
      expect((await world.send('DELETE', `${oz}/user/tokens/named`, person)).status).toBe(204);
      expect(await world.registry.namedTokens(person.id)).toEqual([]);
    });

    it('are refused with what no such token could satisfy (rest R131, §2.4)', async () => {
      const error = async (request: object): Promise<any> =>
        (await world.post(`${oz}/user/tokens/named`, ada, { name: newId(), ...request })).body.error;
      const service = { type: 'service', whitelist: ['opw-x'] };
      expect(await error({ type: 'identityToken', caveats: [service] })).toMatchObject({
        id: 'badValueCaveat',
        details: { caveat: service },
      });
      expect(await error({ caveats: [{ type: 'ip', whitelist: ['1.2.3.4/40'] }] })).toMatchObject({ id: 'badValueCaveat' });
      expect(await error({ type: { inviteToken: { inviteType: 'userJoinMoon', moonId: 'x' } } })).toMatchObject({
        id: 'badValueTokenType',
      });
    });

    it('of others are for those who manage tokens (rest §8.8)', async () => {
      const url = `${oz}/users/${ada.id}/tokens`;
      const manager = await world.person('Manager', ['oz_tokens_manage']);
      for (const path of [`${url}/named`, `${url}/temporary`, `${oz}/tokens/named`]) {
        expect((await world.get(path, null)).status).toBe(401);
        expect((await world.get(path, bob)).status).toBe(403);
        expect((await world.get(path, manager)).status).toBe(200);
      }
      expect((await world.get(`${oz}/users/none/tokens/named`, null)).status).toBe(404);
      const { tokenId } = (await world.post(`${url}/named`, manager, { name: 'for you' })).body;
      expect((await world.get(`${oz}/tokens/named`, manager)).body.tokens).toContain(tokenId);
      expect((await world.get(`${url}/named/name/for%20you`, manager)).body.subject).toEqual({ type: 'user', id: ada.id });
      const temporary = (await world.post(`${url}/temporary`, manager, { caveats: [soon()] })).body.token;
      expect(await authError({ 'x-auth-token': temporary })).toBe('status 200');
      expect((await world.send('DELETE', `${url}/temporary`, manager)).status).toBe(204);
      expect((await authError({ 'x-auth-token': temporary })).id).toBe('tokenRevoked');
      const other = await world.person('Other');
      await world.send('DELETE', `${oz}/users/${other.id}/tokens/named`, manager);
      expect((await authError({ 'x-auth-token': other.token })).id).toBe('tokenInvalid');
    });

    it('that are temporary end within a week (rest R132)', async () => {
      const url = `${oz}/user/tokens/temporary`;
      const ending = async (validUntil: number): Promise<Answer> => await world.post(url, ada, { caveats: [{ type: 'time', validUntil }] });
      expect((await ending(now() + 604_700)).status).toBe(201);
      const refused = await ending(now() + 604_900);
      expect(refused.body.error).toMatchObject({ id: 'tokenTimeCaveatRequired', details: { maxTtl: 604_800 } });
    });

    it('without names: the deprecated ones are access tokens shown as texts (rest R136)', async () => {
      const person = await world.person('Client');
      const url = `${oz}/user/client_tokens`;
      const { token } = (await world.post(url, person)).body;
      expect(await authError({ macaroon: token })).toBe('status 200');
      expect((await world.get(url, person)).body.tokens.toSorted()).toEqual([token, person.token].toSorted());
      expect((await world.send('DELETE', `${url}/${token}`, ada)).status).toBe(404);
      expect((await world.send('DELETE', `${url}/${token}`, person)).status).toBe(204);
      expect((await authError({ macaroon: token })).id).toBe('tokenInvalid');
    });
  });

  describe('asking about a token', () => {
    it('what is wrong with it comes as it is; a text that is none belongs to its key (rest R133, R134)', async () => {
      const { id, token } = await named(ada, {});
      expect((await verify('access', { token })).body).toEqual({ subject: { type: 'user', id: ada.id }, ttl: null });
      expect((await verify('access', {})).body.error.details).toEqual({ key: 'token' });
      expect((await verify('access', { token: '' })).error).toBe('badValueEmpty');
      const bad = await verify('access', { token: 'bad' });
      expect(bad.body.error).toMatchObject({ id: 'badValueToken', details: { key: 'token', tokenError: { id: 'badToken' } } });
      expect((await verify('access', { token, consumerToken: 'bad' })).body.error.details.key).toBe('consumerToken');
      expect((await verify('invite', { token })).body.error).toMatchObject({
        id: 'notAnInviteToken',
        details: { expectedInviteType: 'any', received: { accessToken: {} } },
      });
      expect((await verify('invite', { token, expectedInviteType: 'odd' })).error).toBe('badValueInviteType');
      expect((await verify('access', { token: await identityToken(ada) })).status).toBe(400);
      await world.send('PATCH', `${oz}/tokens/named/${id}`, ada, { revoked: true });
      const revoked = await verify('access', { token });
      expect([revoked.status, revoked.error]).toEqual([400, 'tokenRevoked']);
    });

    it('it is verified for the circumstances that are told (rest §2.4, §8.8)', async () => {
      const fits = async (caveat: object, told: object): Promise<string | undefined> =>
        (await verify('access', { token: (await named(ada, { caveats: [caveat] })).token, ...told })).error ?? 'fits';
      const ip = { type: 'ip', whitelist: ['2001:db8::/32', '192.0.2.0/24'] };
      expect(await fits(ip, {})).toBe('tokenCaveatUnverified');
      expect(await fits(ip, { peerIp: '192.0.2.9' })).toBe('fits');
      expect(await fits(ip, { peerIp: '2001:db8::1' })).toBe('fits');
      expect(await fits(ip, { peerIp: '2001:db9::1' })).toBe('tokenCaveatUnverified');
      expect(await fits(ip, { peerIp: 'here' })).toBe('badValueIPv4Address');
      const graphsync = { type: 'interface', interface: 'graphsync' };
      expect(await fits(graphsync, { interface: 'graphsync' })).toBe('fits');
      expect(await fits(graphsync, { interface: 'rest' })).toBe('tokenCaveatUnverified');
      expect(await fits({ type: 'data.readonly' }, {})).toBe('tokenCaveatUnverified');
      expect(await fits({ type: 'data.readonly' }, { allowDataAccessCaveats: true })).toBe('fits');
      const consumer = { type: 'consumer', whitelist: [`usr-${bob.id}`] };
      expect(await fits(consumer, { consumerToken: await identityToken(bob) })).toBe('fits');
      const { ttl } = (
        await verify('access', { token: (await named(ada, { caveats: [soon(), { type: 'time', validUntil: now() + 60 }] })).token })
      ).body;
      expect(ttl).toBeGreaterThan(50);
      expect(ttl).toBeLessThanOrEqual(60);
    });

    it('an access token tells until when it is good, and for which spaces (rest §8.8)', async () => {
      const person = await world.person('Scoped');
      const [one, two] = [await world.space(person, 'first'), await world.space(person, 'second')];
      const validUntil = now() + 100;
      const time = { type: 'time', validUntil };
      const scope = async (caveats: readonly object[]): Promise<any> =>
        (await world.post(`${oz}/tokens/infer_access_token_scope`, null, { token: (await named(person, { caveats })).token })).body;
      const whole = await scope([]);
      expect([whole.validUntil, whole.dataAccessScope.readonly]).toEqual([null, false]);
      expect(Object.keys(whole.dataAccessScope.spaces).toSorted()).toEqual([one, two].toSorted());
      const narrow = await scope([
        time,
        { type: 'data.readonly' },
        { type: 'data.path', whitelist: [Buffer.from(`/${two}`).toString('base64')] },
      ]);
      const supports = { [world.deps.providerId]: { readonly: true } };
      expect(narrow).toMatchObject({ validUntil, dataAccessScope: { readonly: true, spaces: { [two]: { name: 'second', supports } } } });
      expect(Object.keys(narrow.dataAccessScope.spaces)).toEqual([two]);
      const { fileId } = (await world.post(`${op}/lookup-file-id/first`, person)).body;
      expect(Object.keys((await scope([{ type: 'data.objectid', whitelist: [fileId] }])).dataAccessScope.spaces)).toEqual([one]);
      expect(await scope([{ type: 'ip', whitelist: ['10.0.0.1'] }])).toMatchObject({ validUntil: null });
      const identity = await identityToken(person);
      expect((await world.post(`${oz}/tokens/infer_access_token_scope`, null, { token: identity })).error).toBe('notAnAccessToken');
    });
  });
});
