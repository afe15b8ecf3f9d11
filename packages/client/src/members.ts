import { zone, type Container, type ContainerKind, type Member, type MemberReach } from './containers.ts';
import { idPath, type Transport } from './transport.ts';

/** At least one of the two lists. */
export interface PrivilegeChange {
  readonly grant?: readonly string[];
  readonly revoke?: readonly string[];
}

/** What members learn about each other: users have full names and perhaps usernames, groups have types. */
export interface MemberDetails {
  readonly name: string;
  readonly fullName?: string;
  readonly username?: string | null;
  readonly type?: string;
  /** Seconds. */
  readonly creationTime: number;
}

function segmentOf({ kind }: Container, type: Member['type'], reach: MemberReach): string {
  const direct = type === 'user' ? 'users' : kind === 'groups' ? 'children' : 'groups';
  return reach === 'direct' ? direct : `effective_${direct}`;
}

/** Users and groups as members of spaces, inventories and groups (rest §8.1, §8.6, §8.7). */
export class MembersApi {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Ids of the users or groups there; it needs `…_view`. */
  async ids(container: Container, type: Member['type'], reach: MemberReach = 'direct'): Promise<readonly string[]> {
    const answer = await this.#transport.json<Readonly<Record<string, readonly string[]>>>('GET', this.#path(container, type, reach));
    return answer[type === 'user' ? 'users' : 'groups'] ?? [];
  }

  /** `notFound` for one who is no member (rest R111). */
  async details(container: Container, member: Member, reach: MemberReach = 'direct'): Promise<MemberDetails> {
    return await this.#transport.json('GET', this.#path(container, member.type, reach) + idPath`/${member.id}`);
  }

  /** The full name of a user, the name of a group. */
  async name(container: Container, member: Member, reach: MemberReach = 'direct'): Promise<string> {
    return (await this.details(container, member, reach)).name;
  }

  /** As granted to the direct member, or all that hold in effect. Those of others take `…_view_privileges` to see. */
  async privileges(container: Container, member: Member, reach: MemberReach = 'direct'): Promise<readonly string[]> {
    const path = this.#path(container, member.type, reach) + idPath`/${member.id}/privileges`;
    return (await this.#transport.json<{ readonly privileges: readonly string[] }>('GET', path)).privileges;
  }

  /** The sets `member`, `manager` and `admin` of a kind; the last one has all privileges. Anybody may ask. */
  async privilegeSets(kind: ContainerKind): Promise<Readonly<Record<string, readonly string[]>>> {
    return await this.#transport.json('GET', `${zone}/${kind}/privileges`);
  }

  /**
   * Adds a user – the caller himself, or any by an administrator – or a group that the caller may add (rest R114, R115). Without privileges the
   * member gets the set `member`. `relationAlreadyExists` for a member, `badValueIdNotFound` for nobody (rest R116).
   */
  async add(container: Container, member: Member, privileges?: readonly string[]): Promise<void> {
    const body = privileges === undefined ? {} : { privileges };
    await this.#transport.call('PUT', this.#path(container, member.type, 'direct') + idPath`/${member.id}`, { body });
  }

  /** Makes a group that is a member at once, with the privileges of the set `member`; the caller leads it. Answers its id. */
  async createGroup(container: Container, group: { readonly name: string; readonly type?: string }): Promise<string> {
    return await this.#transport.create(this.#path(container, 'group', 'direct'), group);
  }

  /** Members that come through others stay. `cannotRemoveLastOwner` for the only owner of a space (rest R130). */
  async remove(container: Container, member: Member): Promise<void> {
    await this.#transport.call('DELETE', this.#path(container, member.type, 'direct') + idPath`/${member.id}`);
  }

  /** It needs `…_set_privileges`; `badValueNotAllowed` for privileges that the kind does not have. */
  async changePrivileges(container: Container, member: Member, change: PrivilegeChange): Promise<void> {
    const path = this.#path(container, member.type, 'direct') + idPath`/${member.id}/privileges`;
    await this.#transport.call('PATCH', path, { body: change });
  }

  /** Where an effective membership comes from: groups, and the container itself when the member is a direct one (rest R112). */
  async intermediaries(container: Container, member: Member): Promise<readonly { readonly type: string; readonly id: string }[]> {
    const path = this.#path(container, member.type, 'effective') + idPath`/${member.id}/membership`;
    return (await this.#transport.json<{ readonly intermediaries: readonly { type: string; id: string }[] }>('GET', path)).intermediaries;
  }

  #path({ kind, id }: Container, type: Member['type'], reach: MemberReach): string {
    return `${zone}/${kind}${idPath`/${id}`}/${segmentOf({ kind, id }, type, reach)}`;
  }
}
