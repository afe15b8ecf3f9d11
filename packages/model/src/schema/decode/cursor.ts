/**
 * Reading schema records from JSON in both encodings (schemas §2, §7). A problem leaves the decoder as an
 * exception of this module and is turned into a result by `decoding`; nothing else may throw or catch it.
 */
import { isJsonObject, type JsonObject } from '../../data/json.ts';
import { isColumnText } from '../../data/names.ts';
import { makeError } from '../../errors/make-error.ts';
import { ok, refuse, type ErrorObject, type Result } from '../../errors/result.ts';

export type Encoding = 'plain' | 'persisted';

/** A value and where it was found. */
export interface Cursor {
  readonly value: unknown;
  readonly path: string;
  readonly encoding: Encoding;
}

/** The fields of one record, unwrapped. */
export interface Fields {
  readonly object: JsonObject;
  readonly path: string;
  readonly encoding: Encoding;
}

class Refusal extends Error {
  readonly error: ErrorObject;
  constructor(error: ErrorObject) {
    super(error.description);
    this.error = error;
  }
}

/** A value that does not fit its place: the contract reports only the enclosing body field (schemas R2, R4, R22). */
class Misfit extends Error {}

/** Stops decoding with an error of its own (schemas R38). */
export function stopWith(error: ErrorObject): never {
  throw new Refusal(error);
}

/** Stops decoding with the generic error; the place is told in the description only. */
export function misfit(path: string, problem: string): never {
  throw new Misfit(`${path === '' ? 'it' : `"${path}"`} ${problem}`);
}

/** Runs a decoder on the value of a body field and reports its refusals as results. */
export function decoding<T>(bodyField: string, value: unknown, encoding: Encoding, decode: (at: Cursor) => T): Result<T> {
  try {
    return ok(decode({ value, path: '', encoding }));
  } catch (problem) {
    if (problem instanceof Refusal) return refuse(problem.error);
    if (!(problem instanceof Misfit)) throw problem;
    const { description, ...rest } = makeError('badData', { key: bodyField });
    return refuse({ ...rest, description: `${description.slice(0, -1)}: ${problem.message}.` });
  }
}

function describedPath(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function objectAt(at: Cursor): JsonObject {
  return isJsonObject(at.value) ? at.value : misfit(at.path, 'has to be an object');
}

/** The `_data` of a persisted wrapper and its version, which must not be newer than `current` (schemas R17, R22). */
export function unwrap(at: Cursor, current: number): { readonly data: Cursor; readonly version: number } {
  const wrapper = objectAt(at);
  const version = Object.hasOwn(wrapper, '_version') ? wrapper['_version'] : undefined;
  if (!Number.isInteger(version) || !Object.hasOwn(wrapper, '_data')) misfit(at.path, 'has to be a record with "_version" and "_data"');
  const number = Number(version);
  if (number < 1 || number > current) misfit(at.path, `is of version ${number}, which is not supported`);
  return { data: { ...at, value: wrapper['_data'] }, version: number };
}

/** The fields of a record; in persisted encoding it is taken out of its wrapper (schemas R17). */
export function record(at: Cursor): Fields {
  return at.encoding === 'persisted' ? plainRecord(unwrap(at, 1).data) : plainRecord(at);
}

/** The fields of an object that is never wrapped (schemas R20). */
export function plainRecord(at: Cursor): Fields {
  return { object: objectAt(at), path: at.path, encoding: at.encoding };
}

/** The inner part of a discriminated record: beside the discriminator, or in a second wrapper (schemas R18). */
export function discriminated(fields: Fields): Fields {
  if (fields.encoding === 'plain') return fields;
  return plainRecord(unwrap({ value: fields.object, path: fields.path, encoding: fields.encoding }, 1).data);
}

/** A field that must be there; it may hold null where the reader allows it. */
export function required<T>(fields: Fields, key: string, read: (at: Cursor) => T): T {
  const path = describedPath(fields.path, key);
  if (!Object.hasOwn(fields.object, key)) misfit(path, 'is missing');
  return read({ value: fields.object[key], path, encoding: fields.encoding });
}

/** A field that may be absent or null (schemas, conventions). */
export function optional<T, D>(fields: Fields, key: string, fallback: D, read: (at: Cursor) => T): T | D {
  const value = Object.hasOwn(fields.object, key) ? fields.object[key] : null;
  if (value === null || value === undefined) return fallback;
  return read({ value, path: describedPath(fields.path, key), encoding: fields.encoding });
}

export function textAt(at: Cursor): string {
  return typeof at.value === 'string' ? at.value : misfit(at.path, 'has to be a string');
}

/** An id or name that is looked up and kept in a text column of its own. */
export function columnTextAt(at: Cursor): string {
  const text = textAt(at);
  return isColumnText(text) ? text : misfit(at.path, 'has to be a text without NUL characters and lone surrogates');
}

export function booleanAt(at: Cursor): boolean {
  return typeof at.value === 'boolean' ? at.value : misfit(at.path, 'has to be true or false');
}

export function numberAt(at: Cursor): number {
  return typeof at.value === 'number' ? at.value : misfit(at.path, 'has to be a number');
}

export function integerAt(at: Cursor): number {
  return typeof at.value === 'number' && Number.isSafeInteger(at.value) ? at.value : misfit(at.path, 'has to be an integer');
}

export function positiveIntegerAt(at: Cursor): number {
  const value = integerAt(at);
  return value > 0 ? value : misfit(at.path, 'has to be a positive integer');
}

export function anyAt(at: Cursor): unknown {
  return at.value;
}

export function objectOf(at: Cursor): JsonObject {
  return objectAt(at);
}

export function listOf<T>(at: Cursor, read: (item: Cursor) => T): readonly T[] {
  if (!Array.isArray(at.value)) misfit(at.path, 'has to be a list');
  return (at.value as readonly unknown[]).map((value, index) => read({ value, path: `${at.path}[${index}]`, encoding: at.encoding }));
}

/** Values of an object under its own keys. */
export function mapOf<T>(at: Cursor, read: (value: Cursor) => T): Readonly<Record<string, T>> {
  return Object.fromEntries(
    Object.entries(objectAt(at)).map(([key, value]) => [key, read({ value, path: describedPath(at.path, key), encoding: at.encoding })]),
  );
}

export function wordAt<W extends string>(at: Cursor, words: readonly W[]): W {
  const found = words.find((word) => word === at.value);
  return found ?? misfit(at.path, `has to be one of ${words.join(', ')}`);
}
