/** What the last run of the tests came to, for the table of rules. */
import { fileURLToPath } from 'node:url';

export interface TestResult {
  /** As it was run: placeholders of tables are filled in. */
  readonly title: string;
  readonly state: 'passed' | 'failed' | 'skipped';
}

export const resultsFile = fileURLToPath(new URL('../../node_modules/.cache/laneway/test-results.json', import.meta.url));
