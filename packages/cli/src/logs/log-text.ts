/** A log entry as one line: for people, or as JSON with where it comes from. */
import { severities, severityNumber, taskPrefix } from '@laneway/model';
import { isRecord } from '../run/dump.ts';
import { printable } from '../terminal.ts';
import { reasonText } from '../run/reasons.ts';
import type { LogLine } from './log-cursor.ts';
import type { TaskPlace } from './log-sources.ts';

/** Of each piece of details that people are shown. */
const maxPieceLength = 200;

export interface LineText {
  readonly text: string;
  /** Something of the entry is only in its JSON. */
  readonly isShortened: boolean;
}

export interface HumanLine extends LineText {
  /** What it says and when, without who says it: the logs of the workflow and of a task tell much of the same. */
  readonly saying: string;
}

export type PlaceOf = (taskId: string) => TaskPlace | undefined;

/** As stored, and where it comes from. */
export function jsonLine({ entry, source }: LogLine): string {
  const { task, storeId } = source;
  if (task === null) return JSON.stringify({ ...entry, from: { log: 'workflow', storeId } });
  const { taskId, name: taskName, schemaId, laneIndex, runNumber, boxIndex, taskIndex } = task;
  return JSON.stringify({
    ...entry,
    from: { log: 'task', storeId, taskId, taskName, schemaId, laneIndex, runNumber, boxIndex, taskIndex },
  });
}

export function humanLine({ entry, source }: LogLine, placeOf: PlaceOf, color: boolean): HumanLine {
  const { description, notes, isShortened } = contentText(entry.content);
  const { task } = source;
  const prefix = task === null ? [] : [taskPrefix(task, task)];
  const name = task === null ? [] : [`${task.name}:`];
  const about = task === null ? referenceText(entry.content, placeOf) : itemsText(entry.content);
  const severity = entry.severity.padEnd(9);
  const head = `${new Date(entry.timestamp).toISOString()} ${color ? colored(severity, entry.severity) : severity}`;
  return {
    text: `${head} ${printable([...prefix, ...name, description, ...about, ...notes].join(' '))}`,
    isShortened,
    saying: [entry.timestamp, ...prefix, description, ...notes].join(' '),
  };
}

interface ContentText {
  readonly description: string;
  readonly notes: readonly string[];
  readonly isShortened: boolean;
}

/** What lambdas log may be anything; without a description it is shown as it is (ui-and-scenarios R42). */
function contentText(content: unknown): ContentText {
  const description = isRecord(content) ? content['description'] : undefined;
  if (!isRecord(content) || !['string', 'number', 'boolean'].includes(typeof description)) {
    const whole = piece(JSON.stringify(content));
    return { description: whole.text, notes: [], isShortened: whole.isShortened };
  }
  const { details, referencedElements: _shownElsewhere, description: _shown, ...others } = content;
  const { reason, ...rest } = isRecord(details) ? details : {};
  const pieces = [
    ...(reason === undefined ? [] : [reasonPiece(reason)]),
    ...[...Object.entries(rest), ...Object.entries(others)].map(([key, value]) => labelled(key, value)),
    ...(details === undefined || isRecord(details) ? [] : [labelled('details', details)]),
  ];
  return { description: String(description), notes: pieces.map(({ text }) => text), isShortened: pieces.some((part) => part.isShortened) };
}

function labelled(key: string, value: unknown): LineText {
  const { text, isShortened } = piece(typeof value === 'string' ? value : JSON.stringify(value));
  return { text: `${key}=${text}`, isShortened };
}

/** Of an error the innermost one, of a traceback its last line. */
function reasonPiece(reason: unknown): LineText {
  const said = reasonText(reason);
  const { text, isShortened } = piece(said);
  return { text: `Reason: ${text}`, isShortened: isShortened || reason !== said };
}

function piece(text: string): LineText {
  const line = text.trim().replaceAll(/\s*\n\s*/g, ' ');
  if (line.length <= maxPieceLength) return { text: line, isShortened: false };
  return { text: `${line.slice(0, maxPieceLength)}…`, isShortened: true };
}

/** The names of the tasks that an entry of the workflow's log is about. */
function referenceText(content: unknown, placeOf: PlaceOf): readonly string[] {
  const names = referencedTasks(content).map((taskId) => `"${placeOf(taskId)?.name ?? `${taskId.slice(0, 4)}…`}"`);
  return names.length === 0 ? [] : [`(task ${names.join(', ')})`];
}

export function referencedTasks(content: unknown): readonly string[] {
  return referenced(content, 'tasks');
}

function itemsText(content: unknown): readonly string[] {
  const ids = referenced(content, 'itemTraceIds');
  if (ids.length === 0) return [];
  return [ids.length === 1 ? `(item ${ids[0] ?? ''})` : `(${ids.length} items)`];
}

function referenced(content: unknown, kind: 'tasks' | 'itemTraceIds'): readonly string[] {
  const elements = isRecord(content) ? content['referencedElements'] : undefined;
  const ids = isRecord(elements) ? elements[kind] : undefined;
  return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
}

const red = 31;
const yellow = 33;
const gray = 90;

function colored(text: string, severity: string): string {
  const code = colorOf(severity);
  return code === undefined ? text : `\u001B[${code}m${text}\u001B[0m`;
}

function colorOf(severity: string): number | undefined {
  if (severity === 'warning') return yellow;
  if (severity === 'debug') return gray;
  return isAsSevereAs(severity, 'error') ? red : undefined;
}

export type Severity = (typeof severities)[number];

/** Unknown severities of newer servers are as severe as anything: nobody asked to leave them out. */
export function isAsSevereAs(severity: string, level: Severity): boolean {
  const known = severities.find((name) => name === severity);
  return known === undefined || severityNumber(known) <= severityNumber(level);
}
