/**
 * The table rule → tests → result of the last complete run of the tests, for the rules of the references
 * and the promises P…: `node scripts/check-rules.ts` prints it (`--quiet`: the sums only) and fails when a rule has
 * neither a green test nor a deliberate difference, or a test of it that is not green. The reporter keeps what it needs.
 */
import { readFile } from 'node:fs/promises';
import { books } from './rules/books.ts';
import { resultsFile, type TestResult } from './rules/results.ts';
import type { Rule, RuleBook } from './rules/rule-book.ts';

interface Row extends Rule {
  readonly tests: readonly TestResult[];
}

function rowsOf({ sections, citedIn }: RuleBook): readonly Row[] {
  const rules = sections.flatMap((section) => section.rules);
  return rules.map((rule) => ({ ...rule, tests: results.filter(({ title }) => citedIn(title).includes(rule.name)) }));
}

function isGreen({ tests, differences }: Row): boolean {
  return tests.every(({ state }) => state === 'passed') && (tests.length > 0 || differences.length > 0);
}

function lineOf(row: Row): string {
  const passed = row.tests.filter(({ state }) => state === 'passed').length;
  const others = row.tests.filter(({ state }) => state !== 'passed').map(({ title, state }) => `${state}: ${title}`);
  const differences = row.differences.length === 0 ? '' : ` (${row.differences.join(', ')})`;
  const verdict = isGreen(row) ? 'green' : 'NOT GREEN';
  return [
    `${row.name.padEnd(5)} ${verdict}  ${passed} of ${row.tests.length} tests${differences}`,
    ...others.map((other) => `      ${other}`),
  ].join('\n');
}

const results = JSON.parse(await readFile(resultsFile, 'utf8')) as readonly TestResult[];
const seen = new Set<TestResult>();
let [greenCount, count] = [0, 0];
for (const book of books) {
  const rows = rowsOf(book);
  const shown = process.argv.includes('--quiet') ? rows.filter((row) => !isGreen(row)) : rows;
  if (shown.length > 0) console.log(`${book.heading}:`);
  for (const row of shown) console.log(lineOf(row));
  for (const result of rows.flatMap(({ tests }) => tests)) seen.add(result);
  greenCount += rows.filter(isGreen).length;
  count += rows.length;
}
console.log(`rules and promises: ${greenCount} of ${count} green, by ${seen.size} tests`);
if (greenCount < count) process.exitCode = 1;
