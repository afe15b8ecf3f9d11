/** Datasets and groups as values (data-and-stores R6, R7, R47, §2.3, §2.4). */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test as it, vi } from 'vitest';
import type { DataSpec, Result } from '@laneway/model';
import { databaseKinds } from '../../../test/support/databases.ts';
import { perItem } from '../../../test/support/in-process-runtime.ts';
import { schedule, startTestEngine, valuesOf, waitForEnd, type TestEngine } from '../../../test/support/test-engine.ts';
import { walkDatasets, type DatasetPosition } from '../src/files/dataset-walk.ts';
import { createGroup, deleteGroup } from '../src/persistence/sql/groups.ts';
import { addMember, insertKnownMember } from '../src/persistence/sql/memberships.ts';
import { compileType } from '../src/values/compile-type.ts';
import { gatherFacts, type Facts } from '../src/values/facts.ts';
import { ReferenceIds } from '../src/values/reference-ids.ts';

const dataset: DataSpec = { type: 'dataset' };
const group: DataSpec = { type: 'group', attributes: ['name', 'groupId'] };
const objects: DataSpec = { type: 'object' };

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

for (const kind of databaseKinds) {
  describe(`datasets and groups on ${kind.name}`, () => {
    let test: TestEngine;
    let marked: string[] = [];

    beforeAll(async () => {
      test = await startTestEngine(kind, { echo: perItem((args) => ({ value: args['item'] })) }, { runners: 1 });
      await mkdir(join(test.spaceDirectory, 'a', 'b', 'c'), { recursive: true });
      await mkdir(join(test.spaceDirectory, 'a-b'));
      for (const path of ['a/one', 'a/b/two', 'a/b/c/three', 'a-b/four']) await writeFile(join(test.spaceDirectory, path), path);
    });
    afterEach(async () => {
      for (const id of marked) await test.engine.files.datasets.remove(id);
      marked = [];
    });
    afterAll(async () => await test.close());

    async function mark(path: string): Promise<string> {
      const { datasetId } = valueOf(await test.engine.files.datasets.create(valueOf(await test.engine.files.lookup(test.spaceId, path))));
      marked.push(datasetId);
      return datasetId;
    }

    async function factsFor(spec: DataSpec, value: unknown, userId?: string): Promise<Facts> {
      const ids = new ReferenceIds();
      compileType(spec).collect(value, ids);
      const { files } = test.engine;
      return await gatherFacts({ spaceId: test.spaceId, files, ...(userId === undefined ? {} : { userId }) }, ids);
    }

    async function problem(spec: DataSpec, value: unknown, userId?: string): Promise<unknown> {
      return compileType(spec).validate(value, await factsFor(spec, value, userId))?.details?.['valueConstraints'] ?? null;
    }

    async function otherSpaceWithDataset(): Promise<{ spaceId: string; datasetId: string }> {
      const { engine } = test;
      const space = valueOf(await engine.spaces.create({ name: 'other', path: null, readonly: false, ownerUserId: 'u2' }));
      const { datasetId } = valueOf(await engine.files.datasets.create(valueOf(await engine.files.lookup(space.id, ''))));
      marked.push(datasetId);
      return { spaceId: space.id, datasetId };
    }

    it('a dataset that does not exist, or is in a space that the user may not view, cannot be accessed (data-and-stores R6)', async () => {
      const other = await otherSpaceWithDataset();
      expect(await problem(dataset, { datasetId: 'unknown' })).toEqual({ hasAccess: true });
      expect(await problem(dataset, { datasetId: other.datasetId }, 'stranger')).toEqual({ hasAccess: true });
      expect(await problem(dataset, { datasetId: other.datasetId })).toEqual({ hasAccess: true });
    });

    it('a dataset of another space that the user is in is refused by its space (data-and-stores R6)', async () => {
      const { spaceId, datasetId } = await otherSpaceWithDataset();
      const [container, member] = [{ type: 'space', id: spaceId } as const, { type: 'user', id: 'u1' } as const];
      await test.database.call(insertKnownMember, { container, member, privileges: [], owner: false });
      expect(await problem(dataset, { datasetId }, 'u1')).toEqual({ inSpace: test.spaceId });
    });

    it('detached datasets and those whose root file is gone are as good as others (data-and-stores R6)', async () => {
      await writeFile(join(test.spaceDirectory, 'short-lived'), '');
      const gone = await mark('short-lived');
      const detached = await mark('a/one');
      await rm(join(test.spaceDirectory, 'short-lived'));
      valueOf(await test.engine.files.datasets.setState(detached, 'detached'));
      for (const datasetId of [gone, detached]) expect(await problem(dataset, { datasetId })).toBeNull();
      const facts = await factsFor({ type: 'array', itemDataSpec: dataset }, [{ datasetId: gone }, { datasetId: detached }]);
      expect(facts.datasets.get(gone)?.info).toMatchObject({ state: 'attached', rootFileDeleted: true });
      expect(facts.datasets.get(detached)?.info).toMatchObject({ state: 'detached', rootFileDeleted: false });
    });

    it('a dataset is stored as its id, iterated as a reference and described and conformed completely (data-and-stores R9, R10)', async () => {
      const parent = await mark('a');
      const datasetId = await mark('a/b/two');
      const type = compileType(dataset);
      const value = { datasetId, extra: 1 };
      const facts = await factsFor(dataset, value);
      const info = {
        datasetId,
        state: 'attached',
        rootFileId: valueOf(await test.engine.files.lookup(test.spaceId, 'a/b/two')).fileId,
        rootFileType: 'REG',
        rootFileDeleted: false,
        rootFilePath: '/space/a/b/two',
        protectionFlags: [],
        effectiveProtectionFlags: [],
        parentId: parent,
        archiveCount: 0,
        creationTime: expect.any(Number) as number,
      };
      expect([type.toStored(value), type.fromStored(datasetId)]).toEqual([datasetId, { datasetId }]);
      expect(type.conform(value, facts)).toEqual({ ok: true, value: info });
      expect(type.describe(datasetId, facts)).toEqual({ ok: true, value: info });
      expect(type.describe('removed', facts)).toMatchObject({ ok: false, error: { id: 'notFound' } });
    });

    it('a file is marked once; a detached dataset lets it go, and comes back only while nothing else marks it (data-and-stores R6)', async () => {
      const { datasets } = test.engine.files;
      const first = await mark('a');
      const ref = valueOf(await test.engine.files.lookup(test.spaceId, 'a'));
      expect(await datasets.create(ref)).toMatchObject({ ok: false, error: { id: 'alreadyExists' } });
      valueOf(await datasets.setState(first, 'detached'));
      const second = await mark('a');
      expect(await datasets.setState(first, 'attached')).toMatchObject({ ok: false, error: { id: 'alreadyExists' } });
      valueOf(await datasets.remove(second));
      expect(await datasets.setState(first, 'attached')).toMatchObject({ ok: true });
      expect(await datasets.summary(ref)).toEqual({ directDataset: first, effectiveAncestorDatasets: [], effectiveProtectionFlags: [] });
    });

    it('the tree of datasets follows what is marked, detached and removed (data-and-stores R6)', async () => {
      const { datasets } = test.engine.files;
      const [three, top, middle] = [await mark('a/b/c/three'), await mark(''), await mark('a/b')];
      const parents = async (): Promise<unknown[]> =>
        await Promise.all([three, top, middle].map(async (id) => (await datasets.find(id))?.parentId ?? null));
      expect(await parents()).toEqual([middle, null, top]);
      valueOf(await datasets.setState(middle, 'detached'));
      expect(await parents()).toEqual([top, null, null]);
      valueOf(await datasets.setState(middle, 'attached'));
      valueOf(await datasets.remove(top));
      expect(await parents()).toEqual([middle, null, null]);
      const level = { spaceId: test.spaceId, state: 'attached', parentId: null, after: null, limit: 10 } as const;
      expect((await datasets.list(level)).map((one) => one.id)).toEqual([middle]);
    });

    it('files tell whether they are datasets or lie in one (schemas §3)', async () => {
      await mark('a');
      await mark('a/b/two');
      const paths = ['a', 'a/one', 'a/b/two', 'a-b'];
      const refs = await Promise.all(paths.map(async (path) => valueOf(await test.engine.files.lookup(test.spaceId, path))));
      const found = await test.engine.files.attributesOfMany(refs, ['effDatasetInheritancePath']);
      const told = refs.map((ref) => valueOf(found.get(ref.fileId) ?? { ok: true, value: {} })['effDatasetInheritancePath']);
      expect(told).toEqual(['direct', 'ancestor', 'direct_and_ancestor', 'none']);
    });

    it('a list of datasets hands complete info to lambdas, one by one (data-and-stores §2.4)', async () => {
      const ids = [await mark('a/one'), await mark('a')];
      const input = { type: 'list', content: ids.map((datasetId) => ({ datasetId })) } as const;
      const view = await waitForEnd(test, await schedule(test, { lanes: [[['echo']]], input, items: dataset, results: objects }));
      expect(await valuesOf(test, view, 'output')).toMatchObject([
        { datasetId: ids[0], rootFilePath: '/space/a/one' },
        { datasetId: ids[1], rootFilePath: '/space/a', rootFileType: 'DIR' },
      ]);
    });

    it.each([1, 100])(
      'a forest of datasets gives each root and all below it, parents first, as complete info; batches of %i (data-and-stores R47, R51)',
      async (batchSize) => {
        const paths = ['a', 'a/b', 'a/b/c/three', 'a/b/two', 'a/one', 'a-b/four'];
        const ids = new Map<string, string>();
        for (const path of paths.toReversed()) ids.set(path, await mark(path));
        const roots = ['a', 'a-b/four', 'a/b'].map((path) => ({ datasetId: ids.get(path) }));
        const input = { type: 'treeForest', content: roots } as const;
        const view = await waitForEnd(
          test,
          await schedule(test, { lanes: [[['echo']]], input, items: dataset, results: objects, batchSize }),
        );
        const walked = (await valuesOf(test, view, 'output')) as { rootFilePath: string; creationTime: number }[];
        const expected = [...paths, 'a/b', 'a/b/c/three', 'a/b/two'].map((path) => `/space/${path}`);
        expect(walked.map((info) => info.rootFilePath)).toEqual(expected);
        expect(walked.every((info) => info.creationTime > 0)).toBe(true);
      },
    );

    it('a forest is walked alike in steps of any size, and roots with nothing below them are read together (data-and-stores R47, R51)', async () => {
      const { datasets } = test.engine.files;
      const ids = new Map<string, string>();
      for (const path of ['a', 'a/b', 'a/b/two', 'a-b/four', 'a/b/c/three']) ids.set(path, await mark(path));
      const rootIds = ['a-b/four', 'a', 'none', 'a/b', 'a/b/two', 'none', 'a-b/four'].map((path) => ids.get(path) ?? path);
      const expected = ['a-b/four', 'a', 'a/b', 'a/b/c/three', 'a/b/two', 'a/b', 'a/b/c/three', 'a/b/two', 'a/b/two', 'a-b/four'];
      const [roots, below] = [vi.spyOn(datasets, 'roots'), vi.spyOn(datasets, 'below')];
      for (let maxItems = 1; maxItems <= 12; maxItems += 1) {
        const walked: string[] = [];
        let position: DatasetPosition = { root: 0, after: null };
        for (let done = false; !done;) {
          const step = await walkDatasets(datasets, { rootIds, spaceId: test.spaceId, position, maxItems });
          expect(step.items.length).toBeLessThanOrEqual(maxItems);
          walked.push(...step.items.map((info) => info.rootFilePath.slice('/space/'.length)));
          ({ position, done } = step);
        }
        expect([maxItems, walked]).toEqual([maxItems, expected]);
      }
      for (const spy of [roots, below]) spy.mockClear();
      await walkDatasets(datasets, { rootIds, spaceId: test.spaceId, position: { root: 0, after: null }, maxItems: 100 });
      expect([roots.mock.calls.length, below.mock.calls.length]).toEqual([1, 2]);
      vi.restoreAllMocks();
    });

    it('a dataset root that was removed is skipped, and detached ones lead to detached ones only (data-and-stores R47, R48)', async () => {
      const { datasets } = test.engine.files;
      const [top, below, removed] = [await mark('a'), await mark('a/one'), await mark('a-b')];
      await mark('a/b');
      for (const id of [top, below]) valueOf(await datasets.setState(id, 'detached'));
      test.runtime.onPrepare = async () => {
        await datasets.remove(removed);
        return undefined;
      };
      const input = { type: 'treeForest', content: [{ datasetId: removed }, { datasetId: top }] } as const;
      const view = await waitForEnd(test, await schedule(test, { lanes: [[['echo']]], input, items: dataset, results: objects }));
      test.runtime.onPrepare = undefined;
      expect(await valuesOf(test, view, 'output')).toMatchObject([{ datasetId: top }, { datasetId: below }]);
    });

    it('a group counts when it is in the space, itself or through another, and only then; lambdas get what they ask for (data-and-stores R7, §2.4)', async () => {
      const { database, spaceId } = test;
      const rest = { type: 'unit', creatorUserId: 'u1', creatorPrivileges: null, within: null, child: null } as const;
      for (const id of ['above', 'inside', 'outside']) await database.call(createGroup, { ...rest, id, name: `Group ${id}` });
      const among = { privileges: [], owner: false } as const;
      const [above, inside] = [{ type: 'group', id: 'above' } as const, { type: 'group', id: 'inside' } as const];
      expect(await database.call(addMember, { ...among, container: above, member: inside })).toBe('added');
      expect(await problem(group, { groupId: 'inside' })).toEqual({ hasAccess: true });
      await database.call(insertKnownMember, { ...among, container: { type: 'space', id: spaceId }, member: above });
      for (const groupId of ['outside', 'unknown']) expect(await problem(group, { groupId })).toEqual({ hasAccess: true });
      const type = compileType(group);
      const facts = await factsFor(group, { groupId: 'inside' });
      expect(type.conform({ groupId: 'inside', extra: 1 }, facts)).toEqual({
        ok: true,
        value: { name: 'Group inside', groupId: 'inside' },
      });
      expect([type.toStored({ groupId: 'inside', extra: 1 }), type.fromStored('inside')]).toEqual(['inside', { groupId: 'inside' }]);
      expect(type.describe('inside', facts)).toEqual({ ok: true, value: { groupId: 'inside', name: 'Group inside', type: 'unit' } });
      await database.call(deleteGroup, { id: 'inside' });
      expect(type.describe('inside', await factsFor(group, { groupId: 'inside' }))).toMatchObject({ ok: false, error: { id: 'notFound' } });
    });
  });
}
