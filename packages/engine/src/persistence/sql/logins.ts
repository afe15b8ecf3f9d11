/** Passwords of accounts, and the throttle of attempts to log in. */
import { defineVerb } from '../sql.ts';
import { accountColumns, accountOf, type AccountRow } from './accounts.ts';

/** The account of a username, with the hash of its password. */
export const readPassword = defineVerb('readPassword', 'read', async (tx, params: { readonly username: string }) => {
  const row = await tx.get<AccountRow & { readonly password_hash: string | null }>(
    `select ${accountColumns}, password_hash from account where username = ?`,
    [params.username],
  );
  return { account: row === undefined ? null : await accountOf(tx, row), hash: row?.password_hash ?? null, nowMs: await tx.now() };
});

/** Whether the password logs in, and its hash; null leaves each as it is. False when there is no such account. */
export const setPassword = defineVerb(
  'setPassword',
  'control',
  async (tx, params: { readonly userId: string; readonly hash: string | null; readonly enabled: boolean | null }) => {
    const { userId, hash, enabled } = params;
    const changed = await tx.run(
      'update account set password_hash = coalesce(?, password_hash), basic_auth = coalesce(?, basic_auth) where id = ?',
      [hash, enabled === null ? null : enabled ? 1 : 0, userId],
    );
    return changed === 1;
  },
);

/** Where an attempt counts, and how much patience it meets there. */
export interface LoginPlace {
  readonly place: string;
  /** Failures without consequence; each one after them doubles the delay. */
  readonly freeFailures: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
}

/** Failures are forgotten when this long none was added. */
const memoryMs = 24 * 3600 * 1000;

interface Failures {
  readonly failures: number;
  readonly free_at: number;
}

/**
 * Begins an attempt: it counts as failed until `endLogin` says otherwise, so that many at once are no way around the
 * delay. 0 = go on; otherwise how many milliseconds to wait.
 */
export const beginLogin = defineVerb(
  'beginLogin',
  'control',
  async (tx, params: { readonly places: readonly LoginPlace[] }): Promise<number> => {
    const beganAt = await tx.now();
    await tx.run('delete from login_failure where forgotten_at < ?', [beganAt]);
    const known: Failures[] = [];
    // In one order, so that two attempts do not wait for each other.
    for (const { place } of params.places.toSorted((one, other) => (one.place < other.place ? -1 : 1))) {
      await tx.run('insert into login_failure (place, failures, free_at, forgotten_at) values (?, 0, 0, ?) on conflict do nothing', [
        place,
        beganAt + memoryMs,
      ]);
      const row = await tx.get<Failures>(`select failures, free_at from login_failure where place = ?${tx.dialect.forUpdate}`, [place]);
      if (row !== undefined) known.push(row);
    }
    // Others may have been waited for.
    const now = await tx.now();
    const wait = Math.max(0, ...known.map((row) => row.free_at - now));
    if (wait > 0) return wait;
    for (const { place, freeFailures, firstDelayMs, maxDelayMs } of params.places) {
      const row = await tx.get<Failures>('select failures, free_at from login_failure where place = ?', [place]);
      const failures = (row?.failures ?? 0) + 1;
      const delay = failures <= freeFailures ? 0 : Math.min(maxDelayMs, firstDelayMs * 2 ** Math.min(30, failures - freeFailures - 1));
      const values = [failures, now + delay, now + memoryMs, place];
      await tx.run('update login_failure set failures = ?, free_at = ?, forgotten_at = ? where place = ?', values);
    }
    return 0;
  },
);

/** The attempt was none to be counted: its places are as before, or free again where `forget` names them. */
export const endLogin = defineVerb(
  'endLogin',
  'control',
  async (tx, params: { readonly forget: readonly string[]; readonly uncount: readonly string[] }) => {
    for (const place of params.forget) await tx.run('delete from login_failure where place = ?', [place]);
    for (const place of params.uncount)
      await tx.run('update login_failure set failures = failures - 1, free_at = 0 where place = ? and failures > 0', [place]);
  },
);

export const loginVerbs = [readPassword, setPassword, beginLogin, endLogin];
