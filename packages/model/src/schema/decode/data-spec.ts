import type { DataSpec, DataType, MeasurementSpec } from '../../data/data-spec.ts';
import {
  allowedFileAttributes,
  canonicalFileAttributeList,
  canonicalFileAttributes,
  canonicalGroupAttributeList,
  groupAttributes,
  isFileAttribute,
} from '../../data/attributes.ts';
import { isJsonObject } from '../../data/json.ts';
import { makeError } from '../../errors/make-error.ts';
import {
  booleanAt,
  listOf,
  misfit,
  optional,
  plainRecord,
  record,
  required,
  stopWith,
  textAt,
  unwrap,
  wordAt,
  type Cursor,
  type Fields,
} from './cursor.ts';

const dataTypes = [
  'array',
  'boolean',
  'dataset',
  'file',
  'group',
  'number',
  'object',
  'range',
  'string',
  'timeSeriesMeasurement',
] as const satisfies readonly DataType[];

const fileTypes = ['REG', 'DIR', 'SYMLNK', 'ANY'] as const;
export const matcherTypes = ['exact', 'hasPrefix'] as const;

/** A type descriptor in either encoding (schemas §3, R1–R4). */
export function dataSpecAt(at: Cursor): DataSpec {
  const { type, fields } = at.encoding === 'plain' ? plainSpec(at) : persistedSpec(at);
  switch (type) {
    case 'array':
      return { type, itemDataSpec: required(fields, 'itemDataSpec', dataSpecAt) };
    case 'boolean':
    case 'dataset':
    case 'object':
    case 'range':
      return { type };
    case 'file':
      return { type, fileType: optional(fields, 'fileType', 'ANY' as const, fileTypeAt), attributes: fileAttributesOf(fields) };
    case 'group':
      return { type, attributes: required(fields, 'attributes', groupAttributesAt) };
    case 'number':
      return {
        type,
        integersOnly: optional(fields, 'integersOnly', false, booleanAt),
        allowedValues: optional(fields, 'allowedValues', null, (list) => allowedValues(list, isNumber, 'a list of numbers is needed')),
      };
    case 'string':
      return {
        type,
        allowedValues: optional(fields, 'allowedValues', null, (list) => allowedValues(list, isString, 'a list of strings is needed')),
      };
    case 'timeSeriesMeasurement':
      return { type, specs: required(fields, 'specs', measurementSpecsAt) };
  }
}

interface Discriminated {
  readonly type: DataType;
  readonly fields: Fields;
}

/** Fields in a `valueConstraints` object are merged in; those at the top win (schemas R1). */
function plainSpec(at: Cursor): Discriminated {
  const fields = plainRecord(at);
  const nested = Object.hasOwn(fields.object, 'valueConstraints') ? fields.object['valueConstraints'] : undefined;
  const object = isJsonObject(nested) ? { ...nested, ...fields.object } : fields.object;
  const type = required(fields, 'type', (type) => wordAt(type, dataTypes));
  return { type, fields: { ...fields, object } };
}

/** Version 1 kept the constraints under a name of their own and is upgraded on reading (schemas R18, R21). */
function persistedSpec(at: Cursor): Discriminated {
  const { data, version } = unwrap(at, 2);
  const outer = plainRecord(data);
  const type = required(outer, 'type', (type) => wordAt(type, dataTypes));
  if (version === 1) return { type, fields: required(outer, 'valueConstraints', plainRecord) };
  return { type, fields: plainRecord(unwrap(data, 1).data) };
}

/** The retired word `LNK` has an error of its own (schemas §3). */
function fileTypeAt(at: Cursor): (typeof fileTypes)[number] {
  if (at.value === 'LNK' && at.encoding === 'plain') stopWith(makeError('badValueNotAllowed', { key: 'fileType', allowed: fileTypes }));
  return wordAt(at, fileTypes);
}

/** In persisted JSON missing or unrecognised attributes become the complete list (schemas R2). */
function fileAttributesOf(fields: Fields): readonly string[] | null {
  if (fields.encoding === 'plain') return required(fields, 'attributes', plainFileAttributesAt);
  if (!Object.hasOwn(fields.object, 'attributes')) return canonicalFileAttributes;
  const value = fields.object['attributes'];
  if (value === null) return null;
  const recognised = Array.isArray(value) && value.every((name) => typeof name === 'string' && isFileAttribute(name));
  return recognised ? canonicalFileAttributeList(value) : canonicalFileAttributes;
}

/** A single name counts as a list of one (schemas §3). */
function plainFileAttributesAt(at: Cursor): readonly string[] | null {
  if (at.value === null) return null;
  const names: readonly unknown[] = Array.isArray(at.value) ? at.value : [at.value];
  const known = names.filter((name): name is string => typeof name === 'string' && isFileAttribute(name));
  if (known.length !== names.length) stopWith(makeError('badValueNotAllowed', { key: 'attributes', allowed: allowedFileAttributes }));
  return canonicalFileAttributeList(known);
}

function groupAttributesAt(at: Cursor): readonly string[] | null {
  return at.value === null ? null : canonicalGroupAttributeList(listOf(at, (name) => wordAt(name, groupAttributes)));
}

const isNumber = (value: unknown): value is number => typeof value === 'number';
const isString = (value: unknown): value is string => typeof value === 'string';

/**
 * What the list holds is checked in plain JSON only (schemas R23): a value of another type in a persisted one equals
 * none that gets as far as being compared with it.
 */
function allowedValues<T>(at: Cursor, accepts: (value: unknown) => value is T, hint: string): readonly T[] {
  if (Array.isArray(at.value) && (at.encoding === 'persisted' || at.value.every(accepts))) return at.value as readonly T[];
  if (at.encoding === 'plain') stopWith(makeError('badData', { key: 'allowedValues', hint }));
  return misfit(at.path, 'has to be a list');
}

/** Two specs may not share a matcher, whatever their matcher types (schemas §3); unchecked in persisted JSON (schemas R23). */
function measurementSpecsAt(at: Cursor): readonly MeasurementSpec[] {
  const specs = listOf(at, measurementSpecAt);
  if (at.encoding === 'plain' && new Set(specs.map(({ nameMatcher }) => nameMatcher)).size < specs.length) {
    stopWith(makeError('badData', { key: 'specs', hint: 'two specs have the same name matcher' }));
  }
  return specs;
}

function measurementSpecAt(at: Cursor): MeasurementSpec {
  const fields = record(at);
  return {
    nameMatcherType: required(fields, 'nameMatcherType', (type) => wordAt(type, matcherTypes)),
    nameMatcher: required(fields, 'nameMatcher', textAt),
    unit: required(fields, 'unit', unitAt),
  };
}

const units = [
  'none',
  'milliseconds',
  'seconds',
  'bits',
  'bytes',
  'hertz',
  'countsPerSec',
  'bitsPerSec',
  'bytesPerSec',
  'operationsPerSec',
  'requestsPerSec',
  'readsPerSec',
  'writesPerSec',
  'ioOperationsPerSec',
  'percent',
  'percentNormalized',
  'boolean',
] as const;

/** A known unit or `custom:` and any text (schemas §6.4). */
export function unitAt(at: Cursor): string {
  const unit = textAt(at);
  return unit.startsWith('custom:') ? unit : wordAt(at, units);
}
