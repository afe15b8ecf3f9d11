/** `laneway token` and `laneway user password` against a server with a real registry. */
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newWorld, type Person, type World } from '../../server/test/support/world.ts';
import { buildProgram } from '../src/program.ts';

let world: World;
let owner: Person;
let url: string;

beforeAll(async () => {
  world = await newWorld();
  owner = await world.person('Owner');
  await world.space(owner, 'photos');
  url = await world.app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => await world.close());

async function lanewayAs(person: Person, args: readonly string[], input = ''): Promise<string> {
  const out = new PassThrough();
  const printed = text(out);
  try {
    const terminal = { out, err: new PassThrough(), in: Readable.from([input]), interactive: false, color: false, env: {} };
    await buildProgram(terminal, '1.2.3').parseAsync([...args, '--server', url, '--token', person.token], { from: 'user' });
  } finally {
    out.end();
  }
  return (await printed).trim();
}
const laneway = async (...args: readonly string[]): Promise<string> => await lanewayAs(owner, args);
const caveatsOf = async (token: string): Promise<any[]> => JSON.parse(await laneway('token', 'examine', token)).caveats;
const works = async (token: string): Promise<boolean> => (await world.get('/api/v3/onezone/user', { id: '', token })).status === 200;

test('a token is made with caveats, listed without its text, revoked by its name and deleted', async () => {
  const caveat = '{"type":"api","whitelist":["ozw/get/user.*"]}';
  const token = await laneway('token', 'create', 'my backup', '--ip', '127.0.0.1', '--ip', '::1', '--expires', '12h', '--caveat', caveat);
  const now = Math.floor(Date.now() / 1000);
  const caveats = await caveatsOf(token);
  expect(caveats).toEqual([
    { type: 'time', validUntil: expect.any(Number) as number },
    { type: 'ip', whitelist: ['127.0.0.1', '::1'] },
    JSON.parse(caveat),
  ]);
  expect(Math.abs(caveats[0].validUntil - now - 43_200)).toBeLessThan(60);
  expect(await works(token)).toBe(true);
  expect(await laneway('token', 'list')).toMatch(/my backup .*access .*good/);
  expect(await laneway('token', 'list', '--json')).not.toContain(token);
  await laneway('token', 'create', 'long over', '--caveat', '{"type":"time","validUntil":1}');
  expect(await laneway('token', 'list')).toMatch(/long over .*expired/);
  await laneway('token', 'delete', 'long over');
  await laneway('token', 'revoke', 'my backup');
  expect(await laneway('token', 'list')).toMatch(/my backup .*revoked/);
  expect(await works(token)).toBe(false);
  await laneway('token', 'restore', 'my backup');
  expect(await works(token)).toBe(true);
  await laneway('token', 'delete', 'my backup');
  await expect(laneway('token', 'delete', 'my backup')).rejects.toThrow();
});

test('a temporary token has an end and no name; all of them are revoked at once', async () => {
  const token = await laneway('token', 'create', '--temporary', '--expires', '1h', '--interface', 'rest');
  expect(await works(token)).toBe(true);
  await laneway('token', 'revoke-temporary');
  expect(await works(token)).toBe(false);
  await expect(laneway('token', 'create', '--temporary')).rejects.toThrow(/time caveat/);
  await expect(laneway('token', 'create', 'named', '--temporary', '--expires', '1h')).rejects.toThrow('no name');
  await expect(laneway('token', 'create')).rejects.toThrow('no name');
  await expect(laneway('token', 'create', 'x', '--expires', 'soon')).rejects.toThrow('90s');
});

test('a token is confined by whoever holds it', async () => {
  const token = await laneway('token', 'create', 'wide');
  const confined = await laneway('token', 'confine', token, '--readonly', '--consumer', `usr-${owner.id}`);
  expect(await caveatsOf(confined)).toEqual([{ type: 'consumer', whitelist: [`usr-${owner.id}`] }, { type: 'data.readonly' }]);
  await expect(laneway('token', 'confine', token)).rejects.toThrow('nothing to confine');
});

test('an invitation to a space is used as often as it says', async () => {
  const made = JSON.parse(
    await laneway('token', 'create', 'come in', '--invite', 'photos', '--uses', '1', '--privileges', 'space_view', '--json'),
  );
  const join = async (person: Person): Promise<string | number> => {
    const answer = await world.post('/api/v3/onezone/user/spaces/join', person, { token: made.token });
    return answer.error ?? answer.status;
  };
  expect(await join(await world.person('First'))).toBe(201);
  expect(await join(await world.person('Second'))).toBe('inviteTokenUsageLimitReached');
  await expect(laneway('token', 'create', 'bad', '--invite', 'photos', '--uses', '0')).rejects.toThrow('positive');
});

test('a user is given a password, and loses it again', async () => {
  await lanewayAs(world.admin, ['user', 'create', 'ada']);
  await lanewayAs(world.admin, ['user', 'password', 'ada'], 'correct horse\n');
  const login = async (): Promise<number> => {
    const authorization = `Basic ${Buffer.from('ada:correct horse').toString('base64')}`;
    return (await world.request('GET', '/api/v3/onezone/user', { headers: { authorization } })).status;
  };
  expect(await login()).toBe(200);
  await lanewayAs(world.admin, ['user', 'password', 'ada', '--disable']);
  expect(await login()).toBe(401);
  await expect(lanewayAs(world.admin, ['user', 'password', 'nobody'], 'correct horse\n')).rejects.toThrow('no user "nobody"');
  await expect(lanewayAs(world.admin, ['user', 'password', 'ada'], '')).rejects.toThrow('no password');
});
