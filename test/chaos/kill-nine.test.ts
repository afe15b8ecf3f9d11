/** Killing the engine at random moments costs time, and nothing else (design §3, §4; I6, I13). */
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { eventProblems, valuesOf, waitForEnd, workflowOf } from '../support/test-engine.ts';
import { cleanScenes, newScene } from './scene.ts';

const itemCount = 20_000;
const batchSize = 100;
const kills = 3;
const jobsInFlight = 2;

afterEach(cleanScenes);

describe.each(['sqlite', 'postgres'] as const)('kill −9 of a process that works on %s', (kind) => {
  it(`loses and repeats nothing of ${itemCount} items, three times killed at random moments`, { timeout: 240_000 }, async () => {
    const scene = await newScene(kind);
    const { observer, callsFile, test } = scene;
    const settings = { nodeId: 'node-1', jobMs: 3 };

    const request = withMeasurements(
      workflowOf(test, {
        lanes: [[['echo']]],
        input: { type: 'list', content: Array.from({ length: itemCount }, (_, index) => index) },
        batchSize,
      }),
    );
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
    expect(values.map(Number).toSorted((a, b) => a - b)).toEqual(Array.from({ length: itemCount }, (_, index) => index));
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
});

/** Adds a streamed result `stats` that goes to the task's time series. */
function withMeasurements(request: ReturnType<typeof workflowOf>): ReturnType<typeof workflowOf> {
  const [lane] = request.revision.lanes;
  const [box] = lane?.parallelBoxes ?? [];
  const [task] = box?.tasks ?? [];
  const lambda = request.lambdas['echo']?.['1'];
  if (lane === undefined || box === undefined || task === undefined || lambda === undefined)
    throw new Error('the workflow has another shape');
  const metrics = { total: { resolution: 0, retention: 1, aggregator: 'sum' } } as const;
  const timeSeriesSchemas = [{ nameGeneratorType: 'exact', nameGenerator: 'items', unit: 'none', metrics }] as const;
  const rule = {
    measurementTimeSeriesNameMatcherType: 'exact',
    measurementTimeSeriesNameMatcher: 'items',
    targetTimeSeriesNameGenerator: 'items',
    prefixCombiner: 'overwrite',
  } as const;
  const measured = {
    ...task,
    timeSeriesStoreConfig: { timeSeriesCollectionSchema: { timeSeriesSchemas }, dashboardSpec: null },
    resultMappings: [
      ...task.resultMappings,
      {
        resultName: 'stats',
        storeSchemaId: 'CURRENT_TASK_TIME_SERIES',
        storeContentUpdateOptions: { type: 'timeSeriesStoreContentUpdateOptions' as const, dispatchRules: [rule] },
      },
    ],
  };
  const stats = {
    name: 'stats',
    dataSpec: {
      type: 'timeSeriesMeasurement' as const,
      specs: [{ nameMatcherType: 'exact' as const, nameMatcher: 'items', unit: 'none' }],
    },
    relayMethod: 'filePipe' as const,
  };
  return {
    ...request,
    revision: { ...request.revision, lanes: [{ ...lane, parallelBoxes: [{ ...box, tasks: [measured] }] }] },
    lambdas: { echo: { 1: { ...lambda, resultSpecs: [...lambda.resultSpecs, stats] } } },
  };
}
