/** Nothing waits for an event that only it can bring about (peers P19; I4, I9, I14). */
import { afterEach, describe, expect, it } from 'vitest';
import { databaseKinds } from '../support/databases.ts';
import { perItem, type InProcessLambda } from '../support/in-process-runtime.ts';
import { schedule, startTestEngine, valuesOf, waitFor, waitForEnd, workflowOf, type TestEngine } from '../support/test-engine.ts';
import { echo, first, numbers, remainsOf, request, sorted, Turnstile } from './scene.ts';

const one = { type: 'list', content: [1] } as const;

describe.each(databaseKinds)('what could wait for itself ($name)', (kind) => {
  let test: TestEngine;
  afterEach(async () => await test.close());

  async function start(lambdas: Readonly<Record<string, InProcessLambda>>, limit: number | null = null): Promise<void> {
    const config = { executionsPerSpace: limit, cancelGraceMs: 300, drainMs: 100, jobsPerTask: 1, jobsPerNode: 1 };
    test = await startTestEngine(kind, lambdas, { runners: 1, config });
  }

  it.each(['cancel', 'pause'] as const)('a job that asks for the %s of its own execution is answered while it runs (P19)', async (stop) => {
    const answers: unknown[] = [];
    await start({
      echo,
      suicidal: async (job, control, task) => {
        answers.push(await test.engine.executions[stop](request(task.executionId)));
        return await echo(job, control, task);
      },
    });
    const executionId = await schedule(test, { lanes: [[['suicidal'], ['echo']]], input: { type: 'list', content: numbers(20) } });
    const status = stop === 'cancel' ? 'cancelled' : 'paused';
    const view = await waitFor(test, executionId, ({ execution }) => execution.status === status);
    expect(answers).toEqual([{ ok: true, value: undefined }]);
    expect(await remainsOf(test, view)).toEqual([]);
  });

  it('a job that waits for the end of its own execution: the cancel does not wait for the job longer than the grace (P19)', async () => {
    const ends: string[] = [];
    await start({
      waiting: async (job, control, task) => {
        ends.push((await waitForEnd(test, task.executionId)).execution.status);
        return await echo(job, control, task);
      },
    });
    const executionId = await schedule(test, { lanes: [[['waiting']]], input: one });
    await waitFor(test, executionId, () => test.runtime.live === 1);
    await test.engine.executions.cancel(request(executionId));
    expect((await waitForEnd(test, executionId)).execution.status).toBe('cancelled');
    await expect.poll(() => ends).toEqual(['cancelled']);
  });

  it('the job whose failure breaks the threshold is the only one: the stop that it causes does not wait for it (P19)', async () => {
    await start({
      wrong: perItem(() => {
        throw new Error('wrong');
      }),
    });
    const executionId = await schedule(test, { lanes: [[['wrong']]], input: { type: 'list', content: numbers(50) }, threshold: 0.01 });
    const view = await waitForEnd(test, executionId);
    expect(view.execution.status).toBe('failed');
    expect(await remainsOf(test, view)).toEqual([]);
  });

  it('with a limit of one execution, one that was paused, resumed, cancelled and repeated never waits for its own place (P19)', async () => {
    const turnstile = new Turnstile();
    await start({ turnstile: turnstile.lambda }, 1);
    const executionId = await schedule(test, { lanes: [[['turnstile']]], input: { type: 'list', content: numbers(20) } });
    await turnstile.arrivals(1);
    await test.engine.executions.pause(request(executionId));
    turnstile.open();
    await waitFor(test, executionId, ({ execution }) => execution.status === 'paused');
    turnstile.close();
    await test.engine.executions.resume(request(executionId));
    await turnstile.arrivals(1);
    await test.engine.executions.cancel(request(executionId));
    turnstile.open();
    await waitForEnd(test, executionId);
    await test.engine.executions.rerun(first(executionId));
    const view = await waitFor(test, executionId, ({ execution }) => execution.status === 'finished');
    expect(await remainsOf(test, view)).toEqual([]);
    expect(await test.engine.executions.blockers(executionId)).toEqual([]);
  });

  it('two executions that wait for each other under a limit of one: the first is told what it waits for and can be cancelled (P19)', async () => {
    const seen: string[] = [];
    await start(
      {
        echo,
        waiting: async (job, control, task) => {
          const child = await schedule(test, { lanes: [[['echo']]], input: one });
          seen.push(child);
          const stopped = new Promise<null>((resolve) => control.signal.addEventListener('abort', () => resolve(null), { once: true }));
          if ((await Promise.race([waitForEnd(test, child), stopped])) === null) return { kind: 'withdrawn', stage: 'signal' };
          return await echo(job, control, task);
        },
      },
      1,
    );
    const executionId = await schedule(test, { lanes: [[['waiting']]], input: one });
    await expect.poll(() => seen.length).toBe(1);
    const [child] = seen as [string];
    expect(await test.engine.executions.blockers(child)).toEqual([{ kind: 'limit', limit: 1, running: 1, ahead: 0 }]);
    expect(await test.engine.executions.blockers(executionId)).toMatchObject([{ kind: 'jobs' }]);
    await test.engine.executions.cancel(request(executionId));
    expect((await waitForEnd(test, executionId)).execution.status).toBe('cancelled');
    expect((await waitForEnd(test, child)).execution.status).toBe('finished');
  });

  it('a lane that writes to the store it iterates is told that the store is frozen, and ends (P19)', async () => {
    await start({ echo });
    const scheduled = workflowOf(test, { lanes: [[['echo']]], input: { type: 'list', content: numbers(20) } });
    const lanes = scheduled.revision.lanes.map((lane) => ({
      ...lane,
      parallelBoxes: lane.parallelBoxes.map((box) => ({
        ...box,
        tasks: box.tasks.map((task) => ({
          ...task,
          resultMappings: task.resultMappings.map((one) => ({ ...one, storeSchemaId: 'input' })),
        })),
      })),
    }));
    const answer = await test.engine.executions.schedule({ ...scheduled, revision: { ...scheduled.revision, lanes } });
    const view = await waitForEnd(test, answer.ok ? answer.value.executionId : '');
    expect(view.execution.status).toBe('failed');
    expect(await valuesOf(test, view, 'input')).toEqual(numbers(20));
    const log = await test.engine.stores.browse(view.execution.current.boxes[0]?.tasks[0]?.systemAuditLogId ?? '', {});
    expect(JSON.stringify(log)).toContain('atmStoreFrozen');
  });

  it('a lane prepared in advance over the store that the lane before it fills gets all of it (P19)', async () => {
    await start({ echo });
    const scheduled = workflowOf(test, {
      lanes: [[['echo']], [['echo']]],
      collects: ['echo'],
      input: { type: 'list', content: numbers(30) },
    });
    const [lane, next] = scheduled.revision.lanes;
    if (lane === undefined || next === undefined) throw new Error('the workflow has another shape');
    const tasks = next.parallelBoxes.map((box) => ({ ...box, tasks: box.tasks.map((task) => ({ ...task, resultMappings: [] })) }));
    const lanes = [lane, { ...next, parallelBoxes: tasks, storeIteratorSpec: { storeSchemaId: 'output', maxBatchSize: 7 } }];
    const answer = await test.engine.executions.schedule({ ...scheduled, revision: { ...scheduled.revision, lanes } });
    const view = await waitForEnd(test, answer.ok ? answer.value.executionId : '');
    expect(view.execution.status).toBe('finished');
    expect(sorted(await valuesOf(test, view, 'output'))).toEqual(numbers(30));
    const receipt = await test.engine.executions.receipt(view.execution.id);
    expect(receipt?.laneRuns.map((run) => run.itemsSucceeded)).toEqual([30, 30]);
  });
});
