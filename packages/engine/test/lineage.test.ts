/** Where values come from, end to end: lanes, boxes that shrink, retries, streams, pauses, and nodes that are lost. */
import type { Database, ScheduleRequest } from '@laneway/engine';
import type { Lineage, TaskSchema } from '@laneway/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds, sharedPostgres, type DatabaseKind } from '../../../test/support/databases.ts';
import { FaultyDatabase } from '../../../test/support/faulty-database.ts';
import { perItem, untilStopped, type InProcessLambda } from '../../../test/support/in-process-runtime.ts';
import { schedule, startTestEngine, waitFor, waitForEnd, workflowOf, type TestEngine } from '../../../test/support/test-engine.ts';

interface Entry {
  readonly index: string;
  readonly value: unknown;
  readonly content?: unknown;
  readonly source?: string;
  readonly lineage: Lineage | null;
}

async function entriesOf(test: TestEngine, storeId: string): Promise<readonly Entry[]> {
  const page = await test.engine.stores.browse(storeId, { lineage: true });
  if (!page.ok) throw new Error(page.error.description);
  const { items, logEntries } = page.value as { readonly items?: readonly Entry[]; readonly logEntries?: readonly Entry[] };
  return items ?? logEntries ?? [];
}

/** Which item a lambda saw under which trace id. */
class Seen {
  readonly traceIds = new Map<number, string>();

  note(args: Readonly<Record<string, unknown>>): number {
    const item = Number(args['item']);
    const { traceId } = args['__meta'] as { readonly traceId: string };
    const known = this.traceIds.get(item);
    if (known !== undefined && known !== traceId) throw new Error(`item ${item} changed its trace id`);
    this.traceIds.set(item, traceId);
    return item;
  }
}

/** The result of every task also goes to a single value, a log and the task's own log; tasks named `stream` stream 7 as well. */
function widened(request: ScheduleRequest): ScheduleRequest {
  const number = { type: 'number', integersOnly: false, allowedValues: null } as const;
  const common = { description: '', requiresInitialContent: false, defaultInitialContent: null };
  const logUpdate = { type: 'auditLogStoreContentUpdateOptions', function: 'append' } as const;
  const widenedTask = (task: TaskSchema): TaskSchema => ({
    ...task,
    resultMappings: [
      ...task.resultMappings,
      { resultName: 'value', storeSchemaId: 'last', storeContentUpdateOptions: { type: 'singleValueStoreContentUpdateOptions' } },
      { resultName: 'value', storeSchemaId: 'notes', storeContentUpdateOptions: logUpdate },
      {
        resultName: 'stream',
        storeSchemaId: 'output',
        storeContentUpdateOptions: { type: 'listStoreContentUpdateOptions', function: 'append' },
      },
    ],
  });
  const lambdas = Object.fromEntries(
    Object.entries(request.lambdas).map(([id, revisions]) => [
      id,
      Object.fromEntries(
        Object.entries(revisions).map(([revisionNumber, revision]) => [
          revisionNumber,
          { ...revision, resultSpecs: [...revision.resultSpecs, { name: 'stream', dataSpec: number, relayMethod: 'filePipe' as const }] },
        ]),
      ),
    ]),
  );
  const { revision } = request;
  return {
    ...request,
    lambdas,
    revision: {
      ...revision,
      stores: [
        ...revision.stores,
        { ...common, id: 'last', name: 'last', type: 'singleValue', config: { itemDataSpec: number } },
        { ...common, id: 'notes', name: 'notes', type: 'auditLog', config: { logContentDataSpec: number } },
      ],
      lanes: revision.lanes.map((lane) => ({
        ...lane,
        parallelBoxes: lane.parallelBoxes.map((box) => ({ ...box, tasks: box.tasks.map(widenedTask) })),
      })),
    },
  };
}

/** Answers after being let go: job by job, so that the test decides when. */
class Gatekeeper {
  arrived = 0;
  #isOpen = false;
  #waiting: (() => void)[] = [];

  readonly lambda: InProcessLambda = async (job, control, task) => {
    this.arrived += 1;
    if (!this.#isOpen) {
      const stopped = untilStopped(job, control, task);
      const opened = new Promise<undefined>((resolve) => this.#waiting.push(() => resolve(undefined)));
      const first = await Promise.race([stopped, opened]);
      if (first !== undefined) return first;
    }
    return await perItem((args) => ({ value: args['item'] }))(job, control, task);
  };

  open(): void {
    this.#isOpen = true;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

describe.each(databaseKinds)('lineage on $name', (kind) => {
  let test: TestEngine;
  const seen = new Seen();
  let isMended = false;
  let keeper = new Gatekeeper();

  beforeAll(async () => {
    test = await startTestEngine(kind, {
      first: perItem((args) => {
        const item = seen.note(args);
        if (!isMended && item % 3 === 0) throw new Error('broken');
        return { value: item * 10 + 1 };
      }),
      beside: perItem((args) => ({ value: seen.note(args) * 10 + 2 })),
      second: perItem((args) => {
        const item = seen.note(args);
        if (!isMended && item % 5 === 0) throw new Error('broken');
        return { value: item * 10 + 3 };
      }),
      streaming: async (job) => {
        const resultsBatch = job.request.argsBatch.map((args) => ({ value: seen.note(args) }));
        return await Promise.resolve({
          kind: 'answered',
          response: { resultsBatch },
          streamed: [{ resultName: 'stream', value: 0.5 }],
        });
      },
      kept: async (job, control, task) => await keeper.lambda(job, control, task),
    });
  });
  afterAll(async () => await test.close());

  // No two numbers of the input are where they count themselves.
  const input = Array.from({ length: 23 }, (_, index) => 100 - 2 * index);

  it('names the right item, task and run though boxes shrink and a retry iterates the failures (D1, data-and-stores R44)', async () => {
    isMended = false;
    seen.traceIds.clear();
    const executionId = await schedule(test, {
      lanes: [[['first', 'beside'], ['second']]],
      input: { type: 'list', content: input },
      batchSize: 7,
    });
    const failed = await waitForEnd(test, executionId);
    expect(failed.execution.status).toBe('failed');
    const failing = input.filter((item) => item % 3 === 0 || item % 5 === 0);
    const { exceptionStoreId, id: firstRunId } = failed.execution.current;
    const exceptions = await entriesOf(test, exceptionStoreId ?? '');
    const failures = exceptions.map(({ value }) => value as { readonly traceId: string; readonly value: number });
    expect(failures.map(({ value }) => value).toSorted((a, b) => b - a)).toEqual(failing);
    for (const [position, { lineage }] of exceptions.entries()) {
      const { traceId, value } = failures[position]!;
      const taskSchemaId = value % 3 === 0 ? 'task1.1.1' : 'task1.2.1';
      expect(lineage).toMatchObject({ laneRunId: firstRunId, runNumber: 1, taskSchemaId, itemIndex: input.indexOf(value), traceId });
    }
    isMended = true;
    expect(await test.engine.executions.retry({ executionId, actor: 'user', laneIndex: 1, laneRunNumber: 1 })).toMatchObject({ ok: true });
    const view = await waitForEnd(test, executionId);
    expect(view.execution.status).toBe('finished');
    const entries = await entriesOf(test, view.execution.storeRegistry['output'] ?? '');
    const repeated = failing.filter((item) => item % 3 !== 0);
    const counted = { first: input.length + repeated.length, beside: input.length + failing.length, second: input.length };
    expect(entries).toHaveLength(counted.first + counted.beside + counted.second);
    const taskIds = new Map<number, Set<string>>();
    for (const { value, lineage } of entries) {
      const item = Math.floor(Number(value) / 10);
      const [lambdaId, taskSchemaId] = { 1: ['first', 'task1.1.1'], 2: ['beside', 'task1.1.2'], 3: ['second', 'task1.2.1'] }[
        Number(value) % 10
      ] as [string, string];
      const runNumber = lineage?.runNumber ?? 0;
      const iterated = runNumber === 1 ? input : failures.map((failure) => failure.value);
      expect(lineage).toEqual({
        laneRunId: runNumber === 1 ? firstRunId : view.execution.current.id,
        laneIndex: 1,
        runNumber,
        taskId: expect.any(String),
        taskSchemaId,
        lambdaId,
        lambdaRevisionNumber: 1,
        attempt: 1,
        itemIndex: iterated.indexOf(item),
        traceId: seen.traceIds.get(item),
      });
      taskIds.set(runNumber, (taskIds.get(runNumber) ?? new Set()).add(lineage?.taskId ?? ''));
    }
    const current = view.execution.current.boxes.flatMap((box) => box.tasks.map((task) => task.id));
    expect(taskIds.get(2)).toEqual(new Set(current));
    expect(taskIds.get(1)?.size).toBe(3);
    expect([...taskIds.keys()].toSorted()).toEqual([1, 2]);
  });

  it('streamed values have no item; single values and logs name theirs, what the engine wrote has none', async () => {
    seen.traceIds.clear();
    const request = widened(
      workflowOf(test, { lanes: [[['streaming']]], input: { type: 'range', content: { start: 5, end: 9 } }, batchSize: 4 }),
    );
    const scheduled = await test.engine.executions.schedule(request);
    if (!scheduled.ok) throw new Error(scheduled.error.description);
    const view = await waitForEnd(test, scheduled.value.executionId);
    expect(view.execution.status).toBe('finished');
    const { storeRegistry, systemAuditLogStoreId } = view.execution;
    const places = (entries: readonly Entry[]) => entries.map(({ value, content, lineage }) => [value ?? content, lineage?.itemIndex]);
    const output = await entriesOf(test, storeRegistry['output'] ?? '');
    expect(places(output)).toEqual([
      [5, 0],
      [6, 1],
      [7, 2],
      [8, 3],
      [0.5, null],
    ]);
    expect(output.map(({ lineage }) => lineage?.traceId)).toEqual(
      [5, 6, 7, 8].map((item) => seen.traceIds.get(item)).concat(null as never),
    );
    expect(new Set(output.map(({ lineage }) => lineage?.taskId)).size).toBe(1);
    const notes = await entriesOf(test, storeRegistry['notes'] ?? '');
    expect(places(notes.toReversed())).toEqual([
      [5, 0],
      [6, 1],
      [7, 2],
      [8, 3],
    ]);
    const last = await test.engine.stores.browse(storeRegistry['last'] ?? '', { lineage: true });
    expect(last).toMatchObject({ ok: true, value: { success: true, value: 8, lineage: { itemIndex: 3, taskSchemaId: 'task1.1.1' } } });
    const given = await test.engine.stores.browse(storeRegistry['input'] ?? '', { lineage: true });
    expect(given).toEqual({ ok: true, value: { start: 5, end: 9, step: 1, lineage: null } });
    const system = await entriesOf(test, systemAuditLogStoreId);
    expect(system.length).toBeGreaterThan(0);
    expect(system.every(({ source, lineage }) => source === 'system' && lineage === null)).toBe(true);
  });

  it('a batch that a pause withdrew is named as the second attempt, one that was never claimed before as the first', async () => {
    keeper = new Gatekeeper();
    const executionId = await schedule(test, {
      lanes: [[['kept']]],
      input: { type: 'list', content: Array.from({ length: 40 }, (_, index) => index) },
      batchSize: 2,
    });
    await expect.poll(() => keeper.arrived).toBeGreaterThan(0);
    const claimed = keeper.arrived;
    expect(await test.engine.executions.pause({ executionId, actor: 'user', note: null, deadlineMs: 0 })).toMatchObject({ ok: true });
    await waitFor(test, executionId, (view) => view.execution.status === 'paused');
    keeper.open();
    expect(await test.engine.executions.resume({ executionId, actor: 'user' })).toMatchObject({ ok: true });
    const view = await waitForEnd(test, executionId);
    const entries = await entriesOf(test, view.execution.storeRegistry['output'] ?? '');
    expect(entries).toHaveLength(40);
    for (const { value, lineage } of entries) expect(lineage?.itemIndex).toBe(value);
    const attempts = new Map(entries.map(({ value, lineage }) => [Number(value), lineage?.attempt]));
    for (let item = 0; item < 2 * claimed; item += 1) expect(attempts.get(item)).toBe(2);
    expect(attempts.get(39)).toBe(1);
  });

  it('a page asks the database the same number of questions, however many runs and tasks are in it', async () => {
    isMended = false;
    const executionId = await schedule(test, {
      lanes: [[['first', 'beside'], ['second']]],
      input: { type: 'list', content: input },
      batchSize: 3,
      maxRetries: 3,
    });
    const view = await waitForEnd(test, executionId);
    const outputId = view.execution.storeRegistry['output'] ?? '';
    const calls: string[] = [];
    const { database } = test;
    const counted: Database = {
      dialect: database.dialect,
      call: async (verb, params) => {
        calls.push(verb.name);
        return await database.call(verb, params);
      },
      close: async () => await Promise.resolve(),
    };
    const { Stores } = await import('../src/stores/store-service.ts');
    const service = new Stores({ database: counted, describe: async (_spec, stored) => stored.map((value) => ({ ok: true, value })) });
    const page = await service.browse(outputId, { lineage: true });
    const { items } = (page as { readonly value: { readonly items: readonly Entry[] } }).value;
    expect(new Set(items.map(({ lineage }) => lineage?.runNumber)).size).toBe(4);
    expect(items.every(({ lineage }) => lineage?.traceId?.length === 20)).toBe(true);
    expect(calls.toSorted()).toEqual(['readKeptTraceIds', 'readSnapshots', 'readStore', 'readTaskPlaces', 'readTracedPage']);
  });
});

describe('lineage with two nodes on one database', () => {
  it('names the second attempt of batches that a lost node had claimed (I6, D10)', async () => {
    const shared = await sharedPostgres('lineage-nodes');
    const timings = { leaseMs: 1000, renewMs: 200, lostMs: 700, lookMs: 100, pollMs: 50 };
    let lost: FaultyDatabase | undefined;
    const losing: DatabaseKind = {
      name: 'postgres',
      open: async (purpose) => {
        const opened = await shared.open(purpose);
        lost = new FaultyDatabase(opened.database);
        return { database: lost, close: opened.close };
      },
    };
    const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
    const first = await startTestEngine(losing, { hang: untilStopped }, { timings, log: silent, runners: 1 });
    let second: TestEngine | undefined;
    try {
      const executionId = await schedule(first, {
        lanes: [[['hang']]],
        input: { type: 'list', content: Array.from({ length: 30 }, (_, index) => index) },
        batchSize: 5,
      });
      await expect.poll(() => first.runtime.live).toBe(1);
      const echo = perItem((args) => ({ value: args['item'] }));
      second = await startTestEngine(shared, { hang: echo }, { timings, log: silent, config: { nodeId: 'node-2' }, runners: 1 });
      lost!.fault = () => 'before';
      const view = await waitForEnd(second, executionId);
      expect(view.execution.status).toBe('finished');
      const entries = await entriesOf(second, view.execution.storeRegistry['output'] ?? '');
      expect(entries.map(({ value }) => Number(value)).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, index) => index));
      for (const { value, lineage } of entries) expect(lineage?.itemIndex).toBe(value);
      const attempts = new Map(entries.map(({ value, lineage }) => [Number(value), lineage?.attempt]));
      expect([0, 1, 2, 3, 4].map((item) => attempts.get(item))).toEqual([2, 2, 2, 2, 2]);
      expect(attempts.get(29)).toBe(1);
    } finally {
      lost!.fault = () => undefined;
      await first.close();
      await second?.close();
    }
  });
});
