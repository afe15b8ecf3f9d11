/** `laneway dataset` against a server with a real registry. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newWorld, type Person, type World } from '../../server/test/support/world.ts';
import { buildProgram } from '../src/program.ts';

let world: World;
let owner: Person;
let url: string;

beforeEach(async () => {
  world = await newWorld();
  owner = await world.person('Owner');
  const space = await world.deps.spaces.get(await world.space(owner, 'photos'));
  await mkdir(join(space?.path ?? '', 'july'));
  await writeFile(join(space?.path ?? '', 'july', 'one.jpg'), '');
  url = await world.app.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => await world.close());

async function laneway(...args: readonly string[]): Promise<string> {
  const out = new PassThrough();
  const printed = text(out);
  try {
    const terminal = { out, err: new PassThrough(), interactive: false, color: false, env: {} };
    await buildProgram(terminal, '1.2.3').parseAsync(
      [...args, '--server', url, ...(args.includes('--token') ? [] : ['--token', owner.token])],
      { from: 'user' },
    );
  } finally {
    out.end();
  }
  return (await printed).trim();
}

test('a directory is marked by its path, listed with what lies below it, detached and removed', async () => {
  const july = await laneway('dataset', 'create', 'photos', 'july');
  const { datasetId } = JSON.parse(await laneway('dataset', 'create', 'photos', 'july/one.jpg', '--json')) as { datasetId: string };
  expect(await laneway('dataset', 'list', 'photos')).toMatch(new RegExp(`/photos/july .*${july}.*DIR.*attached`));
  const below = JSON.parse(await laneway('dataset', 'list', '--below', july, '--json')) as { datasetId: string };
  expect(below.datasetId).toBe(datasetId);
  await laneway('dataset', 'detach', july);
  expect(await laneway('dataset', 'list', 'photos', '--state', 'detached')).toContain(july);
  await laneway('dataset', 'attach', july);
  expect(JSON.parse(await laneway('dataset', 'show', july))).toMatchObject({ state: 'attached', rootFilePath: '/photos/july' });
  await laneway('dataset', 'remove', july);
  await expect(laneway('dataset', 'show', july)).rejects.toThrow();
});

test('a path that is not there is refused by its name', async () => {
  await expect(laneway('dataset', 'create', 'photos', 'august')).rejects.toThrow('the space "photos" has no file "august"');
});

test('the audit is a table whose lines stay short, and as JSON has everything', async () => {
  await laneway('group', 'create', 'g'.repeat(128));
  const audit = async (...more: string[]) =>
    await laneway('audit', '--token', world.admin.token, '--operation', 'create_user_group', ...more);
  const table = await audit();
  expect(table).toMatch(/create_user_group .*"g{60,}…/);
  expect(table).not.toContain('g'.repeat(100));
  expect((JSON.parse(await audit('--json')) as { details: { name: string } }).details.name).toBe('g'.repeat(128));
});
