/** `laneway space|inventory|group|privileges|join`: places by their names, who is there and what they may do. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newWorld, type Person, type World } from '../../server/test/support/world.ts';
import { runCommand, type Typed } from './support/command-line.ts';

let world: World;
let owner: Person;
let ada: Person;
let url: string;

beforeAll(async () => {
  world = await newWorld();
  owner = await world.person('Owner');
  ada = await world.person('Ada');
  await world.space(owner, 'photos');
  url = await world.app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => await world.close());

const as = async (person: Person, ...args: readonly string[]): Promise<string> => await runCommand(url, person, args);
const laneway = async (...args: readonly string[]): Promise<string> => await as(owner, ...args);
const typing = async (typed: Typed, ...args: readonly string[]): Promise<string> => await runCommand(url, owner, args, typed);
const jsonOf = async (...args: readonly string[]): Promise<any> => JSON.parse(await laneway(...args, '--json'));

describe('names', () => {
  test('stand for ids, and what is ambiguous or unknown is told with the choice', async () => {
    const made = [await laneway('inventory', 'create', 'twice'), await laneway('inventory', 'create', 'twice')];
    const [first = '', second = ''] = made.toSorted();
    await expect(laneway('inventory', 'show', 'twice')).rejects.toMatchObject({
      message: '2 inventories are called "twice"',
      hint: `name one of them by its id: ${first}, ${second}`,
    });
    expect(await jsonOf('inventory', 'show', first)).toMatchObject({ atmInventoryId: first, name: 'twice', workflows: [], lambdas: [] });
    await expect(laneway('inventory', 'show', 'once')).rejects.toMatchObject({
      message: 'there is no inventory "once"',
      hint: expect.stringContaining('laneway inventory list') as string,
    });
  });

  test('of places that an administrator is not in are found all the same, and not by others', async () => {
    expect(await as(world.admin, 'space', 'show', 'photos')).toMatch(/^name: +photos\n/);
    await expect(as(ada, 'space', 'show', 'photos')).rejects.toThrow('there is no space "photos"');
  });
});

describe('deleting', () => {
  test('asks at a terminal, and does nothing without a yes', async () => {
    await laneway('inventory', 'create', 'kept');
    for (const typed of ['n\n', '\n', '']) {
      await expect(typing({ typed }, 'inventory', 'delete', 'kept')).rejects.toMatchObject({
        message: 'nothing was changed',
        hint: 'answer with "y", or give --yes',
      });
    }
    expect(await laneway('inventory', 'list')).toContain('kept');
    await typing({ typed: 'y\n' }, 'inventory', 'delete', 'kept');
    expect(await laneway('inventory', 'list')).not.toContain('kept');
  });

  test('does not ask scripts, nor who says --yes', async () => {
    await laneway('group', 'create', 'gone');
    await laneway('group', 'delete', 'gone');
    await laneway('group', 'create', 'gone');
    await typing({ typed: '' }, 'group', 'delete', 'gone', '--yes');
    expect(await laneway('group', 'list')).not.toContain('gone');
  });
});

describe('editing', () => {
  test('changes what is named of a space and leaves the rest', async () => {
    const spaceId = await world.space(owner, 'edited');
    await laneway('space', 'edit', 'edited', '--description', 'old prints', '--tag', 'archive', '--tag', 'public');
    await laneway('space', 'edit', spaceId, '--name', 'prints');
    expect(await jsonOf('space', 'show', 'prints')).toMatchObject({ spaceId, description: 'old prints', tags: ['archive', 'public'] });
    await laneway('space', 'edit', 'prints', '--no-tags');
    expect((await jsonOf('space', 'show', 'prints')).tags).toEqual([]);
    await expect(laneway('space', 'edit', 'prints')).rejects.toThrow('nothing to change');
    await laneway('space', 'delete', 'prints');
    expect(await laneway('space', 'list')).not.toContain('prints');
  });

  test('renames groups and inventories', async () => {
    await laneway('group', 'create', 'before');
    await laneway('group', 'edit', 'before', '--name', 'after', '--type', 'unit');
    expect(await laneway('group', 'show', 'after')).toMatch(/^after \(unit\)/);
    await laneway('inventory', 'create', 'before');
    await laneway('inventory', 'edit', 'before', '--name', 'after');
    expect(await laneway('inventory', 'show', 'after')).toMatch(/^name: +after/);
    await expect(laneway('group', 'edit', 'after')).rejects.toMatchObject({ hint: 'give --name or --type' });
  });
});

describe('members', () => {
  test('come and go by their names, and it is told through what they are there (rest R112)', async () => {
    await laneway('group', 'create', 'curators');
    await as(world.admin, 'group', 'add-user', 'curators', 'Ada');
    await laneway('space', 'add-group', 'photos', 'curators', '--privileges', 'view,schedule_atm_workflow_executions');
    expect(await laneway('space', 'members', 'photos', '--effective')).toMatch(/Ada .*user .*schedule_atm_workflow_executions, view/);
    const why = await jsonOf('space', 'membership', 'photos', 'Ada');
    expect(why).toMatchObject({
      type: 'user',
      id: ada.id,
      name: 'Ada',
      privileges: ['space_schedule_atm_workflow_executions', 'space_view'],
    });
    expect(why.intermediaries).toHaveLength(1);
    expect(await laneway('space', 'membership', 'photos', 'Ada')).toMatch(/through: +the group "curators"/);
    expect(await laneway('space', 'membership', 'photos', 'group:curators')).toMatch(/through: +a membership of its own/);
    await expect(laneway('space', 'remove-user', 'photos', 'Nobody')).rejects.toThrow('there is no user among the members "Nobody"');
    await laneway('space', 'leave', 'photos', '--as-group', 'curators');
    expect(await laneway('space', 'members', 'photos', '--effective')).not.toContain('Ada');
    await laneway('group', 'remove-user', 'curators', 'Ada');
    expect(await as(ada, 'group', 'list', '--json')).toBe('[]');
  });

  test('become owners and plain members again; the last owner stays (rest R98, R130)', async () => {
    await as(world.admin, 'space', 'add-user', 'photos', 'Ada');
    await laneway('space', 'add-owner', 'photos', 'Ada');
    expect((await jsonOf('space', 'owners', 'photos')).map((one: { name: string }) => one.name).toSorted()).toEqual(['Ada', 'Owner']);
    await laneway('space', 'remove-owner', 'photos', 'Ada');
    await expect(laneway('space', 'remove-owner', 'photos', 'me')).rejects.toMatchObject({ error: { id: 'cannotRemoveLastOwner' } });
    await as(ada, 'space', 'leave', 'photos');
    expect(await as(ada, 'space', 'list', '--json')).toBe('[]');
  });

  test('that are groups are made at once, and places for a group', async () => {
    await laneway('group', 'create', 'staff');
    const inner = await laneway('group', 'create', 'juniors', '--group', 'staff');
    expect(await laneway('group', 'members', 'staff')).toMatch(new RegExp(`juniors .*group .*${inner}`));
    expect(await laneway('group', 'list', '--of-group', 'juniors')).toContain('staff');
    await laneway('inventory', 'create', 'of staff', '--for-group', 'staff');
    expect(await laneway('inventory', 'list', '--of-group', 'staff')).toContain('of staff');
    expect(await laneway('inventory', 'list', '--direct')).not.toContain('of staff');
    expect(await as(world.admin, 'inventory', 'list', '--all')).toContain('of staff');
  });
});

describe('privileges', () => {
  test('are granted, revoked, set and cleared, by sets and short names', async () => {
    await laneway('inventory', 'create', 'shared');
    await as(world.admin, 'inventory', 'add-user', 'shared', 'Ada', '--privileges', 'view');
    const held = async (): Promise<any> => await jsonOf('privileges', 'show', 'Ada', '--inventory', 'shared');
    expect(await held()).toEqual(['atm_inventory_view']);
    await laneway('privileges', 'grant', 'Ada', 'atm_inventory_update,manage_lambdas', '--inventory', 'shared');
    expect(await held()).toEqual(['atm_inventory_manage_lambdas', 'atm_inventory_update', 'atm_inventory_view']);
    await laneway('privileges', 'revoke', 'Ada', 'update', '--inventory', 'shared');
    expect(await held()).toEqual(['atm_inventory_manage_lambdas', 'atm_inventory_view']);
    await laneway('privileges', 'set', 'Ada', 'member', '--inventory', 'shared');
    const { member } = await jsonOf('privileges', 'list', '--kind', 'inventory');
    expect((await held()).toSorted()).toEqual(member.toSorted());
    await laneway('privileges', 'clear', 'Ada', '--inventory', 'shared');
    expect(await held()).toEqual([]);
  });

  test('that there are not are told with those that there are', async () => {
    await expect(laneway('privileges', 'grant', 'me', 'fly', '--space', 'photos')).rejects.toMatchObject({
      message: 'there is no privilege "fly" there',
      hint: expect.stringMatching(/^sets: .*manager.*; privileges: .*view_atm_workflow_executions/) as string,
    });
    await expect(laneway('privileges', 'show', 'me')).rejects.toThrow('name the place');
    await expect(laneway('privileges', 'show', 'me', '--space', 'photos', '--everywhere')).rejects.toThrow('name the place');
    await expect(laneway('privileges', 'show', 'me', '--space', 'photos', '--group', 'x')).rejects.toThrow('one place only');
  });

  test('over the whole server are changed by administrators', async () => {
    await as(world.admin, 'privileges', 'grant', 'Ada', 'spaces_list', '--everywhere');
    expect(await as(ada, 'privileges', 'show', 'me', '--everywhere')).toBe('oz_spaces_list');
    await as(world.admin, 'privileges', 'clear', 'Ada', '--everywhere');
    expect(await as(ada, 'privileges', 'show', 'me', '--everywhere', '--effective')).toBe('');
    expect(await laneway('privileges', 'list', '--kind', 'server')).toContain('oz_set_privileges');
  });
});
