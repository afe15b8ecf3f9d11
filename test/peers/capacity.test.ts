/** Limits hold at every instant: across parallel batches, boxes, executions, stops and new attempts (peers P23; I8). */
import { afterEach, describe, expect, it } from 'vitest';
import { databaseKinds } from '../support/databases.ts';
import type { InProcessLambda } from '../support/in-process-runtime.ts';
import { schedule, startTestEngine, waitFor, waitForEnd, type TestEngine } from '../support/test-engine.ts';
import { echo, numbers, request, seeded, turns, Turnstile } from './scene.ts';

describe.each(databaseKinds)('limits of jobs ($name)', (kind) => {
  let test: TestEngine;
  const live = new Map<string, number>();
  const most = new Map<string, number>();
  let mostOfNode = 0;
  const counted =
    (inner: InProcessLambda): InProcessLambda =>
    async (job, control, task) => {
      const count = (live.get(task.taskId) ?? 0) + 1;
      live.set(task.taskId, count);
      most.set(task.taskId, Math.max(count, most.get(task.taskId) ?? 0));
      mostOfNode = Math.max(
        mostOfNode,
        [...live.values()].reduce((sum, own) => sum + own, 0),
      );
      try {
        return await inner(job, control, task);
      } finally {
        live.set(task.taskId, (live.get(task.taskId) ?? 1) - 1);
      }
    };
  const random = seeded(23);
  const quick = counted(async (job, control, task) => {
    await turns(Math.floor(random() * 30));
    return await echo(job, control, task);
  });

  async function start(lambdas: Readonly<Record<string, InProcessLambda>>): Promise<void> {
    live.clear();
    most.clear();
    mostOfNode = 0;
    test = await startTestEngine(kind, lambdas, {
      runners: 50,
      config: { jobsPerTask: 3, jobsPerNode: 8, cancelGraceMs: 100, drainMs: 100 },
    });
  }
  afterEach(async () => await test.close());

  it('a task gets jobsPerTask jobs and not one more, whatever its runtime offers, and a node jobsPerNode (P23)', async () => {
    const turnstile = new Turnstile();
    await start({ held: counted(turnstile.lambda) });
    const options = { lanes: [[['held', 'held'], ['held']]], input: { type: 'list', content: numbers(40) }, batchSize: 1 } as const;
    const ids = [await schedule(test, options)];
    await turnstile.arrivals(6);
    await turns(200);
    expect([turnstile.arrived, ...live.values()]).toEqual([6, 3, 3]);
    ids.push(await schedule(test, options), await schedule(test, options));
    await turnstile.arrivals(8);
    await turns(200);
    expect(turnstile.arrived).toBe(8);
    turnstile.open();
    for (const executionId of ids) expect((await waitForEnd(test, executionId)).execution.status).toBe('finished');
    expect([Math.max(...most.values()), mostOfNode]).toEqual([3, 8]);
  });

  it('many executions of several lanes at once never exceed either limit (P23)', async () => {
    await start({ quick });
    const lanes = [[['quick', 'quick'], ['quick']], [['quick']]];
    const options = { lanes, input: { type: 'list', content: numbers(30) }, batchSize: 1 } as const;
    const ids = await Promise.all(numbers(6).map(async () => await schedule(test, options)));
    for (const executionId of ids) expect((await waitForEnd(test, executionId)).execution.status).toBe('finished');
    expect(most.size).toBe(24);
    expect(Math.max(...most.values())).toBeLessThanOrEqual(3);
    expect(mostOfNode).toBeLessThanOrEqual(8);
  });

  it('the cap holds over pauses, resumes, cancels and reruns while jobs of the attempt before still end (P23)', async () => {
    await start({ quick });
    const ids = await Promise.all(
      numbers(4).map(
        async () => await schedule(test, { lanes: [[['quick']]], input: { type: 'list', content: numbers(200) }, batchSize: 1 }),
      ),
    );
    for (let round = 0; round < 8; round += 1) {
      for (const executionId of ids) {
        await turns(Math.floor(random() * 100));
        if (round % 2 === 0) await test.engine.executions.pause(request(executionId));
        await waitFor(test, executionId, ({ execution }) => round % 2 === 1 || ['paused', 'finished'].includes(execution.status));
        await test.engine.executions.resume(request(executionId));
      }
    }
    for (const executionId of ids.slice(0, 2)) await test.engine.executions.cancel(request(executionId));
    for (const executionId of ids) await waitForEnd(test, executionId);
    await test.engine.executions.rerun({ executionId: ids[0] ?? '', actor: 'user', laneIndex: 1, laneRunNumber: 1 });
    await waitFor(test, ids[0] ?? '', ({ execution }) => execution.status === 'finished');
    expect(Math.max(...most.values())).toBeLessThanOrEqual(3);
    expect(mostOfNode).toBeLessThanOrEqual(8);
  });

  it('jobs that do not end when they are told to keep their places: no others are put beside them (P23)', async () => {
    const turnstile = new Turnstile();
    const config = { jobsPerTask: 3, jobsPerNode: 8, jobTimeoutMs: 100, cancelGraceMs: 100, drainMs: 100 };
    live.clear();
    most.clear();
    test = await startTestEngine(kind, { deaf: counted(turnstile.lambda) }, { runners: 3, config });
    const executionId = await schedule(test, { lanes: [[['deaf']]], input: { type: 'list', content: numbers(12) }, batchSize: 1 });
    const view = await waitForEnd(test, executionId, 10_000);
    expect(view.execution.status).toBe('failed');
    expect([...most.values()]).toEqual([3]);
    turnstile.open();
  });
});
