/**
 * Labels of executions (extension): short texts by which people find theirs again. Names are plain, so that `name=value`
 * has one meaning in a filter.
 */
import { isJsonObject } from '../data/json.ts';
import { characterCount } from '../data/names.ts';
import { makeError } from '../errors/make-error.ts';
import { ok, refuse, type ErrorObject, type Result } from '../errors/result.ts';
import type { Field } from './fields.ts';

export type Labels = Readonly<Record<string, string>>;

const maxLabels = 32;
const maxNameLength = 63;
const maxValueLength = 255;
const labelName = /^[a-zA-Z0-9._/-]+$/;

/** An object of texts; errors name the label. */
export function labelsField(): Field<Labels> {
  return (value, key) => {
    if (!isJsonObject(value)) return refuse(makeError('badValueJSON', { key }));
    const entries = Object.entries(value);
    if (entries.length > maxLabels) return refuse(makeError('badData', { key, hint: `there are more than ${maxLabels} labels` }));
    for (const [name, text] of entries) {
      const place = `${key}.${name.slice(0, 100)}`;
      const error = nameError(name, place) ?? valueError(text, place);
      if (error !== null) return refuse(error);
    }
    return ok(value as Labels);
  };
}

/** `name=value`, or a list of them: what a filter asks for. */
export function labelFilterField(): Field<readonly (readonly [name: string, value: string])[]> {
  return (value, key) => {
    const texts: unknown = typeof value === 'string' ? [value] : value;
    if (!Array.isArray(texts)) return refuse(makeError('badValueListOfStrings', { key }));
    if (texts.length > maxLabels) return refuse(makeError('badData', { key, hint: `there are more than ${maxLabels} labels` }));
    const pairs: (readonly [string, string])[] = [];
    for (const text of texts) {
      const pair = labelPair(text, key);
      if (!pair.ok) return pair;
      pairs.push(pair.value);
    }
    return ok(pairs);
  };
}

function labelPair(text: unknown, key: string): Result<readonly [string, string]> {
  if (typeof text !== 'string') return refuse(makeError('badValueListOfStrings', { key }));
  const at = text.indexOf('=');
  if (at === -1) return refuse(makeError('badData', { key, hint: 'a label is written name=value' }));
  const [name, value] = [text.slice(0, at), text.slice(at + 1)];
  const error = nameError(name, key) ?? valueError(value, key);
  return error === null ? ok([name, value]) : refuse(error);
}

function nameError(name: string, key: string): ErrorObject | null {
  if (name.length <= maxNameLength && labelName.test(name)) return null;
  const hint = `the name of a label has 1 to ${maxNameLength} letters, digits, dots, underscores, slashes or dashes`;
  return makeError('badData', { key, hint });
}

/** Values are plain text columns: what a database cannot hold is refused here. */
function valueError(value: unknown, key: string): ErrorObject | null {
  if (typeof value !== 'string') return makeError('badValueString', { key });
  if (characterCount(value) > maxValueLength) return makeError('badValueTextTooLarge', { key, limit: maxValueLength });
  if (value.includes('\0') || !value.isWellFormed()) return makeError('badData', { key, hint: 'it has characters that cannot be kept' });
  return null;
}
