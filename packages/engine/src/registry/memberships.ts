import type { Database } from '../persistence/sql.ts';
import * as direct from '../persistence/sql/memberships.ts';
import * as effective from '../persistence/sql/effective-memberships.ts';
import type { ContainerRef, ContainerType, EffectiveMembership, MemberRef, Membership } from './types.ts';

/** Users and groups as members of spaces, inventories and groups: directly, and in effect through groups (rest R99, R111). */
export class Memberships {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async add(membership: Membership): Promise<direct.Addition> {
    return await this.#database.call(direct.addMember, membership);
  }

  /** The direct relation. */
  async get(container: ContainerRef, member: MemberRef): Promise<Membership | null> {
    const found = await this.#database.call(direct.getMembership, { containerId: container.id, memberId: member.id });
    return found?.container.type === container.type && found.member.type === member.type ? found : null;
  }

  /** The direct members. */
  async list(container: ContainerRef, memberType: MemberRef['type']): Promise<readonly Membership[]> {
    return await this.#database.call(direct.listMembers, { containerId: container.id, memberType });
  }

  /** Ids of the containers that the member is directly in. */
  async containersOf(member: MemberRef, containerType: ContainerType): Promise<readonly string[]> {
    return await this.#database.call(direct.listContainers, { memberId: member.id, containerType });
  }

  /** Grants, then revokes; false when there is no such direct member. */
  async changePrivileges(container: ContainerRef, member: MemberRef, change: direct.PrivilegeChange): Promise<boolean> {
    const { grant, revoke } = change;
    return await this.#database.call(direct.changeMemberPrivileges, { containerId: container.id, memberId: member.id, grant, revoke });
  }

  async remove(container: ContainerRef, member: MemberRef): Promise<direct.MemberRemoval> {
    return await this.#database.call(direct.removeMember, { containerId: container.id, memberId: member.id });
  }

  async setOwner(spaceId: string, userId: string, owner: boolean): Promise<direct.OwnerChange> {
    return await this.#database.call(direct.changeOwner, { containerId: spaceId, memberId: userId, owner });
  }

  /** null when the member belongs to the container in no way. */
  async effective(container: ContainerRef, member: MemberRef): Promise<EffectiveMembership | null> {
    return await this.#database.call(effective.getEffectiveMembership, { containerId: container.id, memberId: member.id });
  }

  /** Ids of all who belong to the container. */
  async effectiveMembers(container: ContainerRef, memberType: MemberRef['type']): Promise<readonly string[]> {
    return await this.#database.call(effective.listEffectiveMembers, { containerId: container.id, memberType });
  }

  /** All containers of the type that the member belongs to. */
  async effectiveContainersOf(member: MemberRef, containerType: ContainerType): Promise<readonly EffectiveMembership[]> {
    return await this.#database.call(effective.listEffectiveMemberships, { memberId: member.id, containerType });
  }

  /** The direct members of the container through which the member belongs to it; itself when it is one (rest R112). */
  async intermediaries(container: ContainerRef, member: MemberRef): Promise<readonly MemberRef[]> {
    return await this.#database.call(effective.listIntermediaries, { containerId: container.id, memberId: member.id });
  }
}
