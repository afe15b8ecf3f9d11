import { expect, test } from 'vitest';
import { GatheredBytes } from './gathered-bytes.ts';

const text = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7919) % 251));

test.each([1, 3, 1000, 1024, 65_535, 65_536, 65_537, 300_000])('pieces of %i bytes are put together and none of them is kept', (size) => {
  const bytes = new GatheredBytes();
  const piece = Buffer.alloc(size);
  for (let round = 0; round < 2; round += 1) {
    for (let at = 0; at < text.length; at += size) {
      // One and the same memory for all of them.
      const copied = text.copy(piece, 0, at, at + size);
      bytes.add(piece.subarray(0, copied));
    }
    expect(bytes.length).toBe(text.length);
    expect(bytes.take().equals(text)).toBe(true);
    expect([bytes.length, bytes.take().length]).toEqual([0, 0]);
  }
});

test('what was taken stays as it is when more comes', () => {
  const bytes = new GatheredBytes();
  bytes.add(Buffer.from('one'));
  const taken = bytes.take();
  bytes.add(Buffer.from('two'));
  expect([taken.toString(), bytes.take().toString()]).toEqual(['one', 'two']);
});

test('what was cleared does not come back', () => {
  const bytes = new GatheredBytes();
  bytes.add(text);
  bytes.clear();
  bytes.add(Buffer.from('x'));
  expect(bytes.take().toString()).toBe('x');
});
