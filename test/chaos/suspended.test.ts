/**
 * A process that is suspended past its lease and woken up (T6): others have taken its work over, it cannot write any more,
 * and it begins anew (design §3, §4; I3, I6).
 */
import { afterEach, describe, expect, it } from 'vitest';
import { waitForEnd } from '../support/test-engine.ts';
import { lookAt, untilSeen } from './look.ts';
import { cleanScenes, newScene } from './scene.ts';
import { measuredWorkflow, problemsOf, secondOf } from './workload.ts';

afterEach(cleanScenes);

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const count = 6000;
const input = { type: 'list', content: numbers(count) } as const;
const expected = {
  status: 'finished',
  output: [...numbers(count), ...numbers(count).map(secondOf)],
  runs: [
    { laneIndex: 1, runNumber: 1, status: 'failed', processed: count, failed: count / 50, measured: count },
    { laneIndex: 1, runNumber: 2, status: 'finished', processed: count / 50, failed: 0, measured: count + count / 50 },
    { laneIndex: 2, runNumber: 2, status: 'finished', processed: count, failed: 0, measured: count },
  ],
} as const;

describe('a node of two that is suspended past its lease', () => {
  it.each([true, false])(
    'cannot write when it wakes up, and the other one has its work within 10 s (hints: %s)',
    { timeout: 180_000 },
    async (notify) => {
      const scene = await newScene('postgres');
      const look = await lookAt(scene.url);
      const settings = { jobMs: 60, notify };
      const nodes = {
        'node-1': await scene.startProcess({ ...settings, nodeId: 'node-1' }),
        'node-2': await scene.startProcess({ ...settings, nodeId: 'node-2' }),
      };
      const request = measuredWorkflow(scene.test, { lanes: [[['flaky']], [['second']]], input, batchSize: 20, maxRetries: 1 });
      const scheduled = await scene.observer.executions.schedule(request);
      if (!scheduled.ok) throw new Error(scheduled.error.description);
      const { executionId } = scheduled.value;
      await scene.untilCalls(30);
      const { state: before } = await untilSeen('a driver', look.drivers, (drivers) => drivers.length === 1);
      const nodeId = before[0]?.nodeId === 'node-2' ? 'node-2' : 'node-1';
      const token = await look.nodeToken(nodeId);

      nodes[nodeId].kill('SIGSTOP');
      const takenOver = await untilSeen('another driver', look.drivers, ([driver]) => driver?.nodeId !== nodeId);
      expect(takenOver.tookMs).toBeLessThan(10_000);
      const callsWhileAway = (await scene.calls()).filter((call) => call.nodeId === nodeId).length;
      await scene.untilCalls((await scene.calls()).length + 20);
      expect((await scene.calls()).filter((call) => call.nodeId === nodeId)).toHaveLength(callsWhileAway);
      nodes[nodeId].kill('SIGCONT');

      // What it had in its hands meets a token that is not its own; it goes on only as another life of the node.
      await untilSeen(
        'a new life',
        async () => await look.nodeToken(nodeId),
        (now) => now > token,
      );
      await waitForEnd(scene.test, executionId, 120_000);
      expect(await problemsOf(scene.test, executionId, expected)).toEqual([]);
      await look.close();
    },
  );
});

describe('the only process on SQLite, suspended past its lease', () => {
  it('goes on where it was, with every item once', { timeout: 180_000 }, async () => {
    const scene = await newScene('sqlite');
    const node = await scene.startProcess({ nodeId: 'node-1', jobMs: 20 });
    const request = measuredWorkflow(scene.test, { lanes: [[['flaky']], [['second']]], input, batchSize: 20, maxRetries: 1 });
    const scheduled = await scene.observer.executions.schedule(request);
    if (!scheduled.ok) throw new Error(scheduled.error.description);
    await scene.untilCalls(50);
    node.kill('SIGSTOP');
    // Its lease of 6 s runs out.
    await new Promise((resolve) => setTimeout(resolve, 7000));
    node.kill('SIGCONT');
    await waitForEnd(scene.test, scheduled.value.executionId, 120_000);
    expect(await problemsOf(scene.test, scheduled.value.executionId, expected)).toEqual([]);
  });
});
