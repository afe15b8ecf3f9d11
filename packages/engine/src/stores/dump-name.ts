/** Names of dump files (data-and-stores R66). */

import { currentTaskAuditLogId, workflowAuditLogId } from '@laneway/model';

interface DumpedStore {
  readonly id: string;
  readonly executionId: string;
  readonly schemaId: string;
  readonly name: string;
}

export function dumpFileName(store: DumpedStore, nowMs: number): string {
  const time = new Date(nowMs).toISOString().slice(0, 19).replace('T', '_').replaceAll(':', '-');
  return `${store.executionId.slice(0, 12)}.audit_log.${withDashes(logName(store))}.${time}.json`;
}

function logName(store: DumpedStore): string {
  if (store.schemaId === currentTaskAuditLogId) return store.id.slice(0, 12);
  return store.schemaId === workflowAuditLogId ? workflowAuditLogId : store.name;
}

/** Every byte, not character, that is no ASCII letter or digit becomes a dash. */
function withDashes(name: string): string {
  return Buffer.from(name, 'utf8')
    .toString('latin1')
    .replaceAll(/[^a-zA-Z0-9]/g, '-');
}
