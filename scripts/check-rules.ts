/**
 * The table rule → tests → result of the last complete run of the tests, for R1–R135 of executions and P1–P26:
 * `node scripts/check-rules.ts` prints it (`--quiet`: the sums only) and fails when a rule has neither a green test nor a
 * deliberate difference, or a test of it that is not green. The reporter keeps what it needs.
 */
import { readFile } from 'node:fs/promises';
import { promisesCitedIn, rulesCitedIn } from './rules/citations.ts';
import { executionRules, type RuleSection } from './rules/execution.ts';
import { peerPromises } from './rules/peers.ts';
import { resultsFile, type TestResult } from './rules/results.ts';

interface Row {
  readonly name: string;
  readonly tests: readonly TestResult[];
  readonly differences: readonly string[];
}

function rowsOf(letter: string, sections: readonly RuleSection[], citedIn: (title: string) => readonly number[]): readonly Row[] {
  return sections.flatMap(({ first, promises }) =>
    promises.map((entry, index) => ({
      name: `${letter}${first + index}`,
      tests: results.filter(({ title }) => citedIn(title).includes(first + index)),
      differences: typeof entry === 'string' ? [] : entry.slice(1),
    })),
  );
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
const rows = [...rowsOf('R', executionRules, rulesCitedIn), ...rowsOf('P', peerPromises, promisesCitedIn)];
const shown = process.argv.includes('--quiet') ? rows.filter((row) => !isGreen(row)) : rows;
for (const row of shown) console.log(lineOf(row));
const green = rows.filter(isGreen).length;
console.log(`rules and promises: ${green} of ${rows.length} green, by ${new Set(rows.flatMap(({ tests }) => tests)).size} tests`);
if (green < rows.length) process.exitCode = 1;
