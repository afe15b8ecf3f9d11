/** Callback notifications (execution §15.6): sent at every stop, repeated until they were taken, kept over restarts (D5). */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLogger } from '@laneway/engine';
import { databaseKinds } from '../../../test/support/databases.ts';
import { perItem } from '../../../test/support/in-process-runtime.ts';
import { startTestEngine, waitForEnd, workflowOf, type TestEngine } from '../../../test/support/test-engine.ts';

let server: Server | undefined;
let test: TestEngine | undefined;
afterEach(async () => {
  await test?.close();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
});

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
  it('tell the status that was reached, again after an answer that is no success, and then no more', async () => {
    const target = await listen([500, 204]);
    test = await startTestEngine(kind, { echo: perItem((args) => ({ value: args['item'] })) });
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

  it('come at every stop, suspensions included, and not for what goes on (execution §15.6)', async () => {
    const target = await listen([204]);
    test = await startTestEngine(kind, { echo: perItem((args) => ({ value: args['item'] })) });
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

  it('are given up after as many repetitions as the settings say (execution §15.6)', async () => {
    const target = await listen([503]);
    const callbacks = { maxRetries: 2, firstDelayMs: 5, maxDelayMs: 10 };
    const given: unknown[] = [];
    const log = { ...silentLogger, error: (fields: Readonly<Record<string, unknown>>) => void given.push(fields['event']) };
    test = await startTestEngine(kind, { echo: perItem((args) => ({ value: args['item'] })) }, { config: { callbacks }, log });
    const request = workflowOf(test, { lanes: [[['echo']]], input: { type: 'list', content: [1] } });
    const scheduled = await test.engine.executions.schedule({ ...request, callback: target.url });
    if (!scheduled.ok) throw new Error(scheduled.error.description);
    await expect.poll(() => given, { timeout: 20_000 }).toEqual(['callbackGivenUp']);
    expect(target.bodies).toHaveLength(3);
  });
});
