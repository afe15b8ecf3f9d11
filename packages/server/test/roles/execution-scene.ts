/** An execution that the scheduling user scheduled, in the state in which an operation can succeed, and who may do what to it. */
import type { Person } from '../support/world.ts';
import { workflowsPath, type RealWorld } from '../support/real-world.ts';
import type { People } from './people.ts';

export const schedules = 'space_schedule_atm_workflow_executions';
const manages = 'space_manage_atm_workflow_executions';
const views = 'space_view_atm_workflow_executions';

/** What each of the roles that are the scheduling user himself holds, once the execution is there. */
const ownRoles: Readonly<Record<string, { readonly holds: string; readonly inInventory: boolean }>> = {
  ownManage: { holds: manages, inInventory: true },
  ownView: { holds: views, inInventory: true },
  ownOutside: { holds: schedules, inInventory: false },
};

type State = 'active' | 'paused' | 'cancelled' | 'failed';

const startStates: Readonly<Record<string, State>> = {
  resume_workflow_execution: 'paused',
  delete_workflow_execution: 'paused',
  rerun_workflow_execution: 'cancelled',
  retry_workflow_execution: 'failed',
  force_continue_workflow_execution: 'failed',
};

export class ExecutionScene {
  readonly real: RealWorld;
  readonly people: People & { readonly outsider: Person };

  private constructor(real: RealWorld, people: ExecutionScene['people']) {
    this.real = real;
    this.people = people;
  }

  /** The people of the real world's space and inventory. */
  static async in(real: RealWorld, people: People): Promise<ExecutionScene> {
    const { world, spaceId, inventoryId } = real;
    const scene = new ExecutionScene(real, { ...people, outsider: await world.person('Outsider') });
    await world.registry.addSpaceMember({ spaceId, userId: people.owner.id, privileges: [], owner: true });
    for (const person of [people.member, people.privileged, people.scheduler, scene.people.outsider])
      await world.joinSpace(spaceId, person, []);
    for (const person of [people.member, people.privileged, people.owner, people.scheduler])
      await world.joinInventory(inventoryId, person, []);
    return scene;
  }

  /** Before the requests of a row: who has what it takes, and what it is done to. */
  async setUp(needs: readonly string[], operationId: string): Promise<string> {
    for (const person of [this.people.privileged, this.people.outsider]) await this.#hold(person, needs);
    await this.become('scheduler');
    return await this.#executionAt(startStates[operationId] ?? 'active');
  }

  /** The scheduling user becomes what the role says; he who asks. */
  async become(role: string): Promise<Person | null> {
    const { scheduler } = this.people;
    const own = ownRoles[role];
    await this.#hold(scheduler, [own?.holds ?? schedules]);
    const { registry } = this.real.world;
    const inventory = { type: 'atm_inventory', id: this.real.inventoryId } as const;
    const member = { type: 'user', id: scheduler.id } as const;
    if (own?.inInventory === false) await registry.members.remove(inventory, member);
    else await registry.members.add({ container: inventory, member, privileges: [], owner: false });
    if (own !== undefined) return scheduler;
    return role === 'guest' ? null : this.people[role as keyof ExecutionScene['people']];
  }

  async end(executionId: string): Promise<void> {
    const status = await this.real.status(executionId);
    if (status === undefined || ['cancelled', 'failed', 'finished'].includes(status)) return;
    await this.#cancel(executionId);
  }

  async systemLogOf(executionId: string): Promise<string> {
    return (await this.real.world.get(`${workflowsPath}/${executionId}`, this.real.world.admin)).body.systemAuditLogStoreId as string;
  }

  async #executionAt(state: State): Promise<string> {
    const { real, people } = this;
    const overlay = { storeInitialContentOverlay: { input: Array.from({ length: 100 }, () => ({})) } };
    const answer = await real.schedule(people.scheduler, state === 'failed' ? 'fail' : 'hang', overlay);
    if (answer.status !== 201) throw new Error(answer.text);
    const executionId = answer.body.atmWorkflowExecutionId as string;
    await real.atStatus(executionId, state === 'failed' ? 'failed' : 'active');
    if (state === 'cancelled') await this.#cancel(executionId);
    if (state === 'paused') await this.#pause(executionId);
    return executionId;
  }

  async #cancel(executionId: string): Promise<void> {
    await this.real.world.post(`${workflowsPath}/${executionId}/cancel`, this.real.world.admin);
    await this.real.atStatus(executionId, 'cancelled', 'failed', 'finished');
  }

  /** A pause waits for the jobs that run. */
  async #pause(executionId: string): Promise<void> {
    const { real } = this;
    await real.world.post(`${workflowsPath}/${executionId}/pause`, real.world.admin);
    while ((await real.status(executionId)) === 'stopping') {
      real.release();
      await real.engine.executions.waitForChange(executionId, 20, AbortSignal.timeout(1000));
    }
    await real.atStatus(executionId, 'paused');
  }

  async #hold({ id }: Person, privileges: readonly string[]): Promise<void> {
    const container = { type: 'space', id: this.real.spaceId } as const;
    const revoke = [views, schedules, manages].filter((privilege) => !privileges.includes(privilege));
    await this.real.world.registry.members.changePrivileges(container, { type: 'user', id }, { grant: privileges, revoke });
  }
}
