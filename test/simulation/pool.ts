/** Processes that share the simulations to be run. */
import { fork, type ChildProcess } from 'node:child_process';
import type { SimulationReport } from './simulation.ts';
import { addReport, newTotals, type Totals } from './totals.ts';
import type { Assignment, Job } from './worker.ts';

const jobsPerAssignment = 20;

export interface PoolOptions {
  readonly jobs: Iterable<Job>;
  readonly processes?: number;
  readonly mutant?: string;
  readonly keepAll?: boolean;
  /** False ends the run early. */
  readonly onReport?: (report: SimulationReport, totals: Totals) => boolean;
}

/** Runs all jobs; rejects when a process dies. */
export async function runJobs(options: PoolOptions): Promise<Totals> {
  const totals = newTotals();
  const jobs = options.jobs[Symbol.iterator]();
  const state = { isOver: false };
  const take = (): Job[] => {
    const taken: Job[] = [];
    while (!state.isOver && taken.length < (options.mutant === undefined ? jobsPerAssignment : 4)) {
      const next = jobs.next();
      if (next.done === true) break;
      taken.push(next.value);
    }
    return taken;
  };
  await Promise.all(Array.from({ length: options.processes ?? 2 }, async () => await runProcess(options, take, totals, state)));
  return totals;
}

async function runProcess(options: PoolOptions, take: () => Job[], totals: Totals, state: { isOver: boolean }): Promise<void> {
  const first = take();
  if (first.length === 0) return;
  const child: ChildProcess = fork(new URL('./worker.ts', import.meta.url), [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const send = (jobs: readonly Job[]): void => {
    const assignment: Assignment = { jobs, mutant: options.mutant ?? null, keepAll: options.keepAll ?? false };
    child.send(assignment);
  };
  await new Promise<void>((resolve, reject) => {
    child.on('message', (message: SimulationReport | 'idle') => {
      if (message !== 'idle') {
        addReport(totals, message);
        if (options.onReport?.(message, totals) === false) state.isOver = true;
        return;
      }
      const more = take();
      if (more.length === 0) child.disconnect();
      else send(more);
    });
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a simulation process ended with ${code}`))));
    send(first);
  });
}
