/** The two forms of a dump: JSON Lines, and CSV whose columns follow from the store and its data spec, not from the data. */
import type { DataSpec } from '@laneway/model';
import { csvCell, csvRow, jsonCell, type CsvCell } from './csv.ts';
import type { ExportEntry } from './export-entries.ts';

export const exportFormats = ['jsonl', 'csv'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface EntryWriter {
  readonly contentType: string;
  /** Before the first entry. */
  readonly head: string;
  line(entry: ExportEntry): string;
}

interface DumpedStore {
  readonly type: string;
  readonly itemDataSpec: DataSpec | undefined;
  readonly logContentDataSpec: DataSpec | undefined;
}

export function entryWriter(format: ExportFormat, store: DumpedStore): EntryWriter {
  if (format === 'jsonl')
    return { contentType: 'application/x-ndjson', head: '', line: (entry) => `${JSON.stringify(jsonEntry(entry))}\n` };
  return csvWriter(store);
}

/** An entry as browsing shows it, without `success`, which says no more than the key. */
function jsonEntry(entry: ExportEntry): unknown {
  if (entry.kind === 'log') {
    const { index, timestamp, severity, source, content } = entry;
    return { index, timestamp, severity, source, content };
  }
  if (entry.kind === 'window') {
    const { series, metric, timestamp, value } = entry;
    return { series, metric, timestamp, value };
  }
  const { index, traceId, result } = entry;
  const place = traceId === undefined ? { index } : { index, traceId };
  return result.ok ? { ...place, value: result.value } : { ...place, error: result.error };
}

interface Columns {
  readonly names: readonly string[];
  readonly cells: (value: unknown) => readonly CsvCell[];
}

function csvWriter(store: DumpedStore): EntryWriter {
  const contentType = 'text/csv; charset=utf-8; header=present';
  if (store.type === 'timeSeries') {
    const names = ['series', 'metric', 'timestamp', 'value'];
    return { contentType, head: csvRow(names.map(csvCell)), line: (entry) => csvRow(cellsOf(entry, names)) };
  }
  if (store.type === 'auditLog') {
    const names = ['index', 'timestamp', 'severity', 'source'];
    const content = singleColumn('content', store.logContentDataSpec);
    const line = (entry: ExportEntry): string =>
      csvRow([...cellsOf(entry, names), ...content.cells(entry.kind === 'log' ? entry.content : null)]);
    return { contentType, head: csvRow([...names, ...content.names].map(csvCell)), line };
  }
  const place = store.type === 'exception' ? ['index', 'traceId'] : ['index'];
  const columns = columnsOf(store.type === 'range' ? { type: 'range' } : store.itemDataSpec);
  const line = (entry: ExportEntry): string => {
    const before = cellsOf(entry, place);
    if (entry.kind !== 'value') return csvRow(before);
    const { result } = entry;
    if (result.ok) return csvRow([...before, ...columns.cells(result.value), null]);
    return csvRow([...before, ...columns.names.map(() => null), jsonCell(result.error)]);
  };
  return { contentType, head: csvRow([...place, ...columns.names, 'error'].map(csvCell)), line };
}

/** Indices and times are numbers, whatever JSON makes of them. */
function cellsOf(entry: object, names: readonly string[]): readonly CsvCell[] {
  const fields = entry as Readonly<Record<string, unknown>>;
  return names.map((name) => (name === 'index' ? { plain: String(fields[name]) } : csvCell(fields[name])));
}

const columnNames: Readonly<Partial<Record<DataSpec['type'], readonly string[]>>> = {
  file: ['fileId', 'name', 'type', 'size'],
  timeSeriesMeasurement: ['tsName', 'timestamp', 'value'],
  range: ['start', 'end', 'step'],
};

function columnsOf(spec: DataSpec | undefined): Columns {
  const names = spec === undefined ? undefined : columnNames[spec.type];
  return names === undefined ? singleColumn('value', spec) : objectColumns(names);
}

function objectColumns(names: readonly string[]): Columns {
  return { names, cells: (value) => names.map((name) => csvCell((value as Readonly<Record<string, unknown>>)[name])) };
}

/** Scalars as they are; of other specs every value is a JSON text, so that the column has one meaning. */
function singleColumn(name: string, spec: DataSpec | undefined): Columns {
  const isScalar = spec?.type === 'number' || spec?.type === 'string' || spec?.type === 'boolean';
  return { names: [name], cells: (value) => [isScalar ? csvCell(value) : jsonCell(value)] };
}
