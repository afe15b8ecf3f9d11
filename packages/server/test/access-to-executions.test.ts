/** What may be done to executions by privileges that come through groups, and what becomes of one whose user loses them (S116, execution §15.1). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../test/support/databases.ts';
import { idOf, oz, Relations } from './support/relations.ts';
import { realWorld, workflowsPath, type RealWorld } from './support/real-world.ts';
import type { Person } from './support/world.ts';

const views = 'space_view_atm_workflow_executions';
const schedules = 'space_schedule_atm_workflow_executions';
const manages = 'space_manage_atm_workflow_executions';

/** A member of `inner`, which is in the inventory and in `outer`, which is in the space. */
interface Path {
  readonly member: Person;
  readonly outer: string;
  readonly inner: string;
}

describe.each(databaseKinds)('executions of members of groups on $name', (kind) => {
  let real: RealWorld;
  let relations: Relations;
  let member: Person;
  let outer: string;
  let inner: string;

  beforeAll(async () => {
    real = await realWorld(kind);
    relations = new Relations(real.world);
  });
  afterAll(async () => await real.close());
  beforeEach(async () => {
    ({ member, outer, inner } = await newPath());
  });

  async function newPath(): Promise<Path> {
    const made = { outer: await relations.group(real.world.admin, 'outer'), inner: await relations.group(real.world.admin, 'inner') };
    await relations.join(`groups/${made.outer}/children/${made.inner}`);
    await relations.join(`spaces/${real.spaceId}/groups/${made.outer}`, ['space_view']);
    await relations.join(`atm_inventories/${real.inventoryId}/groups/${made.inner}`);
    return { ...made, member: await relations.memberOf(made.inner) };
  }

  const grant = async (...privileges: readonly string[]): Promise<void> => {
    expect(await relations.grant(`spaces/${real.spaceId}/groups/${outer}`, real.world.admin, ...privileges)).toBe(204);
  };
  const scheduled = async (as: Person): Promise<string> => {
    const answer = await real.schedule(as, 'hang');
    expect([answer.status, answer.error]).toEqual([201, undefined]);
    return answer.body.atmWorkflowExecutionId as string;
  };
  const cancel = async (executionId: string, as: Person): Promise<number> =>
    (await real.world.post(`${workflowsPath}/${executionId}/cancel`, as)).status;
  const listing = (): string => `/api/v3/oneprovider/spaces/${real.spaceId}/automation/execution/workflows?phase=ongoing`;

  it('each role through a group: none, view, schedule, manage (S116, rest R96, R99)', async () => {
    const foreign = await scheduled(real.world.admin);
    await real.atStatus(foreign, 'active');
    expect((await real.world.get(listing(), member)).status).toBe(403);
    await grant(views);
    expect((await real.world.get(listing(), member)).status).toBe(200);
    expect(JSON.stringify((await real.world.get(listing(), member)).body)).toContain(foreign);
    expect((await real.world.get(`${workflowsPath}/${foreign}`, member)).status).toBe(200);
    expect((await real.schedule(member, 'hang')).error).toBe('forbidden');
    expect(await cancel(foreign, member)).toBe(403);
    await grant(schedules);
    const own = await scheduled(member);
    expect(await cancel(own, member)).toBe(204);
    expect(await cancel(foreign, member)).toBe(403);
    await grant(manages);
    expect(await cancel(foreign, member)).toBe(204);
    for (const executionId of [own, foreign]) await real.atStatus(executionId, 'cancelled');
  });

  it('lists and details follow the inventory through groups (rest R79, D7)', async () => {
    await grant(views);
    const foreign = await scheduled(real.world.admin);
    await real.atStatus(foreign, 'active');
    await relations.leave(`atm_inventories/${real.inventoryId}/groups/${inner}`);
    const summaries = `/api/v3/oneprovider/spaces/${real.spaceId}/automation/execution/summaries`;
    for (const url of [listing(), summaries]) {
      const answer = await real.world.get(url, member);
      expect([answer.status, answer.text.includes(foreign)]).toEqual([200, false]);
    }
    expect((await real.world.get(`${workflowsPath}/${foreign}`, member)).status).toBe(403);
    await relations.join(`atm_inventories/${real.inventoryId}/groups/${outer}`);
    for (const url of [listing(), summaries]) expect((await real.world.get(url, member)).text).toContain(foreign);
    expect(await cancel(foreign, real.world.admin)).toBe(204);
    await real.atStatus(foreign, 'cancelled');
  });

  it('what is left of an inventory that was deleted is found by who may view the space, and does not keep it for ever (D7)', async () => {
    const { world, spaceId } = real;
    const [lost, kept] = [await world.inventory(world.admin), await world.inventory(world.admin)];
    const dump = (await world.post(`${oz}/atm_workflow_schemas/${real.schemas.hang}/dump`, world.admin, { includeRevision: 1 })).body;
    const scheduledIn = async (atmInventoryId: string): Promise<string> => {
      const copy = await world.post(`${oz}/atm_workflow_schemas`, world.admin, { ...dump, atmInventoryId });
      return (await real.schedule(world.admin, 'hang', { atmWorkflowSchemaId: idOf(copy) })).body.atmWorkflowExecutionId;
    };
    const [orphan, other] = [await scheduledIn(lost), await scheduledIn(kept)];
    for (const executionId of [orphan, other]) await real.atStatus(executionId, 'active');
    await grant(views, manages);
    const summaries = `/api/v3/oneprovider/spaces/${spaceId}/automation/execution/summaries`;
    const seen = async (executionId: string): Promise<readonly boolean[]> => {
      const answers = [await world.get(listing(), member), await world.get(summaries, member)];
      return answers.map(({ text }) => text.includes(executionId));
    };
    expect(await seen(orphan)).toEqual([false, false]);
    expect((await world.send('DELETE', `${oz}/atm_inventories/${lost}`, world.admin)).status).toBe(204);
    expect([await seen(orphan), await seen(other)]).toEqual([
      [true, true],
      [false, false],
    ]);
    // A member of no inventory at all.
    await relations.leave(`atm_inventories/${real.inventoryId}/groups/${inner}`);
    expect(await seen(orphan)).toEqual([true, true]);
    expect((await world.get(`${workflowsPath}/${orphan}`, member)).status).toBe(403);
    const bulk = `/api/v3/oneprovider/spaces/${spaceId}/automation/execution/bulk`;
    expect((await world.post(bulk, member, { operation: 'cancel', filter: { atmInventoryId: lost } })).status).toBe(201);
    await real.atStatus(orphan, 'cancelled');
    expect(await cancel(other, world.admin)).toBe(204);
    await real.atStatus(other, 'cancelled');
  });

  it('an execution is interrupted when its user loses the group, whichever way, and somebody else can go on with it (execution §15.1)', async () => {
    const { world, spaceId } = real;
    const ways: Readonly<Record<string, (to: Path) => Promise<unknown>>> = {
      'the user leaves the group': async (to) => await relations.leave(`groups/${to.inner}/users/${to.member.id}`),
      'the group leaves the one above it': async (to) => await relations.leave(`groups/${to.outer}/children/${to.inner}`),
      'the group leaves the space': async (to) => await relations.leave(`spaces/${spaceId}/groups/${to.outer}`),
      'the group is deleted': async (to) => await relations.leave(`groups/${to.outer}`),
      'the user is blocked': async (to) => await world.registry.setBlocked(to.member.id, true),
    };
    const running: { readonly way: string; readonly path: Path; readonly executionId: string }[] = [];
    for (const way of Object.keys(ways)) {
      const path = await newPath();
      expect(await relations.grant(`spaces/${spaceId}/groups/${path.outer}`, world.admin, views, schedules)).toBe(204);
      running.push({ way, path, executionId: await scheduled(path.member) });
    }
    for (const { executionId } of running) await real.atStatus(executionId, 'active');
    for (const { way, path } of running) await ways[way]!(path);
    for (const { executionId } of running) {
      await real.atStatus(executionId, 'interrupted');
      expect((await world.post(`${workflowsPath}/${executionId}/resume`, world.admin)).status).toBe(204);
      await real.atStatus(executionId, 'active');
      expect(await cancel(executionId, world.admin)).toBe(204);
      await real.atStatus(executionId, 'cancelled');
    }
  });
});
