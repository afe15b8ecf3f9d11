/** Accounts and zone-wide privileges, also those that come through groups (rest §6.4, §8.7). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { zonePrivileges } from '@laneway/engine';
import { databaseKinds } from '../../../test/support/databases.ts';
import { oz, Relations } from './support/relations.ts';
import { newWorld, type Person, type World } from './support/world.ts';

describe.each(databaseKinds)('zone-wide privileges and accounts on $name', (kind) => {
  let world: World;
  let relations: Relations;
  let person: Person;
  let other: Person;

  beforeEach(async () => {
    world = await newWorld({}, kind);
    relations = new Relations(world);
    person = await world.person('Ada');
    other = await world.person('Other');
  });
  afterEach(async () => await world.close());

  it('own ones are always seen, those of others by administrators; guests learn of existence first (rest §8.7, R103)', async () => {
    const url = `${oz}/users/${person.id}/privileges`;
    expect((await world.get(`${oz}/users/none/privileges`, null)).status).toBe(404);
    expect((await world.get(url, null)).status).toBe(401);
    expect((await world.get(url, other)).error).toBe('forbidden');
    for (const [path, as] of [
      [url, person],
      [`${oz}/user/privileges`, person],
      [`${oz}/user/effective_privileges`, person],
      [url, world.admin],
    ] as const) {
      expect((await world.get(path, as)).body).toEqual({ privileges: [] });
    }
    expect((await world.get(`${oz}/user/privileges`, world.admin)).body).toEqual({ privileges: zonePrivileges.admin });
  });

  it('only who may set them changes them, his own included; the change holds at once (rest §8.7, R107)', async () => {
    const url = `${oz}/users/${person.id}/privileges`;
    expect((await world.send('PATCH', url, person, { grant: ['oz_users_list'] })).error).toBe('forbidden');
    expect((await world.send('PATCH', `${oz}/user/privileges`, person, {})).error).toBe('forbidden');
    expect((await world.send('PATCH', url, world.admin, {})).error).toBe('missingAtLeastOneValue');
    expect((await world.send('PATCH', url, world.admin, { grant: ['oz_fly'] })).error).toBe('badValueListNotAllowed');
    expect((await world.get(`${oz}/users`, person)).status).toBe(403);
    const grant = ['oz_users_list', 'oz_set_privileges'];
    expect((await world.send('PATCH', url, world.admin, { grant })).status).toBe(204);
    expect((await world.get(`${oz}/users`, person)).status).toBe(200);
    expect((await world.get(url, person)).body.privileges).toEqual(grant.toSorted());
    expect((await world.send('PATCH', `${oz}/user/privileges`, person, { revoke: ['oz_users_list'] })).status).toBe(204);
    expect((await world.get(`${oz}/users`, person)).status).toBe(403);
    expect((await world.send('DELETE', `${oz}/user/privileges`, person)).status).toBe(204);
    expect((await world.get(url, person)).body.privileges).toEqual([]);
    expect((await world.send('DELETE', url, person)).error).toBe('forbidden');
  });

  it('those of a group hold for all who belong to it, at any depth, as long as they do (rest R99)', async () => {
    const [outer, inner] = [await relations.group(other, 'outer'), await relations.group(other, 'inner')];
    await relations.join(`groups/${outer}/children/${inner}`);
    await relations.join(`groups/${inner}/users/${person.id}`);
    const url = `${oz}/groups/${outer}/privileges`;
    expect((await world.send('PATCH', url, other, { grant: [] })).error).toBe('forbidden');
    expect((await world.send('PATCH', url, world.admin, { grant: ['oz_users_list'] })).status).toBe(204);
    expect((await world.get(url, person)).body).toEqual({ privileges: ['oz_users_list'] });
    expect((await world.get(url, await world.person())).error).toBe('forbidden');
    expect((await world.get(`${oz}/groups/${inner}/privileges`, person)).body).toEqual({ privileges: [] });
    const effective = { privileges: ['oz_users_list'] };
    expect((await world.get(`${oz}/groups/${inner}/effective_privileges`, person)).body).toEqual(effective);
    expect((await world.get(`${oz}/user/effective_privileges`, person)).body).toEqual(effective);
    expect((await world.get(`${oz}/users/${person.id}/effective_privileges`, world.admin)).body).toEqual(effective);
    expect((await world.get(`${oz}/user/privileges`, person)).body).toEqual({ privileges: [] });
    expect((await world.get(`${oz}/users`, person)).status).toBe(200);
    await relations.leave(`groups/${inner}/users/${person.id}`);
    expect((await world.get(`${oz}/users`, person)).status).toBe(403);
  });

  it('a user changes his name, and keeps off those of others (rest R109)', async () => {
    expect((await world.send('PATCH', `${oz}/user`, null, {})).status).toBe(401);
    const nothing = await world.send('PATCH', `${oz}/user`, person, {});
    expect([nothing.error, nothing.body.error.details.keys]).toEqual(['missingAtLeastOneValue', ['fullName', 'username']]);
    expect((await world.send('PATCH', `${oz}/user`, person, { username: '-' })).error).toBe('badValueUsername');
    expect((await world.send('PATCH', `${oz}/user`, person, { fullName: 'Ada L.', username: 'ada' })).status).toBe(204);
    expect((await world.get(`${oz}/user`, person)).body).toMatchObject({ fullName: 'Ada L.', username: 'ada' });
    expect((await world.send('PATCH', `${oz}/user`, person, { username: 'ada' })).status).toBe(204);
    const taken = await world.send('PATCH', `${oz}/user`, other, { username: 'ada', fullName: 'Not Ada' });
    expect([taken.error, taken.body.error.details]).toEqual(['badValueIdentifierOccupied', { key: 'username' }]);
    expect((await world.get(`${oz}/user`, other)).body.fullName).toBe('Other');
    const wanted = await Promise.all(
      [person, other].map(async (who) => await world.send('PATCH', `${oz}/user`, who, { username: 'same' })),
    );
    expect(wanted.map((answer) => answer.status).toSorted()).toEqual([204, 400]);
  });

  it('a user deletes himself with all he had; his groups stay without him', async () => {
    const group = await relations.group(person);
    await world.inventory(person);
    expect((await world.send('DELETE', `${oz}/user`, null)).status).toBe(401);
    expect((await world.send('DELETE', `${oz}/user`, person)).status).toBe(204);
    expect((await world.get(`${oz}/user`, person)).status).toBe(401);
    expect((await world.get(`${oz}/groups/${group}/users`, world.admin)).body).toEqual({ users: [] });
    expect((await world.send('DELETE', `${oz}/user`, world.admin)).error).toBe('forbiddenWithHint');
  });

  it('a blocked user is shut out until he is let in again; nobody does it to himself without the right (rest §8.7)', async () => {
    const url = `${oz}/users/${person.id}/access_block`;
    expect((await world.send('PATCH', `${oz}/users/none/access_block`, null, {})).status).toBe(404);
    for (const as of [person, other]) expect((await world.send('PATCH', url, as, { blocked: true })).error).toBe('forbidden');
    expect((await world.send('PATCH', url, world.admin, {})).body.error.details).toEqual({ key: 'blocked' });
    expect((await world.send('PATCH', url, world.admin, { blocked: 'so' })).error).toBe('badValueBoolean');
    expect((await world.send('PATCH', url, world.admin, { blocked: true })).status).toBe(204);
    expect((await world.get(`${oz}/user`, person)).body.error.details.authError.id).toBe('userBlocked');
    expect((await world.send('PATCH', url, world.admin, { blocked: false })).status).toBe(204);
    expect((await world.get(`${oz}/user`, person)).status).toBe(200);
  });

  it('the last administrator can neither be blocked nor resign, and of two who resign at once one stays', async () => {
    const own = `${oz}/user/privileges`;
    const revoke = ['oz_users_create'];
    for (const [method, path, body] of [
      ['PATCH', own, { revoke }],
      ['DELETE', own, undefined],
      ['PATCH', `${oz}/users/${world.admin.id}/access_block`, { blocked: true }],
    ] as const) {
      const refused = await world.send(method, path, world.admin, body);
      expect([path, refused.status, refused.error]).toEqual([path, 403, 'forbiddenWithHint']);
    }
    const second = await world.person('Second', ['oz_users_create', 'oz_set_privileges']);
    const answers = await Promise.all([world.admin, second].map(async (who) => await world.send('PATCH', own, who, { revoke })));
    expect(answers.map((answer) => answer.status).toSorted()).toEqual([204, 403]);
  });

  it('groups are seen and changed by their members as far as they may, and by administrators (rest §8.7)', async () => {
    const group = await relations.group(person, 'curators');
    const url = `${oz}/groups/${group}`;
    const member = await relations.memberOf(group);
    expect((await world.get(`${oz}/groups/none`, null)).status).toBe(404);
    expect((await world.get(url, null)).status).toBe(401);
    expect((await world.get(url, other)).error).toBe('forbidden');
    expect((await world.get(url, member)).body).toMatchObject({
      groupId: group,
      name: 'curators',
      type: 'team',
      creator: { id: person.id },
    });
    expect((await world.get(`${oz}/user/groups`, member)).body).toEqual({ groups: [group] });
    expect((await world.get(`${oz}/groups`, member)).error).toBe('forbidden');
    expect((await world.get(`${oz}/groups`, world.admin)).body).toEqual({ groups: [group] });
    for (const method of ['PATCH', 'DELETE']) expect((await world.send(method, url, member, { name: 'mine' })).error).toBe('forbidden');
    expect((await world.send('PATCH', url, person, {})).error).toBe('missingAtLeastOneValue');
    expect((await world.send('PATCH', url, person, { type: 'crowd' })).error).toBe('badValueNotAllowed');
    expect((await world.send('PATCH', url, person, { name: 'Curators', type: 'unit' })).status).toBe(204);
    expect((await world.get(url, world.admin)).body).toMatchObject({ name: 'Curators', type: 'unit' });
    expect((await world.post(`${oz}/groups`, person, {})).error).toBe('forbidden');
    expect((await world.send('DELETE', url, person)).status).toBe(204);
    expect((await world.get(url, person)).status).toBe(404);
    expect((await world.get(`${oz}/user/groups`, member)).body).toEqual({ groups: [] });
  });

  it('a group goes into no circle, and not into itself', async () => {
    const [outer, inner] = [await relations.group(person), await relations.group(person)];
    const into = async (parent: string, child: string) => await world.send('PUT', `${oz}/groups/${parent}/children/${child}`, person, {});
    expect((await into(outer, inner)).status).toBe(201);
    expect((await into(outer, outer)).error).toBe('cannotAddRelationToSelf');
    const circle = await into(inner, outer);
    expect([circle.status, circle.error, circle.body.error.details]).toMatchObject([
      400,
      'badData',
      { key: 'groupId', hint: expect.stringContaining('circles') as string },
    ]);
  });
});
