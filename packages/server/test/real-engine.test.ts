/** The HTTP server over the real engine; only the lambdas are functions of the test. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultEngineConfig, Engine, spacePrivileges, type OpenJob } from '@laneway/engine';
import type { LambdaRevision, StoreSchema, WorkflowSchemaRevision } from '@laneway/model';
import { newId } from '@laneway/model';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepAnswer } from './support/seen.ts';
import { InProcessRuntime, perItem, untilStopped } from '../../../test/support/in-process-runtime.ts';
import { userAccess } from '../src/engine/user-access.ts';
import { JobTokens } from '../src/engine/job-tokens.ts';
import { loadConfig, startServer, type EngineFactory, type RunningServer } from '../src/index.ts';
import { lambdaRevision } from './support/world.ts';

const workflows = '/api/v3/oneprovider/automation/execution/workflows';
const stores = '/api/v3/oneprovider/automation/execution/stores';

let directory: string;
let server: RunningServer;
let jobTokens: JobTokens;
let openJobs: { readonly job: OpenJob; readonly token: string }[];
let token: string;
let userId: string;
let spaceId: string;
let inventoryId: string;

const number = { type: 'number', integersOnly: false, allowedValues: null } as const;
const item = { name: 'item', dataSpec: number, isOptional: false, defaultValue: null };
const lambdas: Readonly<Record<string, LambdaRevision>> = {
  double: lambdaRevision('double', {
    argumentSpecs: [item],
    resultSpecs: [{ name: 'value', dataSpec: number, relayMethod: 'returnValue' }],
  }),
  sleep: lambdaRevision('sleep', { argumentSpecs: [item] }),
};

const engineFactory: EngineFactory = async ({ config, database, registry, providerId, directory: own, metrics }) => {
  jobTokens = new JobTokens();
  openJobs = [];
  const runtime = new InProcessRuntime({ double: perItem(({ item: value }) => ({ value: Number(value) * 2 })), sleep: untilStopped });
  const engine = new Engine({
    config: { ...defaultEngineConfig(config.dataDir, own.nodeId), cancelGraceMs: 500 },
    database,
    runtime,
    files: { providerId, pythonCommand: null },
    environment: {
      open: async (job) => {
        const issued = jobTokens.issue(job);
        openJobs.push({ job, token: issued });
        return await Promise.resolve({ accessToken: issued });
      },
      close: (job) => jobTokens.revoke(job),
    },
    access: userAccess(registry),
    observeStop: metrics.observeStop,
    log: {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: (fields, message) => console.error(message, fields),
    },
  });
  await engine.start();
  return {
    executions: engine.executions,
    extensions: engine.extensions,
    stores: engine.stores,
    files: engine.files,
    spaces: engine.spaces,
    jobTokens,
    lambdas: () => runtime.list(),
    report: async () => ({ sandbox: { kind: 'none', detail: '' }, limits: '', python: '', node: '', lambdaCount: 2 }),
    stop: async () => await engine.stop(),
  };
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'laneway-real-'));
  const config = loadConfig({ options: { dataDir: directory, port: 0 }, variables: {}, file: null });
  server = await startServer(config, { engineFactory, logger: pino({ level: 'silent' }), announce: () => undefined });
  const { firstAdministrator, deps } = server.composition;
  ({ token, userId } = firstAdministrator!);
  const space = await deps.spaces.create({
    name: 'space',
    path: null,
    readonly: false,
    ownerUserId: userId,
    ownerPrivileges: spacePrivileges.admin,
  });
  if (!space.ok) throw new Error(space.error.description);
  spaceId = space.value.id;
  inventoryId = (await deps.registry.createInventory({ name: 'inventory', creatorId: userId, withMembership: true }))!;
});

afterEach(async () => {
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: any;
}

async function call(
  method: string,
  path: string,
  options: { readonly body?: unknown; readonly raw?: string; readonly as?: string } = {},
): Promise<Answer> {
  const body = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  const response = await fetch(server.url + path, {
    method,
    headers: { 'x-auth-token': options.as ?? token, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  const isJson = text !== '' && response.headers.get('content-type')?.startsWith('application/json') === true;
  const parsed = isJson ? JSON.parse(text) : undefined;
  keepAnswer({ method, url: path }, response.status, parsed?.error?.id);
  return { status: response.status, headers: response.headers, text, body: parsed };
}

/** One task per lane; `double` appends to `output`. */
async function schedule(lanes: readonly string[], input: readonly number[], extraStores: readonly StoreSchema[] = []): Promise<string> {
  const { registry } = server.composition.deps;
  const ids = new Map<string, string>();
  for (const name of new Set(lanes)) {
    const revision = lambdas[name]!;
    ids.set(
      name,
      (await registry.createLambda({ inventoryId, originalAtmLambdaId: null, creatorId: userId, revisions: [[1, revision]] }))!,
    );
  }
  const list = {
    description: '',
    type: 'list',
    config: { itemDataSpec: number },
    requiresInitialContent: false,
    defaultInitialContent: null,
  } as const;
  const revision: WorkflowSchemaRevision = {
    description: '',
    state: 'stable',
    dashboardSpec: null,
    stores: [{ ...list, id: 'input', name: 'input' }, { ...list, id: 'output', name: 'output' }, ...extraStores],
    lanes: lanes.map((name, index) => ({
      id: `lane${index + 1}`,
      name,
      maxRetries: 0,
      instantFailureExceptionThreshold: 1,
      dashboardSpec: null,
      storeIteratorSpec: { storeSchemaId: 'input', maxBatchSize: 2 },
      parallelBoxes: [
        {
          id: `box${index + 1}`,
          name: 'box',
          tasks: [
            {
              id: `task${index + 1}`,
              name,
              lambdaId: ids.get(name)!,
              lambdaRevisionNumber: 1,
              lambdaConfig: {},
              argumentMappings: [{ argumentName: 'item', valueBuilder: { valueBuilderType: 'iteratedItem', valueBuilderRecipe: null } }],
              resultMappings:
                name === 'double'
                  ? [
                      {
                        resultName: 'value',
                        storeSchemaId: 'output',
                        storeContentUpdateOptions: { type: 'listStoreContentUpdateOptions', function: 'append' },
                      },
                    ]
                  : [],
              resourceSpecOverride: null,
              timeSeriesStoreConfig: null,
            },
          ],
        },
      ],
    })),
  };
  const schemaId = newId();
  const imported = await registry.importWorkflowSchema({
    client: { userId, zoneWide: true },
    target: { kind: 'new', id: schemaId, inventoryId, name: 'flow', summary: '', originalAtmWorkflowSchemaId: null },
    revision: { revisionNumber: 1, revision, supplements: {} },
  });
  if (!imported.ok) throw new Error(JSON.stringify(imported.error));
  const body = { spaceId, atmWorkflowSchemaId: schemaId, atmWorkflowSchemaRevisionNumber: 1, storeInitialContentOverlay: { input } };
  const answer = await call('POST', workflows, { body });
  expect([answer.status, answer.text.includes('error')]).toEqual([201, false]);
  return answer.body.atmWorkflowExecutionId;
}

/** Details once the condition holds. */
async function until(id: string, holds: (details: any) => boolean): Promise<any> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const { body } = await call('GET', `${workflows}/${id}`);
    if (holds(body)) return body;
    if (performance.now() > deadline) throw new Error(`it did not get there: ${JSON.stringify(body)}`);
    await server.composition.deps.executions.waitForChange(id, 50, AbortSignal.timeout(1000));
  }
}

const ended = ({ status }: { readonly status: string }): boolean => ['finished', 'failed', 'cancelled', 'crashed'].includes(status);

interface StreamEvent {
  readonly id: number | null;
  readonly event: string;
  readonly data: any;
  readonly at: number;
}

/** Everything that a stream sends until the server ends it. */
async function readStream(id: string, headers: Readonly<Record<string, string>> = {}): Promise<{ status: number; events: StreamEvent[] }> {
  const response = await fetch(`${server.url}${workflows}/${id}/events`, { headers: { 'x-auth-token': token, ...headers } });
  const events: StreamEvent[] = [];
  let text = '';
  for await (const chunk of (response.body ?? new ReadableStream<Uint8Array>({ start: (c) => c.close() })).pipeThrough(
    new TextDecoderStream(),
  )) {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks.filter((line) => !line.startsWith(':'))) {
      const field = (name: string): string | null => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? null;
      const number = field('id');
      events.push({
        id: number === null ? null : Number(number),
        event: field('event') ?? '',
        data: JSON.parse(field('data')!),
        at: performance.now(),
      });
    }
  }
  return { status: response.status, events };
}

describe('an execution over REST', () => {
  it('details, tasks, stores and their content tell what happened (execution §1.2, §1.5)', async () => {
    const id = await schedule(['double', 'double'], [1, 2, 3]);
    const details = await until(id, ended);
    expect(Object.keys(details)).toEqual([
      'atmWorkflowExecutionId',
      'atmWorkflowSchemaSnapshotId',
      'name',
      'atmInventoryId',
      'spaceId',
      'userId',
      'status',
      'scheduleTime',
      'startTime',
      'suspendTime',
      'finishTime',
      'lambdaSnapshotRegistry',
      'storeRegistry',
      'systemAuditLogStoreId',
      'lanes',
    ]);
    expect(details).toMatchObject({ atmWorkflowExecutionId: id, name: 'flow', spaceId, userId, status: 'finished', suspendTime: 0 });
    expect(details.finishTime).toBeGreaterThanOrEqual(details.startTime);
    expect(Object.keys(details.storeRegistry).toSorted()).toEqual(['input', 'output']);
    for (const [index, lane] of details.lanes.entries()) {
      expect(lane).toEqual({
        schemaId: `lane${index + 1}`,
        runs: [
          {
            runNumber: 1,
            originRunNumber: null,
            runType: 'regular',
            status: 'finished',
            iteratedStoreId: details.storeRegistry.input,
            exceptionStoreId: expect.stringMatching(/^[0-9a-f]{32}ch[0-9a-f]{4}$/),
            parallelBoxes: [{ schemaId: `box${index + 1}`, taskRegistry: { [`task${index + 1}`]: expect.any(String) } }],
            isRetriable: false,
            isRerunable: true,
          },
        ],
      });
    }
    const taskId = details.lanes[0].runs[0].parallelBoxes[0].taskRegistry.task1;
    const task = await call('GET', `/api/v3/oneprovider/automation/execution/tasks/${taskId}`);
    expect(task.body).toMatchObject({
      atmWorkflowExecutionId: id,
      schemaId: 'task1',
      laneIndex: 1,
      runNumber: 1,
      status: 'finished',
      itemsInProcessing: 0,
      itemsProcessed: 3,
      itemsFailed: 0,
    });
    const output = details.storeRegistry.output;
    expect((await call('GET', `${stores}/${output}`)).body).toMatchObject({ schemaId: 'output', type: 'list' });
    const content = (await call('GET', `${stores}/${output}/content`)).body;
    expect(content.isLast).toBe(true);
    expect(content.items.map((entry: any) => entry.value).toSorted()).toEqual([2, 2, 4, 4, 6, 6]);
    expect((await call('GET', `${stores}/${output}/content?limit=0`)).status).toBe(400);
    expect((await call('GET', `${stores}/${output}/content?type=auditLogStoreContentBrowseOptions`)).status).toBe(400);
    const page = (await call('GET', `${stores}/${output}/content?limit=2&offset=1`)).body;
    expect(page.items.map((entry: any) => entry.index)).toEqual(['1', '2']);
    expect((await call('GET', `${stores}/${output}/dump`)).body.error.id).toBe('notSupported');
  });

  it('a store is browsed by query: wrong options are told by their key, numbers and booleans are texts (data-and-stores §4.1, R22, R23)', async () => {
    const details = await until(await schedule(['double'], [1, 2, 3]), ended);
    const content = `${stores}/${details.storeRegistry.output}/content`;
    const refused = async (query: string): Promise<unknown> => {
      const { status, body } = await call('GET', `${content}?${query}`);
      return [status, body.error?.id, body.error?.details];
    };
    expect(await refused('type=rangeStoreContentBrowseOptions')).toEqual([
      400,
      'badValueNotAllowed',
      { key: 'type', allowed: ['listStoreContentBrowseOptions'] },
    ]);
    expect(await refused('limit=1001')).toEqual([400, 'badValueNotInRange', { key: 'limit', low: 1, high: 1000 }]);
    expect(await refused('offset=1.5')).toEqual([400, 'badValueInteger', { key: 'offset' }]);
    expect(await refused('index=first')).toMatchObject([400, 'badData', { key: 'index' }]);
    const page = (await call('GET', `${content}?index=2&offset=-1&limit=1&unknown=x`)).body;
    expect([page.items.map((entry: any) => entry.index), page.isLast]).toEqual([['1'], false]);
    const log = `${stores}/${details.systemAuditLogStoreId}/content`;
    const forward = (await call('GET', `${log}?direction=forward_from_oldest&timestamp=0&limit=2`)).body.logEntries;
    expect(forward.map((entry: any) => entry.index)).toEqual(['0', '1']);
    expect((await call('GET', `${log}?timestamp=-1`)).body.error.details).toEqual({ key: 'timestamp', limit: 0 });
  });

  it('the run that is prepared in advance has no number yet (execution §1.2)', async () => {
    const id = await schedule(['sleep', 'double'], [1]);
    const details = await until(id, (now) => now.lanes[1].runs[0]?.status === 'enqueued' && now.lanes[0].runs[0].status === 'active');
    expect(details.lanes[1].runs[0]).toMatchObject({
      runNumber: null,
      originRunNumber: null,
      runType: 'regular',
      isRetriable: false,
      isRerunable: false,
    });
    expect((await call('DELETE', `${workflows}/${id}`)).body.error.id).toBe('atmWorkflowExecutionNotStopped');
    expect((await call('POST', `${workflows}/${id}/cancel`, { raw: '{"broken' })).status).toBe(204);
    expect((await until(id, ended)).status).toBe('cancelled');
    expect((await call('POST', `${workflows}/${id}/cancel`)).body.error.id).toBe('atmWorkflowExecutionEnded');
    expect((await call('DELETE', `${workflows}/${id}`)).status).toBe(204);
    expect((await call('GET', `${workflows}/${id}`)).status).toBe(404);
    expect((await call('DELETE', `${workflows}/${id}`)).status).toBe(404);
  });

  it('the dump of the system log is a download in the form of the contract (data-and-stores R65, R66)', async () => {
    const id = await schedule(['sleep'], [1]);
    await until(id, ({ status }) => status === 'active');
    expect((await call('POST', `${workflows}/${id}/cancel`, { body: { reason: 'wrong input' } })).status).toBe(204);
    const details = await until(id, ended);
    const dump = await call('GET', `${stores}/${details.systemAuditLogStoreId}/dump`);
    expect([dump.status, dump.headers.get('content-type')]).toEqual([200, 'application/json']);
    const name = new RegExp(
      `^attachment; filename="${id.slice(0, 12)}\\.audit_log\\.WORKFLOW-SYSTEM-AUDIT-LOG\\.\\d{4}-\\d\\d-\\d\\d_\\d\\d-\\d\\d-\\d\\d\\.json"$`,
    );
    expect(dump.headers.get('content-disposition')).toMatch(name);
    expect(dump.text).toMatch(/^\[(\{\n[^]*\}\r\n)?\]$/);
    expect(Array.isArray(dump.body)).toBe(true);
    const view = await server.composition.deps.executions.view(id);
    expect(JSON.stringify(view?.execution)).toContain('"note":"wrong input"');
  });

  it('keeps its space, until it is deleted itself', async () => {
    const id = await schedule(['double'], [1]);
    await until(id, ended);
    const refused = await call('DELETE', `/api/v3/onezone/spaces/${spaceId}`);
    expect([refused.status, refused.body.error.id]).toEqual([403, 'forbiddenWithHint']);
    expect((await call('GET', `/api/v3/onezone/spaces/${spaceId}`)).status).toBe(200);
    expect((await call('DELETE', `${workflows}/${id}`)).status).toBe(204);
    expect((await call('DELETE', `/api/v3/onezone/spaces/${spaceId}`)).status).toBe(204);
  });

  it('an execution on its way through its phases is in a list at any moment (rest R70)', async () => {
    const ids = await Promise.all(Array.from({ length: 4 }, async () => await schedule(['double'], [1, 2, 3])));
    const list = `/api/v3/oneprovider/spaces/${spaceId}/automation/execution/workflows`;
    for (let left = ids.length; left > 0;) {
      const seen = new Map<string, string>();
      // In the order of the phases: whoever moves on between two questions is met again.
      for (const phase of ['waiting', 'ongoing', 'suspended', 'ended']) {
        for (const id of (await call('GET', `${list}?phase=${phase}`)).body.atmWorkflowExecutions as string[]) seen.set(id, phase);
      }
      expect(ids.filter((id) => !seen.has(id))).toEqual([]);
      left = ids.filter((id) => seen.get(id) !== 'ended').length;
    }
  });

  it('lists by phase and page, newest first; what was deleted is in none (rest R60, R66, R71)', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      const id = await schedule(['double'], [1]);
      await until(id, ended);
      ids.push(id);
    }
    const list = `/api/v3/oneprovider/spaces/${spaceId}/automation/execution/workflows`;
    const all = (await call('GET', `${list}?phase=ended`)).body;
    expect(all.atmWorkflowExecutions.toSorted()).toEqual(ids.toSorted());
    expect(all).toMatchObject({ isLast: true, nextPageToken: null });
    const first = (await call('GET', `${list}?phase=ended&limit=2`)).body;
    const second = (await call('GET', `${list}?phase=ended&limit=2&token=${first.nextPageToken}`)).body;
    expect([...first.atmWorkflowExecutions, ...second.atmWorkflowExecutions]).toEqual(all.atmWorkflowExecutions);
    expect((await call('GET', `${list}?phase=ended&offset=1`)).body.atmWorkflowExecutions).toEqual(all.atmWorkflowExecutions.slice(1));
    expect((await call('GET', list)).body.atmWorkflowExecutions).toEqual([]);
    // Backwards from a start point, clamped at the beginning; without one a negative offset has no effect (rest R64, R65).
    const startAtSecond = `${list}?phase=ended&index=${Buffer.from(first.nextPageToken, 'base64url').toString()}`;
    const back = async (url: string): Promise<unknown> => (await call('GET', url)).body.atmWorkflowExecutions;
    expect(await back(`${startAtSecond}&limit=1`)).toEqual(all.atmWorkflowExecutions.slice(1, 2));
    expect(await back(`${startAtSecond}&offset=-1&limit=2`)).toEqual(all.atmWorkflowExecutions.slice(0, 2));
    expect(await back(`${startAtSecond}&offset=-5`)).toEqual(all.atmWorkflowExecutions);
    expect(await back(`${list}?phase=ended&offset=-5`)).toEqual(all.atmWorkflowExecutions);
    // What was deleted is not listed (rest R71).
    expect((await call('DELETE', `${workflows}/${ids[1]}`)).status).toBe(204);
    expect(await back(`${list}?phase=ended`)).toEqual(all.atmWorkflowExecutions.filter((id: string) => id !== ids[1]));
  });
});

describe('why an execution stands still, and what became of it (design §3, §9)', () => {
  it('blockers name jobs in hand; the receipt of a cancel sums up; the metrics know how long the stop took', async () => {
    const id = await schedule(['sleep'], [1, 2, 3]);
    await until(id, ({ status }) => status === 'active');
    const url = `${workflows}/${id}`;
    await expect
      .poll(async () => (await call('GET', `${url}/blockers`)).body.blockers, { timeout: 20_000 })
      .toMatchObject([{ kind: 'jobs', stopping: null }]);
    await call('POST', `${url}/cancel`, { body: { reason: 'enough' } });
    await until(id, ended);
    expect((await call('GET', `${url}/blockers`)).body).toEqual({ blockers: [] });
    const { status, stop, laneRuns } = (await call('GET', `${url}/receipt`)).body;
    expect({ status, stop }).toMatchObject({ status: 'cancelled', stop: { reason: 'cancel', actor: userId, note: 'enough' } });
    const [{ itemsKnown, tasks }] = laneRuns;
    const [task] = tasks;
    expect([itemsKnown, task.itemsNeverStarted + task.itemsWithdrawn]).toEqual([3, 3]);
    const metrics = (await call('GET', '/metrics')).text;
    for (const stage of ['acknowledged', 'signalled', 'terminal'])
      expect(metrics).toContain(`laneway_stop_stage_seconds_count{stage="${stage}",mode="abort"} 1`);
    expect((await call('GET', `${workflows}/unknown/receipt`)).status).toBe(404);
    expect((await call('GET', `${url}/receipt`, { as: 'nonsense' })).status).toBe(401);
  });

  it('nobody is worked for who is no member of the space any more (execution §15.1, I12)', async () => {
    const { deps } = server.composition;
    const access = userAccess(deps.registry);
    const id = await schedule(['sleep'], [1]);
    const execution = (await deps.executions.view(id))!.execution;
    expect(await access(execution)).toBeNull();
    const stranger = await deps.registry.createUser({ fullName: 'No Member', username: null, privileges: [] });
    if (!stranger.ok) throw new Error(stranger.error.description);
    const asStranger = { ...execution, sessionUserId: stranger.value.userId, sessionToken: null };
    expect(await access(asStranger)).toMatchObject({ id: 'forbidden' });
    expect(await access({ ...execution, sessionUserId: 'gone' })).toMatchObject({
      id: 'unauthorized',
      details: { authError: { id: 'tokenSubjectInvalid' } },
    });
    await call('POST', `${workflows}/${id}/cancel`);
    await until(id, ended);
  });
});

describe('events (interfaces, Events)', () => {
  it('a stream begins with a snapshot, misses no number, and ends with the execution', async () => {
    const id = await schedule(
      ['double', 'double'],
      Array.from({ length: 40 }, (_, at) => at),
    );
    const { events } = await readStream(id);
    expect(events[0]?.event).toBe('snapshot');
    const numbers = events.map((event) => event.id).filter((value) => value !== null);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, at) => numbers[0]! + at));
    expect(events.findLast((event) => event.event === 'execution')?.data.to).toBe('finished');
    const progress = events.filter((event) => event.event === 'progress');
    expect(Object.values<any>(progress.at(-1)!.data.tasks).map((task) => task.itemsProcessed)).toEqual([40, 40]);

    const last = numbers.at(-1)!;
    const resumed = await readStream(id, { 'last-event-id': '2' });
    const again = resumed.events.map((event) => event.id).filter((value) => value !== null);
    expect(again).toEqual(Array.from({ length: last - 2 }, (_, at) => 3 + at));
    // Nothing will ever come: 204 tells an EventSource not to ask again.
    expect(await readStream(id, { 'last-event-id': String(last) })).toEqual({ status: 204, events: [] });
  });

  it('a stream ends when its user loses the group that let him see the execution, and is refused from then on (rest R79, R99)', async () => {
    const { registry } = server.composition.deps;
    const created = await registry.createUser({ fullName: 'Viewer', username: null, privileges: [] });
    if (!created.ok) throw new Error(created.error.description);
    const viewer = { type: 'user', id: created.value.userId } as const;
    const named = { name: 'test', type: 'act', caveats: [], customMetadata: {}, revoked: false } as const;
    const issued = await registry.createNamedToken(viewer.id, named);
    if (!issued.ok) throw new Error(issued.error.description);
    const within = { container: { type: 'space', id: spaceId }, privileges: ['space_view_atm_workflow_executions'] } as const;
    const made = { name: 'viewers', type: 'team', creatorUserId: userId, creatorPrivileges: null } as const;
    const group = { type: 'group', id: (await registry.groups.create({ ...made, within }))! } as const;
    const rest = { privileges: [], owner: false } as const;
    await registry.members.add({ ...rest, container: group, member: viewer });
    await registry.members.add({ ...rest, container: { type: 'atm_inventory', id: inventoryId }, member: group });
    const id = await schedule(['sleep'], [1]);
    const headers = { 'x-auth-token': issued.value.token };
    const ends = readStream(id, headers);
    await until(id, ({ status }) => status === 'active');
    await registry.members.remove(group, viewer);
    expect((await ends).events[0]?.event).toBe('snapshot');
    expect((await readStream(id, headers)).status).toBe(403);
    expect((await call('GET', `${workflows}/${id}`)).body.status).toBe('active');
    await call('POST', `${workflows}/${id}/cancel`);
    await until(id, ended);
  });

  it('two hundred streams end when the server closes, and leave nothing behind', async () => {
    const id = await schedule(['sleep'], [1]);
    await until(id, ({ status }) => status === 'active');
    const streams = Array.from({ length: 200 }, async () =>
      (await fetch(`${server.url}${workflows}/${id}/events`, { headers: { 'x-auth-token': token } })).body!.getReader(),
    );
    const readers = await Promise.all(streams);
    for (const reader of readers) expect((await reader.read()).done).toBe(false);
    const half = readers.splice(100);
    await Promise.all(half.map(async (reader) => await reader.cancel()));
    const drained = readers.map(async (reader) => {
      while (!(await reader.read()).done);
    });
    await call('POST', `${workflows}/${id}/cancel`);
    await Promise.all(drained);
    await server.close();
    await expect(fetch(server.url)).rejects.toThrow();
  });
});

describe('the token of a job (lambdas §12)', () => {
  it('reaches the files of its space while the job runs, and nothing else', async () => {
    const { deps } = server.composition;
    const other = await deps.spaces.create({
      name: 'other',
      path: null,
      readonly: false,
      ownerUserId: userId,
      ownerPrivileges: spacePrivileges.admin,
    });
    if (!other.ok) throw new Error('no space');
    const own = await deps.files.lookup(spaceId, '');
    const foreign = await deps.files.lookup(other.value.id, '');
    if (!own.ok || !foreign.ok) throw new Error('no root');
    const id = await schedule(['sleep'], [1]);
    const deadline = performance.now() + 20_000;
    while (openJobs.length === 0 && performance.now() < deadline) await deps.executions.waitForChange(id, 50, AbortSignal.timeout(1000));
    const as = openJobs[0]!.token;
    const data = '/api/v3/oneprovider/data';
    expect((await call('GET', `${data}/${own.value.fileId}/children`, { as })).status).toBe(200);
    expect((await call('PUT', `${data}/${own.value.fileId}/metadata/xattrs`, { as, body: { a: 1 } })).status).toBe(204);
    expect((await call('GET', `${data}/${foreign.value.fileId}/children`, { as })).status).toBe(401);
    for (const path of [
      `${workflows}/${id}`,
      '/api/v3/onezone/user',
      '/api/v3/oneprovider/spaces',
      '/api/v3/oneprovider/automation/lambdas',
    ]) {
      expect([path, (await call('GET', path, { as })).status]).toEqual([path, 401]);
    }
    const reader = jobTokens.issue({ ...openJobs[0]!.job, jobId: 'another', readonly: true });
    expect((await call('GET', `${data}/${own.value.fileId}`, { as: reader })).status).toBe(200);
    expect((await call('PUT', `${data}/${own.value.fileId}/metadata/xattrs`, { as: reader, body: { a: 2 } })).status).toBe(401);
    await call('POST', `${workflows}/${id}/cancel`);
    await until(id, ended);
    expect((await call('GET', `${data}/${own.value.fileId}`, { as })).status).toBe(401);
  });
});
