/**
 * What operations answered while tests ran, for the table of operations (scripts/check-operations.ts): one line for each
 * operation, answer and test. Each file of tests has a file of its own, begun anew when it runs again.
 */
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface SeenAnswer {
  readonly operationId: string;
  /** The status, and the id of the error if it is one, e.g. `204` or `403 forbidden`. */
  readonly answer: string;
  /** Names of the test and of what it is in; empty outside of tests. */
  readonly title: string;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, 'node_modules/.cache/laneway/seen-answers');

function recordOf(testFile: string): string {
  return join(folder, `${relative(root, testFile).replaceAll('/', '--')}.jsonl`);
}

export class SeenAnswers {
  readonly #record: string;
  readonly #written = new Set<string>();

  constructor(testFile: string) {
    this.#record = recordOf(testFile);
    mkdirSync(folder, { recursive: true });
    writeFileSync(this.#record, '');
  }

  add({ operationId, answer, title }: SeenAnswer): void {
    const line = JSON.stringify({ operationId, answer, title });
    if (this.#written.has(line)) return;
    this.#written.add(line);
    appendFileSync(this.#record, `${line}\n`);
  }
}

/** Those of all files of tests, as they ran last, each with its file. */
export function allSeenAnswers(): readonly (SeenAnswer & { readonly file: string })[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const file = name.replace(/\.jsonl$/, '').replaceAll('--', '/');
    const lines = readFileSync(join(folder, name), 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => ({ ...(JSON.parse(line) as SeenAnswer), file }));
  });
}
