/** What a lane run iterates, by type of its store (execution §8.7, §9.7). */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ExecutionView } from '@laneway/engine';
import type { DataSpec } from '@laneway/model';
import { databaseKinds } from '../../../test/support/databases.ts';
import { perItem } from '../../../test/support/in-process-runtime.ts';
import {
  schedule,
  startTestEngine,
  valuesOf,
  waitForEnd,
  type TestEngine,
  type WorkflowOptions,
} from '../../../test/support/test-engine.ts';

const file: DataSpec = { type: 'file', fileType: 'ANY', attributes: null };
const objects: DataSpec = { type: 'object' };

for (const kind of databaseKinds) {
  describe(`iteration on ${kind.name}`, () => {
    let test: TestEngine;
    beforeAll(async () => {
      test = await startTestEngine(kind, { echo: perItem((args) => ({ value: args['item'] })) }, { runners: 1 });
    });
    beforeEach(async () => {
      await rm(join(test.spaceDirectory, 'tree'), { recursive: true, force: true });
      await mkdir(join(test.spaceDirectory, 'tree', 'deep'), { recursive: true });
      for (const name of ['a', 'b', 'deep/c']) await writeFile(join(test.spaceDirectory, 'tree', name), name);
    });
    afterEach(() => {
      test.runtime.onPrepare = undefined;
    });
    afterAll(async () => await test.close());

    async function run(options: Omit<WorkflowOptions, 'lanes'> & { readonly boxes?: number }): Promise<ExecutionView> {
      const { boxes = 1, ...rest } = options;
      return await waitForEnd(test, await schedule(test, { ...rest, lanes: [Array.from({ length: boxes }, () => ['echo'])] }));
    }

    /** Removes paths after scheduling and before the first item is looked at. */
    function removeBeforeItems(...paths: readonly string[]): void {
      test.runtime.onPrepare = async () => {
        for (const path of paths) await rm(join(test.spaceDirectory, path), { recursive: true, force: true });
        return undefined;
      };
    }

    async function fileAt(path: string): Promise<{ readonly fileId: string }> {
      const found = await test.engine.files.lookup(test.spaceId, path);
      if (!found.ok) throw new Error(found.error.description);
      return { fileId: found.value.fileId };
    }

    it('a list gives its elements in order, each once (execution R90, data-and-stores R32)', async () => {
      const view = await run({ input: { type: 'list', content: [5, 3, 5, 1] }, batchSize: 2 });
      expect(await valuesOf(test, view, 'output')).toEqual([5, 3, 5, 1]);
    });

    it('a single value gives one item, or none when it is not set (execution R92, data-and-stores R34)', async () => {
      expect(await valuesOf(test, await run({ input: { type: 'singleValue', content: 7 } }), 'output')).toEqual([7]);
      const unset = await run({ input: { type: 'singleValue', content: null } });
      expect([unset.execution.status, await valuesOf(test, unset, 'output')]).toEqual(['finished', []]);
    });

    it('a range goes from its start to before its end, and without content yields nothing (execution R93, data-and-stores §5.3)', async () => {
      const view = await run({ input: { type: 'range', content: { start: -100, end: 100, step: 2 } }, batchSize: 30 });
      expect(await valuesOf(test, view, 'output')).toEqual(Array.from({ length: 100 }, (_, index) => 2 * index - 100));
      const empty = await run({ input: { type: 'range', content: null } });
      expect([empty.execution.status, await valuesOf(test, empty, 'output')]).toEqual(['finished', []]);
    });

    it('a tree gives every root with its descendants; a root that is gone is skipped without a failure (execution R94, data-and-stores R48)', async () => {
      const [root, gone] = [await fileAt('tree'), await fileAt('tree/a')];
      removeBeforeItems('tree/a');
      const view = await run({
        input: { type: 'treeForest', content: [gone, root] },
        items: file,
        argument: { type: 'file', fileType: 'ANY', attributes: ['fileId', 'name'] },
        results: objects,
      });
      expect(view.execution.status).toBe('finished');
      const names = (await valuesOf(test, view, 'output')).map((value) => (value as { name: string }).name);
      expect(names.toSorted()).toEqual(['b', 'c', 'deep', 'tree']);
      removeBeforeItems('tree');
      const nothing = await run({ input: { type: 'treeForest', content: [root] }, items: file, results: objects });
      expect([nothing.execution.status, await valuesOf(test, nothing, 'output')]).toEqual(['finished', []]);
    });

    it('a list with files that are gone fails those items and no other (execution R91, data-and-stores R10, D1)', async () => {
      const content = [await fileAt('tree/a'), await fileAt('tree/b'), await fileAt('tree/deep/c')];
      removeBeforeItems('tree/b');
      const view = await run({ input: { type: 'list', content }, items: file, results: objects, boxes: 2, batchSize: 3 });
      expect(view.execution.status).toBe('failed');
      const receipt = await test.engine.executions.receipt(view.execution.id);
      expect(receipt?.laneRuns[0]).toMatchObject({ itemsKnown: 3, itemsSucceeded: 2, itemsFailed: 1 });
      expect(await valuesOf(test, view, 'output')).toHaveLength(4);
    });

    it('a file arrives with exactly the attributes that the argument asks for, and is stored as it was echoed (execution R109)', async () => {
      const view = await run({
        input: { type: 'list', content: [await fileAt('tree/a')] },
        items: file,
        argument: { type: 'file', fileType: 'REG', attributes: ['fileId', 'name', 'size', 'type'] },
        results: objects,
      });
      const [value] = await valuesOf(test, view, 'output');
      expect(value).toEqual({ fileId: (await fileAt('tree/a')).fileId, name: 'a', size: 1, type: 'REG' });
    });
  });
}
