/** A store thread that dies costs what it was doing, and nothing else (design §5). */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defineVerb, openDatabase, silentLogger, type Database } from '@laneway/engine';
import { databaseKinds, type DatabaseKind } from '../../../test/support/databases.ts';
import { eventProblems, schedule, startTestEngine, valuesOf, waitForEnd } from '../../../test/support/test-engine.ts';
import { readAndDie, remember, remembered, writeAndDie } from './store-thread-verbs.ts';

const verbModules = [new URL('./store-thread-verbs.ts', import.meta.url).href];
const unknownOutcome = 'whether this call did anything is unknown';

describe('a thread of the embedded store that dies', () => {
  let directory: string;
  let database: Database;
  let reported: unknown[];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'laneway-thread-'));
    reported = [];
    const log = { ...silentLogger, error: (fields: Readonly<Record<string, unknown>>) => void reported.push(fields) };
    database = await openDatabase({ kind: 'file', path: join(directory, 'laneway.db'), verbModules }, log);
  });
  afterEach(async () => {
    await database.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('in the middle of a transaction: that one is undone, those before it stay, the next call finds a new thread', async () => {
    await database.call(remember, { name: 'before' });
    const dying = database.call(writeAndDie, { name: 'undone' });
    const behind = database.call(remember, { name: 'behind' });
    await expect(dying).rejects.toThrow(unknownOutcome);
    await expect(behind).rejects.toThrow(unknownOutcome);
    await database.call(remember, { name: 'after' });
    expect(await database.call(remembered, null)).toEqual(['after', 'before']);
    expect(reported).toMatchObject([
      { event: 'storeThreadEnded', readOnly: false, error: { cause: { message: 'a bug far from any verb' } } },
    ]);
  });

  it('while it reads: writing goes on, and so does reading', async () => {
    const dying = database.call(readAndDie, null);
    await database.call(remember, { name: 'meanwhile' });
    await expect(dying).rejects.toThrow(unknownOutcome);
    expect(await database.call(remembered, null)).toEqual(['meanwhile']);
    expect(reported).toMatchObject([{ event: 'storeThreadEnded', readOnly: true }]);
  });

  it('again and again: each time one call is lost', async () => {
    for (const name of ['a', 'b', 'c']) {
      await expect(database.call(writeAndDie, { name })).rejects.toThrow(unknownOutcome);
      await database.call(remember, { name });
    }
    expect(await database.call(remembered, null)).toEqual(['a', 'b', 'c']);
  });

  it('does not come back after the database was closed, which is no reason to report anything', async () => {
    await database.close();
    await expect(database.call(remember, { name: 'late' })).rejects.toThrow('the database is closed');
    expect(reported).toEqual([]);
  });

  it('is not what a verb that nobody knows makes of it: that call alone is refused', async () => {
    const unknown = defineVerb('nobodyKnowsMe', 'data', async () => await Promise.resolve());
    const behind = database.call(remember, { name: 'fine' });
    await expect(database.call(unknown, null)).rejects.toThrow('no verb is named nobodyKnowsMe');
    await behind;
    expect(reported).toEqual([]);
  });
});

describe('an execution on the embedded store whose threads die', () => {
  it('goes on by itself and records every item exactly once (I6, I13)', async () => {
    const [sqlite] = databaseKinds;
    if (sqlite === undefined) throw new Error('there is no SQLite');
    const withVerbs: DatabaseKind = { ...sqlite, open: async (purpose) => await sqlite.open(purpose, verbModules) };
    const fatalCalls = [20, 50];
    const deaths: unknown[] = [];
    const over = Promise.withResolvers<void>();
    let calls = 0;
    const test = await startTestEngine(withVerbs, {
      echo: async (job) => {
        calls += 1;
        if (fatalCalls.includes(calls)) {
          const { database } = test;
          deaths.push(...(await Promise.allSettled([database.call(writeAndDie, { name: 'undone' }), database.call(readAndDie, null)])));
          if (calls >= 50) over.resolve();
        }
        const resultsBatch = job.request.argsBatch.map((args) => ({ value: args['item'] }));
        return { kind: 'answered', response: { resultsBatch }, streamed: [] };
      },
    });
    try {
      const items = Array.from({ length: 1000 }, (_, index) => index);
      const executionId = await schedule(test, { lanes: [[['echo']]], input: { type: 'list', content: items } });
      // Only then can the test itself ask the database without being let down.
      await over.promise;
      const view = await waitForEnd(test, executionId);
      expect(view.execution.status).toBe('finished');
      expect(deaths).toMatchObject(Array.from({ length: 4 }, () => ({ reason: { message: expect.stringContaining(unknownOutcome) } })));
      expect((await valuesOf(test, view, 'output')).map(Number).toSorted((a, b) => a - b)).toEqual(items);
      expect(await eventProblems(test, executionId)).toEqual([]);
    } finally {
      await test.close();
    }
  });
});
