/** Stores while lanes work on them: frozen, iterated in batches, and what becomes of failed items, on both databases. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExecutionView } from '@laneway/engine';
import type { DataSpec, LaneSchema } from '@laneway/model';
import { databaseKinds } from '../../../test/support/databases.ts';
import { perItem, untilStopped } from '../../../test/support/in-process-runtime.ts';
import { startTestEngine, valuesOf, waitFor, waitForEnd, workflowOf, type TestEngine } from '../../../test/support/test-engine.ts';
import { endOf, logOf, shownBy, startOf, withTasks } from './request-changes.ts';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

interface FailedEntry {
  readonly index: string;
  readonly success: boolean;
  readonly value: { readonly traceId: string; readonly value: unknown };
}

describe.each(databaseKinds)('stores in lanes on $name', (kind) => {
  let test: TestEngine;
  beforeAll(async () => {
    test = await startTestEngine(kind, {
      echo: perItem((args) => ({ value: args['item'] })),
      odd: perItem((args) => {
        if (Number(args['item']) % 2 === 0) throw new Error('even');
        return { value: args['item'] };
      }),
      wrong: perItem((args) => ({ value: args['item'] === 1 ? 'no number' : args['item'] })),
      hang: untilStopped,
    });
  });
  afterAll(async () => await test.close());

  /** The lane over the empty store of results. */
  const withoutItems = (lane: LaneSchema): LaneSchema => ({ ...lane, storeIteratorSpec: { storeSchemaId: 'output', maxBatchSize: 1 } });
  const argumentsSince = (callCount: number) => test.runtime.calls.slice(callCount).map(({ request }) => request.argsBatch);
  const traceIdOf = (args: Readonly<Record<string, unknown>>): string => (args['__meta'] as { readonly traceId: string }).traceId;
  const isFrozen = async (storeId: string | null | undefined) => (await test.engine.stores.info(storeId ?? ''))?.frozen;
  const failedOf = async (view: ExecutionView) =>
    ((await shownBy(test, view.execution.current.exceptionStoreId ?? '')) as { readonly items: readonly FailedEntry[] }).items;
  const errorsOf = async (view: ExecutionView) =>
    (await logOf(test, view.execution.current.boxes[0]?.tasks[0]?.systemAuditLogId ?? '')).filter(({ severity }) => severity === 'error');

  it('the store that the current lane iterates is frozen, and free again for the next lane (data-and-stores R14)', async () => {
    const request = workflowOf(test, { lanes: [[['hang']], [['hang']]], input: { type: 'list', content: numbers(4) }, collects: [] });
    const [first, second] = request.revision.lanes;
    const lanes = [withoutItems(first!), { ...second!, storeIteratorSpec: { storeSchemaId: 'input', maxBatchSize: 2 } }];
    const executionId = await startOf(test, { ...request, revision: { ...request.revision, lanes } });
    const { execution } = await waitFor(
      test,
      executionId,
      (view) => view.execution.current.laneIndex === 2 && view.execution.current.status === 'active',
    );
    const { input, output } = execution.storeRegistry;
    expect([await isFrozen(input), await isFrozen(output), await isFrozen(execution.current.exceptionStoreId)]).toEqual([
      true,
      false,
      false,
    ]);
    await test.engine.executions.cancel({ executionId, actor: 'user', note: null });
    await waitForEnd(test, executionId);
    expect(await isFrozen(execution.current.exceptionStoreId)).toBe(true);
  });

  it('a result for the iterated store fails its items, and the store stays as it was (data-and-stores R14, R73)', async () => {
    const request = workflowOf(test, { lanes: [[['echo']]], input: { type: 'list', content: numbers(3) } });
    const options = { type: 'listStoreContentUpdateOptions', function: 'append' } as const;
    const view = await endOf(
      test,
      withTasks(request, { resultMappings: [{ resultName: 'value', storeSchemaId: 'input', storeContentUpdateOptions: options }] }),
    );
    expect(await valuesOf(test, view, 'input')).toEqual(numbers(3));
    const dispatch = { id: 'atmStoreFrozen', details: { atmStoreSchemaId: 'input' } };
    expect((await errorsOf(view))[0]?.content.details?.reason).toMatchObject({
      id: 'atmTaskResultMappingFailed',
      details: { result: 'value', specificError: { details: { atmStoreSchemaId: 'input', specificError: dispatch } } },
    });
  });

  it('batches have up to the maximum of items, never none, and every item its own trace id (data-and-stores R18, R20)', async () => {
    const before = test.runtime.calls.length;
    await endOf(test, workflowOf(test, { lanes: [[['echo']]], input: { type: 'list', content: numbers(8) }, batchSize: 3 }));
    const batches = argumentsSince(before);
    expect(batches.map(({ length }) => length).toSorted()).toEqual([2, 3, 3]);
    const ids = batches.flat().map(traceIdOf);
    expect(new Set(ids).size).toBe(8);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{20}$/);
  });

  it('entries of a tree that the store does not want leave no empty batch behind (data-and-stores R18)', async () => {
    for (const directory of ['a', 'b', 'c/d', 'e']) await mkdir(join(test.spaceDirectory, 'sparse', directory), { recursive: true });
    for (const path of ['b/1', 'c/d/2']) await writeFile(join(test.spaceDirectory, 'sparse', path), '');
    const root = await test.engine.files.lookup(test.spaceId, 'sparse');
    const file: DataSpec = { type: 'file', fileType: 'REG', attributes: ['name'] };
    const before = test.runtime.calls.length;
    const content = [{ fileId: root.ok ? root.value.fileId : '' }];
    await endOf(
      test,
      workflowOf(test, {
        lanes: [[['echo']]],
        input: { type: 'treeForest', content },
        items: file,
        results: { type: 'object' },
        batchSize: 1,
      }),
    );
    const names = argumentsSince(before).map((batch) => batch.map((args) => (args['item'] as { readonly name: string }).name));
    expect(names.toSorted()).toEqual([['1'], ['2']]);
  });

  it('failed items are kept once, with trace id and value, in a store that is frozen at the end (data-and-stores R42, R43, D1)', async () => {
    const before = test.runtime.calls.length;
    const view = await endOf(
      test,
      workflowOf(test, { lanes: [[['odd', 'odd']]], input: { type: 'list', content: numbers(5) }, batchSize: 5 }),
    );
    const failed = await failedOf(view);
    expect(failed.map(({ index, success, value }) => [index, success, value.value])).toEqual([
      ['0', true, 0],
      ['1', true, 2],
      ['2', true, 4],
    ]);
    const sent = new Map(argumentsSince(before).flatMap((batch) => batch.map((args) => [args['item'], traceIdOf(args)] as const)));
    expect(failed.map(({ value }) => value.traceId)).toEqual([0, 2, 4].map((item) => sent.get(item)));
    expect(await isFrozen(view.execution.current.exceptionStoreId)).toBe(true);
    expect(await test.engine.stores.info(view.execution.current.exceptionStoreId ?? '')).toMatchObject({
      type: 'exception',
      schemaId: 'CURRENT_LANE_RUN_EXCEPTION_STORE',
      config: { itemDataSpec: { type: 'number' } },
    });
  });

  it('a retry gets the failed items as they were, with the same trace ids (data-and-stores R44)', async () => {
    const before = test.runtime.calls.length;
    const view = await endOf(
      test,
      workflowOf(test, { lanes: [[['odd']]], input: { type: 'list', content: numbers(4) }, batchSize: 4, maxRetries: 1 }),
    );
    expect(view.execution.current).toMatchObject({ runNumber: 2, runType: 'retry' });
    const [first, second] = argumentsSince(before).map((batch) => new Map(batch.map((args) => [args['item'], traceIdOf(args)])));
    expect([...(second?.keys() ?? [])]).toEqual([0, 2]);
    for (const [item, traceId] of second ?? []) expect(traceId).toBe(first?.get(item));
  });

  it('a result that does not fit fails its item once, with an entry that names it (data-and-stores R72, R74)', async () => {
    const before = test.runtime.calls.length;
    const view = await endOf(test, workflowOf(test, { lanes: [[['wrong']]], input: { type: 'list', content: numbers(3) } }));
    expect(Object.values(await test.engine.executions.counters(view.execution.id))).toEqual([
      { itemsInProcessing: 0, itemsProcessed: 3, itemsFailed: 1 },
    ]);
    const traceId = argumentsSince(before)
      .flat()
      .find((args) => args['item'] === 1);
    const errors = await errorsOf(view);
    expect(errors.map(({ content }) => content.referencedElements?.itemTraceIds)).toEqual([[traceIdOf(traceId ?? {})]]);
    expect(errors[0]?.content.details?.reason).toMatchObject({
      id: 'atmTaskResultMappingFailed',
      details: { result: 'value', specificError: { id: 'atmDataTypeUnverified' } },
    });
  });

  it('an argument that does not depend on the item fails the batch, in one entry with all trace ids (data-and-stores R70, §6.2)', async () => {
    const store = { id: 'unset', name: 'unset', description: '', type: 'singleValue', requiresInitialContent: false } as const;
    const number: DataSpec = { type: 'number', integersOnly: false, allowedValues: null };
    const request = workflowOf(test, { lanes: [[['echo']]], input: { type: 'list', content: numbers(3) } });
    const stores = [...request.revision.stores, { ...store, config: { itemDataSpec: number }, defaultInitialContent: null }];
    const argumentMappings = [
      { argumentName: 'item', valueBuilder: { valueBuilderType: 'singleValueStoreContent', valueBuilderRecipe: 'unset' } },
    ] as const;
    const before = test.runtime.calls.length;
    const view = await endOf(test, withTasks({ ...request, revision: { ...request.revision, stores } }, { argumentMappings }));
    expect([view.execution.status, test.runtime.calls.length - before, (await failedOf(view)).length]).toEqual(['failed', 0, 3]);
    const errors = await errorsOf(view);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({
      severity: 'error',
      source: 'system',
      content: {
        description: expect.stringContaining('batch'),
        details: {
          reason: {
            id: 'atmTaskArgMappingFailed',
            details: { argument: 'item', specificError: { id: 'atmStoreContentNotSet', details: { atmStoreSchemaId: 'unset' } } },
          },
        },
        referencedElements: { itemTraceIds: (await failedOf(view)).map(({ value }) => value.traceId) },
      },
    });
  });

  it('entries of the workflow log name lane, run, box and task, and refer to the task by its id (data-and-stores §5.4)', async () => {
    const view = await endOf(
      test,
      workflowOf(test, { lanes: [[['echo'], ['odd', 'echo']]], input: { type: 'list', content: [1] }, logLevel: 7 }),
    );
    const entries = await logOf(test, view.execution.systemAuditLogStoreId);
    for (const entry of entries) expect([entry.source, typeof entry.content.description]).toEqual(['system', 'string']);
    const lastTask = view.execution.current.boxes[1]?.tasks[1]?.id;
    const own = entries.filter(({ content }) => content.referencedElements?.tasks?.includes(lastTask ?? '') === true);
    expect(own.length).toBeGreaterThan(0);
    for (const { content } of own) {
      expect(content.description).toMatch(/^\[Lane: 1, Run: 1, PBox: 2, Task: 2\] /);
      expect(content.referencedElements).toEqual({ tasks: [lastTask] });
    }
    expect(entries.some(({ content }) => content.description?.startsWith('[Lane: 1, Run: 1] ') === true)).toBe(true);
  });
});
