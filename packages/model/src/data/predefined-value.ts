import { makeError } from '../errors/make-error.ts';
import type { ErrorObject } from '../errors/result.ts';
import type { DataSpec } from './data-spec.ts';
import { isOfType } from './membership.ts';

/** Checks the JSON type of a default or configured value, not its constraints (schemas R51, R52); null when it fits. */
export function checkPredefinedValue(spec: DataSpec, value: unknown, key: string): ErrorObject | null {
  if (spec.type !== 'array') {
    return isOfType(spec.type, value) ? null : makeError('badData', { key, hint: `a value of type "${spec.type}" is needed` });
  }
  if (!Array.isArray(value)) return makeError('badData', { key, hint: 'an array of values is needed' });
  for (const [index, item] of value.entries()) {
    const error = checkPredefinedValue(spec.itemDataSpec, item, `${key}[${index}]`);
    if (error !== null) return error;
  }
  return null;
}
