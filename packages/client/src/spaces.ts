import { belongingPath, creationPath, zone, type Founder } from './containers.ts';
import { gather } from './gather.ts';
import type { NewSpace, ProviderSpace, Space, SpaceChange } from './zone-shapes.ts';
import { idPath, type Transport } from './transport.ts';

const provider = '/api/v3/oneprovider/spaces';

/** Spaces: directories of the server that workflows run on (rest §8.6). Who is in them is in `MembersApi` and `BelongingsApi`. */
export class SpacesApi {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Spaces that the caller can use, also those through groups; one request for the list and one for each. */
  async own(): Promise<readonly Space[]> {
    const { spaces } = await this.#transport.json<{ spaces: readonly string[] }>('GET', belongingPath('self', 'spaces', 'effective'));
    return await gather(spaces, async (id) => await this.get(id));
  }

  /** Ids of all spaces of the server; `forbidden` without `oz_spaces_list`. */
  async all(): Promise<readonly string[]> {
    return (await this.#transport.json<{ spaces: readonly string[] }>('GET', `${zone}/spaces`)).spaces;
  }

  /** `notFound` when there is none, `forbidden` to those who are not in it and may not view all. */
  async get(spaceId: string): Promise<Space> {
    return await this.#transport.json('GET', zone + idPath`/spaces/${spaceId}`);
  }

  /**
   * Makes a space and answers its id. `path` is an absolute directory on the server, for administrators (extension); without it the server makes
   * one. `badValueName` for a name that is none (rest R108), `alreadyExists` for a seed that was used.
   */
  async create(space: NewSpace, founder: Founder = 'self'): Promise<string> {
    return await this.#transport.create(creationPath(founder, 'spaces'), space);
  }

  /** Changes what is named and leaves the rest. It needs `space_update`, marketplace keys `space_manage_in_marketplace` as well. */
  async update(spaceId: string, change: SpaceChange): Promise<void> {
    await this.#transport.call('PATCH', zone + idPath`/spaces/${spaceId}`, { body: change });
  }

  /** Forgets a space that has no executions; its directory stays as it is. */
  async delete(spaceId: string): Promise<void> {
    await this.#transport.call('DELETE', zone + idPath`/spaces/${spaceId}`);
  }

  /** Ids of the users who hold every privilege there, whatever their list says (rest R98). */
  async owners(spaceId: string): Promise<readonly string[]> {
    return (await this.#transport.json<{ users: readonly string[] }>('GET', zone + idPath`/spaces/${spaceId}/owners`)).users;
  }

  /** Takes an owner to do. `relationDoesNotExist` for a user who is no member, `alreadyExists` for an owner (rest R130). */
  async addOwner(spaceId: string, userId: string): Promise<void> {
    await this.#transport.call('PUT', zone + idPath`/spaces/${spaceId}/owners/${userId}`, { body: {} });
  }

  /** He stays a member. `cannotRemoveLastOwner` for the only one (rest R130). */
  async removeOwner(spaceId: string, userId: string): Promise<void> {
    await this.#transport.call('DELETE', zone + idPath`/spaces/${spaceId}/owners/${userId}`);
  }

  /** The text of a token that invites a user or a group, for a week; `TokensApi.create` makes ones that are confined. */
  async inviteToken(spaceId: string, invited: 'user' | 'group'): Promise<string> {
    const path = zone + idPath`/spaces/${spaceId}/${`${invited}s`}/token`;
    return (await this.#transport.json<{ token: string }>('POST', path, { body: {} })).token;
  }

  /** Spaces that the token reaches, with their root directories (rest §5.9). Tokens for files work here as well. */
  async reached(): Promise<readonly ProviderSpace[]> {
    return await this.#transport.json('GET', provider);
  }

  /** The same of one space; `forbidden` also when there is none (rest §5.9). */
  async reachedOne(spaceId: string): Promise<ProviderSpace> {
    return await this.#transport.json('GET', provider + idPath`/${spaceId}`);
  }
}
