/**
 * Scenarios M: privileges of a space (ui-and-scenarios S114–S116), over HTTP against the started server. Of S114 the modal "Select groups"
 * is left out: here is what it can offer, the groups that the user gets to see. Of S115 the entry in the menu: here is the list it opens.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApiServer, workflows, type ApiServer } from '../api/support/api-server.ts';
import { smallWorkflow } from './dumps.ts';
import { Zone, type Answer, type Person } from './zone.ts';

const spaceEntry = 'space_view_atm_workflow_executions';
const schedules = 'space_schedule_atm_workflow_executions';
const manages = 'space_manage_atm_workflow_executions';

let api: ApiServer;
let zone: Zone;
let owner: Person;
let spaceId: string;
let inventoryId: string;
let schemaId: string;

beforeAll(async () => {
  api = await startApiServer({ cancelGraceMs: 1000 });
  zone = new Zone(api.server.url, api.admin.token);
  owner = await zone.person('owner');
  spaceId = await zone.make(owner, '/user/spaces', { name: 'space1' });
  inventoryId = await zone.inventory(owner, 'inventory1');
  schemaId = await zone.make(owner, '/atm_workflow_schemas', { ...smallWorkflow({ image: 'held' }), atmInventoryId: inventoryId });
  // The test waits with the eyes of the administrator.
  await joinSpace(zone.admin, [spaceEntry]);
  await zone.bringUser(owner, zone.admin, inventoryId);
});
afterAll(async () => await api.close());

async function joinSpace(person: Person, privileges: readonly string[]): Promise<void> {
  const token = await zone.invite(owner, { inviteType: 'userJoinSpace', spaceId }, { privileges });
  await zone.make(person, '/user/spaces/join', { token });
}

/** Somebody who was invited to the space with just these privileges, and to the inventory unless it is said otherwise. */
async function member(name: string, privileges: readonly string[], options: { readonly inInventory?: boolean } = {}): Promise<Person> {
  const person = await zone.person(name);
  await joinSpace(person, privileges);
  if (options.inInventory !== false) await zone.bringUser(owner, person, inventoryId);
  return person;
}

const list = async (as: Person): Promise<Answer> =>
  await zone.ask(as, 'GET', `/api/v3/oneprovider/spaces/${spaceId}/automation/execution/workflows`);
const details = async (as: Person, executionId: string): Promise<Answer> => await zone.ask(as, 'GET', `${workflows}/${executionId}`);
const cancel = async (as: Person, executionId: string): Promise<Answer> => await zone.ask(as, 'POST', `${workflows}/${executionId}/cancel`);
const forbidden = { status: 403, id: 'forbidden' };

/** Scheduled by the person; its only job is under way, and stays so. */
async function running(as: Person): Promise<string> {
  const { status, json } = await zone.ask(as, 'POST', workflows, {
    spaceId,
    atmWorkflowSchemaId: schemaId,
    atmWorkflowSchemaRevisionNumber: 1,
    storeInitialContentOverlay: { input: [{ n: 1 }] },
  });
  expect(status).toBe(201);
  await api.untilWaiting(json.atmWorkflowExecutionId);
  return json.atmWorkflowExecutionId;
}

describe('S114 who may not view the space', () => {
  let user1: Person;
  let group1: string;
  let group2: string;

  beforeAll(async () => {
    user1 = await member('user1', [spaceEntry]);
    [group1, group2] = [await zone.group(user1, 'group1'), await zone.group(owner, 'group2')];
    for (const [leader, group] of [
      [user1, group1],
      [owner, group2],
    ] as const) {
      const token = await zone.invite(owner, { inviteType: 'groupJoinSpace', spaceId }, { privileges: [spaceEntry] });
      await zone.make(leader, `/groups/${group}/spaces/join`, { token });
    }
  });

  test('sees of its groups those that he is in, and no other', async () => {
    const own: readonly string[] = (await zone.get(user1, '/user/effective_groups')).groups;
    expect(own).toEqual([group1]);
    expect(await zone.get(user1, `/groups/${group1}/spaces`)).toEqual({ spaces: [spaceId] });
    for (const path of ['groups', 'effective_groups'])
      expect(await zone.ask(user1, 'GET', `/spaces/${spaceId}/${path}`)).toMatchObject(forbidden);
    for (const path of [`/groups/${group2}`, `/spaces/${spaceId}/groups/${group2}`, `/groups/${group2}/spaces`])
      expect(await zone.ask(user1, 'GET', path)).toMatchObject(forbidden);
    expect((await zone.get(owner, `/spaces/${spaceId}/groups`)).groups.toSorted()).toEqual([group1, group2].toSorted());
  });

  test('sees all of them once he may', async () => {
    await zone.grant(owner, `/spaces/${spaceId}/users/${user1.id}`, 'space_view');
    expect((await zone.get(user1, `/spaces/${spaceId}/groups`)).groups.toSorted()).toEqual([group1, group2].toSorted());
    expect(await zone.get(user1, `/spaces/${spaceId}/groups/${group2}`)).toMatchObject({ groupId: group2, name: 'group2' });
    await zone.revoke(owner, `/spaces/${spaceId}/users/${user1.id}`, 'space_view');
    expect(await zone.ask(user1, 'GET', `/spaces/${spaceId}/groups`)).toMatchObject(forbidden);
  });
});

describe('S115 the list of executions follows one privilege', () => {
  test('which is enough by itself, and the two others are not', async () => {
    const [viewer, others] = [await member('viewing', [spaceEntry]), await member('not-viewing', [schedules, manages])];
    expect((await list(viewer)).status).toBe(200);
    expect(await list(others)).toMatchObject(forbidden);
  });

  test('which alone of all privileges takes it away', async () => {
    const all: readonly string[] = (await zone.get(owner, '/spaces/privileges')).admin;
    const someone = await member('everything', all);
    const path = `/spaces/${spaceId}/users/${someone.id}`;
    const answers: [string, number][] = [];
    for (const privilege of all) {
      await zone.revoke(owner, path, privilege);
      answers.push([privilege, (await list(someone)).status]);
      await zone.grant(owner, path, privilege);
    }
    expect(answers).toEqual(all.map((privilege) => [privilege, privilege === spaceEntry ? 403 : 200]));
    expect(answers.length).toBeGreaterThan(30);
    await zone.revoke(owner, path, spaceEntry, schedules, manages);
    expect(await list(someone)).toMatchObject(forbidden);
  });

  test('which counts, too, when it comes through a group', async () => {
    const someone = await member('through-group', ['space_view']);
    expect(await list(someone)).toMatchObject(forbidden);
    const group = await zone.group(someone, 'viewers');
    const token = await zone.invite(owner, { inviteType: 'groupJoinSpace', spaceId }, { privileges: [spaceEntry] });
    await zone.make(someone, `/groups/${group}/spaces/join`, { token });
    expect((await list(someone)).status).toBe(200);
  });
});

describe('S116 on a running execution of user A', () => {
  let a: Person;
  let executionId: string;

  beforeAll(async () => {
    a = await member('usera', [spaceEntry, schedules]);
    executionId = await running(a);
  });

  test('a member without privileges of automation does nothing', async () => {
    const nobody = await member('plain', (await zone.get(owner, '/spaces/privileges')).member);
    for (const answer of [await list(nobody), await details(nobody, executionId), await cancel(nobody, executionId)])
      expect(answer).toMatchObject(forbidden);
  });

  test('who may view lists it and reads its details, if he is in the inventory; he does not cancel', async () => {
    const viewer = await member('viewer', [spaceEntry]);
    expect((await list(viewer)).json.atmWorkflowExecutions).toContain(executionId);
    const read = await details(viewer, executionId);
    expect(read.json).toMatchObject({ atmWorkflowExecutionId: executionId, userId: a.id, status: 'active' });
    expect(await cancel(viewer, executionId)).toMatchObject(forbidden);
    const outside = await member('outside', [spaceEntry], { inInventory: false });
    expect((await list(outside)).json.atmWorkflowExecutions).toEqual([]);
    expect(await details(outside, executionId)).toMatchObject(forbidden);
  });

  test('who may schedule cancels his own, and none of another', async () => {
    const scheduler = await member('scheduler', [schedules]);
    expect(await cancel(scheduler, executionId)).toMatchObject(forbidden);
    const own = await running(scheduler);
    expect((await cancel(scheduler, own)).status).toBe(204);
    await api.untilStatus(own, 'cancelled');
    expect((await api.details(executionId)).status).toBe('active');
  });

  test('who may manage cancels those of others; his own take the privilege to schedule (rest R96)', async () => {
    const manager = await member('manager', [manages, schedules]);
    const own = await running(manager);
    await zone.revoke(owner, `/spaces/${spaceId}/users/${manager.id}`, schedules);
    expect(await cancel(manager, own)).toMatchObject(forbidden);
    expect((await cancel(manager, executionId)).status).toBe(204);
    await api.untilStatus(executionId, 'cancelled');
    expect((await cancel(owner, own)).status).toBe(204);
    await api.untilStatus(own, 'cancelled');
  });
});
