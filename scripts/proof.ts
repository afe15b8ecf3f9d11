/**
 * Runs the simulator for as long as is wanted and writes down what came of it.
 *
 *   npm run proof -- --minutes 10    as many seeds as fit, beginning at a random one
 *   npm run proof -- --seeds 5000    that many; `--from 1` says where they begin
 *   npm run proof -- --seed 4711     one seed, with its whole trace on the standard output
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { runJobs } from '../test/simulation/pool.ts';
import { proofReport } from '../test/simulation/proof-report.ts';
import { targetedScenarios } from '../test/simulation/targeted.ts';
import { failureText, figures } from '../test/simulation/totals.ts';
import type { Job } from '../test/simulation/worker.ts';

const reportFile = join(dirname(import.meta.dirname), 'docs/reference/proof.md');
const progressEveryMs = 2000;
const maxFailures = 20;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    seeds: { type: 'string' },
    from: { type: 'string' },
    seed: { type: 'string' },
    processes: { type: 'string' },
  },
});

function numberOf(name: keyof typeof values): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!Number.isFinite(number) || number < 0) throw new Error(`--${name} must be a number, not ${text}`);
  return number;
}

const seed = numberOf('seed');
if (seed === undefined) await proveMany();
else await replay(seed);

async function replay(seed: number): Promise<void> {
  const print = (text: string): boolean => process.stdout.write(`${text}\n`);
  await runJobs({
    jobs: [{ kind: 'seed', seed }],
    processes: 1,
    keepAll: true,
    onReport: (report) => {
      print(report.lines.join('\n'));
      print(`${report.name}: ${report.stepCount} steps, ${report.faultCount} faults, trace ${report.hash}, ${report.outcome}`);
      for (const problem of report.problems) print(`PROBLEM ${problem}`);
      if (report.problems.length > 0) process.exitCode = 1;
      return true;
    },
  });
}

async function proveMany(): Promise<void> {
  const startedAt = performance.now();
  const minutes = numberOf('minutes');
  const count = numberOf('seeds') ?? (minutes === undefined ? 1000 : Number.POSITIVE_INFINITY);
  const from = numberOf('from') ?? (minutes === undefined ? 1 : Math.floor(Math.random() * 1e9));
  const until = minutes === undefined ? Number.POSITIVE_INFINITY : startedAt + minutes * 60_000;
  const isOver = (): boolean => performance.now() >= until;
  let shownAt = 0;
  const totals = await runJobs({
    jobs: jobs(from, count, isOver),
    processes: numberOf('processes') ?? availableParallelism(),
    onReport: (report, sofar) => {
      if (report.problems.length > 0) process.stdout.write(`\n${failureText(report)}\n`);
      if (performance.now() - shownAt > progressEveryMs) {
        shownAt = performance.now();
        process.stdout.write(`\r${Math.round((shownAt - startedAt) / 1000)} s: ${figures(sofar)}`);
      }
      return sofar.failed.length < maxFailures;
    },
  });
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  process.stdout.write(`\r${seconds} s: ${figures(totals)}\n`);
  writeFileSync(reportFile, proofReport({ totals, from, seconds }));
  if (totals.failed.length > 0) process.exitCode = 1;
}

function* jobs(from: number, count: number, isOver: () => boolean): Generator<Job> {
  for (const { name } of targetedScenarios) yield { kind: 'targeted', name };
  for (let index = 0; index < count && !isOver(); index += 1) yield { kind: 'seed', seed: from + index };
}
