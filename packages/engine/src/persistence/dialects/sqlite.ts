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

/**
 * Texts differ by their numbers of placeholders: the statements used last are kept, and no more than so many characters of them, because a
 * prepared one takes some hundred times the memory of its text, with what was bound to it, which nobody else counts.
 */
const maxStatements = 1000;
const maxStatementText = 500_000;

/** Transactions of one connection; the caller makes sure that they do not overlap. */
export class SqliteConnection {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  /** Characters of all their texts. */
  #statementText = 0;
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
    this.#statementText = 0;
    this.#database.close();
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    const statement = known ?? this.#database.prepare(sql);
    // To the end of the map, which is in the order of use.
    if (known === undefined) this.#statementText += sql.length;
    else this.#statements.delete(sql);
    this.#statements.set(sql, statement);
    for (const oldest of this.#statements.keys()) {
      if (this.#statements.size <= maxStatements && this.#statementText <= maxStatementText) break;
      this.#statements.delete(oldest);
      this.#statementText -= oldest.length;
    }
    return statement;
  }
}
