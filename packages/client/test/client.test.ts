import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { ApiError, LanewayClient, UnreachableError } from '../src/index.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
});

async function clientFor(handler: Handler): Promise<LanewayClient> {
  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => handler(request, response, Buffer.concat(chunks).toString()));
  });
  server = http;
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return new LanewayClient({ server: `http://127.0.0.1:${(http.address() as AddressInfo).port}/`, token: 'secret' });
}

function answer(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

describe('requests', () => {
  test('carry the token and JSON, and the id of a new execution comes back', async () => {
    let seen: unknown;
    const client = await clientFor((request, response, body) => {
      seen = { method: request.method, url: request.url, token: request.headers['x-auth-token'], body: JSON.parse(body) };
      answer(response, 201, { atmWorkflowExecutionId: 'e1' });
    });
    const id = await client.executions.schedule({ atmWorkflowSchemaId: 's', atmWorkflowSchemaRevisionNumber: 2, spaceId: 'p' });
    expect(id).toBe('e1');
    expect(seen).toEqual({
      method: 'POST',
      url: '/api/v3/oneprovider/automation/execution/workflows',
      token: 'secret',
      body: { atmWorkflowSchemaId: 's', atmWorkflowSchemaRevisionNumber: 2, spaceId: 'p' },
    });
  });

  test('take the id of what was made from the Location', async () => {
    const client = await clientFor((_request, response) =>
      answer(response, 201, {}, { location: 'https://host/api/v3/onezone/user/spaces/abc' }),
    );
    expect(await client.registry.createSpace({ name: 'one' })).toBe('abc');
  });

  test.each(['../../../onezone/users/u1', 'a/b', 'a?b=c', 'a#b', 'ż'])('keep the id %j one segment of their path', async (id) => {
    let url: string | undefined;
    const client = await clientFor((request, response) => {
      url = request.url;
      answer(response, 200, {});
    });
    await client.executions.delete(id);
    expect(url).toBe(`/api/v3/oneprovider/automation/execution/workflows/${encodeURIComponent(id)}`);
  });

  test.each(['', '.', '..'])('are not sent for %j, which no path can carry', async (id) => {
    const client = await clientFor((_request, response) => answer(response, 200, {}));
    await expect(client.executions.delete(id)).rejects.toMatchObject({ status: 404, message: `Nothing has the id "${id}".` });
    await expect(client.stores.details(id)).rejects.toMatchObject({ status: 404 });
    await expect(client.registry.workflowSchema(id)).rejects.toMatchObject({ status: 404 });
  });

  test('escape each segment of a path', async () => {
    let url: string | undefined;
    const client = await clientFor((request, response) => {
      url = request.url;
      answer(response, 200, { fileId: 'f' });
    });
    await client.files.lookup('/my space/a?b/c#d');
    expect(url).toBe('/api/v3/oneprovider/lookup-file-id/my%20space/a%3Fb/c%23d');
  });
});

describe('failures', () => {
  test('a refusal carries the status and the error object (rest §3.1)', async () => {
    const error = { id: 'badValueEmpty', description: 'Value must not be empty', details: { key: 'name' } };
    const client = await clientFor((_request, response) => answer(response, 400, { error }));
    const thrown = await client.registry.createSpace({ name: '' }).catch((reason: unknown) => reason);
    expect(thrown).toBeInstanceOf(ApiError);
    expect(thrown).toMatchObject({ status: 400, error, message: 'Value must not be empty' });
  });

  test('a refusal of an older server, without context or details, is one as well (rest R47, R146)', async () => {
    for (const details of [{}, { details: null }]) {
      const error = { id: 'notFound', description: 'No such thing', ...details };
      const client = await clientFor((_request, response) => answer(response, 404, { error }));
      await expect(client.executions.details('x')).rejects.toMatchObject({
        status: 404,
        error: { id: 'notFound' },
        message: 'No such thing',
      });
    }
  });

  test('an answer that is not ours still names its status', async () => {
    const client = await clientFor((_request, response) => response.writeHead(502, 'Bad Gateway').end('<html>'));
    await expect(client.executions.details('x')).rejects.toMatchObject({ status: 502, error: { id: 'http502' } });
  });

  test('a server that is not there is named together with the reason', async () => {
    const client = new LanewayClient({ server: 'http://127.0.0.1:1', token: undefined });
    const thrown = await client.health().catch((reason: unknown) => reason);
    expect(thrown).toBeInstanceOf(UnreachableError);
    expect((thrown as Error).message).toMatch(/127\.0\.0\.1:1.*(ECONNREFUSED|bad port)/);
  });
});

describe('pages', () => {
  test('of a store are read to the end, in index order', async () => {
    const asked: (string | null)[] = [];
    const client = await clientFor((request, response) => {
      const index = new URL(request.url ?? '', 'http://x').searchParams.get('index');
      asked.push(index);
      const first = Number(index);
      const items = [0, 1].map((step) => ({ index: String(first + step), success: true, value: first + step }));
      answer(response, 200, { items, isLast: first === 4 });
    });
    const values: unknown[] = [];
    for await (const entry of client.stores.entries('s')) values.push(entry.success && entry.value);
    expect(values).toEqual([0, 1, 2, 3, 4, 5]);
    expect(asked).toEqual(['0', '2', '4']);
  });
});

describe('events', () => {
  test('a broken stream is resumed after the last version, so no event is lost or seen twice (I15)', async () => {
    const resumedFrom: (string | undefined)[] = [];
    const change = (version: number) => `id: ${version}\nevent: execution\ndata: {"version":${version}}\n\n`;
    const client = await clientFor((request, response) => {
      resumedFrom.push(request.headers['last-event-id'] as string | undefined);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      if (resumedFrom.length === 1) {
        response.write(
          `: hello\n\nid: 4\nevent: snapshot\ndata: {"status":\ndata: "active"}\n\n${change(5)}id: 6\nevent: execution\ndata: {"ver`,
        );
        setImmediate(() => response.destroy());
      } else response.write(change(6) + change(7));
    });
    const seen: unknown[] = [];
    for await (const message of client.executions.follow('e', { reconnectDelayMs: 1 })) {
      seen.push(message.kind === 'snapshot' ? message.details.status : message.kind === 'progress' ? null : message.change.version);
      if (seen.length === 4) break;
    }
    expect(seen).toEqual(['active', 5, 6, 7]);
    expect(resumedFrom).toEqual([undefined, '5']);
  });

  test('a refusal ends the stream with the error', async () => {
    const client = await clientFor((_request, response) => answer(response, 404, { error: { id: 'notFound', description: 'gone' } }));
    await expect(client.executions.follow('e').next()).rejects.toMatchObject({ error: { id: 'notFound' } });
  });

  test('an aborted signal ends the stream quietly', async () => {
    const abort = new AbortController();
    const client = await clientFor((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      abort.abort();
    });
    expect(await client.executions.follow('e', { signal: abort.signal }).next()).toEqual({ done: true, value: undefined });
  });
});
