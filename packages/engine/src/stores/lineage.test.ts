import { describe } from 'vitest';
import { testDatabaseUrl } from '../../../../test/support/postgres.ts';
import { openDatabase } from '../persistence/database.ts';
import { lineageTestSuite } from './lineage.testsuite.ts';

describe('lineage on SQLite', () => lineageTestSuite(async () => await openDatabase({ kind: 'memory' })));

describe('lineage on PostgreSQL', () =>
  lineageTestSuite(async () => await openDatabase({ kind: 'postgres', url: await testDatabaseUrl('lineage'), connections: 4 })));
