/** What can have members, and who can be one: the tables behind all routes over relations (rest §8.1, §8.6, §8.7). */
import {
  groupPrivileges,
  inventoryPrivileges,
  spacePrivileges,
  type ContainerRef,
  type MemberRef,
  type PrivilegeSets,
} from '@laneway/engine';
import type { ServerDeps } from '../../deps.ts';

export interface ContainerKind {
  /** Also the prefix of its privileges. */
  readonly type: ContainerRef['type'];
  readonly plural: 'spaces' | 'atm_inventories' | 'groups';
  readonly sets: PrivilegeSets;
  /** How a member's list of them is called in a path, and the name of an id there. */
  readonly segment: 'spaces' | 'atm_inventories' | 'groups' | 'parents';
  readonly param: 'sid' | 'aiid' | 'gid';
  /** What somebody needs in a group to bring it in, and to take it out by himself (rest §6.3). */
  readonly join: string;
  readonly leave: string;
  /** The zone-wide privileges that let an administrator make one for a group. */
  readonly found: readonly string[];
  readonly members: readonly MemberKind[];
  /** Id of the user who made it, or null when there is none. */
  readonly creatorOf: (deps: ServerDeps, id: string) => Promise<string | null>;
}

export interface MemberKind {
  readonly type: MemberRef['type'];
  /** In paths. */
  readonly segment: 'users' | 'groups' | 'children';
  readonly param: 'uid' | 'gid';
  /** In ids of operations and in names of privileges. */
  readonly noun: 'user' | 'group' | 'child';
  /** Key of lists, and the word in zone-wide privileges. */
  readonly plural: 'users' | 'groups';
  /** What errors call an id that stands for nothing (rest R116). */
  readonly key: 'userId' | 'groupId';
}

const users: MemberKind = { type: 'user', segment: 'users', param: 'uid', noun: 'user', plural: 'users', key: 'userId' };
const groups: MemberKind = { type: 'group', segment: 'groups', param: 'gid', noun: 'group', plural: 'groups', key: 'groupId' };
const children: MemberKind = { ...groups, segment: 'children', noun: 'child' };

export const spaceKind: ContainerKind = {
  type: 'space',
  plural: 'spaces',
  sets: spacePrivileges,
  segment: 'spaces',
  param: 'sid',
  join: 'group_add_space',
  leave: 'group_leave_space',
  found: ['oz_spaces_create'],
  members: [users, groups],
  creatorOf: async (deps, id) => (await deps.spaces.get(id))?.ownerUserId ?? null,
};

export const inventoryKind: ContainerKind = {
  type: 'atm_inventory',
  plural: 'atm_inventories',
  sets: inventoryPrivileges,
  segment: 'atm_inventories',
  param: 'aiid',
  join: 'group_add_atm_inventory',
  leave: 'group_remove_atm_inventory',
  found: ['oz_atm_inventories_create', 'oz_groups_add_relationships'],
  members: [users, groups],
  creatorOf: async (deps, id) => (await deps.registry.inventory(id))?.creatorId ?? null,
};

export const groupKind: ContainerKind = {
  type: 'group',
  plural: 'groups',
  sets: groupPrivileges,
  segment: 'parents',
  param: 'gid',
  join: 'group_add_parent',
  leave: 'group_leave_parent',
  found: ['oz_groups_create', 'oz_groups_add_relationships'],
  members: [users, children],
  creatorOf: async (deps, id) => (await deps.registry.groups.get(id))?.creatorUserId ?? null,
};

export const containerKinds = [spaceKind, inventoryKind, groupKind] as const;
