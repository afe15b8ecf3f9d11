/** Sessions of browsers: cookies that count for pages of ours only, and end when they should (design §9). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '@laneway/model';
import { databaseKinds } from '../../../test/support/databases.ts';
import { newWorld, type Answer, type World } from './support/world.ts';

const oz = '/api/v3/onezone';
const password = 'correct horse';

interface Browser {
  readonly userId: string;
  readonly username: string;
  readonly cookie: string;
  readonly csrfToken: string;
}

function cookies(answer: Answer): readonly string[] {
  return [answer.headers['set-cookie'] ?? []].flat() as string[];
}

/** What the browser keeps of a cookie. */
function kept(answer: Answer, name: string): string {
  return cookies(answer)
    .find((text) => text.startsWith(`${name}=`))!
    .split(';')[0]!;
}

describe.each(databaseKinds)('sessions on $name', (kind) => {
  let world: World;
  beforeAll(async () => {
    world = await newWorld({}, kind);
  });
  afterAll(async () => await world.close());

  const user = async (of: World = world): Promise<{ userId: string; username: string }> => {
    const username = `u${newId().slice(0, 12)}`;
    const made = await of.registry.createUser({ fullName: 'Some User', username, privileges: [] });
    if (!made.ok) throw new Error(made.error.description);
    await of.registry.passwords.set(made.value.userId, { password, enabled: true });
    return { userId: made.value.userId, username };
  };
  const open = async (body: object, headers: Record<string, string> = {}, of: World = world): Promise<Answer> =>
    await of.request('POST', `${oz}/session`, {
      payload: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  const login = async (of: World = world): Promise<Browser> => {
    const { userId, username } = await user(of);
    const answer = await open({ username, password }, {}, of);
    if (answer.status !== 200) throw new Error(answer.text);
    return { userId, username, cookie: kept(answer, 'laneway_session'), csrfToken: answer.body.csrfToken };
  };
  const send = async (method: string, url: string, headers: Record<string, string>, body?: object, of: World = world): Promise<Answer> =>
    await of.request(method, url, {
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    });
  const authError = (answer: Answer): string | number =>
    answer.status === 401 ? (answer.body.error.details.authError?.id ?? 'guest') : answer.status;
  const whoAmI = async (headers: Record<string, string>, of: World = world): Promise<string | number> =>
    authError(await send('GET', `${oz}/user`, headers, undefined, of));

  it('are opened by a password; scripts cannot read the cookie, other sites cannot make it be sent', async () => {
    const { userId, username } = await user();
    const answer = await open({ username, password });
    expect([answer.status, answer.body]).toEqual([
      200,
      { userId, csrfToken: expect.any(String) as string, expiresAt: expect.any(Number) as number },
    ]);
    const [session, csrf] = cookies(answer);
    expect(session).toMatch(/^laneway_session=[\w-]+\.[\w-]{43}; Path=\/; SameSite=Strict; Max-Age=600; HttpOnly$/);
    expect(csrf).toBe(`laneway_csrf=${answer.body.csrfToken}; Path=/; SameSite=Strict; Max-Age=600`);
    const shown = await send('GET', `${oz}/session`, { cookie: kept(answer, 'laneway_session') });
    expect(shown.body).toEqual({ userId, fullName: 'Some User', by: 'session' });
    expect(authError(await open({ username, password: 'wrong' }))).toBe('badBasicCredentials');
    expect((await open({})).error).toBe('missingRequiredValue');
    expect((await send('GET', `${oz}/session`, {})).status).toBe(401);
  });

  it('over https the cookie is bound to https and to the host', async () => {
    const secure = await newWorld({ publicUrl: 'https://laneway.example' });
    try {
      const { username } = await user(secure);
      const answer = await open({ username, password }, {}, secure);
      for (const text of cookies(answer)) expect(text).toMatch(/^__Host-laneway_(session|csrf)=.*; Path=\/;.*; Secure/);
      const cookie = kept(answer, '__Host-laneway_session');
      expect(await whoAmI({ cookie }, secure)).toBe(200);
      expect(await whoAmI({ cookie: cookie.replace('__Host-', '') }, secure)).toBe('guest');
    } finally {
      await secure.close();
    }
  });

  it('change something only with their CSRF token, in the header', async () => {
    const [ada, bob] = [await login(), await login()];
    const make = async (headers: Record<string, string>): Promise<string | number> =>
      authError(await send('POST', `${oz}/user/atm_inventories`, { cookie: ada.cookie, ...headers }, { name: 'mine' }));
    expect(await make({})).toBe('tokenSessionInvalid');
    expect(await make({ 'x-csrf-token': '' })).toBe('tokenSessionInvalid');
    expect(await make({ 'x-csrf-token': bob.csrfToken })).toBe('tokenSessionInvalid');
    expect(await make({ cookie: `${ada.cookie}; laneway_csrf=${ada.csrfToken}` })).toBe('tokenSessionInvalid');
    expect(await make({ 'x-csrf-token': ada.csrfToken })).toBe(201);
    for (const method of ['PUT', 'PATCH', 'DELETE'])
      expect(
        authError(await send(method, method === 'PATCH' ? `${oz}/user/password` : `${oz}/spaces/x/users/y`, { cookie: ada.cookie })),
      ).toBe('tokenSessionInvalid');
  });

  it('do not count beside other credentials, nor for pages of other origins', async () => {
    const { cookie, csrfToken } = await login();
    expect(await whoAmI({ cookie, 'x-auth-token': 'bad' })).toBe('badToken');
    expect(await whoAmI({ cookie, authorization: 'Bearer ' })).toBe('badToken');
    expect(await whoAmI({ cookie, authorization: 'Digest x' })).toBe('guest');
    expect(await whoAmI({ cookie, authorization: `Basic ${Buffer.from('a:b').toString('base64')}` })).toBe('badBasicCredentials');
    for (const site of ['cross-site', 'same-site']) {
      expect(await whoAmI({ cookie, 'sec-fetch-site': site })).toBe('guest');
      const changed = await send(
        'POST',
        `${oz}/user/atm_inventories`,
        { cookie, 'x-csrf-token': csrfToken, 'sec-fetch-site': site },
        { name: 'ab' },
      );
      expect(changed.status).toBe(401);
      expect((await open({ username: 'x', password }, { 'sec-fetch-site': site })).status).toBe(401);
    }
    expect(await whoAmI({ cookie, 'sec-fetch-site': 'same-origin' })).toBe(200);
    // Whoever can set a second cookie of the name may have planted it.
    expect(await whoAmI({ cookie: `${cookie}; ${cookie}` })).toBe('guest');
    for (const text of ['', '.', 'a.b', `${cookie.slice(16)}.x`, `${cookie}x`, cookie.slice(0, -1)])
      expect(await whoAmI({ cookie: `laneway_session=${text}` })).toBe('guest');
  });

  it('reach Oneprovider as well', async () => {
    const { cookie } = await login();
    expect((await send('GET', '/api/v3/oneprovider/spaces', { cookie })).body).toEqual([]);
  });

  it('end when they are closed, all of them but one when the password is changed, and with the user', async () => {
    const first = await login();
    const other = kept(await open({ username: first.username, password }), 'laneway_session');
    const headers = { cookie: first.cookie, 'x-csrf-token': first.csrfToken };
    const changed = await send('PATCH', `${oz}/user/password`, headers, { oldPassword: password, newPassword: 'battery staple' });
    expect(changed.status).toBe(204);
    expect([await whoAmI({ cookie: first.cookie }), await whoAmI({ cookie: other })]).toEqual([200, 'guest']);
    await world.registry.setBlocked(first.userId, true);
    expect(await whoAmI({ cookie: first.cookie })).toBe('userBlocked');
    await world.registry.setBlocked(first.userId, false);
    const closed = await send('DELETE', `${oz}/session`, headers);
    expect(closed.status).toBe(204);
    expect(cookies(closed)[0]).toMatch(/^laneway_session=; .*Max-Age=0/);
    expect(await whoAmI({ cookie: first.cookie })).toBe('guest');
    const gone = await login();
    await world.registry.deleteUser(gone.userId);
    expect(await whoAmI({ cookie: gone.cookie })).toBe('guest');
  });

  it('are opened by a token that is not confined, and end with it', async () => {
    const { userId } = await user();
    const named = async (caveats: readonly object[]): Promise<{ id: string; token: string }> => {
      const made = await world.registry.createNamedToken(userId, {
        name: newId(),
        type: 'act',
        caveats,
        customMetadata: {},
        revoked: false,
      });
      if (!made.ok) throw new Error(made.error.description);
      return { id: made.value.tokenId, token: made.value.token };
    };
    const plain = await named([]);
    const opened = await open({}, { 'x-auth-token': plain.token });
    const cookie = kept(opened, 'laneway_session');
    expect([opened.status, await whoAmI({ cookie })]).toEqual([200, 200]);
    await world.registry.updateNamedToken(plain.id, { name: null, revoked: true, customMetadata: undefined });
    expect(await whoAmI({ cookie })).toBe('guest');
    const soon = Math.floor(Date.now() / 1000) + 100;
    const timed = await open({}, { 'x-auth-token': (await named([{ type: 'time', validUntil: soon }])).token });
    expect(timed.body.expiresAt).toBeLessThanOrEqual(soon);
    for (const caveat of [
      { type: 'ip', whitelist: ['127.0.0.1'] },
      { type: 'api', whitelist: ['all/all/*'] },
    ]) {
      const refused = await open({}, { 'x-auth-token': (await named([caveat])).token });
      expect(refused.body.error.details.authError).toMatchObject({ id: 'tokenCaveatUnverified', details: { caveat } });
    }
  });

  it('get a new secret as they are used; one that was replaced long ago ends the session', async () => {
    const limits = { lastsMs: 600_000, idleMs: 600_000, rotateMs: 0, graceMs: 600_000 };
    const { sessions } = world.registry;
    const { userId } = await user();
    const opened = await sessions.open({ userId, token: null, lastsMs: 600_000 });
    const renewed = (await sessions.find(opened.text, limits))?.renewed;
    expect(renewed).toMatch(new RegExp(`^${opened.id}\\.`));
    expect(renewed).not.toBe(opened.text);
    // Requests under way still carry the old one, and replace nothing.
    expect(await sessions.find(opened.text, limits)).toMatchObject({ id: opened.id, renewed: null });
    const next = (await sessions.find(renewed!, { ...limits, graceMs: 0 }))?.renewed;
    expect(await sessions.find(next!, { ...limits, rotateMs: 600_000 })).toMatchObject({ renewed: null });
    expect(await sessions.find(opened.text, limits)).toBeNull();
    expect(await sessions.find(next!, { ...limits, rotateMs: 600_000 })).not.toBeNull();
    expect(await sessions.find(renewed!, limits)).toBeNull();
    expect(await sessions.find(next!, limits)).toBeNull();
  });

  it('the new secret comes in a cookie, and of requests at once one replaces it', async () => {
    const rotating = await newWorld({ sessionRotateMs: 0 });
    try {
      const { cookie } = await login(rotating);
      const answers = await Promise.all(
        Array.from({ length: 6 }, async () => await send('GET', `${oz}/user`, { cookie }, undefined, rotating)),
      );
      expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 200));
      const renewed = answers.flatMap(cookies);
      expect(renewed).toHaveLength(1);
      expect(await whoAmI({ cookie: renewed[0]!.split(';')[0]! }, rotating)).toBe(200);
    } finally {
      await rotating.close();
    }
  });

  it('are over after their longest time, and when they were not used for long', async () => {
    const { sessions } = world.registry;
    const { userId } = await user();
    const limits = { lastsMs: 600_000, idleMs: 600_000, rotateMs: 600_000, graceMs: 0 };
    const over = await sessions.open({ userId, token: null, lastsMs: 0 });
    expect(await sessions.find(over.text, limits)).toBeNull();
    const idle = await sessions.open({ userId, token: null, lastsMs: 600_000 });
    expect(await sessions.find(idle.text, { ...limits, idleMs: 0 })).toBeNull();
    expect(await sessions.find(idle.text, limits)).toBeNull();
  });
});
