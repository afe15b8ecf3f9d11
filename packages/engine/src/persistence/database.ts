/** Opening a database: in memory in this thread, a file behind worker threads, or PostgreSQL. */
import { silentLogger, type Logger } from '../logger.ts';
import { PostgresDatabase } from './dialects/postgres.ts';
import { openSqlite, SqliteConnection, sqliteDialect } from './dialects/sqlite.ts';
import { migrate } from './migrate.ts';
import type { Database, Verb } from './sql.ts';
import { StoreThread } from './store-thread.ts';

/**
 * `verbModules`: URLs of modules that export `verbs` of their own, for embedders and tests. `now`: the clock of a database
 * in memory, in milliseconds, for the simulator.
 */
export type DatabaseLocation =
  | { readonly kind: 'memory'; readonly now?: () => number }
  | { readonly kind: 'file'; readonly path: string; readonly verbModules?: readonly string[] }
  | { readonly kind: 'postgres'; readonly url: string; readonly connections?: number };

/** Opens and migrates; rejects with a message for people when the database cannot be used. `log`: what goes wrong in the background. */
export async function openDatabase(location: DatabaseLocation, log: Logger = silentLogger): Promise<Database> {
  const database = open(location, log);
  try {
    await database.call(migrate, null);
    if (database instanceof FileDatabase) database.openReader();
    return database;
  } catch (error) {
    await database.close().catch((closing: unknown) => {
      log.warn({ event: 'closeFailed', error: closing }, 'a database that could not be used could not be closed either');
    });
    throw error;
  }
}

function open(location: DatabaseLocation, log: Logger): Database {
  switch (location.kind) {
    case 'memory':
      return new MemoryDatabase(location.now);
    case 'file':
      return new FileDatabase(location.path, location.verbModules ?? [], log);
    case 'postgres':
      return new PostgresDatabase(location.url, { connections: location.connections ?? 10, log });
  }
}

/** One connection in this thread; verbs run one after the other. For tests and the simulator. */
class MemoryDatabase implements Database {
  readonly dialect = sqliteDialect;
  readonly #connection: SqliteConnection;
  #last: Promise<unknown> = Promise.resolve();

  constructor(now?: () => number) {
    this.#connection = new SqliteConnection(openSqlite(':memory:', { readOnly: false }), now);
  }

  async call<P, R>(verb: Verb<P, R>, params: P): Promise<R> {
    const run = this.#last.then(() => this.#connection.transact(verb, params));
    this.#last = run.catch(() => undefined);
    return await run;
  }

  async close(): Promise<void> {
    await this.#last;
    this.#connection.close();
  }
}

/** A file: one thread writes, another one reads, so that no list or dump ever waits for a commit or delays one. */
class FileDatabase implements Database {
  readonly dialect = sqliteDialect;
  readonly #writer: StoreThread;
  readonly #reader: StoreThread;
  #isMigrated = false;

  constructor(path: string, verbModules: readonly string[], log: Logger) {
    this.#writer = new StoreThread({ path, readOnly: false, verbModules }, log);
    this.#reader = new StoreThread({ path, readOnly: true, verbModules }, log);
  }

  /** After the migration: a read-only connection needs the file to be there. */
  openReader(): void {
    this.#isMigrated = true;
    this.#reader.start();
  }

  async call<P, R>(verb: Verb<P, R>, params: P): Promise<R> {
    const thread = verb.class === 'read' && this.#isMigrated ? this.#reader : this.#writer;
    return (await thread.call(verb.name, params)) as R;
  }

  async close(): Promise<void> {
    await Promise.all([this.#reader.close(), this.#writer.close()]);
  }
}
