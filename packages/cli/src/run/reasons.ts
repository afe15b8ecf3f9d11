/** Why an execution did not finish: who stopped it, and the serious entries of its log and of the logs of its tasks, for people. */
import type { ExecutionDetails, LanewayClient, LogEntry } from '@laneway/client';
import { stopText } from '../control/stop-text.ts';
import { orNothing } from '../names/find-container.ts';
import { printable, type Terminal } from '../terminal.ts';
import { isRecord } from './dump.ts';
import type { SchemaView } from './schema-view.ts';

/** Shown of each log; the rest is counted. */
const shownEntries = 3;
const maxReasonLength = 600;
const serious: ReadonlySet<string> = new Set(['error', 'critical', 'alert', 'emergency']);

/** Writes to the error stream, so that it never mixes with a JSON document. */
export async function writeReasons(
  terminal: Terminal,
  client: LanewayClient,
  details: ExecutionDetails,
  schema: SchemaView,
): Promise<void> {
  const names = new Map(schema.lanes.flatMap((lane) => lane.tasks.map((task) => [task.id, task.name] as const)));
  const receipt = await orNothing(client.executions.receipt(details.atmWorkflowExecutionId), 404);
  if (receipt !== undefined && receipt.stop !== null) terminal.err.write(`${stopText(receipt.stop)}\n`);
  if (details.systemAuditLogStoreId !== null) await writeLog(terminal, client, 'workflow', details.systemAuditLogStoreId);
  for (const { runs } of details.lanes) {
    for (const [schemaId, id] of (runs[0]?.parallelBoxes ?? []).flatMap((box) => Object.entries(box.taskRegistry))) {
      const { systemAuditLogId } = await client.executions.task(id);
      await writeLog(terminal, client, `task ${names.get(schemaId) ?? schemaId}`, systemAuditLogId);
    }
  }
}

async function writeLog(terminal: Terminal, client: LanewayClient, where: string, logId: string): Promise<void> {
  let count = 0;
  for await (const entry of client.stores.logEntries(logId)) {
    if (!serious.has(entry.severity)) continue;
    count += 1;
    if (count <= shownEntries) terminal.err.write(`${entry.severity}: ${printable(`${where}: ${entryText(entry)}`)}\n`);
  }
  if (count > shownEntries) terminal.err.write(`… and ${count - shownEntries} more of ${printable(where)}: laneway store ${logId}\n`);
}

/** Description and reason. */
export function entryText({ content }: Pick<LogEntry, 'content'>): string {
  if (!isRecord(content) || typeof content['description'] !== 'string') return JSON.stringify(content);
  const reason = reasonText(isRecord(content['details']) ? content['details']['reason'] : undefined);
  if (reason === '') return content['description'];
  return `${content['description']} Reason: ${reason.length > maxReasonLength ? `${reason.slice(0, maxReasonLength)}…` : reason}`;
}

/** Of an error its innermost description, of a traceback the last line that is no frame, which names the exception. */
export function reasonText(reason: unknown): string {
  if (reason === undefined) return '';
  if (isRecord(reason) && typeof reason['description'] === 'string') return innermost(reason);
  const text = typeof reason === 'string' ? reason : JSON.stringify(reason);
  const lines = text.trim().split('\n');
  return lines.findLast((line) => !/^\s+at /.test(line)) ?? '';
}

/** Errors that wrap others repeat them; the innermost one says it all. */
function innermost(error: Readonly<Record<string, unknown>>): string {
  const inner = isRecord(error['details']) ? error['details']['specificError'] : undefined;
  return isRecord(inner) && typeof inner['description'] === 'string' ? innermost(inner) : String(error['description']);
}
