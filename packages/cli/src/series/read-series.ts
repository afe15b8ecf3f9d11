/** The windows of a time series store, metric by metric (data-and-stores R61, R62). */
import type { LanewayClient } from '@laneway/client';
import { CliError } from '../failure.ts';
import { isRecord } from '../run/dump.ts';

export interface Window {
  /** Start of the window, in seconds. */
  readonly timestamp: number;
  readonly value: number;
}

export interface MetricWindows {
  readonly series: string;
  readonly metric: string;
  readonly unit: string | null;
  readonly aggregator: string | null;
  /** Seconds; 0 = one window for all time; null = the store does not say. */
  readonly resolution: number | null;
  /** Newest first; windows without measurements are not there. */
  readonly windows: readonly Window[];
}

export interface SeriesChoice {
  readonly series?: string;
  readonly metric?: string;
  /** Of each metric, at most. */
  readonly windows: number;
}

/** Windows of one request: a store may have 50,000 metrics of a thousand windows. */
const windowsPerRequest = 20_000;
/** Of a refusal. */
const shownNames = 20;

export async function* readSeries(
  client: LanewayClient,
  storeId: string,
  config: unknown,
  choice: SeriesChoice,
): AsyncGenerator<MetricWindows> {
  const schemas = schemasOf(config);
  for (const part of parts(await chosenMetrics(client, storeId, choice), Math.max(1, Math.floor(windowsPerRequest / choice.windows)))) {
    const slice = await readSlice(client, storeId, part, choice.windows);
    for (const [series, metric] of part) {
      const schema = schemas.findLast((candidate) => candidate.names(series));
      const { aggregator = null, resolution = null } = schema?.metrics[metric] ?? {};
      yield { series, metric, unit: schema?.unit ?? null, aggregator, resolution, windows: slice[series]?.[metric] ?? [] };
    }
  }
}

type MetricName = readonly [series: string, metric: string];

async function chosenMetrics(client: LanewayClient, storeId: string, choice: SeriesChoice): Promise<readonly MetricName[]> {
  const { layout } = (await client.stores.content(storeId)) as { readonly layout: Readonly<Record<string, readonly string[]>> };
  const known = Object.entries(layout).flatMap(([series, metrics]) => metrics.map((metric) => [series, metric] as const));
  const chosen = known.filter(([series, metric]) => (choice.series ?? series) === series && (choice.metric ?? metric) === metric);
  if (chosen.length > 0 || (choice.series === undefined && choice.metric === undefined)) return chosen;
  const names = known.slice(0, shownNames).map((name) => name.join(' '));
  if (known.length > shownNames) names.push('…');
  throw new CliError('the store has no such series or metric', known.length === 0 ? 'it has none yet' : `there are ${names.join(', ')}`);
}

async function readSlice(
  client: LanewayClient,
  storeId: string,
  metrics: readonly MetricName[],
  windowLimit: number,
): Promise<Readonly<Record<string, Readonly<Record<string, readonly Window[]>>>>> {
  const layout: Record<string, string[]> = {};
  for (const [series, metric] of metrics) (layout[series] ??= []).push(metric);
  const query = { type: 'timeSeriesStoreContentBrowseOptions', mode: 'slice', layout: JSON.stringify(layout), windowLimit };
  return ((await client.stores.content(storeId, query)) as { readonly slice: Awaited<ReturnType<typeof readSlice>> }).slice;
}

function* parts<T>(values: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < values.length; at += size) yield values.slice(at, at + size);
}

interface SeriesSchemaView {
  readonly names: (series: string) => boolean;
  readonly unit: string | null;
  readonly metrics: Readonly<Record<string, { readonly aggregator?: string; readonly resolution?: number }>>;
}

/** The longest generators last: they say most about the series they made. */
function schemasOf(config: unknown): readonly SeriesSchemaView[] {
  const collection = isRecord(config) ? config['timeSeriesCollectionSchema'] : undefined;
  const schemas = isRecord(collection) ? collection['timeSeriesSchemas'] : undefined;
  const known = Array.isArray(schemas) ? schemas.filter(isRecord) : [];
  return known
    .toSorted((a, b) => String(a['nameGenerator']).length - String(b['nameGenerator']).length)
    .map((schema) => {
      const generator = String(schema['nameGenerator']);
      const isExact = schema['nameGeneratorType'] === 'exact';
      return {
        names: (series) => (isExact ? series === generator : series.startsWith(generator)),
        unit: typeof schema['unit'] === 'string' ? schema['unit'] : null,
        metrics: isRecord(schema['metrics']) ? (schema['metrics'] as SeriesSchemaView['metrics']) : {},
      };
    });
}
