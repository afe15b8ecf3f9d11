/** PostgreSQL ≥ 15 through `pg`: a pool of connections, one transaction per verb, races retried here. */
import { Pool, TypeOverrides, type PoolClient } from 'pg';
import type { Logger } from '../../logger.ts';
import type { HintChannel, HintListener } from '../hints.ts';
import type { Database, Dialect, SqlTransaction, SqlValue, Verb } from '../sql.ts';
import { PostgresHints } from './postgres-hints.ts';

export const postgresDialect: Dialect = { name: 'postgres', forUpdate: ' for update', skipLocked: ' for update skip locked' };

/** SQLSTATEs after which the same transaction may simply be run again, with the pause before it. */
const retryable: Readonly<Record<string, number>> = {
  40001: 5, // serialization_failure
  '40P01': 10, // deadlock_detected
};
const maxAttempts = 6;
const connectionTimeoutMillis = 10_000;
/**
 * A process that is suspended, or a machine that is gone, in the middle of a transaction must not keep its locks: those who
 * take its work over wait for them. As long as own work counts as held (design §3), and less than a lease.
 */
const idleInTransactionMs = 4000;
const settings = `set local idle_in_transaction_session_timeout = ${idleInTransactionMs}`;
const beginReading = `begin isolation level repeatable read read only; ${settings}`;
const beginWriting = `begin; ${settings}`;

const int8 = 20;
const numeric = 1700;
const types = new TypeOverrides();
types.setTypeParser(int8, Number);
types.setTypeParser(numeric, Number);

const numbered = new Map<string, string>();

/** Our SQL has `?` placeholders and no literal question marks. */
function numberPlaceholders(sql: string): string {
  let text = numbered.get(sql);
  if (text === undefined) {
    let count = 0;
    text = sql.replaceAll('?', () => `$${(count += 1)}`);
    if (numbered.size < 5000) numbered.set(sql, text);
  }
  return text;
}

class PostgresTransaction implements SqlTransaction {
  readonly dialect = postgresDialect;
  readonly #client: PoolClient;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  async all<Row>(sql: string, params: readonly SqlValue[] = []): Promise<Row[]> {
    const result = await this.#client.query({ text: numberPlaceholders(sql), values: [...params], types });
    return result.rows as Row[];
  }

  async get<Row>(sql: string, params: readonly SqlValue[] = []): Promise<Row | undefined> {
    const rows = await this.all<Row>(sql, params);
    return rows[0];
  }

  async run(sql: string, params: readonly SqlValue[] = []): Promise<number> {
    const result = await this.#client.query({ text: numberPlaceholders(sql), values: [...params], types });
    return result.rowCount ?? 0;
  }

  async now(): Promise<number> {
    const row = await this.get<{ now: number }>('select (extract(epoch from clock_timestamp()) * 1000)::bigint as now');
    return row?.now ?? Date.now();
  }
}

function sqlState(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Verbs over a pool. `retries` counts transactions that had to be run again: zero is what the lock order promises. */
export class PostgresDatabase implements Database {
  readonly dialect = postgresDialect;
  readonly #pool: Pool;
  readonly #url: string;
  retries = 0;

  constructor(url: string, options: { readonly connections: number; readonly log: Logger }) {
    this.#url = url;
    // Without a limit a server that vanished without a word would be waited for by every verb for minutes.
    this.#pool = new Pool({ connectionString: url, max: options.connections, keepAlive: true, connectionTimeoutMillis });
    // A connection that breaks while idle must not end the process; the next verb gets a fresh one.
    this.#pool.on('error', (error) => options.log.warn({ event: 'idleConnectionBroke', error }, 'a connection to the database broke'));
  }

  async call<P, R>(verb: Verb<P, R>, params: P): Promise<R> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#transact(verb, params);
      } catch (error) {
        const pauseMs = retryable[sqlState(error) ?? ''];
        if (pauseMs === undefined || attempt >= maxAttempts) throw error;
        this.retries += 1;
        await new Promise((resolve) => setTimeout(resolve, pauseMs * attempt * (0.5 + Math.random())));
      }
    }
  }

  async #transact<P, R>(verb: Verb<P, R>, params: P): Promise<R> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    // The pool listens to idle connections only: one that breaks in use would end the process (the query rejects anyhow).
    const onError = (error: Error): void => {
      broken = error;
    };
    client.on('error', onError);
    try {
      // What a read answers is one moment, as on SQLite.
      await client.query(verb.class === 'read' ? beginReading : beginWriting);
      const result = await verb.run(new PostgresTransaction(client), params);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch((rollbackError: unknown) => {
        broken = rollbackError instanceof Error ? rollbackError : new Error(String(rollbackError));
      });
      throw error;
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  }

  openHints(onHint: HintListener): HintChannel {
    return new PostgresHints(this.#url, onHint);
  }

  /** Several statements without parameters, for migrations. */
  async exec(sql: string): Promise<void> {
    await this.#pool.query(sql);
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}
