/** Initial content of any size neither blocks the store nor leaves anything behind (design §5, P16). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../test/support/databases.ts';
import { perItem } from '../../../test/support/in-process-runtime.ts';
import { schedule, startTestEngine, valuesOf, waitForEnd, type TestEngine } from '../../../test/support/test-engine.ts';
import { beginCreation, extendCreation, purgeCreation } from '../src/persistence/sql/creations.ts';
import { readStoreItems } from '../src/persistence/sql/stores.ts';

const itemCount = 60_000;

describe.each(databaseKinds)('large initial content on $name', (kind) => {
  let test: TestEngine;
  beforeAll(async () => {
    test = await startTestEngine(kind, { echo: perItem((args) => ({ value: args['item'] })) });
  });
  afterAll(async () => await test.close());

  it('is written in several transactions and arrives complete and in order', async () => {
    const numbers = Array.from({ length: itemCount }, (_, index) => index);
    const executionId = await schedule(test, { lanes: [[['echo']]], input: { type: 'list', content: numbers }, batchSize: 1000 });
    const view = await waitForEnd(test, executionId);
    expect(view.execution.status).toBe('finished');
    expect(await valuesOf(test, view, 'input')).toEqual(numbers);
    expect(await valuesOf(test, view, 'output')).toHaveLength(itemCount);
  });

  const store = {
    laneRunId: null,
    taskId: null,
    schemaId: 's',
    name: 's',
    type: 'list',
    config: { itemDataSpec: { type: 'number' } },
    initialContent: null,
    frozen: false,
    logLevel: null,
  } as const;
  const write = (storeId: string) => ({ kind: 'pieces', storeId, pieces: [{ itemCount: 1, bytes: 2, text: '1' }] }) as const;

  it('goes when its writer died before the execution was there', async () => {
    const { database } = test;
    await database.call(beginCreation, {
      executionId: 'dead',
      stores: [{ ...store, id: 'dead.list', executionId: 'dead' }],
      abandonedAfterMs: 0,
    });
    await database.call(extendCreation, { executionId: 'dead', write: write('dead.list'), abandonedAfterMs: 0 });
    const deadline = performance.now() + 10_000;
    while ((await database.call(readStoreItems, { storeId: 'dead.list', from: 0, to: 1 })).length > 0) {
      if (performance.now() > deadline) throw new Error('the content of an abandoned creation is still there');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });

  it('cannot be added to once it was given up', async () => {
    const { database } = test;
    await database.call(beginCreation, {
      executionId: 'late',
      stores: [{ ...store, id: 'late.list', executionId: 'late' }],
      abandonedAfterMs: 60_000,
    });
    await database.call(purgeCreation, { executionId: 'late' });
    await expect(
      database.call(extendCreation, { executionId: 'late', write: write('late.list'), abandonedAfterMs: 60_000 }),
    ).rejects.toThrow('given up');
  });
});
