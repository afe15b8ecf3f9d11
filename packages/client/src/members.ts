import { idPath, type Transport } from './transport.ts';

const base = '/api/v3/onezone';

/** What has members. */
export interface Container {
  readonly kind: 'spaces' | 'atm_inventories' | 'groups';
  readonly id: string;
}

export interface Member {
  readonly type: 'user' | 'group';
  readonly id: string;
}

export type MemberReach = 'direct' | 'effective';

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

  async ids(container: Container, type: Member['type'], reach: MemberReach = 'direct'): Promise<readonly string[]> {
    const answer = await this.#transport.json<Readonly<Record<string, readonly string[]>>>('GET', this.#path(container, type, reach));
    return answer[type === 'user' ? 'users' : 'groups'] ?? [];
  }

  async name(container: Container, member: Member, reach: MemberReach = 'direct'): Promise<string> {
    const path = this.#path(container, member.type, reach) + idPath`/${member.id}`;
    return (await this.#transport.json<{ readonly name: string }>('GET', path)).name;
  }

  /** As granted to the direct member, or all that hold in effect. Those of others take a privilege to see. */
  async privileges(container: Container, member: Member, reach: MemberReach = 'direct'): Promise<readonly string[]> {
    const path = this.#path(container, member.type, reach) + idPath`/${member.id}/privileges`;
    return (await this.#transport.json<{ readonly privileges: readonly string[] }>('GET', path)).privileges;
  }

  /** Without privileges the member gets those of plain members. */
  async add(container: Container, member: Member, privileges?: readonly string[]): Promise<void> {
    const body = privileges === undefined ? {} : { privileges };
    await this.#transport.call('PUT', this.#path(container, member.type, 'direct') + idPath`/${member.id}`, { body });
  }

  async remove(container: Container, member: Member): Promise<void> {
    await this.#transport.call('DELETE', this.#path(container, member.type, 'direct') + idPath`/${member.id}`);
  }

  async changePrivileges(
    container: Container,
    member: Member,
    change: { readonly grant?: readonly string[]; readonly revoke?: readonly string[] },
  ): Promise<void> {
    const path = this.#path(container, member.type, 'direct') + idPath`/${member.id}/privileges`;
    await this.#transport.call('PATCH', path, { body: change });
  }

  /** Where an effective membership comes from: groups, and the container itself when the member is a direct one. */
  async intermediaries(container: Container, member: Member): Promise<readonly { readonly type: string; readonly id: string }[]> {
    const path = this.#path(container, member.type, 'effective') + idPath`/${member.id}/membership`;
    return (await this.#transport.json<{ readonly intermediaries: readonly { type: string; id: string }[] }>('GET', path)).intermediaries;
  }

  #path({ kind, id }: Container, type: Member['type'], reach: MemberReach): string {
    return `${base}/${kind}${idPath`/${id}`}/${segmentOf({ kind, id }, type, reach)}`;
  }
}
