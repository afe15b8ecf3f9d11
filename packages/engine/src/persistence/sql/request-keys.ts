/** Keys of requests that were answered (`Idempotency-Key`): written with the effect, kept for a while, cleaned up in pages. */
import { defineVerb, type SqlTransaction } from '../sql.ts';

/** Whose request, and which: equal names are the same request. */
export interface KeyName {
  readonly userId: string;
  readonly operation: 'schedule' | 'rerun' | 'retry';
  /** Execution that a rerun or retry is about; empty for a schedule. */
  readonly scope: string;
  readonly key: string;
}

export interface KeyMark extends KeyName {
  readonly kind: 'key';
  /** Of what was asked. */
  readonly fingerprint: string;
  readonly executionId: string;
  readonly retentionMs: number;
}

const named = 'user_id = ? and operation = ? and scope = ? and request_key = ?';

function nameOf({ userId, operation, scope, key }: KeyName): string[] {
  return [userId, operation, scope, key];
}

/** False when the key is taken; a racing transaction is waited for. A key that has expired is free. */
export async function placeKey(tx: SqlTransaction, mark: KeyMark): Promise<boolean> {
  const now = await tx.now();
  const placed = await tx.get(
    `insert into request_key (user_id, operation, scope, request_key, fingerprint, execution_id, expires_at) values (?, ?, ?, ?, ?, ?, ?)
     on conflict (user_id, operation, scope, request_key) do update
     set fingerprint = excluded.fingerprint, execution_id = excluded.execution_id, expires_at = excluded.expires_at
     where request_key.expires_at <= ?
     returning 1 as placed`,
    [...nameOf(mark), mark.fingerprint, mark.executionId, now + mark.retentionMs, now],
  );
  return placed !== undefined;
}

export async function removeKey(tx: SqlTransaction, mark: KeyMark): Promise<void> {
  await tx.run(`delete from request_key where ${named}`, nameOf(mark));
}

export interface KnownKey {
  readonly fingerprint: string;
  /** Empty when the execution is gone. */
  readonly executionId: string;
}

export const findRequestKey = defineVerb('findRequestKey', 'control', async (tx, params: KeyName): Promise<KnownKey | null> => {
  const row = await tx.get<{ fingerprint: string; execution_id: string }>(
    `select fingerprint, execution_id from request_key where ${named} and expires_at > ?`,
    [...nameOf(params), await tx.now()],
  );
  return row === undefined ? null : { fingerprint: row.fingerprint, executionId: row.execution_id };
});

/** Removes a page of expired keys; true when there may be more. */
export const expireRequestKeys = defineVerb(
  'expireRequestKeys',
  'control',
  async (tx, params: { readonly limit: number }): Promise<boolean> => {
    const removed = await tx.run(
      `delete from request_key where (user_id, operation, scope, request_key) in
       (select user_id, operation, scope, request_key from request_key where expires_at <= ? order by expires_at limit ?)`,
      [await tx.now(), params.limit],
    );
    return removed === params.limit;
  },
);

/** The execution goes; the key of its schedule stays, so that a late repetition does not schedule another one. */
export async function forgetExecution(tx: SqlTransaction, executionId: string): Promise<void> {
  await tx.run("update request_key set execution_id = '' where execution_id = ? and operation = 'schedule'", [executionId]);
  await tx.run('delete from request_key where execution_id = ?', [executionId]);
}
