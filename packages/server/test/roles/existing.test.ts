/**
 * Every operation of Onezone about things that exist, asked by a guest and by a user who is in nothing and may do nothing: neither gets
 * in, and what they try changes nothing (rest §8, R103).
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { zonePrivileges } from '@laneway/engine';
import type { Route } from '../../src/http/route.ts';
import { oz } from '../support/relations.ts';
import { describedRoutes } from '../support/seen.ts';
import { newWorld, type Person, type World } from '../support/world.ts';
import { newExistingScene, pathOn, type ExistingScene } from './existing-scene.ts';

/** They are not supported, whoever asks. */
const never = ['remove_atm_lambda', 'unsupported_post_space_support_token'];
const routes = describedRoutes.filter(
  ({ prefix, path, operationId }) => prefix === oz && path.includes('{') && !never.includes(operationId),
);
/** Every user may ask whether a token is revoked (rest §8.8). */
const forAll = 'get_named_token_status';
const titled = routes.map((route) => [`${route.method} ${route.path}`, route] as const);

describe('things that exist', () => {
  let world: World;
  let scene: ExistingScene;
  let nobody: Person;
  let admin: Person;

  beforeAll(async () => {
    world = await newWorld();
    scene = await newExistingScene(world);
    nobody = await world.person('Nobody');
    admin = await world.person('Administrator', zonePrivileges.admin);
    await world.post(`${oz}/providers/${world.deps.providerId}/tokens/named`, world.admin, { name: 'known' });
  });
  afterAll(async () => await world.close());

  async function ask({ method, path }: Route, as: Person | null): Promise<string> {
    const url = pathOn(scene, path, world.deps.providerId);
    const payload = method === 'GET' || method === 'DELETE' ? {} : { payload: '{}', headers: { 'content-type': 'application/json' } };
    const answer = await world.request(method, oz + url, { as, ...payload });
    return `${answer.status} ${answer.error ?? ''}`.trim();
  }

  it.each(titled)('%s: a guest is asked to log in', async (_title, route) => {
    expect(await ask(route, null)).toBe('401 unauthorized');
  });

  it.each(titled.filter(([, { operationId }]) => operationId !== forAll))(
    '%s: who is in nothing is refused, or does not see it',
    async (_title, route) => {
      expect(await ask(route, nobody)).toMatch(/^(403 forbidden|404 notFound)$/);
    },
  );

  it.each(titled.filter(([, { method, path }]) => method === 'GET' && !path.startsWith('/user/')))(
    '%s: an administrator sees it',
    async (_title, route) => {
      expect(await ask(route, admin)).toBe('200');
    },
  );

  it.each(titled.filter(([, { method, path }]) => method === 'GET' && path.startsWith('/user/') && !path.includes('client_tokens')))(
    '%s: whose it is sees it',
    async (_title, route) => {
      expect(await ask(route, scene.user)).toBe('200');
    },
  );
});
