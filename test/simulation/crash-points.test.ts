/** A node that dies at any of its durable writes costs time and nothing else (design §12, T5; I13). */
import { describe, expect, it } from 'vitest';
import { baseNames, doubleCrashes, everyCrashPoint, undisturbed, type CrashPoint } from './crash-points.ts';
import { runJobs } from './pool.ts';
import type { SimulationReport } from './simulation.ts';
import { failureText } from './totals.ts';

const doubleCount = 300;

/** Reports in the order of the points. */
async function run(points: readonly CrashPoint[]): Promise<readonly SimulationReport[]> {
  const reports: SimulationReport[] = [];
  await runJobs({
    jobs: points.map((point) => ({ kind: 'crash', point })),
    onReport: (report) => {
      reports.push(report);
      return true;
    },
  });
  return reports;
}

describe('a process that is stopped before or after each durable write', () => {
  it('goes on to the same end, with every promise kept, also when it dies again while it recovers', { timeout: 400_000 }, async () => {
    const from = performance.now();
    const base = await run(undisturbed);
    const find = (reports: readonly SimulationReport[]): readonly string[] =>
      reports.flatMap((report) => {
        const expected = base.find(({ name }) => report.name.startsWith(name))?.outcome;
        const problems = report.problems.length > 0 || report.outcome === expected ? report.problems : [`ended as ${report.outcome}`];
        return problems.length === 0 ? [] : [failureText({ ...report, problems })];
      });
    expect(find(base)).toEqual([]);
    const ordered = baseNames.map((name) => base.find((report) => report.name === name)?.callCount ?? 0);
    const single = everyCrashPoint(ordered);
    const failures = find(await run(single));
    const double = doubleCrashes(ordered, doubleCount, 1);
    const doubleFailures = find(await run(double));
    const seconds = ((performance.now() - from) / 1000).toFixed(0);
    console.log(
      `crash points: ${single.length} (${ordered.join(' + ')} writes, before and after), ${double.length} double crashes, ${seconds} s`,
    );
    for (const text of [...failures, ...doubleFailures].slice(0, 3)) console.log(text);
    expect([...failures, ...doubleFailures].map((text) => text.split('\n').slice(0, 2).join(' '))).toEqual([]);
  });
});
