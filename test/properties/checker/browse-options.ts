/** What options of browsing a log-like store mean, or why they are refused (data-and-stores §4, R22, R23, §4.1). */
import { own, type CheckedError } from './specs.ts';

export type ListedStore = 'list' | 'treeForest' | 'exception' | 'auditLog';

type Given = Readonly<Record<string, unknown>>;

const directions = ['forward_from_oldest', 'backward_from_newest'];

/**
 * What the options mean, or their first error: `type` first, the others in alphabetical order (rest R54). Null counts as absent, integers may
 * be texts, unknown keys do not matter.
 */
export function readOptions(store: ListedStore, given: Given): { readonly error: CheckedError } | { readonly options: Given } {
  const type = `${store}StoreContentBrowseOptions`;
  const errors: CheckedError[] = [];
  const isLog = store === 'auditLog';
  if (Object.keys(given).length > 0 && value(given, 'type') === undefined) errors.push(error('missingRequiredValue', { key: 'type' }));
  word(given, 'type', [type], errors);
  const direction = isLog ? (word(given, 'direction', directions, errors) ?? 'backward_from_newest') : undefined;
  const index = integer(given, 'index', errors, (key) => error('badData', { key }));
  const limit = integer(given, 'limit', errors) ?? 1000;
  if (limit < 1 || limit > 1000) errors.push(error('badValueNotInRange', { key: 'limit', low: 1, high: 1000 }));
  const offset = integer(given, 'offset', errors) ?? 0;
  const timestamp = isLog ? integer(given, 'timestamp', errors) : undefined;
  if (timestamp !== undefined && timestamp < 0) errors.push(error('badValueTooLow', { key: 'timestamp', limit: 0 }));
  const [first] = errors;
  if (first !== undefined) return { error: first };
  const plain = { index: index ?? null, offset, limit };
  return { options: isLog ? { ...plain, timestamp: timestamp ?? null, direction } : plain };
}

function value(given: Given, key: string): unknown {
  return own(given, key) ?? undefined;
}

/** Of a list; what is no text is told apart from a text that is not in it (rest R56). */
function word(given: Given, key: string, allowed: readonly string[], errors: CheckedError[]): unknown {
  const found = value(given, key);
  if (found === undefined) return undefined;
  if (typeof found !== 'string') errors.push(error('badValueString', { key }));
  else if (!allowed.includes(found)) errors.push(error('badValueNotAllowed', { key, allowed }));
  return found;
}

function integer(
  given: Given,
  key: string,
  errors: CheckedError[],
  misfit: (key: string) => CheckedError = (bad) => error('badValueInteger', { key: bad }),
): number | undefined {
  const found = value(given, key);
  if (found === undefined) return undefined;
  if (typeof found === 'number' && Number.isInteger(found)) return found;
  if (typeof found === 'string' && /^-?\d+$/.test(found)) return Number(found);
  errors.push(misfit(key));
  return undefined;
}

function error(id: string, details: CheckedError['details']): CheckedError {
  return { id, details };
}
