/** Vitest global set-up: one PostgreSQL per run, its URL in LANEWAY_TEST_DATABASE_URL; one that is already there is used as it is. */
import { startTestPostgres, type TestPostgres } from './postgres-server.ts';

let server: TestPostgres | undefined;

export async function setup(): Promise<void> {
  if (process.env['LANEWAY_TEST_DATABASE_URL'] !== undefined) return;
  server = await startTestPostgres();
  process.env['LANEWAY_TEST_DATABASE_URL'] = server.url;
}

export async function teardown(): Promise<void> {
  delete process.env['LANEWAY_TEST_DATABASE_URL'];
  await server?.stop();
}
