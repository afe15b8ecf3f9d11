import type { DetailKind, ErrorDefinition } from './definition.ts';

const placeholder = /\{(\w+)\}/g;

/** The description of an error: its template with the details inserted, ended by exactly one dot (rest R40). */
export function describe(definition: ErrorDefinition, details: Readonly<Record<string, unknown>>): string {
  const text = definition.template.replace(placeholder, (whole, name: string) => {
    const value = Object.hasOwn(details, name) ? details[name] : undefined;
    if (value === undefined) return whole;
    return value === null ? (definition.whenNull?.[name] ?? 'null') : detailText(value, definition.details[name]);
  });
  return withOneDot(text);
}

/** Trailing dots stripped and one added, so that nested descriptions do not pile them up (rest R40). */
export function withOneDot(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === '.') end -= 1;
  return `${text.slice(0, end)}.`;
}

/** Nested errors show their description (rest R38), lists are joined, other JSON is compact (rest R41). */
function detailText(value: unknown, kind: DetailKind | undefined): string {
  if (kind === 'json' || kind === 'json?') return compactJson(value);
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map((item) => (typeof item === 'string' ? item : compactJson(item))).join(', ');
  if (typeof value === 'object' && value !== null && 'description' in value && typeof value.description === 'string') {
    return value.description;
  }
  return compactJson(value);
}

/** A value that is no JSON must not turn the report of one error into another. */
function compactJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
