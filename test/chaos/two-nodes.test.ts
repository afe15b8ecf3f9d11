/** Two nodes over one PostgreSQL: work is shared, taken over, and stopped from anywhere (design §3, §4; I3, I4, I6). */
import { afterEach, describe, expect, it } from 'vitest';
import { eventProblems, schedule, valuesOf, waitForEnd } from '../support/test-engine.ts';
import { cleanScenes, newScene } from './scene.ts';

afterEach(cleanScenes);

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('two nodes over one database', () => {
  it('share a lane run, and the one that is left takes over what the dead one had within the lease', { timeout: 120_000 }, async () => {
    const scene = await newScene('postgres');
    const first = await scene.startProcess({ nodeId: 'node-1', jobMs: 20 });
    await scene.startProcess({ nodeId: 'node-2', jobMs: 20 });
    const executionId = await schedule(scene.test, { lanes: [[['echo']]], input: { type: 'list', content: numbers(4000) }, batchSize: 10 });
    await scene.untilCalls(150);
    expect(new Set((await scene.calls()).map((call) => call.nodeId))).toEqual(new Set(['node-1', 'node-2']));
    await scene.kill(first);
    const killedAt = Date.now();
    const view = await waitForEnd(scene.test, executionId, 60_000);
    expect(view.execution.status).toBe('finished');
    expect((await valuesOf(scene.test, view, 'output')).map(Number).toSorted((a, b) => a - b)).toEqual(numbers(4000));
    expect((await scene.calls()).length).toBeLessThanOrEqual(400 + 2);
    expect((await scene.calls()).filter((call) => call.at > killedAt).every((call) => call.nodeId === 'node-2')).toBe(true);
    expect(await eventProblems(scene.test, executionId)).toEqual([]);
  });

  it(
    'hand nothing over later than 500 ms after a cancel that a third one acknowledged, and end the execution',
    { timeout: 120_000 },
    async () => {
      const scene = await newScene('postgres');
      await scene.startProcess({ nodeId: 'node-1', jobMs: 60 });
      await scene.startProcess({ nodeId: 'node-2', jobMs: 60 });
      const executionId = await schedule(scene.test, {
        lanes: [[['echo']]],
        input: { type: 'list', content: numbers(20_000) },
        batchSize: 10,
      });
      await scene.untilCalls(60);
      expect(await scene.observer.executions.cancel({ executionId, actor: 'user', note: null })).toEqual({ ok: true, value: undefined });
      const acknowledgedAt = Date.now();
      const view = await waitForEnd(scene.test, executionId, 20_000);
      expect(view.execution.status).toBe('cancelled');
      const late = (await scene.calls()).filter((call) => call.at > acknowledgedAt + 500);
      expect(late).toEqual([]);
      const [counter] = Object.values(await scene.observer.executions.counters(executionId));
      expect(await valuesOf(scene.test, view, 'output')).toHaveLength(counter?.itemsProcessed ?? -1);
      expect(counter?.itemsInProcessing).toBe(0);
    },
  );
});
