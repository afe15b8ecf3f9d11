import { expect, it } from 'vitest';
import { boundedJson } from './bounded-json.ts';

it('cuts a text to 1024 characters, wherever it stands, and keeps the shape around it (data-and-stores §5.4, §8, D22)', () => {
  const [whole, long] = ['x'.repeat(1024), 'y'.repeat(1025)];
  expect(boundedJson({ whole, deep: [{ long }, 1] })).toEqual({ whole, deep: [{ long: `${'y'.repeat(1024)}...` }, 1] });
});

it('keeps small values as they are (data-and-stores §5.4)', () => {
  const value = { id: 'x', details: [1, null, true, { nested: ['text'.repeat(200)] }] };
  expect(boundedJson(value)).toEqual(value);
  expect(boundedJson(JSON.parse('{"__proto__": 1}'))).toEqual(JSON.parse('{"__proto__": 1}'));
});

it.each([
  ['a text', 'x'.repeat(5_000_000)],
  ['a key', { ['x'.repeat(5_000_000)]: 1 }],
  ['a list', Array.from({ length: 1_000_000 }, () => 1)],
  ['many texts', Array.from({ length: 1000 }, () => 'x'.repeat(10_000))],
  ['an object', Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`key ${index}`, index]))],
])('keeps the beginning of %s of any size (data-and-stores §5.4, §8, D22, P16)', (_what, value) => {
  const text = JSON.stringify(boundedJson({ value }));
  expect(text.length).toBeLessThan(20_000);
  expect(text).toContain('...');
});
