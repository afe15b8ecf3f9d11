import { idPath, type Transport } from './transport.ts';

const base = '/api/v3/onezone';

export interface GroupDetails {
  readonly groupId: string;
  readonly name: string;
  readonly type: string;
}

/** Groups of users, and the spaces they are in. */
export class GroupsApi {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async create(body: { readonly name: string; readonly type?: string }): Promise<string> {
    return await this.#transport.create(`${base}/user/groups`, body);
  }

  async details(groupId: string): Promise<GroupDetails> {
    return await this.#transport.json('GET', base + idPath`/groups/${groupId}`);
  }

  async delete(groupId: string): Promise<void> {
    await this.#transport.call('DELETE', base + idPath`/groups/${groupId}`);
  }

  /** Groups that the caller made. */
  async own(): Promise<readonly GroupDetails[]> {
    const { groups } = await this.#transport.json<{ groups: readonly string[] }>('GET', `${base}/user/groups`);
    return await Promise.all(groups.map((groupId) => this.details(groupId)));
  }

  async ofSpace(spaceId: string): Promise<readonly GroupDetails[]> {
    const path = base + idPath`/spaces/${spaceId}/groups`;
    const { groups } = await this.#transport.json<{ groups: readonly string[] }>('GET', path);
    return await Promise.all(
      groups.map((groupId) => this.#transport.json<GroupDetails>('GET', base + idPath`/spaces/${spaceId}/groups/${groupId}`)),
    );
  }

  async addToSpace(spaceId: string, groupId: string): Promise<void> {
    await this.#transport.call('PUT', base + idPath`/spaces/${spaceId}/groups/${groupId}`, { body: {} });
  }

  async removeFromSpace(spaceId: string, groupId: string): Promise<void> {
    await this.#transport.call('DELETE', base + idPath`/spaces/${spaceId}/groups/${groupId}`);
  }
}
