/** A server behind a proxy (`trustProxy`): it believes the proxy, not what clients have written before it came to the proxy. */
import { afterEach, describe, expect, it } from 'vitest';
import { newWorld, type World } from './support/world.ts';

const oz = '/api/v3/onezone';
let world: World;
afterEach(async () => await world.close());

describe('behind a proxy', () => {
  const from = async (forwardedFor: string, remoteAddress = '10.0.0.1'): Promise<number> => {
    const token = await world.confined(world.admin, [{ type: 'ip', whitelist: ['192.0.2.7'] }]);
    const headers = { 'x-forwarded-for': forwardedFor };
    return (await world.request('GET', `${oz}/user`, { as: token, headers, remoteAddress })).status;
  };

  it('a client has the address that the proxy has added, whatever the client says itself', async () => {
    world = await newWorld({ trustProxy: true });
    expect(await from('192.0.2.7')).toBe(200);
    expect(await from('203.0.113.9, 192.0.2.7')).toBe(200);
    expect(await from('192.0.2.7, 203.0.113.9')).toBe(401);
    expect(await from('192.0.2.7,192.0.2.7 , 203.0.113.9')).toBe(401);
  });

  it('without the setting what the headers say counts for nothing', async () => {
    world = await newWorld();
    expect(await from('192.0.2.7')).toBe(401);
    expect(await from('203.0.113.9', '192.0.2.7')).toBe(200);
  });

  it('the addresses that are told are those of the proxy, with its scheme and host', async () => {
    world = await newWorld({ trustProxy: true });
    const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'automation.example.org' };
    const made = await world.request('POST', `${oz}/user/groups`, {
      as: world.admin,
      headers: { ...headers, 'content-type': 'application/json' },
      payload: '{"name":"some group"}',
    });
    expect(made.headers['location']).toMatch(/^https:\/\/automation\.example\.org\/api\/v3\/onezone\/user\/groups\//);
  });

  it('metrics without a token are for this machine, and not for who comes through a proxy on it', async () => {
    world = await newWorld({ trustProxy: true });
    const metrics = async (headers: Record<string, string>): Promise<number> =>
      (await world.app.inject({ method: 'GET', url: '/metrics', headers, remoteAddress: '127.0.0.1' })).statusCode;
    expect(await metrics({})).toBe(200);
    expect(await metrics({ 'x-forwarded-for': '192.0.2.7' })).toBe(403);
    expect(await metrics({ 'x-forwarded-for': '127.0.0.1, 192.0.2.7' })).toBe(403);
  });
});
