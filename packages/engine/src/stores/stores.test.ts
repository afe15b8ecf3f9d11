import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ok } from '@laneway/model';
import { describe, expect, test } from 'vitest';
import { testDatabaseUrl } from '../../../../test/support/postgres.ts';
import { openDatabase } from '../persistence/database.ts';
import { storeVerbs } from '../persistence/sql/stores-verbs.ts';
import { verbNamed } from '../persistence/verbs.ts';
import { Stores } from './store-service.ts';
import { storesTestSuite } from './stores.testsuite.ts';

describe('stores on SQLite', () => storesTestSuite(async () => await openDatabase({ kind: 'memory' })));

describe('stores on PostgreSQL', () =>
  storesTestSuite(async () => await openDatabase({ kind: 'postgres', url: await testDatabaseUrl('stores'), connections: 6 })));

test('a database in a file finds the verbs of stores in its threads', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'stores-'));
  const database = await openDatabase({ kind: 'file', path: join(directory, 'test.db') });
  try {
    const service = new Stores({ database, describe: async (_spec, stored) => stored.map(ok) });
    expect(await service.info('no such store')).toBeNull();
    for (const verb of storeVerbs) expect(verbNamed(verb.name)).toBe(verb);
  } finally {
    await database.close();
    rmSync(directory, { recursive: true });
  }
});
