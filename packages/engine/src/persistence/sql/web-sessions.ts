/** Sessions of browsers: rows without secrets, which only the browser holds. */
import type { SessionToken } from '@laneway/model';
import { defineVerb } from '../sql.ts';
import { accountColumns, accountOf, type AccountRow } from './accounts.ts';

interface SessionRow {
  readonly id: string;
  readonly user_id: string;
  readonly session_token: string | null;
  readonly secret_hash: string;
  readonly previous_hash: string | null;
  readonly previous_until: number;
  readonly csrf_hash: string;
  readonly rotated_at: number;
  readonly seen_at: number;
  readonly expires_at: number;
}

const columns = 'id, user_id, session_token, secret_hash, previous_hash, previous_until, csrf_hash, rotated_at, seen_at, expires_at';

export interface NewWebSession {
  readonly id: string;
  readonly userId: string;
  readonly token: SessionToken | null;
  readonly secretHash: string;
  readonly csrfHash: string;
  /** The longest that it can last. */
  readonly lastsMs: number;
}

/** Opens a session, and clears away those that are over. Gives its end in milliseconds. */
export const openWebSession = defineVerb('openWebSession', 'control', async (tx, params: NewWebSession): Promise<number> => {
  const now = await tx.now();
  await tx.run('delete from web_session where expires_at < ?', [now]);
  const expiresAt = now + params.lastsMs;
  const token = params.token === null ? null : JSON.stringify(params.token);
  await tx.run(`insert into web_session (${columns}, created_at) values (?, ?, ?, ?, null, 0, ?, ?, ?, ?, ?)`, [
    params.id,
    params.userId,
    token,
    params.secretHash,
    params.csrfHash,
    now,
    now,
    expiresAt,
    now,
  ]);
  return expiresAt;
});

/** A session with the account that it belongs to; null when there is none (any more). */
export const findWebSession = defineVerb('findWebSession', 'read', async (tx, params: { readonly id: string }) => {
  const row = await tx.get<SessionRow>(`select ${columns} from web_session where id = ?`, [params.id]);
  if (row === undefined) return null;
  const account = await tx.get<AccountRow>(`select ${accountColumns} from account where id = ?`, [row.user_id]);
  if (account === undefined) return null;
  return {
    id: row.id,
    account: await accountOf(tx, account),
    token: row.session_token === null ? null : (JSON.parse(row.session_token) as SessionToken),
    secretHash: row.secret_hash,
    previousHash: row.previous_hash,
    previousUntil: row.previous_until,
    csrfHash: row.csrf_hash,
    rotatedAt: row.rotated_at,
    seenAt: row.seen_at,
    expiresAt: row.expires_at,
    nowMs: await tx.now(),
  };
});

/** Notes that the session is used. */
export const touchWebSession = defineVerb('touchWebSession', 'control', async (tx, params: { readonly id: string }) => {
  await tx.run('update web_session set seen_at = ? where id = ?', [await tx.now(), params.id]);
});

/** Replaces the secret; of requests that come at once one does. The old one is good for a moment longer. */
export const rotateWebSession = defineVerb(
  'rotateWebSession',
  'control',
  async (tx, params: { readonly id: string; readonly oldHash: string; readonly newHash: string; readonly graceMs: number }) => {
    const now = await tx.now();
    const { id, oldHash, newHash, graceMs } = params;
    const changed = await tx.run(
      `update web_session set secret_hash = ?, previous_hash = ?, previous_until = ?, rotated_at = ?, seen_at = ?
       where id = ? and secret_hash = ?`,
      [newHash, oldHash, now + graceMs, now, now, id, oldHash],
    );
    return changed === 1;
  },
);

export const closeWebSession = defineVerb('closeWebSession', 'control', async (tx, params: { readonly id: string }) => {
  return (await tx.run('delete from web_session where id = ?', [params.id])) === 1;
});

/** All sessions of the user but one, and what they have begun: an account that is being linked would let in again who was to be out. */
export const closeOtherWebSessions = defineVerb(
  'closeOtherWebSessions',
  'control',
  async (tx, params: { readonly userId: string; readonly exceptId: string | null }) => {
    await tx.run('delete from web_session where user_id = ? and id <> ?', [params.userId, params.exceptId ?? '']);
    await tx.run('delete from oidc_login where user_id = ?', [params.userId]);
  },
);

export const sessionVerbs = [openWebSession, findWebSession, touchWebSession, rotateWebSession, closeWebSession, closeOtherWebSessions];
