/**
 * Every operation of Onezone with a body, asked by an administrator of everything with bodies in which one field is odd: whatever is
 * wrong is told with an error that the API description lists for the operation (`World.request` checks that), and never with 500
 * (rest §3, R106, R107).
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '@laneway/model';
import { openApiDocument } from '../../src/openapi/document.ts';
import { describedRoutes } from '../support/seen.ts';
import { newWorld, type World } from '../support/world.ts';
import { newExistingScene, pathOn, type ExistingScene } from './existing-scene.ts';
import { routeOf } from './operations.ts';
import { newPeople, type People } from './people.ts';
import { automation } from './table/automation.ts';
import { inventories } from './table/inventories.ts';
import type { RoleRow } from './table/role-table.ts';
import { spaces } from './table/spaces.ts';
import { usersAndTokens } from './table/users-and-tokens.ts';
import { bodyOf, parametersOf, type ZoneCall } from './zone-requests.ts';
import { ZoneScene } from './zone-scene.ts';

type Json = any;

const prefix = '/api/v3/onezone';
const document: Json = openApiDocument(describedRoutes, 'test');
const odd = ['', '-', 'x'.repeat(300), 5, -1, 0.5, true, null, [], ['nobody'], [1], {}, { nothing: 1 }, newId()];

/** Names of the fields that the description gives the body, whatever their kind. */
function fieldsOf(schema: Json): readonly string[] {
  if (schema === undefined) return [];
  if (typeof schema.$ref === 'string') return fieldsOf(document.components.schemas[schema.$ref.split('/').at(-1)!]);
  const inner = [...(schema.oneOf ?? []), ...(schema.anyOf ?? []), ...(schema.allOf ?? [])].flatMap(fieldsOf);
  return [...new Set([...Object.keys(schema.properties ?? {}), ...inner])];
}

function bodyFieldsOf(operationId: string): readonly string[] {
  const { method, path } = routeOf(operationId);
  const described = document.paths[prefix + path]?.[method.toLowerCase()];
  return fieldsOf(described?.requestBody?.content?.['application/json']?.schema);
}

const rows = [...inventories, ...automation, ...spaces, ...usersAndTokens];
const byOperation = new Map(rows.filter(({ about }) => about === '').map((row) => [row.operationId, row]));
const withBody = [...byOperation.values()].filter(({ operationId }) => bodyFieldsOf(operationId).length > 0);

describe('odd bodies', () => {
  let world: World;
  let people: People;

  beforeAll(async () => {
    world = await newWorld();
    people = await newPeople(world);
  });
  afterAll(async () => await world.close());

  /** The role that the tables let in; its request, made whole with the body given. */
  async function prepared(row: RoleRow): Promise<{ readonly body: object; readonly send: (body: unknown) => Promise<number> }> {
    const role = Object.entries(row.answers).find(([, answer]) => answer.startsWith('20'))?.[0] ?? 'admin';
    const caller = people[role as keyof People] ?? world.admin;
    const { method, path } = routeOf(row.operationId);
    const call: ZoneCall = { scene: new ZoneScene(world, people, row.needs), operationId: row.operationId, path, about: row.about, caller };
    const url = (await parametersOf(call)).reduce((text, [, value]) => text.replace(/\{\w+\}/, encodeURIComponent(value)), path);
    return {
      body: (await bodyOf(call)) ?? {},
      send: async (body) => {
        const payload = typeof body === 'string' ? body : JSON.stringify(body);
        const headers = { 'content-type': 'application/json' };
        return (await world.request(method, prefix + url, { as: caller, payload, headers })).status;
      },
    };
  }

  it('there are operations with bodies of several kinds', () => {
    expect(withBody.length).toBeGreaterThan(40);
  });

  it.each(withBody.map((row) => [row.operationId, row] as const))('%s tells what is wrong with any field', async (operationId, row) => {
    const statuses = new Set<number>();
    let { body, send } = await prepared(row);
    const ask = async (what: unknown): Promise<void> => {
      const status = await send(what);
      statuses.add(status);
      expect([what, status < 500]).toEqual([what, true]);
      // What it was asked about may be another one now.
      if (status < 300) ({ body, send } = await prepared(row));
    };
    for (const text of ['[]', '{', '"text"']) await ask(text);
    await ask({});
    for (const field of bodyFieldsOf(operationId)) {
      for (const value of odd) await ask({ ...body, [field]: value });
      await ask(Object.fromEntries(Object.entries(body).filter(([name]) => name !== field)));
    }
    expect(statuses).toContain(400);
  });
});

/** Those that the tables do not have: they are asked about things that exist, by an administrator. */
const others = describedRoutes.filter(
  ({ prefix: place, operationId }) => place === prefix && !byOperation.has(operationId) && bodyFieldsOf(operationId).length > 0,
);

describe('odd bodies of other operations', () => {
  let world: World;
  let scene: ExistingScene;

  beforeAll(async () => {
    world = await newWorld();
    scene = await newExistingScene(world);
  });
  afterAll(async () => await world.close());

  it('there are some', () => {
    expect(others.length).toBeGreaterThan(10);
  });

  it.each(others.map((route) => [route.operationId, route] as const))(
    '%s tells what is wrong with any field',
    async (operationId, route) => {
      const url = prefix + pathOn(scene, route.path, world.deps.providerId);
      const headers = { 'content-type': 'application/json' };
      const ask = async (what: unknown): Promise<number> => {
        const payload = typeof what === 'string' ? what : JSON.stringify(what);
        const { status } = await world.request(route.method, url, { as: world.admin, payload, headers });
        expect([what, status < 500]).toEqual([what, true]);
        return status;
      };
      const statuses = [await ask('{'), await ask({})];
      const named = bodyFieldsOf(operationId).includes('name') ? { name: newId() } : {};
      for (const field of bodyFieldsOf(operationId)) for (const value of odd) statuses.push(await ask({ ...named, [field]: value }));
      expect(statuses).toContain(400);
    },
  );
});
