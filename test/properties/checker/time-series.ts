/** Time series worked out anew from every measurement there ever was (data-and-stores §5.7, R53–R63). */

export type Aggregator = 'sum' | 'max' | 'min' | 'first' | 'last' | 'avg';
export type Combiner = 'concatenate' | 'converge' | 'overwrite';

export interface Metric {
  readonly resolution: number;
  readonly retention: number;
  readonly aggregator: Aggregator;
}

export interface SeriesSchema {
  readonly nameGeneratorType: 'exact' | 'addPrefix';
  readonly nameGenerator: string;
  readonly unit: string;
  readonly metrics: Readonly<Record<string, Metric>>;
}

export interface DispatchRule {
  readonly measurementTimeSeriesNameMatcherType: 'exact' | 'hasPrefix';
  readonly measurementTimeSeriesNameMatcher: string;
  readonly targetTimeSeriesNameGenerator: string;
  readonly prefixCombiner: Combiner;
}

export interface Measurement {
  readonly tsName: string;
  readonly timestamp: number;
  readonly value: number;
}

export interface CheckedWindow {
  readonly timestamp: number;
  readonly value: number;
  readonly firstMeasurementTimestamp: number;
  readonly lastMeasurementTimestamp: number;
  /** Sum of absolute values: what rounding errors of `sum` and `avg` are measured against. */
  readonly magnitude: number;
}

export interface SliceOptions {
  readonly layout: Readonly<Record<string, readonly string[]>>;
  readonly startTimestamp?: number;
  readonly stopTimestamp?: number;
  readonly windowLimit?: number;
}

/** Everything that one series was given, in the order of processing. */
type Written = readonly { readonly timestamp: number; readonly value: number }[];

/** First letter, digit, underscore or bracket, the same at the end, in between also space, dot, hyphen; 2 to 128 characters. */
const entityName = /^[\p{L}\p{M}\p{N}\p{Pc}()][\p{L}\p{M}\p{N}\p{Pc}() .-]{0,126}[\p{L}\p{M}\p{N}\p{Pc}()]$/u;

export function isEntityName(name: string): boolean {
  return entityName.test(name);
}

/** R57. */
export function targetName(schema: SeriesSchema, rule: DispatchRule, tsName: string): string {
  const generator = schema.nameGenerator;
  const matcher = rule.measurementTimeSeriesNameMatcher;
  if (schema.nameGeneratorType === 'exact') return generator;
  if (rule.measurementTimeSeriesNameMatcherType === 'exact') return generator + tsName;
  if (rule.prefixCombiner === 'overwrite') return generator + tsName.slice(matcher.length);
  if (rule.prefixCombiner === 'converge' && matcher.startsWith(generator)) return tsName;
  return generator + tsName;
}

export function fits(rule: DispatchRule, tsName: string): boolean {
  const matcher = rule.measurementTimeSeriesNameMatcher;
  return rule.measurementTimeSeriesNameMatcherType === 'exact' ? tsName === matcher : tsName.startsWith(matcher);
}

export class CheckedTimeSeries {
  readonly #schemas: readonly SeriesSchema[];
  readonly #series = new Map<string, { readonly metrics: Readonly<Record<string, Metric>>; written: Written }>();

  constructor(schemas: readonly SeriesSchema[]) {
    this.#schemas = schemas;
    for (const schema of schemas) {
      if (schema.nameGeneratorType === 'exact') this.#series.set(schema.nameGenerator, { metrics: schema.metrics, written: [] });
    }
  }

  /**
   * One update (R54–R59): the errors it may be refused with (any of them, when it earns several), none when it is taken.
   * A refused update changes nothing.
   */
  update(measurements: readonly Measurement[], rules: readonly DispatchRule[]): readonly string[] {
    const targets: { name: string; schema: SeriesSchema; measurement: Measurement }[] = [];
    const errors: string[] = [];
    for (const measurement of measurements.toReversed()) {
      for (const rule of rules) {
        if (!fits(rule, measurement.tsName)) continue;
        const schema = this.#schemas.find((candidate) => candidate.nameGenerator === rule.targetTimeSeriesNameGenerator);
        if (schema === undefined) {
          errors.push('badData dispatchRules');
          continue;
        }
        const name = targetName(schema, rule, measurement.tsName);
        if (!isEntityName(name)) errors.push('badValueName timeSeriesName');
        targets.push({ name, schema, measurement });
      }
    }
    if (errors.length > 0) return errors;
    for (const { name, schema, measurement } of targets) {
      const series = this.#series.get(name) ?? { metrics: schema.metrics, written: [] };
      this.#series.set(name, { metrics: series.metrics, written: [...series.written, measurement] });
    }
    return [];
  }

  /** R61. */
  layout(): Readonly<Record<string, readonly string[]>> {
    return fromPairs([...this.#series].map(([name, { metrics }]) => [name, Object.keys(metrics).toSorted()]));
  }

  /** R62, R63. */
  slice(
    options: SliceOptions,
  ):
    | { readonly slice: Readonly<Record<string, Readonly<Record<string, readonly CheckedWindow[]>>>> }
    | { readonly missingLayout: Readonly<Record<string, readonly string[]>> } {
    const wanted = this.#wanted(options.layout);
    const missing: [string, readonly string[]][] = [];
    const slice: [string, Readonly<Record<string, readonly CheckedWindow[]>>][] = [];
    for (const [name, metricNames] of wanted) {
      const series = this.#series.get(name);
      const isAll = metricNames.includes('*');
      const absent =
        series === undefined ? metricNames : isAll ? [] : metricNames.filter((metric) => !Object.hasOwn(series.metrics, metric));
      if (series === undefined || absent.length > 0) {
        missing.push([name, absent]);
        continue;
      }
      const chosen = isAll ? Object.keys(series.metrics) : metricNames;
      slice.push([
        name,
        fromPairs(chosen.map((metric) => [metric, cut(windowsOf(series.written, series.metrics[metric] as Metric), options)])),
      ]);
    }
    return missing.length > 0 ? { missingLayout: fromPairs(missing) } : { slice: fromPairs(slice) };
  }

  #wanted(layout: SliceOptions['layout']): readonly (readonly [string, readonly string[]])[] {
    const everything = Object.hasOwn(layout, '*') ? layout['*'] : undefined;
    return everything === undefined ? Object.entries(layout) : [...this.#series.keys()].map((name) => [name, everything] as const);
  }
}

/** R59, R60: newest first, the newest `retention` ones. */
export function windowsOf(written: Written, metric: Metric): readonly CheckedWindow[] {
  const groups = Map.groupBy(written, ({ timestamp }) => (metric.resolution === 0 ? 0 : timestamp - (timestamp % metric.resolution)));
  return [...groups]
    .toSorted(([left], [right]) => right - left)
    .slice(0, metric.retention)
    .map(([timestamp, values]) => ({
      timestamp,
      value: aggregated(values, metric.aggregator),
      firstMeasurementTimestamp: Math.min(...values.map((entry) => entry.timestamp)),
      lastMeasurementTimestamp: Math.max(...values.map((entry) => entry.timestamp)),
      magnitude: values.reduce((sum, entry) => sum + Math.abs(entry.value), 0),
    }));
}

function aggregated(values: Written, aggregator: Aggregator): number {
  const numbers = values.map((entry) => entry.value);
  const sum = numbers.reduce((total, value) => total + value, 0);
  switch (aggregator) {
    case 'sum':
      return sum;
    case 'avg':
      return sum / numbers.length;
    case 'max':
      return Math.max(...numbers);
    case 'min':
      return Math.min(...numbers);
    case 'first':
      return values.reduce((best, entry) => (entry.timestamp < best.timestamp ? entry : best)).value;
    case 'last':
      return values.reduce((best, entry) => (entry.timestamp >= best.timestamp ? entry : best)).value;
  }
}

function cut(windows: readonly CheckedWindow[], options: SliceOptions): readonly CheckedWindow[] {
  return windows
    .filter(({ timestamp }) => options.startTimestamp === undefined || timestamp <= options.startTimestamp)
    .filter(({ timestamp }) => options.stopTimestamp === undefined || timestamp >= options.stopTimestamp)
    .slice(0, options.windowLimit ?? 1000);
}

/** Keeps a key like `__proto__` a key. */
function fromPairs<T>(pairs: Iterable<readonly [string, T]>): Readonly<Record<string, T>> {
  return Object.fromEntries(pairs);
}
