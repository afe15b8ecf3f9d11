import { browseOptions, checkSeries, maxMetricCount } from '@laneway/model';
import { expect, test } from 'vitest';
import { traceIdOf } from '../lanes/item-reader.ts';
import { defaultMaxItemBytes } from '../mapping/item-size.ts';
import { defaultLogLimits, dumpBatchSize } from './limits.ts';

const dayMs = 24 * 60 * 60 * 1000;

test('logs keep 5,000 entries for 14 days and are gone 30 days after the last one (data-and-stores §8, R40)', () => {
  expect(defaultLogLimits).toEqual({ maxEntryCount: 5000, maxAgeMs: 14 * dayMs, expiryMs: 30 * dayMs });
});

test('a page has 1 to 1,000 entries or windows, 1,000 unless said otherwise (data-and-stores §8)', () => {
  const limitOf = (limit?: unknown): unknown => {
    const options = browseOptions('list', limit === undefined ? {} : { type: 'listStoreContentBrowseOptions', limit });
    return options.ok ? (options.value as { limit: number }).limit : options.error.id;
  };
  expect([limitOf(), limitOf(1), limitOf(1000)]).toEqual([1000, 1, 1000]);
  expect([limitOf(0), limitOf(1001)]).toEqual(['badValueNotInRange', 'badValueNotInRange']);
});

test('a store has up to 50,000 metrics of 1 to 1,000,000 windows (data-and-stores §8)', () => {
  const problemOf = (retention: number): string | undefined => checkSeries('series', { metric: { resolution: 60, retention } })?.id;
  expect(maxMetricCount).toBe(50_000);
  expect([problemOf(1), problemOf(1_000_000)]).toEqual([undefined, undefined]);
  expect([problemOf(0), problemOf(1_000_001)]).toEqual(['badValueNotInRange', 'badValueNotInRange']);
});

test('a trace id has 20 hex digits, an item 16 MiB at most, a dump reads 100 entries at once (data-and-stores §8, D16)', () => {
  expect(traceIdOf('a lane run', 12)).toMatch(/^[0-9a-f]{20}$/);
  expect(defaultMaxItemBytes).toBe(16 * 1024 * 1024);
  expect(dumpBatchSize).toBe(100);
});
