import { makeError } from '../errors/make-error.ts';
import type { ErrorObject } from '../errors/result.ts';
import type { DataSpec, DataType, MeasurementSpec, MatcherType } from './data-spec.ts';
import { isMeasurement, isOfType, isRangeValue, type RangeValue } from './membership.ts';

export type ReferenceSpec = Extract<DataSpec, { readonly type: 'file' | 'dataset' | 'group' }>;

/**
 * Decides about references, which need the world: returns null or the error (data-and-stores R5–R7). The value
 * has the right shape already. Synchronous, so that what it needs is fetched for the whole batch beforehand.
 */
export type ReferenceCheck = (spec: ReferenceSpec, value: unknown) => ErrorObject | null;

export function typeError(value: unknown, expType: DataType): ErrorObject {
  return makeError('atmDataTypeUnverified', { value, expType });
}

export function constraintError(value: unknown, type: DataType, valueConstraints: unknown): ErrorObject {
  return makeError('atmDataValueConstraintUnverified', { value, type, valueConstraints });
}

/** Type first, then constraints; null when the value fits, else its first problem (data-and-stores §2.1, §2.2). */
export function checkValue(spec: DataSpec, value: unknown, checkReference: ReferenceCheck = () => null): ErrorObject | null {
  if (!isOfType(spec.type, value)) return typeError(value, spec.type);
  switch (spec.type) {
    case 'array':
      return checkItems(spec.itemDataSpec, value, checkReference);
    case 'number':
      return checkNumber(spec, value);
    case 'string':
      return checkAllowed(spec, value);
    case 'range':
      return isRangeValue(value) ? checkRange(value) : null;
    case 'timeSeriesMeasurement': {
      const fits = isMeasurement(value) && spec.specs.some((one) => matchesName(one.nameMatcherType, one.nameMatcher, value.tsName));
      return fits ? null : constraintError(value, spec.type, { specs: spec.specs satisfies readonly MeasurementSpec[] });
    }
    case 'file':
    case 'dataset':
    case 'group':
      return checkReference(spec, value);
    case 'boolean':
    case 'object':
      return null;
  }
}

/** The first bad item stops; its error is wrapped under its position (data-and-stores §2.2, R8). */
export function checkItems(itemSpec: DataSpec, value: unknown, checkReference: ReferenceCheck = () => null): ErrorObject | null {
  if (!Array.isArray(value)) return typeError(value, 'array');
  for (const [index, item] of value.entries()) {
    const error = checkValue(itemSpec, item, checkReference);
    if (error !== null) return constraintError(value, 'array', { [`$[${index}]`]: error });
  }
  return null;
}

/** Integral floats count as integers: JSON numbers do not keep the difference (data-and-stores R1, R2). */
function checkNumber(spec: Extract<DataSpec, { readonly type: 'number' }>, value: unknown): ErrorObject | null {
  if (spec.integersOnly && !Number.isInteger(value)) return constraintError(value, 'number', { integersOnly: true });
  return checkAllowed(spec, value);
}

function checkAllowed(spec: Extract<DataSpec, { readonly type: 'number' | 'string' }>, value: unknown): ErrorObject | null {
  const { allowedValues } = spec;
  if (allowedValues === null || allowedValues.some((allowed) => allowed === value)) return null;
  return constraintError(value, spec.type, { allowedValues });
}

/** Defaults: start 0, step 1; a step of zero is never right (data-and-stores R3). A range has no more values than can be counted. */
function checkRange(value: RangeValue): ErrorObject | null {
  const { start = 0, end, step = 1 } = value;
  const isRightDirection = (start <= end && step > 0) || (start >= end && step < 0);
  if (!isRightDirection) return constraintError(value, 'range', 'invalid step direction');
  return (end - start) / step > Number.MAX_SAFE_INTEGER ? constraintError(value, 'range', 'too many values') : null;
}

/** Equality or prefix (data-and-stores R4). */
export function matchesName(matcherType: MatcherType, matcher: string, name: string): boolean {
  return matcherType === 'exact' ? name === matcher : name.startsWith(matcher);
}
