import { describe, expect, it } from 'vitest';
import type { DataSpec, ErrorObject } from '../src/index.ts';
import {
  canonicalJson,
  checkPredefinedValue,
  checkValue,
  fullNameLike,
  isEntityName,
  isFullName,
  isOfType,
  jsonValueProblem,
  newId,
  ok,
  parseJson,
  queryItem,
  secondsOf,
} from '../src/index.ts';

const number: DataSpec = { type: 'number', integersOnly: false, allowedValues: null };
const arrayOf = (itemDataSpec: DataSpec): DataSpec => ({ type: 'array', itemDataSpec });
const constraint = (error: ErrorObject | null): unknown => {
  expect(error?.id).toBe('atmDataValueConstraintUnverified');
  return error?.details?.['valueConstraints'];
};

describe('ids and times', () => {
  it('are 32 hex digits, ch and 4 hex digits (rest R16)', () => {
    expect(newId()).toMatch(/^[0-9a-f]{32}ch[0-9a-f]{4}$/);
    expect(newId()).not.toBe(newId());
    expect(newId((bytes) => bytes.fill(10))).toBe(`${'0a'.repeat(16)}ch0a0a`);
  });
  it('times are whole seconds (rest R18)', () => expect(secondsOf(1999)).toBe(1));
});

describe('entity names (schemas §1)', () => {
  it.each(['ab', 'a b', '_x_', '(a)', 'żó', 'a.-b', 'x'.repeat(128)])('accepts %j (schemas §1, rest R108)', (name) =>
    expect(isEntityName(name)).toBe(true),
  );
  it.each(['', 'a', ' ab', 'ab ', '-', '.', '-ab', '/ab', ':ab', 'a★b', 'ab\n', 'x'.repeat(129)])(
    'refuses %j (schemas §1, rest R108)',
    (name) => expect(isEntityName(name)).toBe(false),
  );
});

describe('full names (rest R109)', () => {
  it.each([
    ['Ada Lovelace', 'Ada Lovelace'],
    [' <b>Ada</b>, Countess - ', 'bAdab, Countess'],
    ['राम शर्मा', 'राम शर्मा'],
    ['\u0308Zoe\u0308', 'Zoe\u0308'],
    ['(Dr.) X.', 'Dr. X.'],
    [`${'𝒳'.repeat(127)} ab`, '𝒳'.repeat(127)],
    ['<>', null],
    ['X', null],
    ['', null],
  ])('what is called %j elsewhere is %j here', (name, found) => {
    expect(fullNameLike(name)).toBe(found);
    expect(isFullName(found ?? name)).toBe(found !== null);
  });
});

describe('parseJson', () => {
  it.each([
    ['{"a":1,}', 7],
    ['[1 2]', 3],
    ['', 0],
    ['{"a"', 4],
    ['[1]x', 3],
    ['"a\n"', 0],
    ['{a:1}', 1],
    ['[1,]', 3],
    ['{"a" 1}', 5],
  ])('tells where %j stops being JSON', (text, position) => {
    expect(parseJson(text)).toEqual({ ok: false, reason: 'syntax', position });
  });
  it('refuses text that is nested too deeply, brackets in strings aside', () => {
    expect(parseJson('[[["[[["]]]', { maxDepth: 3 })).toMatchObject({ ok: true });
    expect(parseJson('[[[[1]]]]', { maxDepth: 3 })).toEqual({ ok: false, reason: 'tooDeep', position: 3 });
    expect(parseJson('['.repeat(1_000_000))).toMatchObject({ reason: 'tooDeep' });
  });
  it('finds the place in very long text, too', () => {
    const long = `{"a":"${'x'.repeat(2_000_000)}\\n"`;
    expect(parseJson(`${long},}`)).toEqual({ ok: false, reason: 'syntax', position: long.length + 1 });
    expect(parseJson(`["${'x'.repeat(2_000_000)}`)).toEqual({ ok: false, reason: 'syntax', position: 1 });
    expect(parseJson(String.raw`["\u00e9", "\q"]`)).toEqual({ ok: false, reason: 'syntax', position: 11 });
  });
  it.each([
    ['1e400', 0],
    ['[1, -1e309]', 4],
    [`{"a1e400":"1e400","b":${'9'.repeat(310)}}`, 22],
    [`["\\"1e400", ${'1'.repeat(250)}e99]`, 12],
  ])('refuses a number that would become infinite, and tells where: %j', (text, position) => {
    expect(parseJson(text)).toEqual({ ok: false, reason: 'tooLarge', position });
  });
  it('takes every number that is finite, and large ones in strings', () => {
    for (const text of ['1.7976931348623157e308', '1e-400', `0.${'0'.repeat(400)}1`, `"${'9'.repeat(400)}"`, '"1e999"'])
      expect(parseJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
  });
  it('values that were parsed elsewhere have the same problems', () => {
    const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);
    expect([jsonValueProblem(nested(200)), jsonValueProblem(nested(201)), jsonValueProblem(nested(100_000))]).toEqual([
      null,
      'tooDeep',
      'tooDeep',
    ]);
    expect(jsonValueProblem(JSON.parse('{"__proto__":[1e999]}'))).toBe('tooLarge');
    expect(jsonValueProblem({ a: [1, 'x', null, true, {}] })).toBeNull();
  });
  it('keeps prototype keys as data without effect', () => {
    const parsed = parseJson('{"__proto__":{"admin":true}}');
    expect(parsed.ok && (parsed.value as { admin?: unknown }).admin).toBeUndefined();
  });
  it('canonical text does not depend on key order', () =>
    expect(canonicalJson({ b: 1, a: [{ d: 1, c: null }] })).toBe('{"a":[{"c":null,"d":1}],"b":1}'));
});

describe('membership (data-and-stores §2.1)', () => {
  const cases: readonly (readonly [DataSpec['type'], readonly unknown[], readonly unknown[]])[] = [
    ['array', [[], [1]], [{}, 'a', null]],
    ['boolean', [true, false], [0, 'true', null]],
    ['dataset', [{ datasetId: 'd', more: 1 }], [{ datasetId: 1 }, 'd', {}]],
    ['file', [{ fileId: 'f' }], [5.5, 'f', [5], { fileId: 5 }, null]],
    ['group', [{ groupId: 'g' }], [{}, null]],
    ['number', [-10, 0, 5.5], ['5.5', [5], {}]],
    ['object', [{}, { a: 1 }], [[], null, 'a']],
    [
      'range',
      [{ end: 10 }, { start: 1, end: 10 }, { end: 1, x: 1 }],
      [5, 'a', [5], {}, { end: 'a' }, { end: 1, start: null }, { end: 1, step: 0.5 }],
    ],
    ['string', ['', 'a'], [1, null]],
    [
      'timeSeriesMeasurement',
      [{ tsName: 'a', timestamp: 0, value: 1.5 }],
      [{ tsName: 1, timestamp: 1, value: 1 }, { tsName: 'a', timestamp: -10, value: 1 }, { tsName: 'a', timestamp: 1, value: '1' }, {}],
    ],
  ];
  it.each(cases)('%s (data-and-stores §2.1)', (type, accepted, refused) => {
    for (const value of accepted) expect([value, isOfType(type, value)]).toEqual([value, true]);
    for (const value of refused) expect([value, isOfType(type, value)]).toEqual([value, false]);
  });
  it('does not see inherited keys (data-and-stores §2.1)', () => expect(isOfType('file', Object.create({ fileId: 'f' }))).toBe(false));
});

describe('constraints (data-and-stores §2.2)', () => {
  it('a value of a wrong type is reported before any constraint (data-and-stores §2.2)', () => {
    expect(checkValue(number, '5.5')).toMatchObject({ id: 'atmDataTypeUnverified', details: { value: '5.5', expType: 'number' } });
  });
  it('integersOnly comes before allowedValues, and an integral float is an integer (data-and-stores R1)', () => {
    const spec: DataSpec = { type: 'number', integersOnly: true, allowedValues: [1.5] };
    expect(constraint(checkValue(spec, 1.5))).toEqual({ integersOnly: true });
    expect(constraint(checkValue(spec, 5.0))).toEqual({ allowedValues: [1.5] });
    expect(checkValue({ ...number, integersOnly: true }, 5.0)).toBeNull();
  });
  it('an empty list of allowed values rejects everything, null nothing (data-and-stores R2)', () => {
    expect(constraint(checkValue({ type: 'string', allowedValues: [] }, 'a'))).toEqual({ allowedValues: [] });
    expect(checkValue({ type: 'string', allowedValues: null }, 'a')).toBeNull();
  });
  it.each([
    [5, 10, 0],
    [15, 10, 1],
    [-15, -10, -1],
    [10, 15, -1],
    [1, 1, 0],
  ])('range %j goes the wrong way (data-and-stores R3)', (start, end, step) => {
    expect(constraint(checkValue({ type: 'range' }, { start, end, step }))).toBe('invalid step direction');
  });
  it.each([{ end: 10 }, { start: 15, end: -10, step: -1 }, { start: 5, end: 5, step: -3 }])(
    'range %j is right (data-and-stores R3)',
    (range) => {
      expect(checkValue({ type: 'range' }, range)).toBeNull();
    },
  );
  it('ranges count with integers that keep their digits, and with no more values than can be counted (data-and-stores R3, D16)', () => {
    for (const range of [{ end: 2 ** 53 }, { end: 1e300 }, { start: -(2 ** 60), end: 0 }, { end: 5, step: 1e17 }])
      expect(checkValue({ type: 'range' }, range)?.id).toBe('atmDataTypeUnverified');
    const [end, start] = [Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER];
    expect(constraint(checkValue({ type: 'range' }, { start, end }))).toBe('too many values');
    expect(constraint(checkValue({ type: 'range' }, { start: end, end: start, step: -1 }))).toBe('too many values');
    expect(checkValue({ type: 'range' }, { start, end, step: 2 })).toBeNull();
  });
  it('a measurement name matches exactly or by prefix (data-and-stores R4)', () => {
    const specs = [
      { nameMatcherType: 'exact', nameMatcher: 'size', unit: 'none' },
      { nameMatcherType: 'hasPrefix', nameMatcher: 'awesome_', unit: 'none' },
    ] as const;
    const spec: DataSpec = { type: 'timeSeriesMeasurement', specs };
    for (const tsName of ['size', 'awesome_', 'awesome_tests']) expect(checkValue(spec, { tsName, timestamp: 1, value: 1 })).toBeNull();
    for (const tsName of ['ezis', 'awe_ja', 'awesome'])
      expect(constraint(checkValue(spec, { tsName, timestamp: 1, value: 1 }))).toEqual({ specs });
  });
  it('references are left to the caller, also inside arrays (data-and-stores R5, R8)', () => {
    const spec = arrayOf({ type: 'dataset' });
    const refusal = checkValue(number, 'x');
    expect(
      constraint(
        checkValue(spec, [{ datasetId: 'a' }, { datasetId: 'b' }], (_, value) =>
          (value as { datasetId: string }).datasetId === 'b' ? refusal : null,
        ),
      ),
    ).toEqual({ '$[1]': refusal });
  });
  it('the first bad item stops and is wrapped, also in nested arrays (data-and-stores §2.2, R8)', () => {
    const spec = arrayOf(arrayOf(number));
    expect(checkValue(spec, [[1, 2], [], [3]])).toBeNull();
    expect(constraint(checkValue(spec, [[1], 'NaN']))).toMatchObject({ '$[1]': { id: 'atmDataTypeUnverified' } });
    const nested = checkValue(spec, [[1, 'NaN'], [4], 5]);
    expect(nested?.details).toMatchObject({ type: 'array', value: [[1, 'NaN'], [4], 5] });
    expect(constraint(nested)).toMatchObject({
      '$[0]': { id: 'atmDataValueConstraintUnverified', details: { valueConstraints: { '$[1]': { id: 'atmDataTypeUnverified' } } } },
    });
  });
});

describe('predefined values (schemas §10.3)', () => {
  it('only the JSON type counts, not the constraints (schemas R51)', () => {
    expect(checkPredefinedValue({ type: 'number', integersOnly: true, allowedValues: [] }, 1.5, 'k')).toBeNull();
    expect(checkPredefinedValue(number, '1', 'k')?.details).toEqual({ key: 'k', hint: 'a value of type "number" is needed' });
  });
  it('elements of arrays extend the key, null is an ordinary value there (schemas R52, R53)', () => {
    const spec = arrayOf(arrayOf(number));
    expect(checkPredefinedValue(spec, [[1], [null]], 'argumentSpecs[a].defaultValue')?.details).toMatchObject({
      key: 'argumentSpecs[a].defaultValue[1][0]',
    });
    expect(checkPredefinedValue(spec, 5, 'k')?.details).toMatchObject({ key: 'k', hint: expect.stringContaining('array of values') });
  });
});

describe('item queries (data-and-stores R67)', () => {
  const item = { '1': 'key', files: [{ id: 'x' }], nothing: null };
  it.each([
    [null, item],
    [[], item],
    [['1'], 'key'],
    [['files', '[0]', 'id'], 'x'],
    [['files', '0', 'id'], 'x'],
    [['nothing'], null],
  ])('%j finds its part (data-and-stores R67)', (query, part) => {
    expect(queryItem(item, query)).toEqual(ok(part));
  });
  it.each([
    [['none']],
    [['files', '[1]']],
    [['files', 'x']],
    [['files', '[-1]']],
    [['1', 'a']],
    [['nothing', 'a']],
    [['constructor']],
    [['[1]']],
  ])('%j finds nothing (data-and-stores R67, D20)', (query) => {
    expect(queryItem(item, query)).toMatchObject({
      ok: false,
      error: { id: 'atmTaskArgMapperIteratedItemQueryFailed', details: { value: item, query } },
    });
  });
});
