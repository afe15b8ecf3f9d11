/** Ways to change the workflow of a test before it is scheduled. */
import type { ExecutionView, ScheduleRequest } from '@laneway/engine';
import type { LambdaRevision, StoreSchema, TaskSchema } from '@laneway/model';
import { waitForEnd, type TestEngine } from '../../../test/support/test-engine.ts';

export function withStores(request: ScheduleRequest, stores: readonly StoreSchema[]): ScheduleRequest {
  return { ...request, revision: { ...request.revision, stores: [...request.revision.stores, ...stores] } };
}

/** Every task, or those of one lane (from 1). */
export function withTasks(request: ScheduleRequest, change: Partial<TaskSchema>, laneIndex?: number): ScheduleRequest {
  const lanes = request.revision.lanes.map((lane, index) => {
    if (laneIndex !== undefined && laneIndex !== index + 1) return lane;
    const parallelBoxes = lane.parallelBoxes.map((box) => ({ ...box, tasks: box.tasks.map((task) => ({ ...task, ...change })) }));
    return { ...lane, parallelBoxes };
  });
  return { ...request, revision: { ...request.revision, lanes } };
}

/** One lambda, in all its revisions. */
export function withLambda(request: ScheduleRequest, name: string, change: Partial<LambdaRevision>): ScheduleRequest {
  const revisions = Object.entries(request.lambdas[name] ?? {}).map(([number, revision]) => [number, { ...revision, ...change }] as const);
  return { ...request, lambdas: { ...request.lambdas, [name]: Object.fromEntries(revisions) } };
}

export async function startOf(test: TestEngine, request: ScheduleRequest): Promise<string> {
  const scheduled = await test.engine.executions.schedule(request);
  if (!scheduled.ok) throw new Error(scheduled.error.description);
  return scheduled.value.executionId;
}

export async function endOf(test: TestEngine, request: ScheduleRequest): Promise<ExecutionView> {
  return await waitForEnd(test, await startOf(test, request));
}

export interface LogEntry {
  readonly severity: string;
  readonly source: string;
  readonly content: {
    readonly description?: string;
    readonly details?: { readonly reason?: unknown };
    readonly referencedElements?: { readonly itemTraceIds?: readonly string[]; readonly tasks?: readonly string[] };
  };
}

/** Entries of a log, oldest first; none when nothing was ever written to it. */
export async function logOf(test: TestEngine, storeId: string): Promise<readonly LogEntry[]> {
  const log = await test.engine.stores.browse(storeId, { direction: 'forward_from_oldest' });
  return log.ok ? (log.value as { readonly logEntries: readonly LogEntry[] }).logEntries : [];
}

/** The content of a store as browsing shows it. */
export async function shownBy(test: TestEngine, storeId: string, options: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
  const shown = await test.engine.stores.browse(storeId, options);
  if (!shown.ok) throw new Error(shown.error.description);
  return shown.value;
}
