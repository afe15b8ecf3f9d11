/** Stores of a real database whose clock the test sets, written to by commits and read as embedders read them. */
import { openDatabase, type Database } from '@laneway/engine';
import { ok, type StoreType } from '@laneway/model';
import { defineVerb, type SqlTransaction, type Verb } from '../../packages/engine/src/persistence/sql.ts';
import { applyStoreWrites, insertStores, readItems } from '../../packages/engine/src/persistence/sql/stores.ts';
import type { LogLimits } from '../../packages/engine/src/stores/limits.ts';
import { packWrites } from '../../packages/engine/src/stores/pack-writes.ts';
import { Stores } from '../../packages/engine/src/stores/store-service.ts';
import type { StoreWrite } from '../../packages/engine/src/stores/writes.ts';
import { testDatabaseUrl } from '../support/postgres.ts';
import { bare } from './errors.ts';

type NewStore = Parameters<typeof insertStores>[1][number];

const insert = defineVerb('properties.insert', 'control', async (tx, store: NewStore) => await insertStores(tx, [store]));
const apply = defineVerb(
  'properties.apply',
  'data',
  async (tx, params: { readonly writes: readonly StoreWrite[]; readonly limits: LogLimits }) => {
    return await applyStoreWrites(tx, await tx.now(), params.writes, params.limits);
  },
);
const items = defineVerb('properties.items', 'read', readItems);

export type Answered = { readonly value: Readonly<Record<string, unknown>> } | { readonly error: ReturnType<typeof bare> };

/** Limits that small stores reach; those of time are the usual ones. */
export const limits: LogLimits = { maxEntryCount: 40, maxAgeMs: 14 * 86_400_000, expiryMs: 30 * 86_400_000 };

export class StoreBench {
  /** The time that every transaction sees. */
  now = 1_700_000_000_000;
  readonly #database: Database;
  readonly #service: Stores;
  #count = 0;

  constructor(database: Database) {
    this.#database = database;
    const clocked: Database = {
      dialect: database.dialect,
      call: async (verb, params) => await this.#call(verb, params),
      close: async () => await database.close(),
    };
    this.#service = new Stores({ database: clocked, describe: async (_spec, stored) => await Promise.resolve(stored.map(ok)) });
  }

  async create(type: StoreType | 'exception', config: unknown = { itemDataSpec: { type: 'object' } }): Promise<string> {
    this.#count += 1;
    const id = `store${this.#count}`;
    const plain = { executionId: 'execution', laneRunId: null, taskId: null, schemaId: id, name: id, initialContent: null, frozen: false };
    await this.#call(insert, { id, type, config, logLevel: type === 'auditLog' ? 7 : null, ...plain });
    return id;
  }

  /** One transaction with the writes of several jobs, packed for the way to the database. */
  async commit(jobs: readonly (readonly StoreWrite[])[]): Promise<Awaited<ReturnType<typeof applyStoreWrites>>> {
    return await this.#call(apply, { writes: jobs.flatMap(packWrites), limits });
  }

  async browse(storeId: string, options: Readonly<Record<string, unknown>> = {}): Promise<Answered> {
    const result = await this.#service.browse(storeId, options);
    return result.ok ? { value: result.value as Readonly<Record<string, unknown>> } : { error: bare(result.error) };
  }

  async dump(storeId: string): Promise<readonly unknown[]> {
    const result = await this.#service.dump(storeId);
    if (!result.ok) throw new Error(JSON.stringify(result.error));
    const entries: unknown[] = [];
    for await (const entry of result.value.entries) entries.push(entry);
    return entries;
  }

  /** As iterators read a store: items [from, to). */
  async read(storeId: string, from: number, to: number): Promise<readonly unknown[]> {
    return (await this.#call(items, { storeId, from, to })).map((text) => JSON.parse(text) as unknown);
  }

  async close(): Promise<void> {
    await this.#database.close();
  }

  async #call<P, R>(verb: Verb<P, R>, params: P): Promise<R> {
    const run = async (tx: SqlTransaction, given: P): Promise<R> => await verb.run(this.#clocked(tx), given);
    return await this.#database.call({ ...verb, run }, params);
  }

  #clocked(tx: SqlTransaction): SqlTransaction {
    return {
      dialect: tx.dialect,
      all: async <Row>(...call: Parameters<SqlTransaction['all']>) => await tx.all<Row>(...call),
      get: async <Row>(...call: Parameters<SqlTransaction['get']>) => await tx.get<Row>(...call),
      run: async (...call) => await tx.run(...call),
      now: async () => await Promise.resolve(this.now),
    };
  }
}

/** `share`: what part of the runs a database gets; each costs PostgreSQL round trips. */
export const benches: readonly { readonly name: string; readonly share: number; readonly open: () => Promise<StoreBench> }[] = [
  { name: 'sqlite', share: 1, open: async () => new StoreBench(await openDatabase({ kind: 'memory' })) },
  {
    name: 'postgres',
    share: 0.25,
    open: async () => new StoreBench(await openDatabase({ kind: 'postgres', url: await testDatabaseUrl('properties'), connections: 2 })),
  },
];
