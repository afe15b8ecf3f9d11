/** `laneway user`, invitations and `laneway join` against a server with a real registry. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newWorld, type Person, type World } from '../../server/test/support/world.ts';
import { describeFailure } from '../src/failure.ts';
import { runCommand } from './support/command-line.ts';

let world: World;
let owner: Person;
let ada: Person;
let url: string;

beforeEach(async () => {
  world = await newWorld();
  owner = await world.person('Owner');
  ada = await world.person('Ada');
  url = await world.app.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => await world.close());

const as = async (person: Person, ...args: readonly string[]): Promise<string> => await runCommand(url, person, args);

describe('an invitation', () => {
  test.each([
    ['inventory:shared', ['inventory', 'create', 'shared'], ['inventory', 'list']],
    ['group:shared', ['group', 'create', 'shared'], ['group', 'list']],
  ])('to %s is for one who joins with it, with the privileges that it gives (rest R110)', async (place, create, list) => {
    const id = await as(owner, ...create);
    const token = await as(owner, 'token', 'create', 'come in', '--invite', place, '--privileges', 'view');
    expect(await as(ada, 'join', token)).toBe(id);
    expect(await as(ada, ...list)).toContain('shared');
    const option = `--${place.slice(0, place.indexOf(':'))}`;
    expect(await as(ada, 'privileges', 'show', 'me', option, 'shared')).toMatch(/^\w+_view$/);
    await expect(as(ada, 'join', token)).rejects.toMatchObject({ hint: 'there is nothing to do' });
  });

  test('of a group is used by who leads it (rest R110, R115)', async () => {
    await world.space(owner, 'photos');
    const token = await as(owner, 'token', 'create', 'come in', '--invite', 'photos', '--groups');
    await as(ada, 'group', 'create', 'curators');
    await expect(as(ada, 'join', token)).rejects.toMatchObject({ hint: 'name the one that joins with --as-group' });
    await as(ada, 'join', token, '--as-group', 'curators');
    expect(await as(ada, 'space', 'list')).toContain('photos');
    await expect(as(owner, 'token', 'create', 'x', '--invite', 'group:nobody')).rejects.toThrow('there is no group "nobody"');
  });

  test('is not what every token is', async () => {
    await expect(as(ada, 'join', ada.token)).rejects.toThrow('the token does not invite');
    await expect(as(ada, 'token', 'create', 'x', '--uses', '1')).rejects.toThrow('are for invitations');
  });
});

describe('a token', () => {
  test('is shown without its text, renamed, verified by its text, and asked for by others (rest R133)', async () => {
    const text = await as(ada, 'token', 'create', 'backup');
    const shown = JSON.parse(await as(ada, 'token', 'show', 'backup'));
    expect(shown).toMatchObject({ name: 'backup', revoked: false });
    expect(JSON.stringify(shown)).not.toContain(text);
    expect(await as(ada, 'token', 'show', 'backup', '--text')).toBe(text);
    expect(await as(owner, 'token', 'verify', text)).toMatch(new RegExp(`of: +user ${ada.id}`));
    await as(ada, 'token', 'edit', 'backup', '--name', 'nightly');
    await as(ada, 'token', 'revoke', 'nightly');
    expect(await as(owner, 'token', 'status', shown.id)).toBe('revoked');
    await expect(as(owner, 'token', 'verify', text)).rejects.toMatchObject({ error: { id: 'tokenRevoked' } });
    await expect(as(ada, 'token', 'delete', 'backup')).rejects.toMatchObject({ hint: 'see "laneway token list"' });
  });

  test('of a user is made and listed by administrators, not by others', async () => {
    const text = await as(world.admin, 'token', 'create', 'for her', '--user', 'Ada');
    expect(await as({ id: '', token: text }, 'user', 'show')).toMatch(/^name: +Ada/);
    expect(await as(world.admin, 'token', 'list', '--user', 'Ada')).toContain('for her');
    await expect(as(owner, 'token', 'create', 'x', '--user', ada.id)).rejects.toMatchObject({ status: 403 });
    await as(world.admin, 'token', 'delete-all', '--user', 'Ada');
    expect(await as(world.admin, 'token', 'list', '--user', 'Ada', '--json')).toBe('[]');
  });
});

describe('a refusal', () => {
  test('tells what to do next', async () => {
    await world.space(owner, 'photos');
    const hintOf = async (person: Person, ...args: readonly string[]): Promise<string> =>
      describeFailure(await as(person, ...args).catch((error: unknown) => error), {});
    expect(await hintOf(owner, 'space', 'leave', 'photos')).toContain('hint: make somebody else an owner first');
    expect(await hintOf(ada, 'user', 'list')).toContain('hint: the token is valid, but its user lacks the privilege');
    await as(ada, 'token', 'create', 'twice');
    expect(await hintOf(ada, 'token', 'create', 'twice')).toContain('hint: choose another name');
  });
});

describe('a user', () => {
  test('renames and shows himself; administrators show, block and delete him', async () => {
    await as(ada, 'user', 'edit', '--name', 'Ada Lovelace', '--username', 'ada');
    expect(await as(ada, 'user', 'show')).toMatch(/^name: +Ada Lovelace\nusername: +ada\n/);
    await as(world.admin, 'user', 'block', 'ada');
    expect(await as(world.admin, 'user', 'show', 'ada')).toMatch(/access: +blocked/);
    await expect(as(ada, 'user', 'show')).rejects.toMatchObject({ status: 401 });
    await as(world.admin, 'user', 'unblock', 'Ada Lovelace');
    await as(world.admin, 'user', 'delete', 'ada');
    expect(await as(world.admin, 'user', 'list')).not.toContain('Lovelace');
    await expect(as(owner, 'user', 'edit')).rejects.toThrow('nothing to change');
  });

  test('deletes himself', async () => {
    await as(ada, 'user', 'delete', 'me');
    expect(await as(world.admin, 'user', 'list')).not.toContain(ada.id);
  });

  test('of a name that two have is named by an id', async () => {
    await world.person('Ada');
    await expect(as(world.admin, 'user', 'block', 'Ada')).rejects.toMatchObject({ message: '2 users are called "Ada"' });
  });
});
