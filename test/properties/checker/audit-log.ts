/** What an audit log makes of the items it is given (data-and-stores R35–R37). */
import { errorOf } from './data-types.ts';
import { isObject, own } from './specs.ts';
import type { CheckedError, CheckedSpec, FileWorld } from './specs.ts';

/** Most urgent first: the place is the number. */
export const severities = ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'info', 'debug'] as const;

export interface LoggedItem {
  readonly severity: string;
  readonly content: unknown;
}

/** R35. */
export function normalised(item: unknown): LoggedItem {
  if (!isObject(item)) return { severity: 'info', content: item };
  const given = own(item, 'severity');
  const severity = severities.find((name) => name === given) ?? 'info';
  if (Object.hasOwn(item, 'content')) return { severity, content: item['content'] };
  if (!Object.hasOwn(item, 'severity')) return { severity: 'info', content: item };
  return { severity, content: Object.fromEntries(Object.entries(item).filter(([key]) => key !== 'severity')) };
}

/** R36: only what is at least as urgent as the level asks for. */
export function kept(items: readonly unknown[], level: string): readonly LoggedItem[] {
  return items.map(normalised).filter(({ severity }) => numberOf(severity) <= numberOf(level));
}

function numberOf(severity: string): number {
  return severities.findIndex((name) => name === severity);
}

/** R36, R37 for `extend`: all or nothing, places counted among the entries that are kept. */
export function extended(
  argument: unknown,
  spec: CheckedSpec,
  level: string,
  files: FileWorld,
): { readonly entries: readonly LoggedItem[] } | { readonly error: CheckedError } {
  if (!Array.isArray(argument)) return { error: { id: 'atmDataTypeUnverified', details: { value: argument, expType: 'array' } } };
  const entries = kept(argument, level);
  const error = errorOf(
    entries.map(({ content }) => content),
    { type: 'array', itemDataSpec: spec },
    files,
  );
  return error === undefined ? { entries } : { error };
}

export function appended(
  argument: unknown,
  spec: CheckedSpec,
  level: string,
  files: FileWorld,
): { readonly entries: readonly LoggedItem[] } | { readonly error: CheckedError } {
  const entries = kept([argument], level);
  const error = entries.map(({ content }) => errorOf(content, spec, files)).find((found) => found !== undefined);
  return error === undefined ? { entries } : { error };
}
