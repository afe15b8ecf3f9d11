import { describe, expect, it } from 'vitest';
import type { Field, Result, Service } from '../src/index.ts';
import {
  anyField,
  booleanField,
  checkedField,
  enumField,
  integerField,
  objectField,
  sanitise,
  textField,
  textListField,
} from '../src/index.ts';

const refusal = (result: Result<unknown>) => (result.ok ? null : { id: result.error.id, ...result.error.details });
const read = (field: Field<unknown>, value: unknown, service: Service = 'oneprovider') => {
  const result = field(value, 'k', service);
  return result.ok ? result.value : refusal(result);
};

describe('the request sanitiser', () => {
  const rules = {
    required: { b: textField(), a: integerField({ min: 1 }) },
    optional: { d: booleanField(), c: objectField() },
    atLeastOne: [['d', 'c']],
  } as const;
  it('examines required keys in alphabetical order, each completely, then optional ones, then groups (rest R54, R58)', () => {
    expect(refusal(sanitise('oneprovider', {}, rules))).toEqual({ id: 'missingRequiredValue', key: 'a' });
    expect(refusal(sanitise('oneprovider', { a: 0, d: 'x' }, rules))).toEqual({ id: 'badValueTooLow', key: 'a', limit: 1 });
    expect(refusal(sanitise('oneprovider', { a: 1, d: 'x' }, rules))).toEqual({ id: 'missingRequiredValue', key: 'b' });
    expect(refusal(sanitise('oneprovider', { a: 1, b: 'x', d: 'x', c: 5 }, rules))).toEqual({ id: 'badValueJSON', key: 'c' });
    expect(refusal(sanitise('oneprovider', { a: 1, b: 'x' }, rules))).toEqual({ id: 'missingAtLeastOneValue', keys: ['c', 'd'] });
  });
  it('gives typed fields and leaves unknown ones out', () => {
    const result = sanitise('oneprovider', { a: '5', b: 'x', d: 'false', zzz: 1 }, rules);
    expect(result).toEqual({ ok: true, value: { a: 5, b: 'x', d: false } });
    if (result.ok) result.value.a satisfies number;
  });
  it('null is absent for Oneprovider (rest R55) and a value for Onezone (schemas §9)', () => {
    expect(refusal(sanitise('oneprovider', { a: null }, rules))).toEqual({ id: 'missingRequiredValue', key: 'a' });
    expect(refusal(sanitise('onezone', { a: null }, rules))).toEqual({ id: 'badValueInteger', key: 'a' });
    expect(sanitise('oneprovider', { a: 1, b: 'x', c: null, d: true }, rules).ok).toBe(true);
    expect(refusal(sanitise('onezone', { a: 1, b: 'x', c: null, d: true }, rules))).toEqual({ id: 'badValueJSON', key: 'c' });
  });
  it('null is an empty text for Onezone, and as bad as one (rest R106)', () => {
    const texts = { required: {}, optional: { a: textField({ notEmpty: true }), b: enumField(['x']), c: textField() } } as const;
    expect(refusal(sanitise('onezone', { a: null }, texts))).toEqual({ id: 'badValueEmpty', key: 'a' });
    expect(refusal(sanitise('onezone', { b: null }, texts))).toEqual({ id: 'badValueNotAllowed', key: 'b', allowed: ['x'] });
    expect(sanitise('onezone', { c: null }, texts)).toEqual({ ok: true, value: { c: '' } });
  });
  it('path keys come first on Onezone (schemas §9)', () => {
    expect(refusal(sanitise('onezone', {}, { ...rules, pathKeys: ['b'] }))).toEqual({ id: 'missingRequiredValue', key: 'b' });
    expect(refusal(sanitise('oneprovider', {}, { ...rules, pathKeys: ['b'] }))).toEqual({ id: 'missingRequiredValue', key: 'a' });
  });
  it.each([[[]], [null], ['a'], [5]])('a body that is no object is malformed: %j', (body) => {
    expect(refusal(sanitise('onezone', body, rules))).toEqual({ id: 'malformedData' });
  });
  it('inherited names are absent, own ones such as __proto__ have no effect', () => {
    expect(refusal(sanitise('oneprovider', {}, { required: { constructor: anyField() }, optional: {} }))).toEqual({
      id: 'missingRequiredValue',
      key: 'constructor',
    });
    const result = sanitise('oneprovider', JSON.parse('{"__proto__":{"a":1}}'), { required: {}, optional: { a: anyField() } });
    expect(result).toEqual({ ok: true, value: {} });
  });
});

describe('field types (rest §4.2)', () => {
  it('strings: booleans become text for Oneprovider only (rest R56, R57)', () => {
    expect(read(textField(), true)).toBe('true');
    expect(read(textField(), true, 'onezone')).toEqual({ id: 'badValueString', key: 'k' });
    for (const bad of [5, {}, []]) expect(read(textField(), bad)).toEqual({ id: 'badValueString', key: 'k' });
    // Neither database could keep them in a text column (design §5).
    for (const bad of ['a\0', 'a\ud800', '\udc00a']) expect(read(textField(), bad)).toEqual({ id: 'badValueString', key: 'k' });
    expect(read(textField(), 'a\ud83d\ude00\u0001')).toBe('a\ud83d\ude00\u0001');
    expect(read(textField(), null, 'onezone')).toBe('');
    expect(read(textField({ notNull: true }), null, 'onezone')).toEqual({ id: 'badValueString', key: 'k' });
    expect(read(textField({ notNull: true }), '', 'onezone')).toBe('');
    expect(read(textField({ notEmpty: true }), '')).toEqual({ id: 'badValueEmpty', key: 'k' });
  });
  it('integers: also as text with a sign, and within bounds (rest R56, R57)', () => {
    for (const [given, value] of [
      [5, 5],
      ['5', 5],
      ['-5', -5],
      ['+5', 5],
    ])
      expect(read(integerField(), given)).toBe(value);
    for (const bad of [1.5, '1.5', '', ' 5', '0x1', true, [], '9'.repeat(30)])
      expect(read(integerField(), bad)).toEqual({ id: 'badValueInteger', key: 'k' });
    expect(read(integerField({ max: 3 }), 4)).toEqual({ id: 'badValueTooHigh', key: 'k', limit: 3 });
    expect(read(integerField({ range: { low: 1, high: 3 } }), 4)).toEqual({ id: 'badValueNotInRange', key: 'k', low: 1, high: 3 });
  });
  it('booleans: also as text (rest R56)', () => {
    expect(read(booleanField(), 'true')).toBe(true);
    for (const bad of ['TRUE', 1, {}]) expect(read(booleanField(), bad)).toEqual({ id: 'badValueBoolean', key: 'k' });
  });
  it('enums: keep the declared order in the error (rest R59)', () => {
    expect(read(enumField(['z', 'a']), 'a')).toBe('a');
    expect(read(enumField(['z', 'a']), 'b')).toEqual({ id: 'badValueNotAllowed', key: 'k', allowed: ['z', 'a'] });
    expect(read(enumField(['z', 'a']), 5)).toEqual({ id: 'badValueString', key: 'k' });
  });
  it('lists of strings and objects (rest R56)', () => {
    expect(read(textListField(), ['a'])).toEqual(['a']);
    for (const bad of ['a', ['a', 1], {}]) expect(read(textListField(), bad)).toEqual({ id: 'badValueListOfStrings', key: 'k' });
    expect(read(objectField(), [])).toEqual({ id: 'badValueJSON', key: 'k' });
  });
  it('a failed condition is badData without a hint (rest R57)', () => {
    expect(
      read(
        checkedField(textField(), (text) => text.startsWith('a')),
        'b',
      ),
    ).toEqual({ id: 'badData', key: 'k', hint: null });
  });
});
