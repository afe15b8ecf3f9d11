/** What a local runtime tells of its runners: pods with a status and events (lambdas §5). */
import type { LogListingOptions } from '@laneway/model';
import { afterEach, describe, expect, test } from 'vitest';
import { PodRegistry, type PodReport } from '../../packages/engine/src/lambdas/pods.ts';
import { openBench, prepare, pythonLambda, runJob, taskFor, type Bench } from './support.ts';

const newestFirst: LogListingOptions = { direction: 'backward_from_newest', index: null, timestamp: null, offset: 0, limit: 1000 };
const oldestFirst: LogListingOptions = { ...newestFirst, direction: 'forward_from_oldest' };

describe('of a local runtime', () => {
  let bench: Bench;
  afterEach(async () => await bench.close());

  const reasons = (podId: string): readonly string[] =>
    (bench.runtime.activity().events('e1', podId, oldestFirst)?.logEntries ?? []).map(({ content }) => content.reason);

  test('a runner is scheduled, created, started, runs, and is terminated with its task (ui-and-scenarios S40)', async () => {
    bench = await openBench({
      sandbox: 'off',
      lambdas: { test: pythonLambda('def handle(request, beat):\n    return {"resultsBatch": [{}]}\n') },
    });
    const handle = await prepare(bench, taskFor(bench, 'test'));
    await runJob(handle, [{}]);
    const [pod, ...others] = bench.runtime.activity().pods('e1');
    expect(others).toEqual([]);
    expect(pod).toMatchObject({ taskId: 't1', podId: expect.stringMatching(/^test-[0-9a-f]{10}$/), currentStatus: 'Running' });
    expect(pod?.currentContainersReadiness).toBe('1/1');
    await handle.dispose();
    expect(bench.runtime.activity().pods('e1')).toMatchObject([{ currentStatus: 'Terminated', currentContainersReadiness: '0/1' }]);
    expect(reasons(pod?.podId ?? '')).toEqual(['Scheduled', 'Created', 'Started', 'Running', 'Killing', 'Terminated']);
    expect(bench.runtime.activity().pods('another')).toEqual([]);
    expect(bench.runtime.activity().events('another', pod?.podId ?? '', oldestFirst)).toBeNull();
  });

  test('a runner whose handler cannot be imported has failed, and its events tell why', async () => {
    bench = await openBench({ sandbox: 'off', lambdas: { test: pythonLambda('raise RuntimeError("no such thing")\n') } });
    const prepared = await bench.runtime.prepare(taskFor(bench, 'test'), new AbortController().signal);
    expect(prepared.kind).toBe('failed');
    const [pod] = bench.runtime.activity().pods('e1');
    expect(pod).toMatchObject({ currentStatus: 'Failed', currentContainersReadiness: '0/1' });
    const events = bench.runtime.activity().events('e1', pod?.podId ?? '', newestFirst)?.logEntries ?? [];
    expect(events.find(({ severity }) => severity === 'warning')?.content).toMatchObject({
      type: 'Warning',
      reason: 'Failed',
      message: expect.stringContaining('no such thing'),
    });
  });

  test('a runner that dies is followed by another one, each with its own story', async () => {
    const handler =
      'import os\n\n\ndef handle(request, beat):\n    os._exit(3) if request["argsBatch"][0].get("die") else None\n    return {"resultsBatch": [{}]}\n';
    bench = await openBench({ sandbox: 'off', lambdas: { test: pythonLambda(handler, 'reuse: true\n') } });
    const handle = await prepare(bench, taskFor(bench, 'test'));
    expect((await runJob(handle, [{ die: true }])).outcome.kind).toBe('crashed');
    expect((await runJob(handle, [{}])).outcome.kind).toBe('answered');
    await handle.dispose();
    const pods = bench.runtime.activity().pods('e1');
    expect(new Set(pods.map(({ podId }) => podId)).size).toBe(pods.length);
    expect(pods.every(({ currentStatus }) => currentStatus === 'Terminated')).toBe(true);
    for (const { podId } of pods) expect(reasons(podId).filter((reason) => reason === 'Terminated')).toHaveLength(1);
  });
});

describe('a registry of pods', () => {
  const report = (change: Partial<PodReport> = {}): PodReport => ({
    executionId: 'e1',
    taskId: 't1',
    podId: 'p1',
    status: 'Running',
    readiness: '1/1',
    type: 'Normal',
    reason: 'Running',
    message: '',
    ...change,
  });
  let now = 0;
  const registry = (): PodRegistry => new PodRegistry(() => now);

  test('moves the time of the status with the status only; events are told in any case (lambdas R64, R65)', () => {
    now = 100;
    const pods = registry();
    pods.report(report({ status: 'Pending', readiness: '0/1' }));
    now = 200;
    pods.report(report({ status: 'Pending', readiness: '0/1', type: 'Warning' }));
    expect(pods.pods('e1')).toMatchObject([{ currentStatus: 'Pending', lastStatusChangeTimestamp: 100 }]);
    now = 150;
    pods.report(report());
    expect(pods.pods('e1')).toMatchObject([{ currentStatus: 'Running', lastStatusChangeTimestamp: 200 }]);
    const { logEntries } = pods.events('e1', 'p1', oldestFirst) ?? { logEntries: [] };
    expect(logEntries.map(({ index, timestamp, severity }) => [index, timestamp, severity])).toEqual([
      ['0', 100, 'info'],
      ['1', 200, 'warning'],
      ['2', 200, 'info'],
    ]);
  });

  test('pages events as an audit log (lambdas R68, data-and-stores R24–R27)', () => {
    const pods = registry();
    for (now = 0; now < 5; now += 1) pods.report(report());
    const page = (options: Partial<LogListingOptions>): readonly [readonly number[], boolean] => {
      const found = pods.events('e1', 'p1', { ...newestFirst, ...options });
      return [found?.logEntries.map(({ index }) => Number(index)) ?? [], found?.isLast ?? false];
    };
    const forward = { direction: 'forward_from_oldest' } as const;
    expect(page({})).toEqual([[4, 3, 2, 1, 0], true]);
    expect(page({ limit: 2 })).toEqual([[4, 3], false]);
    expect(page({ index: 2, limit: 2 })).toEqual([[2, 1], false]);
    expect(page({ timestamp: 1 })).toEqual([[1, 0], true]);
    expect(page({ ...forward, index: 3 })).toEqual([[3, 4], true]);
    expect(page({ ...forward, timestamp: 3, limit: 1 })).toEqual([[3], false]);
    expect(page({ ...forward, timestamp: 9 })).toEqual([[], true]);
    expect(page({ ...forward, index: 1, offset: 2 })).toEqual([[3, 4], true]);
  });

  test('keeps the newest events of a pod, whose indices go on (lambdas R66)', () => {
    const pods = registry();
    for (let at = 0; at < 1000; at += 1) pods.report(report());
    const { logEntries = [], isLast } = pods.events('e1', 'p1', oldestFirst) ?? {};
    expect([logEntries.length, logEntries.at(-1)?.index, isLast]).toEqual([200, '999', true]);
  });

  test('forgets the oldest pods that are over, and none that runs', () => {
    const pods = registry();
    pods.report(report({ podId: 'running' }));
    for (let at = 0; at < 3000; at += 1) pods.report(report({ podId: `p${at}`, status: 'Terminated' }));
    const known = pods.pods('e1').map(({ podId }) => podId);
    expect([known.length, known[0], known.at(-1)]).toEqual([2000, 'running', 'p2999']);
  });
});
