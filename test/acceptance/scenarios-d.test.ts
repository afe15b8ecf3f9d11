/** Scenarios D: the life cycle over REST (ui-and-scenarios S24–S31), on the product with its own lambdas. */
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ExecutionDetails, WorkflowDump } from '@laneway/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changedDump, scenarioDump } from './dumps.ts';
import { inputStore } from './scenario-server.ts';
import { adminToken, cleanUp, newDirectory, send, startProduct, until, untilEnded, type Product } from './support.ts';

const workflows = '/api/v3/oneprovider/automation/execution/workflows';
const operations = ['cancel', 'pause', 'resume', 'force_continue', 'rerun', 'retry'] as const;
const firstRun = { laneIndex: 1, laneRunNumber: 1 };

let product: Product;
let token: string;
let userId: string;
let spaceId: string;
let inventoryId: string;
let files: readonly string[];
const schemas = new Map<string, Promise<string>>();

beforeAll(async () => {
  product = await startProduct({ variables: { LANEWAY_CALLBACK_NETWORKS: '127.0.0.1' } });
  token = adminToken(product);
  const directory = newDirectory('files');
  const names = Array.from({ length: 10 }, (_, index) => `file${index + 1}`);
  for (const name of names) writeFileSync(join(directory, name), '100');
  spaceId = await product.client.registry.createSpace({ name: 'files', path: directory });
  files = await Promise.all(names.map(async (name) => await product.client.files.lookup(`${spaceId}/${name}`)));
  inventoryId = await product.client.registry.createInventory('inventory1');
  userId = ((await send(product, 'GET', '/api/v3/onezone/user', token)).json as { readonly userId: string }).userId;
});
afterAll(cleanUp);

/** S28 of the scenarios: the revision to run is the one that is stored in the dump. */
function bodyFor(dump: WorkflowDump, schemaId: string): { readonly [key: string]: unknown } {
  return {
    spaceId,
    atmWorkflowSchemaId: schemaId,
    atmWorkflowSchemaRevisionNumber: dump.revision.originalRevisionNumber,
    storeInitialContentOverlay: { [inputStore(dump)]: [{ fileId: files[0] }] },
  };
}

async function uploaded(dump: WorkflowDump): Promise<string> {
  const known = schemas.get(dump.name) ?? product.client.registry.createWorkflowSchema(inventoryId, dump);
  schemas.set(dump.name, known);
  return await known;
}

async function run(dump: WorkflowDump = scenarioDump('echo'), extra: object = {}): Promise<string> {
  const { json } = await send(product, 'POST', workflows, token, { ...bodyFor(dump, await uploaded(dump)), ...extra });
  return (json as { readonly atmWorkflowExecutionId: string }).atmWorkflowExecutionId;
}

async function ask(id: string, operation: string, as = token): Promise<readonly [number, string | undefined]> {
  const repeats = operation === 'rerun' || operation === 'retry';
  const { status, id: error } = await send(product, 'POST', `${workflows}/${id}/${operation}`, as, repeats ? firstRun : undefined);
  return [status, error];
}

async function untilStatus(id: string, status: ExecutionDetails['status']): Promise<ExecutionDetails> {
  return await until(
    status,
    async () => await product.client.executions.details(id),
    (details) => details.status === status,
  );
}

/** Requests that can race with stopping are repeated until they are taken (ui-and-scenarios H4). */
async function untilTaken(what: string, request: () => Promise<{ readonly status: number }>): Promise<void> {
  await until(what, request, ({ status }) => status === 204);
}

/** A lambda that sleeps long enough for a request to meet it. */
const slow = (): WorkflowDump =>
  changedDump('workflow-with-sleep-two-lanes', (dump) => {
    dump.name = 'slow';
    for (const lane of dump.revision.atmWorkflowSchemaRevision.lanes) {
      for (const box of lane.parallelBoxes) for (const task of box.tasks) task.lambdaConfig['sleepDurationSec'] = 30;
    }
  });

test('S24 the details name the owner and the inventory', async () => {
  const details = await untilEnded(product.client, await run());
  expect(details).toMatchObject({ status: 'finished', userId, atmInventoryId: inventoryId, spaceId });
});

test('S25 paused right after scheduling, it is resumed and finishes', async () => {
  const id = await run();
  expect(await ask(id, 'pause')).toEqual([204, undefined]);
  await untilTaken('the resume', async () => await send(product, 'POST', `${workflows}/${id}/resume`, token));
  expect((await untilStatus(id, 'finished')).lanes[0]?.runs).toHaveLength(1);
});

test('S26 a cancelled execution cannot be resumed', async () => {
  const id = await run();
  expect(await ask(id, 'cancel')).toEqual([204, undefined]);
  await untilStatus(id, 'cancelled');
  expect(await ask(id, 'resume')).toEqual([400, 'atmWorkflowExecutionNotResumable']);
});

test('S27 a deleted execution is gone for every request', async () => {
  const id = await run();
  expect(await ask(id, 'pause')).toEqual([204, undefined]);
  await untilTaken('the deletion', async () => await send(product, 'DELETE', `${workflows}/${id}`, token));
  for (const method of ['GET', 'DELETE'])
    expect(await send(product, method, `${workflows}/${id}`, token)).toMatchObject({ status: 404, id: 'notFound' });
  for (const operation of operations) expect([operation, await ask(id, operation)]).toEqual([operation, [404, 'notFound']]);
});

test.each(['demo', 'echo', 'calculate-checksums-mounted', 'detect-file-mime-formats', 'workflow-with-sleep-one-box'])(
  'S28 the example workflow %s succeeds',
  { timeout: 120_000 },
  async (name) => {
    const dump = name.startsWith('workflow-with')
      ? changedDump('workflow-with-sleep-two-lanes', (plain) => {
          plain.name = name;
          for (const lane of plain.revision.atmWorkflowSchemaRevision.lanes) {
            for (const box of lane.parallelBoxes) for (const task of box.tasks) task.lambdaConfig['sleepDurationSec'] = 0.05;
          }
        })
      : scenarioDump(name);
    expect((await untilEnded(product.client, await run(dump), 100_000)).status).toBe('finished');
  },
);

test('S29 lists are paged, newest first, and refuse odd parameters', { timeout: 60_000 }, async () => {
  const own = await product.client.registry.createSpace({ name: 'list' });
  const dump = slow();
  const body = {
    spaceId: own,
    storeInitialContentOverlay: { [inputStore(dump)]: [{ fileId: await product.client.files.lookup(`${own}/`) }] },
  };
  const finished: string[] = [];
  for (let count = 0; count < 5; count += 1) {
    const id = await run(dump, body);
    await product.client.executions.cancel(id);
    await untilStatus(id, 'cancelled');
    finished.push(id);
  }
  const running = await run(dump, body);
  await untilStatus(running, 'active');
  const list = `/api/v3/oneprovider/spaces/${own}/automation/execution/workflows`;
  const page = async (query: string): Promise<{ atmWorkflowExecutions: string[]; isLast: boolean; nextPageToken: string | null }> =>
    (await send(product, 'GET', `${list}${query}`, token)).json as never;
  expect(await page('')).toEqual({ atmWorkflowExecutions: [running], isLast: true, nextPageToken: null });
  const pages = [];
  for (let query = '?phase=ended&limit=2'; ;) {
    const answer = await page(query);
    pages.push(answer);
    if (answer.nextPageToken === null) break;
    query = `?phase=ended&limit=2&token=${answer.nextPageToken}`;
  }
  expect(pages.map(({ atmWorkflowExecutions, isLast }) => [atmWorkflowExecutions.length, isLast])).toEqual([
    [2, false],
    [2, false],
    [1, true],
  ]);
  const all = pages.flatMap((answer) => answer.atmWorkflowExecutions);
  expect(all.toSorted()).toEqual(finished.toSorted());
  const times = await Promise.all(all.map(async (id) => (await product.client.executions.details(id)).finishTime));
  expect(times).toEqual(times.toSorted((a, b) => b - a));
  for (const query of ['?phase=never', '?limit=0', '?limit=1001'])
    expect((await send(product, 'GET', `${list}${query}`, token)).status).toBe(400);
  await product.client.executions.cancel(running);
});

describe('S30 callbacks', () => {
  let listener: Server;
  const calls: unknown[] = [];
  let refuses = 0;

  beforeAll(async () => {
    listener = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
        const isRefused = refuses > 0;
        if (isRefused) refuses -= 1;
        else calls.push(body);
        response.writeHead(isRefused ? 503 : 204).end();
      });
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    listener.closeAllConnections();
    await new Promise((resolve) => listener.close(resolve));
  });

  test(
    'S30 each stop is told once: paused, and finished after the resume; a receiver that is away is asked again',
    { timeout: 60_000 },
    async () => {
      refuses = 1;
      const callback = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/told`;
      const id = await run(scenarioDump('echo'), { callback });
      expect(await ask(id, 'pause')).toEqual([204, undefined]);
      await untilStatus(id, 'paused');
      await until(
        'the first call',
        () => calls.length,
        (count) => count === 1,
      );
      expect(await ask(id, 'resume')).toEqual([204, undefined]);
      await untilStatus(id, 'finished');
      await until(
        'the second call',
        () => calls.length,
        (count) => count === 2,
      );
      expect(calls).toEqual([
        { atmWorkflowExecutionId: id, status: 'paused' },
        { atmWorkflowExecutionId: id, status: 'finished' },
      ]);
    },
  );
});

describe('S31 what is refused', () => {
  const schedule = async (change: object, as = token): Promise<readonly [number, string | undefined, unknown]> => {
    const dump = scenarioDump('echo');
    const { status, id, json } = await send(product, 'POST', workflows, as, { ...bodyFor(dump, await uploaded(dump)), ...change });
    return [status, id, (json as { readonly error?: { readonly details?: unknown } }).error?.details];
  };
  const person = async (name: string, privileges: readonly string[] | null, inInventory: boolean): Promise<string> => {
    const id = await product.client.registry.createUser(name);
    if (privileges !== null) await product.client.registry.addSpaceMember(spaceId, id, privileges);
    if (inInventory) await send(product, 'PUT', `/api/v3/onezone/atm_inventories/${inventoryId}/users/${id}`, token, {});
    return await product.client.registry.createUserToken(id, 'tests');
  };

  test('S31 scheduling without the privilege, of unknown workflows and of empty ones', async () => {
    expect((await schedule({}, await person('eve', null, true))).slice(0, 2)).toEqual([403, 'forbidden']);
    expect((await schedule({ atmWorkflowSchemaId: 'unknown' })).slice(0, 2)).toEqual([404, 'notFound']);
    expect((await schedule({ atmWorkflowSchemaRevisionNumber: 77 })).slice(0, 2)).toEqual([404, 'notFound']);
    expect((await schedule({ atmWorkflowSchemaRevisionNumber: 0 })).slice(0, 2)).toEqual([400, 'badValueTooLow']);
    const emptyLane = scenarioDump('workflow-empty-lane');
    const of = async (dump: WorkflowDump): Promise<readonly unknown[]> =>
      await schedule({
        atmWorkflowSchemaId: await uploaded(dump),
        atmWorkflowSchemaRevisionNumber: dump.revision.originalRevisionNumber,
        storeInitialContentOverlay: {},
      });
    expect((await of(emptyLane)).slice(0, 2)).toEqual([400, 'atmLaneEmpty']);
    const noLanes = changedDump('workflow-with-sleep-two-lanes', (dump) => {
      dump.name = 'no lanes';
      dump.revision.atmWorkflowSchemaRevision.lanes = [];
    });
    expect((await of(noLanes)).slice(0, 2)).toEqual([400, 'atmWorkflowEmpty']);
    const emptyBox = changedDump('workflow-with-sleep-two-lanes', (dump) => {
      dump.name = 'empty box';
      dump.revision.atmWorkflowSchemaRevision.lanes[1]!.parallelBoxes[0]!.tasks = [];
    });
    expect((await of(emptyBox)).slice(0, 2)).toEqual([400, 'atmParallelBoxEmpty']);
  });

  test('S31 initial content that is missing or of the wrong type', async () => {
    const [status, id, details] = await schedule({ storeInitialContentOverlay: {} });
    expect([status, id]).toEqual([400, 'atmStoreCreationFailed']);
    expect(details).toMatchObject({ specificError: { id: 'atmStoreMissingRequiredInitialContent' } });
    const wrong = await schedule({ storeInitialContentOverlay: { [inputStore(scenarioDump('echo'))]: [17] } });
    expect(wrong.slice(0, 2)).toEqual([400, 'atmStoreCreationFailed']);
    expect(wrong[2]).toMatchObject({ specificError: { id: expect.stringMatching(/^atmDataType|^atmDataValue/) } });
  });

  test('S31 lane runs that are not there, and lane numbers that cannot be', async () => {
    const id = await run();
    const before = await untilEnded(product.client, id);
    for (const operation of ['rerun', 'retry']) {
      const path = `${workflows}/${id}/${operation}`;
      expect(await send(product, 'POST', path, token, { laneIndex: 0, laneRunNumber: 1 })).toMatchObject({
        status: 400,
        id: 'badValueTooLow',
      });
      expect(await send(product, 'POST', path, token, { laneIndex: 9, laneRunNumber: 1 })).toMatchObject({ status: 404, id: 'notFound' });
      expect(await send(product, 'POST', path, token, { laneIndex: 1, laneRunNumber: 9 })).toMatchObject({ status: 404, id: 'notFound' });
    }
    expect(await product.client.executions.details(id)).toEqual(before);
  });

  test('S31 executions of others need the right to manage, details membership in the inventory', async () => {
    const [view, plan, manage] = ['view', 'schedule', 'manage'].map((right) => `space_${right}_atm_workflow_executions`) as [
      string,
      string,
      string,
    ];
    const planner = await person('planner', [view, plan], true);
    const manager = await person('manager', [view, manage], true);
    const viewer = await person('viewer', [view], false);
    const id = await run(slow());
    await untilStatus(id, 'active');
    expect(await send(product, 'GET', `${workflows}/${id}`, viewer)).toMatchObject({ status: 403, id: 'forbidden' });
    for (const operation of operations) expect([operation, await ask(id, operation, planner)]).toEqual([operation, [403, 'forbidden']]);
    expect(await ask(id, 'cancel', manager)).toEqual([204, undefined]);
    await untilStatus(id, 'cancelled');
  });
});
