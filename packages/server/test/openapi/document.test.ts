/** The API description: complete, consistent in itself, and served. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServerDeps } from '../../src/deps.ts';
import { schemas } from '../../src/openapi/components.ts';
import { openApiDocument } from '../../src/openapi/document.ts';
import { operations } from '../../src/openapi/operations.ts';
import { allRoutes } from '../../src/routes.ts';
import { describedApi, newWorld, type World } from '../support/world.ts';
import type { Json } from './shape.ts';

const routes = allRoutes({ registry: {} } as unknown as ServerDeps, new AbortController().signal);
/** Of what is not offered the document has what the contract has. */
const told = routes.filter((route) => route.unsupported !== true || route.operationId === 'remove_atm_lambda');
const document = openApiDocument(routes, '1.2.3') as Json;
const described = Object.entries(document['paths'] as Json).flatMap(([path, methods]) =>
  Object.entries(methods as Json).map(([method, operation]) => ({ path, method, operation: operation as Json })),
);

function references(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === '$ref' ? [String(inner)] : references(inner)));
}

describe('the document', () => {
  test('tells of every operation that is offered; a new one needs a text in packages/server/src/openapi/operations', () => {
    expect(told.map((route) => route.operationId).toSorted()).toEqual(Object.keys(operations).toSorted());
    const untold = { ...routes[0]!, operationId: 'untold' };
    expect(() => openApiDocument([...routes, untold], '1.2.3')).toThrow('tells of untold');
  });

  test('has each route once, with its id and its summary', () => {
    const expected = told;
    const found = described.map(({ operation }) => [operation['operationId'], operation['summary']]);
    expect(found.toSorted()).toEqual(expected.map((route) => [route.operationId, route.summary]).toSorted());
  });

  test('marks what the Onedata API does not have', () => {
    const marked = described
      .filter(({ operation }) => operation['x-laneway-extension'] === true)
      .map(({ operation }) => operation['operationId']);
    expect(marked.toSorted()).toEqual(
      told
        .filter((route) => route.extension === true)
        .map((route) => route.operationId)
        .toSorted(),
    );
  });

  test('has a body where the route reads one as JSON or a stream', () => {
    const without = described
      .filter(({ operation }) => operation['requestBody'] === undefined)
      .map(({ operation }) => operation['operationId']);
    const reading = told.filter((route) => route.body === 'json' || route.body === 'stream').map((route) => route.operationId);
    // The contract has no body for these: what is sent is checked to be JSON, and not looked at.
    const ignoring = [
      'link_atm_lambda',
      'dump_atm_lambda_revision',
      'dump_atm_workflow_schema_revision',
      'create_space_user_invite_token',
      'create_space_group_invite_token',
    ];
    expect(reading.filter((id) => without.includes(id) && !ignoring.includes(id))).toEqual([]);
  });

  test('describes each parameter in a path once', () => {
    const wrong = described.filter(({ path, operation }) => {
      const inPath = (operation['parameters'] ?? []).filter((one: Json) => one['in'] === 'path').map((one: Json) => `{${one['name']}}`);
      return JSON.stringify(inPath) !== JSON.stringify(path.match(/\{\w+\}/g) ?? []);
    });
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  test('refers only to schemas that are there, and has none that nothing refers to', () => {
    const known = Object.keys(schemas).map((name) => `#/components/schemas/${name}`);
    const used = new Set(references(document));
    expect([...used].filter((name) => !known.includes(name))).toEqual([]);
    // What is sent to callbacks belongs to no operation.
    expect(known.filter((name) => !used.has(name))).toEqual(['#/components/schemas/CallbackPayload']);
  });
});

describe('the body of each operation', () => {
  const named = (operation: Json): string | undefined => operation['requestBody']?.content['application/json']?.schema.$ref;
  const bodies = new Set(described.map(({ operation }) => named(operation)).filter((name) => name !== undefined));
  test.each([...bodies].map((name) => name.split('/').at(-1)!))('%s has an example, which fits', (name) => {
    const examples = (schemas[name]?.['examples'] ?? []) as readonly unknown[];
    const misfits = examples.map((example) => describedApi().misfit(name, { $ref: `api#/components/schemas/${name}` }, example));
    expect(misfits).toEqual(misfits.map(() => null));
    expect(misfits.length).toBeGreaterThan(0);
  });

  test.each([
    ['LambdaCreation', 'atm_lambdas'],
    ['WorkflowSchemaCreation', 'atm_workflow_schemas'],
  ])('the example of %s makes one', async (name, path) => {
    const world = await newWorld();
    try {
      const atmInventoryId = await world.inventory(world.admin);
      const [example] = schemas[name]!['examples'] as readonly object[];
      const made = await world.post(`/api/v3/onezone/${path}`, world.admin, { ...example, atmInventoryId });
      expect([made.status, made.error]).toEqual([201, undefined]);
    } finally {
      await world.close();
    }
  });
});

describe('GET /openapi.json', () => {
  let world: World;
  beforeAll(async () => void (world = await newWorld()));
  afterAll(async () => await world.close());

  test('is for everybody, and linked from the documentation', async () => {
    const answer = await world.get('/openapi.json', null);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    expect(answer.body).toEqual(JSON.parse(JSON.stringify(openApiDocument(routes, world.deps.version))));
    expect((await world.get('/docs', null)).text).toContain('href="/openapi.json"');
  });

  test('is not sent again to who has it', async () => {
    const { etag } = (await world.get('/openapi.json', null)).headers;
    const again = await world.request('GET', '/openapi.json', { headers: { 'if-none-match': `W/${String(etag)}, "x"` } });
    expect([again.status, again.text]).toEqual([304, '']);
    expect((await world.request('GET', '/openapi.json', { headers: { 'if-none-match': '"x"' } })).status).toBe(200);
  });
});
