/** Accounts, their tokens, and the few settings of the whole installation. */
import type { Account, NamedToken } from '../../registry/types.ts';
import { defineVerb, type SqlTransaction } from '../sql.ts';
import { zonePrivilegesOfGroups } from './effective-memberships.ts';
import { deleteMembershipsOf } from './memberships.ts';

interface AccountRow {
  readonly id: string;
  readonly full_name: string;
  readonly username: string | null;
  readonly privileges: string;
  readonly blocked: number;
  readonly token_generation: number;
  readonly token_secret: string;
  readonly creation_time: number;
}

interface TokenRow {
  readonly id: string;
  readonly user_id: string;
  readonly name: string;
  readonly type: string;
  readonly caveats: string;
  readonly metadata: string;
  readonly secret: string;
  readonly revoked: number;
  readonly creation_time: number;
}

const accountColumns = 'id, full_name, username, privileges, blocked, token_generation, token_secret, creation_time';
const tokenColumns = 'id, user_id, name, type, caveats, metadata, secret, revoked, creation_time';

async function accountOf(tx: SqlTransaction, row: AccountRow): Promise<Account> {
  const privileges = JSON.parse(row.privileges) as string[];
  return {
    id: row.id,
    fullName: row.full_name,
    username: row.username,
    privileges,
    effectivePrivileges: [...new Set([...privileges, ...(await zonePrivilegesOfGroups(tx, row.id))])].toSorted(),
    blocked: row.blocked === 1,
    creationTime: row.creation_time,
  };
}

function tokenOf(row: TokenRow): NamedToken {
  return {
    id: row.id,
    userId: row.user_id,
    name: row.name,
    type: row.type === 'idn' ? 'idn' : 'act',
    caveats: JSON.parse(row.caveats) as unknown[],
    customMetadata: JSON.parse(row.metadata) as unknown,
    secret: row.secret,
    revoked: row.revoked === 1,
    creationTime: row.creation_time,
  };
}

export async function seconds(tx: SqlTransaction): Promise<number> {
  return Math.floor((await tx.now()) / 1000);
}

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
 * Deletes the account with its tokens and memberships. Refused where it would leave a space without an owner
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
    await tx.run('delete from named_token where user_id = ?', [params.userId]);
    await deleteMembershipsOf(tx, params.userId);
    await tx.run('delete from account where id = ?', [params.userId]);
    return { kind: 'deleted' };
  },
);

export interface NewNamedToken {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly type: 'act' | 'idn';
  readonly caveats: readonly unknown[];
  readonly customMetadata: unknown;
  readonly secret: string;
  readonly revoked: boolean;
}

async function insertToken(tx: SqlTransaction, token: NewNamedToken): Promise<boolean> {
  const added = await tx.run(`insert into named_token (${tokenColumns}) values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`, [
    token.id,
    token.userId,
    token.name,
    token.type,
    JSON.stringify(token.caveats),
    JSON.stringify(token.customMetadata),
    token.secret,
    token.revoked ? 1 : 0,
    await seconds(tx),
  ]);
  return added === 1;
}

/** False when the user has a token of this name. */
export const createNamedToken = defineVerb(
  'createNamedToken',
  'control',
  async (tx, params: NewNamedToken) => await insertToken(tx, params),
);

export const getNamedToken = defineVerb('getNamedToken', 'read', async (tx, params: { readonly tokenId: string }) => {
  const row = await tx.get<TokenRow>(`select ${tokenColumns} from named_token where id = ?`, [params.tokenId]);
  return row === undefined ? null : tokenOf(row);
});

export const findNamedToken = defineVerb(
  'findNamedToken',
  'read',
  async (tx, params: { readonly userId: string; readonly name: string }) => {
    const row = await tx.get<TokenRow>(`select ${tokenColumns} from named_token where user_id = ? and name = ?`, [
      params.userId,
      params.name,
    ]);
    return row === undefined ? null : tokenOf(row);
  },
);

export const listNamedTokens = defineVerb('listNamedTokens', 'read', async (tx, params: { readonly userId: string }) => {
  const rows = await tx.all<{ id: string }>('select id from named_token where user_id = ? order by id', [params.userId]);
  return rows.map((row) => row.id);
});

export type TokenChange = 'done' | 'nameTaken' | 'missing';

export const updateNamedToken = defineVerb(
  'updateNamedToken',
  'control',
  async (
    tx,
    params: { readonly tokenId: string; readonly name: string | null; readonly revoked: boolean | null; readonly metadata: string | null },
  ): Promise<TokenChange> => {
    const { tokenId, name, revoked, metadata } = params;
    const row = await tx.get<{ user_id: string }>(`select user_id from named_token where id = ?${tx.dialect.forUpdate}`, [tokenId]);
    if (row === undefined) return 'missing';
    if (name !== null) {
      const taken = await tx.get<{ id: string }>('select id from named_token where user_id = ? and name = ? and id <> ?', [
        row.user_id,
        name,
        tokenId,
      ]);
      if (taken !== undefined) return 'nameTaken';
    }
    await tx.run(
      'update named_token set name = coalesce(?, name), revoked = coalesce(?, revoked), metadata = coalesce(?, metadata) where id = ?',
      [name, revoked === null ? null : revoked ? 1 : 0, metadata, tokenId],
    );
    return 'done';
  },
);

export const deleteNamedToken = defineVerb('deleteNamedToken', 'control', async (tx, params: { readonly tokenId: string }) => {
  return (await tx.run('delete from named_token where id = ?', [params.tokenId])) === 1;
});

export const deleteNamedTokens = defineVerb('deleteNamedTokens', 'control', async (tx, params: { readonly userId: string }) => {
  return await tx.run('delete from named_token where user_id = ?', [params.userId]);
});

/** Everything that verifying one token needs, in one round trip. */
export const readCredentials = defineVerb(
  'readCredentials',
  'read',
  async (tx, params: { readonly tokenId: string | null; readonly userId: string | null }) => {
    const token =
      params.tokenId === null
        ? undefined
        : await tx.get<TokenRow>(`select ${tokenColumns} from named_token where id = ?`, [params.tokenId]);
    const userId = token?.user_id ?? params.userId;
    const account = userId === null ? undefined : await tx.get<AccountRow>(`select ${accountColumns} from account where id = ?`, [userId]);
    return {
      token: token === undefined ? null : tokenOf(token),
      account: account === undefined ? null : await accountOf(tx, account),
      generation: account?.token_generation ?? 0,
      generationSecret: account?.token_secret ?? '',
      nowSeconds: await seconds(tx),
    };
  },
);

/** New secret and generation: every temporary token of the user is revoked (rest §8.8). */
export const renewTemporaryTokens = defineVerb(
  'renewTemporaryTokens',
  'control',
  async (tx, params: { readonly userId: string; readonly secret: string }) => {
    return (
      (await tx.run('update account set token_generation = token_generation + 1, token_secret = ? where id = ?', [
        params.secret,
        params.userId,
      ])) === 1
    );
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
  createNamedToken,
  getNamedToken,
  findNamedToken,
  listNamedTokens,
  updateNamedToken,
  deleteNamedToken,
  deleteNamedTokens,
  readCredentials,
  renewTemporaryTokens,
];
