/** Documents to start from, and a scenario that drives the reducer and checks the invariants at each step. */
import { expect } from 'vitest';
import { makeError } from '../../src/errors/make-error.ts';
import type { Execution, LaneRun, LaneRunStatus, TaskState, TaskStatus } from '../../src/execution/document.ts';
import { checkInvariants } from '../../src/execution/invariants.ts';
import type { Change, Command, ComponentsOfBox, Effect, EngineEvent, LogEffect } from '../../src/execution/messages.ts';
import { newExecution, type NewExecution } from '../../src/execution/new-execution.ts';
import { reduce } from '../../src/execution/reduce.ts';

export const someError = makeError('timeout');

export const cancel: Extract<Command, { readonly kind: 'cancel' | 'pause' }> = { kind: 'cancel', actor: 'user', note: null };

/** Tasks per box. */
export type LaneShape = readonly number[];

export function scheduled(lanes: number, maxRetries = 0, over: Partial<NewExecution> = {}): ReturnType<typeof newExecution> {
  return newExecution(
    {
      id: 'execution',
      name: 'workflow',
      spaceId: 'space',
      atmInventoryId: 'inventory',
      userId: 'user',
      atmWorkflowSchemaId: 'schema',
      atmWorkflowSchemaRevisionNumber: 1,
      logLevel: 7,
      callback: 'http://callback',
      lambdaSnapshotRegistry: {},
      storeRegistry: { input: 'input-store', output: 'output-store' },
      systemAuditLogStoreId: 'workflow-log',
      lanes: Array.from({ length: lanes }, (_, index) => ({ schemaId: `lane-${index + 1}`, maxRetries })),
      laneRunId: 'run-1',
      ...over,
    },
    { ms: 1_000_500 },
  );
}

/** Components with ids that tell where they belong: `<run>.<box>.<task>`. */
export function componentsOf(laneRunId: string, shape: LaneShape): readonly ComponentsOfBox[] {
  return shape.map((tasks, box) => ({
    schemaId: `box-${box + 1}`,
    tasks: Array.from({ length: tasks }, (_, task) => {
      const id = `${laneRunId}.${box + 1}.${task + 1}`;
      return { id, schemaId: `task-${box + 1}.${task + 1}`, systemAuditLogId: `${id}.log`, timeSeriesStoreId: `${id}.series` };
    }),
  }));
}

export function componentsCreated(laneRunId: string, shape: LaneShape): EngineEvent {
  return {
    kind: 'componentsCreated',
    laneRunId,
    iteratedStoreId: 'input-store',
    exceptionStoreId: `${laneRunId}.exceptions`,
    boxes: componentsOf(laneRunId, shape),
  };
}

export function tasksOf(laneRun: LaneRun): readonly TaskState[] {
  return laneRun.boxes.flatMap((box) => box.tasks);
}

/** Drives one execution; every step keeps the invariants. */
export class Scenario {
  execution: Execution;
  /** Of the last step. */
  changes: readonly Change[] = [];
  effects: readonly Effect[] = [];
  readonly shape: LaneShape;
  nowMs = 1_001_000;

  constructor(
    options: {
      readonly lanes?: number;
      readonly maxRetries?: number;
      readonly shape?: LaneShape;
      readonly over?: Partial<NewExecution>;
    } = {},
  ) {
    this.shape = options.shape ?? [2, 1];
    this.execution = scheduled(options.lanes ?? 1, options.maxRetries ?? 0, options.over).execution;
  }

  /** The step must change something. */
  step(input: Command | EngineEvent): this {
    const reduction = reduce(this.execution, input, { ms: this.nowMs });
    expect(checkInvariants(this.execution, input, reduction)).toEqual([]);
    if (reduction.kind !== 'changed') throw new Error(`${input.kind}: ${JSON.stringify(reduction)}`);
    this.execution = reduction.execution;
    this.changes = reduction.changes;
    this.effects = reduction.effects;
    return this;
  }

  /** The answer to an input that leaves the document alone: an error, or `unchanged`. */
  ask(input: Command | EngineEvent): unknown {
    const reduction = reduce(this.execution, input, { ms: this.nowMs });
    if (reduction.kind === 'changed') throw new Error(`${input.kind} changed the document`);
    if (reduction.kind === 'unchanged') return 'unchanged';
    const { id, details } = reduction.error;
    return details === undefined ? id : { id, ...details };
  }

  get run(): string {
    return this.execution.current.id;
  }

  get status(): string {
    return this.execution.status;
  }

  get runStatus(): LaneRunStatus {
    return this.execution.current.status;
  }

  get tasks(): readonly TaskStatus[] {
    return tasksOf(this.execution.current).map((task) => task.status);
  }

  effectsOf<Kind extends Effect['kind']>(kind: Kind): readonly Extract<Effect, { readonly kind: Kind }>[] {
    return this.effects.filter((effect): effect is Extract<Effect, { readonly kind: Kind }> => effect.kind === kind);
  }

  /** Entries of the last step in the workflow log. */
  get entries(): readonly { readonly severity: string; readonly content: LogEffect['content'] }[] {
    return this.effectsOf('log').filter((effect) => effect.storeId === 'workflow-log');
  }

  preparing(): this {
    return this.step({ kind: 'preparationStarted', laneRunId: this.run });
  }

  created(): this {
    return this.preparing().step(componentsCreated(this.run, this.shape));
  }

  enqueued(): this {
    return this.created().step({ kind: 'laneRunPrepared', laneRunId: this.run });
  }

  /** Enqueued, with the named tasks ('1.2' is box 1, task 2) started. */
  active(...names: readonly string[]): this {
    return this.enqueued().start(...names);
  }

  start(...names: readonly string[]): this {
    return this.step({ kind: 'tasksStarted', laneRunId: this.run, taskIds: names.map((name) => `${this.run}.${name}`) });
  }

  conclude(outcomes: Readonly<Record<string, 'ok' | 'failed'>>): this {
    const tasks = Object.entries(outcomes).map(([name, outcome]) => ({
      taskId: `${this.run}.${name}`,
      hasFailedItems: outcome === 'failed',
    }));
    return this.step({ kind: 'tasksConcluded', laneRunId: this.run, tasks });
  }

  /** Every task that has not been concluded ends well. */
  concludeAll(): this {
    const names = tasksOf(this.execution.current).map((task) => [task.id.slice(this.run.length + 1), 'ok'] as const);
    return this.conclude(Object.fromEntries(names));
  }

  inAdvance(id: string, upTo: 'preparing' | 'created' | 'enqueued'): this {
    this.step({ kind: 'inAdvancePreparationStarted', laneRunId: id });
    if (upTo === 'preparing') return this;
    this.step(componentsCreated(id, this.shape));
    return upTo === 'created' ? this : this.step({ kind: 'laneRunPrepared', laneRunId: id });
  }

  drained(newRunId: string): this {
    return this.step({ kind: 'laneRunDrained', laneRunId: this.run, newRunId });
  }

  stopped(): this {
    return this.step({ kind: 'laneRunStopped', laneRunId: this.run });
  }

  finish(): this {
    return this.step({ kind: 'executionDrained' });
  }

  fail(laneRunId: string, interrupt = false): this {
    return this.step({ kind: 'preparationFailed', laneRunId, error: someError, interrupt });
  }

  broken(name: string, cause: 'streamedResult' | 'threshold' = 'streamedResult'): this {
    return this.step(brokenEvent(this.run, name, cause));
  }

  /** The runs of a lane, newest first, as `number:status`. */
  runs(laneIndex: number): readonly string[] {
    const { current, inAdvance, lanes } = this.execution;
    const live = (inAdvance === null ? [current] : [inAdvance, current]).filter((run) => run.laneIndex === laneIndex);
    return [...live, ...(lanes[laneIndex - 1]?.endedRuns ?? [])].map((run) => `${run.runNumber ?? '-'}:${run.status}`);
  }
}

export function brokenEvent(laneRunId: string, name: string, cause: 'streamedResult' | 'threshold' = 'streamedResult'): EngineEvent {
  return { kind: 'taskBroken', laneRunId, taskId: `${laneRunId}.${name}`, cause, error: someError, description: 'The task broke.' };
}

/** A document that nothing produces yet: suspended, resuming or stopping for a pause, with the given task statuses. */
export function forged(
  options: {
    readonly status: Execution['status'];
    readonly runStatus: LaneRunStatus;
    readonly reason?: LaneRun['stoppingReason'];
    readonly tasks: readonly TaskStatus[];
    readonly incarnation?: number;
  },
  base: Execution = new Scenario({ shape: [options.tasks.length] }).enqueued().execution,
): Execution {
  const { status, runStatus, reason = null, tasks, incarnation = 1 } = options;
  const taskReason = reason === 'pause' || reason === 'interrupt' || reason === 'cancel' ? reason : null;
  const boxes = base.current.boxes.map((box) => ({
    ...box,
    tasks: box.tasks.map((task, index): TaskState => {
      const at = tasks[index] ?? task.status;
      const isMarked = at === 'stopping' || at === 'paused' || at === 'interrupted';
      return { ...task, status: at, stoppingReason: isMarked ? taskReason : null, stoppingIncarnation: isMarked ? 1 : 0 };
    }),
  }));
  return {
    ...base,
    status,
    incarnation,
    startTime: 1001,
    suspendTime: 1002,
    current: { ...base.current, status: runStatus, stoppingReason: reason, boxes },
  };
}
