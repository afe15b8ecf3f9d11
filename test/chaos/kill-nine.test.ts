/** Killing the engine at random moments costs time, and nothing else (design §3, §4; I6, I13). */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { eventProblems, valuesOf, waitFor, waitForEnd } from '../support/test-engine.ts';
import { cleanScenes, newScene } from './scene.ts';
import { measuredWorkflow, mendedFile, problemsOf, secondOf } from './workload.ts';

const itemCount = 20_000;
const batchSize = 100;
const kills = 3;
const jobsInFlight = 2;
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

afterEach(cleanScenes);

describe.each(['sqlite', 'postgres'] as const)('kill −9 of a process that works on %s', (kind) => {
  it(`loses and repeats nothing of ${itemCount} items, three times killed at random moments`, { timeout: 240_000 }, async () => {
    const scene = await newScene(kind);
    const { observer, callsFile, test } = scene;
    const settings = { nodeId: 'node-1', jobMs: 3 };

    const request = measuredWorkflow(test, { lanes: [[['echo']]], input: { type: 'list', content: numbers(itemCount) }, batchSize });
    const scheduled = await observer.executions.schedule(request);
    if (!scheduled.ok) throw new Error(scheduled.error.description);
    const { executionId } = scheduled.value;

    const prefixes: (readonly unknown[])[] = [];
    for (let round = 0; round < kills; round += 1) {
      const child = await scene.startProcess(settings);
      const target = Math.floor(((round + 0.3 + Math.random() * 0.6) / (kills + 1)) * (itemCount / batchSize));
      await scene.untilCalls(target);
      await scene.kill(child);
      const view = await observer.executions.view(executionId);
      if (view === null) throw new Error('the execution is gone');
      prefixes.push(await valuesOf(test, view, 'output'));
    }
    await scene.startProcess(settings);
    const view = await waitForEnd(test, executionId, 120_000);

    expect(view.execution.status).toBe('finished');
    const values = await valuesOf(test, view, 'output');
    expect(values.map(Number).toSorted((a, b) => a - b)).toEqual(numbers(itemCount));
    for (const prefix of prefixes) expect(values.slice(0, prefix.length)).toEqual(prefix);
    expect(prefixes.at(-1)?.length).toBeLessThan(itemCount);
    const calls = (await readFile(callsFile, 'utf8')).trimEnd().split('\n').length;
    expect(calls).toBeLessThanOrEqual(itemCount / batchSize + kills * jobsInFlight);
    expect(Object.values(await observer.executions.counters(executionId))).toEqual([
      { itemsInProcessing: 0, itemsProcessed: itemCount, itemsFailed: 0 },
    ]);
    const series = await observer.stores.browse(view.execution.current.boxes[0]?.tasks[0]?.timeSeriesStoreId ?? '', {
      mode: 'slice',
      layout: JSON.stringify({ items: ['total'] }),
    });
    expect(series).toMatchObject({ ok: true, value: { slice: { items: { total: [{ value: itemCount }] } } } });
    expect(await eventProblems(test, executionId)).toEqual([]);
  });

  it('forgets no pause, resume or retry, killed in the middle of each of them', { timeout: 240_000 }, async () => {
    const count = 6000;
    const scene = await newScene(kind);
    const { observer, test, directory } = scene;
    const settings = { nodeId: 'node-1', jobMs: 10 };
    const input = { type: 'list', content: numbers(count) } as const;
    const scheduled = await observer.executions.schedule(
      measuredWorkflow(test, { lanes: [[['mendable']], [['second']]], input, batchSize: 20 }),
    );
    if (!scheduled.ok) throw new Error(scheduled.error.description);
    const request = { executionId: scheduled.value.executionId, actor: 'user', note: null };
    const { executionId } = request;
    const reaches = async (...statuses: readonly string[]) =>
      await waitFor(test, executionId, (view) => statuses.includes(view.execution.status), 60_000);

    for (const target of [60, 150]) {
      let child = await scene.startProcess(settings);
      await scene.untilCalls(target);
      expect(await observer.executions.pause(request)).toMatchObject({ ok: true });
      await scene.kill(child);
      child = await scene.startProcess(settings);
      await reaches('paused');
      expect(await observer.executions.resume(request)).toMatchObject({ ok: true });
      await scene.kill(child);
    }
    let child = await scene.startProcess(settings);
    await reaches('failed');
    await scene.kill(child);
    await writeFile(join(directory, mendedFile), '');
    const { length } = await scene.calls();
    expect(await observer.executions.retry({ executionId, actor: 'user', laneIndex: 1, laneRunNumber: 1 })).toMatchObject({ ok: true });
    child = await scene.startProcess(settings);
    await scene.untilCalls(length + 2);
    await scene.kill(child);
    await scene.startProcess(settings);
    await waitForEnd(test, executionId, 120_000);

    const failed = count / 50;
    expect(
      await problemsOf(test, executionId, {
        status: 'finished',
        output: [...numbers(count), ...numbers(count).map(secondOf)],
        runs: [
          { laneIndex: 1, runNumber: 1, status: 'failed', processed: count, failed, measured: count },
          { laneIndex: 1, runNumber: 2, status: 'finished', processed: failed, failed: 0, measured: count + failed },
          { laneIndex: 2, runNumber: 2, status: 'finished', processed: count, failed: 0, measured: count },
        ],
      }),
    ).toEqual([]);
  });
});
