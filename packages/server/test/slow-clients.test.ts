/** Clients that send what is no request, or take their time (design §9: limits), over real connections. */
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildServer } from '../src/build-server.ts';
import { newWorld, type World } from './support/world.ts';

const slowClientMs = 400;
let world: World;
let port: number;
let logged: string;
let app: ReturnType<typeof buildServer>;

beforeEach(async () => {
  logged = '';
  world = await newWorld({ slowClientMs });
  const out = new Writable({
    write: (line, _encoding, done) => {
      logged += String(line);
      done();
    },
  });
  app = buildServer({ ...world.deps, logger: pino({ level: 'info' }, out) });
  app.get('/long', async (_request, reply) => await reply.send(Buffer.alloc(64 * 1024 * 1024)));
  await app.listen({ host: '127.0.0.1', port: 0 });
  ({ port } = app.server.address() as AddressInfo);
});
afterEach(async () => {
  await app.close();
  await world.close();
});

function open(): Socket {
  return connect(port, '127.0.0.1').on('error', () => undefined);
}

/** Everything that the server says until it closes the connection. */
async function answerTo(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (part: string) => (text += part));
  await once(socket, 'close');
  return text;
}

function errorIn(answer: string): { readonly id: string; readonly ctx: unknown } {
  return (JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as { error: { id: string; ctx: unknown } }).error;
}

const start = 'POST /api/v3/onezone/users HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n';

describe('what is no request', () => {
  it.each([
    ['garbage', 'GARBAGE\r\n\r\n', 400],
    ['two lengths', `${start}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`, 400],
    ['headers beyond the limit', `${start}X-Long: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
  ])('%s are refused with complete error JSON, and the connection is closed (rest §3.1, D6)', async (_name, sent, status) => {
    const socket = open();
    socket.write(sent);
    const answer = await answerTo(socket);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    const ctx = { service: 'opw', serviceId: world.deps.providerId, serviceDomain: `127.0.0.1:${port}` };
    expect(errorIn(answer)).toMatchObject({ id: 'malformedData', ctx });
  });

  it('a request that does not say whom it is for is answered with the address that it came to', async () => {
    const ask = async (head: string, body = ''): Promise<string> => {
      const socket = open();
      socket.write(`${head}\r\n\r\n${body}`);
      return await answerTo(socket);
    };
    expect(errorIn(await ask('GET /nothing HTTP/1.0')).ctx).toMatchObject({ serviceDomain: `127.0.0.1:${port}` });
    const body = '{"username":"hostless"}';
    const headers = `X-Auth-Token: ${world.admin.token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
    const made = await ask(`POST /api/v3/onezone/users HTTP/1.0\r\n${headers}`, body);
    expect(made).toMatch(new RegExp(`^location: http://127\\.0\\.0\\.1:${port}/api/v3/onezone/users/`, 'm'));
  });

  it('a client that goes away in the middle of a body is no failure of the server', async () => {
    const arrived = once(app.server, 'request');
    const socket = open();
    socket.write(`${start}Content-Length: 100\r\n\r\n{"username":`);
    const [request] = (await arrived) as [Socket];
    const gone = new Promise<void>((resolve) => request.once('close', () => resolve()));
    socket.destroy();
    await gone;
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
    expect(logged).not.toContain('requestFailed');
  });
});

describe('slow clients', () => {
  it('a connection on which nothing moves is closed, in a header and in a body', async () => {
    const [inHeader, inBody] = [open(), open()];
    inHeader.write('GET /health HTTP/1.1\r\nHos');
    inBody.write(`${start}Content-Length: 100\r\n\r\n{`);
    await Promise.all([answerTo(inHeader), answerTo(inBody)]);
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
  });

  it('a body that comes byte by byte is refused in the end, with error JSON', async () => {
    const socket = open();
    socket.write(`${start}Content-Length: 100000\r\n\r\n`);
    const answered = answerTo(socket);
    const sending = (async () => {
      while (!socket.destroyed) {
        socket.write(' ');
        await wait(slowClientMs / 10);
      }
    })();
    const answer = await answered;
    await sending;
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(errorIn(answer)).toMatchObject({ id: 'timeout', ctx: { service: 'ozw' } });
  });

  it('a client that does not read its answer loses it', async () => {
    const socket = open();
    socket.pause();
    const closed = new Promise<void>((resolve) => {
      app.server.once('request', (_request: unknown, response: NodeJS.EventEmitter) => response.once('close', resolve));
    });
    socket.write('GET /long HTTP/1.1\r\nHost: here\r\n\r\n');
    await closed;
    socket.destroy();
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
  });
});
