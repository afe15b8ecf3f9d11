/**
 * Scenarios K: inventories, lambdas and workflows (ui-and-scenarios S74–S101), over HTTP. Of S84–S88 the GUI edits a revision and saves it: here
 * is what it saves. Left out is what only a screen shows: names of modals and of sorted lists, the preview of an upload (S100), and S102.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { referenceWorkflows } from '../support/reference.ts';
import { persistedLambda, plainLambda, unwrapped } from './dump-forms.ts';
import { scenarioDump } from './dumps.ts';
import { adminToken, cleanUp, startProduct } from './support.ts';
import { Zone, type Answer, type Person } from './zone.ts';

let zone: Zone;
let owner: Person;
beforeAll(async () => {
  const product = await startProduct();
  zone = new Zone(product.url, adminToken(product));
});
afterAll(cleanUp);

let inventory1: string;
let count = 0;
beforeEach(async () => {
  // Somebody new each time: the lambdas of his other inventories would be linked instead of made anew (rest R125).
  count += 1;
  owner = await zone.person(`owner${count}`);
  inventory1 = await zone.inventory(owner, 'inventory1');
});

const upload = async (name: string, inventoryId = inventory1): Promise<string> =>
  await zone.make(owner, '/atm_workflow_schemas', { ...scenarioDump(name), atmInventoryId: inventoryId });
const workflow = async (schemaId: string): Promise<any> => await zone.get(owner, `/atm_workflow_schemas/${schemaId}`);
const workflows = async (inventoryId = inventory1): Promise<readonly string[]> =>
  (await zone.get(owner, `/atm_inventories/${inventoryId}/atm_workflow_schemas`)).atm_workflow_schemas;
const lambdas = async (inventoryId = inventory1): Promise<readonly string[]> =>
  (await zone.get(owner, `/atm_inventories/${inventoryId}/atm_lambdas`)).atm_lambdas;
const lambda = async (lambdaId: string): Promise<any> => await zone.get(owner, `/atm_lambdas/${lambdaId}`);
const dumpOf = async (path: string, includeRevision: number): Promise<any> => {
  const { status, json } = await zone.ask(owner, 'POST', `${path}/dump`, { includeRevision });
  expect(status).toBe(200);
  return json;
};

describe('inventories', () => {
  test('S74 a new inventory is in the list of its creator, who may do everything in it', async () => {
    const answer = await zone.ask(owner, 'POST', '/user/atm_inventories', { name: 'inventory2' });
    expect([answer.status, answer.json]).toEqual([201, undefined]);
    expect(answer.location).toBe(`${zone.url}/api/v3/onezone/user/atm_inventories/${answer.made}`);
    expect(await zone.inventoriesOf(owner)).toContain(answer.made);
    expect(await zone.get(owner, `/atm_inventories/${answer.made}`)).toEqual({
      atmInventoryId: answer.made,
      name: 'inventory2',
      creator: { type: 'user', id: owner.id },
      creationTime: expect.any(Number),
    });
    const { admin } = await zone.get(owner, '/atm_inventories/privileges');
    expect(admin).toHaveLength(11);
    expect(await zone.get(owner, `/atm_inventories/${answer.made}/users/${owner.id}/privileges`)).toEqual({ privileges: admin });
  });

  test('S75 a renamed inventory has its new name only', async () => {
    const renamed = await zone.ask(owner, 'PATCH', `/atm_inventories/${inventory1}`, { name: 'inventory2' });
    expect([renamed.status, renamed.json]).toEqual([204, undefined]);
    expect((await zone.get(owner, `/user/atm_inventories/${inventory1}`)).name).toBe('inventory2');
  });

  test('S76 a removed inventory is gone, with its workflows and the lambdas that were nowhere else', async () => {
    const schemaId = await upload('echo');
    const [lambdaId] = await lambdas();
    expect((await zone.ask(owner, 'DELETE', `/atm_inventories/${inventory1}`)).status).toBe(204);
    expect(await zone.inventoriesOf(owner)).not.toContain(inventory1);
    for (const path of [`/atm_inventories/${inventory1}`, `/atm_workflow_schemas/${schemaId}`, `/atm_lambdas/${lambdaId}`])
      expect(await zone.ask(owner, 'GET', path)).toMatchObject({ status: 404, id: 'notFound' });
  });

  test('S77 an inventory that was left is in no list of mine, and goes on for the others', async () => {
    const other = await zone.person('staying');
    await zone.bringUser(owner, other, inventory1);
    expect((await zone.ask(owner, 'DELETE', `/user/atm_inventories/${inventory1}`)).status).toBe(204);
    expect(await zone.inventoriesOf(owner)).not.toContain(inventory1);
    expect((await zone.ask(owner, 'GET', `/user/atm_inventories/${inventory1}`)).status).toBe(404);
    expect(await zone.inventoriesOf(other)).toContain(inventory1);
  });
});

/** What the form of a new lambda holds when only name and image were filled in (ui-and-scenarios §1.10). */
const newLambda = (name: string, dockerImage = 'onedata/lambda-echo') => ({
  name,
  summary: '',
  description: '',
  operationSpec: {
    engine: 'openfaas',
    dockerImage,
    dockerExecutionOptions: { readonly: true, mountOneclient: true, oneclientMountPoint: '/mnt/onedata', oneclientOptions: '' },
  },
  configParameterSpecs: [],
  argumentSpecs: [],
  resultSpecs: [],
  preferredBatchSize: 10,
  resourceSpec: {
    cpuRequested: 0.1,
    cpuLimit: null,
    memoryRequested: 104_857_600,
    memoryLimit: null,
    ephemeralStorageRequested: 104_857_600,
    ephemeralStorageLimit: null,
  },
  state: 'draft',
});

describe('lambdas', () => {
  let lambdaId: string;
  beforeEach(async () => {
    const revision = { originalRevisionNumber: 1, atmLambdaRevision: newLambda('Lambda1') };
    lambdaId = await zone.make(owner, '/atm_lambdas', { atmInventoryId: inventory1, revision });
  });

  test('S78 a new lambda is in the list, as its form was filled in', async () => {
    expect(await lambdas()).toEqual([lambdaId]);
    expect(await lambda(lambdaId)).toEqual({
      atmLambdaId: lambdaId,
      revisionRegistry: { 1: newLambda('Lambda1') },
      creator: { type: 'user', id: owner.id },
      creationTime: expect.any(Number),
    });
    // What a body leaves out has the defaults of the rules (schemas §4.2, §4.3).
    const { summary: _s, description: _d, configParameterSpecs: _c, ...short } = newLambda('short');
    const operationSpec = { engine: 'openfaas', dockerImage: 'onedata/lambda-echo' };
    const revision = { originalRevisionNumber: 1, atmLambdaRevision: { ...short, operationSpec } };
    const second = await zone.make(owner, '/atm_lambdas', { atmInventoryId: inventory1, revision });
    expect((await lambda(second)).revisionRegistry['1']).toEqual(plainLambda({ ...short, operationSpec }));
  });

  test.each([
    ['S79 a new revision', 'PATCH', () => `/atm_lambdas/${lambdaId}`],
    ['S80 a revision redesigned from the first', 'PUT', () => `/atm_lambdas/${lambdaId}/revision/2`],
  ])('%s stands beside the old one', async (_title, method, path) => {
    const first = (await lambda(lambdaId)).revisionRegistry['1'];
    const revision = { originalRevisionNumber: 2, atmLambdaRevision: { ...first, name: 'Lambda2' } };
    const added = await zone.ask(owner, method, path(), method === 'PATCH' ? { revision } : revision);
    expect(added.status).toBe(204);
    expect((await lambda(lambdaId)).revisionRegistry).toEqual({ 1: first, 2: { ...first, name: 'Lambda2' } });
    expect(await lambdas()).toEqual([lambdaId]);
  });

  test('S81 the state of a revision changes, its image does not', async () => {
    const path = `/atm_lambdas/${lambdaId}/revision/1`;
    expect((await zone.ask(owner, 'PATCH', path, { state: 'stable' })).status).toBe(204);
    const other = newLambda('Lambda1', 'onedata/other');
    expect(await zone.ask(owner, 'PUT', path, { atmLambdaRevision: other })).toMatchObject({ status: 409, id: 'alreadyExists' });
    const patched = await zone.ask(owner, 'PATCH', path, { operationSpec: other.operationSpec });
    expect(patched).toMatchObject({ status: 400, id: 'missingRequiredValue', details: { key: 'state' } });
    expect((await lambda(lambdaId)).revisionRegistry).toEqual({ 1: { ...newLambda('Lambda1'), state: 'stable' } });
  });
});

describe('workflows', () => {
  test('S82, S83 an uploaded workflow and a new one are in the list; the new one has no revision yet', async () => {
    const echo = await upload('echo');
    const created = await zone.make(owner, '/atm_workflow_schemas', { atmInventoryId: inventory1, name: 'Workflow1' });
    expect((await workflows()).toSorted()).toEqual([echo, created].toSorted());
    expect(await workflow(echo)).toMatchObject({ name: 'echo', atmInventoryId: inventory1, atmLambdas: await lambdas() });
    expect(Object.keys((await workflow(echo)).revisionRegistry)).toEqual(['2']);
    expect(await workflow(created)).toMatchObject({ name: 'Workflow1', summary: 'Missing summary', revisionRegistry: {}, atmLambdas: [] });
  });

  const save = async (schemaId: string, number: number, atmWorkflowSchemaRevision: unknown): Promise<Answer> =>
    await zone.ask(owner, 'PUT', `/atm_workflow_schemas/${schemaId}/revision/${number}`, { atmWorkflowSchemaRevision });

  test('S84, S85 a store and a lane that were added are in the saved revision', async () => {
    const schemaId = await zone.make(owner, '/atm_workflow_schemas', { atmInventoryId: inventory1, name: 'Workflow1' });
    const store = { id: 's1', name: 'Store1', description: '', type: 'list', config: { itemDataSpec: { type: 'object' } } };
    const revision = {
      description: '',
      stores: [{ ...store, requiresInitialContent: false, defaultInitialContent: null }],
      lanes: [] as unknown[],
      state: 'draft',
      dashboardSpec: null,
    };
    expect((await save(schemaId, 1, revision)).status).toBe(204);
    expect((await workflow(schemaId)).revisionRegistry).toEqual({ 1: revision });
    const lane = {
      id: 'l1',
      name: 'Lane1',
      parallelBoxes: [],
      storeIteratorSpec: { storeSchemaId: 's1', maxBatchSize: 100 },
      maxRetries: 0,
    };
    expect((await save(schemaId, 1, { ...revision, lanes: [lane] })).status).toBe(204);
    const full = { ...lane, instantFailureExceptionThreshold: 0.1, dashboardSpec: null };
    expect((await workflow(schemaId)).revisionRegistry).toEqual({ 1: { ...revision, lanes: [full] } });
  });

  test('S86 a task with a new lambda stands in the lane that was empty', async () => {
    const schemaId = await upload('workflow-empty-lane');
    const revision = { originalRevisionNumber: 1, atmLambdaRevision: newLambda('Lambda1', 'docker_image_example') };
    const lambdaId = await zone.make(owner, '/atm_lambdas', { atmInventoryId: inventory1, revision });
    const empty = (await workflow(schemaId)).revisionRegistry['1'];
    const task = { id: 't1', name: 'Lambda1', lambdaId, lambdaRevisionNumber: 1, argumentMappings: [], resultMappings: [] };
    const lanes = [{ ...empty.lanes[0], parallelBoxes: [{ id: 'b1', name: 'Parallel box', tasks: [task] }] }];
    expect((await save(schemaId, 1, { ...empty, lanes })).status).toBe(204);
    const saved = await workflow(schemaId);
    expect(saved.revisionRegistry['1'].lanes[0]).toMatchObject({
      name: 'Lane1',
      parallelBoxes: [{ tasks: [{ name: 'Lambda1', lambdaId }] }],
    });
    expect(saved.atmLambdas).toEqual([lambdaId]);
    expect(await zone.get(owner, `/atm_lambdas/${lambdaId}/atm_workflow_schemas`)).toEqual({ atm_workflow_schemas: [schemaId] });
  });

  test('S87, S88 a task is renamed, and removed; then nothing uses its lambda', async () => {
    const schemaId = await upload('echo');
    const [lambdaId] = await lambdas();
    const revision = (await workflow(schemaId)).revisionRegistry['2'];
    revision.lanes[0].parallelBoxes[0].tasks[0].name = 'Task2';
    expect((await save(schemaId, 2, revision)).status).toBe(204);
    expect((await workflow(schemaId)).revisionRegistry['2']).toEqual(revision);
    revision.lanes[0].parallelBoxes[0].tasks = [];
    expect((await save(schemaId, 2, revision)).status).toBe(204);
    expect(await workflow(schemaId)).toMatchObject({ revisionRegistry: { 2: revision }, atmLambdas: [] });
    expect(await lambdas()).toEqual([lambdaId]);
  });

  test('S89 a removed workflow is gone; its lambda stays', async () => {
    const schemaId = await upload('echo');
    expect((await zone.ask(owner, 'DELETE', `/atm_workflow_schemas/${schemaId}`)).status).toBe(204);
    expect(await workflows()).toEqual([]);
    expect((await zone.ask(owner, 'GET', `/atm_workflow_schemas/${schemaId}`)).status).toBe(404);
    expect(await lambdas()).toHaveLength(1);
  });

  test('S90 changed details leave the revisions alone', async () => {
    const schemaId = await upload('echo');
    const before = await workflow(schemaId);
    expect((await zone.ask(owner, 'PATCH', `/atm_workflow_schemas/${schemaId}`, { name: 'WorkflowRenamed' })).status).toBe(204);
    expect(await workflow(schemaId)).toEqual({ ...before, name: 'WorkflowRenamed' });
  });

  test('S91 the downloaded revision is what was uploaded, and goes up again', async () => {
    const schemaId = await upload('echo');
    const dump = await dumpOf(`/atm_workflow_schemas/${schemaId}`, 2);
    const source: any = scenarioDump('echo');
    expect(dump).toMatchObject({ schemaFormatVersion: 3, originalAtmWorkflowSchemaId: schemaId, name: 'echo', summary: source.summary });
    const [task] = unwrapped(dump.revision.atmWorkflowSchemaRevision).lanes[0].parallelBoxes[0].tasks;
    const [sourceId] = Object.keys(source.revision.supplementaryAtmLambdas);
    // The rest of it, record by record, is in dumps-round-trip.test.ts.
    expect(JSON.parse(JSON.stringify(dump.revision).replaceAll(task.lambdaId, sourceId!))).toMatchObject(source.revision);
    const again = await zone.make(owner, '/atm_workflow_schemas', { ...dump, atmInventoryId: inventory1 });
    expect((await workflow(again)).revisionRegistry).toEqual((await workflow(schemaId)).revisionRegistry);
  });

  test('S92, S93 a revision redesigned from the second is the third; the second goes', async () => {
    const schemaId = await upload('echo');
    const second = (await workflow(schemaId)).revisionRegistry['2'];
    const third = { ...second, description: 'Revision1', state: 'draft' };
    expect((await save(schemaId, 3, third)).status).toBe(204);
    expect((await workflow(schemaId)).revisionRegistry).toEqual({ 2: second, 3: third });
    expect((await zone.ask(owner, 'DELETE', `/atm_workflow_schemas/${schemaId}/revision/2`)).status).toBe(204);
    expect((await workflow(schemaId)).revisionRegistry).toEqual({ 3: third });
    expect((await zone.ask(owner, 'DELETE', `/atm_workflow_schemas/${schemaId}/revision/2`)).status).toBe(404);
  });

  test('S94 a duplicate in another inventory has the same lambda, linked there too', async () => {
    const schemaId = await upload('echo');
    const inventory2 = await zone.inventory(owner, 'inventory2');
    const dump = await dumpOf(`/atm_workflow_schemas/${schemaId}`, 2);
    const copy = await zone.make(owner, '/atm_workflow_schemas', { ...dump, atmInventoryId: inventory2 });
    expect(await workflow(copy)).toMatchObject({ name: 'echo', atmInventoryId: inventory2, originalAtmWorkflowSchemaId: schemaId });
    expect((await workflow(copy)).revisionRegistry).toEqual((await workflow(schemaId)).revisionRegistry);
    expect(await workflows()).toEqual([schemaId]);
    const [lambdaId] = await lambdas();
    expect(await lambdas(inventory2)).toEqual([lambdaId]);
    const holders = await zone.get(owner, `/atm_lambdas/${lambdaId}/atm_inventories`);
    expect(holders.atm_inventories.toSorted()).toEqual([inventory1, inventory2].toSorted());
  });

  test('S95 merging into the workflow that there is replaces its revision; no second workflow appears', async () => {
    const schemaId = await upload('echo');
    const before = await workflow(schemaId);
    const changed = { ...before.revisionRegistry['2'], description: 'changed since' };
    await save(schemaId, 2, changed);
    const { revision } = scenarioDump('echo');
    expect((await zone.ask(owner, 'PATCH', `/atm_workflow_schemas/${schemaId}`, { revision })).status).toBe(204);
    expect(await workflow(schemaId)).toEqual(before);
    expect([await workflows(), (await lambdas()).length]).toEqual([[schemaId], 1]);
  });

  test('S96 a lambda that a workflow of the inventory uses cannot be unlinked from it', async () => {
    const [first, second] = [await upload('echo'), await upload('echo')];
    const [lambdaId] = await lambdas();
    const unlink = async (): Promise<Answer> => await zone.ask(owner, 'DELETE', `/atm_lambdas/${lambdaId}/atm_inventories/${inventory1}`);
    const details = { atmWorkflowSchemas: [first, second].toSorted() };
    expect(await unlink()).toMatchObject({ status: 403, id: 'atmLambdaInUse', details });
    for (const schemaId of [first, second]) await zone.change(owner, 'DELETE', `/atm_workflow_schemas/${schemaId}`);
    expect((await unlink()).status).toBe(204);
    expect((await zone.ask(owner, 'GET', `/atm_lambdas/${lambdaId}`)).status).toBe(404);
  });

  test('S97 bagit-uploader brings seven lambdas; uploaded as a new workflow it uses the same', async () => {
    const first = await upload('bagit-uploader');
    const seven = await lambdas();
    expect(seven).toHaveLength(7);
    const second = await upload('bagit-uploader');
    expect((await workflows()).toSorted()).toEqual([first, second].toSorted());
    expect((await lambdas()).toSorted()).toEqual(seven.toSorted());
    expect((await workflow(second)).revisionRegistry).toEqual((await workflow(first)).revisionRegistry);
  });

  test.each([
    ['broken JSON', '{"atmInventoryId": "x", "name": ', 'malformedData', undefined],
    ['no object', '[]', 'malformedData', undefined],
    ['no revision in it', { revision: 5 }, 'badValueJSON', { key: 'revision' }],
    [
      'a revision that is none',
      { revision: { originalRevisionNumber: 1, atmWorkflowSchemaRevision: {} } },
      'badData',
      { key: 'atmWorkflowSchemaRevision' },
    ],
    [
      'a format that is not known',
      { ...scenarioDump('echo'), schemaFormatVersion: 4 },
      'badValueNotAllowed',
      { key: 'schemaFormatVersion', allowed: [2, 3] },
    ],
  ])('S100 an upload of %s is refused, and leaves nothing', async (_title, document, id, details) => {
    const body = typeof document === 'string' ? document : { atmInventoryId: inventory1, name: 'broken', ...document };
    const answer = await zone.ask(owner, 'POST', '/atm_workflow_schemas', body);
    expect([answer.status, answer.id]).toEqual([400, id]);
    if (details !== undefined) expect(answer.details).toMatchObject(details);
    expect([await workflows(), await lambdas()]).toEqual([[], []]);
  });
});

const ownWorkflows = join(import.meta.dirname, 'workflows');
const names = [referenceWorkflows, ownWorkflows].flatMap((folder) => readdirSync(folder)).map((file) => file.replace(/\.json$/, ''));
const dumps = names.flatMap((name) => {
  const { supplementaryAtmLambdas } = scenarioDump(name).revision as {
    readonly supplementaryAtmLambdas: Record<string, Record<string, any>>;
  };
  return Object.values(supplementaryAtmLambdas).flatMap((revisions) => Object.values(revisions).map((dump) => [name, dump] as const));
});
const lambdaName = (dump: any): string => unwrapped(dump.revision.atmLambdaRevision).name;

test.each(dumps.map(([name, dump]) => [lambdaName(dump), name, dump] as const))(
  'S98 the lambda %s of %s is downloaded as it was uploaded, and removed',
  async (_lambda, _workflow, dump) => {
    const lambdaId = await zone.make(owner, '/atm_lambdas', { ...dump, atmInventoryId: inventory1 });
    const number: number = dump.revision.originalRevisionNumber;
    const { checksum: _checksum, ...written } = unwrapped(dump.revision.atmLambdaRevision);
    const downloaded = await dumpOf(`/atm_lambdas/${lambdaId}`, number);
    expect(downloaded).toEqual({
      schemaFormatVersion: 3,
      originalAtmLambdaId: lambdaId,
      revision: { schemaFormatVersion: 3, originalRevisionNumber: number, atmLambdaRevision: persistedLambda(plainLambda(written)) },
    });
    expect((await zone.ask(owner, 'DELETE', `/atm_lambdas/${lambdaId}/atm_inventories/${inventory1}`)).status).toBe(204);
    expect(await lambdas()).toEqual([]);
    expect((await zone.ask(owner, 'GET', `/atm_lambdas/${lambdaId}`)).status).toBe(404);
  },
);

test('S99 every workflow is run or uploaded by some scenario', () => {
  const scenarios = readdirSync(import.meta.dirname).filter((file) => /^scenarios-.*\.test\.ts$/.test(file));
  const text = scenarios.map((file) => readFileSync(join(import.meta.dirname, file), 'utf8')).join('\n');
  expect(names.filter((name) => !text.includes(`'${name}'`))).toEqual([]);
});
