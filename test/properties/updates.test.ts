/** What an update leaves in a store, or why it is refused, as the product plans it and as an independent checker says (data-and-stores §5, §6.3). */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StoreContentUpdateOptions } from '@laneway/model';
import { collectForUpdate, updateStore } from '../../packages/engine/src/mapping/store-updates.ts';
import type { Target } from '../../packages/engine/src/mapping/targets.ts';
import { gatherFacts } from '../../packages/engine/src/values/facts.ts';
import { ReferenceIds } from '../../packages/engine/src/values/reference-ids.ts';
import { compileType } from '../../packages/engine/src/values/compile-type.ts';
import { appended, extended, severities } from './checker/audit-log.ts';
import { errorOf } from './checker/data-types.ts';
import { iteratedForm } from './checker/forms.ts';
import { isObject, own, type CheckedError, type CheckedSpec } from './checker/specs.ts';
import { bare } from './errors.ts';
import { runs } from './seed.ts';
import { json, nearlyValid, specAndValue, specs, valuesOf } from './values.ts';
import { files, spaceId, world } from './worlds.ts';

type Outcome = { readonly kept: readonly unknown[] } | { readonly error: CheckedError };

const plain = { storeId: 'store', frozen: false } as const;
const functions = fc.constantFrom('append' as const, 'extend' as const);
const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

/** Everything that the writes of one update hold, as JSON; at most one write. */
async function updated(value: unknown, target: Target, options: StoreContentUpdateOptions, logLevel = 6): Promise<Outcome> {
  const ids = new ReferenceIds();
  collectForUpdate(value, target, ids);
  const facts = await gatherFacts({ spaceId, files }, ids);
  const result = updateStore(value, target, options, { facts, logLevel, maxItemBytes: 1_000_000, taskLog: undefined });
  if (!result.ok) return { error: bare(result.error) };
  expect(result.value.length).toBeLessThanOrEqual(1);
  const kept = result.value.flatMap((write): readonly unknown[] => {
    if (write.kind === 'append') return write.items.map((item) => JSON.parse(item) as unknown);
    if (write.kind === 'set') return [JSON.parse(write.content)];
    if (write.kind !== 'log') throw new Error(`a write of kind ${write.kind}`);
    return write.entries.map(({ severity, source, content }) => ({ severity, source, content: JSON.parse(content) as unknown }));
  });
  return { kept };
}

const itemsOf = (kept: Outcome, spec: CheckedSpec): Outcome => {
  const type = compileType(spec);
  return 'error' in kept ? kept : { kept: kept.kept.map((stored) => type.fromStored(stored)) };
};

/** R15, R29, R30. */
function listOutcome(value: unknown, spec: CheckedSpec, how: 'append' | 'extend'): Outcome {
  const error = errorOf(value, how === 'append' ? spec : { type: 'array', itemDataSpec: spec }, world);
  if (error !== undefined) return { error };
  const items = how === 'append' ? [value] : (value as readonly unknown[]);
  return { kept: items.map((item) => throughJson(iteratedForm(item, spec))) };
}

test('append and extend of a list take all items or none (data-and-stores R15, R29, R30)', async () => {
  const update = specs().chain((spec) => {
    const many = fc.array(fc.oneof({ weight: 12, arbitrary: valuesOf(spec) }, { weight: 1, arbitrary: nearlyValid(spec) }), {
      maxLength: 5,
    });
    return fc.record({ spec: fc.constant(spec), how: functions, value: fc.oneof(many, valuesOf(spec), nearlyValid(spec)) });
  });
  await fc.assert(
    fc.asyncProperty(update, async ({ spec, how, value }) => {
      const target: Target = { ...plain, type: 'list', config: { itemDataSpec: spec } };
      const found = await updated(value, target, { type: 'listStoreContentUpdateOptions', function: how });
      expect(itemsOf(found, spec)).toEqual(listOutcome(value, spec, how));
    }),
    runs(5000),
  );
});

test('roots of a forest are kept like the items of a list (data-and-stores §5.6)', async () => {
  const root: CheckedSpec = { type: 'file', fileType: 'ANY', attributes: null };
  const value = fc.oneof(valuesOf(root), nearlyValid(root), fc.array(fc.oneof(valuesOf(root), nearlyValid(root)), { maxLength: 3 }));
  await fc.assert(
    fc.asyncProperty(value, functions, async (given, how) => {
      const target: Target = { ...plain, type: 'treeForest', config: { itemDataSpec: root } };
      const found = await updated(given, target, { type: 'treeForestStoreContentUpdateOptions', function: how });
      expect(itemsOf(found, root)).toEqual(listOutcome(given, root, how));
    }),
    runs(1000),
  );
});

test('single values and ranges are overwritten with what fits (data-and-stores R33, §5.3)', async () => {
  await fc.assert(
    fc.asyncProperty(specAndValue(), async ({ spec, value }) => {
      const isRange = spec.type === 'range';
      const target: Target = { ...plain, type: isRange ? 'range' : 'singleValue', config: isRange ? {} : { itemDataSpec: spec } };
      const type = isRange ? 'rangeStoreContentUpdateOptions' : 'singleValueStoreContentUpdateOptions';
      expect(itemsOf(await updated(value, target, { type }), spec)).toEqual(listOutcome(value, spec, 'append'));
    }),
    runs(4000),
  );
});

/** Something to log: a content for the spec in one of the four dresses of R35, or anything. */
function loggable(spec: CheckedSpec): fc.Arbitrary<unknown> {
  const content = fc.oneof({ weight: 4, arbitrary: valuesOf(spec) }, { weight: 1, arbitrary: nearlyValid(spec) });
  const severity = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom<unknown>(...severities) },
    { weight: 1, arbitrary: fc.constantFrom<unknown>('fatal', 3, null, 'constructor') },
  );
  const dressed = fc.oneof(
    fc.record({ content, severity }),
    fc.record({ content }),
    fc.record({ content, severity, timestamp: fc.nat(), source: fc.constant('system') }),
    fc
      .tuple(content, severity)
      .map(([inner, level]) => (isObject(inner) ? Object.fromEntries([...Object.entries(inner), ['severity', level]]) : inner)),
  );
  return fc.oneof({ weight: 5, arbitrary: dressed }, { weight: 2, arbitrary: content }, { weight: 1, arbitrary: json });
}

test('a log keeps what its level lets through, as given and with the severity named (data-and-stores R35–R38)', async () => {
  const update = specs({ files: true, depth: 2 }).chain((spec) => {
    const value = fc.oneof(loggable(spec), fc.array(loggable(spec), { maxLength: 4 }));
    return fc.record({ spec: fc.constant(spec), value, how: functions, level: fc.integer({ min: 0, max: 7 }) });
  });
  const seen = { kept: 0, filtered: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(update, async ({ spec, value, how, level }) => {
      const target: Target = { ...plain, type: 'auditLog', config: { logContentDataSpec: spec } };
      const expected = (how === 'append' ? appended : extended)(value, spec, severities[level] ?? '', world);
      const found = await updated(value, target, { type: 'auditLogStoreContentUpdateOptions', function: how }, level);
      if ('error' in expected) {
        seen.refused += 1;
        expect(found).toEqual(expected);
        return;
      }
      seen[expected.entries.length > 0 ? 'kept' : 'filtered'] += 1;
      const kept = expected.entries.map(({ severity, content }) => ({ severity, source: 'user', content: throughJson(content) }));
      expect(found).toEqual({ kept });
    }),
    runs(6000),
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(200);
});

test('a time series takes one measurement or an array of them, whatever they are called (data-and-stores R54)', async () => {
  const anyName: CheckedSpec = { type: 'timeSeriesMeasurement', specs: [{ nameMatcherType: 'hasPrefix', nameMatcher: '', unit: 'none' }] };
  const one = fc.oneof({ weight: 3, arbitrary: valuesOf(anyName) }, { weight: 1, arbitrary: nearlyValid(anyName) });
  const config = { timeSeriesCollectionSchema: { timeSeriesSchemas: [] }, dashboardSpec: null };
  await fc.assert(
    fc.asyncProperty(fc.oneof(one, fc.array(one, { maxLength: 4 }), json), async (value) => {
      const target: Target = { ...plain, type: 'timeSeries', config };
      const found = await updated(value, target, { type: 'timeSeriesStoreContentUpdateOptions', dispatchRules: [] });
      const error = errorOf(value, Array.isArray(value) ? { type: 'array', itemDataSpec: anyName } : anyName, world);
      expect(found).toEqual(error === undefined ? { kept: [] } : { error });
    }),
    runs(3000),
  );
});

test('names of keys that objects inherit are ordinary keys (data-and-stores §2.1)', () => {
  const inherited = JSON.parse('{"__proto__": {"fileId": "x", "end": 5, "content": 1}}') as Record<string, unknown>;
  expect(own(inherited, 'fileId')).toBeUndefined();
  for (const type of ['file', 'range'] as const) {
    const spec: CheckedSpec = type === 'range' ? { type } : { type, fileType: 'ANY', attributes: null };
    expect(compileType(spec).validate(inherited, null)).toMatchObject({ id: 'atmDataTypeUnverified' });
  }
  const object = compileType({ type: 'object' });
  expect(JSON.stringify(object.fromStored(object.toStored(inherited)))).toBe(JSON.stringify(inherited));
});
