/**
 * A process that runs simulations for its parent, one after the other: the globals of the platform are its own, so nothing
 * else of the test runner ever sees virtual time.
 */
import { simulateCrashPoint, type CrashPoint } from './crash-points.ts';
import { mutants } from './mutants.ts';
import { scenarioOf } from './scenario.ts';
import { simulate, type SimulationOptions, type SimulationReport } from './simulation.ts';
import { targetedScenarios } from './targeted.ts';

export type Job =
  | { readonly kind: 'seed'; readonly seed: number }
  | { readonly kind: 'targeted'; readonly name: string }
  | { readonly kind: 'crash'; readonly point: CrashPoint };

export interface Assignment {
  readonly jobs: readonly Job[];
  readonly mutant: string | null;
  readonly keepAll: boolean;
}

process.on('message', (assignment: Assignment) => {
  run(assignment).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
process.on('disconnect', () => process.exit(0));

async function run({ jobs, mutant, keepAll }: Assignment): Promise<void> {
  for (const job of jobs) {
    const report = await reportOf(job, { keepAll, mutant: mutant === null ? undefined : mutants[mutant] });
    process.send?.(report.problems.length > 0 || keepAll ? report : { ...report, lines: [] });
  }
  process.send?.('idle');
}

async function reportOf(job: Job, options: SimulationOptions): Promise<SimulationReport> {
  switch (job.kind) {
    case 'seed':
      return await simulate(scenarioOf(job.seed), options);
    case 'targeted': {
      const scenario = targetedScenarios.find((candidate) => candidate.name === job.name);
      if (scenario === undefined) throw new Error(`no scenario is named ${job.name}`);
      return await simulate(scenario, options);
    }
    case 'crash':
      return await simulateCrashPoint(job.point, options);
  }
}
