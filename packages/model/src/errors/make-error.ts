import type { ErrorDetails, ErrorId } from './catalogue.ts';
import { errorCatalogue, errorDefinition } from './catalogue.ts';
import { describe, withOneDot } from './description.ts';
import type { ErrorDefinition } from './definition.ts';
import type { ErrorObject } from './result.ts';

/** The details argument may be left out when nothing in it is obligatory. */
type DetailsArguments<I extends ErrorId> = {} extends ErrorDetails<I> ? [details?: ErrorDetails<I>] : [details: ErrorDetails<I>];

/** An error of the catalogue, with every declared detail present and its description built (rest R38–R41). */
export function makeError<I extends ErrorId>(id: I, ...args: DetailsArguments<I>): ErrorObject {
  const given: Readonly<Record<string, unknown>> = { ...args[0] };
  if (id === 'badData') return badDataError(given);
  const definition: ErrorDefinition = errorCatalogue[id];
  const names = Object.keys(definition.details);
  if (names.length === 0) return { id, description: withOneDot(definition.template) };
  const details = Object.fromEntries(names.map((name) => [name, given[name] ?? null]));
  return { id, description: describe(definition, details), details };
}

/** `badData` is irregular: only one of `hint` and `specificError` is there (rest R39). */
function badDataError(given: Readonly<Record<string, unknown>>): ErrorObject {
  const key = given['key'];
  const details =
    given['specificError'] === undefined ? { key, hint: given['hint'] ?? null } : { key, specificError: given['specificError'] };
  const reason = given['specificError'] ?? given['hint'] ?? null;
  const definition: ErrorDefinition = errorCatalogue.badData;
  const template = reason === null ? 'The value of "{key}" is not acceptable.' : definition.template;
  return { id: 'badData', description: describe({ ...definition, template }, { key, hint: reason }), details };
}

/** The error of a failed file operation; `errno` in any letter case (rest R36). */
export function posixError(errno: string): ErrorObject {
  return makeError('posix', { errno: errno.toLowerCase() });
}

/** HTTP status of an error: fixed per id, that of the nested error for `errorOnNodes`, 500 for a foreign id (rest R35, R37, R42). */
export function httpStatusOf(error: ErrorObject): number {
  const definition = errorDefinition(error.id);
  if (definition === undefined) return 500;
  if (definition.httpCode !== null) return definition.httpCode;
  const nested = error.details?.['error'];
  return isErrorObject(nested) ? httpStatusOf(nested) : 500;
}

/** Whether a JSON value has the shape of an error object; the id may be foreign (rest R42). */
export function isErrorObject(value: unknown): value is ErrorObject {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string';
}
