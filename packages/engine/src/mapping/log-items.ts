/** What lambdas send to audit logs: normalised, then filtered by level (data-and-stores R35, R36). */
import { isJsonObject } from '@laneway/model';

const severityNumbers = { emergency: 0, alert: 1, critical: 2, error: 3, warning: 4, notice: 5, info: 6, debug: 7 } as const;

export type Severity = keyof typeof severityNumbers;

export interface LogItem {
  readonly severity: Severity;
  readonly content: unknown;
}

export function normaliseLogItem(value: unknown): LogItem {
  if (!isJsonObject(value)) return { severity: 'info', content: value };
  const severity = Object.hasOwn(value, 'severity') ? severityOf(value['severity']) : 'info';
  if (Object.hasOwn(value, 'content')) return { severity, content: value['content'] };
  if (!Object.hasOwn(value, 'severity')) return { severity, content: value };
  return { severity, content: Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'severity')) };
}

/** `logLevel`: severity number of the execution. */
export function isLogged(severity: Severity, logLevel: number): boolean {
  return severityNumbers[severity] <= logLevel;
}

function severityOf(value: unknown): Severity {
  return typeof value === 'string' && Object.hasOwn(severityNumbers, value) ? (value as Severity) : 'info';
}
