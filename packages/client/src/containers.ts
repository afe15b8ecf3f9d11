/** Spaces, inventories and groups, as far as they are alike: each has members, and is itself something that users and groups are in. */
import type { GroupDetails, Inventory, Space } from './zone-shapes.ts';
import { idPath } from './transport.ts';

export const zone = '/api/v3/onezone';

export type ContainerKind = 'spaces' | 'atm_inventories' | 'groups';

/** What has members. */
export interface Container<Kind extends ContainerKind = ContainerKind> {
  readonly kind: Kind;
  readonly id: string;
}

export interface Member {
  readonly type: 'user' | 'group';
  readonly id: string;
}

/** As a member of its own, or also through groups, at any depth (rest R112). */
export type MemberReach = 'direct' | 'effective';

/** Who becomes the first member of what is made, with all privileges: the caller, nobody (an administrator's right), or a group. */
export type Founder = 'self' | 'nobody' | { readonly groupId: string };

/** Whose memberships: the caller's, or those of a group. */
export type Belonger = 'self' | { readonly groupId: string };

export interface ContainerDetails {
  readonly spaces: Space;
  readonly atm_inventories: Inventory;
  readonly groups: GroupDetails;
}

/** Where what a user or a group is in is listed; groups above a group are its parents. */
export function belongingPath(belonger: Belonger, kind: ContainerKind, reach: MemberReach): string {
  const segment = belonger !== 'self' && kind === 'groups' ? 'parents' : kind;
  const owner = belonger === 'self' ? '/user' : idPath`/groups/${belonger.groupId}`;
  return `${zone}${owner}/${reach === 'direct' ? '' : 'effective_'}${segment}`;
}

export function creationPath(founder: Founder, kind: ContainerKind): string {
  return founder === 'nobody' ? `${zone}/${kind}` : belongingPath(founder, kind, 'direct');
}
