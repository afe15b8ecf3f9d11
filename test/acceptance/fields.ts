/** Fields within JSON documents, by their paths: reading, replacing and comparing. */

export type Path = readonly (string | number)[];

export function at(document: any, path: Path): any {
  let inner = document;
  for (const key of path) inner = inner[key];
  return inner;
}

export function replacedAt(document: any, [key, ...rest]: Path, value: unknown): any {
  if (key === undefined) return value;
  const copy = Array.isArray(document) ? [...document] : { ...document };
  if (!(key in copy)) throw new Error(`there is no field ${key}`);
  copy[key] = replacedAt(document[key], rest, value);
  return copy;
}

/** Paths of the fields that differ; of a list with another length, the list itself. */
export function differences(before: any, after: any, path = ''): readonly string[] {
  const isOpen = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
  const sameShape = isOpen(before) && isOpen(after) && Array.isArray(before) === Array.isArray(after);
  if (!sameShape) return Object.is(before, after) ? [] : [path];
  if (Array.isArray(before) && before.length !== after['length']) return [path];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => differences(before[key], after[key], path === '' ? key : `${path}.${key}`));
}
