/** Reading a lambda's answer for a batch (lambdas §1.8, §1.9; data-and-stores R71a). */
import { isJsonObject, jsonValueProblem, makeError, type ErrorObject } from '@laneway/model';

/** What a lambda said of one item. */
export type ItemAnswer =
  | { readonly kind: 'results'; readonly results: Readonly<Record<string, unknown>> }
  /** Raised by the lambda: `reason` is its value as it is (lambdas R24). */
  | { readonly kind: 'exception'; readonly reason: unknown }
  | { readonly kind: 'malformed'; readonly error: ErrorObject };

export type BatchAnswer =
  | { readonly kind: 'items'; readonly items: readonly ItemAnswer[] }
  /** The batch crashed: `reason` is the value of `exception` as it is. */
  | { readonly kind: 'exception'; readonly reason: unknown }
  | { readonly kind: 'malformed'; readonly error: ErrorObject };

/**
 * What keeps a lambda's value from being kept as JSON, for a hint; null when nothing does. Runtimes parse what lambdas
 * write with the limits of the platform only, so this is where ours hold (design §5).
 */
export function unusableValue(value: unknown): string | null {
  const problem = jsonValueProblem(value);
  if (problem === null) return null;
  return problem === 'tooDeep' ? 'a value is nested too deeply' : 'a number is too large';
}

/** `response` is the parsed body; `itemCount` the number of items that were sent. */
export function readResponse(response: unknown, itemCount: number): BatchAnswer {
  if (response === null || response === undefined) return { kind: 'items', items: emptyAnswers(itemCount) };
  if (!isJsonObject(response)) return unexpected(response);
  if (Object.hasOwn(response, 'exception')) {
    const hint = unusableValue(response['exception']);
    return hint === null ? { kind: 'exception', reason: response['exception'] } : malformed('lambdaOutput', hint);
  }
  const batch = Object.hasOwn(response, 'resultsBatch') ? response['resultsBatch'] : undefined;
  if (batch === null) return { kind: 'items', items: emptyAnswers(itemCount) };
  if (!Array.isArray(batch)) return unexpected(response);
  if (batch.length !== itemCount) {
    return malformed('lambdaOutput.resultsBatch', `expected ${itemCount} results, one for each item, but received ${batch.length}`);
  }
  return { kind: 'items', items: batch.map(readItem) };
}

function readItem(element: unknown): ItemAnswer {
  if (element === null) return { kind: 'results', results: {} };
  const problem = unusableValue(element);
  if (problem !== null) return malformed('lambdaResultsForItem', problem);
  if (!isJsonObject(element)) {
    return malformed('lambdaResultsForItem', `expected an object with the results of the item, but received ${trimmed(element)}`);
  }
  if (Object.hasOwn(element, 'exception')) return { kind: 'exception', reason: element['exception'] };
  return { kind: 'results', results: element };
}

function emptyAnswers(count: number): ItemAnswer[] {
  return Array.from({ length: count }, () => ({ kind: 'results', results: {} }));
}

function unexpected(response: unknown): BatchAnswer {
  const problem = unusableValue(response);
  const received = problem === null ? `received ${JSON.stringify(trimmed(response))}` : problem;
  return malformed('lambdaOutput', `expected an object with "resultsBatch", but ${received}`);
}

function malformed(key: string, hint: string): { readonly kind: 'malformed'; readonly error: ErrorObject } {
  return { kind: 'malformed', error: makeError('badData', { key, hint }) };
}

/** The first 1024 bytes of the JSON text (lambdas R17). */
function trimmed(value: unknown): string {
  const bytes = Buffer.from(JSON.stringify(value));
  return bytes.length <= 1024 ? bytes.toString() : `${bytes.subarray(0, 1024).toString()}...`;
}
