/** Tokens with caveats on Onezone: what they reach there, and what makes of them no way around their caveats (rest §2.4). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newWorld, type Person, type World } from './support/world.ts';

const oz = '/api/v3/onezone';
let world: World;
let ada: Person;

beforeAll(async () => {
  world = await newWorld();
  ada = await world.person('Ada');
});
afterAll(async () => await world.close());

describe('an api caveat', () => {
  const outcome = async (...patterns: readonly string[]): Promise<number> => {
    const whitelist = patterns.map((pattern) => `ozw/get/${pattern}`);
    return (await world.get(`${oz}/user`, await world.confined(ada, [{ type: 'api', whitelist }]))).status;
  };

  it('covers the operations that its patterns describe, and no others (rest R28, R31)', async () => {
    const covering = ['user.self.instance:private', '*', '*:private', 'user.*', 'u*.*.instance:*', '**', 'user.self.instance:private*'];
    for (const pattern of covering) expect(await outcome(pattern), pattern).toBe(200);
    const others = [
      'user.self.instance',
      'user.self.instance:privat',
      'od_user.*',
      '*:public',
      'user.self.instance*instance:private',
      '*instance*self*',
      'user.self.instance:private*private',
      'usr.self.instance:private',
    ];
    for (const pattern of others) expect(await outcome(pattern), pattern).toBe(401);
    expect(await outcome('*:public', 'user.*')).toBe(200);
    // Who speaks of himself has an id, too.
    expect(await outcome(`user.${ada.id}.instance:private`)).toBe(200);
    expect(await outcome(`user.${world.admin.id}.instance:private`)).toBe(401);
  });

  it('of many stars is decided at once', async () => {
    expect(await outcome(`${'*'.repeat(300)}x`)).toBe(401);
    expect(await outcome('*e'.repeat(300))).toBe(401);
  });
});

describe('a token for files', () => {
  it('learns nothing of its user, neither as a user nor as who is logged in (rest R32)', async () => {
    for (const caveat of [{ type: 'data.readonly' }, { type: 'api', whitelist: ['opw/all/*'] }]) {
      const token = await world.confined(ada, [caveat]);
      for (const path of ['/user', '/session']) {
        const answer = await world.get(`${oz}${path}`, token);
        expect([answer.status, answer.body.error.details.authError], path).toMatchObject([401, { id: 'tokenCaveatUnverified' }]);
      }
    }
    expect((await world.get(`${oz}/session`, ada)).body).toEqual({ userId: ada.id, fullName: 'Ada', by: 'token' });
  });
});

describe('a token for providers only', () => {
  const forProviders = async (person: Person): Promise<Person> => await world.confined(person, [{ type: 'service', whitelist: ['opw-*'] }]);

  it('reads who its user is and where he belongs, but not his tokens, which are more than it is (rest R34)', async () => {
    const token = await forProviders(ada);
    for (const path of ['/user', '/user/spaces', '/user/effective_groups', '/user/atm_inventories'])
      expect((await world.get(`${oz}${path}`, token)).status, path).toBe(200);
    for (const path of ['/user/client_tokens', '/user/tokens/named', '/user/tokens/temporary']) {
      const answer = await world.get(`${oz}${path}`, token);
      expect([answer.status, answer.body.error.details.authError?.id], path).toEqual([401, 'tokenCaveatUnverified']);
    }
  });

  it('of an administrator reads of people himself alone (rest R34)', async () => {
    const token = await forProviders(world.admin);
    expect((await world.get(`${oz}/users/${world.admin.id}`, token)).status).toBe(200);
    for (const path of ['/users', `/users/${ada.id}`, `/users/${ada.id}/privileges`])
      expect((await world.get(`${oz}${path}`, token)).status, path).toBe(401);
  });

  it('changes nothing (rest R34)', async () => {
    const token = await forProviders(ada);
    expect((await world.send('PATCH', `${oz}/user`, token, { fullName: 'Somebody Else' })).status).toBe(401);
    expect((await world.post(`${oz}/user/client_tokens`, token)).status).toBe(401);
  });
});

describe('what is too long for a token', () => {
  const objects = (count: number): object => ({ type: 'data.objectid', whitelist: Array.from({ length: count }, () => 'A'.repeat(60)) });

  it('is a bad caveat wherever one is given, and leaves no token behind (rest R131)', async () => {
    const bob = await world.person('Bob');
    const caveats = [objects(2000)];
    const refused = [
      await world.post(`${oz}/tokens/confine`, null, { token: bob.token, caveats }),
      await world.post(`${oz}/user/tokens/named`, bob, { name: 'long', caveats }),
      await world.post(`${oz}/user/tokens/temporary`, bob, { caveats }),
    ];
    for (const answer of refused) expect([answer.status, answer.error]).toEqual([400, 'badValueCaveat']);
    expect((await world.get(`${oz}/user/tokens/named/name/long`, bob)).status).toBe(404);
    expect((await world.get(`${oz}/user/client_tokens`, bob)).body.tokens).toEqual([bob.token]);
    const short = await world.post(`${oz}/tokens/confine`, null, { token: bob.token, caveats: [objects(1000), objects(1000)] });
    expect(short.status).toBe(200);
  });

  it('is a bad type when it is the id in one (rest R131)', async () => {
    const id = 'A'.repeat(70_000);
    for (const type of [{ accessToken: { sessionId: id } }, { inviteToken: { inviteType: 'userJoinSpace', spaceId: id } }]) {
      const answer = await world.post(`${oz}/user/tokens/named`, ada, { name: 'long', type });
      expect([answer.status, answer.error]).toEqual([400, 'badValueTokenType']);
    }
  });
});
