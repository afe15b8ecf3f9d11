/** What is wrong with a body that makes or changes a lambda or a workflow schema is named, and changes nothing. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readReference } from '../../../test/support/reference.ts';
import { newWorld, workflowRevision, lambdaRevision, type Person, type World } from './support/world.ts';

const oz = '/api/v3/onezone';
const schemas = `${oz}/atm_workflow_schemas`;
const lambdas = `${oz}/atm_lambdas`;

let world: World;
let owner: Person;
let inventoryId: string;
let schema: string;
let lambda: string;

const revision = { originalRevisionNumber: 1, atmWorkflowSchemaRevision: workflowRevision([]) };
const lambdaBody = { originalRevisionNumber: 1, atmLambdaRevision: lambdaRevision() };
const location = (answer: { readonly headers: Readonly<Record<string, unknown>> }): string =>
  new URL(String(answer.headers['location'])).pathname;

beforeEach(async () => {
  world = await newWorld();
  owner = await world.person('Owner');
  inventoryId = await world.inventory(owner);
  schema = location(await world.post(schemas, owner, { atmInventoryId: inventoryId, name: 'flow', summary: 'first', revision }));
  lambda = location(await world.post(lambdas, owner, { atmInventoryId: inventoryId, revision: lambdaBody }));
});

afterEach(async () => {
  await world.close();
});

type Case = readonly [what: string, body: Readonly<Record<string, unknown>>, id: string, details: Readonly<Record<string, unknown>>];

async function refused(method: string, url: string, [what, body, id, details]: Case): Promise<void> {
  const before = await everything();
  const answer = await world.send(method, url, owner, body);
  expect([what, answer.status, answer.error]).toEqual([what, 400, id]);
  expect(answer.body.error.details).toMatchObject(details);
  expect(await everything()).toEqual(before);
}

async function everything(): Promise<unknown> {
  const documents = [
    schema,
    lambda,
    `${oz}/atm_inventories/${inventoryId}/atm_workflow_schemas`,
    `${oz}/atm_inventories/${inventoryId}/atm_lambdas`,
  ];
  return await Promise.all(documents.map(async (url) => (await world.get(url, owner)).body));
}

const tooLong = 'x'.repeat(201);
const numbers: readonly Case[] = [
  ['none', { originalRevisionNumber: undefined }, 'missingRequiredValue', { key: 'originalRevisionNumber' }],
  ['text', { originalRevisionNumber: 'x' }, 'badValueInteger', { key: 'originalRevisionNumber' }],
  ['zero', { originalRevisionNumber: 0 }, 'badValueTooLow', { key: 'originalRevisionNumber', limit: 1 }],
];
const formats: readonly Case[] = [
  ['unknown format', { schemaFormatVersion: 4 }, 'badValueNotAllowed', { key: 'schemaFormatVersion', allowed: [2, 3] }],
  ['format that is no number', { schemaFormatVersion: 'x' }, 'badValueInteger', { key: 'schemaFormatVersion' }],
];

describe('workflow schemas (rest §8.3, schemas §9.3)', () => {
  it('creation names the field (schemas R26, R28, R43)', async () => {
    const cases: readonly Case[] = [
      ['no name', { name: undefined }, 'missingRequiredValue', { key: 'name' }],
      ['a name that is no text', { name: 5 }, 'badValueString', { key: 'name' }],
      ['a bad name', { name: '-' }, 'badValueName', {}],
      ['a long summary', { summary: tooLong }, 'badValueTextTooLarge', { key: 'summary', limit: 200 }],
      ['a summary that is no text', { summary: [] }, 'badValueString', { key: 'summary' }],
      ['a summary that is null', { summary: null }, 'badValueString', { key: 'summary' }],
      ['an empty origin', { originalAtmWorkflowSchemaId: '' }, 'badValueEmpty', { key: 'originalAtmWorkflowSchemaId' }],
      ['a revision that is no object', { revision: 5 }, 'badValueJSON', { key: 'revision' }],
      ['a revision that is null', { revision: null }, 'badValueJSON', { key: 'revision' }],
      ['odd supplements', { revision: { ...revision, supplementaryAtmLambdas: [] } }, 'badValueJSON', { key: 'supplementaryAtmLambdas' }],
      [
        'plain content in an unknown format',
        { revision: { ...revision, schemaFormatVersion: 7 } },
        'badData',
        { key: 'atmWorkflowSchemaRevision' },
      ],
      ...formats,
      ...numbers.map(([what, body, id, details]): Case => [what, { revision: { ...revision, ...body } }, id, details]),
    ];
    const good = { atmInventoryId: inventoryId, name: 'other', revision };
    for (const [what, body, id, details] of cases) await refused('POST', schemas, [what, { ...good, ...body }, id, details]);
  });

  it('a change needs one of its keys, and a refused revision leaves name and summary as they are (schemas R44)', async () => {
    await refused('PATCH', schema, ['nothing', {}, 'missingAtLeastOneValue', { keys: ['name', 'revision', 'summary'] }]);
    await refused('PATCH', schema, ['no summary', { name: 'other', summary: null }, 'badValueString', { key: 'summary' }]);
    const broken = { ...revision, atmWorkflowSchemaRevision: {} };
    await refused('PATCH', schema, [
      'a broken revision',
      { name: 'other', revision: broken },
      'badData',
      { key: 'atmWorkflowSchemaRevision' },
    ]);
    expect(
      (await world.send('PATCH', schema, owner, { name: 'other', summary: '', revision: { ...revision, originalRevisionNumber: 3 } }))
        .status,
    ).toBe(204);
    const { body } = await world.get(schema, owner);
    expect([body.name, body.summary, Object.keys(body.revisionRegistry)]).toEqual(['other', '', ['1', '3']]);
  });

  it('the number in the path wins, auto takes that of the body, anything else is refused before the body (schemas R40, rest R120)', async () => {
    for (const odd of ['x', '0', '-1', '1.5'])
      await refused('PUT', `${schema}/revision/${odd}`, [odd, {}, 'badData', { key: 'targetRevisionNumber' }]);
    for (const [what, body, id, details] of numbers)
      await refused('PUT', `${schema}/revision/auto`, [what, { ...revision, ...body }, id, details]);
    const { originalRevisionNumber: _number, ...withoutNumber } = revision;
    expect((await world.send('PUT', `${schema}/revision/8`, owner, withoutNumber)).status).toBe(204);
    expect(Object.keys((await world.get(schema, owner)).body.revisionRegistry)).toEqual(['1', '8']);
  });
});

describe('lambdas (rest §8.2, schemas §9.2)', () => {
  it('creation names the field (schemas R38, rest R119)', async () => {
    const changed = (changes: Readonly<Record<string, unknown>>): Case[1] => ({
      revision: { ...lambdaBody, atmLambdaRevision: { ...lambdaRevision(), ...changes } },
    });
    const cases: readonly Case[] = [
      ['a revision that is no object', { revision: [] }, 'badValueJSON', { key: 'revision' }],
      ['an empty revision', { revision: { ...lambdaBody, atmLambdaRevision: {} } }, 'badData', { key: 'atmLambdaRevision' }],
      ['an empty origin', { originalAtmLambdaId: '' }, 'badValueEmpty', { key: 'originalAtmLambdaId' }],
      ['a long summary', changed({ summary: tooLong }), 'badValueTextTooLarge', { key: 'summary', limit: 200 }],
      [
        'another engine',
        changed({ operationSpec: { engine: 'userForm', userFormId: 'form' } }),
        'badValueNotAllowed',
        { key: 'operationSpec.engine', allowed: ['openfaas'] },
      ],
      ...formats,
      ...numbers.map(([what, body, id, details]): Case => [what, { revision: { ...lambdaBody, ...body } }, id, details]),
    ];
    const good = { atmInventoryId: inventoryId, revision: lambdaBody };
    for (const [what, body, id, details] of cases) await refused('POST', lambdas, [what, { ...good, ...body }, id, details]);
  });

  it('a revision that is added is read like the first one (schemas R26, R38, R39)', async () => {
    const cases: readonly Case[] = [
      ['nothing', { revision: undefined }, 'missingRequiredValue', { key: 'revision' }],
      ['a revision that is no object', { revision: null }, 'badValueJSON', { key: 'revision' }],
      ['an empty revision', { revision: { ...lambdaBody, atmLambdaRevision: {} } }, 'badData', { key: 'atmLambdaRevision' }],
      ...formats,
      ...numbers.map(([what, body, id, details]): Case => [what, { revision: { ...lambdaBody, ...body } }, id, details]),
    ];
    const good = { revision: { ...lambdaBody, originalRevisionNumber: 77 } };
    for (const [what, body, id, details] of cases) await refused('PATCH', lambda, [what, { ...good, ...body }, id, details]);
    expect(Object.keys((await world.get(lambda, owner)).body.revisionRegistry)).not.toContain('77');
  });

  it('nothing but the state of a revision changes, and that is learnt before the need to log in (schemas R39, R41, rest R121)', async () => {
    await refused('PATCH', `${lambda}/revision/1`, ['a state that is no text', { state: 1 }, 'badValueString', { key: 'state' }]);
    await refused('PATCH', `${lambda}/revision/1`, ['no state', { summary: 'new' }, 'missingRequiredValue', { key: 'state' }]);
    const allowed = ['draft', 'stable', 'deprecated'];
    await refused('PATCH', `${lambda}/revision/1`, ['an unknown state', { state: 'x' }, 'badValueNotAllowed', { key: 'state', allowed }]);
    for (const number of ['2', 'x', '01', '__proto__']) {
      expect((await world.send('PATCH', `${lambda}/revision/${number}`, null, { state: 'draft' })).status).toBe(404);
      expect((await world.send('DELETE', `${schema}/revision/${number}`, null)).status).toBe(404);
    }
    expect((await world.send('PUT', `${lambda}/revision/1`, owner, lambdaBody)).error).toBe('alreadyExists');
    expect((await world.send('DELETE', lambda, owner)).error).toBe('notSupported');
  });

  it('links: twice is a conflict, one that is not there is 404 for everyone (schemas R42, rest R122)', async () => {
    const other = `${lambda}/atm_inventories/${await world.inventory(owner)}`;
    expect((await world.send('DELETE', other, null)).status).toBe(404);
    expect((await world.send('PUT', other, owner)).status).toBe(204);
    expect([(await world.send('PUT', other, owner)).status, (await world.send('PUT', other, owner)).error]).toEqual([
      409,
      'relationAlreadyExists',
    ]);
    expect((await world.send('DELETE', `${lambda}/atm_inventories/${inventoryId}`, owner)).status).toBe(204);
    expect((await world.get(lambda, owner)).status).toBe(200);
    expect((await world.send('DELETE', other, owner)).status).toBe(204);
    expect((await world.get(lambda, owner)).status).toBe(404);
  });
});

it('dumps name what they were asked for (schemas R24, R25, rest R123)', async () => {
  for (const url of [schema, lambda]) {
    await refused('POST', `${url}/dump`, ['none', {}, 'missingRequiredValue', { key: 'includeRevision' }]);
    await refused('POST', `${url}/dump`, ['text', { includeRevision: 'x' }, 'badValueInteger', { key: 'includeRevision' }]);
    await refused('POST', `${url}/dump`, ['zero', { includeRevision: 0 }, 'badValueTooLow', { key: 'includeRevision', limit: 1 }]);
    await refused('POST', `${url}/dump`, ['unknown', { includeRevision: 9 }, 'badValueIdNotFound', { key: 'includeRevision' }]);
    await refused('POST', `${url}/revision/x/dump`, ['odd', {}, 'badData', { key: 'revisionNumber' }]);
    expect((await world.post(`${url}/revision/9/dump`, owner, {})).status).toBe(404);
    expect((await world.post(`${url}/dump`, owner, { includeRevision: '1' })).body.revision.originalRevisionNumber).toBe(1);
  }
});

it('the version inside the revision decides how it is read, the outer one is only checked (schemas R27)', async () => {
  const { revision: persisted, ...outer } = readReference('workflows/echo.json') as { readonly revision: Record<string, unknown> };
  expect(persisted['schemaFormatVersion']).toBe(3);
  const { schemaFormatVersion: _version, ...bare } = persisted;
  const body = { ...outer, atmInventoryId: inventoryId, schemaFormatVersion: 3 };
  await refused('POST', schemas, ['no inner version', { ...body, revision: bare }, 'badData', { key: 'atmWorkflowSchemaRevision' }]);
  expect((await world.post(schemas, owner, { ...body, schemaFormatVersion: 2, revision: persisted })).status).toBe(201);
});

it('numbers of revisions are what their author chose, with any gaps (schemas R5)', async () => {
  for (const number of [900, 7]) expect((await world.send('PUT', `${schema}/revision/${number}`, owner, revision)).status).toBe(204);
  expect(Object.keys((await world.get(schema, owner)).body.revisionRegistry).toSorted()).toEqual(['1', '7', '900']);
  expect((await world.send('DELETE', `${schema}/revision/7`, owner)).status).toBe(204);
  expect(Object.keys((await world.get(schema, owner)).body.revisionRegistry).toSorted()).toEqual(['1', '900']);
});

it('ids of lanes, boxes and stores are any texts of their author, and come out as they went in (rest R17)', async () => {
  const odd = 'ż ✎ "id"/1';
  const store = {
    id: odd,
    name: 'in',
    description: '',
    type: 'range',
    config: {},
    requiresInitialContent: true,
    defaultInitialContent: null,
  };
  const iterator = { storeSchemaId: odd, maxBatchSize: 1 };
  const lane = { id: odd, name: 'lane', parallelBoxes: [{ id: odd, name: 'box', tasks: [] }], storeIteratorSpec: iterator, maxRetries: 0 };
  const written = { ...workflowRevision([]), stores: [store], lanes: [lane] };
  const put = await world.send('PUT', `${schema}/revision/2`, owner, { ...revision, atmWorkflowSchemaRevision: written });
  expect(put.status).toBe(204);
  const { stores, lanes } = (await world.get(schema, owner)).body.revisionRegistry['2'];
  expect([stores[0].id, lanes[0].id, lanes[0].parallelBoxes[0].id, lanes[0].storeIteratorSpec.storeSchemaId]).toEqual([odd, odd, odd, odd]);
});

it('a schema without a revision is empty; one whose first revision is refused is not made (rest R129a)', async () => {
  const all = async (): Promise<readonly string[]> =>
    (await world.get(`${oz}/atm_inventories/${inventoryId}/atm_workflow_schemas`, owner)).body.atm_workflow_schemas;
  const empty = location(await world.post(schemas, owner, { atmInventoryId: inventoryId, name: 'empty' }));
  expect((await world.get(empty, owner)).body.revisionRegistry).toEqual({});
  const before = await all();
  const broken = { ...revision, atmWorkflowSchemaRevision: { ...workflowRevision([]), lanes: 'none' } };
  expect((await world.post(schemas, owner, { atmInventoryId: inventoryId, name: 'broken', revision: broken })).status).toBe(400);
  expect(await all()).toEqual(before);
});

it('queries are no parameters here, and what was made is told by its location alone (rest R104, R105)', async () => {
  const answer = await world.post(`${oz}/user/atm_inventories?name=queried`, owner, {});
  expect(answer.body.error.details).toEqual({ key: 'name' });
  const made = await world.post(`${oz}/user/atm_inventories?name=queried`, owner, { name: 'given' });
  expect([made.status, made.text]).toEqual([201, '']);
  expect((await world.get(location(made), owner)).body.name).toBe('given');
});
