/** Request data as typed fields; a problem leaves as a refusal. */
import {
  checkedField,
  convertedField,
  makeError,
  objectField,
  ok,
  refuse,
  sanitise,
  textField,
  textListField,
  type Field,
  type JsonObject,
  type Sanitised,
} from '@laneway/model';
import { need } from './refusal.ts';

type Fields = Readonly<Record<string, Field<unknown>>>;

interface Rules<R extends Fields, O extends Fields> {
  readonly required?: R;
  readonly optional?: O;
  readonly atLeastOne?: readonly string[];
}

export function providerData<const R extends Fields = {}, const O extends Fields = {}>(
  data: JsonObject,
  rules: Rules<R, O>,
): Sanitised<R, O> {
  return read('oneprovider', data, rules);
}

export function zoneData<const R extends Fields = {}, const O extends Fields = {}>(data: JsonObject, rules: Rules<R, O>): Sanitised<R, O> {
  return read('onezone', data, rules);
}

function read<R extends Fields, O extends Fields>(
  service: 'oneprovider' | 'onezone',
  data: JsonObject,
  rules: Rules<R, O>,
): Sanitised<R, O> {
  const required = (rules.required ?? {}) as R;
  const optional = (rules.optional ?? {}) as O;
  return need(
    sanitise(service, data, { required, optional, ...(rules.atLeastOne === undefined ? {} : { atLeastOne: [rules.atLeastOne] }) }),
  );
}

export const urlField: Field<string> = checkedField(textField(), (text) => /^https?:\/\/[^\s/]/i.test(text) && URL.canParse(text));

/** Privileges out of those that exist (rest R107). */
export function privilegesField(allowed: readonly string[]): Field<readonly string[]> {
  return convertedField(textListField(), (list, key) =>
    list.every((item) => allowed.includes(item)) ? ok(list) : refuse(makeError('badValueListNotAllowed', { key, allowed })),
  );
}

/** An object of ids; errors name the entry. */
export const identifiersField: Field<Readonly<Record<string, string>>> = convertedField(objectField(), (ids, key) => {
  for (const [name, id] of Object.entries(ids)) {
    const read = textField({ notEmpty: true })(id, `${key}.${name.slice(0, 100)}`, 'oneprovider');
    if (!read.ok) return read;
  }
  return ok(ids as Readonly<Record<string, string>>);
});
