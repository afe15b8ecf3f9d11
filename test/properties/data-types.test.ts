/** Values of every data type, as the product and an independent checker judge them (data-and-stores §2). */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DataSpec } from '@laneway/model';
import { decoding } from '../../packages/model/src/schema/decode/cursor.ts';
import { dataSpecAt } from '../../packages/model/src/schema/decode/data-spec.ts';
import { compileType } from '../../packages/engine/src/values/compile-type.ts';
import { valueDescriber } from '../../packages/engine/src/values/describe.ts';
import { gatherFacts, type Facts } from '../../packages/engine/src/values/facts.ts';
import { ReferenceIds } from '../../packages/engine/src/values/reference-ids.ts';
import type { ValueType } from '../../packages/engine/src/values/value-type.ts';
import { errorOf } from './checker/data-types.ts';
import { conformed, iteratedForm } from './checker/forms.ts';
import type { CheckedSpec } from './checker/specs.ts';
import { bare } from './errors.ts';
import { runs } from './seed.ts';
import { specAndValue, specs } from './values.ts';
import { files, spaceId, world } from './worlds.ts';

/** As a schema brings it: decoded from JSON. */
function decoded(spec: CheckedSpec): DataSpec {
  const result = decoding('spec', JSON.parse(JSON.stringify(spec)), 'plain', dataSpecAt);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

async function factsFor(type: ValueType, value: unknown): Promise<Facts> {
  const ids = new ReferenceIds();
  type.collect(value, ids);
  return await gatherFacts({ spaceId, files }, ids, type.attributes);
}

/** What JSON keeps of a value; -0 is 0 there. */
function throughJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}

/** How often a property saw what it is about. */
class Seen {
  readonly #counts = new Map<string, number>();
  note(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }
  times(what: string): number {
    return this.#counts.get(what) ?? 0;
  }
}

const types: readonly CheckedSpec['type'][] = ['array', 'boolean', 'file', 'number', 'object', 'range', 'string', 'timeSeriesMeasurement'];

test('a value is accepted or refused with id and details as the rules say, however deep in arrays (data-and-stores §2.1, §2.2, R1–R5, R8)', async () => {
  const seen = new Seen();
  await fc.assert(
    fc.asyncProperty(specAndValue(), async ({ spec, value }) => {
      const type = compileType(decoded(spec));
      const expected = errorOf(value, spec, world);
      const found = type.validate(value, await factsFor(type, value));
      seen.note(`${spec.type} ${expected?.id ?? 'accepted'}`);
      expect(found === null ? undefined : bare(found)).toEqual(expected);
    }),
    runs(20_000),
  );
  for (const type of types) {
    const outcomes = [
      'accepted',
      'atmDataTypeUnverified',
      ...(type === 'boolean' || type === 'object' ? [] : ['atmDataValueConstraintUnverified']),
    ];
    for (const outcome of outcomes) expect(seen.times(`${type} ${outcome}`), `${type} ${outcome}`).toBeGreaterThan(20);
  }
  expect(seen.times('file posix')).toBeGreaterThan(5);
});

test('what is stored and iterated of a valid value is what the rules leave of it, and it stays valid (data-and-stores §2.3, R9, R10)', async () => {
  const seen = new Seen();
  await fc.assert(
    fc.asyncProperty(specAndValue(), async ({ spec, value }) => {
      fc.pre(errorOf(value, spec, world) === undefined);
      seen.note(spec.type);
      const type = compileType(decoded(spec));
      const before = JSON.stringify(value);
      const stored = throughJson(type.toStored(value));
      const iterated = type.fromStored(stored);
      expect(iterated).toEqual(throughJson(iteratedForm(value, spec)));
      expect(JSON.stringify(value), 'the value itself').toBe(before);
      expect(type.validate(iterated, await factsFor(type, iterated))).toBeNull();
      // Once more through the store changes nothing.
      expect(throughJson(type.toStored(iterated))).toEqual(stored);
    }),
    runs(8000),
  );
  for (const type of types) expect(seen.times(type), type).toBeGreaterThan(20);
});

test('an argument is refused like any value; what holds no file arrives unchanged (data-and-stores §2.4)', async () => {
  await fc.assert(
    fc.asyncProperty(specAndValue({ files: false }), async ({ spec, value }) => {
      const type = compileType(decoded(spec));
      const found = type.conform(value, await factsFor(type, value));
      expect(found.ok ? { value: found.value } : { error: bare(found.error) }).toEqual(conformed(value, spec, world));
    }),
    runs(5000),
  );
});

test('an argument with files is refused like any value, and has exactly the attributes asked for (data-and-stores §2.4)', async () => {
  await fc.assert(
    fc.asyncProperty(specAndValue(), async ({ spec, value }) => {
      const type = compileType(decoded(spec));
      const found = type.conform(value, await factsFor(type, value));
      const expected = errorOf(value, spec, world);
      if (!found.ok) expect(bare(found.error)).toEqual(expected);
      else {
        expect(expected).toBeUndefined();
        expectAttributes(found.value, value, spec);
      }
    }),
    runs(5000),
  );
});

/** Files have the keys of the spec, in a value that is otherwise the same. */
function expectAttributes(argument: unknown, value: unknown, spec: CheckedSpec): void {
  if (spec.type === 'array') {
    const items = argument as readonly unknown[];
    const given = value as readonly unknown[];
    expect(items).toHaveLength(given.length);
    for (const [index, item] of items.entries()) expectAttributes(item, given[index], spec.itemDataSpec);
  } else if (spec.type === 'file') {
    const wanted = spec.attributes ?? ['fileId'];
    expect(Object.keys(argument as object).toSorted()).toEqual(wanted.toSorted());
    if (wanted.includes('fileId')) expect(argument).toMatchObject({ fileId: (value as { fileId: string }).fileId });
  } else expect(argument).toBe(value);
}

test('browsing shows what iterating gives, files with name, type and size (data-and-stores §2.3)', async () => {
  const describeValues = valueDescriber(files);
  await fc.assert(
    fc.asyncProperty(specAndValue(), async ({ spec, value }) => {
      fc.pre(errorOf(value, spec, world) === undefined);
      const dataSpec = decoded(spec);
      const stored = throughJson(compileType(dataSpec).toStored(value));
      const [shown] = await describeValues(dataSpec, [stored], { spaceId });
      expect(shown).toMatchObject({ ok: true });
      if (shown?.ok !== true) return;
      const pruned = throughJson(iteratedForm(shown.value, spec));
      expect(pruned).toEqual(throughJson(iteratedForm(value, spec)));
      if (spec.type === 'file') expect(Object.keys(shown.value as object)).toEqual(['fileId', 'name', 'type', 'size']);
    }),
    runs(3000),
  );
});

test('a spec means the same in every encoding of it (schemas §3, R1)', () => {
  fc.assert(
    fc.property(specs(), (spec) => {
      expect(decoding('spec', nested(spec), 'plain', dataSpecAt)).toEqual({ ok: true, value: decoded(spec) });
    }),
    runs(500),
  );
});

/** The way dumps were written long ago: everything but the type under `valueConstraints`. */
function nested(spec: CheckedSpec): unknown {
  const { type, ...fields } = spec;
  const inner = spec.type === 'array' ? { itemDataSpec: nested(spec.itemDataSpec) } : fields;
  return { type, valueConstraints: inner };
}
