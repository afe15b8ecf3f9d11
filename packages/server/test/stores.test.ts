/** Tasks and stores of executions: who may see them, in which order refusals come, and what is handed on. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newWorld, type Person, type World } from './support/world.ts';

const execution = '/api/v3/oneprovider/automation/execution';

let world: World;
let owner: Person;
let stranger: Person;
let spaceId: string;
let inventoryId: string;
let executionId: string;

beforeEach(async () => {
  world = await newWorld();
  owner = await world.person('Owner');
  stranger = await world.person('Stranger');
  spaceId = await world.space(owner);
  inventoryId = await world.inventory(owner);
  executionId = await world.executions.scheduleSomething({ userId: owner.id, spaceId, atmInventoryId: inventoryId });
  const store = { executionId, schemaId: 'schema', name: 'name', config: { maxBatchSize: 1 }, initialContent: null, frozen: true };
  world.stores.infos.set('list', { ...store, id: 'list', type: 'list' });
  world.stores.infos.set('log', { ...store, id: 'log', type: 'auditLog' });
  world.stores.infos.set('failed', { ...store, id: 'failed', type: 'exception' });
  world.executions.tasks.set('task', {
    id: 'task',
    executionId,
    spaceId,
    laneIndex: 1,
    runNumber: 2,
    boxIndex: 1,
    schemaId: 'taskSchema',
    status: 'active',
    systemAuditLogId: 'log',
    timeSeriesStoreId: null,
    itemsInProcessing: 3,
    itemsProcessed: 5,
    itemsFailed: 1,
  });
});

afterEach(async () => {
  await world.close();
});

describe.each([
  ['tasks', '/task', ''],
  ['stores', '/list', ''],
  ['stores', '/list', '/content'],
  ['stores', '/log', '/dump'],
  ['stores', '/list', '/export'],
  ['stores', '/failed', '/indices?traceIds=a'],
])('%s%s%s', (kind, id, aspect) => {
  it('guest 401, unknown 404, and viewers of the space who belong to the inventory alone see it (rest R49, R50, R79, §5.7, data-and-stores §3.2)', async () => {
    const url = `${execution}/${kind}${id}${aspect}`;
    expect((await world.get(url, null)).status).toBe(401);
    expect((await world.get(`${execution}/${kind}/none${aspect}`, null)).status).toBe(401);
    expect((await world.get(`${execution}/${kind}/none${aspect}`, stranger)).error).toBe('notFound');
    expect((await world.get(url, stranger)).error).toBe('forbidden');
    await world.joinSpace(spaceId, stranger);
    expect((await world.get(url, stranger)).error).toBe('forbidden');
    await world.joinInventory(inventoryId, stranger);
    expect((await world.get(url, stranger)).status).toBe(200);
    // Privileges over the whole zone give no rights here (rest R102).
    expect((await world.get(url, world.admin)).error).toBe('forbidden');
  });
});

it('a task shows its place, its status, its stores and its counters (rest §5.8)', async () => {
  expect((await world.get(`${execution}/tasks/task`, owner)).body).toEqual({
    atmTaskExecutionId: 'task',
    atmWorkflowExecutionId: executionId,
    schemaId: 'taskSchema',
    laneIndex: 1,
    runNumber: 2,
    status: 'active',
    systemAuditLogId: 'log',
    timeSeriesStoreId: null,
    itemsInProcessing: 3,
    itemsProcessed: 5,
    itemsFailed: 1,
  });
});

it('a store shows its execution, schema, type, config, initial content and whether it is frozen (data-and-stores §3.2)', async () => {
  expect((await world.get(`${execution}/stores/list`, owner)).body).toEqual({
    atmStoreId: 'list',
    atmWorkflowExecutionId: executionId,
    schemaId: 'schema',
    name: 'name',
    type: 'list',
    config: { maxBatchSize: 1 },
    initialContent: null,
    frozen: true,
  });
});

it('browse options are looked at last: who may not see the store learns nothing of them (data-and-stores §3.2)', async () => {
  const options = 'type=nonsense&limit=0&index=x';
  expect((await world.get(`${execution}/stores/list/content?${options}`, null)).status).toBe(401);
  expect((await world.get(`${execution}/stores/none/content?${options}`, stranger)).error).toBe('notFound');
  expect((await world.get(`${execution}/stores/list/content?${options}`, stranger)).error).toBe('forbidden');
  expect(world.stores.browsed).toEqual([]);
  expect((await world.get(`${execution}/stores/list/dump`, stranger)).error).toBe('forbidden');
});

it('browse options are handed on as texts, as the query has them (interfaces, Browsing)', async () => {
  const layout = '{"a":["b"]}';
  await world.get(`${execution}/stores/list/content?limit=5&layout=${encodeURIComponent(layout)}&index=%7Bx&__proto__=y`, owner);
  await world.get(`${execution}/stores/log/content`, owner);
  expect(world.stores.browsed).toEqual([{ limit: '5', layout, index: '{x', ['__proto__']: 'y' }, {}]);
});

it('a dump is a download: entries end with CR LF, and stores that are no logs have none (rest R92, R94, data-and-stores §5.8, R65)', async () => {
  const { status, headers, text } = await world.get(`${execution}/stores/log/dump`, owner);
  expect([status, headers['content-type']]).toEqual([200, 'application/json']);
  expect(headers['content-disposition']).toBe('attachment; filename="abc.audit_log.name.json"');
  expect(headers['content-security-policy']).toContain('frame-ancestors');
  expect(text).toBe('[{\n  "index": "0",\n  "content": "a"\n}\r\n,{\n  "index": "1",\n  "content": "b"\n}\r\n]');
  const refused = await world.get(`${execution}/stores/list/dump`, owner);
  expect([refused.status, refused.error]).toEqual([400, 'notSupported']);
  const accepted = await world.request('GET', `${execution}/stores/log/dump`, {
    as: owner,
    headers: { accept: 'application/octet-stream' },
  });
  expect(accepted.status).toBe(200);
});

it('a dump of any store is a download of the wanted form (data-and-stores R66)', async () => {
  const { status, headers, text } = await world.get(`${execution}/stores/list/export`, owner);
  expect([status, headers['content-type'], text]).toEqual([200, 'application/x-ndjson', '{"index":"0","value":1}\n']);
  expect(headers['content-disposition']).toBe('attachment; filename="abc.list.name.jsonl"');
  for (const accept of ['application/x-ndjson', 'text/csv', 'application/json', '*/*']) {
    expect((await world.request('GET', `${execution}/stores/list/export`, { as: owner, headers: { accept } })).status).toBe(200);
  }
});

describe('indices by trace ids (data-and-stores §3.2, R45)', () => {
  const url = `${execution}/stores/failed/indices`;

  it('ids come separated by commas, repeatedly, or as JSON, and are answered in their order (data-and-stores R45)', async () => {
    for (const query of ['traceIds=b,a,c', 'traceIds=b&traceIds=a,c', `traceIds=${encodeURIComponent('["b","a","c"]')}`]) {
      const { body } = await world.get(`${url}?${query}&timestamp=5`, owner);
      expect(Object.entries(body)).toEqual([
        ['b', '0'],
        ['a', '1'],
        ['c', '2'],
      ]);
    }
    expect((await world.get(`${url}?traceIds=%5B%5D`, owner)).body).toEqual({});
  });

  it.each([
    ['', 'missingRequiredValue', 'traceIds'],
    ['traceIds=', 'badValueListOfStrings', 'traceIds'],
    ['traceIds=a,,b', 'badValueListOfStrings', 'traceIds'],
    [`traceIds=${encodeURIComponent('["a",1]')}`, 'badValueListOfStrings', 'traceIds'],
    [`traceIds=${encodeURIComponent('{"a":1}')}`, 'badValueListOfStrings', 'traceIds'],
    [`traceIds=${encodeURIComponent('[broken')}`, 'badValueListOfStrings', 'traceIds'],
    ['traceIds=a&timestamp=x', 'badValueInteger', 'timestamp'],
    ['traceIds=a&timestamp=-1', 'badValueTooLow', 'timestamp'],
  ])('%j is refused, also to a guest: data comes first', async (query, error, key) => {
    for (const person of [owner, null]) {
      const answer = await world.get(`${url}?${query}`, person);
      expect([answer.status, answer.error, answer.body.error.details.key]).toEqual([400, error, key]);
    }
  });

  it('another type of store is not supported, which a stranger learns too; then rights count', async () => {
    const query = 'indices?traceIds=a';
    expect((await world.get(`${execution}/stores/none/${query}`, stranger)).error).toBe('notFound');
    for (const person of [owner, stranger])
      expect((await world.get(`${execution}/stores/list/${query}`, person)).error).toBe('notSupported');
    expect((await world.get(`${execution}/stores/failed/${query}`, stranger)).error).toBe('forbidden');
  });
});

describe('caveats of tokens (rest §2.4)', () => {
  /** Every operation on this execution, with the GRI that an `api` caveat names it by. */
  const operations = (): readonly (readonly [method: string, path: string, entry: string | null])[] => {
    const workflow = `/workflows/${executionId}`;
    const gri = (aspect: string): string => `op_atm_workflow_execution.${executionId}.${aspect}:private`;
    return [
      ['GET', workflow, `opw/get/${gri('instance')}`],
      ['GET', `${workflow}/events`, `opw/get/${gri('events')}`],
      ['POST', `${workflow}/cancel`, `opw/create/${gri('cancel')}`],
      ['GET', '/tasks/task', 'opw/get/op_atm_task_execution.task.instance:private'],
      ['GET', '/stores/list', 'opw/get/op_atm_store.list.instance:private'],
      ['GET', '/stores/list/content', 'opw/get/op_atm_store.list.content:private'],
      ['GET', '/stores/failed/export', 'opw/get/op_atm_store.failed.content:private'],
      ['GET', '/stores/failed/indices?traceIds=a', 'opw/get/op_atm_store.failed.indices_by_trace_ids:private'],
      ['GET', '/stores/log/dump', null],
      ['DELETE', workflow, `opw/delete/${gri('instance')}`],
    ];
  };
  const ask = async (method: string, path: string, token: Person): Promise<string> => {
    const answer = await world.request(method, execution + path, { as: token, headers: { 'last-event-id': '999' } });
    return answer.status === 401 ? answer.body.error.details.authError.id : String(answer.status);
  };

  it('a token for files reaches none of them (rest R31, R32)', async () => {
    for (const caveat of [{ type: 'data.readonly' }, { type: 'data.path', whitelist: [Buffer.from('/x').toString('base64')] }]) {
      const token = await world.confined(owner, [caveat]);
      for (const [method, path] of operations()) expect([path, await ask(method, path, token)]).toEqual([path, 'tokenCaveatUnverified']);
    }
  });

  it('an api caveat admits what it names and nothing else, but is not looked at for a dump (rest R30, R31, R33)', async () => {
    world.executions.force(executionId, 'finished');
    for (const [, , entry] of operations()) {
      const token = await world.confined(owner, [{ type: 'api', whitelist: [entry ?? 'ozw/get/user.*'] }]);
      for (const [method, path, other] of operations().slice(0, -1)) {
        const isAdmitted = other === null || other === entry;
        expect([entry, path, (await ask(method, path, token)) !== 'tokenCaveatUnverified']).toEqual([entry, path, isAdmitted]);
      }
    }
    const remover = await world.confined(owner, [{ type: 'api', whitelist: ['all/delete/op_atm_workflow_execution.*.instance:private'] }]);
    expect(await ask('GET', `/workflows/${executionId}`, remover)).toBe('tokenCaveatUnverified');
    expect(await ask('DELETE', `/workflows/${executionId}`, remover)).toBe('204');
  });
});
