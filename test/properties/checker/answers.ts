/** What a lambda's answer for a batch means for its items (data-and-stores R71–R73). */
import { errorOf } from './data-types.ts';
import { isObject, own } from './specs.ts';
import type { CheckedError, CheckedSpec, FileWorld } from './specs.ts';

export interface ResultSpec {
  readonly name: string;
  readonly dataSpec: CheckedSpec;
  readonly relayMethod: 'returnValue' | 'filePipe';
}

export type ItemOutcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'exception'; readonly reason: unknown }
  | { readonly kind: 'failed'; readonly error: CheckedError };

/** The whole batch fails, under this key (lambdas §1.8; R71a), or with the reason that the lambda gave. */
export type BatchOutcome =
  | { readonly batchKey: 'lambdaOutput' | 'lambdaOutput.resultsBatch' }
  | { readonly batchReason: unknown }
  | { readonly items: readonly ItemOutcome[] };

export function outcomesOf(answer: unknown, itemCount: number, specs: readonly ResultSpec[], files: FileWorld): BatchOutcome {
  const empty = Array.from({ length: itemCount }, () => null);
  if (answer === null) return { items: empty.map((results) => outcomeOf(results, specs, files)) };
  if (!isObject(answer)) return { batchKey: 'lambdaOutput' };
  if (Object.hasOwn(answer, 'exception')) return { batchReason: answer['exception'] };
  const batch = own(answer, 'resultsBatch');
  if (batch !== null && !Array.isArray(batch)) return { batchKey: 'lambdaOutput' };
  const results: readonly unknown[] = batch ?? empty;
  if (results.length !== itemCount) return { batchKey: 'lambdaOutput.resultsBatch' };
  return { items: results.map((element) => outcomeOf(element, specs, files)) };
}

function outcomeOf(answer: unknown, specs: readonly ResultSpec[], files: FileWorld): ItemOutcome {
  const results = answer ?? {};
  if (!isObject(results)) return { kind: 'failed', error: { id: 'badData', details: { key: 'lambdaResultsForItem' } } };
  if (Object.hasOwn(results, 'exception')) return { kind: 'exception', reason: results['exception'] };
  const expected = specs
    .filter(({ relayMethod }) => relayMethod === 'returnValue')
    .toSorted((left, right) => (left.name < right.name ? 1 : -1));
  for (const { name, dataSpec } of expected) {
    if (!Object.hasOwn(results, name)) {
      const details = { missingResultName: name, receivedResultNames: Object.keys(results) };
      return { kind: 'failed', error: { id: 'atmTaskResultMissing', details } };
    }
    const error = errorOf(results[name], dataSpec, files);
    if (error !== undefined)
      return { kind: 'failed', error: { id: 'atmTaskResultMappingFailed', details: { result: name, specificError: error } } };
  }
  return { kind: 'passed' };
}
