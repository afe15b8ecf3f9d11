/** How many requests credentials may send (extension): whose they are is what counts, and executions are not held up. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newId, ok } from '@laneway/model';
import { RequestRate } from '../src/auth/request-rate.ts';
import { Refusal } from '../src/http/refusal.ts';
import { newWorld, type Answer, type Person, World } from './support/world.ts';

const oz = '/api/v3/onezone';
const burst = 3;
const password = 'correct horse';
let world: World;
let clockMs: number;
let person: Person;
let lookedAt: number;
const job = { userId: newId(), spaceId: newId(), executionId: newId(), readonly: false };

beforeEach(async () => {
  const plain = await newWorld();
  clockMs = 0;
  lookedAt = 0;
  const parts = { perSec: 2, burst, nowMs: () => clockMs, refused: plain.deps.metrics.observeOverRate.bind(plain.deps.metrics) };
  const requestRate = new RequestRate(parts);
  const admit = requestRate.admit.bind(requestRate);
  requestRate.admit = async (sender, identify) =>
    await admit(sender, async () => {
      lookedAt += 1;
      return await identify();
    });
  const jobTokens = { verify: async (text: string) => (text === 'job' ? ok(job) : null) };
  const deps = { ...plain.deps, requestRate, jobTokens };
  const { executions, stores, directory, admin } = plain;
  world = new World({ deps, executions, stores, directory, admin, closeDatabase: async () => await plain.close() });
  person = await world.person();
});

afterEach(async () => await world.close());

async function statuses(times: number, ask: () => Promise<Answer>): Promise<readonly number[]> {
  const found: number[] = [];
  for (let time = 0; time < times; time += 1) found.push((await ask()).status);
  return found;
}

const who = async (headers: Record<string, string>, remoteAddress = '127.0.0.1'): Promise<Answer> =>
  await world.request('GET', `${oz}/user`, { headers, remoteAddress });

describe('the rate of requests', () => {
  it('beyond it is 429 with the limit and when to come again, and is counted; then requests are taken again', async () => {
    expect(await statuses(burst, async () => await world.get(`${oz}/user`, person))).toEqual([200, 200, 200]);
    const refused = await world.get(`${oz}/user`, person);
    expect([refused.status, refused.error, refused.body.error.details.limit, refused.headers['retry-after']]).toEqual([
      429,
      'limitReached',
      2,
      '1',
    ]);
    expect(await world.deps.metrics.text()).toMatch(/laneway_requests_over_rate_total\{credential="token"\} 1/);
    clockMs = 500;
    expect(await statuses(2, async () => await world.get(`${oz}/user`, person))).toEqual([200, 429]);
    const other = await world.person();
    expect((await world.get(`${oz}/user`, other)).status).toBe(200);
  });

  it('credentials that were just refused are not looked at again until it is their turn', async () => {
    await statuses(burst + 1, async () => await world.get(`${oz}/user`, person));
    const before = lookedAt;
    expect(await statuses(5, async () => await world.get(`${oz}/user`, person))).toEqual([429, 429, 429, 429, 429]);
    expect(lookedAt).toBe(before);
    clockMs = 500;
    expect((await world.get(`${oz}/user`, person)).status).toBe(200);
  });

  it('is that of the token, however it is confined, and of all temporary tokens of a user together', async () => {
    const confined = async (text: string, until: number): Promise<string> =>
      (await world.post(`${oz}/tokens/confine`, null, { token: text, caveats: [{ type: 'time', validUntil: until }] })).body.token;
    const texts = [await confined(person.token, 4_000_000_000), await confined(person.token, 4_000_000_001), person.token];
    for (const text of texts) expect((await who({ 'x-auth-token': text })).status).toBe(200);
    for (const text of texts) expect((await who({ 'x-auth-token': text })).status).toBe(429);
    const other = await world.person();
    const temporary = async (): Promise<string> =>
      await world.registry.tokens.temporaryTokenText({ type: 'user', id: other.id }, 'act', [{ type: 'time', validUntil: 4_000_000_000 }]);
    const asked: number[] = [];
    for (let time = 0; time <= burst; time += 1) asked.push((await who({ 'x-auth-token': await temporary() })).status);
    expect(asked).toEqual([200, 200, 200, 429]);
    // Another of his credentials has its own.
    expect((await who({ 'x-auth-token': other.token })).status).toBe(200);
  });

  it('holds for passwords and sessions, each for itself', async () => {
    const username = `u${newId().slice(0, 12)}`;
    const made = await world.registry.createUser({ fullName: 'Some User', username, privileges: [] });
    if (!made.ok) throw new Error(made.error.description);
    await world.registry.passwords.set(made.value.userId, { password, enabled: true });
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    expect(await statuses(burst + 1, async () => await who({ authorization }))).toEqual([200, 200, 200, 429]);
    const opened = await world.registry.sessions.open({ userId: made.value.userId, token: null, lastsMs: 600_000 });
    const cookie = `laneway_session=${opened.text}`;
    expect(await statuses(burst + 1, async () => await who({ cookie }))).toEqual([200, 200, 200, 429]);
  });

  it('who is not recognised counts by address – in IPv6 by network – and takes nothing from the others there', async () => {
    const wrong = { 'x-auth-token': 'rubbish' };
    expect(await statuses(burst + 1, async () => await who(wrong))).toEqual([401, 401, 401, 429]);
    expect((await who({}, '127.0.0.1')).status).toBe(429);
    expect((await who({}, '::ffff:127.0.0.1')).status).toBe(429);
    expect((await who({}, '127.0.0.2')).status).toBe(401);
    expect((await who({ 'x-auth-token': person.token })).status).toBe(200);
    const network = ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', '2001:0db8:0001:0002:3:4:5:6', '2001:db8:1:2::'];
    const asked: number[] = [];
    for (const address of network) asked.push((await who({}, address)).status);
    expect(asked).toEqual([401, 401, 401, 429]);
    expect((await who({}, '2001:db8:1:3::1')).status).toBe(401);
  });

  it('never holds for the tokens of jobs, so no lambda is held up', async () => {
    const list = async (): Promise<Answer> =>
      await world.request('GET', `/api/v3/oneprovider/data/${newId()}`, { headers: { 'x-auth-token': 'job' } });
    expect(new Set(await statuses(burst * 4, list))).toEqual(new Set([400]));
  });

  it('a failure of the server is no request too many', async () => {
    const parts = { perSec: 1, burst: 1, nowMs: () => 0, refused: () => undefined };
    const rate = new RequestRate(parts);
    const sender = { headers: {}, ip: '127.0.0.1' };
    for (let time = 0; time < 3; time += 1)
      await expect(rate.admit(sender, async () => await Promise.reject(new Error('no database')))).rejects.toThrow('no database');
    await expect(rate.admit(sender, async () => await Promise.resolve({ kind: 'guest' }))).resolves.toEqual({ kind: 'guest' });
    await expect(rate.admit(sender, async () => await Promise.resolve({ kind: 'guest' }))).rejects.toThrow(Refusal);
  });
});
