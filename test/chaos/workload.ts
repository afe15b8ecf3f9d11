/** What the processes work on while they are killed: workflows whose every trace can be counted. */
import type { ScheduleRequest } from '@laneway/engine';
import type { Execution, LaneRun, TaskState } from '@laneway/model';
import { gateOfLaneRun } from '../../packages/engine/src/persistence/sql/gates.ts';
import { openWork } from '../../packages/engine/src/persistence/sql/slices.ts';
import { eventProblems, valuesOf, workflowOf, type TestEngine, type WorkflowOptions } from '../support/test-engine.ts';

/** While it is missing in the data directory, `mendable` fails its spoilt items. */
export const mendedFile = 'mended';

/** `obedient` writes the id of its node there when it was told to stop. */
export const stoppedFile = 'stopped';

/** Two items in a hundred. */
export function isSpoilt(item: number): boolean {
  return item % 50 === 7;
}

/** What the second lane makes of an item: values of both lanes share a store. */
export function secondOf(item: number): number {
  return item + 1_000_000_000;
}

/** A workflow each of whose tasks streams one measurement for each item to its time series. */
export function measuredWorkflow(test: TestEngine, options: WorkflowOptions): ScheduleRequest {
  const request = workflowOf(test, options);
  const metrics = { total: { resolution: 0, retention: 1, aggregator: 'sum' } } as const;
  const timeSeriesSchemas = [{ nameGeneratorType: 'exact', nameGenerator: 'items', unit: 'none', metrics }] as const;
  const rule = {
    measurementTimeSeriesNameMatcherType: 'exact',
    measurementTimeSeriesNameMatcher: 'items',
    targetTimeSeriesNameGenerator: 'items',
    prefixCombiner: 'overwrite',
  } as const;
  const mapping = {
    resultName: 'stats',
    storeSchemaId: 'CURRENT_TASK_TIME_SERIES',
    storeContentUpdateOptions: { type: 'timeSeriesStoreContentUpdateOptions' as const, dispatchRules: [rule] },
  };
  const stats = {
    name: 'stats',
    dataSpec: {
      type: 'timeSeriesMeasurement' as const,
      specs: [{ nameMatcherType: 'exact' as const, nameMatcher: 'items', unit: 'none' }],
    },
    relayMethod: 'filePipe' as const,
  };
  const lanes = request.revision.lanes.map((lane) => ({
    ...lane,
    parallelBoxes: lane.parallelBoxes.map((box) => ({
      ...box,
      tasks: box.tasks.map((task) => ({
        ...task,
        timeSeriesStoreConfig: { timeSeriesCollectionSchema: { timeSeriesSchemas }, dashboardSpec: null },
        resultMappings: [...task.resultMappings, mapping],
      })),
    })),
  }));
  const lambdas = Object.entries(request.lambdas).map(([id, revisions]) => [
    id,
    Object.fromEntries(
      Object.entries(revisions).map(([number, revision]) => [number, { ...revision, resultSpecs: [...revision.resultSpecs, stats] }]),
    ),
  ]);
  return { ...request, revision: { ...request.revision, lanes }, lambdas: Object.fromEntries(lambdas) as ScheduleRequest['lambdas'] };
}

/** One run of a lane as it has to be in the end. */
export interface ExpectedRun {
  readonly laneIndex: number;
  readonly runNumber: number;
  readonly status: string;
  /** Items that each of its tasks processed and failed. */
  readonly processed: number;
  readonly failed: number;
  /** Measurements in each task's time series; those of the run that a retry repeats are among them. */
  readonly measured: number;
}

export interface Expected {
  readonly status: string;
  readonly output: readonly number[];
  /** In the order of lanes and runs. */
  readonly runs: readonly ExpectedRun[];
}

/** Everything that is not as it has to be after the end; empty when no item was lost or doubled anywhere. */
export async function problemsOf(test: TestEngine, executionId: string, expected: Expected): Promise<readonly string[]> {
  const { engine } = test;
  const view = await engine.executions.view(executionId);
  if (view === null) return [`${executionId} is gone`];
  const problems = [...(await eventProblems(test, executionId))];
  const { execution } = view;
  if (execution.status !== expected.status) problems.push(`it is ${execution.status} instead of ${expected.status}`);
  problems.push(...differences((await valuesOf(test, view, 'output')).map(Number), expected.output));
  const counters = await engine.executions.counters(executionId);
  const runs = runsOf(execution, view.archivedRuns);
  const found: ExpectedRun[] = [];
  for (const run of runs) {
    // Conservation: what was known is processed; nothing is pending, claimed or open.
    const open = await test.database.call(openWork, { laneRunId: run.id });
    if (open.heldSlices > 0 || open.openBatches > 0) problems.push(`lane ${run.laneIndex} has open work: ${JSON.stringify(open)}`);
    const gate = await test.database.call(gateOfLaneRun, { laneRunId: run.id });
    if (gate?.active === true) problems.push(`the gate of lane ${run.laneIndex} is open`);
    const figures = await Promise.all(
      run.boxes.flatMap((box) => box.tasks).map(async (task) => ({ ...counters[task.id], measured: await measured(test, task) })),
    );
    for (const { itemsInProcessing } of figures) if (itemsInProcessing !== 0) problems.push(`${itemsInProcessing} items are in processing`);
    const [first] = figures;
    if (figures.some((other) => JSON.stringify(other) !== JSON.stringify(first)))
      problems.push(`tasks of lane ${run.laneIndex} differ: ${JSON.stringify(figures)}`);
    found.push({
      laneIndex: run.laneIndex,
      runNumber: run.runNumber ?? 0,
      status: run.status,
      processed: first?.itemsProcessed ?? 0,
      failed: first?.itemsFailed ?? 0,
      measured: first?.measured ?? 0,
    });
  }
  if (JSON.stringify(found) !== JSON.stringify(expected.runs))
    problems.push(`runs are ${JSON.stringify(found)} instead of ${JSON.stringify(expected.runs)}`);
  return problems;
}

function runsOf(execution: Execution, archived: readonly LaneRun[]): readonly LaneRun[] {
  const all = [execution.current, ...archived].filter((run) => run.boxes.length > 0);
  return all.toSorted((a, b) => a.laneIndex - b.laneIndex || (a.runNumber ?? 0) - (b.runNumber ?? 0));
}

async function measured(test: TestEngine, task: TaskState): Promise<number> {
  const layout = JSON.stringify({ items: ['total'] });
  const series = await test.engine.stores.browse(task.timeSeriesStoreId ?? '', { mode: 'slice', layout });
  if (!series.ok) throw new Error(series.error.description);
  const { slice } = series.value as { slice: { items: { total: { value: number }[] } } };
  return slice.items.total[0]?.value ?? 0;
}

/** Lost and doubled values, at most a few of them by name. */
function differences(values: readonly number[], expected: readonly number[]): readonly string[] {
  const seen = new Map<number, number>();
  for (const value of values) seen.set(value, (seen.get(value) ?? 0) + 1);
  const wanted = new Set(expected);
  const lost = expected.filter((value) => !seen.has(value));
  const doubled = [...seen].filter(([, count]) => count > 1).map(([value]) => value);
  const strange = [...seen.keys()].filter((value) => !wanted.has(value));
  return Object.entries({ lost, doubled, strange }).flatMap(([what, found]) =>
    found.length === 0 ? [] : [`${found.length} values ${what}: ${found.slice(0, 5).join(', ')}`],
  );
}
