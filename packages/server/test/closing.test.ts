/** A server that closes: what is long in coming is broken off at once, other requests are answered, for a while. */
import { once } from 'node:events';
import { truncate, writeFile } from 'node:fs/promises';
import { createConnection, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ok } from '@laneway/model';
import { newWorld, type Person, type World } from './support/world.ts';

const op = '/api/v3/oneprovider';
const execution = `${op}/automation/execution`;
/** Longer than a test may take: whoever waits for it fails. */
const never = 3_600_000;
let world: World;
let owner: Person;
let spaceId: string;
let address: string;
let sockets: Socket[];

async function open(closeGraceMs: number): Promise<void> {
  world = await newWorld({ closeGraceMs, accessIntervalMs: 20, progressIntervalMs: 20 });
  owner = await world.person('Owner');
  spaceId = await world.space(owner, 'data');
  const executionId = await world.executions.scheduleSomething({ userId: owner.id, spaceId, atmInventoryId: await world.inventory(owner) });
  const store = { executionId, schemaId: 'schema', name: 'name', config: {}, initialContent: null, frozen: true };
  world.stores.infos.set('log', { ...store, id: 'log', type: 'auditLog' });
  await world.app.listen({ port: 0, host: '127.0.0.1' });
  address = `http://127.0.0.1:${(world.app.server.address() as AddressInfo).port}`;
}

beforeEach(() => (sockets = []));
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await world.close();
});

/** Entries without end. */
async function* endless(): AsyncGenerator {
  for (let index = 0; ; index += 1) yield await Promise.resolve({ index: String(index), content: 'x'.repeat(10_000) });
}

/** Sends a request and reads nothing of the answer. */
async function ask(path: string): Promise<Socket> {
  const socket = createConnection((world.app.server.address() as AddressInfo).port, '127.0.0.1');
  sockets.push(socket);
  await once(socket, 'connect');
  const asked = once(world.app.server, 'request');
  socket.pause();
  socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nx-auth-token: ${owner.token}\r\n\r\n`);
  await asked;
  return socket;
}

async function bigFile(): Promise<string> {
  const space = await world.deps.spaces.get(spaceId);
  const path = join(space!.path, 'big');
  await writeFile(path, 'x');
  await truncate(path, 2 ** 30);
  return (await world.post(`${op}/lookup-file-id/data/big`, owner)).body.fileId as string;
}

describe('a server that closes', () => {
  it('breaks dumps, exports and contents of files off at once, so that nobody takes them for whole', async () => {
    await open(never);
    world.stores.dump = async () => await Promise.resolve(ok({ fileName: 'log.json', entries: endless() }));
    world.stores.export = async () =>
      await Promise.resolve(ok({ fileName: 'log.jsonl', contentType: 'application/x-ndjson', text: textOf(endless()) }));
    const headers = { 'x-auth-token': owner.token };
    const paths = [`${execution}/stores/log/dump`, `${execution}/stores/log/export`, `${op}/data/${await bigFile()}/content`];
    const answers = await Promise.all(paths.map(async (path) => await fetch(address + path, { headers })));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
    await world.app.close();
    for (const answer of answers) await expect(answer.arrayBuffer()).rejects.toThrow('terminated');
  });

  it('breaks them off also when nobody reads them', async () => {
    await open(never);
    world.stores.dump = async () => await Promise.resolve(ok({ fileName: 'log.json', entries: endless() }));
    await ask(`${execution}/stores/log/dump`);
    await ask(`${op}/data/${await bigFile()}/content`);
    await world.app.close();
    expect(world.app.server.listening).toBe(false);
  });

  it('answers what is under way', async () => {
    await open(never);
    const { promise, resolve } = Promise.withResolvers<null>();
    world.executions.view = async () => await promise;
    const asked = once(world.app.server, 'request');
    const answer = fetch(`${address}${execution}/workflows/some`, { headers: { 'x-auth-token': owner.token } });
    await asked;
    const closed = world.app.close();
    resolve(null);
    expect((await answer).status).toBe(404);
    await closed;
  });

  it('waits no longer than closeGraceMs for a request that is not answered, one that is not sent to its end, and a reader that takes nothing', async () => {
    await open(50);
    world.executions.view = async () => await new Promise(() => undefined);
    const unanswered = await ask(`${execution}/workflows/some`);
    const unsent = createConnection((world.app.server.address() as AddressInfo).port, '127.0.0.1');
    sockets.push(unsent);
    await once(unsent, 'connect');
    unsent.write(`POST ${execution}/workflows HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`);
    const gone = [once(unanswered, 'close'), once(unsent, 'close')];
    for (const socket of [unanswered, unsent]) socket.resume();
    await world.app.close();
    await Promise.all(gone);
    expect(unanswered.bytesRead).toBe(0);
  });
});

async function* textOf(entries: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const entry of entries) yield `${JSON.stringify(entry)}\n`;
}
