/** Passwords: HTTP Basic on Onezone, changing and setting them, and what guessing meets (rest R27, R109). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../test/support/databases.ts';
import { hashPassword, passwordMatches } from '../../engine/src/registry/password-hash.ts';
import { newWorld, type Person, type World } from './support/world.ts';

const oz = '/api/v3/onezone';

describe.each(databaseKinds)('passwords on $name', (kind) => {
  let world: World;
  let manager: Person;
  let count = 0;

  beforeAll(async () => {
    world = await newWorld({}, kind);
    manager = await world.person('Manager', ['oz_users_manage_passwords']);
  });
  afterAll(async () => await world.close());

  const basic = (username: string, password: string): Record<string, string> => ({
    authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
  });
  /** The id of the error inside `unauthorized`, or the status. */
  const login = async (
    username: string,
    password: string,
    headers: Record<string, string> = {},
    url = `${oz}/user`,
  ): Promise<string | number> => {
    const answer = await world.request('GET', url, { headers: { ...basic(username, password), ...headers } });
    return answer.status === 401 ? (answer.body.error.details.authError?.id ?? 'guest') : answer.status;
  };
  /** A person with a username who may log in with the password. */
  const withPassword = async (password = 'correct horse'): Promise<Person & { readonly username: string }> => {
    count += 1;
    const username = `person${count}`;
    const made = await world.post(`${oz}/users`, world.admin, { username });
    const token = (await world.post(`${oz}/users/${made.body.userId}/tokens/named`, world.admin, { name: 'first' })).body.token;
    const set = await world.send('PATCH', `${oz}/users/${made.body.userId}/basic_auth`, manager, {
      newPassword: password,
      basicAuthEnabled: true,
    });
    if (set.status !== 204) throw new Error(set.text);
    return { id: made.body.userId, token, username };
  };

  it('log in on Onezone, and only there (rest §2.1)', async () => {
    const person = await withPassword('pass:word with colon é');
    expect(await login(person.username, 'pass:word with colon é')).toBe(200);
    expect(await login(person.username, 'pass:word with colon é', {}, '/api/v3/oneprovider/spaces')).toBe('guest');
    expect((await world.get(`${oz}/user`, person)).body.basicAuthEnabled).toBe(true);
    expect((await world.get(`${oz}/user`, manager)).body.basicAuthEnabled).toBe(false);
  });

  it('may come with a new user, and log in at once (rest §8.7)', async () => {
    const made = await world.post(`${oz}/users`, world.admin, { username: 'newcomer', password: 'correct horse' });
    expect(made.status).toBe(201);
    expect(await login('newcomer', 'correct horse')).toBe(200);
    expect((await world.get(`${oz}/users/${made.body.userId}`, world.admin)).body.basicAuthEnabled).toBe(true);
    const plain = await world.post(`${oz}/users`, world.admin, { username: 'passwordless' });
    expect((await world.get(`${oz}/users/${plain.body.userId}`, world.admin)).body.basicAuthEnabled).toBe(false);
  });

  it.each([
    ['too short', { username: 'refused', password: 'short' }, 'badValuePassword'],
    ['no text', { username: 'refused', password: 12345678 }, 'badValueString'],
    ['beside no username', { fullName: 'Refused One', password: 'correct horse' }, 'badValueUsername'],
  ])('of a new user that are %s leave no user behind (rest R109)', async (_what, body, id) => {
    const before = (await world.get(`${oz}/users`, world.admin)).body.users.length;
    const answer = await world.post(`${oz}/users`, world.admin, body);
    expect([answer.status, answer.body.error.id]).toEqual([400, id]);
    expect((await world.get(`${oz}/users`, world.admin)).body.users).toHaveLength(before);
  });

  it('are not looked at beside a token (rest R19)', async () => {
    const person = await withPassword();
    expect(await login(person.username, 'correct horse', { 'x-auth-token': 'bad' })).toBe('badToken');
    expect(await login(person.username, 'wrong', { 'x-auth-token': person.token })).toBe(200);
  });

  it('fail in this order, and a wrong one tells nothing about the account (rest R27)', async () => {
    const person = await withPassword();
    expect(await login('nobody-of-this-name', 'correct horse')).toBe('badBasicCredentials');
    const disabled = await world.send('PATCH', `${oz}/users/${person.id}/basic_auth`, manager, { basicAuthEnabled: false });
    expect(disabled.status).toBe(204);
    expect(await login(person.username, 'wrong')).toBe('badBasicCredentials');
    expect(await login(person.username, 'correct horse')).toBe('basicAuthDisabled');
    await world.send('PATCH', `${oz}/users/${person.id}/basic_auth`, manager, { basicAuthEnabled: true });
    await world.registry.setBlocked(person.id, true);
    expect(await login(person.username, 'wrong')).toBe('badBasicCredentials');
    expect(await login(person.username, 'correct horse')).toBe('userBlocked');
    const unnamed = await world.request('GET', `${oz}/user`, { headers: { authorization: 'Basic !!' } });
    expect(unnamed.body.error.details.authError.id).toBe('badBasicCredentials');
  });

  it('are changed by who knows the old one (rest §8.7)', async () => {
    const person = await withPassword();
    const change = async (oldPassword: string, newPassword: unknown): Promise<any> => {
      const answer = await world.send('PATCH', `${oz}/user/password`, person, { oldPassword, newPassword });
      return answer.body?.error.details?.authError?.id ?? answer.error ?? answer.status;
    };
    expect((await world.send('PATCH', `${oz}/user/password`, null, {})).status).toBe(401);
    expect((await world.send('PATCH', `${oz}/user/password`, person, {})).error).toBe('missingRequiredValue');
    expect(await change('wrong', 'battery staple')).toBe('badBasicCredentials');
    expect(await change('correct horse', 'short')).toBe('badValuePassword');
    expect(await change('correct horse', 5)).toBe('badValueString');
    // Used just before: what is remembered of a password ends with it.
    expect(await login(person.username, 'correct horse')).toBe(200);
    expect(await change('correct horse', 'battery staple')).toBe(204);
    expect(await login(person.username, 'correct horse')).toBe('badBasicCredentials');
    expect(await login(person.username, 'battery staple')).toBe(200);
    expect((await world.send('PATCH', `${oz}/user/password`, manager, { oldPassword: 'x', newPassword: 'y' })).error).toBe(
      'basicAuthDisabled',
    );
  });

  it('are set by those who manage them, nobody else (rest §8.7)', async () => {
    const person = await withPassword();
    const url = `${oz}/users/${person.id}/basic_auth`;
    expect((await world.send('PATCH', `${oz}/users/none/basic_auth`, null, {})).status).toBe(404);
    expect((await world.send('PATCH', url, null, {})).status).toBe(401);
    expect((await world.send('PATCH', url, person, { newPassword: 'battery staple' })).status).toBe(403);
    expect((await world.send('PATCH', url, manager, {})).error).toBe('missingAtLeastOneValue');
    expect((await world.send('PATCH', url, manager, { newPassword: 'short' })).error).toBe('badValuePassword');
    const nameless = await world.person('Nameless');
    const refused = await world.send('PATCH', `${oz}/users/${nameless.id}/basic_auth`, manager, { basicAuthEnabled: true });
    expect(refused.error).toBe('badValueUsername');
  });

  it('that are guessed meet delays, and the right one as well, or waiting would tell it', async () => {
    const [victim, other] = [await withPassword(), await withPassword()];
    await expect.poll(async () => await login(victim.username, 'guess'), { timeout: 30_000, interval: 1 }).toBe('forbiddenWithHint');
    expect(await login(other.username, 'correct horse')).toBe(200);
    await expect.poll(async () => await login(victim.username, 'correct horse'), { timeout: 30_000 }).toBe(200);
  });
});

describe('where passwords are switched off', () => {
  it('they are not even looked at (rest R27)', async () => {
    const world = await newWorld({ basicAuth: false });
    try {
      const headers = { authorization: `Basic ${Buffer.from('admin:guess').toString('base64')}` };
      const answer = await world.request('GET', `${oz}/user`, { headers });
      expect([answer.status, answer.body.error.details.authError.id]).toEqual([401, 'basicAuthNotSupported']);
      const changed = await world.send('PATCH', `${oz}/user/password`, world.admin, { oldPassword: 'x', newPassword: 'battery staple' });
      expect(changed.error).toBe('basicAuthNotSupported');
    } finally {
      await world.close();
    }
  });
});

describe('hashes of passwords', () => {
  it('carry their parameters and a salt, and match their password only', async () => {
    const [first, second] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
    expect(first).toMatch(/^scrypt\$16384\$8\$5\$[\w-]{22}\$[\w-]{43}$/);
    expect(first).not.toBe(second);
    const matching = [passwordMatches('correct horse', first), passwordMatches('correct horse', second)];
    const others = [passwordMatches('correct hors', first), passwordMatches('', first), passwordMatches('correct horse', null)];
    expect(await Promise.all([...matching, ...others])).toEqual([true, true, false, false, false]);
    // Made with other parameters, by an older release: N = 1024, p = 1.
    const older = 'scrypt$1024$8$1$c2FsdHNhbHRzYWx0c2FsdA$';
    const { scryptSync } = await import('node:crypto');
    const key = scryptSync('correct horse', Buffer.from('saltsaltsaltsalt'), 32, { N: 1024, r: 8, p: 1 });
    expect(await passwordMatches('correct horse', older + key.toString('base64url'))).toBe(true);
    // The same letters from another keyboard.
    expect(await passwordMatches('cafe\u0301 noir', await hashPassword('caf\u00e9 noir'))).toBe(true);
  });
});
