/** Durable timers and side jobs: rows that any node takes when they are due; a restart loses none. */
import { defineVerb, type SqlTransaction } from '../sql.ts';

export interface Timer {
  readonly id: string;
  readonly kind: string;
  readonly executionId: string;
  readonly dueAt: number;
  /** JSON text. */
  readonly body: string;
}

export async function insertTimer(tx: SqlTransaction, timer: Timer): Promise<void> {
  await tx.run(
    `insert into timer (id, kind, execution_id, due_at, body) values (?, ?, ?, ?, ?)
     on conflict (id) do update set due_at = excluded.due_at, body = excluded.body`,
    [timer.id, timer.kind, timer.executionId, timer.dueAt, timer.body],
  );
}

/**
 * Takes due timers for `holdMs`: they come up again after that unless they were finished or set anew, so that
 * the work of a node that dies is done by another one.
 */
export const takeDueTimers = defineVerb(
  'takeDueTimers',
  'control',
  async (tx, params: { readonly limit: number; readonly holdMs: number }): Promise<readonly Timer[]> => {
    const now = await tx.now();
    const due = await tx.all<{ id: string; kind: string; execution_id: string; due_at: number; body: string }>(
      `select id, kind, execution_id, due_at, body from timer where due_at <= ? order by due_at limit ?${tx.dialect.skipLocked}`,
      [now, params.limit],
    );
    for (const timer of due) await tx.run('update timer set due_at = ? where id = ?', [now + params.holdMs, timer.id]);
    return due.map((row) => ({ id: row.id, kind: row.kind, executionId: row.execution_id, dueAt: row.due_at, body: row.body }));
  },
);

export const finishTimer = defineVerb('finishTimer', 'control', async (tx, params: { readonly id: string }) => {
  await tx.run('delete from timer where id = ?', [params.id]);
});

/** Sets a timer anew, `delayMs` from now by the database's clock. */
export const postponeTimer = defineVerb(
  'postponeTimer',
  'control',
  async (tx, params: { readonly id: string; readonly delayMs: number; readonly body: string }) => {
    await tx.run('update timer set due_at = ?, body = ? where id = ?', [(await tx.now()) + params.delayMs, params.body, params.id]);
  },
);
