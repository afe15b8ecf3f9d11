/** What a lambda's answer for a batch means for its items (data-and-stores R71–R73). */
import { errorOf } from './data-types.ts';
import { isObject } from './specs.ts';
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

/** R71a: a list of the wrong length (or no list) condemns the whole batch, under this key. */
export type BatchOutcome = { readonly batchKey: 'lambdaOutput.resultsBatch' } | { readonly items: readonly ItemOutcome[] };

export function outcomesOf(resultsBatch: unknown, itemCount: number, specs: readonly ResultSpec[], files: FileWorld): BatchOutcome {
  const answers: unknown = resultsBatch ?? Array.from({ length: itemCount }, () => null);
  if (!Array.isArray(answers) || answers.length !== itemCount) return { batchKey: 'lambdaOutput.resultsBatch' };
  return { items: answers.map((answer: unknown) => outcomeOf(answer, specs, files)) };
}

function outcomeOf(answer: unknown, specs: readonly ResultSpec[], files: FileWorld): ItemOutcome {
  const results = answer ?? {};
  if (!isObject(results)) return { kind: 'failed', error: { id: 'badData', details: { key: 'lambdaResultsForItem' } } };
  if (Object.hasOwn(results, 'exception')) return { kind: 'exception', reason: results['exception'] };
  const expected = specs.filter(({ relayMethod }) => relayMethod === 'returnValue').toSorted((left, right) => (left.name < right.name ? 1 : -1));
  for (const { name, dataSpec } of expected) {
    if (!Object.hasOwn(results, name)) {
      const details = { missingResultName: name, receivedResultNames: Object.keys(results) };
      return { kind: 'failed', error: { id: 'atmTaskResultMissing', details } };
    }
    const error = errorOf(results[name], dataSpec, files);
    if (error !== undefined) return { kind: 'failed', error: { id: 'atmTaskResultMappingFailed', details: { result: name, specificError: error } } };
  }
  return { kind: 'passed' };
}
