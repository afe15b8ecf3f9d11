/** Logging in at an OpenID Connect provider, with a real one on this machine (design §9). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { databaseKinds } from '../../../test/support/databases.ts';
import { OidcProvider } from '../src/auth/oidc.ts';
import type { OidcSettings } from '../src/config/oidc-settings.ts';
import { loadConfig } from '../src/index.ts';
import { clientId, clientSecret, IdentityProvider, type IdPerson } from './support/identity-provider.ts';
import { newWorld, type Answer, type World } from './support/world.ts';

const oz = '/api/v3/onezone';
const callback = `${oz}/session/oidc/callback`;
const redirectUrl = `http://127.0.0.1${callback}`;
const ada: IdPerson = { sub: 'ada-at-home', name: 'Ada Lovelace', email: 'ada@example.org', email_verified: true };

function kept(answer: Answer, name: string): string {
  const given = [answer.headers['set-cookie'] ?? []].flat() as string[];
  return given.find((text) => text.startsWith(`${name}=`))?.split(';')[0] ?? '';
}

/** Headers of a browser in which the person is logged in. */
async function browserOfPerson(world: World, token: string): Promise<{ readonly cookie: string; readonly 'x-csrf-token': string }> {
  const opened = await world.request('POST', `${oz}/session`, { headers: { 'x-auth-token': token } });
  return { cookie: kept(opened, 'laneway_session'), 'x-csrf-token': opened.body.csrfToken };
}

describe.each(databaseKinds)('an identity provider on $name', (kind) => {
  let provider: IdentityProvider;
  let world: World;
  let settings: OidcSettings;

  beforeEach(async () => {
    provider = await IdentityProvider.start();
    world = await newWorld({}, kind);
    settings = { issuer: provider.issuer, clientId, clientSecret, redirectUrl, signUp: false, tokenPrefix: null };
    configure();
  });
  afterEach(async () => {
    await world.close();
    await provider.close();
  });

  function configure(changes: Partial<OidcSettings> = {}): void {
    (world.deps as { oidc: OidcProvider | null }).oidc = new OidcProvider({ ...settings, ...changes });
  }
  const begin = async (returnTo = '/somewhere'): Promise<{ readonly address: string; readonly browser: string }> => {
    const answer = await world.request('GET', `${oz}/session/oidc?returnTo=${encodeURIComponent(returnTo)}`);
    if (answer.status !== 302) throw new Error(answer.text);
    return { address: String(answer.headers['location']), browser: kept(answer, 'laneway_login') };
  };
  const finish = async (query: string, browser: string): Promise<Answer> =>
    await world.request('GET', `${callback}?${query}`, { headers: { cookie: browser } });
  const login = async (person: IdPerson, returnTo?: string): Promise<Answer> => {
    const { address, browser } = await begin(returnTo);
    return await finish(provider.agree(address, person), browser);
  };
  const authError = (answer: Answer): [number, unknown] => [answer.status, answer.body?.error.details?.authError?.id ?? answer.error];
  const userOf = async (answer: Answer): Promise<any> =>
    (await world.request('GET', `${oz}/user`, { headers: { cookie: kept(answer, 'laneway_session') } })).body;

  it('vouches for whoever is linked to the subject, who comes back to where he was', async () => {
    const person = await world.person('Ada');
    await world.registry.linkedAccounts.link(person.id, { issuer: provider.issuer, subject: ada.sub, email: null });
    const answer = await login(ada, '/executions?space=photos');
    expect([answer.status, answer.headers['location']]).toEqual([302, '/executions?space=photos']);
    expect(await userOf(answer)).toMatchObject({ userId: person.id, linkedAccounts: [{ idp: provider.issuer, subjectId: ada.sub }] });
    expect((await world.get(`${oz}/session/methods`, null)).body).toEqual({ password: true, oidc: provider.issuer });
    await world.registry.setBlocked(person.id, true);
    expect(authError(await login(ada))).toEqual([401, 'userBlocked']);
  });

  it('lets nobody in who is not linked, whatever he is called; with oidcSignUp he gets an account of his own', async () => {
    const other = await world.person('Ada Lovelace');
    expect(authError(await login(ada))).toEqual([403, 'forbiddenWithHint']);
    configure({ signUp: true });
    const first = await userOf(await login(ada));
    expect(first).toMatchObject({ fullName: 'Ada Lovelace', username: null, emails: ['ada@example.org'] });
    expect(first.userId).not.toBe(other.id);
    expect((await userOf(await login({ ...ada, name: 'Countess' }))).userId).toBe(first.userId);
    const nameless = await userOf(await login({ sub: 'x', name: '<>', email: 'x@example.org', email_verified: false }));
    expect(nameless).toMatchObject({ fullName: 'Unnamed User', emails: [] });
    const hindi = await userOf(await login({ sub: 'y', name: ' राम शर्मा – ' }));
    expect(hindi.fullName).toBe('राम शर्मा');
    const both = await Promise.all([login({ sub: 'twice' }), login({ sub: 'twice' })]);
    const users = await Promise.all(both.map(userOf));
    expect(users[0].userId).toBe(users[1].userId);
    const before = (await world.registry.users()).length;
    await login({ sub: 'twice' });
    expect(await world.registry.users()).toHaveLength(before);
  });

  it('is asked once for each login, by the browser that began it', async () => {
    configure({ signUp: true });
    const { address, browser } = await begin();
    const query = provider.agree(address, ada);
    const other = await begin();
    expect(authError(await finish(query, ''))).toEqual([401, 'badData']);
    expect(authError(await finish(query, other.browser))).toEqual([401, 'badData']);
    // Whoever tried with a browser of his own has used it up.
    expect(authError(await finish(query, browser))).toEqual([401, 'badData']);
    const again = await begin();
    const good = provider.agree(again.address, ada);
    expect((await finish(good, again.browser)).status).toBe(302);
    expect(authError(await finish(good, again.browser))).toEqual([401, 'badData']);
    expect(authError(await finish('code=x&state=y', again.browser))).toEqual([401, 'badData']);
    expect(authError(await finish('', again.browser))).toEqual([401, 'badData']);
  });

  it('is not believed when anything of its answer is wrong', async () => {
    configure({ signUp: true });
    const refused = [401, 'badIdpAccessToken'];
    const now = Math.floor(Date.now() / 1000);
    const wrong: Readonly<Record<string, unknown>>[] = [
      { nonce: 'x' },
      { aud: 'other' },
      { iss: 'https://evil.example' },
      { exp: now - 600 },
    ];
    for (const claims of [...wrong, { nonce: undefined }, { sub: undefined }, { aud: [clientId, 'other'], azp: 'other' }]) {
      provider.claims = claims;
      expect([claims, authError(await login(ada))]).toEqual([claims, refused]);
    }
    provider.claims = {};
    provider.signsWithOtherKey = true;
    expect(authError(await login(ada))).toEqual(refused);
    provider.signsWithOtherKey = false;
    const { address, browser } = await begin();
    const query = new URLSearchParams(provider.agree(address, ada));
    query.set('iss', 'https://evil.example');
    expect(authError(await finish(query.toString(), browser))).toEqual(refused);
    // A code that was given to another login: PKCE and nonce do not fit.
    const [mine, theirs] = [await begin(), await begin()];
    const swapped = new URLSearchParams(provider.agree(mine.address, ada));
    swapped.set('code', new URLSearchParams(provider.agree(theirs.address, { sub: 'mallory' })).get('code')!);
    expect(authError(await finish(swapped.toString(), mine.browser))).toEqual(refused);
    const denied = await begin();
    const state = new URL(denied.address).searchParams.get('state')!;
    expect(authError(await finish(`error=access_denied&state=${state}`, denied.browser))).toEqual(refused);
    configure({ signUp: true, clientSecret: 'wrong' });
    expect(authError(await login(ada))).toEqual(refused);
    expect(await world.registry.users()).toEqual([world.admin.id]);
  });

  it('sends people to places of this server only', async () => {
    configure({ signUp: true });
    for (const place of ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '/a b', ''])
      expect([place, (await login(ada, place)).headers['location']]).toEqual([place, '/']);
  });

  it('sends people on in the characters that a header can hold, whatever the place is called', async () => {
    configure({ signUp: true });
    const places = { '/żółw?q=é': '/%C5%BC%C3%B3%C5%82w?q=%C3%A9', '/a%20b#c': '/a%20b#c', '/\0': '/', '/a\u0001b': '/', '/a\u007f': '/' };
    for (const [place, shown] of Object.entries(places)) {
      const answer = await login(ada, place);
      expect([place, answer.status, answer.headers['location']]).toEqual([place, 302, shown]);
    }
  });

  it('may be away: the login is refused, and the next one tries again', async () => {
    configure({ signUp: true });
    provider.isAway = true;
    expect(authError(await world.request('GET', `${oz}/session/oidc`))).toEqual([401, 'badIdpAccessToken']);
    provider.isAway = false;
    expect((await login(ada)).status).toBe(302);
    expect((await login(ada)).status).toBe(302);
    expect(provider.discoveries).toBe(1);
  });

  it('is linked by who is logged in, and unlinked; a subject belongs to one account', async () => {
    const [one, two] = [await world.person('One'), await world.person('Two')];
    const link = async (headers: Record<string, string>): Promise<Answer> => {
      const answer = await world.request('POST', `${oz}/user/linked_accounts`, { headers });
      if (answer.status !== 200) return answer;
      return await finish(provider.agree(answer.body.url, ada), kept(answer, 'laneway_login'));
    };
    expect((await world.post(`${oz}/user/linked_accounts`, one)).status).toBe(403);
    const first = await browserOfPerson(world, one.token);
    const { 'x-csrf-token': _, ...withoutCsrf } = first;
    expect((await link(withoutCsrf)).status).toBe(401);
    expect((await link(first)).status).toBe(302);
    expect((await userOf(await login(ada))).userId).toBe(one.id);
    const taken = await link(await browserOfPerson(world, two.token));
    expect([taken.status, taken.error]).toEqual([409, 'alreadyExists']);
    const account = { idp: provider.issuer, subjectId: ada.sub };
    expect((await world.send('DELETE', `${oz}/user/linked_accounts`, two, account)).status).toBe(404);
    expect((await world.send('DELETE', `${oz}/user/linked_accounts`, one, account)).status).toBe(204);
    expect((await login(ada)).status).toBe(403);
  });

  it('lets nobody stay who came in by an account that was unlinked, nor go on with a link that was begun', async () => {
    const person = await world.person('Ada');
    const linked = { issuer: provider.issuer, subject: ada.sub };
    await world.registry.linkedAccounts.link(person.id, { ...linked, email: null });
    const intruder = kept(await login(ada), 'laneway_session');
    const own = await browserOfPerson(world, person.token);
    const begun = await world.request('POST', `${oz}/user/linked_accounts`, { headers: own });
    const answer = await world.request('DELETE', `${oz}/user/linked_accounts`, {
      headers: { ...own, 'content-type': 'application/json' },
      payload: JSON.stringify({ idp: linked.issuer, subjectId: linked.subject }),
    });
    expect(answer.status).toBe(204);
    expect((await world.request('GET', `${oz}/user`, { headers: { cookie: intruder } })).status).toBe(401);
    expect((await world.request('GET', `${oz}/user`, { headers: { cookie: own.cookie } })).status).toBe(200);
    expect(authError(await finish(provider.agree(begun.body.url, ada), kept(begun, 'laneway_login')))).toEqual([401, 'badData']);
    expect(await world.registry.linkedAccounts.of(person.id)).toEqual([]);
  });

  it('is linked to nobody who has gone meanwhile', async () => {
    const person = await world.person('Ada');
    const begun = await world.request('POST', `${oz}/user/linked_accounts`, { headers: await browserOfPerson(world, person.token) });
    const { linkedAccounts } = world.registry;
    const link = linkedAccounts.link.bind(linkedAccounts);
    vi.spyOn(linkedAccounts, 'link').mockImplementationOnce(async (userId, account) => {
      expect((await world.send('DELETE', `${oz}/users/${userId}`, world.admin)).status).toBe(204);
      return await link(userId, account);
    });
    const finished = await finish(provider.agree(begun.body.url, ada), kept(begun, 'laneway_login'));
    expect([finished.status, finished.error]).toEqual([404, 'notFound']);
    expect((await login(ada)).status).toBe(403);
  });

  it('is left for places of this server that are texts (rest R56)', async () => {
    const person = await world.person('Ada');
    const headers = { ...(await browserOfPerson(world, person.token)), 'content-type': 'application/json' };
    const answer = await world.request('POST', `${oz}/user/linked_accounts`, { headers, payload: '{"returnTo":["/"]}' });
    expect([answer.status, answer.error]).toEqual([400, 'badValueString']);
  });
});

describe('without an identity provider', () => {
  it('there is no login at one', async () => {
    const world = await newWorld();
    try {
      const person = await world.person();
      const begun = await world.request('POST', `${oz}/user/linked_accounts`, { headers: await browserOfPerson(world, person.token) });
      const answers = [begun, await world.get(`${oz}/session/oidc`, null), await world.get(`${callback}?code=x&state=y`, null)];
      expect(answers.map(({ status, error }) => [status, error])).toEqual(answers.map(() => [400, 'notSupported']));
      expect((await world.get(`${oz}/session/methods`, null)).body).toEqual({ password: true, oidc: null });
    } finally {
      await world.close();
    }
  });

  it('its settings come all or none, and protected', () => {
    const config = (options: object): unknown => loadConfig({ options, variables: {}, file: null }).oidc;
    const all = { oidcIssuer: 'https://id.example', oidcClientId: 'x', oidcRedirectUrl: `https://laneway.example${callback}` };
    expect(config({})).toBeNull();
    expect(config(all)).toEqual({
      issuer: 'https://id.example',
      clientId: 'x',
      clientSecret: null,
      redirectUrl: all.oidcRedirectUrl,
      signUp: false,
      tokenPrefix: null,
    });
    for (const key of Object.keys(all)) expect(() => config({ ...all, [key]: undefined })).toThrow('belong together');
    expect(() => config({ ...all, oidcIssuer: 'http://id.example' })).toThrow('oidcIssuer');
    expect(() => config({ ...all, oidcRedirectUrl: 'https://laneway.example/other' })).toThrow('oidcRedirectUrl');
    expect(config({ ...all, oidcIssuer: 'http://127.0.0.1:9000' })).toMatchObject({ issuer: 'http://127.0.0.1:9000' });
  });
});
