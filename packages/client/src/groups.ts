import { idPath, type Transport } from './transport.ts';

const base = '/api/v3/onezone';

export interface GroupDetails {
  readonly groupId: string;
  readonly name: string;
  readonly type: string;
}

/** Groups of users themselves; who is in them is in `MembersApi`. */
export class GroupsApi {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** The caller leads it. */
  async create(body: { readonly name: string; readonly type?: string }): Promise<string> {
    return await this.#transport.create(`${base}/user/groups`, body);
  }

  async details(groupId: string): Promise<GroupDetails> {
    return await this.#transport.json('GET', base + idPath`/groups/${groupId}`);
  }

  async update(groupId: string, change: { readonly name?: string; readonly type?: string }): Promise<void> {
    await this.#transport.call('PATCH', base + idPath`/groups/${groupId}`, { body: change });
  }

  async delete(groupId: string): Promise<void> {
    await this.#transport.call('DELETE', base + idPath`/groups/${groupId}`);
  }

  /** Groups that the caller belongs to, directly or through others. */
  async own(): Promise<readonly GroupDetails[]> {
    const { groups } = await this.#transport.json<{ groups: readonly string[] }>('GET', `${base}/user/effective_groups`);
    return await Promise.all(groups.map((groupId) => this.details(groupId)));
  }

  /** Groups that are members of a space. */
  async ofSpace(spaceId: string): Promise<readonly GroupDetails[]> {
    const path = base + idPath`/spaces/${spaceId}/groups`;
    const { groups } = await this.#transport.json<{ groups: readonly string[] }>('GET', path);
    return await Promise.all(groups.map((groupId) => this.#transport.json<GroupDetails>('GET', path + idPath`/${groupId}`)));
  }
}
