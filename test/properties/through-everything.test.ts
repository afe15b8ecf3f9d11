/** Values come out of an execution as they went in: stored, iterated, an argument, a result, stored again, browsed (data-and-stores §1, R9, R10). */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DataSpec } from '@laneway/model';
import { databaseKinds } from '../support/databases.ts';
import { perItem } from '../support/in-process-runtime.ts';
import { schedule, startTestEngine, valuesOf as browsed, waitForEnd, type TestEngine } from '../support/test-engine.ts';
import { errorOf } from './checker/data-types.ts';
import { iteratedForm } from './checker/forms.ts';
import type { CheckedSpec, FileWorld } from './checker/specs.ts';
import { runs } from './seed.ts';
import { specs, valuesOf } from './values.ts';
import { fileIds as madeUpIds } from './worlds.ts';

const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

/** A lambda that gives back what it got; between it and the engine there is JSON, as with a real one. */
const echo = perItem(({ item }) => ({ value: throughJson(item) }));

/** Arguments of files name at least one attribute, and what is given back has to name the file (schemas R45). */
function echoable(spec: CheckedSpec): CheckedSpec {
  if (spec.type === 'array') return { ...spec, itemDataSpec: echoable(spec.itemDataSpec) };
  return spec.type === 'file' ? { ...spec, attributes: [...new Set(['fileId', ...(spec.attributes ?? [])])] } : spec;
}

const some = specs().chain((spec) =>
  fc.record({
    spec: fc.constant(echoable(spec)),
    values: fc.array(valuesOf(spec), { minLength: 1, maxLength: 12 }),
    batchSize: fc.integer({ min: 1, max: 6 }),
  }),
);

/** Files that are there take the place of those that the generators made up. */
function withFiles(value: unknown, spec: CheckedSpec, real: ReadonlyMap<string, string>): unknown {
  if (spec.type === 'array') return (value as readonly unknown[]).map((item) => withFiles(item, spec.itemDataSpec, real));
  if (spec.type !== 'file') return value;
  const { fileId } = value as { readonly fileId: string };
  return Object.fromEntries(
    Object.entries(value as object).map(([key, part]) => [key, key === 'fileId' ? (real.get(fileId) ?? fileId) : part]),
  );
}

describe.each(databaseKinds)('an execution on $name', (kind) => {
  let bench: TestEngine;
  let real: ReadonlyMap<string, string>;
  let world: FileWorld;

  beforeAll(async () => {
    bench = await startTestEngine(kind, { echo }, { runners: 1 });
    const { spaceDirectory: directory, spaceId, engine } = bench;
    writeFileSync(join(directory, 'a'), '12345');
    mkdirSync(join(directory, 'dir'));
    symlinkSync('a', join(directory, 'link'));
    const types = ['DIR', 'REG', 'DIR', 'SYMLNK'] as const;
    const ids = await Promise.all(
      ['', 'a', 'dir', 'link'].map(async (path) => {
        const found = await engine.files.lookup(spaceId, path);
        if (!found.ok) throw new Error(found.error.description);
        return found.value.fileId;
      }),
    );
    real = new Map(ids.map((id, index) => [madeUpIds[index] ?? '', id]));
    world = { spaceId, lookUp: (fileId) => (ids.includes(fileId) ? { spaceId, type: types[ids.indexOf(fileId)] ?? 'REG' } : 'absent') };
  });
  afterAll(async () => await bench.close());

  test('echoes every valid value unchanged (data-and-stores R9, R10, §2.4)', async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(some, async ({ spec, values, batchSize }) => {
        const content = values.map((value) => withFiles(value, spec, real)).filter((value) => errorOf(value, spec, world) === undefined);
        fc.pre(content.length > 0);
        const dataSpec: DataSpec = spec;
        const executionId = await schedule(bench, {
          lanes: [[['echo']]],
          input: { type: 'list', content },
          items: dataSpec,
          results: dataSpec,
          batchSize,
        });
        const view = await waitForEnd(bench, executionId);
        expect(view.execution.status).toBe('finished');
        const expected = content.map((value) => throughJson(iteratedForm(value, spec)));
        for (const store of ['input', 'output']) {
          const shown = await browsed(bench, view, store);
          expect(
            shown.map((value) => throughJson(iteratedForm(value, spec))),
            store,
          ).toEqual(expected);
        }
        seen.set(spec.type, (seen.get(spec.type) ?? 0) + content.length);
      }),
      runs(kind.name === 'sqlite' ? 110 : 40),
    );
    // All types but datasets and groups.
    if (kind.name === 'sqlite') expect(seen.size).toBe(8);
  });
});
