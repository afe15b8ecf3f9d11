/**
 * Every operation of Oneprovider with a query or a body, asked by the owner of everything with requests in which one field is odd: whatever
 * is wrong is told with an error that the API description lists for the operation (`World.request` checks that), and never with 500
 * (rest R48, R56).
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/support/databases.ts';
import { openApiDocument } from '../../src/openapi/document.ts';
import type { Route } from '../../src/http/route.ts';
import { describedRoutes } from '../support/seen.ts';
import { op, providerRoutes, ProviderScene } from './provider-scene.ts';

type Json = any;

const document: Json = openApiDocument(describedRoutes, 'test');
const oddTexts = [
  '',
  '-',
  'x'.repeat(300),
  '5',
  '-1',
  '0',
  '0.5',
  'true',
  'null',
  '[1]',
  '{}',
  '{"a":["b"]}',
  'a=b',
  '99999999999999999999',
];
const oddValues = ['', '-', 'x'.repeat(300), 5, -1, 0.5, true, null, [], ['nobody'], [1], {}, { nothing: 1 }];

function described({ method, path }: Route): Json {
  return document.paths[op + path.replace('…', '')][method.toLowerCase()];
}

function queryOf(route: Route): readonly string[] {
  const parameters: readonly Json[] = described(route).parameters ?? [];
  return parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
}

/** Names of the fields of the body, whatever their kind; that of attributes has any. */
function fieldsOf(schema: Json): readonly string[] {
  if (typeof schema?.$ref === 'string') return fieldsOf(document.components.schemas[schema.$ref.split('/').at(-1)!]);
  const inner: readonly string[] = [...(schema?.oneOf ?? []), ...(schema?.anyOf ?? []), ...(schema?.allOf ?? [])].flatMap(fieldsOf);
  return [...new Set([...Object.keys(schema?.properties ?? {}), ...inner])];
}

function bodyFieldsOf(route: Route): readonly string[] {
  return fieldsOf(described(route).requestBody?.content?.['application/json']?.schema);
}

const withQuery = providerRoutes.filter((route) => queryOf(route).length > 0);
const withBody = providerRoutes.filter((route) => route.body === 'json');
const wholeQueries: Readonly<Record<string, readonly string[]>> = {
  browse_atm_store_content: [
    'type=auditLogStoreContentBrowseOptions',
    'type=listStoreContentBrowseOptions',
    'type=timeSeriesStoreContentBrowseOptions&mode=slice&layout={"a":["b"]}',
  ],
  get_atm_store_indices_by_trace_ids: ['traceIds=none'],
};

describe('odd requests', () => {
  let scene: ProviderScene;

  beforeAll(async () => {
    scene = await ProviderScene.in(databaseKinds[0]!);
  });
  afterAll(async () => await scene.real.close());

  it.each(withQuery.map((route) => [route.operationId, route] as const))('%s tells what is wrong with its query', async (_id, route) => {
    const statuses = new Set<number>();
    for (const whole of wholeQueries[route.operationId] ?? ['']) {
      for (const name of queryOf(route)) {
        const own = oddTexts.map((text) => `${name}=${encodeURIComponent(text)}`);
        for (const odd of [...own, `${name}=a&${name}=b`]) {
          const kept = whole.split('&').filter((part) => !part.startsWith(`${name}=`));
          const { status } = await scene.real.world.get(`${scene.url(route)}?${[...kept, odd].join('&')}`, scene.owner);
          statuses.add(status);
          expect([odd, status < 500]).toEqual([odd, true]);
        }
      }
    }
    expect(statuses).toContain(400);
  });

  it.each(withBody.map((route) => [route.operationId, route] as const))('%s tells what is wrong with its body', async (_id, route) => {
    const headers = { 'content-type': 'application/json' };
    const statuses = new Set<number>();
    const ask = async (body: unknown): Promise<void> => {
      const payload = typeof body === 'string' ? body : JSON.stringify(body);
      const { status } = await scene.real.world.request(route.method, scene.url(route), { as: scene.owner, payload, headers });
      statuses.add(status);
      expect([body, status < 500]).toEqual([body, true]);
    };
    const whole = scene.body(route) ?? {};
    for (const body of ['{', '[]', '"text"', {}]) await ask(body);
    for (const field of bodyFieldsOf(route)) {
      for (const value of oddValues) await ask({ ...whole, [field]: value });
      await ask(Object.fromEntries(Object.entries(whole).filter(([name]) => name !== field)));
    }
    expect(statuses).toContain(400);
  });
});
