/** A stop ends in time though the runtime neither answers nor disposes (I4). */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { databaseKinds } from '../../../../test/support/databases.ts';
import { schedule, startTestEngine, waitFor, waitForEnd, type TestEngine } from '../../../../test/support/test-engine.ts';

const cancelGraceMs = 300;
const workflow = { lanes: [[['deaf']]], input: { type: 'list', content: [1, 2, 3] }, batchSize: 1 } as const;
const never = async (): Promise<never> => await new Promise<never>(() => undefined);
let engine: TestEngine;

beforeEach(async () => {
  engine = await startTestEngine(databaseKinds[0]!, { deaf: never }, { config: { cancelGraceMs } });
});
afterEach(async () => await engine.close());

async function cancelTakes(executionId: string): Promise<number> {
  const startedAt = performance.now();
  expect(await engine.engine.executions.cancel({ executionId, actor: 'user', note: null })).toMatchObject({ ok: true });
  expect((await waitForEnd(engine, executionId)).execution.status).toBe('cancelled');
  return performance.now() - startedAt;
}

test('a job that never ends does not hold up its cancel beyond the grace and a second', async () => {
  const executionId = await schedule(engine, workflow);
  await expect.poll(() => engine.runtime.live).toBe(2);
  const ms = await cancelTakes(executionId);
  expect(ms).toBeGreaterThan(cancelGraceMs);
  expect(ms).toBeLessThan(cancelGraceMs + 1_000);
  const counters = Object.values(await engine.engine.executions.counters(executionId));
  expect(counters).toMatchObject([{ itemsInProcessing: 0, itemsProcessed: 0, itemsFailed: 0 }]);
});

test('a preparation that never ends does not hold up its cancel beyond a second', async () => {
  engine.runtime.onPrepare = never;
  const executionId = await schedule(engine, workflow);
  await waitFor(engine, executionId, (view) => view.execution.current.boxes.length > 0);
  expect(await cancelTakes(executionId)).toBeLessThan(cancelGraceMs + 1_000);
});
