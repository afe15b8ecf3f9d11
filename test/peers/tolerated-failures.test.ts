/** Items that fail are tolerated up to the threshold: the lane ends, and its retries are made (peers P15; I7). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds } from '../support/databases.ts';
import { perItem, type InProcessLambda } from '../support/in-process-runtime.ts';
import { schedule, startTestEngine, valuesOf, waitForEnd, type TestEngine } from '../support/test-engine.ts';
import { echo, numbers, remainsOf, seeded, sorted, turns } from './scene.ts';

describe.each(databaseKinds)('failed items that are tolerated ($name)', (kind) => {
  let test: TestEngine;
  let random = seeded(15);
  /** Attempts of each item, and how many of them fail. */
  const attempts = new Map<number, number>();
  let failing = new Map<number, number>();
  const flaky: InProcessLambda = async (job, control, task) => {
    await turns(Math.floor(random() * 20));
    return await perItem(({ item }) => {
      const number = Number(item);
      const attempt = (attempts.get(number) ?? 0) + 1;
      attempts.set(number, attempt);
      if (attempt <= (failing.get(number) ?? 0)) throw new Error('not yet');
      return { value: item };
    })(job, control, task);
  };
  beforeAll(async () => {
    test = await startTestEngine(kind, { echo, flaky }, { runners: 4, config: { jobsPerTask: 4, jobsPerNode: 8 } });
  });
  afterAll(async () => await test.close());

  it('any items, in jobs that end in any order: the run ends, retries take exactly what failed, and the next lane follows (P15)', async () => {
    const repetitions = kind.name === 'postgres' ? 10 : 40;
    for (let seed = 1; seed <= repetitions; seed += 1) {
      random = seeded(seed);
      attempts.clear();
      failing = new Map(numbers(12).map((item) => [item, random() < 0.3 ? 1 + Math.floor(random() * 3) : 0]));
      const executionId = await schedule(test, {
        lanes: [[['flaky'], ['echo']], [['echo']]],
        collects: ['flaky'],
        input: { type: 'list', content: numbers(12) },
        batchSize: 3,
        maxRetries: 3,
      });
      const view = await waitForEnd(test, executionId);
      const needed = Math.max(...failing.values());
      expect({ seed, status: view.execution.status }).toEqual({ seed, status: 'finished' });
      expect(view.execution.lanes[0]?.endedRuns.map((run) => run.status)).toEqual(['finished', ...numbers(needed).map(() => 'failed')]);
      expect(Object.fromEntries(attempts)).toEqual(Object.fromEntries([...failing].map(([item, times]) => [item, times + 1])));
      expect(sorted(await valuesOf(test, view, 'output'))).toEqual(numbers(12));
      expect(await remainsOf(test, view)).toEqual([]);
    }
  });

  it('below the threshold the whole input is worked on, above it the run stops, and retries are made in the first case only (P15)', async () => {
    for (const [threshold, runs] of [
      [0.5, 3],
      [0.1, 1],
    ] as const) {
      attempts.clear();
      failing = new Map(numbers(40).map((item) => [item, item === 0 ? 9 : item % 4 === 0 ? 1 : 0]));
      const executionId = await schedule(test, {
        lanes: [[['flaky']]],
        input: { type: 'list', content: numbers(40) },
        batchSize: 4,
        maxRetries: 2,
        threshold,
      });
      const view = await waitForEnd(test, executionId);
      expect(view.execution).toMatchObject({ status: 'failed', currentRunNum: runs });
      const first = view.archivedRuns.find((run) => run.runNumber === 1) ?? view.execution.current;
      if (runs === 3) expect(attempts.size).toBe(40);
      expect(first.status).toBe('failed');
      expect(await remainsOf(test, view)).toEqual([]);
    }
  });

  it('the failing item is the only one, the first or the last: its box ends, and its siblings in other tasks go on (P15)', async () => {
    for (const content of [[0], [0, 1, 2], [1, 2, 0]]) {
      attempts.clear();
      failing = new Map([[0, 9]]);
      const executionId = await schedule(test, {
        lanes: [
          [
            ['flaky', 'echo'],
            ['echo', 'echo'],
          ],
        ],
        collects: [],
        input: { type: 'list', content },
        batchSize: 1,
      });
      const view = await waitForEnd(test, executionId);
      expect(view.execution.status).toBe('failed');
      const processed = Object.values(await test.engine.executions.counters(executionId)).map((counter) => counter.itemsProcessed);
      expect(processed).toEqual([content.length, content.length, content.length - 1, content.length - 1]);
    }
  });
});
