/** Fresh PostgreSQL databases for tests; the server is started once per run by `postgres-setup.ts`. */
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

/** Creates an empty database and returns its URL; it goes with the server at the end of the run. */
export async function testDatabaseUrl(name: string, server = process.env['LANEWAY_TEST_DATABASE_URL']): Promise<string> {
  if (server === undefined) throw new Error('LANEWAY_TEST_DATABASE_URL is not set: run the tests through vitest');
  const word = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .slice(0, 40);
  const database = `t_${word}_${randomBytes(4).toString('hex')}`;
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(`create database ${database}`);
  } finally {
    await client.end();
  }
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}
