/**
 * Answers that the API description lists and that no test with recorded answers has seen yet, by operation; in open-answers.txt, a line
 * `operation: answer, answer` each. Tests of files and datasets with real directories, of the login with a provider and of the command
 * line see some of them without a record. The list may only become shorter.
 */
import { readFileSync } from 'node:fs';

const text = readFileSync(new URL('open-answers.txt', import.meta.url), 'utf8');

export const openAnswers: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(': '))
    .map(([operationId, answers = '']) => [operationId, answers.split(', ')]),
);
