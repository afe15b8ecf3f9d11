/** Durable timers and side jobs: rows that any node takes when they are due; a restart loses none. */
import { defineVerb, type SqlTransaction } from '../sql.ts';
import { marks } from './placeholders.ts';

export interface Timer {
  readonly id: string;
  readonly kind: string;
  readonly executionId: string;
  readonly dueAt: number;
  /** JSON text. */
  readonly body: string;
}

/** A timer that is due `delayMs` after it is set, by the database's clock. */
export interface NewTimer extends Omit<Timer, 'dueAt'> {
  readonly delayMs: number;
}

export function timerAt({ delayMs, ...timer }: NewTimer, now: number): Timer {
  return { ...timer, dueAt: now + delayMs };
}

/** A timer in the hands of a node. */
export interface TakenTimer extends Timer {
  /** It comes up again then, unless it is held on. */
  readonly heldUntil: number;
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
  async (tx, params: { readonly limit: number; readonly holdMs: number }): Promise<readonly TakenTimer[]> => {
    const now = await tx.now();
    const due = await tx.all<{ id: string; kind: string; execution_id: string; due_at: number; body: string }>(
      `select id, kind, execution_id, due_at, body from timer where due_at <= ? order by due_at limit ?${tx.dialect.skipLocked}`,
      [now, params.limit],
    );
    if (due.length === 0) return [];
    const heldUntil = now + params.holdMs;
    await tx.run(`update timer set due_at = ? where id in (${marks(due.length)})`, [heldUntil, ...due.map((timer) => timer.id)]);
    return due.map((row) => ({
      id: row.id,
      kind: row.kind,
      executionId: row.execution_id,
      dueAt: row.due_at,
      body: row.body,
      heldUntil,
    }));
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

/** Holds a timer on; null when another node has taken it, which goes on from here. */
export const holdTimer = defineVerb(
  'holdTimer',
  'control',
  async (tx, params: { readonly id: string; readonly heldUntil: number; readonly holdMs: number }): Promise<number | null> => {
    const wanted = (await tx.now()) + params.holdMs;
    // Every hold has a time of its own, by which its holder is known.
    const until = wanted === params.heldUntil ? wanted + 1 : wanted;
    const held = await tx.run('update timer set due_at = ? where id = ? and due_at = ?', [until, params.id, params.heldUntil]);
    return held === 1 ? until : null;
  },
);

/** Lets a timer that is still held be due after `delayMs`. */
export const releaseTimer = defineVerb(
  'releaseTimer',
  'control',
  async (tx, params: { readonly id: string; readonly heldUntil: number; readonly delayMs: number }): Promise<void> => {
    await tx.run('update timer set due_at = ? where id = ? and due_at = ?', [
      (await tx.now()) + params.delayMs,
      params.id,
      params.heldUntil,
    ]);
  },
);

export const setTimer = defineVerb('setTimer', 'control', async (tx, params: NewTimer): Promise<void> => {
  await insertTimer(tx, timerAt(params, await tx.now()));
});

/** Sets a timer that there is to be one of, unless it is there. */
export const ensureTimer = defineVerb('ensureTimer', 'control', async (tx, params: NewTimer): Promise<void> => {
  const { id, kind, executionId, body, delayMs } = params;
  await tx.run('insert into timer (id, kind, execution_id, due_at, body) values (?, ?, ?, ?, ?) on conflict (id) do nothing', [
    id,
    kind,
    executionId,
    (await tx.now()) + delayMs,
    body,
  ]);
});

/** Ends a timer unless it was set anew since it was taken. */
export const finishHeldTimer = defineVerb(
  'finishHeldTimer',
  'control',
  async (tx, params: { readonly id: string; readonly heldUntil: number }): Promise<void> => {
    await tx.run('delete from timer where id = ? and due_at = ?', [params.id, params.heldUntil]);
  },
);
