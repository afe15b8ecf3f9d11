import type { JsonObject } from '@laneway/model';

/** What follows the first question mark of a target; further ones are part of values, such as a callback's. */
export function queryOf(target: string): string {
  const at = target.indexOf('?');
  return at === -1 ? '' : target.slice(at + 1);
}

/** Query parameters; one that is given repeatedly becomes a list in reverse order of appearance (rest R12). */
export function parseQuery(text: string): JsonObject {
  const values = new Map<string, string | string[]>();
  for (const [key, value] of new URLSearchParams(text)) {
    const earlier = values.get(key);
    if (earlier === undefined) values.set(key, value);
    else values.set(key, [value, ...(typeof earlier === 'string' ? [earlier] : earlier)]);
  }
  return Object.fromEntries(values);
}

/** Body and query as one set of parameters; the query wins (rest R11). */
export function mergeParameters(body: JsonObject, query: JsonObject): JsonObject {
  return Object.fromEntries([...Object.entries(body), ...Object.entries(query)]);
}
