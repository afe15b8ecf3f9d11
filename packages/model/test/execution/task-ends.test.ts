/** What a task ends as when its lane run stops, by the state it was in (execution §4.3). */
import { describe, expect, test } from 'vitest';
import { Scenario } from './scenario.ts';

/** Stops of the whole lane run; `failure` comes from the other task. */
const stops = {
  pause: (scenario: Scenario) => scenario.pause(),
  interrupt: (scenario: Scenario) => scenario.interrupt(),
  failure: (scenario: Scenario) => scenario.broken('1.2'),
  cancel: (scenario: Scenario) => scenario.cancel(),
  crash: (scenario: Scenario) => scenario.crash(),
};
type Stop = keyof typeof stops;
const order: readonly Stop[] = ['pause', 'interrupt', 'failure', 'cancel', 'crash'];

/** A lane run whose task 1.2 is active and whose task 1.1 is in the state that is looked at. */
const states: Readonly<Record<string, () => Scenario>> = {
  pending: () => started('1.2'),
  active: () => started('1.1', '1.2'),
  finished: () => started('1.1', '1.2').conclude({ '1.1': 'ok' }),
  failed: () => started('1.1', '1.2').conclude({ '1.1': 'failed' }),
  skipped: () => started('1.2').conclude({ '1.1': 'ok' }),
  resuming: () => goingOn(started('1.1', '1.2').pause()).resumingTasks('1.1'),
  paused: () => goingOn(started('1.1', '1.2').pause()),
  'interrupted before': () => goingOn(started('1.1', '1.2').interrupt()),
};

function started(...names: readonly string[]): Scenario {
  return new Scenario({ shape: [2] }).active(...names);
}

/** Suspended and resumed, task 1.2 active again. */
function goingOn(stopping: Scenario): Scenario {
  return stopping.rest().resume().resumingTasks('1.2').resumedTasks({ '1.2': true });
}

/** At once, and when nothing is in flight any more; one status when it is the same. */
const expected: Readonly<Record<string, readonly string[]>> = {
  pending: ['paused', 'interrupted', 'interrupted', 'cancelled', 'interrupted'],
  active: ['stopping paused', 'stopping interrupted', 'stopping interrupted', 'stopping cancelled', 'stopping interrupted'],
  finished: order.map(() => 'finished'),
  failed: order.map(() => 'failed'),
  skipped: order.map(() => 'skipped'),
  resuming: ['paused', 'interrupted', 'interrupted', 'cancelled', 'interrupted'],
  paused: ['paused', 'interrupted', 'interrupted', 'cancelled', 'interrupted'],
  // Interrupted in an earlier incarnation, so a pause counts.
  'interrupted before': ['paused', 'interrupted', 'interrupted', 'cancelled', 'interrupted'],
};

function endsOf(scenario: Scenario): string {
  const atOnce = scenario.tasks[0];
  const inTheEnd = scenario.stopped().tasks[0];
  return atOnce === inTheEnd ? `${atOnce}` : `${atOnce} ${inTheEnd}`;
}

describe('a task that is', () => {
  test.each(Object.keys(states))('%s, when its lane run stops for each reason (execution §4.3)', (state) => {
    expect(order.map((stop) => endsOf(stops[stop](states[state]!())))).toEqual(expected[state]);
  });

  test('stopping for a failure of its own: only a cancel changes that (execution §4.3)', () => {
    const broken = (): Scenario => started('1.1', '1.2').broken('1.1');
    expect(broken().stopped().tasks[0]).toBe('failed');
    expect(broken().broken('1.2').stopped().tasks).toEqual(['failed', 'failed']);
    expect(broken().crash().stopped().tasks[0]).toBe('failed');
    expect(broken().cancel().stopped().tasks[0]).toBe('cancelled');
  });

  test('stopping for a cancel: nothing changes that (execution §4.3)', () => {
    expect(started('1.1', '1.2').cancel().crash().stopped().tasks).toEqual(['cancelled', 'cancelled']);
  });

  test('stopped in the incarnation of the stop is not paused by a weaker request (execution §4.3)', () => {
    const scenario = started('1.2').interrupt();
    expect(scenario.tasks).toEqual(['interrupted', 'stopping']);
    expect(scenario.cancel().tasks).toEqual(['cancelled', 'stopping']);
  });
});
