/** `laneway group`, `laneway inventory` and the members of spaces, against a server with a real registry. */
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
  await world.space(owner, 'photos');
  url = await world.app.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => await world.close());

async function as(person: Person, ...args: readonly string[]): Promise<string> {
  const out = new PassThrough();
  const printed = text(out);
  try {
    const terminal = { out, err: new PassThrough(), interactive: false, color: false, env: {} };
    await buildProgram(terminal, '1.2.3').parseAsync([...args, '--server', url, '--token', person.token], { from: 'user' });
  } finally {
    out.end();
  }
  return (await printed).trim();
}
const laneway = async (...args: readonly string[]): Promise<string> => await as(owner, ...args);

test('a group is made in a space, listed there, taken out and forgotten', async () => {
  const groupId = await laneway('group', 'create', 'curators', '--space', 'photos', '--type', 'unit');
  expect(await laneway('group', 'list', '--space', 'photos')).toMatch(new RegExp(`curators.*${groupId}.*unit`));
  await laneway('group', 'remove', groupId, 'photos');
  expect(await laneway('group', 'list', '--space', 'photos')).not.toContain(groupId);
  await laneway('group', 'add', groupId, 'photos');
  expect(JSON.parse(await laneway('group', 'list', '--space', 'photos', '--json'))).toEqual([{ groupId, name: 'curators', type: 'unit' }]);
  await laneway('group', 'delete', groupId);
  expect(await laneway('group', 'list', '--json')).toBe('[]');
});

test('a group that may not be added where it was to be is not made', async () => {
  await expect(laneway('group', 'create', 'curators', '--inventory', 'none')).rejects.toThrow();
  expect(await laneway('group', 'list', '--json')).toBe('[]');
  await expect(laneway('group', 'create', 'curators', '--inventory', 'none', '--space', 'photos')).rejects.toThrow('either');
});

test('users and groups go into groups, and come with them into spaces and inventories', async () => {
  const ada = await world.person('Ada');
  const inventoryId = await laneway('inventory', 'create', 'workflows');
  const [outer, inner] = [await laneway('group', 'create', 'outer'), await laneway('group', 'create', 'inner')];
  await laneway('group', 'nest', outer, inner);
  await as(world.admin, 'group', 'add-user', inner, ada.id, '--privileges', 'group_view,group_update');
  await laneway('group', 'add', outer, 'photos', '--privileges', 'space_view');
  await laneway('group', 'add', outer, '--inventory', inventoryId);

  const shown = JSON.parse(await as(ada, 'group', 'show', inner, '--json'));
  expect(shown).toMatchObject({ groupId: inner, name: 'inner', type: 'team' });
  expect(shown.members).toContainEqual({ type: 'user', id: ada.id, name: 'Ada', privileges: ['group_update', 'group_view'] });
  // What the leader may do is not for every member to see.
  expect(shown.members).toContainEqual({ type: 'user', id: owner.id, name: 'Owner', privileges: null });
  expect(await laneway('group', 'show', outer)).toMatch(new RegExp(`^outer \\(team\\)\n[^]*inner .*group .*${inner}.*member`));
  expect(await laneway('group', 'show', outer, '--effective')).toMatch(new RegExp(`Ada .*user .*${ada.id}`));

  expect(JSON.parse(await laneway('space', 'members', 'photos', '--json')).map((one: { id: string }) => one.id)).toEqual([owner.id, outer]);
  expect(await laneway('space', 'members', 'photos', '--effective')).toMatch(new RegExp(`Ada .*${ada.id}.*view`));
  expect(await laneway('inventory', 'members', inventoryId, '--effective')).toMatch(new RegExp(`Ada .*${ada.id}.*member`));
  expect(JSON.parse(await as(ada, 'inventory', 'list', '--json'))).toEqual([{ inventoryId, name: 'workflows' }]);
  expect(await as(ada, 'space', 'list')).toContain('photos');

  await laneway('group', 'remove-user', inner, ada.id);
  expect(await as(ada, 'inventory', 'list', '--json')).toBe('[]');
  await laneway('group', 'unnest', outer, inner);
  await laneway('group', 'remove', outer, '--inventory', inventoryId);
  expect(JSON.parse(await laneway('inventory', 'members', inventoryId, '--json'))).toHaveLength(1);
});

test('an administrator lists users', async () => {
  await world.registry.setBlocked(owner.id, true);
  expect(await as(world.admin, 'user', 'list')).toMatch(new RegExp(`Owner .*${owner.id} .*blocked`));
  expect(JSON.parse(await as(world.admin, 'user', 'list', '--json'))).toHaveLength(2);
});
