/** Rows of accounts, as several modules read them. */
import type { Account } from '../../registry/types.ts';
import type { SqlTransaction } from '../sql.ts';
import { zonePrivilegesOfGroups } from './effective-memberships.ts';

export interface AccountRow {
  readonly id: string;
  readonly full_name: string;
  readonly username: string | null;
  readonly privileges: string;
  readonly blocked: number;
  readonly basic_auth: number;
  readonly token_generation: number;
  readonly token_secret: string;
  readonly creation_time: number;
}

export const accountColumns = 'id, full_name, username, privileges, blocked, basic_auth, token_generation, token_secret, creation_time';

export async function accountOf(tx: SqlTransaction, row: AccountRow): Promise<Account> {
  const privileges = JSON.parse(row.privileges) as string[];
  return {
    id: row.id,
    fullName: row.full_name,
    username: row.username,
    privileges,
    effectivePrivileges: [...new Set([...privileges, ...(await zonePrivilegesOfGroups(tx, row.id))])].toSorted(),
    blocked: row.blocked === 1,
    basicAuthEnabled: row.basic_auth === 1,
    creationTime: row.creation_time,
  };
}

/** The database's clock in the seconds of the contract. */
export async function seconds(tx: SqlTransaction): Promise<number> {
  return Math.floor((await tx.now()) / 1000);
}
