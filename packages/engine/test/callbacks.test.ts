/** Callback notifications (execution §15.6): sent at every stop, repeated until they were taken, kept over restarts (D5). */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLogger } from '@laneway/engine';
import { CallbackNetworks } from '../src/control/callback-networks.ts';
import { postCallback } from '../src/control/callback-request.ts';
import { databaseKinds } from '../../../test/support/databases.ts';
import { perItem } from '../../../test/support/in-process-runtime.ts';
import { startTestEngine, waitForEnd, workflowOf, type TestEngine } from '../../../test/support/test-engine.ts';

let server: Server | undefined;
let test: TestEngine | undefined;
afterEach(async () => {
  await test?.close();
  test = undefined;
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
});

const toAnywhere = { maxRetries: 30, firstDelayMs: 2000, maxDelayMs: 7_200_000, networks: 'all' } as const;

/** Answers with the statuses in order, the last one for ever; collects the bodies. */
async function listen(
  statuses: readonly number[],
): Promise<{ readonly url: string; readonly bodies: unknown[]; readonly received: (count: number) => Promise<void> }> {
  const bodies: unknown[] = [];
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      response.statusCode = statuses[Math.min(bodies.length, statuses.length - 1)] ?? 204;
      bodies.push(JSON.parse(text));
      response.end();
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const received = async (count: number): Promise<void> => {
    const deadline = performance.now() + 20_000;
    while (bodies.length < count) {
      if (performance.now() > deadline) throw new Error(`only ${bodies.length} notifications came`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return { url: `http://127.0.0.1:${port}/done`, bodies, received };
}

describe.each(databaseKinds)('callbacks on $name', (kind) => {
  it('tell the status that was reached, again after an answer that is no success, and then no more (rest R77)', async () => {
    const target = await listen([500, 204]);
    test = await startTestEngine(kind, { echo: perItem((args) => ({ value: args['item'] })) }, { config: { callbacks: toAnywhere } });
    const request = workflowOf(test, { lanes: [[['echo']]], input: { type: 'list', content: [1] } });
    const scheduled = await test.engine.executions.schedule({ ...request, callback: target.url });
    if (!scheduled.ok) throw new Error(scheduled.error.description);
    const { executionId } = scheduled.value;
    await waitForEnd(test, executionId);
    await target.received(2);
    expect(target.bodies).toEqual([
      { atmWorkflowExecutionId: executionId, status: 'finished' },
      { atmWorkflowExecutionId: executionId, status: 'finished' },
    ]);
  });

  it('come at every stop, suspensions included, and not for what goes on (execution §15.6, rest R77)', async () => {
    const target = await listen([204]);
    test = await startTestEngine(kind, { echo: perItem((args) => ({ value: args['item'] })) }, { config: { callbacks: toAnywhere } });
    const request = workflowOf(test, { lanes: [[['echo']]], input: { type: 'list', content: [1] } });
    const scheduled = await test.engine.executions.schedule({ ...request, callback: target.url });
    if (!scheduled.ok) throw new Error(scheduled.error.description);
    const { executionId } = scheduled.value;
    await test.engine.executions.pause({ executionId, actor: 'user', note: null });
    await target.received(1);
    await test.engine.executions.resume({ executionId, actor: 'user' });
    await waitForEnd(test, executionId);
    await target.received(2);
    expect(target.bodies).toEqual([
      { atmWorkflowExecutionId: executionId, status: 'paused' },
      { atmWorkflowExecutionId: executionId, status: 'finished' },
    ]);
  });

  it('are given up after as many repetitions as the settings say (execution §15.6, rest R77)', async () => {
    const target = await listen([503]);
    const callbacks = { ...toAnywhere, maxRetries: 2, firstDelayMs: 5, maxDelayMs: 10 };
    const given: unknown[] = [];
    const log = { ...silentLogger, error: (fields: Readonly<Record<string, unknown>>) => void given.push(fields['event']) };
    test = await startTestEngine(kind, { echo: perItem((args) => ({ value: args['item'] })) }, { config: { callbacks }, log });
    const request = workflowOf(test, { lanes: [[['echo']]], input: { type: 'list', content: [1] } });
    const scheduled = await test.engine.executions.schedule({ ...request, callback: target.url });
    if (!scheduled.ok) throw new Error(scheduled.error.description);
    await expect.poll(() => given, { timeout: 20_000 }).toEqual(['callbackGivenUp']);
    expect(target.bodies).toHaveLength(3);
  });

  it('to the machine itself or its neighbours are refused by the field, and leave nothing behind', async () => {
    test = await startTestEngine(kind, { echo: perItem((args) => ({ value: args['item'] })) });
    const request = workflowOf(test, { lanes: [[['echo']]], input: { type: 'list', content: [1] } });
    for (const url of ['http://127.0.0.1:1/x', 'http://localhost/x', 'http://[fd00::1]/x', 'http://169.254.169.254/latest']) {
      const answer = await test.engine.executions.schedule({ ...request, callback: url });
      expect(answer).toMatchObject({ ok: false, error: { id: 'badData', details: { key: 'callback' } } });
    }
    const filter = { spaceId: test.spaceId, viewerId: null, phase: 'waiting', limit: 10, offset: 0, index: null } as const;
    expect((await test.engine.executions.list(filter)).entries).toEqual([]);
  });
});

describe('one callback', () => {
  const post = async (url: string, networks: 'all' | readonly string[]): Promise<unknown> =>
    await postCallback(url, '{}', {
      networks: new CallbackNetworks(networks),
      timeoutMs: 5000,
      resolve: (_hostname, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
    });

  it('does not follow a redirect', async () => {
    const { url, bodies } = await listen([307]);
    server?.on('request', (_request, response) => response.setHeader('location', url));
    expect(await post(url, 'all')).toEqual({ kind: 'failed', reason: 'status 307' });
    expect(bodies).toHaveLength(1);
  });

  it('goes to no name whose addresses are not allowed, whatever the name is', async () => {
    const { url, bodies } = await listen([204]);
    const named = url.replace('127.0.0.1', 'callbacks.example');
    expect(await post(named, [])).toMatchObject({ kind: 'refused' });
    expect(bodies).toEqual([]);
    expect(await post(named, ['127.0.0.1'])).toEqual({ kind: 'taken' });
  });
});
