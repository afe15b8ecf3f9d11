import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { LanewayClient } from '../src/index.ts';

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
});

/** Answers the requests with the handlers in order, the last one for ever; collects their keys. */
async function serve(...handlers: readonly ((request: IncomingMessage, response: ServerResponse) => void)[]) {
  const keys: (string | undefined)[] = [];
  const http = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      keys.push(request.headers['idempotency-key'] as string | undefined);
      handlers[Math.min(keys.length, handlers.length) - 1]?.(request, response);
    });
  });
  server = http;
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return { client: new LanewayClient({ server: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, token: 'secret' }), keys };
}

const body = { atmWorkflowSchemaId: 's', atmWorkflowSchemaRevisionNumber: 1, spaceId: 'p' };
const broken = (request: IncomingMessage): unknown => request.socket.destroy();
const created = (_request: IncomingMessage, response: ServerResponse): unknown =>
  response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ atmWorkflowExecutionId: 'e1' }));
const status = (code: number, id: string) => (_request: IncomingMessage, response: ServerResponse) =>
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { id, description: id } }));
const page = (_request: IncomingMessage, response: ServerResponse): unknown => response.writeHead(502).end('<html>');
const done = (_request: IncomingMessage, response: ServerResponse): unknown => response.writeHead(204).end();

describe('requests that must have their effect once', () => {
  test('are sent again under the same key when the connection broke or a proxy answered instead', async () => {
    const { client, keys } = await serve(broken, page, created);
    expect(await client.executions.schedule(body)).toBe('e1');
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  });

  test.each(['rerun', 'retry'] as const)('so is a %s', async (operation) => {
    const { client, keys } = await serve(broken, done);
    await client.executions[operation]('e1', { laneIndex: 1, laneRunNumber: 1 });
    expect(new Set(keys).size).toBe(1);
    expect(keys).toHaveLength(2);
  });

  test('have a new key each time they are asked for', async () => {
    const { client, keys } = await serve(created);
    await client.executions.schedule(body);
    await client.executions.schedule(body);
    expect(new Set(keys).size).toBe(2);
  });

  test('are not sent again when the server refused, and not for ever', async () => {
    const refusing = await serve(status(403, 'forbidden'));
    await expect(refusing.client.executions.schedule(body)).rejects.toMatchObject({ status: 403 });
    expect(refusing.keys).toHaveLength(1);
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
    const silent = await serve(broken);
    await expect(silent.client.executions.schedule(body)).rejects.toThrow('no answer');
    expect(silent.keys).toHaveLength(3);
  });
});
