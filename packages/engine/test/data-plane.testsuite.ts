/**
 * Conformance of a database with the data plane of design §4: claims, commits, take-over, closing. Exported as
 * a function; a database is done when it passes, and every bug found in one becomes a case here.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '@laneway/engine';
import type { LaneRun } from '@laneway/model';
import { commitJobs, type JobCommit } from '../src/persistence/sql/commits.ts';
import { itemsOfExecution } from '../src/persistence/sql/conservation.ts';
import { gateOfLaneRun } from '../src/persistence/sql/gates.ts';
import { leaveNode, registerNode, renewNode, type NodeIdentity } from '../src/persistence/sql/nodes.ts';
import { claimSlice, openWork, returnDeadSlices, returnSlices, type Slice } from '../src/persistence/sql/slices.ts';
import { readStoreItems } from '../src/persistence/sql/stores.ts';
import type { DatabaseKind } from '../../../test/support/databases.ts';
import { setUp, suiteCloseGate, suiteCloseSlices, type Fixture } from './data-plane-verbs.ts';

let nextFixture = 0;

function laneRunOf(id: string, inputStoreId: string, exceptionStoreId: string, boxes: readonly (readonly string[])[]): LaneRun {
  return {
    id,
    laneIndex: 1,
    runNumber: 1,
    originRunNumber: null,
    runType: 'regular',
    status: 'active',
    stoppingReason: null,
    iteratedStoreId: inputStoreId,
    exceptionStoreId,
    boxes: boxes.map((tasks, index) => ({
      schemaId: `box${index}`,
      tasks: tasks.map((taskId) => ({
        id: taskId,
        schemaId: taskId,
        status: 'active',
        stoppingReason: null,
        stoppingIncarnation: 0,
        systemAuditLogId: `${id}.${taskId}.log`,
        timeSeriesStoreId: null,
      })),
    })),
  };
}

export function dataPlaneTestSuite(kind: DatabaseKind): void {
  describe(`data plane on ${kind.name}`, () => {
    let database: Database;
    let close: () => Promise<void>;
    let node: NodeIdentity;

    beforeAll(async () => {
      ({ database, close } = await kind.open('dataplane', [new URL('./data-plane-verbs.ts', import.meta.url).href]));
      node = await newNode('node-a');
    });
    afterAll(async () => await close());

    async function newNode(nodeId: string, leaseMs = 60_000): Promise<NodeIdentity> {
      const registered = await database.call(registerNode, { nodeId, leaseMs });
      if (registered === null) throw new Error(`${nodeId} lives already`);
      return { nodeId, ...registered };
    }

    async function fixtureOf(options: {
      readonly items: number;
      readonly batchSize: number;
      readonly boxes?: readonly (readonly string[])[];
    }): Promise<Fixture> {
      nextFixture += 1;
      const id = `f${nextFixture}`;
      const boxes = (options.boxes ?? [['task']]).map((tasks) => tasks.map((task) => `${id}.${task}`));
      const fixture: Fixture = {
        executionId: `${id}.execution`,
        outputStoreId: `${id}.output`,
        exceptionStoreId: `${id}.exception`,
        laneRun: laneRunOf(`${id}.run`, `${id}.input`, `${id}.exception`, boxes),
      };
      await database.call(setUp, {
        fixture,
        items: Array.from({ length: options.items }, (_, index) => String(index)),
        batchSize: options.batchSize,
      });
      return fixture;
    }

    async function claim(
      fixture: Fixture,
      options: { readonly maxBatches?: number; readonly by?: NodeIdentity; readonly startNow?: number } = {},
    ) {
      nextFixture += 1;
      const by = options.by ?? node;
      return await database.call(claimSlice, {
        nodeId: by.nodeId,
        nodeToken: by.nodeToken,
        laneRunId: fixture.laneRun.id,
        incarnation: 1,
        sliceId: `slice${nextFixture}`,
        maxBatches: options.maxBatches ?? 1,
        startNow: options.startNow ?? 1,
      });
    }

    async function claimed(fixture: Fixture, options: Parameters<typeof claim>[1] = {}): Promise<Slice> {
      const result = await claim(fixture, options);
      if (result.kind !== 'claimed') throw new Error(`nothing was claimed: ${result.kind}`);
      return result.slice;
    }

    function commitOf(fixture: Fixture, slice: Slice, batchNumber: number, change: Partial<JobCommit> = {}): JobCommit {
      const box = fixture.laneRun.boxes[change.boxIndex ?? 0];
      const taskIds = (box?.tasks ?? []).map((task) => task.id);
      return {
        sliceId: slice.sliceId,
        sliceToken: slice.sliceToken,
        executionId: fixture.executionId,
        laneRunId: fixture.laneRun.id,
        nodeId: node.nodeId,
        batchNumber,
        boxIndex: 0,
        boxCount: fixture.laneRun.boxes.length,
        boxTaskIds: taskIds,
        taskId: taskIds[0] ?? '',
        succeededCount: slice.batches.find((batch) => batch.batchNumber === batchNumber)?.itemCount ?? 0,
        failed: [],
        exceptionStoreId: fixture.exceptionStoreId,
        startedBatches: [],
        writes: [{ kind: 'append', storeId: fixture.outputStoreId, items: [String(batchNumber)] }],
        ...change,
      };
    }

    async function outputOf(fixture: Fixture): Promise<readonly string[]> {
      return await database.call(readStoreItems, { storeId: fixture.outputStoreId, from: 0, to: 1000 });
    }

    async function countsOf(fixture: Fixture) {
      const { laneRuns, counts } = await database.call(itemsOfExecution, { executionId: fixture.executionId });
      return { stored: counts, open: laneRuns.flatMap((laneRun) => laneRun.open) };
    }

    it('claims consecutive batches once, the last one smaller, and then says that the input is exhausted', async () => {
      const fixture = await fixtureOf({ items: 25, batchSize: 10 });
      const first = await claimed(fixture, { maxBatches: 2 });
      expect(first.batches.map((batch) => [batch.batchNumber, batch.firstItem, batch.itemCount])).toEqual([
        [0, 0, 10],
        [1, 10, 10],
      ]);
      const second = await claimed(fixture, { maxBatches: 5 });
      expect(second.batches.map((batch) => [batch.batchNumber, batch.firstItem, batch.itemCount])).toEqual([[2, 20, 5]]);
      expect(await claim(fixture)).toEqual({ kind: 'nothing', exhausted: true });
    });

    it('lets many claims at once get every batch exactly once', async () => {
      const fixture = await fixtureOf({ items: 200, batchSize: 1 });
      const claims = await Promise.all(Array.from({ length: 40 }, async () => await claimed(fixture, { maxBatches: 5 })));
      const numbers = claims.flatMap((slice) => slice.batches.map((batch) => batch.batchNumber)).toSorted((a, b) => a - b);
      expect(numbers).toEqual(Array.from({ length: 200 }, (_, index) => index));
    });

    it('refuses every claim after the gate was closed (I3)', async () => {
      const fixture = await fixtureOf({ items: 10, batchSize: 1 });
      await claimed(fixture);
      await database.call(suiteCloseGate, { laneRunId: fixture.laneRun.id });
      expect(await claim(fixture)).toEqual({ kind: 'closed' });
    });

    it('records a job once: a repeated commit is fenced and leaves no second result (I6)', async () => {
      const fixture = await fixtureOf({ items: 10, batchSize: 10, boxes: [['task', 'other']] });
      const slice = await claimed(fixture);
      const commit = commitOf(fixture, slice, 0);
      const [first] = await database.call(commitJobs, { commits: [commit] });
      const [second] = await database.call(commitJobs, { commits: [commit] });
      expect(first).toMatchObject({ kind: 'committed', batch: { kind: 'waiting' } });
      expect(second).toEqual({ kind: 'fenced' });
      expect(await outputOf(fixture)).toEqual(['0']);
    });

    it('records a job once when the same commit stands twice in one group (I6)', async () => {
      const fixture = await fixtureOf({ items: 10, batchSize: 10 });
      const slice = await claimed(fixture);
      const outcomes = await database.call(commitJobs, { commits: [commitOf(fixture, slice, 0), commitOf(fixture, slice, 0)] });
      expect(outcomes.map((outcome) => outcome.kind)).toEqual(['committed', 'fenced']);
      expect(await outputOf(fixture)).toEqual(['0']);
    });

    it('commits a batch of 150,000 items that all failed with an entry each', async () => {
      const count = 150_000;
      const fixture = await fixtureOf({ items: count, batchSize: count });
      const slice = await claimed(fixture);
      const failed = Array.from({ length: count }, (_, position) => ({ position, traceId: 't', value: String(position) }));
      const writes = failed.map(({ value }) => ({ kind: 'append' as const, storeId: fixture.outputStoreId, items: [value] }));
      const outcomes = await database.call(commitJobs, { commits: [commitOf(fixture, slice, 0, { succeededCount: 0, failed, writes })] });
      expect(outcomes).toMatchObject([{ kind: 'committed', batch: { kind: 'finished' } }]);
      const last = { from: count - 1, to: count + 1 };
      expect(await database.call(readStoreItems, { storeId: fixture.exceptionStoreId, ...last })).toEqual([
        '{"traceId":"t","value":149999}',
      ]);
      expect(await database.call(readStoreItems, { storeId: fixture.outputStoreId, ...last })).toEqual(['149999']);
    });

    it('commits the other members of a group when one has lost its slice', async () => {
      const fixture = await fixtureOf({ items: 20, batchSize: 10 });
      const lost = await claimed(fixture);
      const kept = await claimed(fixture);
      await database.call(returnSlices, {
        ...node,
        laneRunId: fixture.laneRun.id,
        keep: [kept.sliceId],
        started: [],
        untouched: [0],
        withdrawn: [],
      });
      const again = await claimed(fixture, { startNow: 0 });
      expect(again.batches[0]?.started).toBe(false);
      expect(again.batches[0]?.batchNumber).toBe(0);
      const outcomes = await database.call(commitJobs, { commits: [commitOf(fixture, lost, 0), commitOf(fixture, kept, 1)] });
      expect(outcomes.map((outcome) => outcome.kind)).toEqual(['fenced', 'committed']);
      expect(await outputOf(fixture)).toEqual(['1']);
    });

    it('moves a batch to the next box without its failed items, and writes those once to the exception store (D1)', async () => {
      const fixture = await fixtureOf({ items: 4, batchSize: 4, boxes: [['one', 'two'], ['three']] });
      const [one, two] = (fixture.laneRun.boxes[0]?.tasks ?? []).map((task) => task.id);
      const slice = await claimed(fixture);
      const failure = (position: number) => ({ position, traceId: `trace${position}`, value: String(position) });
      await database.call(commitJobs, {
        commits: [commitOf(fixture, slice, 0, { taskId: one ?? '', succeededCount: 2, failed: [failure(1), failure(3)] })],
      });
      const [done] = await database.call(commitJobs, {
        commits: [commitOf(fixture, slice, 0, { taskId: two ?? '', succeededCount: 3, failed: [failure(1)] })],
      });
      expect(done).toMatchObject({ kind: 'committed', batch: { kind: 'advanced', boxIndex: 1, remaining: [0, 2] } });
      const exceptions = await database.call(readStoreItems, { storeId: fixture.exceptionStoreId, from: 0, to: 10 });
      expect(exceptions.map((text) => JSON.parse(text) as unknown)).toEqual([
        { traceId: 'trace1', value: 1 },
        { traceId: 'trace3', value: 3 },
      ]);
      expect(await database.call(openWork, { laneRunId: fixture.laneRun.id })).toEqual({ heldSlices: 1, openBatches: 1, lowestBox: 1 });
    });

    it('ends a batch whose items all failed without visiting later boxes (D1)', async () => {
      const fixture = await fixtureOf({ items: 1, batchSize: 4, boxes: [['one'], ['two']] });
      const slice = await claimed(fixture);
      const [done] = await database.call(commitJobs, {
        commits: [commitOf(fixture, slice, 0, { succeededCount: 0, failed: [{ position: 0, traceId: 't', value: '0' }] })],
      });
      expect(done).toMatchObject({ batch: { kind: 'finished' } });
      expect(await database.call(openWork, { laneRunId: fixture.laneRun.id })).toEqual({ heldSlices: 0, openBatches: 0, lowestBox: null });
    });

    it('lets another node go on at the batch row of a dead one: finished jobs are not repeated', async () => {
      const fixture = await fixtureOf({ items: 2, batchSize: 2, boxes: [['one', 'two'], ['three']] });
      const [one] = (fixture.laneRun.boxes[0]?.tasks ?? []).map((task) => task.id);
      const dead = await newNode('node-dead');
      const slice = await claimed(fixture, { by: dead });
      await database.call(commitJobs, { commits: [commitOf(fixture, slice, 0, { taskId: one ?? '' })] });
      await newNode('node-dead');
      expect(await database.call(returnDeadSlices, null)).toContain(fixture.laneRun.id);
      const taken = await claimed(fixture);
      expect(taken.batches).toMatchObject([{ batchNumber: 0, boxIndex: 0, doneTaskIds: [one], started: true }]);
      expect(taken.sliceToken).toBeGreaterThan(slice.sliceToken);
    });

    it('refuses claims of a node whose lease ran out or whose other life took over', async () => {
      const fixture = await fixtureOf({ items: 2, batchSize: 1 });
      const old = await newNode('node-old');
      await newNode('node-old');
      expect(await claim(fixture, { by: old })).toEqual({ kind: 'closed' });
      expect(await database.call(renewNode, { ...old, leaseMs: 1000 })).toEqual({ alive: false });
      const left = await newNode('node-left');
      await database.call(leaveNode, left);
      expect(await claim(fixture, { by: left })).toEqual({ kind: 'closed' });
    });

    it('withdraws what was started and open when a lane run ends, counted once for each task that had it (D2, I5)', async () => {
      const fixture = await fixtureOf({ items: 30, batchSize: 10, boxes: [['one', 'two']] });
      const [one, two] = (fixture.laneRun.boxes[0]?.tasks ?? []).map((task) => task.id);
      const slice = await claimed(fixture, { maxBatches: 2, startNow: 1 });
      await database.call(commitJobs, { commits: [commitOf(fixture, slice, 0, { taskId: one ?? '' })] });
      await database.call(suiteCloseGate, { laneRunId: fixture.laneRun.id });
      await database.call(suiteCloseSlices, { executionId: fixture.executionId, laneRun: fixture.laneRun });
      const { stored, open } = await countsOf(fixture);
      const byTask = new Map(stored.map((row) => [row.taskId, row]));
      expect(open).toEqual([]);
      expect(byTask.get(two ?? '')).toMatchObject({ processed: 0, withdrawn: 0, unreachable: 10 });
      expect(byTask.get(one ?? '')).toMatchObject({ processed: 10, withdrawn: 0, unreachable: 0 });
      expect(byTask.get('')).toMatchObject({ withdrawn: 10 });
      const [late] = await database.call(commitJobs, { commits: [commitOf(fixture, slice, 0, { taskId: two ?? '' })] });
      expect(late).toEqual({ kind: 'fenced' });
    });

    it('tells a commit after the gate was closed that nothing may follow', async () => {
      const fixture = await fixtureOf({ items: 1, batchSize: 1, boxes: [['one'], ['two']] });
      const slice = await claimed(fixture);
      await database.call(suiteCloseGate, { laneRunId: fixture.laneRun.id });
      const [outcome] = await database.call(commitJobs, { commits: [commitOf(fixture, slice, 0)] });
      expect(outcome).toMatchObject({ kind: 'committed', active: false, batch: { kind: 'advanced' } });
    });

    it('keeps counts of many nodes and sums them (design §4, counters)', async () => {
      const fixture = await fixtureOf({ items: 40, batchSize: 1 });
      const slice = await claimed(fixture, { maxBatches: 40, startNow: 40 });
      await Promise.all(
        slice.batches.map(
          async (batch) =>
            await database.call(commitJobs, {
              commits: [commitOf(fixture, slice, batch.batchNumber, { nodeId: `n${batch.batchNumber % 3}` })],
            }),
        ),
      );
      const { stored } = await countsOf(fixture);
      expect(stored.find((row) => row.taskId !== '')).toMatchObject({ processed: 40, failed: 0, withdrawn: 0 });
      expect((await outputOf(fixture)).map(Number).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, index) => index));
      expect(await database.call(openWork, { laneRunId: fixture.laneRun.id })).toEqual({ heldSlices: 0, openBatches: 0, lowestBox: null });
    });

    it('a gate of a range knows its items without storing them (execution R93)', async () => {
      const fixture = await fixtureOf({ items: 7, batchSize: 3 });
      expect(await database.call(gateOfLaneRun, { laneRunId: fixture.laneRun.id })).toMatchObject({
        known: 7,
        complete: true,
        frontier: 0,
        batchSize: 3,
        active: true,
      });
    });
  });
}
