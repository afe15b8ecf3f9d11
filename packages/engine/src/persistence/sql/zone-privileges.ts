/** Zone-wide privileges of users and groups (rest §6.4, §8.7). */
import type { MemberRef } from '../../registry/types.ts';
import { defineVerb } from '../sql.ts';
import { zonePrivilegesOfGroups } from './effective-memberships.ts';
import { changedPrivileges, type PrivilegeChange } from './memberships.ts';
import { isLastAdministrator, userCreator, type AccessChange } from './registry-users.ts';

const tables = { user: 'account', group: 'user_group' } as const;

export interface ZonePrivileges {
  /** As granted. */
  readonly direct: readonly string[];
  /** With those that come through groups; not sorted. */
  readonly effective: readonly string[];
}

export const getZonePrivileges = defineVerb('getZonePrivileges', 'read', async (tx, holder: MemberRef): Promise<ZonePrivileges | null> => {
  const row = await tx.get<{ privileges: string }>(`select privileges from ${tables[holder.type]} where id = ?`, [holder.id]);
  if (row === undefined) return null;
  const direct = JSON.parse(row.privileges) as string[];
  return { direct, effective: [...direct, ...(await zonePrivilegesOfGroups(tx, holder.id))] };
});

/** Grants, then revokes; never so that nobody could administer users any more. */
export const changeZonePrivileges = defineVerb(
  'changeZonePrivileges',
  'control',
  async (tx, { holder, ...change }: PrivilegeChange & { readonly holder: MemberRef }): Promise<AccessChange> => {
    const resigns = holder.type === 'user' && change.revoke.includes(userCreator);
    // Before its own row is locked, or two who resign would wait for each other.
    if (resigns && (await isLastAdministrator(tx, holder.id))) return 'lastAdministrator';
    const table = tables[holder.type];
    const row = await tx.get<{ privileges: string }>(`select privileges from ${table} where id = ?${tx.dialect.forUpdate}`, [holder.id]);
    if (row === undefined) return 'missing';
    await tx.run(`update ${table} set privileges = ? where id = ?`, [changedPrivileges(row.privileges, change), holder.id]);
    return 'done';
  },
);

export const zonePrivilegeVerbs = [getZonePrivileges, changeZonePrivileges];
