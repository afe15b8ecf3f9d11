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
    const covering = [
      'od_user.self.instance:private',
      '*',
      '*:private',
      'od_user.*',
      'od_*.*.instance:*',
      '**',
      'od_user.self.instance:private*',
    ];
    for (const pattern of covering) expect(await outcome(pattern), pattern).toBe(200);
    const others = [
      'od_user.self.instance',
      'od_user.self.instance:privat',
      'user.*',
      '*:public',
      'od_user.self.instance*instance:private',
      '*instance*self*',
      'od_user.self.instance:private*private',
      'od.user.self.instance:private',
    ];
    for (const pattern of others) expect(await outcome(pattern), pattern).toBe(401);
    expect(await outcome('*:public', 'od_user.*')).toBe(200);
  });

  it('of many stars is decided at once', async () => {
    expect(await outcome(`${'*'.repeat(300)}x`)).toBe(401);
    expect(await outcome('*e'.repeat(300))).toBe(401);
  });
});
