import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';
import { resultsFile, type TestResult } from './rules/results.ts';

/**
 * Prints the plain count as the last line of a test run, so that CI and people read one format, and keeps the results
 * for the table of rules.
 */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    let failedFiles = 0;
    const results: TestResult[] = [];
    for (const module of modules) {
      const own = [...module.children.allTests()].map((test): TestResult => {
        const { state } = test.result();
        return { title: test.name, state: state === 'passed' || state === 'failed' ? state : 'skipped' };
      });
      results.push(...own);
      // A file whose import or set-up failed has no failed test of its own, and must still count.
      if (module.state() === 'failed' && own.every(({ state }) => state !== 'failed')) failedFiles += 1;
    }
    mkdirSync(dirname(resultsFile), { recursive: true });
    writeFileSync(resultsFile, JSON.stringify(results));
    const count = (state: TestResult['state']): number => results.filter((result) => result.state === state).length;
    const line = `tests: ${count('passed')} passed, ${count('failed') + failedFiles} failed, ${count('skipped')} skipped\n`;
    // On exit, so that no other reporter can print after it.
    process.once('exit', () => void process.stdout.write(line));
  }
}
