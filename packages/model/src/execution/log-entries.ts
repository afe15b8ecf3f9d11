/**
 * System entries that transitions write into the workflow's and the tasks' audit logs (execution §12.2, §12.3).
 * Severities, prefixes and keys of details are the contract's, the sentences are ours. Entries above the
 * execution's log level are left out here.
 */
import type { ErrorObject } from '../errors/result.ts';
import type { Execution, LaneRun, TaskState } from './document.ts';
import type { Draft, TaskPosition } from './draft.ts';
import type { LogEffect } from './messages.ts';

type Severity = LogEffect['severity'];
type Extras = Omit<LogEffect['content'], 'description'>;

/** Severity names, most urgent first: the index is the number. */
export const severities = [
  'emergency',
  'alert',
  'critical',
  'error',
  'warning',
  'notice',
  'info',
  'debug',
] as const satisfies readonly Severity[];

export function severityNumber(severity: Severity): number {
  return severities.indexOf(severity);
}

export type LaneRunName = Pick<LaneRun, 'laneIndex' | 'runNumber'>;

/** `{laneIndex, RunNumber}` as details carry it; the capital R is the contract's. */
export function selectorOf(laneRun: LaneRunName): { readonly laneIndex: number; readonly RunNumber: number | '?' } {
  return { laneIndex: laneRun.laneIndex, RunNumber: laneRun.runNumber ?? '?' };
}

export function lanePrefix(laneIndex: number): string {
  return `[Lane: ${laneIndex}]`;
}

export function laneRunPrefix(laneRun: LaneRunName): string {
  return `[Lane: ${laneRun.laneIndex}, Run: ${laneRun.runNumber ?? '?'}]`;
}

export function taskPrefix(laneRun: LaneRunName, position: TaskPosition): string {
  return `[Lane: ${laneRun.laneIndex}, Run: ${laneRun.runNumber ?? '?'}, PBox: ${position.boxIndex}, Task: ${position.taskIndex}]`;
}

function entry(execution: Execution, storeId: string, severity: Severity, description: string, extras: Extras): LogEffect | null {
  if (severityNumber(severity) > execution.logLevel) return null;
  return { kind: 'log', storeId, severity, content: { description, ...extras } };
}

/** An entry of the workflow log; null when the log level leaves it out. */
export function workflowEntry(execution: Execution, severity: Severity, description: string, extras: Extras = {}): LogEffect | null {
  return entry(execution, execution.systemAuditLogStoreId, severity, description, extras);
}

export function logWorkflow(draft: Draft, severity: Severity, description: string, details?: Readonly<Record<string, unknown>>): void {
  const effect = workflowEntry(draft.execution, severity, description, details === undefined ? {} : { details });
  if (effect !== null) draft.effect(effect);
}

export function logLane(
  draft: Draft,
  severity: Severity,
  laneIndex: number,
  sentence: string,
  details?: Readonly<Record<string, unknown>>,
): void {
  logWorkflow(draft, severity, `${lanePrefix(laneIndex)} ${sentence}`, details);
}

export function logLaneRun(
  draft: Draft,
  severity: Severity,
  laneRun: LaneRunName,
  sentence: string,
  details?: Readonly<Record<string, unknown>>,
): void {
  logWorkflow(draft, severity, `${laneRunPrefix(laneRun)} ${sentence}`, details);
}

export interface TaskNews {
  readonly laneRun: LaneRunName;
  readonly position: TaskPosition;
  readonly task: TaskState;
}

/** The same news in the task's log, with its details, and in the workflow log, naming the task. */
export function logTask(
  draft: Draft,
  severity: Severity,
  news: TaskNews,
  sentence: string,
  details: { readonly task?: Readonly<Record<string, unknown>>; readonly workflow?: Readonly<Record<string, unknown>> } = {},
): void {
  const { laneRun, position, task } = news;
  const own = entry(
    draft.execution,
    task.systemAuditLogId,
    severity,
    sentence,
    details.task === undefined ? {} : { details: details.task },
  );
  const shared = workflowEntry(draft.execution, severity, `${taskPrefix(laneRun, position)} ${sentence}`, {
    ...(details.workflow === undefined ? {} : { details: details.workflow }),
    referencedElements: { tasks: [task.id] },
  });
  if (own !== null) draft.effect(own);
  if (shared !== null) draft.effect(shared);
}

/** An error as details show it. */
export function reasonOf(error: ErrorObject): { readonly reason: ErrorObject } {
  return { reason: error };
}
