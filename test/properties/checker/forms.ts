/** What is left of a valid value when it is stored and handed out again, and when it becomes an argument (data-and-stores §2.3, §2.4). */
import { errorOf, rangeOf } from './data-types.ts';
import { isObject } from './specs.ts';
import type { CheckedError, CheckedSpec, FileWorld } from './specs.ts';

/** R9: references, ranges and measurements lose what is not theirs; a plain object keeps everything. */
export function iteratedForm(value: unknown, spec: CheckedSpec): unknown {
  if (spec.type === 'array') return (value as readonly unknown[]).map((item) => iteratedForm(item, spec.itemDataSpec));
  if (!isObject(value)) return value;
  if (spec.type === 'file') return { fileId: value['fileId'] };
  if (spec.type === 'timeSeriesMeasurement') return { tsName: value['tsName'], timestamp: value['timestamp'], value: value['value'] };
  if (spec.type !== 'range') return value;
  const [start, end, step] = rangeOf(value);
  return { start, end, step };
}

/** §2.4 for everything that is not a reference: checked, and passed on as it is (a range is not completed). */
export function conformed(
  value: unknown,
  spec: CheckedSpec,
  files: FileWorld,
): { readonly value: unknown } | { readonly error: CheckedError } {
  const error = errorOf(value, spec, files);
  return error === undefined ? { value } : { error };
}
