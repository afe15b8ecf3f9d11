/** Membership and constraints of the data types (data-and-stores §2.1, §2.2): the error a value earns, or none. */
import { isObject, own } from './specs.ts';
import type { CheckedError, CheckedSpec, FileWorld, MeasurementSpec } from './specs.ts';

/** R5: the errors that say "not for you", however they came about. */
const noAccess = new Set(['enoent', 'eacces', 'eperm']);

export function errorOf(value: unknown, spec: CheckedSpec, files: FileWorld): CheckedError | undefined {
  if (!belongs(value, spec.type)) return { id: 'atmDataTypeUnverified', details: { value, expType: spec.type } };
  switch (spec.type) {
    case 'array':
      return itemError(value as readonly unknown[], spec.itemDataSpec, files);
    case 'boolean':
    case 'object':
      return undefined;
    case 'number':
      return numberError(value as number, spec);
    case 'string':
      if (spec.allowedValues === null || spec.allowedValues.includes(value as string)) return undefined;
      return constraint(value, spec.type, { allowedValues: spec.allowedValues });
    case 'range':
      return rangeError(value as Readonly<Record<string, number>>);
    case 'timeSeriesMeasurement':
      return measurementError(value as { readonly tsName: string }, spec.specs);
    case 'file':
      return fileError(value as { readonly fileId: string }, spec, files);
  }
}

export function belongs(value: unknown, type: CheckedSpec['type']): boolean {
  switch (type) {
    case 'array':
      return Array.isArray(value);
    case 'boolean':
      return value === true || value === false;
    case 'number':
      return typeof value === 'number';
    case 'string':
      return typeof value === 'string';
    case 'object':
      return isObject(value);
    case 'file':
      return isObject(value) && typeof own(value, 'fileId') === 'string';
    case 'range':
      return isObject(value) && Number.isSafeInteger(own(value, 'end')) && wholeIfPresent(value, 'start') && wholeIfPresent(value, 'step');
    case 'timeSeriesMeasurement':
      return (
        isObject(value) &&
        typeof own(value, 'tsName') === 'string' &&
        isTimestamp(own(value, 'timestamp')) &&
        typeof own(value, 'value') === 'number'
      );
  }
}

/** A number beyond 2^53 is not told from its neighbours: nobody can count with it, so it is none of a range. */
function wholeIfPresent(value: Readonly<Record<string, unknown>>, key: string): boolean {
  return !Object.hasOwn(value, key) || Number.isSafeInteger(value[key]);
}

function isTimestamp(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0;
}

/** R8: the first bad item, whichever kind its error is, under its zero-based place. */
function itemError(values: readonly unknown[], spec: CheckedSpec, files: FileWorld): CheckedError | undefined {
  for (let index = 0; index < values.length; index += 1) {
    const error = errorOf(values[index], spec, files);
    if (error !== undefined) return constraint(values, 'array', { [`$[${index}]`]: error });
  }
  return undefined;
}

/** R1, R2. */
function numberError(value: number, spec: Extract<CheckedSpec, { type: 'number' }>): CheckedError | undefined {
  if (spec.integersOnly && !Number.isInteger(value)) return constraint(value, 'number', { integersOnly: true });
  if (spec.allowedValues === null || spec.allowedValues.includes(value)) return undefined;
  return constraint(value, 'number', { allowedValues: spec.allowedValues });
}

/** R3; and no range has more values than can be counted. */
function rangeError(value: Readonly<Record<string, number>>): CheckedError | undefined {
  const [start, end, step] = rangeOf(value);
  if (!((start <= end && step > 0) || (start >= end && step < 0))) return constraint(value, 'range', 'invalid step direction');
  return (end - start) / step > Number.MAX_SAFE_INTEGER ? constraint(value, 'range', 'too many values') : undefined;
}

export function rangeOf(value: Readonly<Record<string, unknown>>): readonly [number, number, number] {
  return [(own(value, 'start') as number | undefined) ?? 0, own(value, 'end') as number, (own(value, 'step') as number | undefined) ?? 1];
}

/** R4. */
function measurementError(value: { readonly tsName: string }, specs: readonly MeasurementSpec[]): CheckedError | undefined {
  const fits = specs.some((spec) =>
    spec.nameMatcherType === 'exact' ? value.tsName === spec.nameMatcher : value.tsName.startsWith(spec.nameMatcher),
  );
  return fits ? undefined : constraint(value, 'timeSeriesMeasurement', { specs });
}

/** R5, in its order. */
function fileError(
  value: { readonly fileId: string },
  spec: Extract<CheckedSpec, { type: 'file' }>,
  files: FileWorld,
): CheckedError | undefined {
  const file = files.lookUp(value.fileId);
  if (file === undefined) return { id: 'atmDataTypeUnverified', details: { value, expType: 'file' } };
  if (file !== 'absent' && file.spaceId !== files.spaceId) return constraint(value, 'file', { inSpace: files.spaceId });
  const errno = file === 'absent' ? 'enoent' : file.errno;
  if (errno !== undefined)
    return noAccess.has(errno) ? constraint(value, 'file', { hasAccess: true }) : { id: 'posix', details: { errno } };
  if (file === 'absent' || spec.fileType === 'ANY' || spec.fileType === file.type) return undefined;
  return constraint(value, 'file', { fileType: spec.fileType });
}

function constraint(value: unknown, type: string, valueConstraints: unknown): CheckedError {
  return { id: 'atmDataValueConstraintUnverified', details: { value, type, valueConstraints } };
}
