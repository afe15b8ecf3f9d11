import { belongingPath, type Belonger, type Container, type ContainerDetails, type ContainerKind, type MemberReach } from './containers.ts';
import { idPath, type Transport } from './transport.ts';

/**
 * What the caller, or a group, belongs to: spaces, inventories and groups, seen from the side of the member (rest §8.1, §8.6, §8.7). For a
 * group it takes privileges in the group: `group_view` to look, `group_add_…` to join, `group_leave_…` or `group_remove_…` to leave.
 */
export class BelongingsApi {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Ids of spaces, inventories or groups. */
  async ids(belonger: Belonger, kind: ContainerKind, reach: MemberReach = 'direct'): Promise<readonly string[]> {
    const answer = await this.#transport.json<Readonly<Record<string, readonly string[]>>>('GET', belongingPath(belonger, kind, reach));
    return answer[kind] ?? [];
  }

  /** As the API of the kind answers it, but `notFound` for what the caller or the group does not belong to (rest R111). */
  async details<Kind extends ContainerKind>(
    belonger: Belonger,
    { kind, id }: Container<Kind>,
    reach: MemberReach = 'direct',
  ): Promise<ContainerDetails[Kind]> {
    return await this.#transport.json('GET', belongingPath(belonger, kind, reach) + idPath`/${id}`);
  }

  /**
   * Consumes an invite token and answers the id of what was joined; nothing invites groups into groups. `badValueToken` for a token
   * that invites somebody else or somewhere else, `inviteTokenUsageLimitReached`, `tokenRevoked`, … for one that does not help any more,
   * `relationAlreadyExists` for a member (rest R110).
   */
  async join(belonger: Belonger, kind: ContainerKind, token: string): Promise<string> {
    return await this.#transport.create(`${belongingPath(belonger, kind, 'direct')}/join`, { token });
  }

  /** `notFound` without a direct membership; `cannotRemoveLastOwner` for the only owner of a space (rest R130). */
  async leave(belonger: Belonger, { kind, id }: Container): Promise<void> {
    await this.#transport.call('DELETE', belongingPath(belonger, kind, 'direct') + idPath`/${id}`);
  }
}
