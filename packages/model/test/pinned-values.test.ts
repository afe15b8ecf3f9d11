/** Values that the reference pins for types and constraints: accepted, of a wrong type, against a constraint. */
import { describe, expect, it } from 'vitest';
import { checkValue, type DataSpec } from '../src/index.ts';

interface Pinned {
  readonly what: string;
  readonly spec: DataSpec;
  readonly accepted: readonly unknown[];
  readonly ofWrongType: readonly unknown[];
  readonly refused: readonly unknown[];
  /** `valueConstraints` of every refused value. */
  readonly constraint: unknown;
}

const number: DataSpec = { type: 'number', integersOnly: false, allowedValues: null };
const allowedNumbers = [-4, 0, 5.6, 10];
const specs = [
  { nameMatcherType: 'exact', nameMatcher: 'size', unit: 'none' },
  { nameMatcherType: 'hasPrefix', nameMatcher: 'awesome_', unit: 'none' },
] as const;
const measured = (tsName: unknown, more: object = {}): object => ({ tsName, timestamp: 1, value: 1, ...more });

const tables: readonly Pinned[] = [
  {
    what: 'a number',
    spec: number,
    accepted: [-10, 0, 5.5],
    ofWrongType: ['5.5', [5], { value: 5 }],
    refused: [],
    constraint: null,
  },
  {
    what: 'an integer',
    spec: { ...number, integersOnly: true },
    accepted: [-10, 0],
    ofWrongType: ['5'],
    refused: [5.5],
    constraint: { integersOnly: true },
  },
  {
    what: 'a number of a list',
    spec: { ...number, allowedValues: allowedNumbers },
    accepted: allowedNumbers,
    ofWrongType: ['0'],
    refused: [-10, 0.1, 7],
    constraint: { allowedValues: allowedNumbers },
  },
  {
    what: 'a range',
    spec: { type: 'range' },
    accepted: [
      { end: 10 },
      { start: 1, end: 10 },
      { start: -5, end: 10, step: 2 },
      { start: 15, end: -10, step: -1 },
      { start: 10, end: 10, step: 7, name: 'further keys' },
    ],
    ofWrongType: [5, 'text', [5], { start: 1 }, { end: 'x' }, { start: 'x', end: 1 }, { end: 1, step: 'x' }],
    refused: [
      { start: 5, end: 10, step: 0 },
      { start: 15, end: 10, step: 1 },
      { start: -15, end: -10, step: -1 },
      { start: 10, end: 15, step: -1 },
    ],
    constraint: 'invalid step direction',
  },
  {
    what: 'a measurement',
    spec: { type: 'timeSeriesMeasurement', specs },
    accepted: [measured('size'), measured('awesome_tests'), measured('awesome_', { more: 1 })],
    ofWrongType: [
      { timestamp: 1, value: 1 },
      { tsName: 'size', value: 1 },
      { tsName: 'size', timestamp: 1 },
      measured(5),
      measured('size', { timestamp: '1' }),
      measured('size', { value: '1' }),
      measured('size', { timestamp: -10 }),
    ],
    refused: [measured('ezis'), measured('awe_ja'), measured('awesome'), measured('sizes'), measured('not awesome_')],
    constraint: { specs },
  },
];

describe.each(tables)('$what', ({ spec, accepted, ofWrongType, refused, constraint }) => {
  it('takes the pinned values, and further keys with them (data-and-stores §2.1, §2.2)', () => {
    for (const value of accepted) expect([value, checkValue(spec, value)]).toEqual([value, null]);
  });

  it('tells a value of a wrong type, and what was expected (data-and-stores §2.1)', () => {
    for (const value of ofWrongType) {
      expect(checkValue(spec, value)).toMatchObject({ id: 'atmDataTypeUnverified', details: { value, expType: spec.type } });
    }
  });

  it('tells which constraint a value of the right type violates (data-and-stores §2.2)', () => {
    for (const value of refused) {
      const error = checkValue(spec, value);
      expect(error?.id).toBe('atmDataValueConstraintUnverified');
      expect(error?.details).toEqual({ value, type: spec.type, valueConstraints: constraint });
    }
  });
});

describe('an array of arrays of numbers', () => {
  const spec: DataSpec = { type: 'array', itemDataSpec: { type: 'array', itemDataSpec: number } };

  it.each([[[]], [[[]]], [[[1, 2], [], [3]]]])('%j is one (data-and-stores §2.2)', (value) => {
    expect(checkValue(spec, value)).toBeNull();
  });

  it.each([5.5, 'text', { a: [] }])('%j is none (data-and-stores §2.1)', (value) => {
    expect(checkValue(spec, value)).toMatchObject({ id: 'atmDataTypeUnverified', details: { value, expType: 'array' } });
  });

  it('a bad element is named by its place, of a wrong type as well as against a constraint (data-and-stores R8)', () => {
    expect(checkValue(spec, [[1], 'NaN'])?.details).toMatchObject({
      value: [[1], 'NaN'],
      type: 'array',
      valueConstraints: { '$[1]': { id: 'atmDataTypeUnverified', details: { value: 'NaN', expType: 'array' } } },
    });
    const inner = { id: 'atmDataTypeUnverified', details: { value: 'NaN', expType: 'number' } };
    expect(checkValue(spec, [[1, 'NaN'], [4]])?.details).toMatchObject({
      type: 'array',
      valueConstraints: {
        '$[0]': { id: 'atmDataValueConstraintUnverified', details: { type: 'array', valueConstraints: { '$[1]': inner } } },
      },
    });
    expect(checkValue({ type: 'array', itemDataSpec: number }, [10, 'a'])?.details?.['valueConstraints']).toMatchObject({
      '$[1]': { id: 'atmDataTypeUnverified' },
    });
  });
});

describe('allowed texts', () => {
  it('are compared as a whole; none refuse every text (data-and-stores §2.2, R2)', () => {
    expect(checkValue({ type: 'string', allowedValues: ['a', ''] }, '')).toBeNull();
    expect(checkValue({ type: 'string', allowedValues: ['a'] }, 'A')?.details?.['valueConstraints']).toEqual({ allowedValues: ['a'] });
    expect(checkValue({ ...number, allowedValues: [] }, 0)?.details?.['valueConstraints']).toEqual({ allowedValues: [] });
    expect(checkValue({ ...number, allowedValues: null }, 0)).toBeNull();
  });
});
