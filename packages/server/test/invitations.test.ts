/** Inviting to spaces, inventories and groups, and joining by a token (rest R110, R117). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inventoryPrivileges, spacePrivileges } from '@laneway/engine';
import { newId } from '@laneway/model';
import { databaseKinds } from '../../../test/support/databases.ts';
import { newWorld, type Answer, type Person, type World } from './support/world.ts';

const oz = '/api/v3/onezone';

describe.each(databaseKinds)('invitations on $name', (kind) => {
  let world: World;
  let ada: Person;
  let bob: Person;
  let spaceId: string;
  let inventoryId: string;

  beforeAll(async () => {
    world = await newWorld({}, kind);
    ada = await world.person('Ada');
    bob = await world.person('Bob');
    spaceId = await world.space(ada);
    inventoryId = await world.inventory(ada);
  });
  afterAll(async () => await world.close());

  const soon = (): object => ({ type: 'time', validUntil: Math.floor(Date.now() / 1000) + 600 });
  const named = async (as: Person, request: object): Promise<{ id: string; token: string }> => {
    const answer = await world.post(`${oz}/user/tokens/named`, as, { name: newId(), ...request });
    if (answer.status !== 201) throw new Error(answer.text);
    return { id: answer.body.tokenId, token: answer.body.token };
  };
  const verify = async (body: object): Promise<Answer> => await world.post(`${oz}/tokens/verify_invite_token`, null, body);
  const invite = (inviteType: string, target: object): object => ({ inviteToken: { inviteType, ...target } });
  const joinSpace = async (as: Person | null, token: unknown): Promise<Answer> => await world.post(`${oz}/user/spaces/join`, as, { token });
  const toSpace = (): object => invite('userJoinSpace', { spaceId });

  it('whoever may add users invites them, and they come with the privileges of a member (rest R110, R117)', async () => {
    const guest = await world.person('Guest');
    const { token } = await named(ada, { type: invite('userJoinAtmInventory', { atmInventoryId: inventoryId }) });
    const joined = await world.post(`${oz}/user/atm_inventories/join`, guest, { token });
    expect([joined.status, joined.text]).toEqual([201, '']);
    expect(joined.headers['location']).toMatch(new RegExp(`/api/v3/onezone/user/atm_inventories/${inventoryId}$`));
    expect((await world.registry.inventoryMember(inventoryId, guest.id))?.privileges).toEqual(inventoryPrivileges.member);
    const plain = await named(ada, { type: toSpace() });
    expect((await joinSpace(guest, plain.token)).status).toBe(201);
    expect(await world.registry.spaceMember(spaceId, guest.id)).toMatchObject({ privileges: spacePrivileges.member, owner: false });
    const again = await joinSpace(guest, plain.token);
    expect([again.status, again.error]).toEqual([409, 'relationAlreadyExists']);
    expect(again.body.error.details).toEqual({ childType: 'user', childId: guest.id, parentType: 'space', parentId: spaceId });
    const shown = (await world.get(`${oz}/tokens/named/${plain.id}`, ada)).body;
    expect(shown.type).toEqual({ inviteToken: { inviteType: 'userJoinSpace', spaceId, parameters: {} } });
    expect(shown.metadata).toMatchObject({ usageLimit: 'infinity', usageCount: 1 });
  });

  it('the privileges and the number of uses are those of the token (rest R110)', async () => {
    const privileges = ['space_read_data', 'space_view'];
    const { id, token } = await named(ada, { type: toSpace(), privileges, usageLimit: 1 });
    const [first, second] = [await world.person('First'), await world.person('Second')];
    const answers = await Promise.all([joinSpace(first, token), joinSpace(second, token)]);
    expect(answers.map((answer) => answer.error ?? 'joined').toSorted()).toEqual(['inviteTokenUsageLimitReached', 'joined']);
    const winner = answers[0].status === 201 ? first : second;
    expect((await world.registry.spaceMember(spaceId, winner.id))?.privileges).toEqual(privileges);
    expect((await world.get(`${oz}/tokens/named/${id}`, ada)).body.metadata).toMatchObject({ usageLimit: 1, usageCount: 1, privileges });
    const refused = async (request: object): Promise<any> =>
      (await world.post(`${oz}/user/tokens/named`, ada, { name: newId(), type: toSpace(), ...request })).body.error;
    expect((await refused({ privileges: ['space_fly'] })).id).toBe('badValueListNotAllowed');
    expect((await refused({ usageLimit: 0 })).details).toMatchObject({ key: 'usageLimit' });
    expect((await refused({ usageLimit: 'often' })).id).toBe('badValueInteger');
  });

  it('what is wrong with the token is told in this order (rest R110)', async () => {
    const guest = await world.person('Late');
    expect((await joinSpace(null, 'x')).status).toBe(401);
    expect((await joinSpace(guest, undefined)).error).toBe('missingRequiredValue');
    expect((await joinSpace(guest, '')).error).toBe('badValueEmpty');
    expect((await joinSpace(guest, 'x')).body.error).toMatchObject({ id: 'badValueToken', details: { tokenError: { id: 'badToken' } } });
    const other = await named(ada, { type: invite('userJoinAtmInventory', { atmInventoryId: inventoryId }) });
    for (const token of [guest.token, other.token])
      expect((await joinSpace(guest, token)).body.error).toMatchObject({
        id: 'badValueToken',
        details: { key: 'token', tokenError: { id: 'notAnInviteToken', details: { expectedInviteType: 'userJoinSpace' } } },
      });
    const { id, token } = await named(ada, { type: toSpace(), caveats: [{ type: 'consumer', whitelist: [`usr-${bob.id}`] }] });
    const late = await joinSpace(guest, token);
    expect([late.status, late.error]).toEqual([400, 'tokenCaveatUnverified']);
    await world.send('PATCH', `${oz}/tokens/named/${id}`, ada, { revoked: true });
    expect((await joinSpace(guest, token)).error).toBe('tokenRevoked');
    await world.send('DELETE', `${oz}/tokens/named/${id}`, ada);
    expect((await joinSpace(guest, token)).error).toBe('tokenInvalid');
    expect(await world.registry.spaceMember(spaceId, guest.id)).toBeNull();
  });

  it('an invitation ends with the right to invite, with its issuer, and with its target (rest R110)', async () => {
    const space = await world.space(ada);
    const [inviter, guest] = [await world.person('Inviter'), await world.person('Invited')];
    await world.joinSpace(space, inviter, ['space_add_user']);
    const type = invite('userJoinSpace', { spaceId: space });
    const { token } = await named(inviter, { type });
    const refused = async (): Promise<[number, string | undefined]> => {
      const answer = await joinSpace(guest, token);
      return [answer.status, answer.error];
    };
    await world.registry.setBlocked(inviter.id, true);
    expect(await refused()).toEqual([400, 'inviteTokenSubjectNotAuthorized']);
    expect((await verify({ token })).error).toBe('userBlocked');
    await world.registry.setBlocked(inviter.id, false);
    await world.registry.members.changePrivileges(
      { type: 'space', id: space },
      { type: 'user', id: inviter.id },
      { grant: [], revoke: ['space_add_user'] },
    );
    expect(await refused()).toEqual([400, 'inviteTokenSubjectNotAuthorized']);
    await world.send('DELETE', `${oz}/spaces/${space}`, ada);
    expect(await refused()).toEqual([400, 'inviteTokenTargetIdInvalid']);
  });

  it('nobody invites without the right to, nor with more than he may give, nor to what there is not (rest R117)', async () => {
    const error = async (as: Person, request: object): Promise<[number, string | undefined]> => {
      const answer = await world.post(`${oz}/user/tokens/named`, as, { name: newId(), ...request });
      return [answer.status, answer.error];
    };
    expect(await error(bob, { type: toSpace() })).toEqual([400, 'inviteTokenSubjectNotAuthorized']);
    const inviter = await world.person('Limited');
    await world.joinSpace(spaceId, inviter, ['space_add_user']);
    expect(await error(inviter, { type: toSpace() })).toEqual([201, undefined]);
    expect(await error(inviter, { type: toSpace(), privileges: spacePrivileges.admin })).toEqual([400, 'inviteTokenSubjectNotAuthorized']);
    expect(await error(inviter, { type: invite('groupJoinSpace', { spaceId }) })).toEqual([400, 'inviteTokenSubjectNotAuthorized']);
    expect(await error(world.admin, { type: toSpace(), privileges: spacePrivileges.admin })).toEqual([201, undefined]);
    for (const type of [
      invite('userJoinSpace', { spaceId: 'none' }),
      invite('supportSpace', { spaceId }),
      invite('userJoinCluster', { clusterId: 'x' }),
    ])
      expect(await error(world.admin, { type })).toEqual([400, 'inviteTokenTargetIdInvalid']);
  });

  it('groups are invited to spaces and inventories, and people to groups (rest §2.2)', async () => {
    const made = await world.send('POST', `${oz}/user/groups`, ada, { name: 'crew' });
    const groupId = String(made.headers['location']).split('/').at(-1) ?? '';
    const types = [
      invite('groupJoinSpace', { spaceId }),
      invite('groupJoinAtmInventory', { atmInventoryId: inventoryId }),
      invite('userJoinGroup', { groupId }),
      invite('groupJoinGroup', { groupId }),
    ];
    for (const type of types) {
      const { token } = await named(ada, { type });
      expect((await verify({ token })).body).toEqual({ subject: { type: 'user', id: ada.id }, ttl: null });
    }
  });

  it('a group joins an inventory and a space for who may add it, and its members have what it has (S103, S112c)', async () => {
    const made = await world.send('POST', `${oz}/user/groups`, bob, { name: 'crew of bob' });
    const groupId = String(made.headers['location']).split('/').at(-1) ?? '';
    const toInventory = await named(ada, { type: invite('groupJoinAtmInventory', { atmInventoryId: inventoryId }) });
    const joinInventory = async (as: Person): ReturnType<typeof world.send> =>
      await world.send('POST', `${oz}/groups/${groupId}/atm_inventories/join`, as, { token: toInventory.token });
    expect((await joinInventory(ada)).status).toBe(403);
    const joined = await joinInventory(bob);
    expect([joined.status, String(joined.headers['location']).split('/').at(-1)]).toEqual([201, inventoryId]);
    expect((await joinInventory(bob)).error).toBe('relationAlreadyExists');
    expect((await world.get(`${oz}/user/effective_atm_inventories`, bob)).body.atm_inventories).toContain(inventoryId);
    const { body } = await world.send('POST', `${oz}/spaces/${spaceId}/groups/token`, ada, {});
    expect((await world.send('POST', `${oz}/groups/${groupId}/spaces/join`, bob, { token: body.token })).status).toBe(201);
    expect((await world.get(`${oz}/groups/${groupId}/spaces`, bob)).body.spaces).toEqual([spaceId]);
    expect((await world.send('POST', `${oz}/groups/none/spaces/join`, bob, { token: body.token })).status).toBe(404);
  });

  it('an invitation for a group, or for the user who brings it, is confined by the caveat consumer (rest §2.4)', async () => {
    const made = await world.send('POST', `${oz}/user/groups`, bob, { name: 'chosen crew' });
    const groupId = String(made.headers['location']).split('/').at(-1)!;
    const join = async (consumer: string): Promise<unknown> => {
      const type = invite('groupJoinAtmInventory', { atmInventoryId: await world.inventory(ada) });
      const { token } = await named(ada, { type, caveats: [{ type: 'consumer', whitelist: [consumer] }] });
      const answer = await world.send('POST', `${oz}/groups/${groupId}/atm_inventories/join`, bob, { token });
      return answer.error ?? answer.status;
    };
    expect(await join(`grp-${groupId}`)).toBe(201);
    expect(await join(`usr-${bob.id}`)).toBe(201);
    expect(await join(`usr-${ada.id}`)).toBe('tokenCaveatUnverified');
    expect(await join('grp-other')).toBe('tokenCaveatUnverified');
  });

  it('people join groups, and see them among their own (rest R110)', async () => {
    const made = await world.send('POST', `${oz}/user/groups`, ada, { name: 'crew of ada' });
    const groupId = String(made.headers['location']).split('/').at(-1) ?? '';
    const { token } = await named(ada, { type: invite('userJoinGroup', { groupId }) });
    expect((await world.send('POST', `${oz}/user/groups/join`, bob, { token })).status).toBe(201);
    expect((await world.get(`${oz}/user/groups`, bob)).body.groups).toContain(groupId);
  });

  it('a temporary token invites as well; a space makes one that lasts a week (rest §8.6)', async () => {
    const guest = await world.person('Temporary');
    const body = { type: toSpace(), caveats: [soon()] };
    const temporary = (await world.post(`${oz}/user/tokens/temporary`, ada, body)).body.token;
    expect((await joinSpace(guest, temporary)).status).toBe(201);
    const url = `${oz}/spaces/${spaceId}/users/token`;
    expect((await world.post(`${oz}/spaces/none/users/token`, null)).status).toBe(404);
    expect((await world.post(url, null)).status).toBe(401);
    expect((await world.post(url, guest)).status).toBe(403);
    const made = await world.post(url, ada);
    expect(made.status).toBe(200);
    const { ttl } = (await verify({ token: made.body.token, expectedInviteType: 'userJoinSpace' })).body;
    expect(ttl).toBeGreaterThan(604_000);
    expect((await joinSpace(await world.person('Weekly'), made.body.token)).status).toBe(201);
  });
});
