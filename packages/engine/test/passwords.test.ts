/** What guessing passwords meets, on real databases (rest R27). */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Registry, type Database } from '@laneway/engine';
import { databaseKinds } from '../../../test/support/databases.ts';
import { beginLogin, endLogin, type LoginPlace } from '../src/persistence/sql/logins.ts';
import { Passwords } from '../src/registry/passwords.ts';

const hour = 3_600_000;

describe.each(databaseKinds)('attempts to log in on $name', (kind) => {
  let database: Database;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ database, close } = await kind.open('passwords'));
  });
  afterAll(async () => await close());

  const place = (name: string, freeFailures = 3): LoginPlace => ({ place: name, freeFailures, firstDelayMs: hour, maxDelayMs: 4 * hour });
  const begin = async (...places: readonly LoginPlace[]): Promise<number> => await database.call(beginLogin, { places });

  it('as many as come at once are counted: no more get through than are free, and one', async () => {
    const waits = await Promise.all(Array.from({ length: 20 }, async () => await begin(place('many'), place('many from here', 100))));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(4);
    expect(Math.max(...waits)).toBeGreaterThan(hour - 60_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(hour);
    expect(await begin(place('somebody else'))).toBe(0);
  });

  it('delays double up to their limit', async () => {
    const growing = { ...place('growing', 0), firstDelayMs: 1, maxDelayMs: 8 * hour };
    const delays: number[] = [];
    // Each time as if the delay were over.
    for (let failures = 0; failures < 30; failures += 1) {
      expect(await begin({ ...growing, firstDelayMs: failures === 29 ? growing.firstDelayMs : -hour })).toBe(0);
      if (failures === 29) delays.push(await begin(growing));
    }
    expect(delays[0]).toBeGreaterThan(8 * hour - 60_000);
  });

  it('one that succeeded frees its account, and takes back what it counted against the address', async () => {
    const [account, address] = [place('good'), place('good from here')];
    for (let failures = 0; failures < 3; failures += 1) await begin(account, address);
    expect(await begin(account, address)).toBe(0);
    expect(await begin(account)).toBeGreaterThan(0);
    await database.call(endLogin, { forget: [account.place], uncount: [address.place] });
    expect(await begin(account)).toBe(0);
    // Three failures are left of the address: the next one is one too many.
    expect(await begin(address)).toBe(0);
    expect(await begin(address)).toBeGreaterThan(0);
  });

  it('an IPv6 network counts as one address, for whoever has one in it has them all', async () => {
    const patience = { freeFailures: 2, firstDelayMs: hour, maxDelayMs: hour };
    const passwords = new Passwords(database, { account: { ...patience, freeFailures: 100 }, address: patience });
    const guess = async (address: string): Promise<string> => {
      const verified = await passwords.verify({ username: 'nobody', password: 'guess', address });
      return verified.ok ? 'in' : verified.error.id;
    };
    for (const address of ['2001:db8:1:2::1', '2001:db8:1:2::2', '2001:0db8:1:2:3:4:5:6'])
      expect(await guess(address)).toBe('badBasicCredentials');
    expect(await guess('2001:db8:1:2:ffff::')).toBe('forbiddenWithHint');
    expect(await guess('2001:db8:1:3::1')).toBe('badBasicCredentials');
    for (const address of ['198.51.100.7', '::ffff:198.51.100.7', '198.51.100.7']) expect(await guess(address)).toBe('badBasicCredentials');
    expect(await guess('::ffff:198.51.100.7')).toBe('forbiddenWithHint');
    expect(await guess('198.51.100.8')).toBe('badBasicCredentials');
  });

  it('a name longer than any is refused like every wrong one', async () => {
    const passwords = new Passwords(database);
    for (const length of [255, 256, 100_000]) {
      const username = randomBytes(length).toString('hex').slice(0, length);
      expect(await passwords.verify({ username, password: 'guess', address: null })).toMatchObject({
        error: { id: 'badBasicCredentials' },
      });
    }
  });

  it('many accounts from one address are one attempt each at the address; the right password waits too', async () => {
    const registry = new Registry(database, 'zone');
    const made = await registry.createUser({ fullName: 'A User', username: 'sprayed', privileges: [] });
    if (!made.ok) throw new Error(made.error.description);
    const patience = { freeFailures: 2, firstDelayMs: hour, maxDelayMs: hour };
    const passwords = new Passwords(database, { account: patience, address: patience });
    await passwords.set(made.value.userId, { password: 'correct horse', enabled: true });
    const outcome = async (username: string, password: string, address: string | null): Promise<string> => {
      const verified = await passwords.verify({ username, password, address });
      return verified.ok ? 'in' : verified.error.id;
    };
    expect(await outcome('sprayed', 'correct horse', '192.0.2.1')).toBe('in');
    for (const name of ['one', 'two', 'three']) expect(await outcome(name, 'guess', '192.0.2.66')).toBe('badBasicCredentials');
    expect(await outcome('four', 'guess', '192.0.2.66')).toBe('forbiddenWithHint');
    expect(await outcome('four', 'guess', '192.0.2.67')).toBe('badBasicCredentials');
    for (let guesses = 0; guesses < 3; guesses += 1) await outcome('sprayed', 'guess', null);
    const afresh = new Passwords(database, { account: patience, address: patience });
    expect(await afresh.verify({ username: 'sprayed', password: 'correct horse', address: null })).toMatchObject({
      error: { id: 'forbiddenWithHint' },
    });
    // Who proved it a moment ago goes on working: others cannot lock him out.
    expect(await outcome('sprayed', 'correct horse', '192.0.2.1')).toBe('in');
    expect(await outcome('a\0b', 'correct horse', null)).toBe('badBasicCredentials');
    expect(await outcome('sprayed', 'x'.repeat(2000), null)).toBe('badBasicCredentials');
  });
});
