/** What inviting to each kind of target needs, and what who joins gets (rest §2.2, R110, R117). */
import { groupPrivileges, inventoryPrivileges, spacePrivileges } from './privileges.ts';
import type { InviteCode } from './token-types.ts';

export interface InviteRight {
  readonly target: 'space' | 'inventory' | 'group';
  readonly joins: 'user' | 'group';
  /** Privileges in the target, and zone-wide ones in their place. */
  readonly invite: string;
  readonly setPrivileges: string;
  readonly zoneInvite: string;
  readonly zoneSetPrivileges: string;
  readonly memberPrivileges: readonly string[];
  /** All that can be offered. */
  readonly allPrivileges: readonly string[];
}

function right(target: InviteRight['target'], joins: InviteRight['joins']): InviteRight {
  const name = { space: 'space', inventory: 'atm_inventory', group: 'group' }[target];
  const zone = { space: 'oz_spaces', inventory: 'oz_atm_inventories', group: 'oz_groups' }[target];
  const sets = { space: spacePrivileges, inventory: inventoryPrivileges, group: groupPrivileges }[target];
  const add = target === 'group' && joins === 'group' ? 'add_child' : `add_${joins}`;
  return {
    target,
    joins,
    invite: `${name}_${add}`,
    setPrivileges: `${name}_set_privileges`,
    zoneInvite: `${zone}_add_relationships`,
    zoneSetPrivileges: `${zone}_set_privileges`,
    memberPrivileges: sets.member,
    allPrivileges: sets.admin,
  };
}

/** null: there are no such targets in this installation. */
export const inviteRights: Readonly<Record<InviteCode, InviteRight | null>> = {
  ujg: right('group', 'user'),
  gjg: right('group', 'group'),
  ujs: right('space', 'user'),
  gjs: right('space', 'group'),
  uji: right('inventory', 'user'),
  gji: right('inventory', 'group'),
  ssp: null,
  hjs: null,
  rop: null,
  ujc: null,
  gjc: null,
  ujh: null,
  gjh: null,
  sjh: null,
};
