/** Faults of the database at the worst moments cost time and nothing else: no work is orphaned, nothing is recorded twice. */
import { afterEach, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../test/support/databases.ts';
import { faultyKind, firstTimes } from '../../../test/support/faulty-database.ts';
import { perItem, untilStopped, type InProcessLambda } from '../../../test/support/in-process-runtime.ts';
import {
  schedule,
  startTestEngine,
  valuesOf,
  waitFor,
  waitForEnd,
  workflowOf,
  type TestEngine,
} from '../../../test/support/test-engine.ts';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const echo = perItem((args) => ({ value: args['item'] }));

describe.each(databaseKinds)('a database that fails at the wrong moment ($name)', (kind) => {
  const faulty = faultyKind(kind);
  let test: TestEngine | undefined;
  const start = async (lambdas: Readonly<Record<string, InProcessLambda>>): Promise<TestEngine> => {
    test = await startTestEngine(faulty, lambdas, { config: { drainMs: 100 } });
    return test;
  };
  afterEach(async () => {
    faulty.latest().fault = () => undefined;
    await test?.close();
  });

  it.each([
    ['the items of a claim could not be read', 'readStoreItems', 'before'],
    ['the answer of a claim was lost', 'claimSlice', 'after'],
    ['the answer of a commit was lost', 'commitJobs', 'after'],
    ['a commit failed', 'commitJobs', 'before'],
    ['the answer of a transition was lost', 'saveTransition', 'after'],
    ['a drive was taken and nobody heard of it', 'acquireDrive', 'after'],
  ] as const)('finishes with every item recorded once when %s (I6, I14, P11)', async (_what, verb, fault) => {
    const engine = await start({ echo });
    const executionId = await schedule(engine, { lanes: [[['echo', 'echo'], ['echo']]], input: { type: 'list', content: numbers(60) } });
    let left = 3;
    let seen = 0;
    faulty.latest().fault = (name) => {
      if (name !== verb || left === 0) return undefined;
      seen += 1;
      if (seen % 2 === 0) return undefined;
      left -= 1;
      return fault;
    };
    const view = await waitForEnd(engine, executionId, 20_000);
    expect(view.execution.status).toBe('finished');
    expect(await valuesOf(engine, view, 'output')).toHaveLength(180);
  });

  it('runs a lane whose schema asks for batches larger than a column of the database holds', async () => {
    const engine = await start({ echo });
    const request = workflowOf(engine, { lanes: [[['echo']]], input: { type: 'list', content: [1, 2] }, batchSize: 5_000_000_000 });
    const lambda = request.lambdas['echo']?.['1'];
    if (lambda === undefined) throw new Error('the workflow has another shape');
    const scheduled = await engine.engine.executions.schedule({
      ...request,
      lambdas: { echo: { 1: { ...lambda, preferredBatchSize: 5_000_000_000 } } },
    });
    expect((await waitForEnd(engine, scheduled.ok ? scheduled.value.executionId : '')).execution.status).toBe('finished');
  });

  it('ends a cancelled execution when its slices could not be returned at first (I4)', async () => {
    const engine = await start({ hang: untilStopped });
    const executionId = await schedule(engine, { lanes: [[['hang']]], input: { type: 'list', content: numbers(20) } });
    await waitFor(engine, executionId, (view) => view.execution.current.status === 'active');
    faulty.latest().fault = firstTimes('returnSlices', 1, 'before');
    await engine.engine.executions.cancel({ executionId, actor: 'user', note: null });
    expect((await waitForEnd(engine, executionId, 8000)).execution.status).toBe('cancelled');
  });

  it('returns what was claimed and not yet read when a cancel came: nothing of it was started (I5)', async () => {
    const engine = await start({ echo });
    const reads = Promise.withResolvers<undefined>();
    const isRead = Promise.withResolvers<undefined>();
    faulty.latest().fault = async (name) => {
      if (name !== 'readStoreItems') return undefined;
      reads.resolve(undefined);
      return await isRead.promise;
    };
    const executionId = await schedule(engine, { lanes: [[['echo']]], input: { type: 'list', content: numbers(20) } });
    await reads.promise;
    await engine.engine.executions.cancel({ executionId, actor: 'user', note: null });
    isRead.resolve(undefined);
    await waitForEnd(engine, executionId, 8000);
    const receipt = await engine.engine.executions.receipt(executionId);
    expect(receipt?.laneRuns).toMatchObject([{ itemsPending: 20, itemsWithdrawn: 0, tasks: [{ itemsNeverStarted: 20 }] }]);
  });

  it('finds a breach of the failure threshold although the look after the commit was lost (execution R115, I13)', async () => {
    const broken = perItem((args) => {
      if (Number(args['item']) % 2 === 0) throw new Error('even');
      return { value: args['item'] };
    });
    const engine = await start({ broken });
    faulty.latest().fault = firstTimes('thresholdFigures', 1, 'before');
    const executionId = await schedule(engine, {
      lanes: [[['broken']]],
      input: { type: 'list', content: numbers(10) },
      threshold: 0.1,
      maxRetries: 2,
    });
    const view = await waitForEnd(engine, executionId);
    expect(view.execution).toMatchObject({ status: 'failed', currentRunNum: 1, current: { stoppingReason: 'failure' } });
    expect(faulty.latest().calls.get('thresholdFigures')).toBe(2);
  });

  it('drives an execution again although the drive could not be released (I14)', async () => {
    const engine = await start({ echo });
    faulty.latest().fault = firstTimes('releaseDrive', 1, 'before');
    const executionId = await schedule(engine, { lanes: [[['echo']]], input: { type: 'list', content: [1] } });
    await waitForEnd(engine, executionId);
    await expect.poll(() => faulty.latest().calls.get('releaseDrive'), { timeout: 10_000 }).toBeGreaterThan(1);
  });

  it('crashes the execution when a step of its driver fails for ever while the database answers (P18, execution R123)', async () => {
    const engine = await start({ echo });
    faulty.latest().fault = (name) => (name === 'openWork' ? 'before' : undefined);
    const executionId = await schedule(engine, { lanes: [[['echo']]], input: { type: 'list', content: [1] } });
    const view = await waitFor(engine, executionId, ({ execution }) => execution.stop?.reason === 'crash', 30_000);
    expect(view.execution.current.stoppingReason).toBe('crash');
    expect(faulty.latest().calls.get('openWork')).toBeLessThan(30);
    faulty.latest().fault = () => undefined;
    const ended = await waitForEnd(engine, executionId);
    expect(ended.execution.status).toBe('crashed');
    const log = await engine.engine.stores.browse(ended.execution.systemAuditLogStoreId, {});
    expect(JSON.stringify(log)).toContain('openWork was not reached');
  });

  it('crashes the execution when its preparation fails for ever, without spinning (P18, execution R123)', async () => {
    const engine = await start({ echo });
    faulty.latest().fault = (name) => (name === 'readSnapshots' ? 'before' : undefined);
    const executionId = await schedule(engine, { lanes: [[['echo']]], input: { type: 'list', content: [1] } });
    const view = await waitForEnd(engine, executionId, 30_000);
    expect(view.execution.status).toBe('crashed');
    expect(faulty.latest().calls.get('readSnapshots')).toBeLessThan(30);
  });

  it('crashes the execution when the result of a job can never be recorded, after a bounded number of runs (P18, execution R126)', async () => {
    const engine = await start({ echo });
    faulty.latest().fault = (name, params) =>
      name === 'commitJobs' && JSON.stringify(params).includes('"batchNumber":1,') ? 'before' : undefined;
    const executionId = await schedule(engine, { lanes: [[['echo']]], input: { type: 'list', content: numbers(40) } });
    const view = await waitForEnd(engine, executionId, 60_000);
    expect(view.execution.status).toBe('crashed');
    expect(engine.runtime.calls.length).toBeLessThan(20);
    expect(view.execution.stop?.reason).toBe('crash');
  }, 90_000);
});
