/** Streamed results of jobs (execution §10): recorded with the job, and fatal for the task when they do not fit. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScheduleRequest } from '@laneway/engine';
import { databaseKinds } from '../../../test/support/databases.ts';
import type { InProcessLambda } from '../../../test/support/in-process-runtime.ts';
import {
  eventProblems,
  startTestEngine,
  valuesOf,
  waitFor,
  waitForEnd,
  workflowOf,
  type TestEngine,
} from '../../../test/support/test-engine.ts';

const answering =
  (streamed: readonly unknown[]): InProcessLambda =>
  async (job) =>
    await Promise.resolve({
      kind: 'answered',
      response: { resultsBatch: job.request.argsBatch.map((args) => ({ value: args['item'] })) },
      streamed: streamed.map((value) => ({ resultName: 'stream', value })),
    });

let letGo: () => void = () => undefined;
/** Streams and answers when it is let go, unless it is stopped before. */
const waiting: InProcessLambda = async (job, control, task) => {
  const isStopped = await new Promise<boolean>((resolve) => {
    const others = letGo;
    letGo = () => {
      others();
      // A stop that came first wins.
      setImmediate(() => resolve(control.signal.aborted));
    };
    control.signal.addEventListener('abort', () => resolve(true), { once: true });
  });
  return isStopped ? { kind: 'withdrawn', stage: 'signal' } : await answering([10])(job, control, task);
};

const numbers = [1, 2, 3, 4];

/** Every lambda also streams numbers into the store `output`. */
function streaming(request: ScheduleRequest): ScheduleRequest {
  const stream = {
    name: 'stream',
    dataSpec: { type: 'number', integersOnly: false, allowedValues: null },
    relayMethod: 'filePipe',
  } as const;
  const mapping = {
    resultName: 'stream',
    storeSchemaId: 'output',
    storeContentUpdateOptions: { type: 'listStoreContentUpdateOptions', function: 'append' },
  } as const;
  const lambdas = Object.fromEntries(
    Object.entries(request.lambdas).map(([id, revisions]) => [
      id,
      Object.fromEntries(
        Object.entries(revisions).map(([number, revision]) => [number, { ...revision, resultSpecs: [...revision.resultSpecs, stream] }]),
      ),
    ]),
  );
  const lanes = request.revision.lanes.map((lane) => ({
    ...lane,
    parallelBoxes: lane.parallelBoxes.map((box) => ({
      ...box,
      tasks: box.tasks.map((task) => ({ ...task, resultMappings: [...task.resultMappings, mapping] })),
    })),
  }));
  return { ...request, lambdas, revision: { ...request.revision, lanes } };
}

describe.each(databaseKinds)('streamed results on $name', (kind) => {
  let test: TestEngine;
  beforeAll(async () => {
    test = await startTestEngine(kind, { good: answering([10, 20]), bad: answering([10, 'text', 20]), waiting });
  });
  afterAll(async () => await test.close());

  async function run(lambda: string): Promise<Awaited<ReturnType<typeof waitForEnd>>> {
    const request = workflowOf(test, {
      lanes: [[[lambda], ['good']]],
      input: { type: 'list', content: numbers },
      batchSize: 2,
      maxRetries: 2,
    });
    const scheduled = await test.engine.executions.schedule(streaming(request));
    if (!scheduled.ok) throw new Error(scheduled.error.description);
    const view = await waitForEnd(test, scheduled.value.executionId);
    expect(await eventProblems(test, scheduled.value.executionId)).toEqual([]);
    return view;
  }

  it('are recorded once for each job, beside the results of its items (I6)', async () => {
    const view = await run('good');
    expect(view.execution.status).toBe('finished');
    const values = (await valuesOf(test, view, 'output')).map(Number).toSorted((a, b) => a - b);
    expect(values).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 10, 10, 10, 10, 20, 20, 20, 20]);
  });

  it('fail their task when one does not fit: the others are interrupted, and there is no retry (execution R110, data-and-stores R74)', async () => {
    const view = await run('bad');
    expect(view.execution).toMatchObject({ status: 'failed', current: { status: 'failed', stoppingReason: 'failure', runNumber: 1 } });
    const [first, second] = view.execution.current.boxes.map((box) => box.tasks[0]?.status);
    expect(first).toBe('failed');
    expect(second).toBe('interrupted');
    const log = JSON.stringify(await test.engine.stores.browse(view.execution.systemAuditLogStoreId, {}));
    expect(log).toContain('A streamed result could not be processed.');
    expect(await valuesOf(test, view, 'output')).not.toContain('text');
  });

  it.each([
    ['pause', 'paused'],
    ['cancel', 'cancelled'],
  ] as const)('a %s of a task that streams ends %s, not failed (execution R111)', async (stop, status) => {
    const request = workflowOf(test, { lanes: [[['waiting']]], input: { type: 'list', content: numbers }, batchSize: 1 });
    const scheduled = await test.engine.executions.schedule(streaming(request));
    if (!scheduled.ok) throw new Error(scheduled.error.description);
    const { executionId } = scheduled.value;
    await waitFor(test, executionId, () => test.runtime.live === 2);
    await test.engine.executions[stop]({ executionId, actor: 'user', note: null });
    letGo();
    const view = await waitFor(test, executionId, ({ execution }) => execution.status === status);
    expect(view.execution.current.boxes[0]?.tasks[0]?.status).toBe(status);
    // What jobs streamed that came to their end is there, once for each.
    expect((await valuesOf(test, view, 'output')).filter((value) => value === 10)).toHaveLength(stop === 'pause' ? 2 : 0);
  });
});
