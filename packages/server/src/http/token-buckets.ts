/**
 * Token buckets by name. Each holds `burst` requests at most and gets `perSec` of them back every second.
 *
 * 1. There are never more than `maxCount`: the one that was asked longest ago is forgotten, as if it were full.
 * 2. A bucket is a number and a moment: asking costs two operations of a map, whatever the rate.
 */
export interface BucketSize {
  readonly perSec: number;
  readonly burst: number;
}

export class TokenBuckets {
  readonly #size: BucketSize;
  readonly #maxCount: number;
  readonly #buckets = new Map<string, { readonly level: number; readonly atMs: number }>();

  constructor(size: BucketSize, maxCount: number) {
    this.#size = size;
    this.#maxCount = maxCount;
  }

  get count(): number {
    return this.#buckets.size;
  }

  /** 0 = one was taken; else how long it is until there is one. */
  take(name: string, nowMs: number): number {
    const { perSec, burst } = this.#size;
    const known = this.#buckets.get(name) ?? { level: burst, atMs: nowMs };
    const level = Math.min(burst, known.level + ((nowMs - known.atMs) / 1000) * perSec);
    const isGranted = level >= 1;
    // Behind all others: the first of the map is the one that was asked longest ago.
    this.#buckets.delete(name);
    this.#buckets.set(name, { level: isGranted ? level - 1 : level, atMs: nowMs });
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > this.#maxCount && oldest !== undefined) this.#buckets.delete(oldest);
    return isGranted ? 0 : ((1 - level) / perSec) * 1000;
  }
}
