/** Names of dump files (data-and-stores R66). */

import { currentTaskAuditLogId, currentTaskTimeSeriesId, workflowAuditLogId } from '@laneway/model';

interface DumpedStore {
  readonly id: string;
  readonly executionId: string;
  readonly schemaId: string;
  readonly name: string;
}

export function dumpFileName(store: DumpedStore, nowMs: number): string {
  return fileName(store, ['audit_log', nameOf(store)], nowMs, 'json');
}

/** The same for dumps of every type of store. */
export function exportFileName(store: DumpedStore & { readonly type: string }, nowMs: number, extension: string): string {
  const type = store.type.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return fileName(store, [type, store.type === 'exception' ? ownName(store) : nameOf(store)], nowMs, extension);
}

function fileName(store: DumpedStore, [type, name]: readonly [string, string], nowMs: number, extension: string): string {
  const time = new Date(nowMs).toISOString().slice(0, 19).replace('T', '_').replaceAll(':', '-');
  return `${store.executionId.slice(0, 12)}.${type}.${withDashes(name)}.${time}.${extension}`;
}

/** Of a store that an execution has several of. */
function ownName(store: DumpedStore): string {
  return store.id.slice(0, 12);
}

function nameOf(store: DumpedStore): string {
  if (store.schemaId === currentTaskAuditLogId || store.schemaId === currentTaskTimeSeriesId) return ownName(store);
  return store.schemaId === workflowAuditLogId ? workflowAuditLogId : store.name;
}

/** Every byte, not character, that is no ASCII letter or digit becomes a dash. */
function withDashes(name: string): string {
  return Buffer.from(name, 'utf8')
    .toString('latin1')
    .replaceAll(/[^a-zA-Z0-9]/g, '-');
}
