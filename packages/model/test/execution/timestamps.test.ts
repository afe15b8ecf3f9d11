/** Phase timestamps, in seconds (execution §14.1). Scenarios begin at 1000 s and move their clock by hand. */
import { describe, expect, test } from 'vitest';
import { executionStatuses } from '../../src/execution/document.ts';
import { phaseTimestamp } from '../../src/execution/phases.ts';
import { Scenario } from './scenario.ts';

/** Moves the clock to a second. */
function at(scenario: Scenario, second: number): Scenario {
  scenario.nowMs = second * 1000 + 999;
  return scenario;
}

/** scheduleTime, startTime, suspendTime, finishTime. */
function times({ execution }: Scenario): readonly number[] {
  return [execution.scheduleTime, execution.startTime, execution.suspendTime, execution.finishTime];
}

describe('a phase change sets one time', () => {
  test('creation: when it was scheduled (execution §14.1)', () => {
    expect(times(new Scenario())).toEqual([1000, 0, 0, 0]);
  });

  test('waiting to ongoing: when it started (execution §14.1)', () => {
    expect(times(at(new Scenario(), 2000).preparing())).toEqual([1000, 2000, 0, 0]);
  });

  test('ongoing to suspended: when it was suspended (execution §14.1)', () => {
    const scenario = at(new Scenario().active('1.1'), 3000).pause();
    expect(times(scenario)).toEqual([1000, 1001, 0, 0]);
    expect(times(at(scenario, 4000).rest())).toEqual([1000, 1001, 4000, 0]);
  });

  test('ongoing to ended: when it finished (execution §14.1)', () => {
    expect(times(at(new Scenario().enqueued().through('ok', 'unused'), 3000).finish())).toEqual([1000, 1001, 0, 3000]);
  });

  test('suspended to ongoing and ended, by a cancel: start and finish (execution §14.1)', () => {
    const scenario = at(at(new Scenario().active('1.1').pause(), 2000).rest(), 3000).cancel();
    expect(times(scenario)).toEqual([1000, 3000, 2000, 3000]);
  });

  test('suspended to waiting: when it was scheduled, nothing else (execution R118)', () => {
    const scenario = at(at(new Scenario().active('1.1').pause(), 2000).rest(), 3000).resume();
    expect(times(scenario)).toEqual([3000, 1001, 2000, 0]);
    scenario.resumingTasks('1.1', '1.2', '2.1').resumedTasks({ '1.1': true, '1.2': false, '2.1': false });
    expect(times(at(scenario, 4000).resumed())).toEqual([3000, 4000, 2000, 0]);
  });

  test.each(['rerun', 'retry'] as const)('ended to waiting, by a %s: the old finish stays until the next one (execution R118)', (kind) => {
    const scenario = at(at(new Scenario().enqueued().through('failed', 'unused'), 2000).finish(), 3000).repeat(kind, 1, 1);
    expect(times(scenario)).toEqual([3000, 1001, 0, 2000]);
    scenario.enqueued().through('ok', 'unused');
    expect(times(at(scenario, 5000).finish())).toEqual([3000, 3000, 0, 5000]);
  });

  test('ended to waiting, by a forced continuation: when it was scheduled (execution §14.1)', () => {
    const scenario = at(new Scenario({ lanes: 2 }).enqueued().through('failed', 'unused').finish(), 3000).forceContinue();
    expect(times(scenario)).toEqual([3000, 1001, 0, 1001]);
  });

  test('a stop request on a scheduled execution starts it, although nothing ran (execution R119)', () => {
    expect(times(at(new Scenario(), 2000).cancel())).toEqual([1000, 2000, 0, 0]);
    expect(times(at(new Scenario(), 2000).pause().rest())).toEqual([1000, 2000, 2000, 0]);
  });

  test('within a phase nothing is set: stops, lane changes, retries (execution §14.1)', () => {
    const scenario = at(new Scenario({ lanes: 2, maxRetries: 1 }).enqueued(), 7000);
    scenario.through('failed', 'run-2').enqueued().through('ok', 'run-3').active('1.1').pause().cancel();
    expect(times(scenario)).toEqual([1000, 1001, 0, 0]);
  });
});

describe('a clock that goes back', () => {
  test('never puts a phase before the one it follows (execution §14.1, R133)', () => {
    const scenario = at(new Scenario(), 1).preparing();
    expect(times(scenario)).toEqual([1000, 1000, 0, 0]);
    expect(times(scenario.cancel().rest())).toEqual([1000, 1000, 0, 1000]);
  });

  test('never puts a suspension before its start, nor a cancel before the suspension (execution §14.1)', () => {
    const scenario = at(at(new Scenario(), 5000).preparing().pause(), 4000).rest();
    expect(times(scenario)).toEqual([1000, 5000, 5000, 0]);
    expect(times(at(scenario, 3000).cancel())).toEqual([1000, 5000, 5000, 5000]);
  });
});

test('lists are ordered by the time of the phase (execution §14.2)', () => {
  const timestamps = { scheduleTime: 1, startTime: 2, suspendTime: 3, finishTime: 4 };
  expect(executionStatuses.map((status) => phaseTimestamp({ ...timestamps, status }))).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 4, 4]);
});
