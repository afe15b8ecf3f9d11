/** Drives one execution through the reducer, by commands and events alone, and checks the invariants at each step. */
import { expect } from 'vitest';
import type { Execution, LaneRunStatus, TaskStatus } from '../../src/execution/document.ts';
import { checkInvariants } from '../../src/execution/invariants.ts';
import type { Change, Command, Effect, EngineEvent, LogEffect } from '../../src/execution/messages.ts';
import type { NewExecution } from '../../src/execution/new-execution.ts';
import { runFlags } from '../../src/execution/phases.ts';
import { reduce } from '../../src/execution/reduce.ts';
import {
  brokenEvent,
  cancel,
  componentsCreated,
  crashed,
  forceContinue,
  interrupted,
  pause,
  repeat,
  resume,
  scheduled,
  someError,
  tasksOf,
  type LaneShape,
} from './fixtures.ts';

/** A step that breaks an invariant or changes nothing fails the test. */
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

  /** `number:flags` of the runs of a lane, newest first; `r` rerunable, `t` retriable. */
  flags(laneIndex: number): readonly string[] {
    const { current, lanes } = this.execution;
    const runs = [...(current.laneIndex === laneIndex ? [current] : []), ...(lanes[laneIndex - 1]?.endedRuns ?? [])];
    return runs.map((run) => {
      const { isRerunable, isRetriable } = runFlags(this.execution, run);
      return `${run.runNumber}:${isRerunable ? 'r' : ''}${isRetriable ? 't' : ''}`;
    });
  }

  cancel(): this {
    return this.step(cancel);
  }

  pause(): this {
    return this.step(pause);
  }

  interrupt(): this {
    return this.step(interrupted);
  }

  crash(): this {
    return this.step(crashed);
  }

  /** Nothing of the stopping lane run is in flight, and the execution follows it. */
  rest(): this {
    return this.stopped().finish();
  }

  resume(): this {
    return this.step(resume);
  }

  forceContinue(newRunId?: string): this {
    return this.step(forceContinue(newRunId));
  }

  repeat(kind: 'rerun' | 'retry', laneIndex: number, laneRunNumber: number, newRunId?: string): this {
    return this.step(repeat(kind, laneIndex, laneRunNumber, newRunId));
  }

  /** These suspended tasks wait for their runtimes. */
  resumingTasks(...names: readonly string[]): this {
    return this.step({ kind: 'tasksResuming', laneRunId: this.run, taskIds: names.map((name) => `${this.run}.${name}`) });
  }

  /** These have theirs; the value tells whether the task ever had an item. */
  resumedTasks(hadItems: Readonly<Record<string, boolean>>): this {
    const tasks = Object.entries(hadItems).map(([name, had]) => ({ taskId: `${this.run}.${name}`, hadItems: had }));
    return this.step({ kind: 'tasksResumed', laneRunId: this.run, tasks });
  }

  resumed(): this {
    return this.step({ kind: 'laneRunResumed', laneRunId: this.run });
  }

  /** Tasks of the current lane run started, concluded with a failed item or without, and the lane run drained. */
  through(outcome: 'ok' | 'failed', newRunId: string): this {
    const names = tasksOf(this.execution.current).map((task) => task.id.slice(this.run.length + 1));
    const outcomes = names.map((name, index) => [name, index === 0 ? outcome : 'ok'] as const);
    return this.start(...names)
      .conclude(Object.fromEntries(outcomes))
      .drained(newRunId);
  }

  /** The changes of the last step, as `subject from to`. */
  get trace(): readonly string[] {
    return this.changes.map(({ subject, from, to }) => `${subject} ${from} ${to}`);
  }
}
