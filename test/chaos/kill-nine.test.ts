/** Killing the engine at random moments costs time, and nothing else (design §3, §4; I6, I13). */
import { fork, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultEngineConfig, Engine, openDatabase, silentLogger, type DatabaseLocation } from '@laneway/engine';
import { afterEach, describe, expect, it } from 'vitest';
import { InProcessRuntime } from '../support/in-process-runtime.ts';
import { testDatabaseUrl } from '../support/postgres.ts';
import { eventProblems, valuesOf, waitForEnd, workflowOf, type TestEngine } from '../support/test-engine.ts';

const itemCount = 20_000;
const batchSize = 100;
const kills = 3;
const jobsInFlight = 2;

const children = new Set<ChildProcess>();
const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function startProcess(settings: unknown): Promise<ChildProcess> {
  const child = fork(new URL('./engine-process.ts', import.meta.url), [JSON.stringify(settings)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  children.add(child);
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', (code) => reject(new Error(`the engine process ended with ${code}`)));
  });
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.removeAllListeners('message');
  child.kill('SIGKILL');
  await ended;
  children.delete(child);
}

describe.each(['sqlite', 'postgres'] as const)('kill −9 of a process that works on %s', (kind) => {
  it(`loses and repeats nothing of ${itemCount} items, three times killed at random moments`, { timeout: 240_000 }, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'laneway-chaos-'));
    cleanups.push(async () => await rm(directory, { recursive: true, force: true }));
    const location: DatabaseLocation = kind === 'sqlite' ? { kind: 'file', path: join(directory, 'laneway.db') } : { kind: 'postgres', url: await testDatabaseUrl('chaos') };
    const callsFile = join(directory, 'calls');
    await writeFile(callsFile, '');
    const settings = { location, dataDir: directory, callsFile, nodeId: 'node-1' };

    const database = await openDatabase(location);
    cleanups.unshift(async () => await database.close());
    // Only schedules and looks: it is never started, so it drives nothing.
    const observer = new Engine({
      config: defaultEngineConfig(directory, 'observer'),
      database,
      runtime: new InProcessRuntime({}),
      files: { pythonCommand: null },
      environment: { open: async () => await Promise.resolve({}), close: () => undefined },
      log: silentLogger,
    });
    const space = await observer.spaces.create({ name: 'space', path: null, readonly: false, ownerUserId: 'user' });
    if (!space.ok) throw new Error(space.error.description);
    const test: TestEngine = { engine: observer, runtime: new InProcessRuntime({}), database, spaceId: space.value.id, spaceDirectory: space.value.path, close: async () => await Promise.resolve() };
    const request = withMeasurements(workflowOf(test, { lanes: [[['echo']]], input: { type: 'list', content: Array.from({ length: itemCount }, (_, index) => index) }, batchSize }));
    const scheduled = await observer.executions.schedule(request);
    if (!scheduled.ok) throw new Error(scheduled.error.description);
    const { executionId } = scheduled.value;

    const prefixes: (readonly unknown[])[] = [];
    for (let round = 0; round < kills; round += 1) {
      const child = await startProcess(settings);
      const target = Math.floor(((round + 0.3 + Math.random() * 0.6) / (kills + 1)) * (itemCount / batchSize));
      await untilCalls(callsFile, target);
      await kill(child);
      const view = await observer.executions.view(executionId);
      if (view === null) throw new Error('the execution is gone');
      prefixes.push(await valuesOf(test, view, 'output'));
    }
    await startProcess(settings);
    const view = await waitForEnd(test, executionId, 120_000);

    expect(view.execution.status).toBe('finished');
    const values = await valuesOf(test, view, 'output');
    expect(values.map(Number).toSorted((a, b) => a - b)).toEqual(Array.from({ length: itemCount }, (_, index) => index));
    for (const prefix of prefixes) expect(values.slice(0, prefix.length)).toEqual(prefix);
    expect(prefixes.at(-1)?.length).toBeLessThan(itemCount);
    const calls = (await readFile(callsFile, 'utf8')).trimEnd().split('\n').length;
    expect(calls).toBeLessThanOrEqual(itemCount / batchSize + kills * jobsInFlight);
    expect(Object.values(await observer.executions.counters(executionId))).toEqual([{ itemsInProcessing: 0, itemsProcessed: itemCount, itemsFailed: 0 }]);
    const series = await observer.stores.browse(view.execution.current.boxes[0]?.tasks[0]?.timeSeriesStoreId ?? '', { mode: 'slice', layout: JSON.stringify({ items: ['total'] }) });
    expect(series).toMatchObject({ ok: true, value: { slice: { items: { total: [{ value: itemCount }] } } } });
    expect(await eventProblems(test, executionId)).toEqual([]);
  });
});

async function untilCalls(file: string, count: number): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const text = await readFile(file, 'utf8');
    if (text.split('\n').length > count) return;
    if (performance.now() > deadline) throw new Error(`only ${text.split('\n').length} calls after a minute`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Adds a streamed result `stats` that goes to the task's time series. */
function withMeasurements(request: ReturnType<typeof workflowOf>): ReturnType<typeof workflowOf> {
  const [lane] = request.revision.lanes;
  const [box] = lane?.parallelBoxes ?? [];
  const [task] = box?.tasks ?? [];
  const lambda = request.lambdas['echo']?.['1'];
  if (lane === undefined || box === undefined || task === undefined || lambda === undefined) throw new Error('the workflow has another shape');
  const metrics = { total: { resolution: 0, retention: 1, aggregator: 'sum' } } as const;
  const timeSeriesSchemas = [{ nameGeneratorType: 'exact', nameGenerator: 'items', unit: 'none', metrics }] as const;
  const rule = { measurementTimeSeriesNameMatcherType: 'exact', measurementTimeSeriesNameMatcher: 'items', targetTimeSeriesNameGenerator: 'items', prefixCombiner: 'overwrite' } as const;
  const measured = {
    ...task,
    timeSeriesStoreConfig: { timeSeriesCollectionSchema: { timeSeriesSchemas }, dashboardSpec: null },
    resultMappings: [
      ...task.resultMappings,
      { resultName: 'stats', storeSchemaId: 'CURRENT_TASK_TIME_SERIES', storeContentUpdateOptions: { type: 'timeSeriesStoreContentUpdateOptions' as const, dispatchRules: [rule] } },
    ],
  };
  const stats = {
    name: 'stats',
    dataSpec: { type: 'timeSeriesMeasurement' as const, specs: [{ nameMatcherType: 'exact' as const, nameMatcher: 'items', unit: 'none' }] },
    relayMethod: 'filePipe' as const,
  };
  return {
    ...request,
    revision: { ...request.revision, lanes: [{ ...lane, parallelBoxes: [{ ...box, tasks: [measured] }] }] },
    lambdas: { echo: { 1: { ...lambda, resultSpecs: [...lambda.resultSpecs, stats] } } },
  };
}
