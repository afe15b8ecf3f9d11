import { checkItems, checkValue, typeError, type ReferenceCheck } from '../data/check-value.ts';
import type { DataSpec } from '../data/data-spec.ts';
import { isJsonObject } from '../data/json.ts';
import { ok, refuse, type Result } from '../errors/result.ts';
import { severities, severityNumber } from '../execution/log-entries.ts';

export type Severity = (typeof severities)[number];

export interface LogItem {
  readonly severity: Severity;
  readonly content: unknown;
}

function severityOf(value: unknown): Severity {
  return severities.find((known) => known === value) ?? 'info';
}

/** A value that is logged, as severity and content (data-and-stores R35). */
export function normaliseLogItem(value: unknown): LogItem {
  if (!isJsonObject(value)) return { severity: 'info', content: value };
  const hasSeverity = Object.hasOwn(value, 'severity');
  const severity = hasSeverity ? severityOf(value['severity']) : 'info';
  if (Object.hasOwn(value, 'content')) return { severity, content: value['content'] };
  if (!hasSeverity) return { severity, content: value };
  return { severity, content: Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'severity')) };
}

/** Whether an entry passes the execution's log level, a severity number (data-and-stores R36). */
export function passesLogLevel(severity: Severity, logLevel: number): boolean {
  return severityNumber(severity) <= logLevel;
}

export interface LogUpdate {
  readonly function: 'append' | 'extend';
  readonly logContentDataSpec: DataSpec;
  readonly logLevel: number;
  readonly checkReference?: ReferenceCheck;
}

/** The entries an update adds; all or nothing, dropped ones are not even checked (data-and-stores R35–R37). */
export function planLogUpdate(value: unknown, update: LogUpdate): Result<readonly LogItem[]> {
  const { logContentDataSpec: spec, checkReference } = update;
  if (update.function === 'extend' && !Array.isArray(value)) return refuse(typeError(value, 'array'));
  const values: readonly unknown[] = update.function === 'extend' && Array.isArray(value) ? value : [value];
  const kept = values.map(normaliseLogItem).filter(({ severity }) => passesLogLevel(severity, update.logLevel));
  const contents = kept.map(({ content }) => content);
  if (update.function === 'append') {
    const error = contents.length === 0 ? null : checkValue(spec, contents[0], checkReference);
    return error === null ? ok(kept) : refuse(error);
  }
  const error = checkItems(spec, contents, checkReference);
  return error === null ? ok(kept) : refuse(error);
}
