/** Who may do what to the members of a container, in the order 404, caveats, 401, 403 (rest §7). */
import type { ContainerRef, EffectiveMembership, MemberRef } from '@laneway/engine';
import { forbidden, hasZonePrivilege, notFound, type UserIdentity } from '../../auth/identity.ts';
import type { ServerDeps } from '../../deps.ts';
import type { Call } from '../../http/route.ts';
import { requireZoneUser } from '../access.ts';
import type { ContainerKind, MemberKind } from './kinds.ts';

export type Reach = 'direct' | 'effective';

export class RelationAccess {
  readonly deps: ServerDeps;
  readonly call: Call;
  readonly kind: ContainerKind;
  readonly container: ContainerRef;
  readonly creatorId: string;
  readonly user: UserIdentity;
  /** What the caller is in the container. */
  readonly self: EffectiveMembership | null;

  private constructor(parts: Pick<RelationAccess, 'deps' | 'call' | 'kind' | 'container' | 'creatorId' | 'user' | 'self'>) {
    this.deps = parts.deps;
    this.call = parts.call;
    this.kind = parts.kind;
    this.container = parts.container;
    this.creatorId = parts.creatorId;
    this.user = parts.user;
    this.self = parts.self;
  }

  /** 404 for a container, or a relation, that does not exist (rest R111); then caveats and 401. */
  static async enter(
    deps: ServerDeps,
    call: Call,
    kind: ContainerKind,
    relation: { readonly aspect: string; readonly member?: MemberRef; readonly reach?: Reach },
  ): Promise<RelationAccess> {
    const container = { type: kind.type, id: call.param('id') };
    const creatorId = await kind.creatorOf(deps, container.id);
    if (creatorId === null) throw notFound();
    const { member, reach = 'direct' } = relation;
    if (member !== undefined && !(await isRelated(deps, container, member, reach))) throw notFound();
    const user = requireZoneUser(call, `${kind.type}.${container.id}.${relation.aspect}:private`);
    const self = await deps.registry.members.effective(container, { type: 'user', id: user.account.id });
    return new RelationAccess({ deps, call, kind, container, creatorId, user, self });
  }

  /** Whether the caller holds it there; owners hold every one (rest R98). */
  holds(privilege: string): boolean {
    return this.self !== null && (this.self.owner || this.self.privileges.includes(`${this.kind.type}_${privilege}`));
  }

  zone(privilege: string): boolean {
    return hasZonePrivilege(this.user, `oz_${this.kind.plural}_${privilege}`);
  }

  /** Privileges in the container, or zone-wide over all containers of the kind. */
  allow(privilege: string, zone: string): void {
    if (!this.holds(privilege) && !this.zone(zone)) throw forbidden();
  }

  /** The caller himself, or a group that he belongs to. */
  async isOwn(member: MemberRef): Promise<boolean> {
    const self = { type: 'user', id: this.user.account.id } as const;
    if (member.type === 'user') return member.id === self.id;
    return (await this.deps.registry.members.effective({ type: 'group', id: member.id }, self)) !== null;
  }

  /** Whether the caller holds the privilege in a group. */
  async holdsInGroup(groupId: string, privilege: string): Promise<boolean> {
    const self = { type: 'user', id: this.user.account.id } as const;
    const membership = await this.deps.registry.members.effective({ type: 'group', id: groupId }, self);
    return membership?.privileges.includes(privilege) === true;
  }
}

/** Whether the user or group exists. */
export async function memberExists({ registry }: ServerDeps, { type, id }: MemberRef): Promise<boolean> {
  return (type === 'user' ? await registry.user(id) : await registry.groups.get(id)) !== null;
}

async function isRelated(deps: ServerDeps, container: ContainerRef, member: MemberRef, reach: Reach): Promise<boolean> {
  const { members } = deps.registry;
  if (reach === 'direct') return (await members.get(container, member)) !== null;
  // A group's id among users is as unknown as any other.
  return (await members.effective(container, member)) !== null && (await memberExists(deps, member));
}

export function memberOf(call: Call, member: MemberKind): MemberRef {
  return { type: member.type, id: call.param(member.param) };
}
