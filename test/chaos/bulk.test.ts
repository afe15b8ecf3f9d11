/** A bulk operation and a deadline outlive the process that works on them (I6, I13). */
import { afterEach, describe, expect, it } from 'vitest';
import { waitFor, workflowOf } from '../support/test-engine.ts';
import { cleanScenes, newScene } from './scene.ts';

const count = 150;

afterEach(cleanScenes);

describe.each(['sqlite', 'postgres'] as const)('kill −9 during a bulk operation on %s', (kind) => {
  it(
    'costs time and nothing else: each member is resumed once, and a deadline that passed meanwhile counts',
    { timeout: 120_000 },
    async () => {
      const { observer, test, startProcess, kill } = await newScene(kind);
      const request = workflowOf(test, { lanes: [[['echo']]], input: { type: 'list', content: [1] } });
      const paused = async (deadlineMs?: number): Promise<string> => {
        const scheduled = await observer.executions.schedule({ ...request, ...(deadlineMs === undefined ? {} : { deadlineMs }) });
        if (!scheduled.ok) throw new Error(scheduled.error.description);
        const { executionId } = scheduled.value;
        await observer.executions.pause({ executionId, actor: 'user', note: null });
        return executionId;
      };
      const ids: string[] = [];
      while (ids.length < count) ids.push(await paused());
      const first = await startProcess({ nodeId: 'node-1', jobMs: 1 });
      for (const id of ids) await waitFor(test, id, ({ execution }) => execution.status === 'paused');
      const { jobId } = await observer.extensions.startBulk({
        spaceId: test.spaceId,
        userId: 'user',
        operation: 'resume',
        members: { kind: 'ids', ids },
        reason: null,
        dryRun: false,
      });
      const results = async (): Promise<number> => (await observer.extensions.bulkResults(jobId, '', 1000)).length;
      await expect.poll(results, { timeout: 10_000, interval: 20 }).toBeGreaterThan(20);
      const late = await paused(100);
      await kill(first);
      expect(await results()).toBeLessThan(count);
      await startProcess({ nodeId: 'node-1', jobMs: 1 });
      await expect.poll(async () => (await observer.extensions.bulkJob(jobId))?.state, { timeout: 40_000 }).toBe('finished');
      expect(await observer.extensions.bulkJob(jobId)).toMatchObject({ matched: count, done: count, refused: 0, failed: 0 });
      for (const id of ids) {
        const view = await waitFor(test, id, ({ execution }) => execution.status === 'finished');
        expect(view.execution.incarnation).toBe(2);
      }
      const view = await waitFor(test, late, ({ execution }) => execution.status === 'cancelled');
      expect(view.execution.stop).toMatchObject({ actor: null, note: 'The deadline of 0.1 s passed.' });
    },
  );
});
