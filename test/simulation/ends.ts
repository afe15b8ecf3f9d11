/** When everything has come to rest: each result is there exactly once (I6, I7), and nothing is left over. */
import type { Database } from '@laneway/engine';
import { phaseOf, type LaneRun } from '@laneway/model';
import { readLeftovers, readTables, readWholeStore, type GateRow, type Tables } from './inspect.ts';
import type { LiveJobs } from './limits.ts';
import type { Tracker } from './tracker.ts';

/** Which item of which task an answered value stands for. */
export interface ResultValue {
  readonly laneRunId: string;
  readonly taskId: string;
  readonly item: number;
}

export interface EndContext {
  readonly tracker: Tracker;
  readonly jobs: LiveJobs;
  readonly values: ReadonlyMap<number, ResultValue>;
  readonly database: Database;
  readonly now: number;
}

export async function checkResults(context: EndContext): Promise<string[]> {
  const { tracker, database } = context;
  const tables = await database.call(readTables, null);
  const problems: string[] = [];
  for (const { execution, isDiscarded } of tracker.executions.values()) {
    if (isDiscarded) continue;
    const recorded = await recordedResults(context, Object.entries(execution.storeRegistry));
    problems.push(...recorded.problems);
    const runs = [execution.current, ...[...tracker.endedRuns.values()].filter((run) => isOf(tables, run, execution.id))];
    problems.push(...checkRetries(tables, runs));
    for (const run of runs) problems.push(...(await checkRun(context, tables, run, recorded.counts)));
  }
  return problems;
}

/** A retry iterates the exception store of the run that it repeats, whole (I7). */
function checkRetries(tables: Tables, runs: readonly LaneRun[]): string[] {
  return runs.flatMap((run) => {
    const gate = tables.gates.find((row) => row.lane_run_id === run.id);
    if (run.runType !== 'retry' || gate === undefined) return [];
    const origin = runs.find((candidate) => candidate.laneIndex === run.laneIndex && candidate.runNumber === run.originRunNumber);
    const input = JSON.parse(gate.input) as { readonly storeId?: string };
    return input.storeId === origin?.exceptionStoreId ? [] : [`I7: retry ${run.laneIndex}/${run.runNumber} iterates ${input.storeId}`];
  });
}

function isOf(tables: Tables, run: LaneRun, executionId: string): boolean {
  return tables.gates.some((gate) => gate.lane_run_id === run.id && gate.execution_id === executionId);
}

/** `lane run:task:item` → how often a result of it is in the stores. */
async function recordedResults(
  { database, values }: EndContext,
  stores: readonly (readonly [string, string])[],
): Promise<{ readonly counts: ReadonlyMap<string, number>; readonly problems: string[] }> {
  const counts = new Map<string, number>();
  const problems: string[] = [];
  for (const [schemaId, storeId] of stores) {
    if (schemaId === 'input') continue;
    for (const text of await database.call(readWholeStore, { storeId })) {
      const value = values.get(Number(text));
      if (value === undefined) {
        problems.push(`I6: store ${schemaId} holds ${text}, which no job answered`);
        continue;
      }
      const key = `${schemaId === 'stream' ? 'stream' : 'value'}:${value.laneRunId}:${value.taskId}:${value.item}`;
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      if (count > 1) problems.push(`I6: item ${value.item} was recorded ${count} times (${schemaId})`);
    }
  }
  return { counts, problems };
}

async function checkRun(context: EndContext, tables: Tables, run: LaneRun, counts: ReadonlyMap<string, number>): Promise<string[]> {
  const gate = tables.gates.find((row) => row.lane_run_id === run.id);
  if (gate === undefined || phaseOf(run.status) !== 'ended' || run.exceptionStoreId === null) return [];
  const failures = (await context.database.call(readWholeStore, { storeId: run.exceptionStoreId })).map(
    (text) => (JSON.parse(text) as { value: number }).value,
  );
  const name = `lane run ${run.laneIndex}/${run.runNumber} (${run.status})`;
  const problems = new Set(failures).size === failures.length ? [] : [`I6: ${name}: an item is in the exception store twice`];
  if (run.stoppingReason !== null) return [...problems, ...checkStopped(context, tables, run, gate, name)];
  const items = await inputOf(context, gate);
  if (items.length !== gate.known) problems.push(`I7: ${name}: ${gate.known} items known, ${items.length} in the input`);
  const failed = new Set(failures);
  const tasks = run.boxes.flatMap((box) => box.tasks);
  for (const item of items) {
    if (failed.has(item)) continue;
    const missing = tasks.filter((task) => counts.get(`value:${run.id}:${task.id}:${item}`) !== 1);
    if (missing.length > 0) problems.push(`I6: ${name}: item ${item} has no result of ${missing.length} tasks`);
  }
  const stray = failures.filter((item) => !items.includes(item));
  if (stray.length > 0) problems.push(`I7: ${name}: ${stray.length} failed items were not in the input`);
  return [...problems, ...checkCounters(tables, run, gate, failures.length, name)];
}

/** A lane run that came to its own end has handed everything to everybody. */
function checkCounters(tables: Tables, run: LaneRun, gate: GateRow, failedCount: number, name: string): string[] {
  const problems: string[] = [];
  const of = (taskId: string): Tables['counters'][number] | undefined =>
    tables.counters.find((row) => row.lane_run_id === run.id && row.task_id === taskId);
  const own = of('');
  if ((own?.processed ?? 0) !== gate.known) problems.push(`I5: ${name}: ${own?.processed ?? 0} of ${gate.known} items processed`);
  if ((own?.failed ?? 0) !== failedCount)
    problems.push(`I5: ${name}: ${own?.failed ?? 0} counted failed, ${failedCount} in the exception store`);
  for (const [boxIndex, box] of run.boxes.entries()) {
    const processed = new Set(box.tasks.map((task) => of(task.id)?.processed ?? 0));
    if (processed.size > 1) problems.push(`I5: ${name}: the tasks of a box processed ${[...processed].join(', ')} items`);
    if (boxIndex === 0 && !processed.has(gate.known))
      problems.push(`I5: ${name}: box 1 processed ${[...processed].join()} of ${gate.known}`);
    for (const task of box.tasks) {
      const row = of(task.id);
      const hasFailed = (row?.failed ?? 0) > 0;
      const expected = (row?.processed ?? 0) === 0 ? 'skipped' : hasFailed ? 'failed' : 'finished';
      if (task.status !== expected) problems.push(`I5: ${name}: a task is ${task.status} instead of ${expected}`);
    }
  }
  return problems;
}

/** What was handed over is in the counts of every task, whatever became of it. */
function checkStopped(context: EndContext, tables: Tables, run: LaneRun, gate: GateRow, name: string): string[] {
  const tracked = context.tracker.gates.get(run.id);
  const handed = context.jobs.handed.get(run.id);
  const recorded = context.tracker.recorded.get(run.id) ?? new Set();
  if (tracked === undefined || context.jobs.isDisturbed(tracked.firstOpenedAt, Math.min(tracked.restedAt, context.now))) return [];
  return run.boxes.flatMap((box) =>
    box.tasks.flatMap((task) => {
      const row = tables.counters.find((candidate) => candidate.lane_run_id === run.id && candidate.task_id === task.id);
      const counted = row === undefined ? 0 : row.processed + row.withdrawn + row.killed + row.unreachable;
      const jobs = [...(handed ?? [])].filter(
        ([key, job]) => key.startsWith(`${task.id}:`) && (recorded.has(key) || job.at >= tracked.openedAt),
      );
      const expected = jobs.reduce((sum, [, job]) => sum + job.count, 0);
      return counted === expected ? [] : [`I5: ${name}: ${expected} of ${gate.known} items handed to a task, ${counted} counted`];
    }),
  );
}

async function inputOf({ database }: EndContext, gate: GateRow): Promise<readonly number[]> {
  const input = JSON.parse(gate.input) as
    | { readonly kind: 'store'; readonly storeId: string; readonly traced: boolean }
    | { readonly kind: 'range'; readonly start: number; readonly step: number }
    | { readonly kind: 'single'; readonly value: string };
  if (input.kind === 'range') return Array.from({ length: gate.known }, (_, index) => input.start + index * input.step);
  if (input.kind === 'single') return [Number(input.value)];
  const texts = await database.call(readWholeStore, { storeId: input.storeId });
  const items = texts.map((text) => (input.traced ? (JSON.parse(text) as { value: number }).value : Number(text)));
  // An exception store is taken whole; a list may have grown since.
  return input.traced ? items : items.slice(0, gate.known);
}

/** Nothing works, waits or is kept for an execution that has come to rest. */
export async function checkEnd({ tracker, jobs, database }: EndContext, handles: readonly string[]): Promise<string[]> {
  const problems = await database.call(readLeftovers, null);
  if (jobs.count > 0) problems.push(`${jobs.count} jobs are still alive`);
  if (handles.length > 0) problems.push(`runtimes are still kept: ${handles.join(', ')}`);
  const tables = await database.call(readTables, null);
  for (const tracked of tracker.executions.values()) {
    const row = tables.executions.find(({ id }) => id === tracked.execution.id);
    if (tracked.isDiscarded && row !== undefined) problems.push('a discarded execution has not been purged');
    if (!tracked.isDiscarded && row === undefined) problems.push('an execution is gone');
  }
  if (tables.slices.some((slice) => slice.node_id !== null)) problems.push('a node holds a slice of an execution that is at rest');
  return problems;
}

/** How executions and their lane runs ended: what a crash on the way must not change. */
export function outcomeOf(tracker: Tracker): string {
  return [...tracker.executions.values()]
    .map(({ execution, isDiscarded }) => {
      const runs = [
        ...execution.lanes.flatMap((lane, index) => lane.endedRuns.map((run) => ({ ...run, laneIndex: index + 1 }))),
        execution.current,
      ];
      const lines = runs.map((run) => `${run.laneIndex}/${run.runNumber} ${run.runType} ${run.status}`).toSorted();
      return `${execution.status}${isDiscarded ? ' discarded' : ''} (${lines.join(', ')})`;
    })
    .join('; ');
}
