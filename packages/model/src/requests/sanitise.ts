import { isJsonObject, type JsonObject } from '../data/json.ts';
import { makeError } from '../errors/make-error.ts';
import { ok, refuse, type Result } from '../errors/result.ts';
import type { Field, Service } from './fields.ts';

type FieldTable = Readonly<Record<string, Field<unknown>>>;
type FieldValue<F> = F extends Field<infer T> ? T : never;

/** What a request may hold; unknown keys are ignored. */
export interface RequestRules<R extends FieldTable, O extends FieldTable> {
  /** Keys taken from the path: on Onezone they are examined before all others (schemas §9). */
  readonly pathKeys?: readonly string[];
  readonly required: R;
  readonly optional: O;
  /** Groups of which one key or more has to be there; the keys are optional ones. */
  readonly atLeastOne?: readonly (readonly string[])[];
}

export type Sanitised<R extends FieldTable, O extends FieldTable> = { readonly [K in keyof R]: FieldValue<R[K]> } & {
  readonly [K in keyof O]?: FieldValue<O[K]>;
};

/**
 * The data of a request as typed fields, or its first problem: required keys in alphabetical order, each one
 * completely, then optional ones, then the groups (rest R54–R59; schemas §9). Null means absent for Oneprovider only.
 */
export function sanitise<const R extends FieldTable, const O extends FieldTable>(
  service: Service,
  data: unknown,
  rules: RequestRules<R, O>,
): Result<Sanitised<R, O>> {
  if (!isJsonObject(data)) return refuse(makeError('malformedData'));
  const read: [string, unknown][] = [];
  for (const key of requiredOrder(service, rules.required, rules.pathKeys ?? [])) {
    if (!isPresent(service, data, key)) return refuse(makeError('missingRequiredValue', { key }));
    const value = readField(service, data, key, rules.required);
    if (!value.ok) return value;
    read.push([key, value.value]);
  }
  for (const key of Object.keys(rules.optional).sort()) {
    if (!isPresent(service, data, key)) continue;
    const value = readField(service, data, key, rules.optional);
    if (!value.ok) return value;
    read.push([key, value.value]);
  }
  for (const group of rules.atLeastOne ?? []) {
    if (!group.some((key) => isPresent(service, data, key)))
      return refuse(makeError('missingAtLeastOneValue', { keys: [...group].sort() }));
  }
  // The keys and the types of the values are those of the tables that were just walked.
  return ok(Object.fromEntries(read) as Sanitised<R, O>);
}

function requiredOrder(service: Service, fields: FieldTable, pathKeys: readonly string[]): readonly string[] {
  const keys = Object.keys(fields).sort();
  if (service === 'oneprovider') return keys;
  return [...pathKeys.filter((key) => keys.includes(key)), ...keys.filter((key) => !pathKeys.includes(key))];
}

function isPresent(service: Service, data: JsonObject, key: string): boolean {
  return Object.hasOwn(data, key) && data[key] !== undefined && (service === 'onezone' || data[key] !== null);
}

function readField(service: Service, data: JsonObject, key: string, fields: FieldTable): Result<unknown> {
  const field = fields[key];
  return field === undefined ? ok(data[key]) : field(data[key], key, service);
}
