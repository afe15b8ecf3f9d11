/** What the last run of the tests came to, for the table of rules. */
import { fileURLToPath } from 'node:url';

export interface TestResult {
  /** Path of its file. */
  readonly file: string;
  /** As it was run: placeholders of tables are filled in. */
  readonly title: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  /** Why it failed. */
  readonly problem?: string;
}

export const resultsFile = fileURLToPath(new URL('../../node_modules/.cache/laneway/test-results.json', import.meta.url));

/** The failed ones with their problems, as text: `.ci/run` ends with it, because whoever reads its end only must learn what failed. */
export const failuresFile = fileURLToPath(new URL('../../node_modules/.cache/laneway/failed-tests.txt', import.meta.url));

/** Files whose process was ended by a signal while they ran: paths, as JSON. */
export const crashedFile = fileURLToPath(new URL('../../node_modules/.cache/laneway/crashed-tests.json', import.meta.url));

/** Set while crashed files run again: their results replace those of the run before. */
export const againVariable = 'LANEWAY_TEST_AGAIN';
