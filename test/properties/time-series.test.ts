/** Time series agree with what comes out when everything is worked out anew from all measurements (data-and-stores R53–R63). */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DispatchRule, TimeSeriesStoreConfig } from '@laneway/model';
import { updateStore } from '../../packages/engine/src/mapping/store-updates.ts';
import type { Target } from '../../packages/engine/src/mapping/targets.ts';
import { noFacts } from '../../packages/engine/src/values/facts.ts';
import type { StoreWrite } from '../../packages/engine/src/stores/writes.ts';
import {
  CheckedTimeSeries,
  type CheckedWindow,
  type Measurement,
  type Metric,
  type SeriesSchema,
  type SliceOptions,
} from './checker/time-series.ts';
import { runs } from './seed.ts';
import { benches, type StoreBench } from './store-bench.ts';
import { spaceId } from './worlds.ts';

const resolutions = [0, 1, 5, 60, 3600, 86_400, 604_800, 2_592_000, 31_536_000];
const aggregators = ['sum', 'max', 'min', 'first', 'last', 'avg'] as const;

const metric: fc.Arbitrary<Metric> = fc
  .record({
    resolution: fc.constantFrom(...resolutions, 1, 5, 60),
    retention: fc.constantFrom(1, 2, 3, 10, 1000),
    aggregator: fc.constantFrom(...aggregators),
  })
  .map((one) => (one.resolution === 0 ? { ...one, retention: 1 } : one));
/** Named after what no two metrics of a series share (schemas R15). */
const metrics = fc
  .uniqueArray(metric, { minLength: 1, maxLength: 6, selector: ({ resolution, aggregator }) => `${resolution} ${aggregator}` })
  .map((all) => Object.fromEntries(all.map((one) => [`${one.aggregator} ${one.resolution}`, one])));

/** Generators that leave each other alone (schemas R16). */
const generators = ['count_', 'max_size', 'total', 'é(', '__proto__'] as const;
const schemas: fc.Arbitrary<readonly SeriesSchema[]> = fc.subarray([...generators], { minLength: 1 }).chain((chosen) =>
  fc.tuple(
    ...chosen.map((nameGenerator) =>
      fc.record({
        nameGeneratorType: fc.constantFrom('exact' as const, 'addPrefix' as const),
        nameGenerator: fc.constant(nameGenerator),
        unit: fc.constant('none'),
        metrics,
      }),
    ),
  ),
);

const matchers = ['', 'c', 'count_', 'count_f_', 'files_', 'mp3', 'total', '__'];
const rule = (targets: readonly string[]): fc.Arbitrary<DispatchRule> =>
  fc.record({
    measurementTimeSeriesNameMatcherType: fc.constantFrom('exact' as const, 'hasPrefix' as const, 'hasPrefix' as const),
    measurementTimeSeriesNameMatcher: fc.constantFrom(...matchers),
    targetTimeSeriesNameGenerator: fc.oneof(
      { weight: 30, arbitrary: fc.constantFrom(...targets) },
      { weight: 1, arbitrary: fc.constantFrom('', 'elsewhere', 'count') },
    ),
    prefixCombiner: fc.constantFrom('concatenate' as const, 'converge' as const, 'overwrite' as const),
  });

const value = fc.oneof(
  fc.integer({ min: -9, max: 9 }),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  fc.constantFrom(0, 0.1, 1e-9, 1e15, -1e15),
);
/** Close together, so that windows are shared and there are ties; some far away. */
const timestamp = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 40 }).map((step) => 1_700_000_000 + step * 7) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 2 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 2_000_000_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(2 ** 53 - 1, 2 ** 52) },
);
const names = ['mp3', 'files_mp3', 'count_mp3', 'count_f_mp3', 'cmp3', 'total', 'count_', 'c', 'size', '__proto__'];
/** Hardly any name is one that no series may have: those refuse the whole update. */
const badNames = ['count_/', 'c ', 'files_\u0000', 'mp3\ud800', 'count_★'];
const tsName = fc.oneof({ weight: 60, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: fc.constantFrom(...badNames) });
const measurement: fc.Arbitrary<Measurement> = fc.record({ tsName, timestamp, value });

interface Update {
  readonly measurements: readonly Measurement[];
  readonly alone: boolean;
  readonly rules: readonly DispatchRule[];
}

/** A commit is several jobs of several updates each. */
const scenario = schemas.chain((given) => {
  const rules = fc.array(rule(given.map(({ nameGenerator }) => nameGenerator)), { minLength: 1, maxLength: 5 });
  const update = (rulesOfTask: readonly DispatchRule[]): fc.Arbitrary<Update> =>
    fc.record({ measurements: fc.array(measurement, { maxLength: 8 }), alone: fc.boolean(), rules: fc.constant(rulesOfTask) });
  const commits = fc.tuple(rules, rules).chain((tasks) => {
    const job = fc.array(fc.oneof(...tasks.map(update)), { minLength: 1, maxLength: 3 });
    return fc.array(fc.array(job, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 5 });
  });
  return fc.record({ schemas: fc.constant(given), commits, slices: fc.array(slice, { minLength: 1, maxLength: 5 }) });
});

const moment = fc.option(fc.oneof(timestamp, fc.integer({ min: 0, max: 3 }), fc.constantFrom(1_700_000_100, 2_000_000_000)), {
  nil: undefined,
});
const layoutKey = fc.constantFrom('*', '*', ...generators, 'count_mp3', 'count_count_mp3', 'nowhere', 'constructor');
const layoutMetrics = fc.oneof(
  { weight: 3, arbitrary: fc.constant(['*']) },
  {
    weight: 1,
    arbitrary: fc.uniqueArray(fc.constantFrom('sum 60', 'avg 0', 'last 1', 'max 5', 'constructor'), { minLength: 1, maxLength: 2 }),
  },
);
const slice: fc.Arbitrary<SliceOptions & { readonly extendedInfo: boolean }> = fc.record({
  layout: fc.array(fc.tuple(layoutKey, layoutMetrics), { minLength: 1, maxLength: 2 }).map((pairs) => Object.fromEntries(pairs)),
  startTimestamp: moment as fc.Arbitrary<number>,
  stopTimestamp: moment as fc.Arbitrary<number>,
  windowLimit: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }) as fc.Arbitrary<number>,
  extendedInfo: fc.boolean(),
});

function given(options: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** The writes of one update, or why there are none. */
function planned(storeId: string, config: TimeSeriesStoreConfig, { measurements, alone, rules }: Update) {
  const target: Target = { storeId, type: 'timeSeries', config, frozen: false };
  const argument: unknown = alone && measurements.length === 1 ? measurements[0] : measurements;
  const options = { type: 'timeSeriesStoreContentUpdateOptions', dispatchRules: rules } as const;
  return updateStore(argument, target, options, { facts: noFacts(spaceId), logLevel: 6, maxItemBytes: 1e6, taskLog: undefined });
}

describe.each(benches)('time series on $name', ({ share, open }) => {
  let bench: StoreBench;
  beforeAll(async () => {
    bench = await open();
  });
  afterAll(async () => await bench.close());

  test('layout and slices are those of all measurements, however they came in (data-and-stores R53–R63)', async () => {
    const seen = { written: 0, refused: 0, windows: 0, missing: 0, dropped: 0 };
    await fc.assert(
      fc.asyncProperty(scenario, async ({ schemas: seriesSchemas, commits, slices }) => {
        const config: TimeSeriesStoreConfig = { timeSeriesCollectionSchema: { timeSeriesSchemas: seriesSchemas }, dashboardSpec: null };
        const id = await bench.create('timeSeries', config);
        const checker = new CheckedTimeSeries(seriesSchemas);
        for (const jobs of commits) {
          const writes = jobs.map((updates) =>
            updates.flatMap((update) => outcome(planned(id, config, update), checker.update(update.measurements, update.rules), seen)),
          );
          expect((await bench.commit(writes)).refused).toEqual([]);
        }
        const answer = await bench.browse(id);
        expect(sortedLayout(answer)).toEqual({ layout: checker.layout() });
        for (const options of [{ layout: { '*': ['*'] }, extendedInfo: true }, ...slices])
          await expectSlice(bench, id, checker, options, seen);
      }),
      runs(500 * share),
    );
    if (share === 1)
      for (const what of ['written', 'refused', 'windows', 'missing'] as const) expect(seen[what], what).toBeGreaterThan(100);
  });
});

type Seen = Record<'written' | 'refused' | 'windows' | 'missing', number>;

/** A refusal has to be one that the rules know of; which of several is not said. */
function outcome(result: ReturnType<typeof planned>, refusals: readonly string[], seen: Seen): readonly StoreWrite[] {
  if (result.ok) {
    expect(refusals).toEqual([]);
    seen.written += result.value.length;
    return result.value;
  }
  seen.refused += 1;
  expect(refusals).toContain(`${result.error.id} ${String(result.error.details?.['key'])}`);
  return [];
}

function sortedLayout(answer: Awaited<ReturnType<StoreBench['browse']>>): unknown {
  if ('error' in answer) return answer;
  const layout = answer.value['layout'] as Readonly<Record<string, readonly string[]>>;
  return { layout: Object.fromEntries(Object.entries(layout).map(([name, metricNames]) => [name, metricNames.toSorted()])) };
}

async function expectSlice(
  bench: StoreBench,
  id: string,
  checker: CheckedTimeSeries,
  options: SliceOptions & { readonly extendedInfo: boolean },
  seen: Seen,
): Promise<void> {
  const expected = checker.slice(options);
  const answer = await bench.browse(id, { type: 'timeSeriesStoreContentBrowseOptions', mode: 'slice', ...given(options) });
  if ('missingLayout' in expected) {
    seen.missing += 1;
    expect(answer).toEqual({ error: { id: 'timeSeriesCollectionMissingLayout', details: { missingLayout: expected.missingLayout } } });
    return;
  }
  if ('error' in answer) throw new Error(JSON.stringify(answer));
  const slices = answer.value['slice'] as Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>>;
  expect(Object.keys(slices).toSorted()).toEqual(Object.keys(expected.slice).toSorted());
  for (const [series, windowsOf] of Object.entries(expected.slice)) {
    const found = slices[series] ?? {};
    expect(Object.keys(found).toSorted()).toEqual(Object.keys(windowsOf).toSorted());
    for (const [metricName, windows] of Object.entries(windowsOf)) {
      seen.windows += windows.length;
      const shown = windows.map((window) => shape(window, options.extendedInfo));
      expect(found[metricName], `${series} ${metricName}`).toEqual(shown);
    }
  }
}

function shape({ timestamp, value: exact, magnitude, ...times }: CheckedWindow, extendedInfo: boolean): unknown {
  return { timestamp, value: near(exact, magnitude), ...(extendedInfo ? times : {}) };
}

/** Within 1e-9 of the largest that took part: a sum near zero may be all rounding. */
function near(exact: number, magnitude: number): unknown {
  return {
    asymmetricMatch: (found: unknown) => typeof found === 'number' && Math.abs(found - exact) <= 1e-9 * magnitude,
    toString: () => `about ${exact}`,
  };
}
