import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBench, prepare, pythonLambda, runJob, SANDBOX_MODES, taskFor, type Bench } from './support.ts';

describe.each(SANDBOX_MODES)('the built-in echo with sandbox "%s"', (sandbox) => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench({
      sandbox,
      lambdas: {
        py: pythonLambda('def handle(request, heartbeat):\n    return {"resultsBatch": request["argsBatch"]}\n', 'reuse: true\n'),
      },
    });
  });
  afterAll(async () => await bench.close());

  test('is found by its image whatever the registry and the tag, and gives its arguments back (lambdas R116)', async () => {
    const handle = await prepare(bench, taskFor(bench, 'any.registry/onedata/lambda-echo:v9'));
    const { outcome, heartbeatCount } = await runJob(handle, [{ __meta: { traceId: 'a' }, value: { ü: [1, null] } }]);
    expect(outcome).toEqual({
      kind: 'answered',
      response: { resultsBatch: [{ __meta: { traceId: 'a' }, value: { ü: [1, null] } }] },
      streamed: [],
    });
    expect(heartbeatCount).toBeGreaterThan(0);
    await handle.dispose();
  });

  test('fails every item at an exception probability of 50 and none at 0 (lambdas R116)', async () => {
    const handle = await prepare(bench, taskFor(bench, 'onedata/lambda-echo:v3'));
    const failing = await runJob(handle, [{}, {}], { config: { sleepDurationSec: 0.2, exceptionProbability: 50, streamResults: false } });
    expect(failing.outcome).toMatchObject({
      response: { resultsBatch: [{ exception: 'Random exception' }, { exception: 'Random exception' }] },
    });
    const fine = await runJob(handle, [{}], { config: { sleepDurationSec: 0, exceptionProbability: 0, streamResults: false } });
    expect(fine.outcome).toMatchObject({ response: { resultsBatch: [{}] } });
    await handle.dispose();
  });

  test('sleeps once for a batch, with heartbeats, and wraps values where it is asked to (lambdas R116, ui-and-scenarios §2.2)', async () => {
    const handle = await prepare(bench, taskFor(bench, 'onedata/lambda-echo:v3'));
    const startAt = performance.now();
    const items = [{ value: 1, __meta: { traceId: 'a' } }, { value: [2] }, { value: null }];
    const { outcome, heartbeatCount } = await runJob(handle, items, { config: { sleepDurationSec: 0.6, wrapResultInArray: true } });
    expect(outcome).toMatchObject({
      response: { resultsBatch: [{ value: [1], __meta: { traceId: 'a' } }, { value: [[2]] }, { value: [null] }] },
    });
    const tookMs = performance.now() - startAt;
    expect(tookMs).toBeGreaterThanOrEqual(590);
    expect(tookMs).toBeLessThan(3 * 600);
    // The first one comes from the runner; those of a short sleep are not all passed on.
    expect(heartbeatCount).toBeGreaterThanOrEqual(2);
    await handle.dispose();
  });

  test('streams values to the files of the result names and returns nothing for the items', async () => {
    const handle = await prepare(bench, taskFor(bench, 'onedata/lambda-echo', { streams: ['value'] }));
    const { outcome } = await runJob(handle, [{ value: 1 }, { value: 'two' }], { config: { streamResults: true } });
    expect(outcome).toEqual({
      kind: 'answered',
      response: { resultsBatch: [null, null] },
      streamed: [
        { resultName: 'value', value: 1 },
        { resultName: 'value', value: 'two' },
      ],
    });
    await handle.dispose();
  });

  test.each(['onedata/lambda-echo', 'test'])('takes many batches a second where it is reused: %s', async (image) => {
    const handle = await prepare(bench, taskFor(bench, image));
    const startAt = performance.now();
    const batchCount = 300;
    for (let index = 0; index < batchCount; index += 1) {
      const { outcome } = await runJob(handle, [{ value: index }]);
      expect(outcome.kind).toBe('answered');
    }
    const perSecond = Math.round((batchCount * 1_000) / (performance.now() - startAt));
    console.log(`${image}, sandbox ${sandbox}: ${perSecond} batches/s`);
    // More than a fork for each batch could do (design §7).
    expect(perSecond).toBeGreaterThan(250);
    await handle.dispose();
  });
});
