/** What is wrong deep in a revision and has an error of its own, told wherever the revision is given; nothing of it is kept (schemas R38). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idOf, oz } from '../support/relations.ts';
import { lambdaRevision, newWorld, workflowRevision, type Person, type World } from '../support/world.ts';

let world: World;
let owner: Person;
let inventory: string;
let lambda: string;
let schema: string;

const lambdaDump = (changes: object = {}): object => ({
  originalRevisionNumber: 2,
  atmLambdaRevision: lambdaRevision('echo', changes),
});
const schemaDump = (changes: object = {}): object => ({
  originalRevisionNumber: 2,
  atmWorkflowSchemaRevision: { ...workflowRevision([]), ...changes },
});

beforeAll(async () => {
  world = await newWorld();
  owner = await world.person('Owner');
  inventory = await world.inventory(owner);
  lambda = idOf(await world.post(`${oz}/atm_lambdas`, owner, { atmInventoryId: inventory, revision: lambdaDump() }));
  const flow = { atmInventoryId: inventory, name: 'flow', revision: schemaDump() };
  schema = idOf(await world.post(`${oz}/atm_workflow_schemas`, owner, flow));
});
afterAll(async () => await world.close());

type Inserts = readonly (readonly [operation: string, send: (dump: object) => Promise<readonly unknown[]>])[];

async function send(method: string, path: string, body: object): Promise<readonly unknown[]> {
  const before = await everything();
  const answer = await world.send(method, `${oz}/${path}`, owner, body);
  expect(await everything()).toEqual(before);
  return [answer.status, answer.error, answer.body?.error.details.key];
}

async function everything(): Promise<unknown> {
  const paths = [`atm_lambdas/${lambda}`, `atm_workflow_schemas/${schema}`, `atm_inventories/${inventory}/atm_lambdas`];
  return await Promise.all(paths.map(async (path) => (await world.get(`${oz}/${path}`, owner)).body as unknown));
}

const dataSpec = { type: 'string' };
const tooLong = 'x'.repeat(100_001);

describe('of a lambda (rest R119)', () => {
  const inserts: Inserts = [
    ['create_atm_lambda', async (revision) => await send('POST', 'atm_lambdas', { atmInventoryId: inventory, revision })],
    ['modify_atm_lambda', async (revision) => await send('PATCH', `atm_lambdas/${lambda}`, { revision })],
    ['insert_atm_lambda_revision', async (dump) => await send('PUT', `atm_lambdas/${lambda}/revision/3`, dump)],
  ];
  const argument = (changes: object): object => ({
    argumentSpecs: [{ name: 'value', dataSpec, isOptional: false, defaultValue: null, ...changes }],
  });

  it.each(inserts)('%s', async (_operation, insert) => {
    for (const [changes, error, key] of [
      [{ operationSpec: { engine: 'userForm', userFormId: 'x' } }, 'badValueNotAllowed', 'operationSpec.engine'],
      [argument({ name: '-' }), 'badValueName', 'parameterSpec.name'],
      [{ resultSpecs: [{ name: '', dataSpec, relayMethod: 'returnValue' }] }, 'badValueName', 'resultSpec.name'],
      [argument({ dataSpec: { type: 'file', fileType: 'LNK', attributes: null } }), 'badValueNotAllowed', 'fileType'],
      [{ summary: tooLong.slice(0, 201) }, 'badValueTextTooLarge', 'summary'],
      [{ description: tooLong }, 'badValueTextTooLarge', 'description'],
    ] as const)
      expect(await insert(lambdaDump(changes))).toEqual([400, error, key]);
  });
});

describe('of a workflow schema (schemas R14–R16)', () => {
  const inserts: Inserts = [
    [
      'create_atm_workflow_schema',
      async (revision) => await send('POST', 'atm_workflow_schemas', { atmInventoryId: inventory, name: 'other', revision }),
    ],
    ['modify_atm_workflow_schema', async (revision) => await send('PATCH', `atm_workflow_schemas/${schema}`, { name: 'other', revision })],
    ['insert_atm_workflow_schema_revision', async (dump) => await send('PUT', `atm_workflow_schemas/${schema}/revision/3`, dump)],
  ];
  const store = (type: string, config: object): object => ({
    stores: [{ id: 's', name: 's', description: '', type, config, requiresInitialContent: false, defaultInitialContent: null }],
  });
  const series = (timeSeriesSchemas: readonly object[]): object =>
    store('timeSeries', { timeSeriesCollectionSchema: { timeSeriesSchemas } });
  const measured = { nameGeneratorType: 'exact', nameGenerator: 'size', unit: 'none' };

  it.each(inserts)('%s', async (_operation, insert) => {
    for (const [changes, error, key] of [
      [store('treeForest', { itemDataSpec: { type: 'object' } }), 'badValueNotAllowed', 'treeForestStoreConfig.dataSpec.type'],
      [series([]), 'badValueEmpty', 'timeSeriesSchemas'],
      [series([{ ...measured, metrics: {} }]), 'badValueEmpty', 'metrics'],
      [series([{ ...measured, metrics: { odd: { resolution: 7, retention: 1, aggregator: 'sum' } } }]), 'badValueNotAllowed', 'resolution'],
      [{ description: tooLong }, 'badValueTextTooLarge', 'description'],
    ] as const)
      expect(await insert(schemaDump(changes))).toEqual([400, error, key]);
  });
});
