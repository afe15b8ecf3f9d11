/**
 * What the operations of a row are tried on: a space, an inventory and a group in which the people are what their roles
 * say, and what belongs to them. Each is made when it is first needed, and all anew when a request changed something.
 */
import { groupPrivileges, type ContainerRef, type ContainerType, type MemberRef } from '@laneway/engine';
import { newId } from '@laneway/model';
import { lambdaRevision, workflowRevision, type Person, type World } from '../support/world.ts';
import type { People } from './people.ts';

export class ZoneScene {
  readonly world: World;
  readonly people: People;
  /** Name of the owner's token. */
  readonly tokenName = newId();
  /** What the privileged member holds. */
  readonly #privileges: readonly string[];
  readonly #made = new Map<string, Promise<string>>();

  constructor(world: World, people: People, privileges: readonly string[]) {
    this.world = world;
    this.people = people;
    this.#privileges = privileges;
  }

  /** Its two owners are on no list of privileges. */
  async space(): Promise<string> {
    return await this.#once('space', async () => {
      const { spaces } = this.world.deps;
      const space = await spaces.create({ name: newId(), path: null, readonly: false, ownerUserId: this.people.owner.id });
      if (!space.ok) throw new Error(space.error.description);
      const container = { type: 'space', id: space.value.id } as const;
      await this.#add(container, this.people.owner, [], true);
      await this.#add(container, this.people.host, [], true);
      return await this.#populate(container);
    });
  }

  async inventory(): Promise<string> {
    return await this.#once('inventory', async () => await this.#populate(await this.#ownInventory()));
  }

  /** Another one, in which who manages lambdas does so as well. */
  async secondInventory(): Promise<string> {
    return await this.#once('secondInventory', async () => {
      const container = await this.#ownInventory();
      await this.#add(container, this.people.privileged, this.#privilegesIn('atm_inventory'));
      return container.id;
    });
  }

  /** That of the people. */
  async group(): Promise<string> {
    return await this.#once('group', async () => {
      const { owner } = this.people;
      const request = { name: 'group', type: 'team', creatorUserId: owner.id, creatorPrivileges: groupPrivileges.admin } as const;
      const id = (await this.world.registry.groups.create(request))!;
      await this.#addRoles({ type: 'group', id });
      return id;
    });
  }

  /** That of the people, as a member without privileges. */
  async groupWithin(type: 'space' | 'atm_inventory'): Promise<string> {
    const id = await this.group();
    const container = { type, id: await this.#container(type) };
    await this.#once(`group in ${type}`, async () => {
      await this.#addMember(container, { type: 'group', id }, []);
      return id;
    });
    return id;
  }

  /** Of nobody but the host; a member of the space and of the inventory. */
  async foreignGroup(): Promise<string> {
    return await this.#once('foreignGroup', async () => {
      const { host } = this.people;
      const request = { name: 'foreign', type: 'team', creatorUserId: host.id, creatorPrivileges: groupPrivileges.admin } as const;
      return (await this.world.registry.groups.create(request))!;
    });
  }

  async lambda(): Promise<string> {
    return await this.#once('lambda', async () => {
      const parts = { inventoryId: await this.inventory(), originalAtmLambdaId: null, creatorId: this.people.owner.id };
      return (await this.world.registry.createLambda({ ...parts, revisions: [[1, lambdaRevision()]] }))!;
    });
  }

  async workflowSchema(): Promise<string> {
    return await this.#once('workflowSchema', async () => {
      const [inventoryId, lambdaId, id] = [await this.inventory(), await this.lambda(), newId()];
      const imported = await this.world.registry.importWorkflowSchema({
        client: { userId: this.people.owner.id, zoneWide: true },
        target: { kind: 'new', id, inventoryId, name: 'workflow', summary: '', originalAtmWorkflowSchemaId: null },
        revision: { revisionNumber: 1, revision: workflowRevision([[lambdaId, 1]]), supplements: {} },
      });
      if (!imported.ok) throw new Error(imported.error.description);
      return id;
    });
  }

  /** Id of a named token of the owner. */
  async token(): Promise<string> {
    return await this.#once('token', async () => (await this.newToken(this.people.owner, 'act', this.tokenName)).tokenId);
  }

  async newToken(of: Person, type: Parameters<World['registry']['createNamedToken']>[1]['type'], name: string = newId()) {
    const made = await this.world.registry.createNamedToken(of.id, { name, type, caveats: [], customMetadata: {}, revoked: false });
    if (!made.ok) throw new Error(made.error.description);
    return made.value;
  }

  /** Text of an invite token to something of the host that nobody of the people is in. */
  async invitation(code: 'ujs' | 'gjs' | 'uji' | 'gji'): Promise<string> {
    const { host } = this.people;
    const toSpace = code.endsWith('s');
    const targetId = toSpace ? await this.world.space(host, newId()) : await this.world.inventory(host);
    return (await this.newToken(host, `${code}:${targetId}:`)).token;
  }

  async #container(type: 'space' | 'atm_inventory'): Promise<string> {
    return type === 'space' ? await this.space() : await this.inventory();
  }

  async #ownInventory(): Promise<ContainerRef> {
    return { type: 'atm_inventory', id: await this.world.inventory(this.people.owner) };
  }

  /** The roles, the subject, and a group that is none of theirs. */
  async #populate(container: ContainerRef): Promise<string> {
    await this.#addRoles(container);
    await this.#add(container, this.people.subject, []);
    await this.#addMember(container, { type: 'group', id: await this.foreignGroup() }, []);
    return container.id;
  }

  async #addRoles(container: ContainerRef): Promise<void> {
    const { member, privileged, scheduler } = this.people;
    await this.#add(container, member, []);
    await this.#add(container, privileged, this.#privilegesIn(container.type));
    await this.#add(container, scheduler, container.type === 'space' ? ['space_schedule_atm_workflow_executions'] : []);
  }

  #privilegesIn(type: ContainerType): readonly string[] {
    return this.#privileges.filter((privilege) => privilege.startsWith(`${type}_`));
  }

  async #add(container: ContainerRef, { id }: Person, privileges: readonly string[], owner = false): Promise<void> {
    await this.#addMember(container, { type: 'user', id }, privileges, owner);
  }

  async #addMember(container: ContainerRef, member: MemberRef, privileges: readonly string[], owner = false): Promise<void> {
    const added = await this.world.registry.members.add({ container, member, privileges, owner });
    if (added !== 'added') throw new Error(`${member.type} ${member.id} in ${container.type}: ${added}`);
  }

  async #once(name: string, make: () => Promise<string>): Promise<string> {
    const made = this.#made.get(name) ?? make();
    this.#made.set(name, made);
    return await made;
  }
}
