/** PostgreSQL goes away for longer than a lease and comes back: nothing is lost, and nothing dies of it (T6, P11). */
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '@laneway/engine';
import type { DatabaseKind } from '../support/databases.ts';
import { testDatabaseUrl } from '../support/postgres.ts';
import { eventProblems, schedule, startTestEngine, valuesOf, waitFor, waitForEnd } from '../support/test-engine.ts';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Refuses and ends connections of the database for a while. */
async function takeAway(url: string, awayMs: number): Promise<void> {
  const target = new URL(url);
  const name = target.pathname.slice(1);
  target.pathname = '/postgres';
  const admin = new Client({ connectionString: target.href });
  await admin.connect();
  try {
    await admin.query(`alter database ${name} with allow_connections false`);
    const until = performance.now() + awayMs;
    while (performance.now() < until) {
      await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await admin.query(`alter database ${name} with allow_connections true`);
  } finally {
    await admin.end();
  }
}

describe('PostgreSQL that goes away for ten seconds', () => {
  it('costs time and no item, however often a connection breaks in the middle of a transaction', { timeout: 120_000 }, async () => {
    let url = '';
    const kind: DatabaseKind = {
      name: 'postgres',
      open: async (purpose) => {
        url = await testDatabaseUrl(purpose);
        const database = await openDatabase({ kind: 'postgres', url });
        return { database, close: async () => await database.close() };
      },
    };
    const test = await startTestEngine(kind, {
      slow: async (job) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return {
          kind: 'answered',
          response: { resultsBatch: job.request.argsBatch.map((args) => ({ value: args['item'] })) },
          streamed: [],
        };
      },
    });
    try {
      const executionId = await schedule(test, { lanes: [[['slow']]], input: { type: 'list', content: numbers(4000) } });
      await waitFor(test, executionId, (view) => view.execution.current.status === 'active');
      await takeAway(url, 10_000);
      const view = await waitForEnd(test, executionId, 60_000);
      expect(view.execution.status).toBe('finished');
      expect((await valuesOf(test, view, 'output')).map(Number).toSorted((a, b) => a - b)).toEqual(numbers(4000));
      expect(await eventProblems(test, executionId)).toEqual([]);
    } finally {
      await test.close();
    }
  });
});
