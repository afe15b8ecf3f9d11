/** Dumps of stores of every type as downloads (extension; R65 is the reference's own for audit logs). */
import type { DataSpec } from '@laneway/model';
import type { StoreExport } from '../engine-api.ts';
import { exportFileName } from './dump-name.ts';
import { exportEntries, type Exporting } from './export-entries.ts';
import { entryWriter, type EntryWriter, type ExportFormat } from './export-formats.ts';

export async function exportStore(exporting: Exporting, format: ExportFormat): Promise<StoreExport> {
  const { store } = exporting;
  const { now, groups } = await exportEntries(exporting);
  const config = JSON.parse(store.config) as { readonly itemDataSpec?: DataSpec; readonly logContentDataSpec?: DataSpec };
  const { itemDataSpec, logContentDataSpec } = config;
  const writer = entryWriter(format, { type: store.type, itemDataSpec, logContentDataSpec });
  return { fileName: exportFileName(store, now, format), contentType: writer.contentType, text: textOf(writer, groups) };
}

async function* textOf(writer: EntryWriter, groups: Awaited<ReturnType<typeof exportEntries>>['groups']): AsyncGenerator<string> {
  if (writer.head !== '') yield writer.head;
  for await (const entries of groups) {
    const text = entries.map((entry) => writer.line(entry)).join('');
    if (text !== '') yield text;
  }
}
