import { makeError } from '../../errors/make-error.ts';
import type { ErrorObject } from '../../errors/result.ts';

export function badData(key: string, hint: string): ErrorObject {
  return makeError('badData', { key, hint });
}

/** The first problem of a lazy sequence; nothing after it is computed. */
export function firstProblem(problems: Iterable<ErrorObject | null>): ErrorObject | null {
  for (const problem of problems) if (problem !== null) return problem;
  return null;
}

export function hasDuplicates(names: readonly string[]): boolean {
  return new Set(names).size < names.length;
}

/** Names that are not declared: unique, sorted, comma separated; null when there are none. */
export function unknownNames(given: readonly string[], declared: readonly { readonly name: string }[]): string | null {
  const known = new Set(declared.map(({ name }) => name));
  const unknown = [...new Set(given.filter((name) => !known.has(name)))];
  return unknown.length === 0 ? null : unknown.sort().join(', ');
}
