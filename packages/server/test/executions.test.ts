import { rename, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeError, refuse, type WorkflowSchemaRevision } from '@laneway/model';
import { inventoryPrivileges, spacePrivileges, zonePrivileges } from '@laneway/engine';
import { lambdaRevision, newWorld, workflowRevision, type Person, type World } from './support/world.ts';

const op = '/api/v3/oneprovider';
const workflows = `${op}/automation/execution/workflows`;

let world: World;
let owner: Person;
let stranger: Person;
let spaceId: string;
let inventoryId: string;
let schemaId: string;

async function addSchema(revision: WorkflowSchemaRevision, inventory = inventoryId): Promise<string> {
  const { newId } = await import('@laneway/model');
  const id = newId();
  const imported = await world.registry.importWorkflowSchema({
    client: { userId: owner.id, zoneWide: false },
    target: { kind: 'new', id, inventoryId: inventory, name: 'flow', summary: '', originalAtmWorkflowSchemaId: null },
    revision: { revisionNumber: 1, revision, supplements: {} },
  });
  expect(imported).toMatchObject({ ok: true });
  return id;
}

beforeEach(async () => {
  world = await newWorld();
  owner = await world.person('Owner');
  stranger = await world.person('Stranger');
  spaceId = await world.space(owner);
  inventoryId = await world.inventory(owner);
  const lambdaId = await world.registry.createLambda({
    inventoryId,
    originalAtmLambdaId: null,
    creatorId: owner.id,
    revisions: [[1, lambdaRevision()]],
  });
  schemaId = await addSchema(workflowRevision([[lambdaId!, 1]]));
});

afterEach(async () => {
  await world.close();
});

function body(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { spaceId, atmWorkflowSchemaId: schemaId, atmWorkflowSchemaRevisionNumber: 1, ...changes };
}

async function schedule(as: Person = owner): Promise<string> {
  const answer = await world.post(workflows, as, body());
  expect(answer.status).toBe(201);
  return answer.body.atmWorkflowExecutionId;
}

describe('scheduling (rest §5.2)', () => {
  it('answers 201 with the id and its location (rest R73, R76)', async () => {
    const answer = await world.post(workflows, owner, body({ logLevel: 'debug', storeInitialContentOverlay: { input: [1] } }));
    expect(answer.status).toBe(201);
    const id: string = answer.body.atmWorkflowExecutionId;
    expect(id).toMatch(/^[0-9a-f]{32}ch[0-9a-f]{4}$/);
    expect(answer.headers['location']).toBe(`http://localhost:80${workflows}/${id}`);
    expect(world.executions.requests[0]).toMatchObject({
      userId: owner.id,
      logLevel: 7,
      callback: null,
      storeInitialContentOverlay: { input: [1] },
    });
  });

  it.each([
    [{ atmWorkflowSchemaId: undefined }, 'missingRequiredValue', { key: 'atmWorkflowSchemaId' }],
    [{ atmWorkflowSchemaId: null }, 'missingRequiredValue', { key: 'atmWorkflowSchemaId' }],
    [{ atmWorkflowSchemaId: '' }, 'badValueEmpty', { key: 'atmWorkflowSchemaId' }],
    [{ atmWorkflowSchemaId: 7 }, 'badValueString', { key: 'atmWorkflowSchemaId' }],
    [{ atmWorkflowSchemaRevisionNumber: 'x' }, 'badValueInteger', { key: 'atmWorkflowSchemaRevisionNumber' }],
    [{ atmWorkflowSchemaRevisionNumber: 1.5 }, 'badValueInteger', { key: 'atmWorkflowSchemaRevisionNumber' }],
    [{ atmWorkflowSchemaRevisionNumber: 0 }, 'badValueTooLow', { key: 'atmWorkflowSchemaRevisionNumber', limit: 1 }],
    [{ spaceId: [] }, 'badValueString', { key: 'spaceId' }],
    [{ callback: 'nonsense' }, 'badData', { key: 'callback', hint: null }],
    [{ logLevel: 3 }, 'badValueString', { key: 'logLevel' }],
    [{ logLevel: 'loud' }, 'badValueNotAllowed', { key: 'logLevel' }],
    [{ storeInitialContentOverlay: [1] }, 'badValueJSON', { key: 'storeInitialContentOverlay' }],
  ])('refuses %j with 400 %s even to a guest (rest R48, R55, R57)', async (changes, error, details) => {
    for (const who of [owner, null]) {
      const answer = await world.post(workflows, who, body(changes));
      expect([answer.status, answer.error]).toEqual([400, error]);
      expect(answer.body.error.details).toMatchObject(details);
    }
    expect(world.executions.requests).toHaveLength(0);
  });

  it('lists the levels in the order of the contract (rest R59)', async () => {
    const answer = await world.post(workflows, owner, body({ logLevel: 'loud' }));
    const levels = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];
    expect(answer.body.error.details.allowed).toEqual(levels);
  });

  it('needs the directory of the space, after the right to schedule there and before the schema (rest §5.2 row 5)', async () => {
    const { path } = (await world.deps.spaces.get(spaceId))!;
    await rename(path, `${path}.away`);
    expect((await world.post(workflows, stranger, body())).status).toBe(403);
    for (const changes of [{}, { atmWorkflowSchemaId: 'none' }]) {
      const answer = await world.post(workflows, owner, body(changes));
      expect([answer.status, answer.error]).toEqual([503, 'serviceUnavailable']);
    }
    await writeFile(path, 'no directory');
    expect((await world.post(workflows, owner, body())).status).toBe(503);
    expect(world.executions.requests).toHaveLength(0);
    await rm(path);
    await rename(`${path}.away`, path);
    await schedule();
  });

  it('reports required keys alphabetically before optional ones (rest R54)', async () => {
    const answer = await world.post(workflows, owner, { logLevel: 'loud' });
    expect(answer.body.error.details).toEqual({ key: 'atmWorkflowSchemaId' });
  });

  it('takes a revision number as text and prefers the query to the body (rest R11, R56)', async () => {
    const answer = await world.post(`${workflows}?atmWorkflowSchemaRevisionNumber=1`, owner, body({ atmWorkflowSchemaRevisionNumber: 9 }));
    expect(answer.status).toBe(201);
  });

  it('reads a query to its end, whatever question marks are in it (rest R11)', async () => {
    const answer = await world.post(`${workflows}?callback=https://hook.example.org/?id=7?&logLevel=debug`, owner, body());
    expect(answer.status).toBe(201);
    expect(world.executions.requests[0]).toMatchObject({ callback: 'https://hook.example.org/?id=7?', logLevel: 7 });
  });

  it('takes a repeated query parameter for a list, which is neither integer nor text (rest R12)', async () => {
    const answer = await world.post(`${workflows}?atmWorkflowSchemaRevisionNumber=1&atmWorkflowSchemaRevisionNumber=2`, owner, body());
    expect([answer.error, answer.body.error.details.key]).toEqual(['badValueInteger', 'atmWorkflowSchemaRevisionNumber']);
    const twoSpaces = await world.post(`${workflows}?spaceId=${spaceId}&spaceId=${spaceId}`, owner, body());
    expect([twoSpaces.error, twoSpaces.body.error.details.key]).toEqual(['badValueString', 'spaceId']);
  });

  it('ignores keys that it does not know, in the query as in the body (rest R13)', async () => {
    const odd = { spaceid: 'x', phase: 'nonsense', __proto__x: [1], laneIndex: -1 };
    expect((await world.post(`${workflows}?limit=x&odd=1&odd=2`, owner, body(odd))).status).toBe(201);
    const { requestKey: _key, ...request } = world.executions.requests[0]! as unknown as Record<string, unknown>;
    expect(Object.keys(request)).not.toEqual(expect.arrayContaining(['odd']));
    expect(request).toMatchObject({ spaceId, logLevel: 6, storeInitialContentOverlay: {} });
  });

  it('takes true and false for texts (rest R56)', async () => {
    const answer = await world.post(workflows, owner, body({ logLevel: true }));
    expect([answer.error, answer.body.error.details.key]).toEqual(['badValueNotAllowed', 'logLevel']);
    expect((await world.post(workflows, owner, body({ spaceId: false }))).status).toBe(403);
  });

  it('any state of the revisions is good enough, and states that change do not matter afterwards (schemas R62)', async () => {
    const [lambdaId = ''] = (await world.get(`/api/v3/onezone/atm_workflow_schemas/${schemaId}`, owner)).body.atmLambdas;
    const lambda = `/api/v3/onezone/atm_lambdas/${lambdaId}/revision/1`;
    for (const state of ['draft', 'deprecated', 'stable']) {
      expect((await world.send('PATCH', lambda, owner, { state })).status).toBe(204);
      const draft = await addSchema({ ...workflowRevision([[lambdaId, 1]]), state: state as 'draft' });
      expect((await world.post(workflows, owner, body({ atmWorkflowSchemaId: draft }))).status).toBe(201);
    }
    const copied = world.executions.requests.map(({ revision, lambdas }) => [revision.state, lambdas[lambdaId]!['1']!.state]);
    expect(copied).toEqual([
      ['draft', 'draft'],
      ['deprecated', 'deprecated'],
      ['stable', 'stable'],
    ]);
  });

  it('answers 401 to a guest, 403 without the privilege and for a space that does not exist (rest R51)', async () => {
    expect((await world.post(workflows, null, body())).status).toBe(401);
    expect((await world.post(workflows, stranger, body())).error).toBe('forbidden');
    expect((await world.post(workflows, owner, body({ spaceId: 'nowhere' }))).status).toBe(403);
    await world.joinSpace(spaceId, stranger, spacePrivileges.member);
    expect((await world.post(workflows, stranger, body())).status).toBe(403);
  });

  it('a plain member of the space neither sees nor schedules nor stops executions, though the inventory is his (rest R100)', async () => {
    const id = await schedule();
    await world.joinSpace(spaceId, stranger, spacePrivileges.member);
    await world.joinInventory(inventoryId, stranger, inventoryPrivileges.admin);
    for (const answer of [
      await world.post(workflows, stranger, body()),
      await world.get(`${op}/spaces/${spaceId}/automation/execution/workflows`, stranger),
      await world.get(`${workflows}/${id}`, stranger),
      await world.post(`${workflows}/${id}/cancel`, stranger),
    ])
      expect([answer.status, answer.error]).toEqual([403, 'forbidden']);
    const manager = await world.person('Manager');
    await world.joinSpace(spaceId, manager, spacePrivileges.manager);
    await world.joinInventory(inventoryId, manager);
    expect((await world.post(workflows, manager, body())).status).toBe(201);
  });

  it('privileges of the whole zone let nobody see, schedule or stop anything (rest R102)', async () => {
    const id = await schedule();
    const zone = await world.person('Zone', zonePrivileges.admin);
    for (const answer of [
      await world.post(workflows, zone, body()),
      await world.get(`${op}/spaces/${spaceId}/automation/execution/workflows`, zone),
      await world.get(`${workflows}/${id}`, zone),
      await world.send('DELETE', `${workflows}/${id}`, zone),
      await world.post(`${workflows}/${id}/cancel`, zone),
    ])
      expect([answer.status, answer.error]).toEqual([403, 'forbidden']);
    expect(world.executions.get(id).status).toBe('scheduled');
  });

  it('answers spaceNotSupportedBy for a space of the caller that is not here (rest R51)', async () => {
    await world.registry.addSpaceMember({ spaceId: 'elsewhere', userId: owner.id, privileges: [], owner: true });
    const answer = await world.post(workflows, owner, body({ spaceId: 'elsewhere' }));
    expect([answer.status, answer.error]).toEqual([400, 'spaceNotSupportedBy']);
    expect(answer.body.error.details).toEqual({ spaceId: 'elsewhere', providerId: world.deps.providerId });
  });

  it('tells an unknown schema from one of a foreign inventory and an unknown revision (rest §5.2)', async () => {
    await world.joinSpace(spaceId, stranger);
    expect((await world.post(workflows, stranger, body({ atmWorkflowSchemaId: 'none' }))).error).toBe('notFound');
    expect((await world.post(workflows, stranger, body())).error).toBe('forbidden');
    expect((await world.post(workflows, owner, body({ atmWorkflowSchemaRevisionNumber: 2 }))).error).toBe('notFound');
  });

  it('refuses empty parts in schema order (rest §5.2, schemas R60)', async () => {
    const full = workflowRevision([]);
    const noLanes = await addSchema({ ...full, lanes: [] });
    expect((await world.post(workflows, owner, body({ atmWorkflowSchemaId: noLanes }))).error).toBe('atmWorkflowEmpty');
    const emptyLane = await addSchema({ ...full, lanes: full.lanes.map((lane) => ({ ...lane, parallelBoxes: [] })) });
    const lane = await world.post(workflows, owner, body({ atmWorkflowSchemaId: emptyLane }));
    expect([lane.error, lane.body.error.details]).toEqual(['atmLaneEmpty', { atmLaneSchemaId: 'lane1' }]);
    const emptyBox = await addSchema(full);
    const box = await world.post(workflows, owner, body({ atmWorkflowSchemaId: emptyBox }));
    expect([box.error, box.body.error.details]).toEqual(['atmParallelBoxEmpty', { atmParallelBoxSchemaId: 'box1' }]);
    // A lane is looked at with its boxes before the next one.
    const [first] = full.lanes;
    const both = await addSchema({ ...full, lanes: [first!, { ...first!, id: 'lane2', parallelBoxes: [] }] });
    expect((await world.post(workflows, owner, body({ atmWorkflowSchemaId: both }))).error).toBe('atmParallelBoxEmpty');
    const other = await addSchema({ ...full, lanes: [{ ...first!, id: 'lane0', parallelBoxes: [] }, first!] });
    expect((await world.post(workflows, owner, body({ atmWorkflowSchemaId: other }))).error).toBe('atmLaneEmpty');
  });

  it('passes on what the engine refuses', async () => {
    world.executions.scheduleError = refuse(
      makeError('atmStoreCreationFailed', { atmStoreSchemaId: 'input', specificError: makeError('atmStoreMissingRequiredInitialContent') }),
    );
    const answer = await world.post(workflows, owner, body());
    expect([answer.status, answer.error]).toEqual([400, 'atmStoreCreationFailed']);
    expect(answer.body.error.details.specificError).toMatchObject({ id: 'atmStoreMissingRequiredInitialContent', ctx: { service: 'opw' } });
  });
});

describe('details (rest §5.3)', () => {
  it('shows the document to members of the inventory who may view (rest R79, R80, R81)', async () => {
    const id = await schedule();
    const answer = await world.get(`${workflows}/${id}`, owner);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      atmWorkflowExecutionId: id,
      name: 'flow',
      status: 'scheduled',
      userId: owner.id,
      startTime: 0,
      lanes: [{ schemaId: 'lane1', runs: [{ runNumber: 1, runType: 'regular', isRetriable: false, isRerunable: false }] }],
    });
    const hidden = ['logLevel', 'callback', 'revisionNumber', 'atmWorkflowSchemaRevisionNumber', 'incarnation'];
    expect(Object.keys(answer.body).filter((key) => hidden.includes(key))).toEqual([]);
  });

  it('guest 401, unknown 404 for everyone, 403 without either right (rest R49, R50, R79)', async () => {
    const id = await schedule();
    expect((await world.get(`${workflows}/${id}`, null)).error).toBe('unauthorized');
    expect((await world.get(`${workflows}/none`, null)).error).toBe('unauthorized');
    expect((await world.get(`${workflows}/none`, stranger)).error).toBe('notFound');
    expect((await world.get(`${workflows}/${id}`, stranger)).error).toBe('forbidden');
    await world.joinSpace(spaceId, stranger);
    expect((await world.get(`${workflows}/${id}`, stranger)).error).toBe('forbidden');
    await world.joinInventory(inventoryId, stranger);
    expect((await world.get(`${workflows}/${id}`, stranger)).status).toBe(200);
  });
});

describe('cancel (rest §5.5)', () => {
  it('accepts any body and keeps a reason (rest R8)', async () => {
    for (const [payload, type] of [
      ['{"broken', 'application/json'],
      ['bytes', 'text/plain'],
      ['[]', 'application/json'],
    ] as const) {
      const id = await schedule();
      const answer = await world.request('POST', `${workflows}/${id}/cancel`, { as: owner, payload, headers: { 'content-type': type } });
      expect([answer.status, answer.text]).toEqual([204, '']);
      expect(world.executions.get(id).status).toBe('stopping');
    }
    const id = await schedule();
    await world.post(`${workflows}/${id}/cancel`, owner, { reason: 'wrong input' });
    expect(world.executions.notes.at(-1)).toBe('wrong input');
  });

  it('who may not cancel does not learn that it is too late (rest R52)', async () => {
    const id = await schedule();
    const run = { laneIndex: 1, laneRunNumber: 1 };
    const requests = [
      ['finished', 'POST', '/cancel', undefined, 'atmWorkflowExecutionEnded'],
      ['finished', 'POST', '/pause', undefined, 'atmWorkflowExecutionEnded'],
      ['finished', 'POST', '/resume', undefined, 'atmWorkflowExecutionNotResumable'],
      ['finished', 'POST', '/force_continue', undefined, 'atmWorkflowExecutionNotResumable'],
      ['active', 'POST', '/rerun', run, 'atmWorkflowExecutionNotEnded'],
      ['active', 'POST', '/retry', run, 'atmWorkflowExecutionNotEnded'],
      ['active', 'DELETE', '', undefined, 'atmWorkflowExecutionNotStopped'],
    ] as const;
    for (const [status, method, operation, data, error] of requests) {
      world.executions.force(id, status);
      const url = `${workflows}/${id}${operation}`;
      expect([operation, (await world.send(method, url, null, data)).status]).toEqual([operation, 401]);
      expect([operation, (await world.send(method, url, stranger, data)).error]).toEqual([operation, 'forbidden']);
      expect([operation, (await world.send(method, url, owner, data)).error]).toEqual([operation, error]);
    }
  });

  it('a second cancel is 204, one of an ended execution atmWorkflowExecutionEnded (rest R85)', async () => {
    const id = await schedule();
    expect((await world.post(`${workflows}/${id}/cancel`, owner)).status).toBe(204);
    expect((await world.post(`${workflows}/${id}/cancel`, owner)).status).toBe(204);
    for (const status of ['finished', 'failed', 'cancelled', 'crashed'] as const) {
      world.executions.force(id, status);
      expect((await world.post(`${workflows}/${id}/cancel`, owner)).error).toBe('atmWorkflowExecutionEnded');
    }
  });

  it('the privilege that counts depends on who scheduled (rest R96, R97)', async () => {
    await world.joinSpace(spaceId, stranger, ['space_schedule_atm_workflow_executions']);
    const manager = await world.person('Manager');
    await world.joinSpace(spaceId, manager, ['space_manage_atm_workflow_executions']);
    const id = await schedule();
    expect((await world.post(`${workflows}/${id}/cancel`, stranger)).error).toBe('forbidden');
    expect((await world.post(`${workflows}/${id}/cancel`, manager)).status).toBe(204);
  });

  it('guest 401, unknown 404 (rest R49, R50)', async () => {
    expect((await world.post(`${workflows}/none/cancel`, null)).status).toBe(401);
    expect((await world.post(`${workflows}/none/cancel`, stranger)).status).toBe(404);
  });
});

describe('pausing and going on (rest §5.5)', () => {
  it.each(['pause', 'resume', 'force_continue'])(
    '%s needs a user with the right privilege, whatever the body (rest R8, R50, R88)',
    async (operation) => {
      const id = await schedule();
      const bodies = [{}, { payload: '{"broken', headers: { 'content-type': 'application/json' } }, { payload: 'bytes' }];
      for (const options of bodies) {
        const send = async (of: string, as: Person | null): Promise<readonly [number, string | undefined]> => {
          const answer = await world.request('POST', `${workflows}/${of}/${operation}`, { as, ...options });
          return [answer.status, answer.error];
        };
        expect((await send(id, null))[0]).toBe(401);
        expect((await send(id, stranger))[0]).toBe(403);
        expect((await send('unknown', owner))[0]).toBe(404);
        expect(await send(id, owner)).toEqual(operation === 'pause' ? [204, undefined] : [400, 'atmWorkflowExecutionNotResumable']);
      }
      world.executions.force(id, 'paused');
      if (operation !== 'resume') return;
      const resumed = await world.request('POST', `${workflows}/${id}/resume`, {
        as: owner,
        payload: '[',
        headers: { 'content-type': 'x/y' },
      });
      expect([resumed.status, world.executions.get(id).status]).toEqual([204, 'resuming']);
    },
  );

  it('pause is registered at once, resume grows the incarnation and renews the schedule time (rest R84, R87)', async () => {
    const id = await schedule();
    expect((await world.post(`${workflows}/${id}/pause`, owner, { reason: 'lunch' })).status).toBe(204);
    expect(world.executions.get(id)).toMatchObject({ status: 'stopping', stop: { reason: 'pause', actor: owner.id, note: 'lunch' } });
    expect((await world.post(`${workflows}/${id}/resume`, owner)).error).toBe('atmWorkflowExecutionNotResumable');
    world.executions.force(id, 'paused');
    expect((await world.post(`${workflows}/${id}/pause`, owner)).body.error).toMatchObject({
      id: 'atmInvalidStatusTransition',
      details: { prevStatus: 'paused', newStatus: 'stopping' },
    });
    world.executions.clockMs += 5000;
    expect((await world.post(`${workflows}/${id}/resume`, owner)).status).toBe(204);
    const { status, incarnation, scheduleTime, currentRunNum } = world.executions.get(id);
    expect({ status, incarnation, currentRunNum, scheduleTime }).toEqual({
      status: 'resuming',
      incarnation: 2,
      currentRunNum: 1,
      scheduleTime: Math.floor(world.executions.clockMs / 1000),
    });
  });

  it('force_continue of an execution without a next lane is refused (rest R86)', async () => {
    const id = await schedule();
    expect((await world.post(`${workflows}/${id}/force_continue`, owner)).error).toBe('atmWorkflowExecutionNotResumable');
    world.executions.force(id, 'failed');
    expect((await world.post(`${workflows}/${id}/force_continue`, owner)).error).toBe('atmWorkflowExecutionNotResumable');
  });
});

describe('rerun and retry (rest §5.6)', () => {
  it.each(['rerun', 'retry'])(
    '%s checks its data before anything else, and begins a new run without automatic retries (rest R48, R52, R90)',
    async (operation) => {
      const id = await schedule();
      const url = `${workflows}/${id}/${operation}`;
      expect((await world.post(url, null, {})).body.error.details).toEqual({ key: 'laneIndex' });
      expect((await world.post(url, null, { laneIndex: 0 })).body.error).toMatchObject({
        id: 'badValueTooLow',
        details: { key: 'laneIndex', limit: 1 },
      });
      expect((await world.post(`${url}?laneIndex=2`, null, {})).body.error.details).toEqual({ key: 'laneRunNumber' });
      expect((await world.post(url, null, { laneIndex: 1, laneRunNumber: 1 })).status).toBe(401);
      expect((await world.post(url, stranger, { laneIndex: 1, laneRunNumber: 1 })).status).toBe(403);
      expect((await world.post(url, owner, { laneIndex: 1, laneRunNumber: '1' })).error).toBe('atmWorkflowExecutionNotEnded');
      world.executions.force(id, 'failed');
      expect((await world.post(url, owner, { laneIndex: 2, laneRunNumber: 1 })).status).toBe(404);
      expect((await world.post(url, owner, { laneIndex: 1, laneRunNumber: 7 })).status).toBe(404);
      expect((await world.post(url, owner, { laneIndex: 1, laneRunNumber: 1 })).status).toBe(204);
      expect(world.executions.get(id)).toMatchObject({
        status: 'scheduled',
        incarnation: 2,
        current: { runNumber: 2, originRunNumber: 1, runType: operation, status: 'scheduled' },
      });
      expect(world.executions.get(id).lanes[0]).toMatchObject({ retriesLeft: 0 });
    },
  );

  it('what cannot be repeated names the operation (rest R89)', async () => {
    const id = await schedule();
    world.executions.force(id, 'finished');
    const run = { laneIndex: 1, laneRunNumber: 1 };
    expect((await world.post(`${workflows}/${id}/retry`, owner, run)).error).toBe('atmLaneExecutionRetryFailed');
    world.executions.force(id, 'crashed');
    expect((await world.post(`${workflows}/${id}/rerun`, owner, run)).error).toBe('atmLaneExecutionRerunFailed');
  });
});

describe('delete (rest §5.4)', () => {
  it('needs a stopped execution, and the id is unknown afterwards (rest R82, R83)', async () => {
    const id = await schedule();
    const url = `${workflows}/${id}`;
    expect((await world.send('DELETE', url, null)).status).toBe(401);
    expect((await world.send('DELETE', url, stranger)).status).toBe(403);
    expect((await world.send('DELETE', url, owner)).error).toBe('atmWorkflowExecutionNotStopped');
    world.executions.force(id, 'paused');
    expect((await world.send('DELETE', url, owner)).status).toBe(204);
    expect((await world.send('DELETE', url, owner)).status).toBe(404);
    expect((await world.get(url, owner)).status).toBe(404);
  });
});

describe('listing (rest §5.1)', () => {
  const list = (): string => `${op}/spaces/${spaceId}/automation/execution/workflows`;

  async function scheduleMany(count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let number = 0; number < count; number += 1) {
      world.executions.clockMs += 1000;
      ids.unshift(await schedule());
    }
    return ids;
  }

  it('pages newest first by limit and token (rest R60, R62, R66)', async () => {
    const ids = await scheduleMany(5);
    const first = await world.get(`${list()}?phase=waiting&limit=2`, owner);
    expect(first.body).toMatchObject({ atmWorkflowExecutions: ids.slice(0, 2), isLast: false });
    const seconds = world.executions.get(ids[1]!).scheduleTime;
    expect(Buffer.from(first.body.nextPageToken, 'base64url').toString()).toBe(`${9_999_999_999 - seconds}${ids[1]}`);
    expect(first.body.nextPageToken).toMatch(/^[\w-]+$/);
    const second = await world.get(`${list()}?phase=waiting&limit=2&token=${first.body.nextPageToken}`, owner);
    expect(second.body.atmWorkflowExecutions).toEqual(ids.slice(2, 4));
    const third = await world.get(`${list()}?phase=waiting&limit=2&token=${second.body.nextPageToken}`, owner);
    expect(third.body).toEqual({ atmWorkflowExecutions: ids.slice(4), nextPageToken: null, isLast: true });
  });

  it('a full last page is followed by an empty one (rest R61)', async () => {
    await scheduleMany(2);
    const first = await world.get(`${list()}?phase=waiting&limit=2`, owner);
    expect(first.body.isLast).toBe(false);
    const second = await world.get(`${list()}?phase=waiting&limit=2&token=${first.body.nextPageToken}`, owner);
    expect(second.body).toEqual({ atmWorkflowExecutions: [], nextPageToken: null, isLast: true });
  });

  it('from the 20th entry an offset of −5 leads to the 15th, and a token goes on behind its entry even when that has left (rest R63, R65)', async () => {
    const ids = await scheduleMany(30);
    const entry = (id: string | undefined): string => `${9_999_999_999 - world.executions.get(id!).scheduleTime}${id}`;
    const page = async (query: string): Promise<any> => (await world.get(`${list()}?phase=waiting&${query}`, owner)).body;
    const around = await page(`index=${entry(ids[19])}&offset=-5&limit=10`);
    expect(around.atmWorkflowExecutions).toEqual(ids.slice(14, 24));
    const { nextPageToken } = await page('limit=10');
    expect((await page(`limit=2&token=${nextPageToken}`)).atmWorkflowExecutions).toEqual(ids.slice(10, 12));
  });

  it('only executions of the space are listed, whatever else the caller sees (rest R69)', async () => {
    const [id] = await scheduleMany(1);
    const other = await world.space(owner, 'other');
    const elsewhere = `${op}/spaces/${other}/automation/execution/workflows`;
    expect((await world.get(`${elsewhere}?phase=waiting`, owner)).body.atmWorkflowExecutions).toEqual([]);
    expect((await world.get(`${list()}?phase=waiting`, owner)).body.atmWorkflowExecutions).toEqual([id]);
  });

  it('skips by offset, and a negative one without a start point has no effect (rest R64)', async () => {
    const ids = await scheduleMany(3);
    expect((await world.get(`${list()}?phase=waiting&offset=1`, owner)).body.atmWorkflowExecutions).toEqual(ids.slice(1));
    expect((await world.get(`${list()}?phase=waiting&offset=-10`, owner)).body.atmWorkflowExecutions).toEqual(ids);
  });

  it.each([
    ['limit=0', 'badValueNotInRange', { key: 'limit', low: 1, high: 1000 }],
    ['limit=1001', 'badValueNotInRange', { key: 'limit', low: 1, high: 1000 }],
    ['limit=x', 'badValueInteger', { key: 'limit' }],
    ['limit=1&limit=2', 'badValueInteger', { key: 'limit' }],
    ['offset=x', 'badValueInteger', { key: 'offset' }],
    ['phase=later', 'badValueNotAllowed', { key: 'phase', allowed: ['waiting', 'ongoing', 'suspended', 'ended'] }],
    ['token=', 'badValueEmpty', { key: 'token' }],
    ['token=%21%21', 'badData', { key: 'token', hint: null }],
    ['phase=later&limit=x', 'badValueInteger', { key: 'limit' }],
  ])('refuses %s even to a guest (rest §5.1, R48, R57, R67, D6)', async (query, error, details) => {
    const answer = await world.get(`${list()}?${query}`, null);
    expect([answer.status, answer.error]).toEqual([400, error]);
    expect(answer.body.error.details).toEqual(details);
  });

  it('guest 401, no privilege or no such space 403 (rest §5.1, R51)', async () => {
    expect((await world.get(list(), null)).status).toBe(401);
    expect((await world.get(list(), stranger)).status).toBe(403);
    expect((await world.get(`${op}/spaces/none/automation/execution/workflows`, owner)).status).toBe(403);
  });

  it('hides executions of inventories the caller is not in (rest R68, D7)', async () => {
    const [id] = await scheduleMany(1);
    await world.joinSpace(spaceId, stranger);
    expect((await world.get(`${list()}?phase=waiting`, stranger)).body.atmWorkflowExecutions).toEqual([]);
    await world.joinInventory(inventoryId, stranger);
    expect((await world.get(`${list()}?phase=waiting`, stranger)).body.atmWorkflowExecutions).toEqual([id]);
  });
});
