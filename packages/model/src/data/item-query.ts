import { makeError } from '../errors/make-error.ts';
import { ok, refuse, type Result } from '../errors/result.ts';
import { isJsonObject } from './json.ts';

const arrayIndex = /^(?:\[(\d+)\]|(\d+))$/;

/**
 * The part of an iterated item that a path addresses: keys of objects, `[n]` or `n` on arrays; null or `[]` means
 * the whole item (data-and-stores R67). On an object `"1"` is a key.
 */
export function queryItem(item: unknown, query: readonly string[] | null): Result<unknown> {
  let part = item;
  for (const step of query ?? []) {
    const next = stepInto(part, step);
    if (next === undefined) return refuse(makeError('atmTaskArgMapperIteratedItemQueryFailed', { value: item, query }));
    part = next;
  }
  return ok(part);
}

/** JSON has no undefined, so it stands for "nothing there". */
function stepInto(value: unknown, step: string): unknown {
  if (Array.isArray(value)) {
    const found = arrayIndex.exec(step);
    const index = found?.[1] ?? found?.[2];
    return index === undefined ? undefined : (value[Number(index)] as unknown);
  }
  return isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}
