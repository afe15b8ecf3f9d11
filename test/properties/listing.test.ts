/** Stores of entries do what an array does, in pages and as a whole (data-and-stores R24–R28, R32, R39–R41, R65). */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StoreWrite } from '../../packages/engine/src/stores/writes.ts';
import { page, type ListingOptions } from './checker/listing.ts';
import { runs } from './seed.ts';
import { benches, limits, type Answered, type StoreBench } from './store-bench.ts';
import { json } from './values.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Some short, some filling a chunk by themselves, some with what could be mistaken for the bounds of entries. */
const item = fc.oneof(
  { weight: 6, arbitrary: json },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 5000 }).map((length) => 'x'.repeat(length)) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>('\n', '\u0001', { '\n': '\u0001' }, '{"timestamp":\u0001,', 'é'.repeat(2100)) },
);
/** Rarely more than what one chunk takes. */
const items = fc.oneof(
  { weight: 10, arbitrary: fc.array(item, { maxLength: 6 }) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(item, fc.integer({ min: 7, max: 60 }))
      .map(([one, count]) => Array.from({ length: count }, (_, place) => [place, one])),
  },
  { weight: 1, arbitrary: fc.integer({ min: 900, max: 2100 }).map((count) => Array.from({ length: count }, (_, place) => place)) },
);

const around = fc.oneof(fc.integer({ min: -5, max: 40 }), fc.integer({ min: -3000, max: 3000 }), fc.constantFrom(0, 1e15, -1e15));
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
const look = fc.record({
  index: optional(around),
  offset: optional(around),
  limit: optional(fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 1000 }))),
});

/** As people write them: numbers as texts too, and nothing that is undefined. */
function written(options: Readonly<Record<string, unknown>>, asText: boolean): Record<string, unknown> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([key, value]) => [key, key === 'index' || (asText && key !== 'direction') ? String(value) : value]));
}

function plainOptions(look: Readonly<Record<string, unknown>>): ListingOptions {
  return Object.fromEntries(Object.entries(look).filter(([, value]) => value !== undefined));
}

const never = (): number => {
  throw new Error('these entries have no times');
};
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

type Step =
  | { readonly kind: 'commit'; readonly jobs: readonly (readonly (readonly unknown[])[])[] }
  | { readonly kind: 'browse'; readonly look: Readonly<Record<string, unknown>>; readonly asText: boolean }
  | { readonly kind: 'iterate'; readonly from: number; readonly batchSize: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('commit' as const), jobs: fc.array(fc.array(items, { maxLength: 3 }), { minLength: 1, maxLength: 3 }) }),
  fc.record({ kind: fc.constant('browse' as const), look, asText: fc.boolean() }),
  fc.record({ kind: fc.constant('iterate' as const), from: fc.nat(30), batchSize: fc.integer({ min: 1, max: 50 }) }),
);

const kinds = { list: 'items', treeForest: 'treeRoots', exception: 'items' } as const;

describe.each(benches)('entries on $name', ({ share, open }) => {
  let bench: StoreBench;
  beforeAll(async () => {
    bench = await open();
  });
  afterAll(async () => await bench.close());

  test.each(Object.entries(kinds))('%s: pages and batches are those of an array (data-and-stores R24, R28, R32)', async (type, key) => {
    // What an exception store is given has its trace id with it.
    const entry = (value: unknown, index: number): unknown =>
      type === 'exception' ? { traceId: String(index).padStart(20, '0'), value } : value;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
        const id = await bench.create(type as keyof typeof kinds);
        const kept: unknown[] = [];
        const shown = (index: number) => ({ index: String(index), success: true, value: kept[index] });
        for (const current of steps) {
          if (current.kind === 'commit') {
            const jobs = current.jobs.map((updates) =>
              updates.map((values): StoreWrite => {
                const entries = values.map((value) => entry(value, kept.length + values.indexOf(value)));
                kept.push(...entries.map(asJson));
                return { kind: 'append', storeId: id, items: entries.map((one) => JSON.stringify(one)) };
              }),
            );
            await bench.commit(jobs);
          } else if (current.kind === 'browse') {
            const expected = page({ total: kept.length, oldest: 0 }, plainOptions(current.look), never);
            const answer = await bench.browse(id, { type: `${type}StoreContentBrowseOptions`, ...written(current.look, current.asText) });
            expect(answer).toEqual({ value: { [key]: expected.indices.map(shown), isLast: expected.isLast } });
          } else {
            const { from, batchSize } = current;
            expect(await bench.read(id, from, from + batchSize)).toEqual(kept.slice(from, from + batchSize));
          }
        }
        const all: unknown[] = [];
        for (let from = 0; from < kept.length; from += 700) all.push(...(await bench.read(id, from, from + 700)));
        expect(all).toEqual(kept);
      }),
      runs(300 * share),
    );
  });

  test('a log lists, prunes and expires as the rules say, whatever its clock does (data-and-stores R24–R27, R39–R41)', async () => {
    const seen = { pruned: 0, expired: 0, pages: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(logStep, { minLength: 3, maxLength: 14 }), async (steps) => {
        const log = new CheckedLog(bench, await bench.create('auditLog', { logContentDataSpec: { type: 'object' } }));
        for (const current of steps) {
          if (current.kind === 'log') await log.write(current.contents);
          else if (current.kind === 'wait') bench.now += current.ms;
          else {
            await log.look(current);
            seen.pages += 1;
          }
        }
        await log.readThrough();
        seen.pruned += log.prunedCount;
        seen.expired += log.expiredCount;
      }),
      runs(450 * share),
    );
    if (share === 1) for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(20);
  });
});

type LogStep =
  | { readonly kind: 'log'; readonly contents: readonly unknown[] }
  | { readonly kind: 'wait'; readonly ms: number }
  | {
      readonly kind: 'look';
      readonly look: Readonly<Record<string, unknown>>;
      readonly at: number | undefined;
      readonly direction: ListingOptions['direction'];
    };

const logStep: fc.Arbitrary<LogStep> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('log' as const), contents: items }) },
  // Clocks are set back now and then; entries stay in order all the same.
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(0, 1, 2, 50, hourMs, 5 * dayMs, 9 * dayMs, 15 * dayMs, 31 * dayMs, 31 * dayMs, -1, -hourMs)
      .map((ms) => ({ kind: 'wait' as const, ms })),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('look' as const),
      look,
      // A place in the log; the time is that of the entry there, or the one before or after it.
      at: optional(fc.nat(200)),
      direction: fc.constantFrom('forward_from_oldest' as const, 'backward_from_newest' as const, undefined),
    }),
  },
);

interface Kept {
  readonly timestamp: number;
  readonly content: unknown;
}

/** The log as an array of everything ever written since it began, and the number of the oldest entry still there. */
class CheckedLog {
  prunedCount = 0;
  expiredCount = 0;
  readonly #bench: StoreBench;
  readonly #id: string;
  #entries: Kept[] = [];
  #oldest = 0;

  constructor(bench: StoreBench, id: string) {
    this.#bench = bench;
    this.#id = id;
  }

  /** R39: not there before the first write, nor when nobody wrote for long. */
  get #isThere(): boolean {
    const last = this.#entries.at(-1);
    return last !== undefined && last.timestamp >= this.#bench.now - limits.expiryMs;
  }

  async write(contents: readonly unknown[]): Promise<void> {
    if (contents.length > 0) {
      if (!this.#isThere) {
        if (this.#entries.length > 0) this.expiredCount += 1;
        this.#entries = [];
        this.#oldest = 0;
      }
      const timestamp = Math.max(this.#bench.now, this.#entries.at(-1)?.timestamp ?? 0);
      this.#entries.push(...contents.map((content) => ({ timestamp, content: asJson(content) })));
    }
    const entries = contents.map((content) => ({ severity: 'info', source: 'user', content: JSON.stringify(content) }) as const);
    await this.#bench.commit([[{ kind: 'log', storeId: this.#id, entries }]]);
    if (contents.length > 0) await this.#observePruning();
  }

  /** R40: what is gone was too old or too much, and not much more than that is left. */
  async #observePruning(): Promise<void> {
    const [first] = entriesOf(await this.#bench.browse(this.#id, { direction: 'forward_from_oldest', limit: 1 }));
    const oldest = Number(first?.index);
    expect(oldest).toBeGreaterThanOrEqual(this.#oldest);
    for (let index = this.#oldest; index < oldest; index += 1) {
      const isTooOld = (this.#entries[index]?.timestamp ?? 0) < this.#bench.now - limits.maxAgeMs;
      expect(isTooOld || index < this.#entries.length - limits.maxEntryCount, `entry ${index} of ${this.#entries.length} was dropped`).toBe(
        true,
      );
    }
    this.prunedCount += oldest - this.#oldest;
    this.#oldest = oldest;
    expect(this.#entries.length - oldest).toBeLessThan(limits.maxEntryCount * 1.2 + 1000);
  }

  async look({ look, at, direction }: Extract<LogStep, { kind: 'look' }>): Promise<void> {
    const timestamp = at === undefined ? undefined : Math.max(0, (this.#entries[at]?.timestamp ?? this.#bench.now) + (at % 3) - 1);
    const options = { ...look, timestamp, direction };
    const answer = await this.#bench.browse(this.#id, written(options, at === 7));
    this.#expectPage(answer, { ...plainOptions(options), direction: direction ?? 'backward_from_newest' });
  }

  #expectPage(answer: Answered, options: ListingOptions): void {
    if (!this.#isThere) {
      expect(answer).toEqual({ error: { id: 'notFound', details: {} } });
      return;
    }
    const listing = { total: this.#entries.length, oldest: this.#oldest };
    const { indices, isLast } = page(listing, options, (index) => this.#entries[index]?.timestamp ?? Number.NaN);
    expect(answer).toEqual({ value: { logEntries: indices.map((index) => this.#shown(index)), isLast } });
  }

  #shown(index: number): unknown {
    return { index: String(index), severity: 'info', source: 'user', ...this.#entries[index] };
  }

  /** Page by page from the oldest entry, and in the dump: nothing is left out or shown twice (R65). */
  async readThrough(): Promise<void> {
    if (!this.#isThere) {
      expect(await this.#bench.dump(this.#id)).toEqual([]);
      return;
    }
    const expected = this.#entries.map((_, index) => this.#shown(index)).slice(this.#oldest);
    expect(await this.#bench.dump(this.#id)).toEqual(expected);
    const read: unknown[] = [];
    for (let next = this.#oldest; ;) {
      const answer = await this.#bench.browse(this.#id, { direction: 'forward_from_oldest', index: String(next), limit: 17 });
      const entries = entriesOf(answer);
      read.push(...entries);
      if ('error' in answer || answer.value['isLast'] === true) break;
      next += entries.length;
    }
    expect(read).toEqual(expected);
  }
}

function entriesOf(answer: Answered): readonly { readonly index: string }[] {
  if ('error' in answer) throw new Error(JSON.stringify(answer.error));
  return answer.value['logEntries'] as readonly { readonly index: string }[];
}
