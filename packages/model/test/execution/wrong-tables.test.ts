/** Wrong tables, one mistake each, are caught by the exploration (design §12, T9). */
import { describe, expect, test, vi } from 'vitest';
import { executionTransitions, laneRunTransitions, taskTransitions, type TransitionTable } from '../../src/execution/tables.ts';
import { standardRules, type Rules } from '../../src/execution/rules.ts';
import { explore } from './explore/explore.ts';
import { scheduled, type LaneShape } from './fixtures.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const { stop } = standardRules;

/** Wrong tables, one mistake each (design §12, T9). */
const mutants: Readonly<Record<string, Rules>> = {
  'cancel weaker than interrupt': stopRulesWith({ lanePriority: { ...stop.lanePriority, cancel: 0 } }),
  'crash weaker than cancel': stopRulesWith({ lanePriority: { ...stop.lanePriority, crash: 3.5 } }),
  'a cancelled lane run ends failed': stopRulesWith({ laneOutcome: { ...stop.laneOutcome, cancel: 'failed' } }),
  'a crashed lane run ends interrupted': stopRulesWith({ laneOutcome: { ...stop.laneOutcome, crash: 'interrupted' } }),
  'a lane run that failed stays interrupted': stopRulesWith({ laneOutcome: { ...stop.laneOutcome, failure: 'interrupted' } }),
  'cancel is refused while stopping': stopRulesWith({
    laneRun: { ...stop.laneRun, stopping: { ...stop.laneRun.stopping, cancel: 'refuse' } },
  }),
  'cancel is refused while preparing': stopRulesWith({
    laneRun: { ...stop.laneRun, preparing: { ...stop.laneRun.preparing, cancel: 'refuse' } },
  }),
  'cancel of an ended lane run is accepted': stopRulesWith({
    laneRun: { ...stop.laneRun, finished: { ...stop.laneRun.finished, cancel: 'stop' } },
  }),
  'cancel of an interrupted lane run drains': stopRulesWith({
    laneRun: { ...stop.laneRun, interrupted: { ...stop.laneRun.interrupted, cancel: 'stop' } },
  }),
  'a pending task drains': stopRulesWith({ task: { ...stop.task, pending: { ...stop.task.pending, cancel: 'stopping' } } }),
  'a pending task is left alone': stopRulesWith({ task: { ...stop.task, pending: { ...stop.task.pending, interrupt: 'ignore' } } }),
  'an active task ends at once': stopRulesWith({ task: { ...stop.task, active: { ...stop.task.active, cancel: 'cancelled' } } }),
  'an interrupted task survives a cancel': stopRulesWith({
    task: { ...stop.task, interrupted: { ...stop.task.interrupted, cancel: 'ignore' } },
  }),
  'a draining task keeps its weaker reason': stopRulesWith({
    task: { ...stop.task, stopping: { ...stop.task.stopping, cancel: 'ignore' } },
  }),
  'a finished task is cancelled': stopRulesWith({ task: { ...stop.task, finished: { ...stop.task.finished, cancel: 'cancelled' } } }),
  'a task that stops for a cancel ends interrupted': stopRulesWith({ taskOutcome: { ...stop.taskOutcome, cancel: 'interrupted' } }),
  'a crash cancels tasks that wait': stopRulesWith({ taskReason: { ...stop.taskReason, crash: 'cancel' } }),
  'a failure elsewhere fails tasks that wait': stopRulesWith({ taskReason: { ...stop.taskReason, failure: 'failure' } }),
  'stopping does not lead to cancelled': {
    ...standardRules,
    laneRun: { ...laneRunTransitions, stopping: laneRunTransitions.stopping.filter((exit) => exit.to !== 'cancelled') },
  },
  'a lane run in advance is never removed': { ...standardRules, laneRun: without(laneRunTransitions, 'interrupted', 'gone') },
  'pause stronger than failure': stopRulesWith({ lanePriority: { ...stop.lanePriority, pause: 3.5 } }),
  'interrupt weaker than pause': stopRulesWith({ lanePriority: { ...stop.lanePriority, interrupt: 0 } }),
  'failure no stronger than interrupt': stopRulesWith({ lanePriority: { ...stop.lanePriority, failure: 2 } }),
  'a task keeps its interrupt although it broke': stopRulesWith({ taskPriority: { ...stop.taskPriority, failure: 1 } }),
  'pause is refused while active': stopRulesWith({ laneRun: { ...stop.laneRun, active: { ...stop.laneRun.active, pause: 'refuse' } } }),
  'pause is refused while resuming': stopRulesWith({
    laneRun: { ...stop.laneRun, resuming: { ...stop.laneRun.resuming, pause: 'refuse' } },
  }),
  'a paused lane run is paused again': stopRulesWith({
    laneRun: { ...stop.laneRun, paused: { ...stop.laneRun.paused, pause: 'stopAtOnce' } },
  }),
  'a paused lane run is interrupted': stopRulesWith({
    laneRun: { ...stop.laneRun, paused: { ...stop.laneRun.paused, interrupt: 'stopAtOnce' } },
  }),
  'a crash does not reach an enqueued lane run': stopRulesWith({
    laneRun: { ...stop.laneRun, enqueued: { ...stop.laneRun.enqueued, crash: 'refuse' } },
  }),
  'a crash does not reach a stopping lane run': stopRulesWith({
    laneRun: { ...stop.laneRun, stopping: { ...stop.laneRun.stopping, crash: 'refuse' } },
  }),
  'a pause aborts jobs': stopRulesWith({ mode: { ...stop.mode, pause: 'abort' } }),
  'an interrupt lets jobs run': stopRulesWith({ mode: { ...stop.mode, interrupt: 'drain' } }),
  'a paused lane run ends interrupted': stopRulesWith({ laneOutcome: { ...stop.laneOutcome, pause: 'interrupted' } }),
  'a task that stops for a pause ends interrupted': stopRulesWith({ taskOutcome: { ...stop.taskOutcome, pause: 'interrupted' } }),
  'a pause interrupts tasks': stopRulesWith({ taskReason: { ...stop.taskReason, pause: 'interrupt' } }),
  'a paused task survives an interrupt': stopRulesWith({
    task: { ...stop.task, paused: { ...stop.task.paused, interrupt: 'ignore' } },
  }),
  'a pause leaves tasks alone that were interrupted before the resume': stopRulesWith({
    task: { ...stop.task, interrupted: { ...stop.task.interrupted, pause: 'ignore' } },
  }),
  'a resuming task drains': stopRulesWith({ task: { ...stop.task, resuming: { ...stop.task.resuming, pause: 'stopping' } } }),
  'a paused execution cannot be resumed': { ...standardRules, execution: without(executionTransitions, 'paused', 'resuming') },
  'an interrupted lane run cannot be resumed': { ...standardRules, laneRun: without(laneRunTransitions, 'interrupted', 'resuming') },
  'a failed execution cannot be continued by force': { ...standardRules, execution: without(executionTransitions, 'failed', 'resuming') },
  'a cancelled execution cannot be rerun': { ...standardRules, execution: without(executionTransitions, 'cancelled', 'scheduled') },
  'a resumed lane run cannot be active': { ...standardRules, laneRun: without(laneRunTransitions, 'resuming', 'active') },
  'a resumed task cannot be active': { ...standardRules, task: without(taskTransitions, 'resuming', 'active') },
  'a resuming lane run cannot be prepared': { ...standardRules, laneRun: without(laneRunTransitions, 'resuming', 'preparing') },
};

function without<Status extends string>(table: TransitionTable<Status>, from: Status, to: Status | 'gone'): TransitionTable<Status> {
  return { ...table, [from]: table[from].filter((exit) => exit.to !== to) };
}

function stopRulesWith(over: Partial<Rules['stop']>): Rules {
  return { ...standardRules, stop: { ...stop, ...over } };
}

describe('a wrong table is caught', () => {
  test.each(Object.keys(mutants))('%s', (name) => {
    const rules = mutants[name] ?? standardRules;
    const isCaughtBy = (lanes: number, shape: LaneShape): boolean =>
      explore(scheduled(lanes, 1).execution, shape, { rules }).problems.length > 0;
    expect(isCaughtBy(2, [2]) || isCaughtBy(1, [2, 2])).toBe(true);
  });
});
