/** Members of spaces, inventories and groups over HTTP: the same rules for each kind of container and of member (rest §8.1, §8.6, §8.7). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { groupPrivileges, inventoryPrivileges, spacePrivileges, type PrivilegeSets } from '@laneway/engine';
import { databaseKinds } from '../../../test/support/databases.ts';
import { idOf, oz, Relations } from './support/relations.ts';
import { newWorld, type Person, type World } from './support/world.ts';

interface Kind {
  readonly plural: 'spaces' | 'atm_inventories' | 'groups';
  readonly type: 'space' | 'atm_inventory' | 'group';
  readonly sets: PrivilegeSets;
  /** How groups are called among its members, and what needs to be held in a group to bring it in. */
  readonly groups: 'groups' | 'children';
  readonly join: string;
  readonly leave: string;
  /** Its name below a group. */
  readonly below: string;
}

const kinds: readonly Kind[] = [
  {
    plural: 'spaces',
    type: 'space',
    sets: spacePrivileges,
    groups: 'groups',
    join: 'group_add_space',
    leave: 'group_leave_space',
    below: 'spaces',
  },
  {
    plural: 'atm_inventories',
    type: 'atm_inventory',
    sets: inventoryPrivileges,
    groups: 'groups',
    join: 'group_add_atm_inventory',
    leave: 'group_remove_atm_inventory',
    below: 'atm_inventories',
  },
  {
    plural: 'groups',
    type: 'group',
    sets: groupPrivileges,
    groups: 'children',
    join: 'group_add_parent',
    leave: 'group_leave_parent',
    below: 'parents',
  },
];

for (const database of databaseKinds) {
  describe.each(kinds)(`members of $plural on ${database.name}`, ({ plural, type, sets, groups, join, leave, below }) => {
    let world: World;
    let relations: Relations;
    beforeAll(async () => {
      world = await newWorld({}, database);
      relations = new Relations(world);
    });
    afterAll(async () => await world.close());

    let owner: Person;
    let stranger: Person;
    /** Of a container that the owner made. */
    let id: string;
    let base: string;
    const noun = groups === 'children' ? 'child' : 'group';

    beforeEach(async () => {
      owner = await world.person('Owner');
      stranger = await world.person('Stranger');
      id = idOf(await world.post(`${oz}/user/${plural}`, owner, { name: 'container' }));
      base = `${oz}/${plural}/${id}`;
    });

    it('the creator is a member with all privileges; a guest learns of existence first (rest R101, R103)', async () => {
      expect((await world.get(`${base}/users/${owner.id}/privileges`, owner)).body).toEqual({ privileges: sets.admin });
      expect((await world.get(`${oz}/${plural}/privileges`, null)).body).toEqual(sets);
      for (const list of ['users', groups, 'effective_users', `effective_${groups}`]) {
        expect((await world.get(`${oz}/${plural}/none/${list}`, null)).status).toBe(404);
        expect((await world.get(`${base}/${list}`, null)).status).toBe(401);
        expect((await world.get(`${base}/${list}`, stranger)).error).toBe('forbidden');
        expect((await world.get(`${base}/${list}`, world.admin)).status).toBe(200);
      }
    });

    it('a missing relation is 404 before anything else, for users and groups alike (rest R111)', async () => {
      const group = await relations.group(stranger);
      for (const path of [`users/${stranger.id}`, `${groups}/${group}`, `users/${group}`, `${groups}/${owner.id}`]) {
        for (const sub of [path, `${path}/privileges`, `effective_${path}`, `effective_${path}/privileges`, `effective_${path}/membership`])
          expect([sub, (await world.get(`${base}/${sub}`, null)).status]).toEqual([sub, 404]);
        expect((await world.send('DELETE', `${base}/${path}`, null)).status).toBe(404);
        expect((await world.send('PATCH', `${base}/${path}/privileges`, null, {})).status).toBe(404);
      }
    });

    it('an administrator adds users; privileges need the right to set them; ids come before the body (rest R107, R114, R116)', async () => {
      const url = `${base}/users/${stranger.id}`;
      const adder = await world.person('Adder', [`oz_${plural}_add_relationships`, 'oz_users_add_relationships']);
      expect((await world.send('PUT', url, owner, {})).error).toBe('forbidden');
      expect((await world.send('PUT', url, adder, { privileges: [] })).error).toBe('forbidden');
      const unknown = await world.send('PUT', `${base}/users/none`, world.admin, { privileges: 'odd' });
      expect([unknown.status, unknown.error, unknown.body.error.details]).toEqual([400, 'badValueIdNotFound', { key: 'userId' }]);
      expect((await world.send('PUT', url, world.admin, { privileges: 'odd' })).error).toBe('badValueListOfStrings');
      const odd = await world.send('PUT', url, world.admin, { privileges: ['fly'] });
      expect([odd.error, odd.body.error.details]).toEqual(['badValueListNotAllowed', { key: 'privileges', allowed: sets.admin }]);
      const added = await world.send('PUT', url, adder, {});
      expect([added.status, added.text, added.headers['location']]).toEqual([201, '', expect.stringMatching(`${url}$`)]);
      expect((await world.get(`${url}/privileges`, stranger)).body).toEqual({ privileges: sets.member });
      const again = await world.send('PUT', url, world.admin, {});
      const details = { childType: 'user', childId: stranger.id, parentType: type, parentId: id };
      expect([again.status, again.error, again.body.error.details]).toEqual([409, 'relationAlreadyExists', details]);
    });

    it('somebody adds himself while he holds add_user through a group, with privileges only if he may set them (rest R114, schemas R35)', async () => {
      const group = await relations.group(stranger);
      await relations.join(`${plural}/${id}/${groups}/${group}`, [`${type}_add_user`]);
      const url = `${base}/users/${stranger.id}`;
      expect((await world.send('PUT', `${base}/users/${(await world.person()).id}`, stranger, {})).error).toBe('forbidden');
      expect((await world.send('PUT', url, stranger, { privileges: [] })).error).toBe('forbidden');
      expect((await world.send('PUT', url, stranger, {})).status).toBe(201);
      await relations.leave(`${plural}/${id}/users/${stranger.id}`);
      expect(await relations.grant(`${plural}/${id}/${groups}/${group}`, owner, `${type}_set_privileges`)).toBe(204);
      expect((await world.send('PUT', url, stranger, { privileges: [`${type}_update`] })).status).toBe(201);
      expect((await world.get(`${url}/privileges`, stranger)).body.privileges).toEqual([`${type}_update`]);
    });

    it('a group is added by who may add groups here and bring it along there, or by an administrator (rest R115, R116)', async () => {
      const group = await relations.group(stranger);
      const url = `${base}/${groups}/${group}`;
      expect((await world.send('PUT', url, owner, {})).error).toBe('forbidden');
      expect((await world.send('PUT', url, stranger, {})).error).toBe('forbidden');
      expect((await world.send('PUT', `${base}/${groups}/none`, owner, {})).error).toBe('forbidden');
      const unknown = await world.send('PUT', `${base}/${groups}/none`, world.admin, {});
      expect([unknown.error, unknown.body.error.details]).toEqual(['badValueIdNotFound', { key: 'groupId' }]);
      await relations.join(
        `groups/${group}/users/${owner.id}`,
        groupPrivileges.admin.filter((privilege) => privilege !== join),
      );
      expect((await world.send('PUT', url, owner, {})).error).toBe('forbidden');
      expect(await relations.grant(`groups/${group}/users/${owner.id}`, stranger, join)).toBe(204);
      const added = await world.send('PUT', url, owner, { privileges: [`${type}_view`] });
      expect([added.status, added.headers['location']]).toEqual([201, expect.stringMatching(`${url}$`)]);
      const again = await world.send('PUT', url, world.admin, {});
      const details = { childType: 'group', childId: group, parentType: type, parentId: id };
      expect([again.status, again.error, again.body.error.details]).toEqual([409, 'relationAlreadyExists', details]);
    });

    it('effective members, their privileges, and where they come from (rest R99, R112)', async () => {
      const [outer, inner] = [await relations.group(world.admin, 'outer'), await relations.group(world.admin, 'inner')];
      await relations.join(`groups/${outer}/children/${inner}`);
      await relations.join(`${plural}/${id}/${groups}/${outer}`, [`${type}_view`, `${type}_remove_user`]);
      await relations.join(`groups/${inner}/users/${stranger.id}`);
      await relations.join(`${plural}/${id}/users/${stranger.id}`, [`${type}_update`]);
      expect((await world.get(`${base}/users`, stranger)).body.users).toEqual([owner.id, stranger.id].toSorted());
      expect((await world.get(`${base}/${groups}`, stranger)).body).toEqual({ groups: [outer] });
      expect((await world.get(`${base}/effective_${groups}`, stranger)).body).toEqual({ groups: [inner, outer].toSorted() });
      // Who made the groups is in them, too.
      const everybody = [owner.id, stranger.id, world.admin.id].toSorted();
      expect((await world.get(`${base}/effective_users`, stranger)).body).toEqual({ users: everybody });
      const held = [`${type}_remove_user`, `${type}_update`, `${type}_view`];
      expect((await world.get(`${base}/effective_users/${stranger.id}/privileges`, stranger)).body).toEqual({ privileges: held });
      expect((await world.get(`${base}/users/${stranger.id}/privileges`, stranger)).body).toEqual({ privileges: [`${type}_update`] });
      const effectiveInner = `${base}/effective_${groups}/${inner}`;
      expect((await world.get(`${effectiveInner}/privileges`, stranger)).body.privileges).toEqual([`${type}_remove_user`, `${type}_view`]);
      expect((await world.get(effectiveInner, stranger)).body).toMatchObject({ groupId: inner, name: 'inner', type: 'team' });
      expect((await world.get(`${base}/${groups}/${inner}`, stranger)).status).toBe(404);
      const through = async (path: string): Promise<unknown> =>
        (await world.get(`${base}/${path}/membership`, stranger)).body.intermediaries;
      expect(await through(`effective_${groups}/${inner}`)).toEqual([{ type: 'group', id: outer }]);
      expect(await through(`effective_${groups}/${outer}`)).toEqual([{ type, id }]);
      const both = await through(`effective_users/${stranger.id}`);
      expect(both).toHaveLength(2);
      expect(both).toEqual(
        expect.arrayContaining([
          { type: 'group', id: outer },
          { type, id },
        ]),
      );
      await relations.leave(`groups/${inner}/users/${stranger.id}`);
      expect((await world.get(`${base}/effective_users/${stranger.id}/privileges`, stranger)).body.privileges).toEqual([`${type}_update`]);
    });

    it('a member without view sees himself, his privileges and who made the container, and nobody else (rest §8.1, schemas R36)', async () => {
      const other = await world.person('Other');
      await relations.join(`${plural}/${id}/users/${stranger.id}`, []);
      await relations.join(`${plural}/${id}/users/${other.id}`);
      expect((await world.get(base, stranger)).status).toBe(200);
      expect((await world.get(`${base}/users`, stranger)).error).toBe('forbidden');
      expect((await world.get(`${base}/users/${owner.id}`, stranger)).body).toMatchObject({
        userId: owner.id,
        fullName: 'Owner',
        name: 'Owner',
      });
      expect((await world.get(`${base}/users/${other.id}`, stranger)).error).toBe('forbidden');
      expect((await world.get(`${base}/users/${other.id}/privileges`, stranger)).error).toBe('forbidden');
      expect((await world.get(`${base}/effective_users/${other.id}/membership`, stranger)).error).toBe('forbidden');
      expect((await world.get(`${base}/users/${stranger.id}/privileges`, stranger)).body).toEqual({ privileges: [] });
      expect((await world.get(`${base}/effective_users/${stranger.id}/membership`, stranger)).status).toBe(200);
      expect((await world.get(`${base}/users/${other.id}`, await world.person('Viewer', ['oz_users_view']))).status).toBe(200);
    });

    it('privileges of users and groups are granted and revoked by who may set them; both databases sort them (rest R101, R107)', async () => {
      const group = await relations.group(stranger);
      await relations.join(`${plural}/${id}/${groups}/${group}`);
      const url = `${base}/${groups}/${group}/privileges`;
      expect((await world.send('PATCH', url, stranger, { grant: [] })).error).toBe('forbidden');
      const nothing = await world.send('PATCH', url, owner, {});
      expect([nothing.error, nothing.body.error.details]).toEqual(['missingAtLeastOneValue', { keys: ['grant', 'revoke'] }]);
      expect((await world.send('PATCH', url, owner, { grant: ['fly'] })).error).toBe('badValueListNotAllowed');
      const grant = [`${type}_view_privileges`, `${type}_update`, `${type}_update`];
      expect((await world.send('PATCH', url, owner, { grant, revoke: sets.member })).status).toBe(204);
      expect((await world.get(url, stranger)).body).toEqual({ privileges: [`${type}_update`, `${type}_view_privileges`] });
    });

    it('members are removed by who may; groups leave by who may in them (rest §8.1, §8.6)', async () => {
      const group = await relations.group(stranger);
      await relations.join(`${plural}/${id}/${groups}/${group}`, []);
      expect((await world.send('DELETE', `${base}/users/${owner.id}`, stranger)).error).toBe('forbidden');
      expect((await world.send('DELETE', `${base}/${groups}/${group}`, stranger)).error).toBe('forbidden');
      expect(await relations.grant(`${plural}/${id}/${groups}/${group}`, owner, `${type}_remove_${noun}`)).toBe(204);
      expect((await world.send('DELETE', `${base}/${groups}/${group}`, stranger)).status).toBe(204);
      expect((await world.send('DELETE', `${base}/${groups}/${group}`, stranger)).status).toBe(404);
      await relations.join(`${plural}/${id}/${groups}/${group}`);
      const member = await relations.memberOf(group);
      const leaving = `${oz}/groups/${group}/${below}/${id}`;
      expect((await world.send('DELETE', leaving, null)).status).toBe(401);
      expect((await world.send('DELETE', leaving, member)).error).toBe('forbidden');
      expect(await relations.grant(`groups/${group}/users/${member.id}`, stranger, leave)).toBe(204);
      expect((await world.send('DELETE', leaving, member)).status).toBe(204);
      expect((await world.send('DELETE', leaving, null)).status).toBe(404);
    });

    it('a new group is made as a member by who may add groups; he leads it, and it has the member set', async () => {
      const url = `${base}/${groups}`;
      expect((await world.post(`${oz}/${plural}/none/${groups}`, null, {})).status).toBe(404);
      expect((await world.post(url, stranger, {})).error).toBe('forbidden');
      const missing = await world.post(url, owner, {});
      expect([missing.error, missing.body.error.details]).toEqual(['missingRequiredValue', { key: 'name' }]);
      expect((await world.post(url, owner, { name: 'new', type: 'crowd' })).error).toBe('badValueNotAllowed');
      const made = await world.post(url, owner, { name: 'new', type: 'unit' });
      const group = idOf(made);
      expect([made.status, made.headers['location']]).toEqual([201, expect.stringMatching(`${url}/${group}$`)]);
      expect((await world.get(`${url}/${group}/privileges`, owner)).body).toEqual({ privileges: sets.member });
      expect((await world.get(`${oz}/groups/${group}/users/${owner.id}/privileges`, owner)).body).toEqual({
        privileges: groupPrivileges.admin,
      });
      const other = idOf(await world.post(url, world.admin, { name: 'by the administrator' }));
      expect((await world.get(`${oz}/groups/${other}/users`, world.admin)).body).toEqual({ users: [] });
    });

    it('is made for a group that then has all privileges, and is seen from the side of the group (schemas R32, rest R105)', async () => {
      const group = await relations.group(owner);
      const member = await relations.memberOf(group);
      const list = `${oz}/groups/${group}/${below}`;
      expect((await world.post(list, null, {})).status).toBe(401);
      expect((await world.post(list, member, { name: 'for all' })).error).toBe('forbidden');
      expect(await relations.grant(`groups/${group}/users/${member.id}`, owner, join)).toBe(204);
      const made = await world.post(list, member, { name: 'for all' });
      const own = idOf(made);
      expect([made.status, made.text, made.headers['location']]).toEqual([201, '', expect.stringMatching(`${list}/${own}$`)]);
      expect((await world.get(`${oz}/${plural}/${own}/${groups}/${group}/privileges`, owner)).body).toEqual({ privileges: sets.admin });
      expect((await world.get(`${oz}/${plural}/${own}/users`, owner)).body).toEqual({ users: [] });
      expect((await world.get(list, member)).body).toEqual({ [plural]: [own] });
      expect((await world.get(`${list}/${own}`, member)).body).toMatchObject({ name: 'for all', creator: { type: 'user', id: member.id } });
      expect((await world.get(list, stranger)).error).toBe('forbidden');
      expect((await world.get(`${list}/${id}`, null)).status).toBe(404);
      const relates = plural === 'spaces' ? [] : ['oz_groups_add_relationships'];
      const founder = await world.person('Founder', [`oz_${plural}_create`, ...relates]);
      expect((await world.post(list, founder, { name: 'by an administrator' })).status).toBe(201);
    });

    it('nested groups see what their parents are in as effective, and users all of it (rest §8.1, R111)', async () => {
      const [outer, inner] = [await relations.group(owner, 'outer'), await relations.group(owner, 'inner')];
      await relations.join(`groups/${outer}/children/${inner}`);
      const member = await relations.memberOf(inner);
      await relations.join(`${plural}/${id}/${groups}/${outer}`);
      const [direct, effective] = [`${oz}/groups/${inner}/${below}`, `${oz}/groups/${inner}/effective_${below}`];
      expect((await world.get(direct, member)).body[plural]).not.toContain(id);
      expect((await world.get(`${direct}/${id}`, member)).status).toBe(404);
      expect((await world.get(effective, member)).body[plural]).toContain(id);
      expect((await world.get(`${effective}/${id}`, member)).body).toMatchObject({ name: 'container' });
      expect((await world.get(`${oz}/user/${plural}`, member)).body[plural]).not.toContain(id);
      expect((await world.get(`${oz}/user/effective_${plural}`, member)).body[plural]).toContain(id);
      for (const list of [plural, `effective_${plural}`])
        expect((await world.get(`${oz}/user/${list}/${id}`, member)).body).toMatchObject({ name: 'container' });
      expect((await world.get(`${oz}/user/${plural}/${id}`, stranger)).status).toBe(404);
      // He is there through a group only: there is nothing to leave.
      expect((await world.send('DELETE', `${oz}/user/${plural}/${id}`, member)).status).toBe(404);
      await relations.leave(`${plural}/${id}/${groups}/${outer}`);
      expect((await world.get(`${oz}/user/${plural}/${id}`, member)).status).toBe(404);
    });

    it('a member leaves by himself', async () => {
      await relations.join(`${plural}/${id}/users/${stranger.id}`);
      const url = `${oz}/user/${plural}/${id}`;
      expect((await world.send('DELETE', url, null)).status).toBe(401);
      expect((await world.send('DELETE', url, stranger)).status).toBe(204);
      expect((await world.send('DELETE', url, stranger)).status).toBe(404);
    });
  });
}
