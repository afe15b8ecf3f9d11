/** Accounts, and the few settings of the whole installation. */
import { defineVerb, type SqlTransaction } from '../sql.ts';
import { accountColumns, accountOf, seconds, type AccountRow } from './accounts.ts';
import { deleteMembershipsOf } from './memberships.ts';
import { insertToken, type NewNamedToken } from './registry-tokens.ts';

/** The value of a setting; the candidate becomes it when there is none yet. */
export const ensureSetting = defineVerb(
  'ensureSetting',
  'control',
  async (tx, params: { readonly name: string; readonly candidate: string }) => {
    await tx.run('insert into setting (name, value) values (?, ?) on conflict (name) do nothing', [params.name, params.candidate]);
    const row = await tx.get<{ value: string }>('select value from setting where name = ?', [params.name]);
    return row?.value ?? params.candidate;
  },
);

export interface NewAccount {
  readonly id: string;
  readonly fullName: string;
  readonly username: string | null;
  readonly privileges: readonly string[];
  readonly tokenSecret: string;
  /** Of a password that logs in from the start. */
  readonly passwordHash?: string;
}

async function insertAccount(tx: SqlTransaction, account: NewAccount): Promise<boolean> {
  const { id, fullName, username, privileges, tokenSecret, passwordHash = null } = account;
  const added = await tx.run(
    `insert into account (id, full_name, username, privileges, token_secret, password_hash, basic_auth, creation_time)
       values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
    [id, fullName, username, JSON.stringify(privileges), tokenSecret, passwordHash, passwordHash === null ? 0 : 1, await seconds(tx)],
  );
  return added === 1;
}

/** False when the username is taken. */
export const createAccount = defineVerb('createAccount', 'control', async (tx, params: NewAccount) => await insertAccount(tx, params));

/** Creates the administrator with a token, only in a database that has no account at all; tells whether it did. */
export const createFirstAccount = defineVerb(
  'createFirstAccount',
  'control',
  async (tx, params: { readonly account: NewAccount; readonly token: NewNamedToken }) => {
    // Two nodes that start on one empty database must not both become administrator.
    await tx.run('insert into setting (name, value) values (?, ?) on conflict (name) do nothing', ['firstAccount', params.account.id]);
    const holder = await tx.get<{ value: string }>('select value from setting where name = ?', ['firstAccount']);
    if (holder?.value !== params.account.id) return false;
    if ((await tx.get<{ id: string }>('select id from account limit 1')) !== undefined) return false;
    return (await insertAccount(tx, params.account)) && (await insertToken(tx, params.token));
  },
);

export const getAccount = defineVerb('getAccount', 'read', async (tx, params: { readonly userId: string }) => {
  const row = await tx.get<AccountRow>(`select ${accountColumns} from account where id = ?`, [params.userId]);
  return row === undefined ? null : await accountOf(tx, row);
});

export const listAccounts = defineVerb('listAccounts', 'read', async (tx, _params: null) => {
  const rows = await tx.all<{ id: string }>('select id from account order by id');
  return rows.map((row) => row.id);
});

export interface AccountChange {
  readonly userId: string;
  /** null = stays as it is. */
  readonly fullName: string | null;
  readonly username: string | null;
}

/** False when the username is somebody else's. */
export const updateAccount = defineVerb('updateAccount', 'control', async (tx, change: AccountChange): Promise<boolean> => {
  const { userId, fullName, username } = change;
  if (username !== null) {
    // Two users who want one name at once: the second waits for the first, and then sees it.
    if (tx.dialect.name === 'postgres') await tx.all('lock table account in share row exclusive mode');
    const taken = await tx.get('select id from account where username = ? and id <> ?', [username, userId]);
    if (taken !== undefined) return false;
  }
  await tx.run('update account set full_name = coalesce(?, full_name), username = coalesce(?, username) where id = ?', [
    fullName,
    username,
    userId,
  ]);
  return true;
});

/** Who holds it administers users. */
export const userCreator = 'oz_users_create';

/**
 * Whether nobody else who may come in can make users by a privilege of his own. Locks all accounts: whoever asks waits for the others,
 * so that two do not each leave it to the other.
 */
export async function isLastAdministrator(tx: SqlTransaction, userId: string): Promise<boolean> {
  const accounts = await tx.all<Pick<AccountRow, 'id' | 'privileges' | 'blocked'>>(
    `select id, privileges, blocked from account order by id${tx.dialect.forUpdate}`,
  );
  const administrators = accounts.filter((row) => (JSON.parse(row.privileges) as string[]).includes(userCreator));
  return administrators.some((row) => row.id === userId) && !administrators.some((row) => row.id !== userId && row.blocked === 0);
}

export type AccessChange = 'done' | 'missing' | 'lastAdministrator';

export const setBlocked = defineVerb(
  'setBlocked',
  'control',
  async (tx, { userId, blocked }: { readonly userId: string; readonly blocked: boolean }): Promise<AccessChange> => {
    if (blocked && (await isLastAdministrator(tx, userId))) return 'lastAdministrator';
    return (await tx.run('update account set blocked = ? where id = ?', [blocked ? 1 : 0, userId])) === 1 ? 'done' : 'missing';
  },
);

export type AccountDeletion =
  | { readonly kind: 'deleted' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'lastOwner'; readonly spaceId: string }
  | { readonly kind: 'lastAdministrator' };

/**
 * Deletes the account with its tokens, sessions and memberships. Refused where it would leave a space without an owner
 * (as rest R130), or the installation without anybody who can make users.
 */
export const deleteAccount = defineVerb(
  'deleteAccount',
  'control',
  async (tx, params: { readonly userId: string }): Promise<AccountDeletion> => {
    if (await isLastAdministrator(tx, params.userId)) return { kind: 'lastAdministrator' };
    if ((await tx.get('select id from account where id = ?', [params.userId])) === undefined) return { kind: 'missing' };
    // The same rows that removing a member waits for, so that the last two owners of a space cannot both go.
    if (tx.dialect.name === 'postgres') {
      await tx.all(
        `select member_id from membership where owner = 1 and container_id in
           (select container_id from membership where member_id = ? and owner = 1)
         order by container_id, member_id for update`,
        [params.userId],
      );
    }
    const orphan = await tx.get<{ container_id: string }>(
      `select container_id from membership mine where member_id = ? and owner = 1 and not exists
         (select 1 from membership other where other.container_id = mine.container_id and other.owner = 1 and other.member_id <> mine.member_id)
       limit 1`,
      [params.userId],
    );
    if (orphan !== undefined) return { kind: 'lastOwner', spaceId: orphan.container_id };
    for (const table of ['named_token', 'web_session', 'linked_account'])
      await tx.run(`delete from ${table} where user_id = ?`, [params.userId]);
    await deleteMembershipsOf(tx, params.userId);
    await tx.run('delete from account where id = ?', [params.userId]);
    return { kind: 'deleted' };
  },
);

export const userVerbs = [
  ensureSetting,
  createAccount,
  createFirstAccount,
  getAccount,
  listAccounts,
  updateAccount,
  setBlocked,
  deleteAccount,
];
