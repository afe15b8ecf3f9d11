import { describe, expect, test } from 'vitest';
import { forceContinue } from './fixtures.ts';
import { Scenario } from './scenario.ts';

/** The first lane of two failed by its items. */
function failed(lanes = 2): Scenario {
  return new Scenario({ lanes }).enqueued().through('failed', 'unused').finish();
}

describe('forced continuation', () => {
  test('after failed items: a regular run of the next lane, and the flags come back at the end (execution R71)', () => {
    const scenario = failed();
    expect([scenario.status, scenario.flags(1)]).toEqual(['failed', ['1:rt']]);
    scenario.forceContinue('run-2');
    expect([scenario.status, scenario.runs(1), scenario.runs(2)]).toEqual(['resuming', ['1:failed'], ['1:scheduled']]);
    expect(scenario.execution.current).toMatchObject({ id: 'run-2', laneIndex: 2, runType: 'regular', originRunNumber: null });
    scenario.enqueued().through('ok', 'unused').finish();
    expect([scenario.status, scenario.flags(1), scenario.flags(2)]).toEqual(['finished', ['1:rt'], ['1:r']]);
  });

  test('after a failed preparation it works, and that run stays rerunable only (execution R72)', () => {
    const scenario = new Scenario({ lanes: 2 }).preparing().fail('run-1').rest().forceContinue('run-2');
    scenario.enqueued().through('ok', 'unused').finish();
    expect([scenario.status, scenario.flags(1)]).toEqual(['finished', ['1:r']]);
  });

  test('after a streamed result broke the lane it works, and that run stays rerunable only (execution R73)', () => {
    const scenario = new Scenario({ lanes: 2 }).active('1.1').broken('1.1').rest().forceContinue('run-2');
    scenario.enqueued().through('ok', 'unused').finish();
    expect([scenario.status, scenario.flags(1)]).toEqual(['finished', ['1:r']]);
  });

  test('a new incarnation begins on behalf of the caller, and the number does not grow (execution §7.5, §6.6)', () => {
    const scenario = failed();
    scenario.nowMs = 5_000_000;
    scenario.forceContinue('run-2');
    expect(scenario.execution).toMatchObject({
      incarnation: 2,
      userId: 'user',
      sessionUserId: 'other',
      scheduleTime: 5000,
      currentRunNum: 1,
      currentLaneIndex: 2,
    });
    expect(scenario.effectsOf('unfreezeStores')).toEqual([{ kind: 'unfreezeStores', storeIds: ['input-store', 'output-store'] }]);
    expect(scenario.effectsOf('archiveLaneRun').map((effect) => effect.laneRun.id)).toEqual(['run-1']);
    expect(scenario.entries.map(({ severity, content }) => [severity, content.details])).toEqual([
      ['notice', { scheduledLaneRunSelector: { laneIndex: 2, RunNumber: 1 } }],
    ]);
  });

  test('the lane after it is prepared in advance as usual (execution §7.5)', () => {
    const scenario = failed(3).forceContinue('run-2').preparing().inAdvance('run-3', 'preparing');
    expect([scenario.runs(2), scenario.runs(3)]).toEqual([['1:preparing'], ['-:preparing']]);
  });

  test('the new lane has all its retries (execution §7.5)', () => {
    const scenario = new Scenario({ lanes: 2, maxRetries: 1 });
    scenario.enqueued().through('failed', 'run-2').enqueued().through('failed', 'unused').finish();
    scenario.forceContinue('run-3').enqueued().through('failed', 'run-4');
    expect(scenario.runs(2)).toEqual(['3:scheduled', '2:failed']);
  });

  test('again, when the next lane fails as well (execution §7.5)', () => {
    const scenario = failed(3).forceContinue('run-2').enqueued().through('failed', 'unused').finish();
    scenario.forceContinue('run-3').enqueued().through('ok', 'unused').finish();
    expect([scenario.status, scenario.runs(3), scenario.execution.incarnation]).toEqual(['finished', ['1:finished'], 3]);
  });

  test('suspended before it was prepared, it resumes with its lane (execution §7.4, §7.5)', () => {
    const scenario = failed().forceContinue('run-2').pause().rest().resume().enqueued();
    expect([scenario.run, scenario.runStatus, scenario.runs(1)]).toEqual(['run-2', 'enqueued', ['1:failed']]);
  });

  test('a lane that has a run of that number already is refused (execution §7.5)', () => {
    const scenario = failed();
    const [first, second] = scenario.execution.lanes;
    const run = { ...scenario.execution.current, runNumber: 1 };
    scenario.execution = { ...scenario.execution, lanes: [first!, { ...second!, endedRuns: [run] }] };
    expect(scenario.ask(forceContinue())).toBe('alreadyExists');
  });
});

describe('forced continuation is refused', () => {
  const refused = {
    scheduled: () => new Scenario({ lanes: 2 }),
    active: () => new Scenario({ lanes: 2 }).active('1.1'),
    stopping: () => new Scenario({ lanes: 2 }).active('1.1').broken('1.1'),
    paused: () => new Scenario({ lanes: 2 }).pause().rest(),
    interrupted: () => new Scenario({ lanes: 2 }).interrupt().rest(),
    resuming: () => new Scenario({ lanes: 2 }).pause().rest().resume(),
    finished: () => failed().forceContinue('run-2').enqueued().through('ok', 'unused').finish(),
    cancelled: () => new Scenario({ lanes: 2 }).cancel().rest(),
    crashed: () => new Scenario({ lanes: 2 }).crash().rest(),
  };

  test.each(Object.entries(refused))('of one that is %s (execution R74)', (status, scenarioOf) => {
    const scenario = scenarioOf();
    expect([scenario.status, scenario.ask(forceContinue())]).toEqual([status, 'atmWorkflowExecutionNotResumable']);
  });

  test('of one that failed in its last lane (execution §7.0)', () => {
    expect(failed(1).ask(forceContinue())).toBe('atmWorkflowExecutionNotResumable');
  });

  test('twice: the second one finds it resuming (execution §7.0, I10)', () => {
    expect(failed().forceContinue('run-2').ask(forceContinue('run-3'))).toBe('atmWorkflowExecutionNotResumable');
  });
});
