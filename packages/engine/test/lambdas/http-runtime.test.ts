import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openHttpLambda } from '../../src/lambdas/http/http-runtime.ts';
import type { JobOutcome } from '../../src/lambdas/runtime.ts';

let server: Server;
let base: string;
let closedCount = 0;
const halfSent = Promise.withResolvers<void>();
const halfClosed = Promise.withResolvers<void>();
const hanging = Promise.withResolvers<void>();
const closed = Promise.withResolvers<void>();

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      switch (request.url ?? '') {
        case '/echo':
          response.end(
            JSON.stringify({ method: request.method, type: request.headers['content-type'], resultsBatch: JSON.parse(body).argsBatch }),
          );
          break;
        case '/broken':
          response.writeHead(500).end('Traceback: no');
          break;
        case '/half':
          response.write('{"resultsBatch":');
          response.on('close', () => halfClosed.resolve());
          halfSent.resolve();
          break;
        case '/text':
          response.end('not json');
          break;
        default:
          hanging.resolve();
          response.on('close', () => {
            closedCount += 1;
            closed.resolve();
          });
      }
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});

const run = async (path: string, signal = new AbortController().signal): Promise<JobOutcome> => {
  const handle = openHttpLambda(base + path, 2);
  return await handle.run(
    { jobId: 'j', request: { ctx: { config: {} }, argsBatch: [{ value: 'ü' }] }, fileLinks: [] },
    { signal, graceMs: 1_000, onHeartbeat: () => undefined, onOutput: () => undefined },
  );
};

test('posts the batch as JSON and takes the answer as the response', async () => {
  expect(await run('/echo')).toEqual({
    kind: 'answered',
    response: { method: 'POST', type: 'application/json', resultsBatch: [{ value: 'ü' }] },
    streamed: [],
  });
});

test('another status, a text and a refused connection crash the batch with their reason (lambdas §1.7)', async () => {
  expect(await run('/broken')).toEqual({ kind: 'crashed', reason: 'Traceback: no', streamed: [] });
  expect(await run('/text')).toMatchObject({ kind: 'crashed', reason: expect.stringContaining('not JSON: not json') });
  const handle = openHttpLambda('http://127.0.0.1:1/', 1);
  const control = { signal: new AbortController().signal, graceMs: 0, onHeartbeat: () => undefined, onOutput: () => undefined };
  expect(await handle.run({ jobId: 'j', request: { ctx: { config: {} }, argsBatch: [] }, fileLinks: [] }, control)).toMatchObject({
    kind: 'crashed',
    reason: expect.stringContaining('ECONNREFUSED'),
  });
});

test('closes the request when the job is stopped', async () => {
  const stop = new AbortController();
  const outcome = run('/hang', stop.signal);
  await hanging.promise;
  stop.abort();
  expect(await outcome).toEqual({ kind: 'withdrawn', stage: 'signal' });
  await closed.promise;
  expect(closedCount).toBe(1);
});

test('closes the request in the middle of its answer, too: what came so far is no answer', async () => {
  const stop = new AbortController();
  const outcome = run('/half', stop.signal);
  await halfSent.promise;
  stop.abort();
  expect(await outcome).toEqual({ kind: 'withdrawn', stage: 'signal' });
  await halfClosed.promise;
});

test('closes its requests when the handle is disposed, and sends none that was stopped before', async () => {
  const handle = openHttpLambda(`${base}/hang-too`, 1);
  const control = { signal: new AbortController().signal, graceMs: 0, onHeartbeat: () => undefined, onOutput: () => undefined };
  const job = { jobId: 'j', request: { ctx: { config: {} }, argsBatch: [] }, fileLinks: [] };
  const outcome = handle.run(job, control);
  await handle.dispose();
  expect(await outcome).toEqual({ kind: 'withdrawn', stage: 'signal' });
  let beats = 0;
  expect(await handle.run(job, { ...control, onHeartbeat: () => (beats += 1) })).toEqual({ kind: 'withdrawn', stage: 'signal' });
  expect(beats).toBe(0);
});
