import type { Inventory, Space, User, WorkflowDump, WorkflowSchema } from './shapes.ts';
import { idPath, type Transport } from './transport.ts';

const base = '/api/v3/onezone';

/** Spaces, users, inventories and workflow schemas (rest §8). */
export class RegistryApi {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Spaces that the caller can use. */
  async spaces(): Promise<readonly Space[]> {
    const answer = await this.#transport.json<{ spaces: readonly string[] }>('GET', `${base}/user/effective_spaces`);
    return await Promise.all(answer.spaces.map((id) => this.space(id)));
  }

  async space(spaceId: string): Promise<Space> {
    return await this.#transport.json('GET', base + idPath`/spaces/${spaceId}`);
  }

  /** `path` is an absolute directory on the server; without it the server makes one. */
  async createSpace(body: { readonly name: string; readonly path?: string; readonly readonly?: boolean }): Promise<string> {
    return await this.#transport.create(`${base}/user/spaces`, body);
  }

  /** Its directory stays as it is. */
  async deleteSpace(spaceId: string): Promise<void> {
    await this.#transport.call('DELETE', base + idPath`/spaces/${spaceId}`);
  }

  /** Ids of all users, for administrators. */
  async users(): Promise<readonly string[]> {
    return (await this.#transport.json<{ readonly users: readonly string[] }>('GET', `${base}/users`)).users;
  }

  async user(userId: string): Promise<User> {
    return await this.#transport.json('GET', base + idPath`/users/${userId}`);
  }

  async createUser(username: string): Promise<string> {
    return await this.#transport.create(`${base}/users`, { username, fullName: username });
  }

  /** A new access token of the user. */
  async createUserToken(userId: string, name: string): Promise<string> {
    const path = base + idPath`/users/${userId}/tokens/named`;
    const answer = await this.#transport.json<{ token: string }>('POST', path, { body: { name, type: { accessToken: {} } } });
    return answer.token;
  }

  /** The id of the user of this name; the names are looked at one by one. Administrators only. */
  async userIdOf(username: string): Promise<string | undefined> {
    const { users } = await this.#transport.json<{ users: readonly string[] }>('GET', `${base}/users`);
    for (const id of users) {
      const user = await this.#transport.json<{ username: string | null }>('GET', base + idPath`/users/${id}`);
      if (user.username === username) return id;
    }
    return users.find((id) => id === username);
  }

  /** The password of a user, and whether it logs in. */
  async setBasicAuth(userId: string, change: { readonly newPassword?: string; readonly basicAuthEnabled?: boolean }): Promise<void> {
    await this.#transport.call('PATCH', base + idPath`/users/${userId}/basic_auth`, { body: change });
  }

  async deleteUser(userId: string): Promise<void> {
    await this.#transport.call('DELETE', base + idPath`/users/${userId}`);
  }

  /** Without privileges the user gets the default set of members. */
  async addSpaceMember(spaceId: string, userId: string, privileges: readonly string[] | undefined): Promise<void> {
    const body = privileges === undefined ? {} : { privileges };
    await this.#transport.call('PUT', base + idPath`/spaces/${spaceId}/users/${userId}`, { body });
  }

  async inventories(): Promise<readonly string[]> {
    const answer = await this.#transport.json<{ atm_inventories: readonly string[] }>('GET', `${base}/user/atm_inventories`);
    return answer.atm_inventories;
  }

  /** Inventories that the caller belongs to, also through groups. */
  async effectiveInventories(): Promise<readonly Inventory[]> {
    const answer = await this.#transport.json<{ atm_inventories: readonly string[] }>('GET', `${base}/user/effective_atm_inventories`);
    const details = async (id: string) => await this.#transport.json<Inventory>('GET', base + idPath`/atm_inventories/${id}`);
    return await Promise.all(answer.atm_inventories.map(details));
  }

  async createInventory(name: string): Promise<string> {
    return await this.#transport.create(`${base}/user/atm_inventories`, { name });
  }

  /** With its workflow schemas and the lambdas that are nowhere else (rest R113). */
  async deleteInventory(inventoryId: string): Promise<void> {
    await this.#transport.call('DELETE', base + idPath`/atm_inventories/${inventoryId}`);
  }

  async lambdas(inventoryId: string): Promise<readonly string[]> {
    const path = base + idPath`/atm_inventories/${inventoryId}/atm_lambdas`;
    return (await this.#transport.json<{ atm_lambdas: readonly string[] }>('GET', path)).atm_lambdas;
  }

  /** From its last inventory a lambda goes for good (rest R122). */
  async unlinkLambda(lambdaId: string, inventoryId: string): Promise<void> {
    await this.#transport.call('DELETE', base + idPath`/atm_lambdas/${lambdaId}/atm_inventories/${inventoryId}`);
  }

  async workflowSchemas(inventoryId: string): Promise<readonly string[]> {
    const path = base + idPath`/atm_inventories/${inventoryId}/atm_workflow_schemas`;
    const answer = await this.#transport.json<{ atm_workflow_schemas: readonly string[] }>('GET', path);
    return answer.atm_workflow_schemas;
  }

  async workflowSchema(schemaId: string): Promise<WorkflowSchema> {
    return await this.#transport.json('GET', base + idPath`/atm_workflow_schemas/${schemaId}`);
  }

  /** A dump is a creation body once it names the inventory (rest R129). */
  async createWorkflowSchema(inventoryId: string, dump: WorkflowDump): Promise<string> {
    return await this.#transport.create(`${base}/atm_workflow_schemas`, { ...dump, atmInventoryId: inventoryId });
  }

  async deleteWorkflowSchema(schemaId: string): Promise<void> {
    await this.#transport.call('DELETE', base + idPath`/atm_workflow_schemas/${schemaId}`, {});
  }

  /** Inserts or overwrites the revision (rest R124). */
  async putWorkflowRevision(schemaId: string, dump: WorkflowDump['revision']): Promise<void> {
    const path = base + idPath`/atm_workflow_schemas/${schemaId}/revision/${dump.originalRevisionNumber}`;
    await this.#transport.call('PUT', path, { body: dump });
  }
}
