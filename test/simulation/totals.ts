/** What many simulations came to together. */
import { legalRows, missingRows, reservedRows } from './coverage.ts';
import type { SimulationReport } from './simulation.ts';

export interface Totals {
  count: number;
  stepCount: number;
  /** Of seeds; scenarios made by hand may be calm. */
  leastSteps: number;
  faultCount: number;
  leastFaults: number;
  jobCount: number;
  virtualMs: number;
  readonly edges: Record<string, number>;
  readonly commands: Record<string, number>;
  readonly hashes: Map<string, string>;
  readonly failed: SimulationReport[];
}

export function newTotals(): Totals {
  return {
    count: 0,
    stepCount: 0,
    leastSteps: Infinity,
    faultCount: 0,
    leastFaults: Infinity,
    jobCount: 0,
    virtualMs: 0,
    edges: {},
    commands: {},
    hashes: new Map(),
    failed: [],
  };
}

export function addReport(totals: Totals, report: SimulationReport): void {
  totals.count += 1;
  totals.stepCount += report.stepCount;
  totals.faultCount += report.faultCount;
  if (report.isSeed) {
    totals.leastSteps = Math.min(totals.leastSteps, report.stepCount);
    totals.leastFaults = Math.min(totals.leastFaults, report.faultCount);
  }
  totals.jobCount += report.jobCount;
  totals.virtualMs += report.virtualMs;
  totals.hashes.set(report.name, report.hash);
  for (const [edge, count] of Object.entries(report.edges)) totals.edges[edge] = (totals.edges[edge] ?? 0) + count;
  for (const [verb, count] of Object.entries(report.commands)) totals.commands[verb] = (totals.commands[verb] ?? 0) + count;
  if (report.problems.length > 0) totals.failed.push(report);
}

export function figures(totals: Totals): string {
  const { count, stepCount, leastSteps, faultCount, leastFaults, jobCount, virtualMs, edges } = totals;
  const rows = legalRows.length - missingRows(edges).length;
  return [
    `${count} simulations`,
    `${stepCount} steps (least ${leastSteps})`,
    `${faultCount} faults (least ${leastFaults})`,
    `${jobCount} jobs`,
    `${(virtualMs / 3_600_000).toFixed(1)} h of virtual time`,
    `${rows} of ${legalRows.length} rows of the transition tables (${Object.keys(reservedRows).length} more that the engine never asks for)`,
    `${totals.failed.length} failed`,
  ].join(', ');
}

/** What a failing simulation says of itself. */
export function failureText(report: SimulationReport, lineCount = 60): string {
  return [
    `${report.name} failed:`,
    ...report.problems.map((problem) => `  ${problem}`),
    ...report.lines.slice(-lineCount).map((line) => `  | ${line}`),
  ].join('\n');
}
