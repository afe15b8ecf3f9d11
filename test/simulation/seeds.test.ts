/** The whole engine under seeded faults, in virtual time (design §12, T3). `npm run proof` runs any number of seeds. */
import { describe, expect, it } from 'vitest';
import { missingRows } from './coverage.ts';
import { runJobs } from './pool.ts';
import { targetedScenarios } from './targeted.ts';
import { failureText, figures } from './totals.ts';
import type { Job } from './worker.ts';

const seedCount = 1000;

function* everything(): Generator<Job> {
  for (const { name } of targetedScenarios) yield { kind: 'targeted', name };
  for (let seed = 1; seed <= seedCount; seed += 1) yield { kind: 'seed', seed };
}

describe('two or three nodes over one database while everything goes wrong', () => {
  it(`keep every promise in ${seedCount} seeds, and take every row of the transition tables`, { timeout: 400_000 }, async () => {
    const from = performance.now();
    const totals = await runJobs({ jobs: everything(), onReport: (_, { failed }) => failed.length < 5 });
    console.log(`simulator: ${figures(totals)}, in ${((performance.now() - from) / 1000).toFixed(0)} s`);
    for (const report of totals.failed) console.log(failureText(report));
    expect(totals.failed.map((report) => `${report.name}: ${report.problems[0]}`)).toEqual([]);
    expect(totals.count).toBe(seedCount + targetedScenarios.length);
    expect(totals.leastSteps).toBeGreaterThanOrEqual(200);
    expect(totals.leastFaults).toBeGreaterThanOrEqual(3);
    expect(missingRows(totals.edges)).toEqual([]);
    const commands = ['cancel', 'delete', 'forceContinue', 'pause', 'rerun', 'resume', 'retry'];
    expect(Object.keys(totals.commands).toSorted()).toEqual(commands);
  });

  it('come to the same trace, byte for byte, whatever the process ran before', { timeout: 120_000 }, async () => {
    const seeds = [3, 58, 141, 412, 777, 1234, 9001];
    const run = async (order: readonly number[]): Promise<ReadonlyMap<string, string>> =>
      (await runJobs({ jobs: order.map((seed) => ({ kind: 'seed', seed })), processes: 1 })).hashes;
    const [first, second] = await Promise.all([run(seeds), run(seeds.toReversed())]);
    console.log(`traces: ${[...first].map(([name, hash]) => `${name} ${hash}`).join(', ')}`);
    for (const [name, hash] of first) expect(`${name} ${second.get(name)}`).toBe(`${name} ${hash}`);
    expect(new Set(first.values()).size).toBe(seeds.length);
  });
});
