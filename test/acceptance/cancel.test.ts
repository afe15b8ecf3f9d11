/**
 * Cancelling through the product: an unmodified Python handler that sleeps in steps of 0.1 s (lambdas §9) runs in the server's sandbox, a
 * POST cancels, and the clock runs until the execution reads `cancelled` (execution §7.1, R44–R50; rest §5.5; scenarios S9, S11, S15).
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionDetails } from '@laneway/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changedDump, smallWorkflow, type PlainDump } from './dumps.ts';
import {
  adminToken,
  cleanUp,
  delay,
  markedProcesses,
  newDirectory,
  send,
  startProduct,
  tasksOfLane,
  testLambdas,
  until,
  untilEnded,
  valuesOf,
  type MarkedProcess,
  type Product,
} from './support.ts';

/** What the goal is, and what a loaded machine may need. */
const allowedMs = 3000;
const workflows = '/api/v3/oneprovider/automation/execution/workflows';

let product: Product;
let token: string;
let spaceId: string;
let inventoryId: string;
let fileIds: readonly string[];
const latencies: number[] = [];

beforeAll(async () => {
  const variables = { LANEWAY_CANCEL_GRACE_SEC: '2', LANEWAY_JOBS_PER_NODE: '40', LANEWAY_JOBS_PER_TASK: '4' };
  product = await startProduct({ options: ['--lambdas', testLambdas], variables });
  token = adminToken(product);
  const directory = newDirectory('files');
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  for (const name of names) writeFileSync(join(directory, name), name);
  spaceId = await product.client.registry.createSpace({ name: 'files', path: directory });
  fileIds = await Promise.all(names.map(async (name) => await product.client.files.lookup(`${spaceId}/${name}`)));
  inventoryId = await product.client.registry.createInventory('tests');
});

afterAll(async () => {
  if (latencies.length === 0) return await cleanUp();
  const sorted = latencies.toSorted((a, b) => a - b);
  console.log(
    `cancel → cancelled: ${sorted.length} times, median ${sorted[Math.floor(sorted.length / 2)]} ms, at most ${sorted.at(-1)} ms`,
  );
  await cleanUp();
});

/** The cookies of the runners that work for the execution: their handlers started a process that names it. */
function cookiesOf(executionId: string): ReadonlySet<string> {
  return new Set(markedProcesses().flatMap((info) => (info.command.includes(executionId) ? [info.cookie] : [])));
}

function leftOf(executionId: string, cookies: ReadonlySet<string>): readonly MarkedProcess[] {
  return markedProcesses().filter((info) => cookies.has(info.cookie) || info.command.includes(executionId));
}

async function handlerRuns(executionId: string): Promise<ReadonlySet<string>> {
  return await until(
    'a handler',
    () => cookiesOf(executionId),
    (cookies) => cookies.size > 0,
    { everyMs: 30 },
  );
}

async function post(executionId: string, operation: string): Promise<{ status: number; id: string | undefined; json: unknown }> {
  return await send(product, 'POST', `${workflows}/${executionId}/${operation}`, token);
}

/** Cancels, waits for `cancelled`, and checks that nothing of the execution runs any more. */
async function cancelAndWatch(executionId: string): Promise<ExecutionDetails> {
  const cookies = cookiesOf(executionId);
  const startedAt = performance.now();
  expect(await post(executionId, 'cancel')).toMatchObject({ status: 204 });
  const details = await until(
    'cancelled',
    async () => await product.client.executions.details(executionId),
    ({ status }) => status === 'cancelled',
    { timeoutMs: 15_000 },
  );
  const ms = Math.round(performance.now() - startedAt);
  latencies.push(ms);
  expect(leftOf(executionId, cookies)).toEqual([]);
  expect(ms).toBeLessThan(allowedMs);
  return details;
}

/** Two-lanes workflow of the scenarios; sleeps of the tasks before the ones that a test looks at may be shortened. */
async function twoLanes(sleeps: readonly (readonly number[])[], change: (dump: PlainDump) => void = () => undefined): Promise<string> {
  const dump = changedDump('workflow-with-sleep-two-lanes', (plain) => {
    for (const [laneIndex, lane] of plain.revision.atmWorkflowSchemaRevision.lanes.entries()) {
      for (const [boxIndex, box] of lane.parallelBoxes.entries())
        box.tasks[0]!.lambdaConfig['sleepDurationSec'] = sleeps[laneIndex]![boxIndex]!;
      lane.maxRetries = 2;
    }
    change(plain);
  });
  return await product.client.registry.createWorkflowSchema(inventoryId, dump);
}

const inputOf = '41ab7e05e5fb41f8daf7fa034b653ba2cdced9';

async function scheduleSleep(schemaId: string, files: readonly string[] = fileIds): Promise<string> {
  return await product.client.executions.schedule({
    atmWorkflowSchemaId: schemaId,
    atmWorkflowSchemaRevisionNumber: 1,
    spaceId,
    storeInitialContentOverlay: { [inputOf]: files.map((fileId) => ({ fileId })) },
  });
}

/** What a cancelled execution looks like, wherever it was hit (R46, R49): lanes before the current one finished, later ones without runs. */
async function expectCancelled(details: ExecutionDetails): Promise<void> {
  const current = details.lanes.findLastIndex(({ runs }) => runs.length > 0);
  expect(details).toMatchObject({ status: 'cancelled', suspendTime: 0 });
  expect(details.finishTime).toBeGreaterThan(0);
  for (const [lane, { runs }] of details.lanes.entries()) {
    if (lane > current) {
      expect(runs).toEqual([]);
      continue;
    }
    expect(runs).toHaveLength(1);
    expect(runs[0]).toMatchObject({ runNumber: 1, status: lane < current ? 'finished' : 'cancelled', isRerunable: true });
    for (const task of await tasksOfLane(product.client, details, lane)) {
      expect(task).toMatchObject({ itemsInProcessing: 0, itemsFailed: 0 });
      expect(lane < current ? ['finished'] : ['finished', 'cancelled']).toContain(task.status);
      // All items are one batch: it was processed or it was not.
      expect([0, fileIds.length]).toContain(task.itemsProcessed);
      if (task.status === 'finished') expect(task.itemsProcessed).toBe(fileIds.length);
    }
  }
}

describe('cancel at random moments while the handler sleeps 10 s (S9b, S11; R46, R49)', () => {
  const perLane = 10;

  test(
    '20 executions in both lanes end within a second or so without a process left, one of the same lambda goes on and finishes',
    { timeout: 180_000 },
    async () => {
      // As the scenario has it: 1 s and 10 s in the first lane.
      const first = await twoLanes([
        [1, 10],
        [1, 10, 10],
      ]);
      // For the second lane the first one is short.
      const second = await twoLanes([
        [0.1, 0.1],
        [1, 10, 10],
      ]);
      const steady = await twoLanes(
        [
          [0.2, 0.2],
          [0.2, 0.2, 0.2],
        ],
        (dump) => {
          for (const lane of dump.revision.atmWorkflowSchemaRevision.lanes) lane.storeIteratorSpec.maxBatchSize = 1;
        },
      );
      const companion = await scheduleSleep(steady);
      const moments: string[] = [];
      const one = async (schemaId: string, lane: number): Promise<void> => {
        const executionId = await scheduleSleep(schemaId);
        await until(
          `lane ${lane + 1}`,
          async () => await product.client.executions.details(executionId),
          ({ lanes }) => lanes[lane]?.runs[0]?.status === 'active',
        );
        // From before the handler started to some time into the second sleep.
        await delay(Math.random() * 3500);
        const details = await cancelAndWatch(executionId);
        await expectCancelled(details);
        expect(details.lanes.findLastIndex(({ runs }) => runs.length > 0)).toBe(lane);
        moments.push((await tasksOfLane(product.client, details, lane)).map((task) => task.status).join('+'));
      };
      for (let wave = 0; wave < 4; wave += 1) {
        await Promise.all(
          Array.from(
            { length: perLane / 2 },
            async (_, index) => await one(index % 2 === wave % 2 ? first : second, index % 2 === wave % 2 ? 0 : 1),
          ),
        );
      }
      console.log(`task statuses of the cancelled lane: ${moments.join(', ')}`);
      expect(latencies).toHaveLength(2 * perLane);

      const details = await untilEnded(product.client, companion);
      expect(details.status).toBe('finished');
      for (const lane of [0, 1]) {
        for (const task of await tasksOfLane(product.client, details, lane)) {
          expect(task).toMatchObject({ status: 'finished', itemsInProcessing: 0, itemsProcessed: fileIds.length, itemsFailed: 0 });
        }
      }
    },
  );

  test(
    'another execution whose handler sleeps at the same time is not touched, and finishes with its counters',
    { timeout: 60_000 },
    async () => {
      const schemaId = await twoLanes([
        [0.1, 3],
        [0.1, 0.1, 0.1],
      ]);
      const [cancelled, goesOn] = [await scheduleSleep(schemaId), await scheduleSleep(schemaId)] as const;
      await Promise.all([handlerRuns(cancelled), handlerRuns(goesOn)]);
      await delay(500);
      const kept = cookiesOf(goesOn);
      await cancelAndWatch(cancelled);
      expect([...kept].some((cookie) => cookiesOf(goesOn).has(cookie))).toBe(true);
      const details = await untilEnded(product.client, goesOn);
      expect(details.status).toBe('finished');
      for (const lane of [0, 1]) {
        for (const task of await tasksOfLane(product.client, details, lane)) {
          expect(task).toMatchObject({ status: 'finished', itemsInProcessing: 0, itemsProcessed: fileIds.length, itemsFailed: 0 });
        }
      }
    },
  );
});

describe('what a cancelled lane run leaves', () => {
  test.each(['returnValue', 'filePipe'] as const)(
    'exactly the values of processed items are in the store, nothing is in the exception store, tasks without items are cancelled at once (R46, %s)',
    async (relayMethod) => {
      const count = 40;
      const dump = smallWorkflow({
        image: 'onedata/lambda-echo:v2',
        config: { sleepDurationSec: 0.3, ...(relayMethod === 'filePipe' ? { stream: 'yes' } : {}) },
        lanes: [[['one', 'two'], ['three']]],
        batchSize: 2,
        maxRetries: 3,
        itemType: 'number',
        relayMethod,
      });
      const schemaId = await product.client.registry.createWorkflowSchema(inventoryId, dump);
      const executionId = await product.client.executions.schedule({
        atmWorkflowSchemaId: schemaId,
        atmWorkflowSchemaRevisionNumber: 1,
        spaceId,
        storeInitialContentOverlay: { input: Array.from({ length: count }, (_, index) => index) },
      });
      const running = await until(
        'items of every task',
        async () => await tasksOfLane(product.client, await product.client.executions.details(executionId), 0),
        (tasks) => tasks.length === 3 && tasks.every((task) => task.itemsProcessed > 0),
      );
      expect(running.map((task) => task.status)).toEqual(['active', 'active', 'active']);
      const details = await cancelAndWatch(executionId);
      const tasks = await tasksOfLane(product.client, details, 0);
      expect(tasks.map((task) => task.status)).toEqual(['cancelled', 'cancelled', 'cancelled']);
      const processed = tasks.map((task) => task.itemsProcessed);
      for (const task of tasks) {
        expect(task).toMatchObject({ itemsInProcessing: 0, itemsFailed: 0 });
        expect(task.itemsProcessed).toBeLessThan(count);
      }
      const values = await valuesOf(product.client, details.storeRegistry['output']);
      expect(values).toHaveLength(processed.reduce((sum, items) => sum + items, 0));
      expect(await valuesOf(product.client, details.lanes[0]?.runs[0]?.exceptionStoreId ?? undefined)).toEqual([]);
      expect(details.lanes[0]?.runs).toHaveLength(1);
      expect(details.lanes[0]?.runs[0]).toMatchObject({ status: 'cancelled', isRerunable: true, isRetriable: false });
    },
  );

  test('cancel right after scheduling ends cancelled without a processed item, and no other lane gets a run (S15, R44, R45)', async () => {
    const schemaId = await twoLanes([
      [1, 10],
      [1, 10, 10],
    ]);
    for (let round = 0; round < 3; round += 1) {
      const details = await cancelAndWatch(await scheduleSleep(schemaId));
      expect(details.lanes[0]?.runs).toHaveLength(1);
      expect(details.lanes[0]?.runs[0]).toMatchObject({ status: 'cancelled', isRerunable: true });
      expect(details.lanes[1]?.runs).toEqual([]);
      for (const task of await tasksOfLane(product.client, details, 0)) {
        expect(task).toMatchObject({ status: 'cancelled', itemsInProcessing: 0, itemsProcessed: 0, itemsFailed: 0 });
      }
    }
  });
});

test(
  'cancel anywhere in a short execution, also between lanes and at the end: it ends cancelled, or finished with all its items (execution R24, R42)',
  { timeout: 60_000 },
  async () => {
    const schemaId = await twoLanes([
      [0, 0],
      [0, 0, 0],
    ]);
    const outcomes: Record<string, number> = {};
    const one = async (_: unknown, index: number): Promise<void> => {
      const executionId = await scheduleSleep(schemaId);
      if (index % 2 === 1) {
        // The end of the first lane, and what follows.
        await until(
          'the second lane',
          async () => await product.client.executions.details(executionId),
          ({ lanes }) => lanes[0]?.runs[0]?.status === 'finished',
        );
      }
      await delay(Math.random() * (index % 2 === 1 ? 250 : 2000));
      const answer = await post(executionId, 'cancel');
      if (answer.status !== 204) {
        expect(answer.status).toBe(400);
        expect(['atmWorkflowExecutionEnded', 'atmInvalidStatusTransition']).toContain(answer.id);
      }
      const details = await untilEnded(product.client, executionId, 15_000);
      expect(details.status).toBe(answer.status === 204 ? 'cancelled' : 'finished');
      if (details.status === 'cancelled') await expectCancelled(details);
      for (const lane of [0, 1]) {
        for (const task of await tasksOfLane(product.client, details, lane)) {
          expect(task).toMatchObject({ itemsInProcessing: 0, itemsFailed: 0 });
          if (details.status === 'finished') expect(task).toMatchObject({ status: 'finished', itemsProcessed: fileIds.length });
        }
      }
      expect(leftOf(executionId, new Set())).toEqual([]);
      const outcome = `${details.status} in lane ${details.lanes.findLastIndex(({ runs }) => runs.length > 0) + 1}`;
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    };
    for (let wave = 0; wave < 5; wave += 1) await Promise.all(Array.from({ length: 6 }, one));
    console.log(`cancel anywhere: ${JSON.stringify(outcomes)}`);
  },
);

test('without a sandbox, too, no process of a cancelled job is left (lambdas R107)', { timeout: 60_000 }, async () => {
  const bare = await startProduct({ options: ['--lambdas', testLambdas, '--sandbox', 'off'] });
  const { client } = bare;
  const atmWorkflowSchemaId = await client.registry.createWorkflowSchema(
    await client.registry.createInventory('tests'),
    smallWorkflow({ image: 'onedata/lambda-echo:v2', config: { sleepDurationSec: 10 }, itemType: 'number' }),
  );
  const executionId = await client.executions.schedule({
    atmWorkflowSchemaId,
    atmWorkflowSchemaRevisionNumber: 1,
    spaceId: await client.registry.createSpace({ name: 'space' }),
    storeInitialContentOverlay: { input: [1, 2, 3] },
  });
  const cookies = await handlerRuns(executionId);
  const startedAt = performance.now();
  await client.executions.cancel(executionId);
  const details = await untilEnded(client, executionId);
  const ms = Math.round(performance.now() - startedAt);
  console.log(`cancel without a sandbox: ${ms} ms`);
  expect(details.status).toBe('cancelled');
  expect(leftOf(executionId, cookies)).toEqual([]);
  expect(ms).toBeLessThan(allowedMs);
  await bare.stop('SIGTERM');
});

describe('a handler that ignores SIGTERM', () => {
  test(
    'is killed when the grace of 2 s is over; a second cancel meanwhile is accepted and changes nothing (R50, rest R85, S14)',
    { timeout: 60_000 },
    async () => {
      const dump = smallWorkflow({ image: 'test/stubborn', itemType: 'number' });
      const schemaId = await product.client.registry.createWorkflowSchema(inventoryId, dump);
      const executionId = await product.client.executions.schedule({
        atmWorkflowSchemaId: schemaId,
        atmWorkflowSchemaRevisionNumber: 1,
        spaceId,
        storeInitialContentOverlay: { input: [1, 2, 3] },
      });
      const cookies = await handlerRuns(executionId);
      const startedAt = performance.now();
      for (let times = 0; times < 2; times += 1) expect(await post(executionId, 'cancel')).toMatchObject({ status: 204 });
      const stopping = await product.client.executions.details(executionId);
      expect(stopping).toMatchObject({ status: 'stopping', lanes: [{ runs: [{ status: 'stopping' }] }] });
      expect(await tasksOfLane(product.client, stopping, 0)).toMatchObject([{ status: 'stopping', itemsInProcessing: 3 }]);
      const details = await untilEnded(product.client, executionId);
      const ms = Math.round(performance.now() - startedAt);
      console.log(`cancel of a handler that ignores SIGTERM, grace 2000 ms: ${ms} ms`);
      expect(details.status).toBe('cancelled');
      expect(leftOf(executionId, cookies)).toEqual([]);
      expect(await tasksOfLane(product.client, details, 0)).toMatchObject([
        { status: 'cancelled', itemsInProcessing: 0, itemsProcessed: 0, itemsFailed: 0 },
      ]);
      expect(ms).toBeGreaterThan(1900);
      expect(ms).toBeLessThan(3000);
    },
  );
});

describe('answers to cancel (rest §5.5, §6.1)', () => {
  test('400 when it ended, 404 for an unknown id, 401 without a token, 403 without the privilege', { timeout: 60_000 }, async () => {
    const schemaId = await twoLanes([
      [10, 1],
      [1, 1, 1],
    ]);
    const executionId = await scheduleSleep(schemaId);
    const path = `${workflows}/${executionId}/cancel`;
    await handlerRuns(executionId);
    expect(await send(product, 'POST', path, null)).toMatchObject({ status: 401, id: 'unauthorized' });
    expect(await send(product, 'POST', path, 'nonsense')).toMatchObject({ status: 401 });
    expect(await send(product, 'POST', `${workflows}/${'0'.repeat(32)}/cancel`, token)).toMatchObject({ status: 404, id: 'notFound' });

    const userId = await product.client.registry.createUser('ada');
    const ada = await product.client.registry.createUserToken(userId, 'tests');
    expect(await send(product, 'POST', path, ada)).toMatchObject({ status: 403, id: 'forbidden' });
    // For executions of others scheduling is not enough, managing is (rest R96).
    await product.client.registry.addSpaceMember(spaceId, userId, [
      'space_view_atm_workflow_executions',
      'space_schedule_atm_workflow_executions',
    ]);
    expect(await send(product, 'POST', path, ada)).toMatchObject({ status: 403, id: 'forbidden' });
    expect((await product.client.executions.details(executionId)).status).toBe('active');
    const privileges = `/api/v3/onezone/spaces/${spaceId}/users/${userId}/privileges`;
    expect(await send(product, 'PATCH', privileges, token, { grant: ['space_manage_atm_workflow_executions'] })).toMatchObject({
      status: 204,
    });
    expect(await send(product, 'POST', path, ada)).toMatchObject({ status: 204 });
    await until(
      'cancelled',
      async () => (await product.client.executions.details(executionId)).status,
      (status) => status === 'cancelled',
    );
    expect(await post(executionId, 'cancel')).toMatchObject({ status: 400, id: 'atmWorkflowExecutionEnded' });
  });
});
