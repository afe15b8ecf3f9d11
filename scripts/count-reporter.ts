import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Reporter, TestModule } from 'vitest/node';
import { againVariable, crashedFile, failuresFile, resultsFile, type TestResult } from './rules/results.ts';

const problemLength = 2000;

/**
 * Prints the plain count as the last line of a test run, so that CI and people read one format, and keeps the results
 * for the table of rules, and which files have to run again (run-tests.ts).
 */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[] = []): void {
    const own = modules.flatMap(resultsOf);
    const files = new Set(modules.map((module) => module.moduleId));
    const results = process.env[againVariable] === undefined ? own : [...earlierResults().filter(({ file }) => !files.has(file)), ...own];
    mkdirSync(dirname(resultsFile), { recursive: true });
    writeFileSync(resultsFile, JSON.stringify(results));
    const outside = errors.map((error) => `outside of the tests: ${problemOf(error as TestProblem)}\n`);
    writeFileSync(failuresFile, [...results.flatMap(failureOf), ...outside].join(''));
    writeFileSync(crashedFile, JSON.stringify([...new Set(errors.flatMap(crashedIn))]));
    const count = (state: TestResult['state']): number => results.filter((result) => result.state === state).length;
    const line = `tests: ${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped\n`;
    // On exit, so that no other reporter can print after it.
    process.once('exit', () => void process.stdout.write(line));
  }
}

function resultsOf(module: TestModule): readonly TestResult[] {
  const file = module.moduleId;
  const own = [...module.children.allTests()].map((test): TestResult => {
    const { state, errors = [] } = test.result();
    if (state !== 'failed') return { file, title: test.name, state: state === 'passed' ? state : 'skipped' };
    return { file, title: test.name, state, problem: [test.fullName, ...errors.map(problemOf)].join('\n') };
  });
  // A file whose import or set-up failed has no failed test of its own, and must still count.
  const failedAsWhole = module.state() === 'failed' && own.every(({ state }) => state !== 'failed');
  if (!failedAsWhole) return own;
  return [
    ...own,
    { file, title: 'the file itself', state: 'failed', problem: ['the file itself', ...module.errors().map(problemOf)].join('\n') },
  ];
}

interface TestProblem {
  readonly message: string;
  readonly stack?: string;
  readonly diff?: string;
}

function problemOf({ message, stack = '', diff = '' }: TestProblem): string {
  const [where = ''] = stack.split('\n').filter((line) => line.startsWith('    at '));
  return stripVTControlCharacters([message, diff, where].filter((part) => part !== '').join('\n')).slice(0, problemLength);
}

function failureOf({ file, state, problem = '' }: TestResult): readonly string[] {
  return state === 'failed' ? [`${relative(process.cwd(), file)} › ${problem.replaceAll('\n', '\n  ')}\n`] : [];
}

function earlierResults(): readonly TestResult[] {
  return JSON.parse(readFileSync(resultsFile, 'utf8')) as readonly TestResult[];
}

function crashedIn(error: unknown): readonly string[] {
  const texts: string[] = [];
  for (let at = error; typeof at === 'object' && at !== null; at = (at as { cause?: unknown }).cause) {
    texts.push(String((at as { message?: unknown }).message));
  }
  return texts.flatMap((text) => /exited unexpectedly with signal SIG\w+ .* while running test file (\S+)/.exec(text)?.[1] ?? []);
}
