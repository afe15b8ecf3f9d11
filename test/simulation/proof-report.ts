/** The report of a long run, for docs/reference. */
import { legalRows, missingRows, reservedRows } from './coverage.ts';
import type { Totals } from './totals.ts';

export function proofReport({
  totals,
  from,
  seconds,
}: {
  readonly totals: Totals;
  readonly from: number;
  readonly seconds: number;
}): string {
  const { count, stepCount, leastSteps, faultCount, leastFaults, jobCount, virtualMs, edges, commands, failed } = totals;
  const missing = missingRows(edges);
  const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
    [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
  return `# Proof

The last run of the simulator (\`npm run proof\`): the real engine, two or three nodes over one database in virtual time,
with faults of the store, nodes that die, freeze and leave, lambdas that misbehave, and users. Every transition and every
job handed over was checked, and every execution had to come to its end. A seed is replayed by \`npm run proof -- --seed N\`.

${table(
  ['figure', 'value'],
  [
    ['simulations', `${count}, seeds from ${from} on`],
    ['duration', `${seconds} s`],
    ['virtual time', `${(virtualMs / 3_600_000).toFixed(1)} h`],
    ['steps', `${stepCount}, at least ${leastSteps} each`],
    ['faults', `${faultCount}, at least ${leastFaults} each`],
    ['jobs handed over', jobCount],
    ['rows of the transition tables', `${legalRows.length - missing.length} of ${legalRows.length}`],
    ['failed', failed.length],
  ],
)}

## Failures

${failed.length === 0 ? 'None.' : failed.map((report) => `- ${report.name}: ${report.problems[0]}`).join('\n')}

## Commands that were accepted

${table(['command', 'times'], Object.entries(commands).toSorted())}

## Rows of the transition tables

${table(
  ['row', 'times'],
  legalRows.map((row) => [row, edges[row] ?? '**never**']),
)}

Rows that the reducer has and the engine never asks for; a simulation that takes one fails:

${Object.entries(reservedRows)
  .map(([row, why]) => `- ${row}: ${why}.`)
  .join('\n')}
`;
}
