import { isJsonObject } from '../../data/json.ts';
import { objectOf, record, unwrap, type Cursor } from './cursor.ts';

/** A dashboard is kept as opaque plain JSON (schemas §6.6); only its record wrappers are taken off here (schemas R19). */
export function dashboardAt(at: Cursor): unknown {
  if (at.encoding === 'plain') return objectOf(at);
  record(at);
  return unwrapped(at);
}

function unwrapped(at: Cursor): unknown {
  const { value } = at;
  if (Array.isArray(value)) return value.map((item: unknown, index) => unwrapped({ ...at, value: item, path: `${at.path}[${index}]` }));
  if (!isJsonObject(value)) return value;
  const isRecord = Object.hasOwn(value, '_version');
  const data = isRecord ? unwrap(at, 1).data.value : value;
  if (!isJsonObject(data)) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, field]) => [
      key,
      isLiteralData(data, key) ? field : unwrapped({ ...at, value: field, path: `${at.path}.${key}` }),
    ]),
  );
}

/** The `data` of a `literal` is the user's own JSON; it is the only argument with that name (schemas R20). */
function isLiteralData(data: Readonly<Record<string, unknown>>, key: string): boolean {
  return key === 'data' && Object.keys(data).length === 1;
}
