/** Readers of single request fields (rest R55–R57; schemas §9, sanitiser of Onezone). */
import { isJsonObject, type JsonObject } from '../data/json.ts';
import { isColumnText } from '../data/names.ts';
import { makeError } from '../errors/make-error.ts';
import { ok, refuse, type ErrorObject, type Result } from '../errors/result.ts';

/** The two services differ in what counts as absent and in what counts as a string. */
export type Service = 'oneprovider' | 'onezone';

/** Reads one field; `key` is what errors name. */
export type Field<T> = (value: unknown, key: string, service: Service) => Result<T>;

export interface TextOptions {
  readonly notEmpty?: boolean;
  /** Where an empty text is a good value: null must not pass for it (rest R106). */
  readonly notNull?: boolean;
}

/** A text that no column can hold is as good as none. */
export function textField({ notEmpty = false, notNull = false }: TextOptions = {}): Field<string> {
  return (value, key, service) => {
    const text = notNull && value === null ? null : meantText(value, service);
    if (typeof text !== 'string' || !isColumnText(text)) return refuse(makeError('badValueString', { key }));
    return notEmpty && text === '' ? refuse(makeError('badValueEmpty', { key })) : ok(text);
  };
}

/** Oneprovider takes true and false for their text (rest R56), Onezone null for an empty one (rest R106). */
function meantText(value: unknown, service: Service): unknown {
  if (service === 'oneprovider') return typeof value === 'boolean' ? String(value) : value;
  return value === null ? '' : value;
}

export interface IntegerLimits {
  readonly min?: number;
  readonly max?: number;
  readonly range?: { readonly low: number; readonly high: number };
}

const integerText = /^[+-]?\d+$/;

/** An integer or its decimal text (rest R56), within limits (rest R57). */
export function integerField(limits: IntegerLimits = {}): Field<number> {
  return (value, key) => {
    const number = typeof value === 'string' && integerText.test(value) ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isSafeInteger(number)) return refuse(makeError('badValueInteger', { key }));
    const error = limitError(number, key, limits);
    return error === null ? ok(number) : refuse(error);
  };
}

function limitError(number: number, key: string, { min, max, range }: IntegerLimits): ErrorObject | null {
  if (min !== undefined && number < min) return makeError('badValueTooLow', { key, limit: min });
  if (max !== undefined && number > max) return makeError('badValueTooHigh', { key, limit: max });
  if (range !== undefined && (number < range.low || number > range.high)) return makeError('badValueNotInRange', { key, ...range });
  return null;
}

export function booleanField(): Field<boolean> {
  return (value, key) => {
    if (value === true || value === 'true') return ok(true);
    if (value === false || value === 'false') return ok(false);
    return refuse(makeError('badValueBoolean', { key }));
  };
}

export function objectField(): Field<JsonObject> {
  return (value, key) => (isJsonObject(value) ? ok(value) : refuse(makeError('badValueJSON', { key })));
}

/** Words in the order in which `allowed` is to list them (rest R59). */
export function enumField<W extends string>(words: readonly W[]): Field<W> {
  return (value, key, service) => {
    const text = textField()(value, key, service);
    if (!text.ok) return text;
    const word = words.find((known) => known === text.value);
    return word === undefined ? refuse(makeError('badValueNotAllowed', { key, allowed: words })) : ok(word);
  };
}

export function textListField(): Field<readonly string[]> {
  return (value, key) =>
    Array.isArray(value) && value.every((item): item is string => typeof item === 'string')
      ? ok(value)
      : refuse(makeError('badValueListOfStrings', { key }));
}

export function anyField(): Field<unknown> {
  return (value) => ok(value);
}

/** A field with a condition of its own; when it fails, `badData` without a hint (rest R57). */
export function checkedField<T>(field: Field<T>, accepts: (value: T) => boolean): Field<T> {
  return convertedField(field, (value, key) => (accepts(value) ? ok(value) : refuse(makeError('badData', { key }))));
}

/** A field whose value is turned into another, or refused with an error of its own. */
export function convertedField<T, U>(field: Field<T>, convert: (value: T, key: string) => Result<U>): Field<U> {
  return (value, key, service) => {
    const read = field(value, key, service);
    return read.ok ? convert(read.value, key) : read;
  };
}
