import { describe, expect, it } from 'vitest';
import type { DataSpec, DispatchRule, MetricConfig, Result, TimeSeriesSchema } from '../src/index.ts';
import {
  backwardWindow,
  browseOptions,
  checkExactSeries,
  checkSeries,
  forwardWindow,
  measurementsOf,
  normaliseLogItem,
  passesLogLevel,
  planDispatch,
  planLogUpdate,
  resolveLayout,
  severities,
  targetSeriesName,
  windowStart,
} from '../src/index.ts';

const refusal = (result: Result<unknown>) => (result.ok ? null : { id: result.error.id, ...result.error.details });

describe('audit log input', () => {
  it.each([
    [{ content: { a: 1 }, severity: 'error', x: 1 }, 'error', { a: 1 }],
    [{ content: 5, severity: 'loud' }, 'info', 5],
    [{ content: null, x: 1 }, 'info', null],
    [{ severity: 'debug', a: 1 }, 'debug', { a: 1 }],
    [{ severity: 5, a: 1 }, 'info', { a: 1 }],
    [{ a: 1 }, 'info', { a: 1 }],
    ['text', 'info', 'text'],
    [[1], 'info', [1]],
    [null, 'info', null],
  ])('%j is normalised (data-and-stores R35)', (value, severity, content) =>
    expect(normaliseLogItem(value)).toEqual({ severity, content }),
  );
  it('keeps what is at least as urgent as the level (data-and-stores R36)', () => {
    expect(severities.filter((severity) => passesLogLevel(severity, 4))).toEqual(['emergency', 'alert', 'critical', 'error', 'warning']);
  });
  const spec: DataSpec = { type: 'number', integersOnly: false, allowedValues: null };
  const update = { logContentDataSpec: spec, logLevel: 6, function: 'extend' } as const;
  it('drops filtered entries unchecked, and counts errors in the filtered list (data-and-stores R36, R37)', () => {
    const dropped = { severity: 'debug', content: 'no number' };
    expect(planLogUpdate([dropped, 5], update)).toEqual({ ok: true, value: [{ severity: 'info', content: 5 }] });
    expect(refusal(planLogUpdate([dropped, 5, 'x'], update))).toMatchObject({
      id: 'atmDataValueConstraintUnverified',
      value: [5, 'x'],
      valueConstraints: { '$[1]': { id: 'atmDataTypeUnverified' } },
    });
  });
  it('extend needs an array, append takes one item (data-and-stores R37)', () => {
    expect(refusal(planLogUpdate(5, update))).toEqual({ id: 'atmDataTypeUnverified', value: 5, expType: 'array' });
    expect(refusal(planLogUpdate('x', { ...update, function: 'append' }))).toEqual({
      id: 'atmDataTypeUnverified',
      value: 'x',
      expType: 'number',
    });
    expect(planLogUpdate({ severity: 'debug', content: 'x' }, { ...update, function: 'append' })).toEqual({ ok: true, value: [] });
  });
});

const rule = (
  matcherType: DispatchRule['measurementTimeSeriesNameMatcherType'],
  matcher: string,
  generator: string,
  prefixCombiner: DispatchRule['prefixCombiner'] = 'overwrite',
): DispatchRule => ({
  measurementTimeSeriesNameMatcherType: matcherType,
  measurementTimeSeriesNameMatcher: matcher,
  targetTimeSeriesNameGenerator: generator,
  prefixCombiner,
});
const metrics: Readonly<Record<string, MetricConfig>> = { minute: { resolution: 60, retention: 10, aggregator: 'sum' } };
const schema = (nameGeneratorType: TimeSeriesSchema['nameGeneratorType'], nameGenerator: string): TimeSeriesSchema => ({
  nameGeneratorType,
  nameGenerator,
  unit: 'none',
  metrics,
});

describe('time series names (data-and-stores R57)', () => {
  it.each([
    ['files_mp3', 'files_', 'count_files_mp3', 'count_files_mp3', 'count_mp3'],
    ['count_mp3', 'count_', 'count_count_mp3', 'count_mp3', 'count_mp3'],
    ['count_f_mp3', 'count_f_', 'count_count_f_mp3', 'count_f_mp3', 'count_mp3'],
    ['cmp3', 'c', 'count_cmp3', 'count_cmp3', 'count_mp3'],
    ['count_mp3', 'count', 'count_count_mp3', 'count_count_mp3', 'count__mp3'],
  ])('%s with matcher %s (data-and-stores R57)', (tsName, matcher, concatenate, converge, overwrite) => {
    const name = (combiner: DispatchRule['prefixCombiner']) =>
      targetSeriesName(schema('addPrefix', 'count_'), rule('hasPrefix', matcher, 'count_', combiner), tsName);
    expect([name('concatenate'), name('converge'), name('overwrite')]).toEqual([concatenate, converge, overwrite]);
  });
  it('an exact matcher is never taken off, an exact generator is the name (data-and-stores R57)', () => {
    expect(targetSeriesName(schema('addPrefix', 'count_'), rule('exact', 'files_mp3', 'count_'), 'files_mp3')).toBe('count_files_mp3');
    for (const type of ['exact', 'hasPrefix'] as const)
      expect(targetSeriesName(schema('exact', 'count_mp3'), rule(type, 'c', 'count_mp3'), 'c1')).toBe('count_mp3');
  });
});

describe('dispatching measurements', () => {
  const schemas = [schema('exact', 'max_file_size'), schema('addPrefix', 'count_'), schema('exact', 'counter_of_all_counts')];
  const over = rule('hasPrefix', 'count_over_', 'count_', 'overwrite');
  const rules = [
    rule('exact', 'mp3', 'count_'),
    rule('hasPrefix', 'size', 'max_file_size'),
    rule('hasPrefix', 'count_ct_', 'count_', 'concatenate'),
    rule('hasPrefix', 'count_cn_', 'count_', 'converge'),
    over,
    over,
    rule('hasPrefix', 'count', 'counter_of_all_counts'),
  ];
  const plan = (...names: string[]) => {
    const result = planDispatch(
      names.map((tsName, index) => ({ tsName, timestamp: 1, value: index })),
      rules,
      schemas,
    );
    if (!result.ok) throw new Error(result.error.description);
    return result.value;
  };
  it('applies every fitting rule, duplicates twice (data-and-stores R55)', () => {
    const series = (name: string) =>
      plan(name)
        .points.map((point) => point.series)
        .sort();
    expect(series('mp3')).toEqual(['count_mp3']);
    expect(series('count_ct_supplies')).toEqual(['count_count_ct_supplies', 'counter_of_all_counts']);
    expect(series('count_over_unicorns')).toEqual(['count_unicorns', 'count_unicorns', 'counter_of_all_counts']);
    expect(series('count_cn_resources')).toEqual(['count_cn_resources', 'counter_of_all_counts']);
  });
  it('tells which measurements no rule fits (design D9)', () =>
    expect(plan('mp4', 'mp3', 'mp4')).toMatchObject({ points: [{ series: 'count_mp3' }], unmatched: ['mp4'], repeated: [] }));
  it('tells which series get one measurement more than once (design D9)', () =>
    expect(plan('count_over_a', 'count_over_a', 'mp3').repeated).toEqual(['count_a']));
  it('a series that may not exist refuses the whole update (data-and-stores R58)', () => {
    const none = { none: { resolution: 60, retention: 0, aggregator: 'sum' as const } };
    const bad = [{ ...schema('addPrefix', 'count_'), metrics: none }];
    const measured = (tsName: string, among: readonly TimeSeriesSchema[]) =>
      refusal(planDispatch([{ tsName, timestamp: 1, value: 1 }], [rule('hasPrefix', '', 'count_', 'concatenate')], among));
    expect(measured('a/b', schemas)).toEqual({ id: 'badValueName', key: 'timeSeriesName' });
    expect(measured('a', bad)).toEqual({ id: 'badValueNotInRange', key: 'retention', low: 1, high: 1_000_000 });
  });
  it('orders the points as they are to be applied: the last measurement first (data-and-stores R59)', () => {
    expect(plan('mp3', 'mp3').points.map(({ value }) => value)).toEqual([1, 0]);
    expect(plan('mp3').points[0]).toEqual({ series: 'count_mp3', timestamp: 1, value: 0, metrics });
  });
  it('a fitting rule without its schema refuses the whole update (data-and-stores R56)', () => {
    const result = planDispatch([{ tsName: 'mp3', timestamp: 1, value: 1 }], [...rules, rule('exact', 'mp3', 'none')], schemas);
    expect(refusal(result)).toEqual({ id: 'badData', key: 'dispatchRules', hint: expect.stringContaining('"none"') });
  });
  it('takes one measurement or an array; extra keys are lost (data-and-stores R9, R54)', () => {
    const one = { tsName: 'a', timestamp: 1, value: 2 };
    expect(measurementsOf({ ...one, x: 1 })).toEqual({ ok: true, value: [one] });
    expect(measurementsOf([one, one])).toEqual({ ok: true, value: [one, one] });
    expect(refusal(measurementsOf(5))).toEqual({ id: 'atmDataTypeUnverified', value: 5, expType: 'timeSeriesMeasurement' });
    expect(refusal(measurementsOf([{ ts: 'name' }]))).toMatchObject({
      id: 'atmDataValueConstraintUnverified',
      valueConstraints: { '$[0]': { id: 'atmDataTypeUnverified' } },
    });
  });
});

describe('time series windows', () => {
  it('start at multiples of the resolution; resolution 0 has one window (data-and-stores R59)', () => {
    expect([windowStart(125, 60), windowStart(120, 60), windowStart(125, 0)]).toEqual([120, 120, 0]);
  });
  it('names, retention and resolution of a new series are sane (data-and-stores R58)', () => {
    const check = (name: string, config: Partial<MetricConfig> = {}, metric = 'minute') =>
      checkSeries(name, { [metric]: { resolution: 60, retention: 10, aggregator: 'sum', ...config } });
    expect(check('count_mp3')).toBeNull();
    expect(check('-')?.details).toEqual({ key: 'timeSeriesName' });
    expect(check('ok', {}, '-')?.details).toEqual({ key: 'metricName' });
    for (const retention of [0, 1_000_001])
      expect(check('ok', { retention })?.details).toEqual({ key: 'retention', low: 1, high: 1_000_000 });
    expect(check('ok', { resolution: 0 })).toMatchObject({ id: 'badData', details: { key: 'retention' } });
    expect(check('ok', { resolution: 0, retention: 1 })).toBeNull();
  });
  it('a store begins with series that are sane and not too many; prefixes are looked at when a series comes to life (data-and-stores R53, R58)', () => {
    const config = (...timeSeriesSchemas: TimeSeriesSchema[]) => ({
      timeSeriesCollectionSchema: { timeSeriesSchemas },
      dashboardSpec: null,
    });
    expect(checkExactSeries(config(schema('exact', 'size'), schema('addPrefix', '/')))).toBeNull();
    expect(checkExactSeries(config(schema('exact', 'size'), schema('exact', '/')))?.details).toEqual({ key: 'timeSeriesName' });
    const endless = { ...schema('exact', 'ab'), metrics: { total: { resolution: 0, retention: 2, aggregator: 'sum' as const } } };
    expect(checkExactSeries(config(endless))).toMatchObject({ id: 'badData', details: { key: 'retention' } });
    const series = (count: number) => Array.from({ length: count }, (_, index) => schema('exact', `series${index}`));
    const perSeries = Object.keys(metrics).length;
    expect(checkExactSeries(config(...series(50_000 / perSeries)))).toBeNull();
    expect(checkExactSeries(config(...series(50_000 / perSeries + 1)))).toMatchObject({
      id: 'timeSeriesCollectionTooManyMetrics',
      details: { limit: 50_000 },
    });
  });
  it('layouts are expanded, and only the missing part is reported (data-and-stores R62, R63)', () => {
    const existing = { a: ['m', 'n'], b: ['m'] };
    expect(resolveLayout({ '*': ['*'], zzz: ['x'] }, existing)).toEqual({ layout: existing, error: null });
    expect(resolveLayout({ '*': ['m'] }, existing)).toEqual({ layout: { a: ['m'], b: ['m'] }, error: null });
    expect(resolveLayout({ a: ['m', 'x'], c: ['*'], b: ['*'] }, existing).error?.details).toEqual({
      missingLayout: { a: ['x'], c: ['*'] },
    });
  });
});

describe('listing', () => {
  const start = { index: null, offset: 0, limit: 3 };
  it('forward starts at the oldest entry or the clamped index (data-and-stores R24)', () => {
    expect(forwardWindow(10, 0, start)).toEqual({ first: 0, count: 3, isLast: false });
    expect(forwardWindow(10, 4, start)).toEqual({ first: 4, count: 3, isLast: false });
    expect(forwardWindow(10, 4, { ...start, index: 1 })).toMatchObject({ first: 4 });
    expect(forwardWindow(10, 4, { ...start, index: 1, offset: 2 })).toMatchObject({ first: 6 });
    expect(forwardWindow(10, 0, { ...start, index: 5, offset: 2 })).toEqual({ first: 7, count: 3, isLast: true });
    expect(forwardWindow(10, 4, { ...start, index: 5, offset: -9 })).toMatchObject({ first: 4, count: 3 });
  });
  it('backward starts at the newest entry or the clamped index (data-and-stores R25)', () => {
    expect(backwardWindow(10, 0, start)).toEqual({ first: 9, count: 3, isLast: false });
    expect(backwardWindow(10, 0, { ...start, index: 2 })).toEqual({ first: 2, count: 3, isLast: true });
    expect(backwardWindow(10, 4, { ...start, index: 5 })).toEqual({ first: 5, count: 2, isLast: true });
    expect(backwardWindow(10, 4, { ...start, index: 99, offset: 1 })).toEqual({ first: 8, count: 3, isLast: false });
    expect(backwardWindow(10, 4, { ...start, index: 8, offset: -5 })).toMatchObject({ first: 9 });
  });
  it('beyond the end is an empty last page, and so is an empty store (data-and-stores R26)', () => {
    expect(forwardWindow(10, 0, { ...start, index: 99 })).toMatchObject({ count: 0, isLast: true });
    expect(forwardWindow(10, 0, { ...start, offset: 50 })).toMatchObject({ count: 0, isLast: true });
    expect(backwardWindow(10, 4, { ...start, offset: 50 })).toMatchObject({ count: 0, isLast: true });
    expect(forwardWindow(0, 0, start)).toMatchObject({ count: 0, isLast: true });
    expect(backwardWindow(0, 0, start)).toMatchObject({ count: 0, isLast: true });
  });
});

describe('browse options', () => {
  const types = ['auditLog', 'exception', 'list', 'range', 'singleValue', 'timeSeries', 'treeForest'] as const;
  it.each(types)('%s: none at all means the defaults; a type is needed otherwise and has to be right (data-and-stores R22)', (type) => {
    expect(browseOptions(type, undefined)).toEqual(browseOptions(type, { type: `${type}StoreContentBrowseOptions` }));
    expect(browseOptions(type, {})).toMatchObject({ ok: true, value: { kind: type } });
    expect(refusal(browseOptions(type, { limit: 1 }))).toEqual({ id: 'missingRequiredValue', key: 'type' });
    expect(refusal(browseOptions(type, { type: 'x' }))).toEqual({
      id: 'badValueNotAllowed',
      key: 'type',
      allowed: [`${type}StoreContentBrowseOptions`],
    });
    expect(refusal(browseOptions(type, []))).toEqual({ id: 'badValueJSON', key: 'options' });
  });
  const list = (options: object) => browseOptions('list', { type: 'listStoreContentBrowseOptions', ...options });
  it('listing options have defaults and limits (data-and-stores §4.1, R23)', () => {
    expect(list({})).toEqual({ ok: true, value: { kind: 'list', index: null, offset: 0, limit: 1000 } });
    expect(list({ index: '7', offset: '-3', limit: null, direction: 'x' })).toEqual({
      ok: true,
      value: { kind: 'list', index: 7, offset: -3, limit: 1000 },
    });
    expect(refusal(list({ index: 'x' }))).toMatchObject({ id: 'badData', key: 'index', hint: expect.stringContaining('not numerical') });
    for (const limit of [0, 1001]) expect(refusal(list({ limit }))).toEqual({ id: 'badValueNotInRange', key: 'limit', low: 1, high: 1000 });
    expect(refusal(list({ offset: 1.5 }))).toEqual({ id: 'badValueInteger', key: 'offset' });
  });
  it('audit logs have a direction and a timestamp besides (data-and-stores §4.1)', () => {
    const log = (options: object) => browseOptions('auditLog', { type: 'auditLogStoreContentBrowseOptions', ...options });
    expect(log({ timestamp: '5' })).toMatchObject({ value: { timestamp: 5, direction: 'backward_from_newest' } });
    expect(refusal(log({ timestamp: -1 }))).toEqual({ id: 'badValueTooLow', key: 'timestamp', limit: 0 });
    expect(refusal(log({ direction: 'up' }))).toEqual({
      id: 'badValueNotAllowed',
      key: 'direction',
      allowed: ['forward_from_oldest', 'backward_from_newest'],
    });
  });
  it('time series are browsed as a layout or as a slice (data-and-stores §5.7, R23)', () => {
    const series = (options: object) => browseOptions('timeSeries', { type: 'timeSeriesStoreContentBrowseOptions', ...options });
    expect(series({})).toEqual({ ok: true, value: { kind: 'timeSeries', mode: 'layout' } });
    expect(series({ mode: 'slice', layout: { '*': ['*'] }, startTimestamp: '5', extendedInfo: 'true' })).toEqual({
      ok: true,
      value: {
        kind: 'timeSeries',
        mode: 'slice',
        layout: { '*': ['*'] },
        startTimestamp: 5,
        stopTimestamp: null,
        windowLimit: 1000,
        extendedInfo: true,
      },
    });
    expect(refusal(series({ mode: 'x' }))).toEqual({ id: 'badValueNotAllowed', key: 'mode', allowed: ['layout', 'slice'] });
    expect(refusal(series({ mode: 'slice' }))).toEqual({ id: 'missingRequiredValue', key: 'layout' });
    expect(refusal(series({ mode: 'slice', layout: [] }))).toEqual({ id: 'badValueJSON', key: 'layout' });
    expect(refusal(series({ mode: 'slice', layout: { a: 5 } }))).toEqual({ id: 'badData', key: 'layout', hint: null });
    expect(refusal(series({ mode: 'slice', layout: {}, windowLimit: 0 }))).toMatchObject({ id: 'badValueNotInRange', key: 'windowLimit' });
  });
});
