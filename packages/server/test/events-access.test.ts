/** Event streams end with what let them begin (interfaces, Events; rest §2.3): the token, its caveats, the session, the user. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createConnection, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newId } from '@laneway/model';
import { databaseKinds } from '../../../test/support/databases.ts';
import { newWorld, type Person, type World } from './support/world.ts';

describe.each(databaseKinds)('event streams on $name', (kind) => {
  let world: World;
  let address: string;

  beforeAll(async () => {
    world = await newWorld({ accessIntervalMs: 20, progressIntervalMs: 20, closeGraceMs: 200 }, kind);
    await world.app.listen({ port: 0, host: '127.0.0.1' });
    address = `http://127.0.0.1:${(world.app.server.address() as AddressInfo).port}`;
  });
  afterAll(async () => await world.close());

  const now = (): number => Math.floor(Date.now() / 1000);
  const viewer = async (): Promise<Person & { readonly url: string }> => {
    const person = await world.person();
    const owner = { userId: person.id, spaceId: await world.space(person), atmInventoryId: await world.inventory(person) };
    const id = await world.executions.scheduleSomething(owner);
    return { ...person, url: `/api/v3/oneprovider/automation/execution/workflows/${id}/events` };
  };
  const follow = async (url: string, headers: Record<string, string>): Promise<Response> => {
    const response = await fetch(address + url, { headers });
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    return response;
  };
  /** All that comes until the stream ends. */
  const ended = async (response: Response): Promise<string> => await response.text();
  /** The rights were looked at several times, and the stream still sends what is new. */
  const goesOn = async (response: Response, id: string): Promise<void> => {
    const looks = vi.spyOn(world.registry, 'inventoryMember');
    await vi.waitFor(() => expect(looks.mock.calls.length).toBeGreaterThan(2), 10_000);
    looks.mockRestore();
    world.executions.progress.set(id, { task: { itemsInProcessing: 0, itemsProcessed: 77, itemsFailed: 0 } });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ''; !text.includes('"itemsProcessed":77');) {
      const { done, value } = await reader.read();
      if (done) throw new Error(`the stream ended: ${text}`);
      text += value;
    }
    await reader.cancel();
  };
  const executionOf = (url: string): string => url.split('/').at(-2)!;

  it('go on while nothing happens to the credentials', async () => {
    const { url, token } = await viewer();
    await goesOn(await follow(url, { 'x-auth-token': token }), executionOf(url));
  });

  it('end when their token is revoked or deleted, or when all temporary ones are revoked', async () => {
    const person = await viewer();
    const named = async (): Promise<{ readonly id: string; readonly headers: Record<string, string> }> => {
      const request = { name: newId(), type: 'act', caveats: [], customMetadata: {}, revoked: false };
      const made = await world.registry.createNamedToken(person.id, request);
      if (!made.ok) throw new Error(made.error.description);
      return { id: made.value.tokenId, headers: { 'x-auth-token': made.value.token } };
    };
    const [revoked, deleted] = [await named(), await named()];
    const text = await world.registry.tokens.temporaryTokenText({ type: 'user', id: person.id }, 'act', [
      { type: 'time', validUntil: now() + 600 },
    ]);
    const streams = await Promise.all(
      [revoked.headers, deleted.headers, { 'x-auth-token': text }].map(async (headers) => await follow(person.url, headers)),
    );
    await world.registry.updateNamedToken(revoked.id, { name: null, revoked: true, customMetadata: undefined });
    await world.registry.deleteNamedToken(deleted.id);
    await world.registry.revokeTemporaryTokens(person.id);
    for (const stream of streams) expect(await ended(stream)).toMatch(/^id: \d+\nevent: snapshot/);
    expect((await fetch(address + person.url, { headers: revoked.headers })).status).toBe(401);
  });

  it('end when a caveat of their token does not hold any more', async () => {
    const person = await viewer();
    const validUntil = now() + 3;
    const confined = await world.confined(person, [{ type: 'time', validUntil }]);
    expect(await ended(await follow(person.url, { 'x-auth-token': confined.token }))).toMatch(/snapshot/);
    expect(now()).toBeGreaterThanOrEqual(validUntil);
    const consumer = await world.person('Consumer');
    const made = await world.post('/api/v3/onezone/groups', world.admin, { name: 'crew' });
    const crew = { type: 'group' as const, id: String(made.headers['location']).split('/').at(-1)! };
    await world.registry.members.add({ container: crew, member: { type: 'user', id: consumer.id }, privileges: [], owner: false });
    const identity = await world.registry.createNamedToken(consumer.id, {
      name: 'identity',
      type: 'idn',
      caveats: [],
      customMetadata: {},
      revoked: false,
    });
    if (!identity.ok) throw new Error(identity.error.description);
    const forCrew = await world.confined(person, [{ type: 'consumer', whitelist: [`grp-${crew.id}`] }]);
    const stream = await follow(person.url, { 'x-auth-token': forCrew.token, 'x-onedata-consumer-token': identity.value.token });
    await world.registry.members.remove(crew, { type: 'user', id: consumer.id });
    expect(await ended(stream)).toMatch(/snapshot/);
  });

  it('end when their user is blocked', async () => {
    const person = await viewer();
    const stream = await follow(person.url, { 'x-auth-token': person.token });
    await world.registry.setBlocked(person.id, true);
    expect(await ended(stream)).toMatch(/snapshot/);
  });

  it('end with their session: when it is closed, and when its token is revoked; its secret may be replaced meanwhile', async () => {
    const person = await viewer();
    const open = async (
      token: { id: string; generation: number | null } | null,
    ): Promise<{ id: string; headers: Record<string, string> }> => {
      const opened = await world.registry.sessions.open({ userId: person.id, token, lastsMs: 600_000 });
      return { id: opened.id, headers: { cookie: `laneway_session=${opened.text}` } };
    };
    const [closed, alive] = [await open(null), await open(null)];
    const stream = await follow(person.url, closed.headers);
    await world.registry.sessions.close(closed.id);
    expect(await ended(stream)).toMatch(/snapshot/);
    const other = await follow(person.url, alive.headers);
    await world.registry.sessions.find(alive.headers['cookie']!.split('=')[1]!, { lastsMs: 1, idleMs: 600_000, rotateMs: 0, graceMs: 0 });
    await goesOn(other, executionOf(person.url));
    const request = { name: newId(), type: 'act', caveats: [], customMetadata: {}, revoked: false };
    const made = await world.registry.createNamedToken(person.id, request);
    if (!made.ok) throw new Error(made.error.description);
    const withToken = await follow(person.url, (await open({ id: made.value.tokenId, generation: null })).headers);
    await world.registry.updateNamedToken(made.value.tokenId, { name: null, revoked: true, customMetadata: undefined });
    expect(await ended(withToken)).toMatch(/snapshot/);
  });

  it('end also while nobody reads them', async () => {
    const person = await viewer();
    const asked = once(world.app.server, 'request') as Promise<[unknown, ServerResponse]>;
    const socket = createConnection((world.app.server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    socket.pause();
    socket.write(`GET ${person.url} HTTP/1.1\r\nhost: x\r\nx-auth-token: ${person.token}\r\n\r\n`);
    const [, response] = await asked;
    let count = 0;
    await vi.waitFor(() => {
      const progress = { itemsInProcessing: (count += 1), itemsProcessed: 0, itemsFailed: 0 };
      world.executions.progress.set(executionOf(person.url), { ['x'.repeat(4_000_000)]: progress });
      // The buffers of the kernel are full: the stream waits for its reader.
      expect(response.writableNeedDrain).toBe(true);
    }, 20_000);
    const closed = once(response, 'close');
    await world.registry.setBlocked(person.id, true);
    await closed;
    expect(response.writableFinished).toBe(false);
    socket.destroy();
  });
});
