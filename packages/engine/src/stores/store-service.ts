/**
 * Stores as embedders see them: what they are, what is in them, and dumps of audit logs (data-and-stores §3.2,
 * §4, §5). Nothing here writes. A page costs as much as its entries, however large the store is.
 */
import {
  browseOptions,
  enumField,
  lineageOption,
  makeError,
  ok,
  refuse,
  sanitise,
  type BrowsableStoreType,
  type BrowseOptions,
  type DataSpec,
  type Result,
} from '@laneway/model';
import { PlanCache } from '../control/plan.ts';
import type { StoreExport, StoreInfo, StoreService, StoreSummary } from '../engine-api.ts';
import type { Database } from '../persistence/sql.ts';
import { readLogAfter, readStore, type Page, type StoreRow } from '../persistence/sql/stores-read.ts';
import { readSeriesMetrics, readSeriesSlice } from '../persistence/sql/stores-series-read.ts';
import { dumpFileName } from './dump-name.ts';
import { exportFormats } from './export-formats.ts';
import { exportStore } from './export.ts';
import { LineageReader } from './lineage-reader.ts';
import { defaultLogLimits, dumpBatchSize } from './limits.ts';
import { layoutAnswer, selectMetrics, sliceAnswer } from './series-answers.ts';
import { indicesByTraceIds, type TraceIdQuery } from './trace-ids.ts';
import { loadContent, loadPage, type TracedReads } from './traced-reads.ts';

/** The described forms of stored values (data-and-stores §2.3), in order; a refusal for one that cannot be described. */
export type DescribeValues = (spec: DataSpec, stored: readonly unknown[], owner: StoreOwner) => Promise<readonly Result<unknown>[]>;

export interface StoreOwner {
  readonly executionId: string;
  readonly spaceId: string | null;
}

export interface StoreServiceParts {
  readonly database: Database;
  readonly describe: DescribeValues;
  /** Shared with whoever else reads snapshots. */
  readonly plans?: PlanCache;
}

type Reading = StoreServiceParts & TracedReads;

/** `isTraced`: each entry of the answer comes with its lineage. */
type BrowsedStore = StoreRow & { readonly isTraced: boolean };

/** Raw, as they came from a query string or a JSON body. */
type Options = Readonly<Record<string, unknown>>;

export class Stores implements StoreService {
  readonly #parts: Reading;

  constructor(parts: StoreServiceParts) {
    const { database, plans = new PlanCache(database) } = parts;
    this.#parts = { ...parts, lineages: new LineageReader(database, plans) };
  }

  async info(storeId: string): Promise<StoreInfo | null> {
    const store = await this.#parts.database.call(readStore, { storeId, withInitialContent: true });
    if (store === null) return null;
    return { ...summaryOf(store), initialContent: store.initialContent === null ? null : (JSON.parse(store.initialContent) as unknown) };
  }

  async summary(storeId: string): Promise<StoreSummary | null> {
    const store = await this.#parts.database.call(readStore, { storeId, withInitialContent: false });
    return store === null ? null : summaryOf(store);
  }

  async browse(storeId: string, options: Options): Promise<Result<unknown>> {
    const store = await this.#parts.database.call(readStore, { storeId, withInitialContent: false });
    return store === null ? refuse(makeError('notFound')) : await browse(this.#parts, store, options);
  }

  async dump(storeId: string): ReturnType<StoreService['dump']> {
    return await dump(this.#parts, storeId);
  }

  async export(storeId: string, options: { readonly format?: unknown }): Promise<Result<StoreExport>> {
    const { database } = this.#parts;
    const store = await database.call(readStore, { storeId, withInitialContent: false });
    if (store === null) return refuse(makeError('notFound'));
    const checked = sanitise('oneprovider', options, { required: {}, optional: { format: enumField(exportFormats) } });
    if (!checked.ok) return checked;
    const describe = async (spec: DataSpec | undefined, stored: readonly unknown[]) => await describeAll(this.#parts, store, spec, stored);
    return ok(await exportStore({ database, store, describe }, checked.value.format ?? 'jsonl'));
  }

  async indicesByTraceIds(storeId: string, query: TraceIdQuery): Promise<Result<Readonly<Record<string, string | null>>>> {
    const { database } = this.#parts;
    const store = await database.call(readStore, { storeId, withInitialContent: false });
    if (store === null) return refuse(makeError('notFound'));
    if (store.type !== 'exception') return refuse(makeError('notSupported'));
    return ok(await indicesByTraceIds(database, storeId, query));
  }
}

function summaryOf({ id, executionId, schemaId, name, type, frozen, config }: StoreRow): StoreSummary {
  return { id, executionId, schemaId, name, type, frozen, config: JSON.parse(config) as unknown };
}

/**
 * Without a `type` the options are taken to be of the store's own, and a layout may be a JSON text, as in a query
 * string (interfaces, browsing over GET).
 */
function completeOptions(type: string, given: Options): Options {
  const options: Record<string, unknown> = { ...given, type: given['type'] ?? `${type}StoreContentBrowseOptions` };
  if (typeof options['layout'] === 'string') options['layout'] = parseText(options['layout']);
  return options;
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

async function browse(parts: Reading, row: StoreRow, given: Options): Promise<Result<unknown>> {
  const checked = browseOptions(row.type as BrowsableStoreType, completeOptions(row.type, given));
  if (!checked.ok) return checked;
  const isTraced = lineageOption(given);
  if (!isTraced.ok) return isTraced;
  const options = checked.value;
  const store = { ...row, isTraced: isTraced.value };
  switch (options.kind) {
    case 'list':
    case 'treeForest':
    case 'exception':
      return await browseItems(parts, store, options);
    case 'auditLog':
      return await browseLog(parts, store, options);
    case 'singleValue':
    case 'range':
      return await browseContent(parts, store, options.kind);
    case 'timeSeries':
      return await browseTimeSeries(parts, store, options);
  }
}

type Of<K extends BrowseOptions['kind']> = Extract<BrowseOptions, { kind: K }>;

async function browseItems(
  parts: Reading,
  store: BrowsedStore,
  { kind, index, offset, limit }: Of<'list' | 'treeForest' | 'exception'>,
): Promise<Result<unknown>> {
  const loaded = await loadPage(parts, store, { direction: 'forward', index, timestamp: null, offset, limit, expiryMs: null });
  const page = loaded?.page;
  const stored = (page?.entries ?? []).map((entry) => JSON.parse(entry.text) as unknown);
  const isException = kind === 'exception';
  const described = await describeItems(parts, store, isException ? stored.map((entry) => (entry as Failed).value) : stored);
  const entries = described.map((result, position) => {
    const entryIndex = String(page?.entries[position]?.index);
    // An entry that cannot be described has its place in the page like any other (R31).
    const lineage = loaded?.lineageAt(position);
    if (!result.ok) return { index: entryIndex, success: false, error: result.error, ...lineage };
    const value = isException ? { traceId: (stored[position] as Failed).traceId, value: result.value } : result.value;
    return { index: entryIndex, success: true, value, ...lineage };
  });
  const isLast = page?.isLast ?? true;
  return ok(kind === 'treeForest' ? { treeRoots: entries, isLast } : { items: entries, isLast });
}

/** Entry of an exception store: it keeps the trace id of the item that failed (R42, R43). */
interface Failed {
  readonly traceId: string;
  readonly value: unknown;
}

/** Values of the store described by its item spec, in order. */
async function describeItems(parts: StoreServiceParts, store: StoreRow, stored: readonly unknown[]): Promise<readonly Result<unknown>[]> {
  const { itemDataSpec } = JSON.parse(store.config) as { readonly itemDataSpec?: DataSpec };
  return await describeAll(parts, store, itemDataSpec, stored);
}

async function describeAll(
  { describe }: StoreServiceParts,
  { executionId, spaceId }: StoreRow,
  spec: DataSpec | undefined,
  stored: readonly unknown[],
): Promise<readonly Result<unknown>[]> {
  return spec === undefined ? stored.map((value) => ok(value)) : await describe(spec, stored, { executionId, spaceId });
}

type Entry = Page['entries'][number];

interface LogLine {
  readonly timestamp: number;
  readonly severity: string;
  readonly source: string;
  readonly content: unknown;
}

function logEntry(entry: Entry): Readonly<Record<string, unknown>> {
  const { timestamp, severity, source, content } = JSON.parse(entry.text) as LogLine;
  return { index: String(entry.index), timestamp, severity, source, content };
}

async function browseLog(parts: Reading, store: BrowsedStore, options: Of<'auditLog'>): Promise<Result<unknown>> {
  const { index, timestamp, offset, limit } = options;
  const direction = options.direction === 'forward_from_oldest' ? 'forward' : 'backward';
  const { expiryMs } = defaultLogLimits;
  const loaded = await loadPage(parts, store, { direction, index, timestamp, offset, limit, expiryMs });
  if (loaded === null) return refuse(makeError('notFound'));
  const { page, lineageAt } = loaded;
  return ok({ logEntries: page.entries.map((entry, position) => ({ ...logEntry(entry), ...lineageAt(position) })), isLast: page.isLast });
}

async function browseContent(parts: Reading, store: BrowsedStore, kind: 'singleValue' | 'range'): Promise<Result<unknown>> {
  const loaded = await loadContent(parts, store);
  if (loaded === null) return refuse(makeError('atmStoreContentNotSet', { atmStoreSchemaId: store.schemaId }));
  const { content, lineage } = loaded;
  if (kind === 'range') {
    const [start, end, step] = JSON.parse(content) as readonly [number, number, number];
    return ok({ start, end, step, ...lineage });
  }
  const [described] = await describeItems(parts, store, [JSON.parse(content)]);
  // A value that cannot be described is always `forbidden`, under the key `value` (R33).
  return ok(
    described?.ok === true
      ? { success: true, value: described.value, ...lineage }
      : { success: false, value: makeError('forbidden'), ...lineage },
  );
}

async function browseTimeSeries({ database }: StoreServiceParts, store: StoreRow, options: Of<'timeSeries'>): Promise<Result<unknown>> {
  const known = await database.call(readSeriesMetrics, { storeId: store.id });
  if (options.mode === 'layout') return ok(layoutAnswer(known));
  const { layout, startTimestamp, stopTimestamp, windowLimit, extendedInfo } = options;
  const selected = selectMetrics(known, layout);
  if (!selected.ok) return selected;
  const metrics = selected.value;
  const windows = await database.call(readSeriesSlice, { storeId: store.id, metrics, startTimestamp, stopTimestamp, windowLimit });
  return ok(sliceAnswer(metrics, windows, extendedInfo));
}

async function dump({ database }: StoreServiceParts, storeId: string): ReturnType<StoreService['dump']> {
  const store = await database.call(readStore, { storeId, withInitialContent: false });
  if (store === null) return refuse(makeError('notFound'));
  if (store.type !== 'auditLog') return refuse(makeError('notSupported'));
  const first = await readBatch(database, storeId, -1);
  return ok({ fileName: dumpFileName(store, first.now), entries: dumpEntries(database, storeId, first) });
}

type Batch = Awaited<ReturnType<typeof readLogAfter.run>>;

async function readBatch(database: Database, storeId: string, after: number): Promise<Batch> {
  return await database.call(readLogAfter, { storeId, after, limit: dumpBatchSize, expiryMs: defaultLogLimits.expiryMs });
}

/** What was in the log when the dump began, so that a dump of a busy log ends. */
async function* dumpEntries(database: Database, storeId: string, first: Batch): AsyncGenerator {
  let batch = first;
  for (;;) {
    let last = -1;
    for (const entry of batch.entries) {
      if (entry.index >= first.total) return;
      last = entry.index;
      yield logEntry(entry);
    }
    if (last === -1) return;
    batch = await readBatch(database, storeId, last);
  }
}
