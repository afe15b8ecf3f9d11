/**
 * The seam between our SQL and the two databases. A verb is a function of one read-only parameter object
 * that runs inside exactly one transaction; `Database.call` ships it to wherever transactions run (the
 * store worker thread for SQLite, a pooled connection for PostgreSQL). Parameters and results cross a
 * thread boundary: plain data only.
 *
 * SQL is written once, with `?` placeholders; integers come back as numbers on both databases; flags are
 * 0/1 integers; JSON is opaque text (never a JSON column, design §5).
 */
import type { HintChannel, HintListener } from './hints.ts';

export type SqlValue = string | number | null | Uint8Array;

export interface SqlTransaction {
  readonly dialect: Dialect;
  /** All rows. */
  all<Row>(sql: string, params?: readonly SqlValue[]): Promise<Row[]>;
  /** First row or undefined. */
  get<Row>(sql: string, params?: readonly SqlValue[]): Promise<Row | undefined>;
  /** Number of rows changed. */
  run(sql: string, params?: readonly SqlValue[]): Promise<number>;
  /** The database's clock in milliseconds: the only clock of leases, timers, fences and log entries. */
  now(): Promise<number>;
}

/** The few places where the databases differ. */
export interface Dialect {
  readonly name: 'sqlite' | 'postgres';
  /** Row lock suffix: ` for update` where rows can be locked, empty where the transaction already excludes writers. */
  readonly forUpdate: string;
  readonly skipLocked: string;
}

/**
 * control: taken before everything else; data: grouped with others into one transaction; read: served by
 * the read connection, must not write.
 */
export type VerbClass = 'control' | 'data' | 'read';

export interface Verb<P, R> {
  readonly name: string;
  readonly class: VerbClass;
  readonly run: (tx: SqlTransaction, params: P) => Promise<R>;
}

export function defineVerb<P, R>(name: string, verbClass: VerbClass, run: (tx: SqlTransaction, params: P) => Promise<R>): Verb<P, R> {
  return { name, class: verbClass, run };
}

/**
 * Thrown in a verb that finds, once it holds a row, that what it has read before is not so any more: nothing is kept, and the verb runs
 * again. Only where transactions run beside each other.
 */
export class ChangedMeanwhile extends Error {
  /** serialization_failure, as PostgreSQL calls it. */
  readonly code = '40001';
}

export interface Database {
  readonly dialect: Dialect;
  /** A channel to the other nodes; absent where there are none. */
  openHints?(onHint: HintListener): HintChannel;
  /** Runs the verb in one transaction and returns its result; an exception inside rolls back and rejects. */
  call<P, R>(verb: Verb<P, R>, params: P): Promise<R>;
  close(): Promise<void>;
}
