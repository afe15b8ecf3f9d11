/**
 * Every operation of Oneprovider, asked by a guest, by a user who is in nothing, and by the owner of everything: for what is there and for
 * what is not (rest §4.1).
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/support/databases.ts';
import type { Route } from '../../src/http/route.ts';
import type { Person } from '../support/world.ts';
import { routeOf } from './operations.ts';
import { op, providerRoutes, ProviderScene, type Named } from './provider-scene.ts';
import { answerText } from './table/role-table.ts';

const titled = providerRoutes.map((route) => [`${route.method} ${route.path}`, route] as const);
const ofFiles = ({ path }: Route): boolean => path.startsWith('/data/') || path.startsWith('/lookup-file-id/');
/** Every user may ask them, and learns only of what is his. */
const forAll = ['get_all_spaces', 'list_available_lambdas'];
/** Its answer goes on until the execution has ended. */
const endless = 'follow_workflow_execution';

describe('operations of Oneprovider', () => {
  let scene: ProviderScene;
  let nobody: Person;

  beforeAll(async () => {
    scene = await ProviderScene.in(databaseKinds[0]!);
    nobody = await scene.real.world.person('Nobody');
  });
  afterAll(async () => await scene.real.close());

  async function answerTo(route: Route, as: Person | null, named: Named = 'known'): Promise<string> {
    const { status, error } = await scene.ask(route, as, named);
    return answerText(status, error);
  }

  it.each(titled)('%s: a guest has to log in, whether it is there or not (rest R20)', async (_title, route) => {
    expect([await answerTo(route, null), await answerTo(route, null, 'unknown')]).toEqual(['401 unauthorized', '401 unauthorized']);
  });

  it.each(titled)('%s: a token that is none is refused before anything is looked at (rest R21)', async (_title, route) => {
    expect(await answerTo(route, { id: '', token: 'none' })).toBe('401 unauthorized');
  });

  it.each(titled.filter(([, { operationId }]) => !forAll.includes(operationId)))(
    '%s: who is in nothing is refused (rest R51)',
    async (_title, route) => {
      expect(await answerTo(route, nobody)).toBe(ofFiles(route) ? '400 posix' : '403 forbidden');
    },
  );

  it.each(titled.filter(([, { path }]) => path.includes('{')))(
    '%s: its owner learns that there is no such thing (rest R50)',
    async (_title, route) => {
      // Of spaces nobody learns whether they are there (rest R51).
      const isSpace = /^\/spaces\/[^{]*\{sid\}[^{]*$/.test(route.path);
      expect(await answerTo(route, scene.owner, 'unknown')).toBe(ofFiles(route) ? '400 posix' : isSpace ? '403 forbidden' : '404 notFound');
    },
  );

  it.each(titled.filter(([, { method, operationId }]) => method === 'GET' && operationId !== endless))(
    '%s: its owner sees it',
    async (_title, route) => {
      // The one thing that is a file is a directory.
      expect(await answerTo(route, scene.owner)).toBe(route.operationId === 'download_file_content' ? '400 posix' : '200');
    },
  );

  it('a file is found by its path, and its content is read', async () => {
    const { world } = scene.real;
    const found = await world.post(scene.url(routeOf('lookup_file_id')), scene.owner);
    const content = await world.get(`${op}/data/${found.body.fileId}/content`, scene.owner);
    expect([found.status, content.status, content.text]).toEqual([200, 200, 'text']);
  });
});
