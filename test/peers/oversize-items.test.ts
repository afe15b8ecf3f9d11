/** An item or a result that is too large fails by itself; the rest goes on and can be stopped (peers P16; D1). */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds } from '../support/databases.ts';
import { perItem, type InProcessLambda } from '../support/in-process-runtime.ts';
import { schedule, startTestEngine, valuesOf, waitForEnd, workflowOf, type TestEngine } from '../support/test-engine.ts';
import { echo, remainsOf, request, Turnstile } from './scene.ts';

const megabyte = 1024 * 1024;
const maxItemBytes = megabyte;
const huge = 'x'.repeat(100 * megabyte);
const texts = { type: 'string', allowedValues: null } as const;
const three = { type: 'list', content: [1, 2, 3] } as const;

/** Item 2 is answered with something huge. */
const hugeAnswers: Readonly<Record<string, InProcessLambda>> = {
  result: perItem(({ item }) => ({ value: item === 2 ? huge : 'small' })),
  'result of a wrong type': perItem(({ item }) => ({ value: item === 2 ? [huge] : 'small' })),
  'result without the name': perItem(({ item }) => (item === 2 ? { [huge]: 1 } : { value: 'small' })),
  exception: perItem(({ item }) => (item === 2 ? { exception: huge } : { value: 'small' })),
  'exception with many values': perItem(({ item }) => (item === 2 ? { exception: [huge, huge.slice(1)] } : { value: 'small' })),
};
/** The whole batch gets something huge. */
const hugeBatches: Readonly<Record<string, InProcessLambda>> = {
  'exception of a batch': async () => await Promise.resolve({ kind: 'answered', response: { exception: huge }, streamed: [] }),
  crash: async () => await Promise.resolve({ kind: 'crashed', reason: huge, streamed: [] }),
  'malformed answer': async () => await Promise.resolve({ kind: 'answered', response: [huge], streamed: [] }),
};

describe.each(databaseKinds)('items and results of 100 MB ($name)', (kind) => {
  const turnstile = new Turnstile();
  let test: TestEngine;
  beforeAll(async () => {
    const waiting: InProcessLambda = async (job, control, task) => {
      await turnstile.pass();
      return await (hugeAnswers['result'] ?? echo)(job, control, task);
    };
    const output: InProcessLambda = async (job, control, task) => {
      for (let part = 0; part < 100; part += 1) control.onOutput(huge.slice(0, megabyte));
      return await perItem(() => ({ value: 'small' }))(job, control, task);
    };
    const streamed: InProcessLambda = async (job, control, task) => ({
      ...(await perItem(() => ({ value: 'small' }))(job, control, task)),
      streamed: [{ resultName: 'stream', value: [huge] }],
    });
    test = await startTestEngine(
      kind,
      { echo, streamed, ...hugeAnswers, ...hugeBatches, waiting, output },
      { config: { maxItemBytes, cancelGraceMs: 5000 } },
    );
  });
  afterEach(() => turnstile.close());
  afterAll(async () => await test.close());

  async function ended(lambda: string) {
    const executionId = await schedule(test, { lanes: [[[lambda], ['echo']]], collects: [lambda], input: three, results: texts });
    const view = await waitForEnd(test, executionId);
    expect(await remainsOf(test, view)).toEqual([]);
    const log = await test.engine.stores.browse(view.execution.current.boxes[0]?.tasks[0]?.systemAuditLogId ?? '', {});
    const exceptions = await test.engine.stores.browse(view.execution.current.exceptionStoreId ?? '', {});
    expect(JSON.stringify([log, exceptions, view]).length).toBeLessThan(100_000);
    const failed = exceptions.ok ? (exceptions.value as { items: { value: { value: unknown } }[] }).items : [];
    return { view, log: JSON.stringify(log), failed: failed.map((item) => item.value.value) };
  }

  it.each(Object.keys(hugeAnswers))(
    'a huge %s fails its item and no other, and neither log nor exception store take it up (P16)',
    async (lambda) => {
      const { view, failed, log } = await ended(lambda);
      expect(view.execution.status).toBe('failed');
      expect(failed).toEqual([2]);
      expect(await valuesOf(test, view, 'output')).toEqual(['small', 'small']);
      expect(log).toContain('"error"');
    },
  );

  it.each(Object.keys(hugeBatches))('a huge %s fails the batch, and the log keeps the beginning of it only (P16)', async (lambda) => {
    const { view, failed } = await ended(lambda);
    expect(view.execution.status).toBe('failed');
    expect(failed).toEqual([1, 2, 3]);
  });

  it('a huge streamed result breaks its task, and the execution keeps the beginning of it only (P16)', async () => {
    const lambda = 'streamed';
    const request = workflowOf(test, { lanes: [[[lambda]]], input: three, results: texts });
    const [revision] = Object.values(request.lambdas[lambda] ?? {});
    if (revision === undefined) throw new Error('the workflow has another shape');
    const stream = {
      name: 'stream',
      dataSpec: { type: 'number', integersOnly: false, allowedValues: null },
      relayMethod: 'filePipe',
    } as const;
    const streaming = { ...revision, resultSpecs: [...revision.resultSpecs, stream] };
    const scheduled = await test.engine.executions.schedule({ ...request, lambdas: { [lambda]: { 1: streaming } } });
    const view = await waitForEnd(test, scheduled.ok ? scheduled.value.executionId : '');
    expect(view.execution.status).toBe('failed');
    const log = await test.engine.stores.browse(view.execution.systemAuditLogStoreId, {});
    expect(JSON.stringify([view, log]).length).toBeLessThan(100_000);
  });

  it('a huge output of a lambda costs nothing but its end (P16)', async () => {
    const { view } = await ended('output');
    expect(view.execution.status).toBe('finished');
  });

  it('a huge item of the initial content is refused with its place, and nothing is left of the execution (P16)', async () => {
    const options = { lanes: [[['echo']]], items: texts, results: texts } as const;
    const refused = await test.engine.executions.schedule(workflowOf(test, { ...options, input: { type: 'list', content: ['a', huge] } }));
    expect(refused).toMatchObject({ ok: false });
    expect(JSON.stringify(refused).length).toBeLessThan(10_000);
    const list = { spaceId: test.spaceId, viewerId: null, limit: 10, offset: 0, index: null } as const;
    expect(await test.engine.executions.list({ ...list, phase: 'waiting' })).toMatchObject({ entries: [] });
  });

  it('while such results arrive the execution is cancelled like any other (P16)', async () => {
    const content = Array.from({ length: 60 }, () => 2);
    const options = { lanes: [[['waiting']]], input: { type: 'list', content }, batchSize: 1, results: texts } as const;
    const executionId = await schedule(test, options);
    await turnstile.arrivals(2);
    turnstile.open();
    await turnstile.arrivals(4);
    expect(await test.engine.executions.cancel(request(executionId))).toMatchObject({ ok: true });
    const view = await waitForEnd(test, executionId, 10_000);
    expect(view.execution.status).toBe('cancelled');
    expect(turnstile.arrived).toBeLessThan(60);
    expect(await remainsOf(test, view)).toEqual([]);
  });
});
