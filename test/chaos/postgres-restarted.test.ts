/**
 * PostgreSQL ends as in an accident (immediate mode) and comes back, under load, during its own recovery, and while nodes
 * that were killed take up their work again (T6, P11; I13).
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.ts';
import { waitForEnd } from '../support/test-engine.ts';
import { cleanScenes, newScene } from './scene.ts';
import { measuredWorkflow, problemsOf, secondOf } from './workload.ts';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

let server: TestPostgres;
beforeEach(async () => {
  server = await startTestPostgres();
});
afterEach(async () => {
  await cleanScenes();
  await server.stop();
});

describe('PostgreSQL that ends in the middle of everything', () => {
  it.each([true, false])('costs time and no item (hints: %s)', { timeout: 240_000 }, async (notify) => {
    const count = 5000;
    const scene = await newScene('postgres', server);
    const settings = { jobMs: 60, notify };
    const first = await scene.startProcess({ ...settings, nodeId: 'node-1' });
    await scene.startProcess({ ...settings, nodeId: 'node-2' });
    const input = { type: 'list', content: numbers(count) } as const;
    const request = measuredWorkflow(scene.test, { lanes: [[['flaky']], [['second']]], input, batchSize: 10, maxRetries: 1 });
    const scheduled = await scene.observer.executions.schedule(request);
    if (!scheduled.ok) throw new Error(scheduled.error.description);
    const { executionId } = scheduled.value;

    // Under load.
    await scene.untilCalls(60);
    await server.crash();
    await server.revive('ready');

    // Again during the recovery from the last time.
    await scene.untilCalls((await scene.calls()).length + 60);
    await server.crash();
    for (let round = 0; round < 3; round += 1) {
      await server.revive('begun');
      await server.crash();
    }
    await server.revive('ready');

    // While another node takes over what a killed one had, and that one comes back.
    await scene.untilCalls((await scene.calls()).length + 60);
    await scene.kill(first);
    await server.crash();
    await server.revive('ready');
    await scene.startProcess({ ...settings, nodeId: 'node-1' });
    await server.crash();
    await server.revive('ready');

    await waitForEnd(scene.test, executionId, 180_000);
    const failed = count / 50;
    expect(
      await problemsOf(scene.test, executionId, {
        status: 'finished',
        output: [...numbers(count), ...numbers(count).map(secondOf)],
        runs: [
          { laneIndex: 1, runNumber: 1, status: 'failed', processed: count, failed, measured: count },
          { laneIndex: 1, runNumber: 2, status: 'finished', processed: failed, failed: 0, measured: count + failed },
          { laneIndex: 2, runNumber: 2, status: 'finished', processed: count, failed: 0, measured: count },
        ],
      }),
    ).toEqual([]);
  });
});
