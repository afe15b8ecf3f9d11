/** Options of browsing, right and wrong ones, mean what an independent checker says (data-and-stores §4, R22, R23). */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { browseOptions } from '@laneway/model';
import { readOptions, type ListedStore } from './checker/browse-options.ts';
import { bare } from './errors.ts';
import { runs } from './seed.ts';

const stores = ['list', 'treeForest', 'exception', 'auditLog'] as const;
const whole = fc.oneof(fc.integer({ min: -1200, max: 1200 }), fc.constantFrom(0, 1, 1000, 1001, -1, 1_700_000_000_000));
/** A value that may be an integer, its text, nothing, or something else. */
const integer = fc.oneof(
  { weight: 5, arbitrary: whole },
  { weight: 3, arbitrary: whole.map(String) },
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(1.5, '1.5', 'x', true, [], {}, '0x10', '1e2', '--1') },
);
const limit = fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 1, max: 1000 }) }, { weight: 1, arbitrary: integer });
const options = fc.record(
  {
    type: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...stores).map((store) => `${store}StoreContentBrowseOptions`) },
      { weight: 1, arbitrary: fc.constantFrom<unknown>(null, 'list', 5) },
    ),
    index: fc.oneof(
      { weight: 6, arbitrary: whole.map(String) },
      { weight: 1, arbitrary: fc.constantFrom<unknown>(null, 'x', '1.5', [], {}, true) },
    ),
    offset: integer,
    limit,
    timestamp: fc.oneof({ weight: 2, arbitrary: fc.nat() }, { weight: 1, arbitrary: integer }),
    direction: fc.constantFrom<unknown>('forward_from_oldest', 'backward_from_newest', 'backward_from_newest', null, 'forward', 5),
    mode: fc.constant('anything'),
  },
  { requiredKeys: [] },
);

/** The type is mostly that of the store. */
const asked = fc.tuple(fc.constantFrom<ListedStore>(...stores), options, fc.integer({ min: 0, max: 4 })).map(([store, given, chance]) => ({
  store,
  given: (chance === 0 ? given : { ...given, type: `${store}StoreContentBrowseOptions` }) as Readonly<Record<string, unknown>>,
}));

test('options of browsing are read, or refused with the key that is wrong (data-and-stores R22, R23, §4.1; rest R54, R55, R56)', () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(asked, ({ store, given }) => {
      const expected = readOptions(store, given);
      const found = browseOptions(store, given);
      if ('options' in expected) {
        seen.set('read', (seen.get('read') ?? 0) + 1);
        expect(found).toEqual({ ok: true, value: { kind: store, ...expected.options } });
        return;
      }
      if (found.ok) throw new Error(`not refused: ${JSON.stringify(expected.error)}`);
      const { id, details } = bare(found.error);
      // What a hint says is ours.
      const { hint: _hint, ...rest } = details;
      expect({ id, details: rest }).toEqual(expected.error);
      seen.set(id, (seen.get(id) ?? 0) + 1);
    }),
    runs(10_000),
  );
  for (const what of [
    'read',
    'missingRequiredValue',
    'badValueNotAllowed',
    'badData',
    'badValueInteger',
    'badValueNotInRange',
    'badValueTooLow',
  ]) {
    expect(seen.get(what) ?? 0, what).toBeGreaterThan(50);
  }
});
