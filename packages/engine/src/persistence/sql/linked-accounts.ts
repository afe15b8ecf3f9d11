/** Accounts at other identity providers, known by issuer and subject, and logins there that have begun. */
import { defineVerb } from '../sql.ts';
import { accountColumns, accountOf, seconds, type AccountRow } from './accounts.ts';

export interface LinkedAccount {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | null;
}

export interface BegunLogin {
  /** Hash of the text by which the answer is recognised. */
  readonly stateHash: string;
  /** Hash of what the browser holds that began it. */
  readonly browserHash: string;
  readonly nonce: string;
  /** Of PKCE. */
  readonly verifier: string;
  /** Where the browser goes afterwards. */
  readonly returnTo: string;
  /** Who links an account to his own; null = who logs in. */
  readonly userId: string | null;
}

const loginLastsMs = 600_000;

export const beginOidcLogin = defineVerb('beginOidcLogin', 'control', async (tx, params: BegunLogin): Promise<void> => {
  const now = await tx.now();
  await tx.run('delete from oidc_login where expires_at < ?', [now]);
  await tx.run(
    'insert into oidc_login (state_hash, browser_hash, nonce, verifier, return_to, user_id, expires_at) values (?, ?, ?, ?, ?, ?, ?)',
    [params.stateHash, params.browserHash, params.nonce, params.verifier, params.returnTo, params.userId, now + loginLastsMs],
  );
});

interface LoginRow {
  readonly browser_hash: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly return_to: string;
  readonly user_id: string | null;
  readonly expires_at: number;
}

/** The login that was begun with this state; it is answered once. */
export const takeOidcLogin = defineVerb(
  'takeOidcLogin',
  'control',
  async (tx, params: { readonly stateHash: string }): Promise<BegunLogin | null> => {
    const row = await tx.get<LoginRow>(
      `select browser_hash, nonce, verifier, return_to, user_id, expires_at from oidc_login where state_hash = ?${tx.dialect.forUpdate}`,
      [params.stateHash],
    );
    if (row === undefined) return null;
    await tx.run('delete from oidc_login where state_hash = ?', [params.stateHash]);
    if (row.expires_at < (await tx.now())) return null;
    const { nonce, verifier } = row;
    return { ...params, browserHash: row.browser_hash, nonce, verifier, returnTo: row.return_to, userId: row.user_id };
  },
);

/** The account of whoever has this subject at the issuer. */
export const findLinkedAccount = defineVerb(
  'findLinkedAccount',
  'read',
  async (tx, params: { readonly issuer: string; readonly subject: string }) => {
    const row = await tx.get<AccountRow>(
      `select ${accountColumns} from account where id = (select user_id from linked_account where issuer = ? and subject = ?)`,
      [params.issuer, params.subject],
    );
    return row === undefined ? null : { account: await accountOf(tx, row), nowSeconds: await seconds(tx) };
  },
);

export const listLinkedAccounts = defineVerb(
  'listLinkedAccounts',
  'read',
  async (tx, params: { readonly userId: string }): Promise<readonly LinkedAccount[]> =>
    await tx.all<LinkedAccount>('select issuer, subject, email from linked_account where user_id = ? order by issuer, subject', [
      params.userId,
    ]),
);

export type Linking = 'linked' | 'taken' | 'userGone';

/** Each subject belongs to one account; linking it again to the same one renews its address. */
export const linkAccount = defineVerb(
  'linkAccount',
  'control',
  async (tx, params: LinkedAccount & { readonly userId: string }): Promise<Linking> => {
    const { issuer, subject, email, userId } = params;
    if ((await tx.get(`select id from account where id = ?${tx.dialect.forUpdate}`, [userId])) === undefined) return 'userGone';
    const values = [issuer, subject, userId, email, await seconds(tx)];
    await tx.run(
      'insert into linked_account (issuer, subject, user_id, email, creation_time) values (?, ?, ?, ?, ?) on conflict (issuer, subject) do nothing',
      values,
    );
    const changed = await tx.run('update linked_account set email = ? where issuer = ? and subject = ? and user_id = ?', [
      email,
      issuer,
      subject,
      userId,
    ]);
    return changed === 1 ? 'linked' : 'taken';
  },
);

/** False when the user has no such account. */
export const unlinkAccount = defineVerb(
  'unlinkAccount',
  'control',
  async (tx, params: { readonly issuer: string; readonly subject: string; readonly userId: string }) =>
    (await tx.run('delete from linked_account where issuer = ? and subject = ? and user_id = ?', [
      params.issuer,
      params.subject,
      params.userId,
    ])) === 1,
);

export const linkedAccountVerbs = [beginOidcLogin, takeOidcLogin, findLinkedAccount, listLinkedAccounts, linkAccount, unlinkAccount];
