/** Accounts, and the few settings of the whole installation. */
import { defineVerb, type SqlTransaction } from '../sql.ts';
import { accountColumns, accountOf, seconds, type AccountRow } from './accounts.ts';
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
}

async function insertAccount(tx: SqlTransaction, account: NewAccount): Promise<boolean> {
  const added = await tx.run(
    'insert into account (id, full_name, username, privileges, token_secret, creation_time) values (?, ?, ?, ?, ?, ?) on conflict do nothing',
    [account.id, account.fullName, account.username, JSON.stringify(account.privileges), account.tokenSecret, await seconds(tx)],
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
  return row === undefined ? null : accountOf(row);
});

export const listAccounts = defineVerb('listAccounts', 'read', async (tx, _params: null) => {
  const rows = await tx.all<{ id: string }>('select id from account order by id');
  return rows.map((row) => row.id);
});

export const setBlocked = defineVerb(
  'setBlocked',
  'control',
  async (tx, params: { readonly userId: string; readonly blocked: boolean }) => {
    return (await tx.run('update account set blocked = ? where id = ?', [params.blocked ? 1 : 0, params.userId])) === 1;
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
    // Whoever deletes accounts waits for the others, so that two deletions do not each leave the rest to the other.
    const accounts = await tx.all<{ id: string; privileges: string }>(
      `select id, privileges from account order by id${tx.dialect.forUpdate}`,
    );
    const account = accounts.find((row) => row.id === params.userId);
    if (account === undefined) return { kind: 'missing' };
    const administers = (row: { readonly privileges: string }): boolean => (JSON.parse(row.privileges) as string[]).includes(userCreator);
    if (accounts.filter(administers).length === 1 && administers(account)) return { kind: 'lastAdministrator' };
    // The same rows that removing a member waits for, so that the last two owners of a space cannot both go.
    if (tx.dialect.name === 'postgres') {
      await tx.all(
        `select user_id from space_member where owner = 1 and space_id in (select space_id from space_member where user_id = ? and owner = 1)
         order by space_id, user_id for update`,
        [params.userId],
      );
    }
    const orphan = await tx.get<{ space_id: string }>(
      `select space_id from space_member mine where user_id = ? and owner = 1 and not exists
         (select 1 from space_member other where other.space_id = mine.space_id and other.owner = 1 and other.user_id <> mine.user_id)
       limit 1`,
      [params.userId],
    );
    if (orphan !== undefined) return { kind: 'lastOwner', spaceId: orphan.space_id };
    for (const table of ['named_token', 'space_member', 'inventory_member', 'web_session', 'linked_account']) {
      await tx.run(`delete from ${table} where user_id = ?`, [params.userId]);
    }
    await tx.run('delete from account where id = ?', [params.userId]);
    return { kind: 'deleted' };
  },
);

const userCreator = 'oz_users_create';

export const userVerbs = [ensureSetting, createAccount, createFirstAccount, getAccount, listAccounts, setBlocked, deleteAccount];
