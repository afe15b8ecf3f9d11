import { belongingPath, creationPath, zone, type Founder } from './containers.ts';
import { gather } from './gather.ts';
import type { GroupDetails } from './zone-shapes.ts';
import { idPath, type Transport } from './transport.ts';

/** `organization`, `unit`, `team` (when none is named) or `role_holders`. */
interface NewGroup {
  readonly name: string;
  readonly type?: string;
}

/** Groups of users themselves (rest §8.7); who is in them is in `MembersApi`, what they are in is in `BelongingsApi`. */
export class GroupsApi {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Makes a group and answers its id; the caller leads it. Made for a group, it is above that one, whose members are its members then.
   * `badValueName` for a name that is none (rest R108).
   */
  async create(group: NewGroup, founder: Founder = 'self'): Promise<string> {
    return await this.#transport.create(creationPath(founder, 'groups'), group);
  }

  /** `forbidden` to those who are not in it and may not view all. */
  async details(groupId: string): Promise<GroupDetails> {
    return await this.#transport.json('GET', zone + idPath`/groups/${groupId}`);
  }

  /** It needs `group_update`. */
  async update(groupId: string, change: Partial<NewGroup>): Promise<void> {
    await this.#transport.call('PATCH', zone + idPath`/groups/${groupId}`, { body: change });
  }

  /** What it was in loses it, and those who were there through it. It needs `group_delete`. */
  async delete(groupId: string): Promise<void> {
    await this.#transport.call('DELETE', zone + idPath`/groups/${groupId}`);
  }

  /** Groups that the caller belongs to, directly or through others; one request for the list and one for each. */
  async own(): Promise<readonly GroupDetails[]> {
    const { groups } = await this.#transport.json<{ groups: readonly string[] }>('GET', belongingPath('self', 'groups', 'effective'));
    return await gather(groups, async (groupId) => await this.details(groupId));
  }

  /** Ids of all groups of the server; `forbidden` without `oz_groups_list`. */
  async all(): Promise<readonly string[]> {
    return (await this.#transport.json<{ groups: readonly string[] }>('GET', `${zone}/groups`)).groups;
  }

  /** Groups that are members of a space. */
  async ofSpace(spaceId: string): Promise<readonly GroupDetails[]> {
    const path = zone + idPath`/spaces/${spaceId}/groups`;
    const { groups } = await this.#transport.json<{ groups: readonly string[] }>('GET', path);
    return await gather(groups, async (groupId) => await this.#transport.json<GroupDetails>('GET', path + idPath`/${groupId}`));
  }
}
