import fc from 'fast-check';
import { expect, test } from 'vitest';
import { xattrBytesOf, xattrNameProblem, xattrValueOf } from './xattr-values.ts';

test.each([
  ['empty', '', ''],
  ['JSON text', '{"a": [1]}', { a: [1] }],
  ['a number', '12', 12],
  ['a quoted text', '"abc"', 'abc'],
  ['other text', 'True', 'True'],
  ['null', 'null', null],
  ['a number beyond all doubles', '1e400', '1e400'],
  ['JSON nested deeper than anything here can walk', '['.repeat(30_000) + ']'.repeat(30_000), '['.repeat(30_000) + ']'.repeat(30_000)],
  ['an integer too large to keep its digits', '12345678901234567890', '12345678901234567890'],
])('%s reads as its value (lambdas §10, R110, R111)', (_name, text, value) => {
  expect(xattrValueOf(Buffer.from(text))).toEqual(value);
});

test('bytes that are not UTF-8 read as base64 and are written back as they were', () => {
  const bytes = Buffer.from([0xff, 0x00, 0xfe]);
  expect(xattrValueOf(bytes)).toEqual({ onedata_base64: '/wD+' });
  expect(xattrBytesOf(xattrValueOf(bytes))).toEqual(bytes);
});

test('a text is written bare, as programs expect it (lambdas §10)', () => {
  expect(xattrBytesOf('d41d8cd9').toString()).toBe('d41d8cd9');
});

test('every JSON value reads back as itself', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const plain: unknown = JSON.parse(JSON.stringify(value));
      const read = xattrValueOf(xattrBytesOf(plain));
      // Integers beyond 2^53 are kept by their digits.
      if (typeof plain === 'number' && Number.isInteger(plain) && !Number.isSafeInteger(plain)) return;
      expect(read).toEqual(plain);
    }),
  );
});

test.each(['onedata_json', 'cdmi_hash', 'system.posix_acl_access', 'security.selinux', 'capability.x', '', 'a\0b', 'x'.repeat(300)])(
  'the name %j is refused (lambdas R112, R113)',
  (name) => {
    expect(xattrNameProblem(name)).not.toBeNull();
  },
);
