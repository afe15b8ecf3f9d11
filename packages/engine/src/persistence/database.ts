/** Opening a database: in memory in this thread, a file behind worker threads, or PostgreSQL. */
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { PostgresDatabase } from './dialects/postgres.ts';
import { openSqlite, SqliteConnection, sqliteDialect } from './dialects/sqlite.ts';
import { migrate } from './migrate.ts';
import type { Database, Verb } from './sql.ts';

/**
 * `verbModules`: URLs of modules that export `verbs` of their own, for embedders and tests. `now`: the clock of a database
 * in memory, in milliseconds, for the simulator.
 */
export type DatabaseLocation =
  | { readonly kind: 'memory'; readonly now?: () => number }
  | { readonly kind: 'file'; readonly path: string; readonly verbModules?: readonly string[] }
  | { readonly kind: 'postgres'; readonly url: string; readonly connections?: number };

/** Opens and migrates; rejects with a message for people when the database cannot be used. */
export async function openDatabase(location: DatabaseLocation): Promise<Database> {
  const database = open(location);
  try {
    await database.call(migrate, null);
    if (database instanceof FileDatabase) database.openReader();
    return database;
  } catch (error) {
    await database.close().catch(() => undefined);
    throw error;
  }
}

function open(location: DatabaseLocation): Database {
  switch (location.kind) {
    case 'memory':
      return new MemoryDatabase(location.now);
    case 'file':
      return new FileDatabase(location.path, location.verbModules ?? []);
    case 'postgres':
      return new PostgresDatabase(location.url, { connections: location.connections ?? 10 });
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
  readonly #path: string;
  readonly #verbModules: readonly string[];
  readonly #writer: StoreThread;
  #reader: StoreThread | undefined;

  constructor(path: string, verbModules: readonly string[]) {
    this.#path = path;
    this.#verbModules = verbModules;
    this.#writer = new StoreThread(path, { readOnly: false, verbModules });
  }

  /** After the migration: a read-only connection needs the file to be there. */
  openReader(): void {
    this.#reader = new StoreThread(this.#path, { readOnly: true, verbModules: this.#verbModules });
  }

  async call<P, R>(verb: Verb<P, R>, params: P): Promise<R> {
    const thread = verb.class === 'read' && this.#reader !== undefined ? this.#reader : this.#writer;
    return (await thread.call(verb.name, params)) as R;
  }

  async close(): Promise<void> {
    await Promise.all([this.#reader?.close(), this.#writer.close()]);
  }
}

/** The directory the process was given for its cache; null when the cache is off. */
function compileCacheDir(): string | null {
  const versioned = getCompileCacheDir();
  return versioned === undefined ? null : dirname(versioned);
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

class StoreThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  #nextId = 1;
  #failure: Error | undefined;

  constructor(path: string, options: { readonly readOnly: boolean; readonly verbModules: readonly string[] }) {
    this.#worker = new Worker(new URL('./store-thread.js', import.meta.url), {
      resourceLimits: { maxYoungGenerationSizeMb: 16 },
      workerData: { path, compileCacheDir: compileCacheDir(), ...options },
    });
    this.#worker.on('message', (message: { id: number; value?: unknown; failure?: { message: string; stack?: string } }) => {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.failure === undefined) waiting?.resolve(message.value);
      else waiting?.reject(new Error(message.failure.message, { cause: message.failure.stack }));
    });
    this.#ended = new Promise((resolve) => {
      this.#worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))));
      this.#worker.on('exit', () => {
        this.#fail(new Error('the store thread has ended'));
        resolve();
      });
    });
  }

  async call(verb: string, params: unknown): Promise<unknown> {
    if (this.#failure !== undefined) throw this.#failure;
    const id = this.#nextId;
    this.#nextId += 1;
    return await new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, verb, params });
    });
  }

  async close(): Promise<void> {
    if (this.#failure === undefined) this.#worker.postMessage('close');
    await this.#ended;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}
