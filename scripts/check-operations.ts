/**
 * The table operation → answer → tests of the last complete run of the tests: `node scripts/check-operations.ts` prints it
 * (`--quiet`: what is missing and the sums). It fails when an operation never succeeded, was never refused to a guest, to somebody without
 * the privilege or for a thing that is not there although it can be, or when another of its errors was never seen.
 */
import { describedOperations, type OperationAnswers } from './operations/answers.ts';
import { allSeenAnswers } from '../test/support/seen-answers.ts';

const quiet = process.argv.includes('--quiet');

/** `operation answer` → files of the tests in which it was seen. */
const seen = new Map<string, Set<string>>();
for (const { operationId, answer, file } of allSeenAnswers()) {
  const key = `${operationId} ${answer}`;
  seen.set(key, (seen.get(key) ?? new Set()).add(file));
}

/** Of several kinds of success one is enough where the reference has several. */
function missingOf({ operationId, successes, refusals }: OperationAnswers): readonly string[] {
  const isSeen = (answer: string): boolean => seen.has(`${operationId} ${answer}`);
  return [...(successes.some(isSeen) ? [] : successes.slice(0, 1)), ...refusals.filter((answer) => !isSeen(answer))];
}

let [answerCount, missingCount] = [0, 0];
for (const operation of describedOperations()) {
  const { operationId, successes, refusals } = operation;
  const all = [...successes, ...refusals];
  const missing = missingOf(operation);
  answerCount += all.length;
  missingCount += missing.length;
  if (!quiet)
    for (const answer of all)
      console.log(`${operationId} ${answer}: ${[...(seen.get(`${operationId} ${answer}`) ?? [])].join(', ') || '–'}`);
  for (const answer of missing) console.log(`${operationId}: no test saw ${answer}`);
}
console.log(`answers of operations: ${answerCount}, ${missingCount} never seen`);
if (missingCount > 0) process.exitCode = 1;
