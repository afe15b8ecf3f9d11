import { Client } from 'pg';
import { expect, test } from 'vitest';
import { testDatabaseUrl } from './postgres.ts';

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const result = await client.query(sql);
    return result.rows;
  } finally {
    await client.end();
  }
}

test('each test file gets a database of its own', async () => {
  const [first, second] = [await testDatabaseUrl('same name'), await testDatabaseUrl('same name')];
  await query(first, 'create table t (a integer)');
  await expect(query(second, 'select * from t')).rejects.toThrow(/does not exist/);
});

test('the server is PostgreSQL 15 or newer', async () => {
  const url = await testDatabaseUrl('version');
  const [row] = (await query(url, "select current_setting('server_version_num')::integer as version")) as { version: number }[];
  expect(row?.version).toBeGreaterThanOrEqual(150_000);
});
