/** ExecutionService over the control plane and the read connection. */
import { newId, ok, refuse, type Command, type ErrorObject, type Result } from '@laneway/model';
import type {
  Blocker,
  ContinueRequest,
  ControlRequest,
  ExecutionEvent,
  ExecutionSchema,
  ExecutionService,
  ExecutionView,
  ListRequest,
  Receipt,
  RepeatRequest,
  ScheduleRequest,
  StopRequestOf,
  TaskCounters,
  TaskView,
} from '../engine-api.ts';
import { itemsOfExecution } from '../persistence/sql/conservation.ts';
import { readEvents } from '../persistence/sql/events.ts';
import { findTask, listExecutions, loadExecution, readSnapshots, viewExecution } from '../persistence/sql/executions.ts';
import { standing } from '../persistence/sql/standing.ts';
import type { Database } from '../persistence/sql.ts';
import type { Admission } from './admission.ts';
import { blockersOf } from './blockers.ts';
import { executionNotFound, type Applied, type Controller } from './controller.ts';
import { pauseDeadline, type Deadlines } from './deadlines.ts';
import { discard } from './discarding.ts';
import type { Hub } from './hub.ts';
import { laneRunsOf } from './lane-runs.ts';
import { itemsInProcessing, receiptOf } from './receipt.ts';
import { schedule, type ScheduleContext } from './schedule.ts';
import { schemaOf } from './plan.ts';
import type { RequestKeys } from './request-keys.ts';

const noCounters: TaskCounters = { itemsInProcessing: 0, itemsProcessed: 0, itemsFailed: 0 };

export class Executions implements ExecutionService {
  readonly #database: Database;
  readonly #controller: Controller;
  readonly #hub: Hub;
  readonly #scheduling: ScheduleContext;
  readonly #deadlines: Deadlines;
  readonly #requestKeys: RequestKeys;
  readonly #admission: Admission;

  constructor(parts: {
    readonly database: Database;
    readonly controller: Controller;
    readonly hub: Hub;
    readonly scheduling: ScheduleContext;
    readonly deadlines: Deadlines;
    readonly admission: Admission;
  }) {
    this.#database = parts.database;
    this.#controller = parts.controller;
    this.#hub = parts.hub;
    this.#scheduling = parts.scheduling;
    this.#deadlines = parts.deadlines;
    this.#requestKeys = parts.scheduling.requestKeys;
    this.#admission = parts.admission;
  }

  async schedule(request: ScheduleRequest): Promise<Result<{ readonly executionId: string }>> {
    const scheduled = await schedule(this.#scheduling, request);
    if (scheduled.ok) this.#hub.notify(scheduled.value.executionId);
    if (request.deadlineMs !== undefined) this.#deadlines.expect(request.deadlineMs);
    return scheduled;
  }

  async cancel({ executionId, actor, note }: StopRequestOf): Promise<Result<void>> {
    return await this.#command(executionId, { kind: 'cancel', actor, note });
  }

  async pause({ executionId, actor, note, deadlineMs }: StopRequestOf): Promise<Result<void>> {
    const command = { kind: 'pause', actor, note } as const;
    if (deadlineMs === undefined) return await this.#command(executionId, command);
    const applied = await this.#controller.apply(executionId, command, {
      actor,
      timers: (execution) => [pauseDeadline(execution, deadlineMs)],
    });
    if (applied.kind === 'unchanged') await this.#deadlines.setForPause(applied.execution, deadlineMs);
    this.#deadlines.expect(deadlineMs);
    return answerOf(applied);
  }

  async interrupt(request: { readonly executionId: string; readonly error: ErrorObject; readonly why: string }): Promise<boolean> {
    const { executionId, error, why } = request;
    const applied = await this.#controller.apply(executionId, { kind: 'interrupted', error, description: why });
    return applied.kind === 'changed';
  }

  async resume({ executionId, actor, sessionToken = null }: ContinueRequest): Promise<Result<void>> {
    return await this.#command(executionId, { kind: 'resume', actor, sessionToken });
  }

  async forceContinue({ executionId, actor, sessionToken = null }: ContinueRequest): Promise<Result<void>> {
    return await this.#command(executionId, { kind: 'forceContinue', actor, sessionToken, newRunId: newId() });
  }

  async rerun(request: RepeatRequest): Promise<Result<void>> {
    return await this.#repeat('rerun', request);
  }

  async retry(request: RepeatRequest): Promise<Result<void>> {
    return await this.#repeat('retry', request);
  }

  async #repeat(kind: 'rerun' | 'retry', request: RepeatRequest): Promise<Result<void>> {
    const { executionId, actor, sessionToken = null, laneIndex, laneRunNumber, requestKey } = request;
    const command = { kind, actor, sessionToken, laneIndex, laneRunNumber, newRunId: newId() };
    if (requestKey === undefined) return await this.#command(executionId, command);
    const sender = { userId: actor, requestKey };
    const mark = this.#requestKeys.mark({ ...sender, operation: kind, executionId }, executionId);
    const applied = await this.#controller.applyOnce(executionId, command, { actor, mark });
    if (applied.kind === 'changed') return ok(undefined);
    // An equal request may have come first: what it was answered counts, not what this one meets.
    const known = await this.#requestKeys.answered({ userId: actor, operation: kind, executionId, ...requestKey });
    if (!known.ok) return known;
    return known.value === null && applied.kind !== 'marked' ? answerOf(applied) : ok(undefined);
  }

  async #command(executionId: string, command: Command): Promise<Result<void>> {
    return answerOf(await this.#controller.apply(executionId, command, { actor: command.actor }));
  }

  async delete(request: ControlRequest): Promise<Result<void>> {
    const { execution } = await this.#database.call(loadExecution, { executionId: request.executionId });
    const outcome = await discard(this.#database, execution, { mark: null, dryRun: false });
    return outcome.kind === 'refused' ? refuse(outcome.error) : ok(undefined);
  }

  async view(executionId: string): Promise<ExecutionView | null> {
    return await this.#database.call(viewExecution, { executionId });
  }

  async schema(executionId: string): Promise<ExecutionSchema | null> {
    return schemaOf(await this.#database.call(readSnapshots, { executionId }));
  }

  async list(request: ListRequest): ReturnType<ExecutionService['list']> {
    return await this.#database.call(listExecutions, request);
  }

  async task(taskId: string): Promise<TaskView | null> {
    const place = await this.#database.call(findTask, { taskId });
    if (place === null) return null;
    const view = await this.view(place.executionId);
    if (view === null) return null;
    const laneRun = laneRunsOf(view).find((run) => run.id === place.laneRunId);
    const boxIndex = laneRun?.boxes.findIndex((box) => box.tasks.some((task) => task.id === taskId)) ?? -1;
    const task = laneRun?.boxes[boxIndex]?.tasks.find((candidate) => candidate.id === taskId);
    if (laneRun === undefined || task === undefined) return null;
    const counters = await this.#counters(view);
    return {
      ...(counters[taskId] ?? noCounters),
      id: taskId,
      executionId: place.executionId,
      spaceId: view.execution.spaceId,
      laneIndex: laneRun.laneIndex,
      runNumber: laneRun.runNumber,
      boxIndex,
      schemaId: task.schemaId,
      status: task.status,
      systemAuditLogId: task.systemAuditLogId,
      timeSeriesStoreId: task.timeSeriesStoreId,
    };
  }

  async counters(executionId: string): Promise<Readonly<Record<string, TaskCounters>>> {
    const view = await this.view(executionId);
    return view === null ? {} : await this.#counters(view);
  }

  async #counters(view: ExecutionView): Promise<Readonly<Record<string, TaskCounters>>> {
    const { laneRuns, counts } = await this.#database.call(itemsOfExecution, { executionId: view.execution.id });
    const counters: Record<string, TaskCounters> = {};
    for (const run of laneRunsOf(view)) {
      const open = laneRuns.find(({ laneRunId }) => laneRunId === run.id)?.open ?? [];
      for (const [boxIndex, box] of run.boxes.entries()) {
        for (const task of box.tasks) {
          const sums = counts.find((row) => row.taskId === task.id);
          counters[task.id] = {
            itemsInProcessing: itemsInProcessing(open, task, boxIndex),
            itemsProcessed: sums?.processed ?? 0,
            itemsFailed: sums?.failed ?? 0,
          };
        }
      }
    }
    return counters;
  }

  async receipt(executionId: string): Promise<Receipt | null> {
    const view = await this.view(executionId);
    return view === null ? null : receiptOf(view, await this.#database.call(itemsOfExecution, { executionId }));
  }

  async blockers(executionId: string): Promise<readonly Blocker[] | null> {
    const { execution } = await this.#database.call(loadExecution, { executionId });
    if (execution === null) return null;
    const at = await this.#database.call(standing, { executionId, laneRunId: execution.current.id });
    return blockersOf(execution, at, await this.#admission.queueOf(execution));
  }

  async events(executionId: string, afterVersion: number, limit: number): Promise<readonly ExecutionEvent[]> {
    return await this.#database.call(readEvents, { executionId, afterVersion, limit });
  }

  async waitForChange(executionId: string, timeoutMs: number, signal: AbortSignal): Promise<void> {
    await this.#hub.wait(executionId, timeoutMs, signal);
  }
}

function answerOf(applied: Applied): Result<void> {
  switch (applied.kind) {
    case 'changed':
    case 'unchanged':
      return ok(undefined);
    case 'refused':
      return refuse(applied.error);
    case 'missing':
    case 'fenced':
      return refuse(executionNotFound());
  }
}
