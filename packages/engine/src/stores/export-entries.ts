/**
 * Everything in a store, for dumps: entry by entry in constant memory, what was in it when the dump began. Values are
 * described as in browsing; one that cannot be described has its error (R31).
 */
import { makeError, ok, refuse, type DataSpec, type Result } from '@laneway/model';
import type { Database } from '../persistence/sql.ts';
import { readStoreBounds, readStorePart, type ReadingBounds } from '../persistence/sql/stores-export.ts';
import { readStoreContent, type StoreRow } from '../persistence/sql/stores-read.ts';
import { readSeriesMetrics, readSeriesSlice, type SeriesMetric, type WindowRow } from '../persistence/sql/stores-series-read.ts';
import { defaultLogLimits } from './limits.ts';
import { windowValue } from './series-answers.ts';

export type ExportEntry =
  | { readonly kind: 'value'; readonly index: string; readonly traceId?: string; readonly result: Result<unknown> }
  | {
      readonly kind: 'log';
      readonly index: string;
      readonly timestamp: number;
      readonly severity: string;
      readonly source: string;
      readonly content: unknown;
    }
  | { readonly kind: 'window'; readonly series: string; readonly metric: string; readonly timestamp: number; readonly value: number };

export interface Exporting {
  readonly database: Database;
  readonly store: StoreRow;
  /** Values of the store's item spec, described in order. */
  readonly describe: (spec: DataSpec | undefined, stored: readonly unknown[]) => Promise<readonly Result<unknown>[]>;
}

export interface Exported {
  /** The database's clock, milliseconds. */
  readonly now: number;
  /** In groups of bounded size, in the order of the store. */
  readonly groups: AsyncIterable<readonly ExportEntry[]>;
}

/** Looks at the store; everything else is read as the groups are asked for. */
export async function exportEntries(exporting: Exporting): Promise<Exported> {
  const { database, store } = exporting;
  const expiryMs = store.type === 'auditLog' ? defaultLogLimits.expiryMs : null;
  const bounds = await database.call(readStoreBounds, { storeId: store.id, expiryMs, timestamp: null });
  const { now } = bounds;
  switch (store.type) {
    case 'singleValue':
    case 'range':
      return { now, groups: contentEntries(exporting) };
    case 'timeSeries': {
      const metrics = await database.call(readSeriesMetrics, { storeId: store.id });
      return { now, groups: windowEntries(exporting, metrics) };
    }
    default:
      return { now, groups: listEntries(exporting, bounds) };
  }
}

async function* listEntries({ database, store, describe }: Exporting, { base, from, end }: ReadingBounds) {
  const { itemDataSpec } = JSON.parse(store.config) as { readonly itemDataSpec?: DataSpec };
  for (let next = from; next < end;) {
    const part = await database.call(readStorePart, { storeId: store.id, base, from: next, end });
    // What was promised at the start cannot be had any more; an end without a word would look like the whole.
    if (part === null) throw new Error(`store ${store.id} was deleted while it was dumped`);
    next = part.next;
    const parsed = part.entries.map(({ index, text }) => ({ index: String(index), value: JSON.parse(text) as unknown }));
    if (store.type === 'auditLog') yield parsed.map(({ index, value }) => logEntry(index, value as LogLine));
    else yield await describedEntries(parsed, store.type === 'exception', async (stored) => await describe(itemDataSpec, stored));
  }
}

interface LogLine {
  readonly timestamp: number;
  readonly severity: string;
  readonly source: string;
  readonly content: unknown;
}

function logEntry(index: string, { timestamp, severity, source, content }: LogLine): ExportEntry {
  return { kind: 'log', index, timestamp, severity, source, content };
}

/** The trace id of a failed item is told also when the item itself cannot be described. */
async function describedEntries(
  entries: readonly { readonly index: string; readonly value: unknown }[],
  isException: boolean,
  describe: (stored: readonly unknown[]) => Promise<readonly Result<unknown>[]>,
): Promise<readonly ExportEntry[]> {
  const failed = isException ? entries.map(({ value }) => value as { readonly traceId: string; readonly value: unknown }) : null;
  const results = await describe(failed?.map(({ value }) => value) ?? entries.map(({ value }) => value));
  return entries.map(({ index }, position): ExportEntry => {
    const result = results[position] ?? refuse(makeError('notFound'));
    const traceId = failed?.[position]?.traceId;
    return { kind: 'value', index, result, ...(traceId === undefined ? {} : { traceId }) };
  });
}

/** One entry, or none of a store that is not set. */
async function* contentEntries({ database, store, describe }: Exporting): AsyncGenerator<readonly ExportEntry[]> {
  const content = await database.call(readStoreContent, { storeId: store.id });
  if (content === null) return;
  const stored = JSON.parse(content) as unknown;
  if (store.type === 'range') {
    const [start, end, step] = stored as readonly [number, number, number];
    yield [{ kind: 'value', index: '0', result: ok({ start, end, step }) }];
    return;
  }
  const { itemDataSpec } = JSON.parse(store.config) as { readonly itemDataSpec?: DataSpec };
  const [described] = await describe(itemDataSpec, [stored]);
  // As in browsing (R33).
  yield [{ kind: 'value', index: '0', result: described?.ok === true ? described : refuse(makeError('forbidden')) }];
}

/** Few windows of several metrics are read at once; a metric with more of them goes on alone. */
const metricsAtOnce = 50;
const windowsOfEach = 100;
const windowsAtOnce = 1000;

/** Newest first within each metric, so that windows which come meanwhile are not met and every dump ends. */
async function* windowEntries({ database, store }: Exporting, metrics: readonly SeriesMetric[]): AsyncGenerator<readonly ExportEntry[]> {
  const read = async (group: readonly SeriesMetric[], startTimestamp: number | null, windowLimit: number) =>
    await database.call(readSeriesSlice, { storeId: store.id, metrics: group, startTimestamp, stopTimestamp: null, windowLimit });
  for (let at = 0; at < metrics.length; at += metricsAtOnce) {
    const group = metrics.slice(at, at + metricsAtOnce);
    const windows = Map.groupBy(await read(group, null, windowsOfEach), ({ series, metric }) => JSON.stringify([series, metric]));
    for (const metric of group) {
      let rows: readonly WindowRow[] = windows.get(JSON.stringify([metric.series, metric.metric])) ?? [];
      for (let limit = windowsOfEach; rows.length > 0; limit = windowsAtOnce) {
        yield rows.map(windowEntry);
        const oldest = rows.at(-1)?.start_at ?? 0;
        rows = rows.length < limit || oldest === 0 ? [] : await read([metric], oldest - 1, windowsAtOnce);
      }
    }
  }
}

function windowEntry(window: WindowRow): ExportEntry {
  const { series, metric, start_at: timestamp } = window;
  return { kind: 'window', series, metric, timestamp, value: windowValue(window) };
}
