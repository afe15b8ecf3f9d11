import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Execution } from '../../src/execution/document.ts';
import { executionTransitions, laneRunTransitions, taskTransitions, type TransitionTable } from '../../src/execution/tables.ts';
import { standardRules, type Rules } from '../../src/execution/rules.ts';
import { edgeOf, explore, walk, type Exploration } from './exploration.ts';
import { scheduled, type LaneShape } from './fixtures.ts';

interface Scope {
  readonly seeds: readonly Execution[];
  readonly shape: LaneShape;
}

/** Every scenario is explored once; two tests look at the result. */
const explored = new Map<Scope, Exploration>();

function exploredOnce(scope: Scope): Exploration {
  const result = explored.get(scope) ?? explore(scope.seeds, scope.shape);
  explored.set(scope, result);
  return result;
}

const oneLane: Scope = { seeds: [scheduled(1, 1).execution], shape: [2, 2] };
const twoLanes: Scope = { seeds: [scheduled(2, 1).execution], shape: [2] };

describe('every state that can be reached keeps every promise (I1, I2, I14)', () => {
  test('1 lane × 2 boxes × 2 tasks, 1 retry', () => {
    const result = exploredOnce(oneLane);
    console.log(`1 × 2 × 2: ${result.stateCount} states, ${result.transitionCount} transitions`);
    expect(result.problems).toEqual([]);
    expect(result.stateCount).toBeGreaterThan(100);
  });

  test('2 lanes × 1 box × 2 tasks, 1 retry, the second lane in advance', () => {
    const result = exploredOnce(twoLanes);
    console.log(`2 × 1 × 2: ${result.stateCount} states, ${result.transitionCount} transitions`);
    expect(result.problems).toEqual([]);
    expect(result.stateCount).toBeGreaterThan(100);
  });

  test('every edge of the tables is taken', () => {
    const seen = new Set([...exploredOnce(oneLane).edges, ...exploredOnce(twoLanes).edges]);
    const all = [
      ...edgesOf('execution', executionTransitions),
      ...edgesOf('laneRun', laneRunTransitions),
      ...edgesOf('task', taskTransitions),
    ];
    const initial = ['execution new → scheduled'];
    expect(all.filter((edge) => !seen.has(edge) && !initial.includes(edge))).toEqual([]);
  });
});

function edgesOf(subject: 'execution' | 'laneRun' | 'task', table: TransitionTable<string>): readonly string[] {
  return Object.entries(table).flatMap(([from, exits]) =>
    exits.map((exit) => edgeOf({ subject, from: from === 'new' ? null : from, to: exit.to === 'gone' ? null : exit.to })),
  );
}

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
  'a lane run in advance is never removed': { ...standardRules, laneRun: { ...laneRunTransitions, interrupted: [] } },
};

function stopRulesWith(over: Partial<Rules['stop']>): Rules {
  return { ...standardRules, stop: { ...stop, ...over } };
}

describe('larger executions (T1)', () => {
  test('random walks over 4 lanes × 3 boxes × 1–2 tasks, 3 retries', () => {
    const start = scheduled(4, 3).execution;
    const shape = [1, 2, 1];
    const ends = new Set<string>();
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 20, maxLength: 200 }), (picks) => {
        const { problems, end } = walk(start, shape, picks);
        expect(problems).toEqual([]);
        ends.add(`${end.status} in lane ${end.currentLaneIndex}`);
      }),
      { numRuns: 300 },
    );
    console.log(`walks ended: ${[...ends].sort().join(', ')}`);
    expect([...ends].some((end) => end.endsWith('lane 4'))).toBe(true);
  });
});

describe('a wrong table is caught by the exploration (T9)', () => {
  test.each(Object.keys(mutants))('%s', (name) => {
    const rules = mutants[name] ?? standardRules;
    const isCaught = [twoLanes, oneLane].some(({ seeds, shape }) => explore(seeds, shape, { rules }).problems.length > 0);
    expect(isCaught).toBe(true);
  });
});
