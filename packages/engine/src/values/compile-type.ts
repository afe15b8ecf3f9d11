/** From data specs to value types. The checks themselves are those of the model. */
import {
  checkValue,
  constraintError,
  makeError,
  ok,
  posixError,
  refuse,
  typeError,
  type DataSpec,
  type ErrorObject,
  type Measurement,
  type RangeValue,
  type Result,
} from '@laneway/model';
import { isFileId } from '../files/file-id.ts';
import type { Facts } from './facts.ts';
import { fileIdIn, idIn, referenceCheck } from './references.ts';
import { UnreadableName } from './unreadable-name.ts';
import { describedAttributes, type ValueType } from './value-type.ts';

/** Compiles a spec; do it once per spec, not per value. */
export function compileType(spec: DataSpec): ValueType {
  switch (spec.type) {
    case 'array':
      return arrayType(spec, compileType(spec.itemDataSpec));
    case 'dataset':
      return datasetType(spec);
    case 'file':
      return fileType(spec);
    case 'group':
      return groupType(spec);
    case 'range':
      return rangeType(spec);
    case 'timeSeriesMeasurement':
      return { ...plainType(spec), toStored: (value) => onlyMeasurement(value as Measurement) };
    case 'boolean':
    case 'number':
    case 'object':
    case 'string':
      return plainType(spec);
  }
}

/** A type whose values are stored as they are. */
function plainType(spec: DataSpec): ValueType {
  const validate: ValueType['validate'] = (value, facts) => checkValue(spec, value, referenceCheck(facts));
  return {
    name: spec.type,
    hasReferences: false,
    attributes: [],
    collect: () => undefined,
    collectStored: () => undefined,
    validate,
    conform: (value, facts) => {
      const problem = validate(value, facts);
      return problem === null ? ok(value) : refuse(problem);
    },
    toStored: (value) => value,
    fromStored: (stored) => stored,
    describe: (stored) => ok(stored),
  };
}

function rangeType(spec: DataSpec): ValueType {
  const complete = (stored: unknown): unknown => {
    const [start, end, step] = stored as readonly [number, number, number];
    return { start, end, step };
  };
  return {
    ...plainType(spec),
    toStored: (value) => {
      const { start = 0, end, step = 1 } = value as RangeValue;
      return [start, end, step];
    },
    fromStored: complete,
    describe: (stored) => ok(complete(stored)),
  };
}

function onlyMeasurement({ tsName, timestamp, value }: Measurement): Measurement {
  return { tsName, timestamp, value };
}

function datasetType(spec: DataSpec): ValueType {
  const plain = plainType(spec);
  const infoOf = (id: string | null, facts: Facts): unknown => (id === null ? undefined : facts.datasets.get(id)?.info);
  // What a walk of nested datasets produces is complete, and stored so (R47).
  const storedId = (stored: unknown): string | null => (typeof stored === 'string' ? stored : idIn(stored, 'datasetId'));
  return {
    ...plain,
    hasReferences: true,
    collect: (value, ids) => addTo(ids.datasets, idIn(value, 'datasetId')),
    collectStored: (stored, ids) => addTo(ids.datasets, storedId(stored)),
    conform: (value, facts) => {
      const problem = plain.validate(value, facts);
      return problem === null ? ok(infoOf(idIn(value, 'datasetId'), facts)) : refuse(problem);
    },
    toStored: (value) => idIn(value, 'datasetId'),
    fromStored: (stored) => (typeof stored === 'string' ? { datasetId: stored } : stored),
    describe: (stored, facts) => {
      const info = infoOf(storedId(stored), facts);
      return info === undefined ? refuse(makeError('notFound')) : ok(info);
    },
  };
}

const groupKeys = ['groupId', 'name', 'type'] as const;

function groupType(spec: Extract<DataSpec, { type: 'group' }>): ValueType {
  const attributes = spec.attributes ?? ['groupId'];
  const plain = plainType(spec);
  const pickOf = (id: unknown, facts: Facts, names: readonly string[]): unknown => {
    const info = typeof id === 'string' ? facts.groups.get(id) : undefined;
    return info === undefined ? undefined : pick({ ...info }, names);
  };
  return {
    ...plain,
    hasReferences: true,
    collect: (value, ids) => addTo(ids.groups, idIn(value, 'groupId')),
    collectStored: (stored, ids) => addTo(ids.groups, stored),
    conform: (value, facts) => {
      const problem = plain.validate(value, facts);
      return problem === null ? ok(pickOf(idIn(value, 'groupId'), facts, attributes)) : refuse(problem);
    },
    toStored: (value) => idIn(value, 'groupId'),
    fromStored: (stored) => ({ groupId: stored }),
    describe: (stored, facts) => {
      const info = pickOf(stored, facts, groupKeys);
      return info === undefined ? refuse(makeError('notFound')) : ok(info);
    },
  };
}

function addTo(ids: Set<string>, id: unknown): void {
  if (typeof id === 'string') ids.add(id);
}

function fileType(spec: Extract<DataSpec, { type: 'file' }>): ValueType {
  const attributes = spec.attributes ?? ['fileId'];
  const plain = plainType(spec);
  return {
    ...plain,
    hasReferences: true,
    attributes,
    collect: (value, ids) => {
      const fileId = fileIdIn(value);
      if (fileId !== null && isFileId(fileId)) ids.files.add(fileId);
    },
    collectStored: (stored, ids) => addTo(ids.files, stored),
    conform: (value, facts) => {
      const problem = plain.validate(value, facts);
      if (problem !== null) return refuse(problem);
      const found = facts.files.get(fileIdIn(value) ?? '')?.attributes ?? refuse(posixError('ENOENT'));
      return found.ok ? ok(pick(found.value, attributes)) : found;
    },
    toStored: (value) => fileIdIn(value),
    fromStored: (stored) => UnreadableName.fromStored(stored) ?? { fileId: stored },
    describe: (stored, facts) => {
      if (typeof stored !== 'string') return refuse(posixError('EILSEQ'));
      const found = facts.files.get(stored)?.attributes ?? refuse(posixError('ENOENT'));
      return found.ok ? ok(pick(found.value, describedAttributes)) : found;
    },
  };
}

/** `xattr.*` stands for all of them, so names beginning with `xattr.` come along. */
function pick(source: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const name of names) {
    if (name !== 'xattr.*') picked[name] = source[name] ?? null;
    else for (const key of Object.keys(source)) if (key.startsWith('xattr.')) picked[key] = source[key];
  }
  return picked;
}

function arrayType(spec: DataSpec, item: ValueType): ValueType {
  const plain = plainType(spec);
  if (!item.hasReferences && item.name !== 'array' && item.name !== 'range') {
    return { ...plain, toStored: (value) => (value as readonly unknown[]).map((element) => item.toStored(element)) };
  }
  return {
    ...plain,
    hasReferences: item.hasReferences,
    attributes: item.attributes,
    collect: (value, ids) => {
      if (item.hasReferences && Array.isArray(value)) for (const element of value) item.collect(element, ids);
    },
    collectStored: (stored, ids) => {
      if (item.hasReferences) for (const element of stored as readonly unknown[]) item.collectStored(element, ids);
    },
    conform: (value, facts) => {
      if (!Array.isArray(value)) return refuse(typeError(value, 'array'));
      return each(
        value,
        (element) => item.conform(element, facts),
        (index, problem) => constraintError(value, 'array', { [`$[${index}]`]: problem }),
      );
    },
    toStored: (value) => (value as readonly unknown[]).map((element) => item.toStored(element)),
    fromStored: (stored) => (stored as readonly unknown[]).map((element) => item.fromStored(element)),
    describe: (stored, facts) =>
      each(
        stored as readonly unknown[],
        (element) => item.describe(element, facts),
        (_index, problem) => problem,
      ),
  };
}

function each(
  elements: readonly unknown[],
  run: (element: unknown) => Result<unknown>,
  onProblem: (index: number, problem: ErrorObject) => ErrorObject,
): Result<unknown[]> {
  const results: unknown[] = [];
  for (const [index, element] of elements.entries()) {
    const result = run(element);
    if (!result.ok) return refuse(onProblem(index, result.error));
    results.push(result.value);
  }
  return ok(results);
}
