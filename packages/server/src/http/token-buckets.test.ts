import { describe, expect, it } from 'vitest';
import { TokenBuckets } from './token-buckets.ts';

describe('token buckets', () => {
  it('give a burst, then so many in a second, and never more than a burst at once', () => {
    const buckets = new TokenBuckets({ perSec: 4, burst: 3 }, 10);
    const granted = (atMs: number, tries: number): number =>
      Array.from({ length: tries }, () => buckets.take('one', atMs)).filter((waitMs) => waitMs === 0).length;
    expect(granted(0, 5)).toBe(3);
    expect(buckets.take('one', 0)).toBe(250);
    expect(granted(249, 1)).toBe(0);
    expect(granted(250, 2)).toBe(1);
    expect(granted(1250, 9)).toBe(3);
    expect(granted(1_000_000, 9)).toBe(3);
  });

  it('are one for each name', () => {
    const buckets = new TokenBuckets({ perSec: 1, burst: 1 }, 10);
    expect([buckets.take('one', 0), buckets.take('two', 0), buckets.take('one', 0) > 0]).toEqual([0, 0, true]);
  });

  it('are never more than their bound; the one that was asked longest ago is forgotten first', () => {
    const buckets = new TokenBuckets({ perSec: 1, burst: 1 }, 3);
    for (const name of ['a', 'b', 'c', 'a', 'd']) buckets.take(name, 0);
    expect(buckets.count).toBe(3);
    expect([buckets.take('a', 0) > 0, buckets.take('d', 0) > 0, buckets.take('b', 0)]).toEqual([true, true, 0]);
  });
});
