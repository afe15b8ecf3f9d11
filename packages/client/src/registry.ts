import type { BelongingsApi } from './belongings.ts';
import type { InventoriesApi } from './inventories.ts';
import type { LambdasApi } from './lambdas.ts';
import type { MembersApi } from './members.ts';
import type { SpacesApi } from './spaces.ts';
import type { TokensApi } from './tokens.ts';
import type { UsersApi } from './users.ts';
import type { WorkflowsApi } from './workflows.ts';
import type { NewSpace, Space, WorkflowDump, WorkflowSchema } from './zone-shapes.ts';

interface Parts {
  readonly spaces: SpacesApi;
  readonly users: UsersApi;
  readonly tokens: TokensApi;
  readonly members: MembersApi;
  readonly belongings: BelongingsApi;
  readonly inventories: InventoriesApi;
  readonly lambdas: LambdasApi;
  readonly workflows: WorkflowsApi;
}

/** The first form of what `SpacesApi`, `UsersApi`, `InventoriesApi`, `LambdasApi` and `WorkflowsApi` do, kept for programs that use it. */
export class RegistryApi {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** `spaces.own` */
  async spaces(): Promise<readonly Space[]> {
    return await this.#parts.spaces.own();
  }

  /** `spaces.get` */
  async space(spaceId: string): Promise<Space> {
    return await this.#parts.spaces.get(spaceId);
  }

  /** `spaces.create` */
  async createSpace(space: NewSpace): Promise<string> {
    return await this.#parts.spaces.create(space);
  }

  /** `spaces.delete` */
  async deleteSpace(spaceId: string): Promise<void> {
    await this.#parts.spaces.delete(spaceId);
  }

  /** `users.create`, the username being the full name as well. */
  async createUser(username: string): Promise<string> {
    return await this.#parts.users.create({ username, fullName: username });
  }

  /** `tokens.create` of an access token for the user; answers its text. */
  async createUserToken(userId: string, name: string): Promise<string> {
    return (await this.#parts.tokens.create({ name, type: { accessToken: {} } }, { userId })).token;
  }

  /** `users.delete` */
  async deleteUser(userId: string): Promise<void> {
    await this.#parts.users.delete(userId);
  }

  /** `members.add` of a user to a space. */
  async addSpaceMember(spaceId: string, userId: string, privileges: readonly string[] | undefined): Promise<void> {
    await this.#parts.members.add({ kind: 'spaces', id: spaceId }, { type: 'user', id: userId }, privileges);
  }

  /** `belongings.ids` of the caller's inventories, without those through groups. */
  async inventories(): Promise<readonly string[]> {
    return await this.#parts.belongings.ids('self', 'atm_inventories');
  }

  /** `inventories.create` */
  async createInventory(name: string): Promise<string> {
    return await this.#parts.inventories.create(name);
  }

  /** `inventories.delete` */
  async deleteInventory(inventoryId: string): Promise<void> {
    await this.#parts.inventories.delete(inventoryId);
  }

  /** `lambdas.ids` */
  async lambdas(inventoryId: string): Promise<readonly string[]> {
    return await this.#parts.lambdas.ids(inventoryId);
  }

  /** `lambdas.unlink` */
  async unlinkLambda(lambdaId: string, inventoryId: string): Promise<void> {
    await this.#parts.lambdas.unlink(lambdaId, inventoryId);
  }

  /** `workflows.ids` */
  async workflowSchemas(inventoryId: string): Promise<readonly string[]> {
    return await this.#parts.workflows.ids(inventoryId);
  }

  /** `workflows.get` */
  async workflowSchema(schemaId: string): Promise<WorkflowSchema> {
    return await this.#parts.workflows.get(schemaId);
  }

  /** `workflows.create` */
  async createWorkflowSchema(inventoryId: string, dump: WorkflowDump): Promise<string> {
    return await this.#parts.workflows.create(inventoryId, dump);
  }

  /** `workflows.delete` */
  async deleteWorkflowSchema(schemaId: string): Promise<void> {
    await this.#parts.workflows.delete(schemaId);
  }

  /** `workflows.putRevision` under the number that the dump has. */
  async putWorkflowRevision(schemaId: string, dump: WorkflowDump['revision']): Promise<void> {
    await this.#parts.workflows.putRevision(schemaId, dump, dump.originalRevisionNumber);
  }
}
