/** Users and groups in spaces, inventories and groups, on real databases: what is effective, and what two writers do at once (rest §6, §8). */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  groupPrivileges,
  inventoryPrivileges,
  Registry,
  spacePrivileges,
  type ContainerRef,
  type Database,
  type MemberRef,
  type Membership,
} from '@laneway/engine';
import { newId } from '@laneway/model';
import { databaseKinds } from '../../../test/support/databases.ts';
import { createSpace, deleteSpace } from '../src/persistence/sql/files.ts';
import { memberSpaces } from '../src/persistence/sql/effective-memberships.ts';
import { analyze, explain } from './extension-verbs.ts';
import { withSuiteVerbs } from './suite-verbs.ts';
import { givenSql, grantsSql, insideSql, reachSql } from '../src/persistence/sql/effective-memberships.ts';

/** Races are tried this often: one that is open is lost within a few rounds. */
const rounds = 20;
const everything = { space: spacePrivileges.admin, atm_inventory: inventoryPrivileges.admin, group: groupPrivileges.admin };

type Edge = Pick<Membership, 'container' | 'member' | 'privileges'>;

/** Every direct member through which the member is in the container, found by walking every path. */
function intermediariesByWalking(edges: readonly Edge[], container: ContainerRef, member: MemberRef): readonly MemberRef[] {
  const isIn = (group: MemberRef): boolean =>
    group.id === member.id || edges.some((edge) => edge.container.id === group.id && isIn(edge.member));
  return edges.filter((edge) => edge.container.id === container.id && isIn(edge.member)).map((edge) => edge.member);
}

/** In a plan: all groups of a member are read, without a container to look for. */
const byMemberAlone = /membership_by_member \(member_id=\?(?: AND container_type=\?)?\)|Index Cond: (?!.*container_id).*member_id/;

describe.each(databaseKinds)('memberships on $name', (kind) => {
  let database: Database;
  let close: () => Promise<void>;
  let registry: Registry;
  let users: readonly MemberRef[];
  let groups: readonly (ContainerRef & MemberRef)[];
  let spaces: readonly ContainerRef[];
  let inventories: readonly ContainerRef[];

  beforeAll(async () => {
    ({ database, close } = await withSuiteVerbs(kind).open('memberships'));
    registry = new Registry(database, 'zone');
    users = [await newUser(), await newUser(), await newUser()];
    groups = [await newGroup(), await newGroup(), await newGroup(), await newGroup()];
    spaces = [await newSpace(), await newSpace()];
    inventories = [await newInventory()];
  });
  afterAll(async () => await close());

  async function newUser(): Promise<MemberRef> {
    const created = await registry.createUser({ fullName: 'A User', username: null, privileges: [] });
    if (!created.ok) throw new Error(created.error.description);
    return { type: 'user', id: created.value.userId };
  }
  async function newGroup(): Promise<ContainerRef & MemberRef> {
    const id = await registry.groups.create({ name: 'group', type: 'team', creatorUserId: 'somebody', creatorPrivileges: null });
    if (id === null) throw new Error('no group');
    return { type: 'group', id };
  }
  async function newSpace(): Promise<ContainerRef> {
    const id = newId();
    const made = { id, name: 'space', path: `/nowhere/${id}`, readonly: false, ownerUserId: 'somebody', ownerPrivileges: null };
    expect(await database.call(createSpace, made)).toMatchObject({ kind: 'created' });
    return { type: 'space', id };
  }
  const newInventory = async (): Promise<ContainerRef> => {
    const id = (await registry.createInventory({ name: 'inventory', creatorId: 'somebody', withMembership: false }))!;
    return { type: 'atm_inventory', id };
  };
  const add = async (container: ContainerRef, member: MemberRef, privileges: readonly string[] = [], owner = false) =>
    await registry.members.add({ container, member, privileges, owner });

  // Before anything random: a plan follows the statistics of the whole table.
  it('what somebody may do in a container is found among the groups nested in it, however many a member is in (rest R99)', async () => {
    const [space, group, inner, user] = [await newSpace(), await newGroup(), await newGroup(), await newUser()];
    await add(space, group, ['space_view']);
    await add(group, inner);
    await add(inner, user);
    for (let count = 0; count < 300; count += 1) await add(await newGroup(), user);
    await database.call(analyze, null);
    const statement = grantsSql({ text: 'select cast(? as text)', values: [space.id] }, user.id);
    const plan = await database.call(explain, statement);
    expect(plan).not.toMatch(/seq scan on membership|SCAN m\b/i);
    expect(plan).not.toMatch(byMemberAlone);
    expect(await registry.members.effective(space, user)).toMatchObject({ privileges: ['space_view'] });
  });

  it('effective membership and privileges are the union over all group paths, whatever the graph (rest R99, R112)', async () => {
    const everyone = [...users, ...groups];
    const containers = [...spaces, ...inventories, ...groups];
    const edge = fc
      .record({
        container: fc.constantFrom(...containers),
        member: fc.constantFrom(...everyone),
        some: fc.oneof(fc.constant('all' as const), fc.uniqueArray(fc.nat({ max: 3 }))),
      })
      .map(({ container, member, some }): Edge => {
        const all = everything[container.type];
        return { container, member, privileges: some === 'all' ? all : some.map((index) => all[index] ?? '').toSorted() };
      });
    const seen = { circles: 0, indirect: 0 };
    const check = async (wanted: readonly Edge[]): Promise<void> => {
      const edges: Edge[] = [];
      for (const one of wanted) {
        const closesCircle =
          one.member.id === one.container.id ||
          intermediariesByWalking(edges, one.member as ContainerRef, one.container as MemberRef).length > 0;
        const outcome = await add(one.container, one.member, one.privileges);
        if (outcome === 'added') edges.push(one);
        expect(['circle', 'self'].includes(outcome)).toBe(closesCircle);
        if (closesCircle) seen.circles += 1;
      }
      const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);
      for (const container of containers) {
        for (const type of ['user', 'group'] as const) {
          const expected = everyone.filter((one) => one.type === type && intermediariesByWalking(edges, container, one).length > 0);
          expect(await registry.members.effectiveMembers(container, type)).toEqual(expected.map((one) => one.id).toSorted());
        }
        for (const member of everyone) {
          const through = intermediariesByWalking(edges, container, member);
          expect(await registry.members.intermediaries(container, member)).toEqual(
            through.toSorted(byId).map(({ type, id }) => ({ type, id })),
          );
          const ids = new Set(through.map((one) => one.id));
          const grants = edges.filter((one) => one.container.id === container.id && ids.has(one.member.id));
          const privileges = [...new Set(grants.flatMap((one) => one.privileges))].toSorted();
          const effective = await registry.members.effective(container, member);
          expect(effective).toEqual(grants.length === 0 ? null : { containerId: container.id, privileges, owner: false });
          if (grants.length > 0 && !ids.has(member.id)) seen.indirect += 1;
          const listed = await registry.members.effectiveContainersOf(member, container.type);
          expect(listed.find((one) => one.containerId === container.id) ?? null).toEqual(effective);
        }
      }
      for (const one of edges) expect(await registry.members.remove(one.container, one.member)).toBe('removed');
    };
    await fc.assert(fc.asyncProperty(fc.array(edge, { maxLength: 14 }), check), { numRuns: 25 });
    expect(seen.circles).toBeGreaterThan(0);
    expect(seen.indirect).toBeGreaterThan(0);
  });

  it('an owner is one by his own relation, and that makes the effective one an owner (rest R98)', async () => {
    const [space, group, user] = [await newSpace(), await newGroup(), await newUser()];
    await add(group, user, groupPrivileges.member);
    await add(space, group, ['space_view']);
    expect(await registry.members.setOwner(space.id, user.id, true)).toBe('notMember');
    await add(space, user);
    expect(await registry.members.setOwner(space.id, user.id, true)).toBe('done');
    expect(await registry.members.setOwner(space.id, user.id, true)).toBe('already');
    expect(await registry.spaceMember(space.id, user.id)).toMatchObject({ owner: true, privileges: ['space_view'] });
    expect(await registry.members.setOwner(space.id, user.id, false)).toBe('lastOwner');
    expect(await registry.members.setOwner(space.id, group.id, true)).toBe('notMember');
  });

  it('spaces of values are those that the user is in through groups, too (data-and-stores §2.3)', async () => {
    const [space, group, user] = [await newSpace(), await newGroup(), await newUser()];
    await add(group, user);
    await add(space, group);
    expect(await database.call(memberSpaces, { userId: user.id, spaceIds: [space.id, 'other'] })).toEqual([space.id]);
  });

  it('both ends of a relation have to exist', async () => {
    const [group, user] = [await newGroup(), await newUser()];
    expect(await add({ type: 'group', id: 'none' }, user)).toBe('containerMissing');
    expect(await add(group, { type: 'user', id: 'none' })).toBe('memberMissing');
    // A group's id is no user's.
    expect(await add(group, { type: 'user', id: (await newGroup()).id })).toBe('memberMissing');
  });

  const leftOf = async (id: string): Promise<number> => {
    const ref = { id, type: 'group' } as const;
    const inside = [...(await registry.members.list(ref, 'user')), ...(await registry.members.list(ref, 'group'))];
    const around = await Promise.all(
      (['space', 'atm_inventory', 'group'] as const).map(async (type) => await registry.members.containersOf(ref, type)),
    );
    return inside.length + around.flat().length;
  };

  it('a deleted group, user, space or inventory leaves no relation behind, also when one is added at that moment', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const [group, user, space, inventory] = [await newGroup(), await newUser(), await newSpace(), await newInventory()];
      const other = await newGroup();
      await add(space, group);
      await add(group, user);
      const deletions: readonly (() => Promise<unknown>)[] = [
        async () => await registry.groups.delete(group.id),
        async () => await registry.deleteUser(user.id),
        async () => await database.call(deleteSpace, { id: space.id }),
        async () => await registry.deleteInventory(inventory.id),
      ];
      const gone = [group, user, space, inventory][round % 4]!.id;
      await Promise.all([add(inventory, group), add(group, other), add(space, user), add(other, user), deletions[round % 4]!()]);
      expect(await leftOf(gone)).toBe(0);
    }
  });

  it('two who nest groups at once never close a circle', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const [a, b, c, d] = [await newGroup(), await newGroup(), await newGroup(), await newGroup()];
      await add(b, c);
      await add(d, a);
      // They have no group in common.
      const outcomes = await Promise.all([add(a, b), add(c, d)]);
      expect(outcomes.toSorted()).toEqual(['added', 'circle']);
    }
  });

  it('of two owners who give up ownership at once one stays (rest R130)', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const [space, one, two] = [await newSpace(), await newUser(), await newUser()];
      for (const user of [one, two]) await add(space, user, [], true);
      const outcomes = await Promise.all([registry.members.setOwner(space.id, one.id, false), registry.members.remove(space, two)]);
      expect(outcomes.filter((outcome) => outcome === 'lastOwner')).toHaveLength(1);
      expect((await registry.members.list(space, 'user')).filter((membership) => membership.owner)).toHaveLength(1);
    }
  });

  it('going up and down reads relations from their indexes only', async () => {
    const up = {
      text: `${reachSql} select m.privileges from reach join membership m on m.member_id = reach.id and m.container_id = ?`,
      values: ['u', 's'],
    };
    const down = { text: `${insideSql} select id from inside where type = ? order by id`, values: ['s', 'user'] };
    for (const statement of [up, down]) {
      expect(await database.call(explain, statement)).not.toMatch(/seq scan on membership|SCAN m\b|SCAN membership/i);
    }
  });

  it('privileges of groups are found from the groups that give any, however many a member is in (rest R99)', async () => {
    const plan = await database.call(explain, { text: givenSql, values: ['u'] });
    expect(plan).not.toMatch(/seq scan on (membership|user_group)|SCAN m\b/i);
    expect(plan).not.toMatch(byMemberAlone);
  });
});
