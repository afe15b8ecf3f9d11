/** The simulator finds deliberate mistakes, so that its silence means something (T9). */
import { describe, expect, it } from 'vitest';
import { mutants } from './mutants.ts';
import { runJobs } from './pool.ts';
import { targetedScenarios } from './targeted.ts';
import type { Job } from './worker.ts';

const seedCount = 400;

function* until(): Generator<Job> {
  for (const { name } of targetedScenarios) yield { kind: 'targeted', name };
  for (let seed = 1; seed <= seedCount; seed += 1) yield { kind: 'seed', seed };
}

describe('an engine with a mistake is caught by the simulator', () => {
  it.each(Object.entries(mutants))('%s', { timeout: 120_000 }, async (mutant, { what }) => {
    const totals = await runJobs({ jobs: until(), mutant, onReport: (report) => report.problems.length === 0 });
    const [caught] = totals.failed;
    console.log(`${what}: ${caught === undefined ? 'not caught' : `after ${totals.count} simulations: ${caught.problems[0]}`}`);
    expect(caught).toBeDefined();
  });
});
