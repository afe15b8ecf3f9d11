/** The real databases that suites run against: SQLite in a file behind its worker threads, and PostgreSQL. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from '@laneway/engine';
import { testDatabaseUrl } from './postgres.ts';

export interface DatabaseKind {
  readonly name: 'sqlite' | 'postgres';
  /** A fresh, migrated database that also knows the verbs of the modules named; `close` removes what it left on disk. */
  readonly open: (
    purpose: string,
    verbModules?: readonly string[],
  ) => Promise<{ readonly database: Database; readonly close: () => Promise<void> }>;
}

/** One PostgreSQL database for several nodes. */
export async function sharedPostgres(purpose: string): Promise<DatabaseKind & { readonly url: string }> {
  const url = await testDatabaseUrl(purpose);
  return {
    name: 'postgres',
    url,
    open: async () => {
      const database = await openDatabase({ kind: 'postgres', url });
      return { database, close: async () => await database.close() };
    },
  };
}

export const databaseKinds: readonly DatabaseKind[] = [
  {
    name: 'sqlite',
    open: async (purpose, verbModules = []) => {
      const directory = await mkdtemp(join(tmpdir(), `laneway-${purpose}-`));
      const database = await openDatabase({ kind: 'file', path: join(directory, 'laneway.db'), verbModules });
      return {
        database,
        close: async () => {
          await database.close();
          await rm(directory, { recursive: true, force: true });
        },
      };
    },
  },
  {
    name: 'postgres',
    open: async (purpose) => {
      const database = await openDatabase({ kind: 'postgres', url: await testDatabaseUrl(purpose) });
      return { database, close: async () => await database.close() };
    },
  },
];
