/**
 * Every operation of Onezone about things that do not exist, and those about nothing in particular: what a guest, a user without any
 * privilege and an administrator of everything learn (rest §1.2, R103).
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '@laneway/model';
import { zonePrivileges } from '@laneway/engine';
import type { Route } from '../../src/http/route.ts';
import { describedRoutes } from '../support/seen.ts';
import { newWorld, type Person, type World } from '../support/world.ts';

const prefix = '/api/v3/onezone';
const zone = describedRoutes.filter((route) => route.prefix === prefix);
const aboutThings = zone.filter(({ path }) => path.includes('{'));
/** Whoever holds the token, and whoever comes, may ask these. */
const open = new Set(['login', 'privileges', 'providers', 'lambdas'].map((word) => `/${word}`));

describe('operations of Onezone', () => {
  let world: World;
  let nobody: Person;
  let admin: Person;

  beforeAll(async () => {
    world = await newWorld();
    nobody = await world.person('Nobody');
    admin = await world.person('Administrator', zonePrivileges.admin);
  });
  afterAll(async () => await world.close());

  async function ask({ method, path }: Route, as: Person | null): Promise<string> {
    const url = prefix + path.replaceAll(/\{…?\w+\}/g, () => newId());
    const answer = await world.request(method, url, { as, ...(method === 'GET' || method === 'DELETE' ? {} : empty) });
    return `${answer.status} ${answer.error ?? ''}`.trim();
  }
  const empty = { payload: '{}', headers: { 'content-type': 'application/json' } };

  it.each(aboutThings.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s: what is not there is not found, whoever asks, or nobody may ask (rest R103)',
    async (_title, route) => {
      const answers = [await ask(route, null), await ask(route, nobody), await ask(route, admin)];
      for (const answer of answers) expect(answer).toMatch(/^(404 notFound|401 unauthorized|403 forbidden|400 \w+)$/);
      // Whether a thing is there is told before anything about who asks, where it is told at all.
      if (answers[0] === '404 notFound') expect(answers[1]).toBe('404 notFound');
      expect(answers[0]).not.toMatch(/^403/);
    },
  );

  it.each(zone.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s: a token that is none is refused before anything is looked at (rest R21)',
    async (_title, route) => {
      expect(await ask(route, { id: '', token: 'none' })).toBe('401 unauthorized');
    },
  );

  it.each(
    zone
      .filter(({ path }) => !path.includes('{') && ![...open].some((start) => path.startsWith(start)))
      .map((route) => [`${route.method} ${route.path}`, route] as const),
  )('%s: a guest has to log in, and is told nothing else', async (_title, route) => {
    const answer = await ask(route, null);
    expect(answer).toMatch(/^(401 unauthorized|200|400 \w+|204)$/);
    // What anybody may see is the same for all.
    if (answer === '200') expect(await ask(route, nobody)).toBe('200');
  });
});
