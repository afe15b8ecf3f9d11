/** SQLite through `node:sqlite`: one connection, statements prepared once, synchronous underneath. */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Dialect, SqlTransaction, SqlValue, Verb } from '../sql.ts';

export const sqliteDialect: Dialect = { name: 'sqlite', forUpdate: '', skipLocked: '' };

/** Files are opened with WAL and FULL synchronisation: a commit that was answered survives a power cut. */
export function openSqlite(path: string, options: { readonly readOnly: boolean }): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: options.readOnly });
  database.exec('pragma busy_timeout = 10000');
  if (!options.readOnly) {
    database.exec('pragma journal_mode = wal');
    database.exec('pragma synchronous = full');
  }
  database.exec('pragma foreign_keys = on');
  database.exec('pragma cache_size = -16000');
  return database;
}

/** Texts differ by their numbers of placeholders: the statements used last are kept. */
const maxStatements = 1000;

/** Transactions of one connection; the caller makes sure that they do not overlap. */
export class SqliteConnection {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #tx: SqlTransaction;
  readonly #now: () => number;

  constructor(database: DatabaseSync, now: () => number = Date.now) {
    this.#database = database;
    this.#now = now;
    this.#tx = {
      dialect: sqliteDialect,
      all: async <Row>(sql: string, params: readonly SqlValue[] = []) => this.#statement(sql).all(...params) as Row[],
      get: async <Row>(sql: string, params: readonly SqlValue[] = []) => this.#statement(sql).get(...params) as Row | undefined,
      run: async (sql: string, params: readonly SqlValue[] = []) => Number(this.#statement(sql).run(...params).changes),
      now: async () => this.#now(),
    };
  }

  /** Runs a verb in one immediate transaction (a deferred one for reads). */
  async transact<P, R>(verb: Verb<P, R>, params: P): Promise<R> {
    this.#database.exec(verb.class === 'read' ? 'begin' : 'begin immediate');
    try {
      const result = await verb.run(this.#tx, params);
      this.#database.exec('commit');
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('rollback');
      throw error;
    }
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) statement = this.#database.prepare(sql);
    else this.#statements.delete(sql);
    this.#statements.set(sql, statement);
    if (this.#statements.size > maxStatements) {
      const [oldest] = this.#statements.keys();
      if (oldest !== undefined) this.#statements.delete(oldest);
    }
    return statement;
  }
}
