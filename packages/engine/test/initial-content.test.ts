/** What the stores of an execution begin with, and that nothing is left of a refusal, on both databases. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScheduleRequest } from '@laneway/engine';
import type { DataSpec, StoreSchema } from '@laneway/model';
import { databaseKinds, type DatabaseKind } from '../../../test/support/databases.ts';
import { perItem } from '../../../test/support/in-process-runtime.ts';
import { startTestEngine, valuesOf, waitForEnd, workflowOf, type TestEngine } from '../../../test/support/test-engine.ts';
import { countRows } from './row-counts.ts';

const number: DataSpec = { type: 'number', integersOnly: false, allowedValues: null };

function listOf(id: string, defaultInitialContent: unknown, requiresInitialContent = false): StoreSchema {
  const config = { itemDataSpec: number };
  return { id, name: id, description: '', type: 'list', config, requiresInitialContent, defaultInitialContent };
}

/** The kind of database with the verb that counts rows. */
function withRowCounts(kind: DatabaseKind): DatabaseKind {
  const url = new URL('./row-counts.ts', import.meta.url).href;
  return { name: kind.name, open: async (purpose, modules = []) => await kind.open(purpose, [url, ...modules]) };
}

describe.each(databaseKinds)('initial content on $name', (kind) => {
  let test: TestEngine;
  beforeAll(async () => {
    test = await startTestEngine(withRowCounts(kind), { echo: perItem((args) => ({ value: args['item'] })) });
  });
  afterAll(async () => await test.close());

  function requestOf(stores: readonly StoreSchema[], overlay: Readonly<Record<string, unknown>>): ScheduleRequest {
    const request = workflowOf(test, { lanes: [[['echo']]], input: { type: 'list', content: [1] } });
    const revision = { ...request.revision, stores: [...request.revision.stores, ...stores] };
    return { ...request, revision, storeInitialContentOverlay: { input: [1], ...overlay } };
  }

  /** The error of a request that is refused and leaves no row of anything. */
  async function refusal(request: ScheduleRequest): Promise<unknown> {
    const before = await test.database.call(countRows, null);
    const scheduled = await test.engine.executions.schedule(request);
    expect(await test.database.call(countRows, null)).toEqual(before);
    return scheduled.ok ? undefined : { id: scheduled.error.id, details: scheduled.error.details };
  }

  it('is what was supplied, else the default, else none; null and unknown stores count for nothing (data-and-stores R11, R12)', async () => {
    const stores = [listOf('supplied', [1, 2]), listOf('default', [3, 4]), listOf('null', [5]), listOf('none', null)];
    const overlay = { supplied: [9], null: null, none: null, nowhere: ['no number'] };
    const scheduled = await test.engine.executions.schedule(requestOf(stores, overlay));
    const view = await waitForEnd(test, scheduled.ok ? scheduled.value.executionId : '');
    const contents: unknown[] = [];
    for (const { id } of stores) contents.push([id, await valuesOf(test, view, id)]);
    expect(contents).toEqual([
      ['supplied', [9]],
      ['default', [3, 4]],
      ['null', [5]],
      ['none', []],
    ]);
    expect(Object.keys(view.execution.storeRegistry).toSorted()).toEqual(['default', 'input', 'none', 'null', 'output', 'supplied']);
    const shown = await test.engine.stores.info(view.execution.storeRegistry['supplied'] ?? '');
    expect(shown).toMatchObject({ schemaId: 'supplied', type: 'list', initialContent: [9], config: { itemDataSpec: number } });
    expect((await test.engine.stores.info(view.execution.storeRegistry['none'] ?? ''))?.initialContent).toBeNull();
  });

  it('that is required and missing refuses the scheduling, and stores before it are gone as well (data-and-stores R12)', async () => {
    const refused = {
      id: 'atmStoreCreationFailed',
      details: { atmStoreSchemaId: 'needed', specificError: { id: 'atmStoreMissingRequiredInitialContent' } },
    };
    for (const overlay of [{}, { needed: null }]) {
      expect(await refusal(requestOf([listOf('before', [1, 2]), listOf('needed', null, true)], overlay))).toMatchObject(refused);
    }
    const accepted = await test.engine.executions.schedule(requestOf([listOf('needed', [], true)], {}));
    expect(accepted.ok).toBe(true);
    await waitForEnd(test, accepted.ok ? accepted.value.executionId : '');
  });

  it.each<[string, unknown, object]>([
    ['no array', { '0': 1 }, { id: 'atmDataTypeUnverified', details: { value: { '0': 1 }, expType: 'array' } }],
    [
      'an array with a bad element',
      [1, 2, 'x'],
      {
        id: 'atmDataValueConstraintUnverified',
        details: { value: [1, 2, 'x'], type: 'array', valueConstraints: { '$[2]': { id: 'atmDataTypeUnverified' } } },
      },
    ],
  ])('of a list that is %s creates nothing (data-and-stores R13)', async (_what, content, specificError) => {
    const request = requestOf([listOf('before', [1]), listOf('wrong', null)], { wrong: content });
    expect(await refusal(request)).toMatchObject({
      id: 'atmStoreCreationFailed',
      details: { atmStoreSchemaId: 'wrong', specificError },
    });
  });

  it('of a tree forest has to be an array of files, or nothing is created (data-and-stores R13)', async () => {
    const file: DataSpec = { type: 'file', fileType: 'ANY', attributes: null };
    const forest = { ...listOf('forest', null), type: 'treeForest', config: { itemDataSpec: file } } as StoreSchema;
    for (const [content, id] of [
      [{ fileId: 'x' }, 'atmDataTypeUnverified'],
      [[{ fileId: 5 }], 'atmDataValueConstraintUnverified'],
    ] as const) {
      expect(await refusal(requestOf([forest], { forest: content }))).toMatchObject({ details: { specificError: { id } } });
    }
  });

  it('of a time series is refused (data-and-stores R52)', async () => {
    const config = { timeSeriesCollectionSchema: { timeSeriesSchemas: [] }, dashboardSpec: null };
    const series = { ...listOf('series', null), type: 'timeSeries', config } as StoreSchema;
    expect(await refusal(requestOf([series], { series: [] }))).toMatchObject({
      details: { atmStoreSchemaId: 'series', specificError: { id: 'badData', details: { key: 'initialContent' } } },
    });
  });
});
