/** Refusals about accounts and what they may do zone-wide that need a particular state of things (rest §8.7). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { zonePrivileges } from '@laneway/engine';
import { oz, Relations } from '../support/relations.ts';
import { newWorld, type Answer, type Person, type World } from '../support/world.ts';

let world: World;
let relations: Relations;

beforeEach(async () => {
  world = await newWorld();
  relations = new Relations(world);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await world.close();
});

const errorOf = ({ status, error }: Answer): unknown => [status, error];
const done = [204, undefined];

describe('privileges', () => {
  const held = async (path: string): Promise<readonly string[]> =>
    (await world.get(`${oz}/${path}/privileges`, world.admin)).body.privileges as readonly string[];

  it('whoever holds none gives away none, not even his own (rest §8.7)', async () => {
    const person = await world.person();
    for (const path of ['user', `users/${person.id}`, `users/${world.admin.id}`])
      expect(errorOf(await world.send('DELETE', `${oz}/${path}/privileges`, person))).toEqual([403, 'forbidden']);
    expect(await held(`users/${world.admin.id}`)).toEqual(zonePrivileges.admin);
  });

  it('nobody takes those of the last administrator', async () => {
    const other = await world.person('Other', ['oz_set_privileges']);
    const url = `${oz}/users/${world.admin.id}/privileges`;
    expect(errorOf(await world.send('PATCH', url, other, { revoke: zonePrivileges.admin }))).toEqual([403, 'forbiddenWithHint']);
    expect(errorOf(await world.send('DELETE', url, other))).toEqual([403, 'forbiddenWithHint']);
    expect(await held(`users/${world.admin.id}`)).toEqual(zonePrivileges.admin);
  });

  it('those of a group are taken all at once, and do not make its members administrators who have to stay', async () => {
    const group = await relations.group(world.admin);
    const url = `${oz}/groups/${group}/privileges`;
    expect(errorOf(await world.send('PATCH', url, world.admin, { grant: zonePrivileges.admin }))).toEqual(done);
    expect(errorOf(await world.send('DELETE', `${oz}/user/privileges`, world.admin))).toEqual([403, 'forbiddenWithHint']);
    expect(errorOf(await world.send('DELETE', url, world.admin))).toEqual(done);
    expect(await held(`groups/${group}`)).toEqual([]);
  });
});

describe('an account that goes while it is asked for something', () => {
  let person: Person;
  beforeEach(async () => {
    person = await world.person();
  });
  const go = async (): Promise<void> => {
    const { status } = await world.send('DELETE', `${oz}/users/${person.id}`, world.admin);
    if (status !== 204) throw new Error(`it did not go: ${status}`);
  };

  it('remove_current_user: it is deleted once', async () => {
    const remove = world.registry.deleteUser.bind(world.registry);
    vi.spyOn(world.registry, 'deleteUser').mockImplementationOnce(async (id) => {
      await go();
      return await remove(id);
    });
    expect(errorOf(await world.send('DELETE', `${oz}/user`, person))).toEqual([404, 'notFound']);
  });

  it('change_password: it gets no password any more', async () => {
    const { passwords } = world.registry;
    await world.send('PATCH', `${oz}/user`, person, { username: 'person' });
    await passwords.set(person.id, { password: 'correct horse', enabled: true });
    const verify = passwords.verify.bind(passwords);
    vi.spyOn(passwords, 'verify').mockImplementationOnce(async (attempt) => {
      const verified = await verify(attempt);
      await go();
      return verified;
    });
    const change = { oldPassword: 'correct horse', newPassword: 'battery staple' };
    expect(errorOf(await world.send('PATCH', `${oz}/user/password`, person, change))).toEqual([404, 'notFound']);
  });
});

it('open_session: names and passwords are texts (rest R56)', async () => {
  for (const body of [
    { username: 5, password: 'correct horse' },
    { username: 'person', password: ['correct horse'] },
  ])
    expect(errorOf(await world.post(`${oz}/session`, null, body))).toEqual([400, 'badValueString']);
});
