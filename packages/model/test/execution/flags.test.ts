/** Which runs may be repeated (execution §6.8). */
import { describe, expect, test } from 'vitest';
import { executionStatuses, type LaneRunStatus, type LaneStoppingReason } from '../../src/execution/document.ts';
import { isTerminal, runFlags } from '../../src/execution/phases.ts';
import { Scenario } from './scenario.ts';

const run = { status: 'failed', stoppingReason: null } as const;
const none = { isRerunable: false, isRetriable: false };

function flagsOf(status: LaneRunStatus, stoppingReason: LaneStoppingReason | null): readonly boolean[] {
  const flags = runFlags({ status: 'failed' }, { status, stoppingReason });
  return [flags.isRerunable, flags.isRetriable];
}

/** Lane 1 failed with its retry, lane 2 has not run. */
function failedTwice(): Scenario {
  return new Scenario({ lanes: 2, maxRetries: 1 }).enqueued().through('failed', 'run-2').enqueued().through('failed', 'unused');
}

describe('flags of lane runs', () => {
  test('are false in each status that is not an end (execution R32)', () => {
    const open = executionStatuses.filter((status) => !isTerminal(status));
    expect(open).toEqual(['scheduled', 'resuming', 'active', 'stopping', 'paused', 'interrupted']);
    expect(open.map((status) => runFlags({ status }, run))).toEqual(open.map(() => none));
  });

  test('are false for runs of the past too, as long as the execution goes on or is suspended (execution R32)', () => {
    const scenario = failedTwice();
    expect([scenario.status, scenario.flags(1)]).toEqual(['stopping', ['2:', '1:']]);
    scenario.finish().forceContinue().pause().rest();
    expect([scenario.status, scenario.flags(1), scenario.flags(2)]).toEqual(['paused', ['2:', '1:'], ['2:']]);
  });

  test('tell about every run of the past, those that were retried included (execution R33)', () => {
    const scenario = new Scenario({ maxRetries: 2 }).enqueued().through('failed', 'run-2').enqueued().through('failed', 'run-3');
    expect(scenario.enqueued().through('failed', 'unused').finish().flags(1)).toEqual(['3:rt', '2:rt', '1:rt']);
  });

  test.each(['rerun', 'retry'] as const)('are gone once a %s is scheduled, and come back with the end (execution R34)', (kind) => {
    const scenario = failedTwice().finish();
    expect(scenario.flags(1)).toEqual(['2:rt', '1:rt']);
    scenario.repeat(kind, 1, 1, 'run-3');
    expect(scenario.flags(1)).toEqual(['3:', '2:', '1:']);
    expect(scenario.enqueued().through('failed', 'unused').finish().flags(1)).toEqual(['3:rt', '2:rt', '1:rt']);
  });

  test('are gone once a forced continuation is scheduled (execution R34)', () => {
    const scenario = failedTwice().finish().forceContinue();
    expect([scenario.flags(1), scenario.flags(2)]).toEqual([['2:', '1:'], ['2:']]);
  });

  test('are false when the execution crashed (execution R35)', () => {
    expect(runFlags({ status: 'crashed' }, run)).toEqual(none);
    expect(failedTwice().crash().flags(1)).toEqual(['2:', '1:']);
  });

  test('a preparation that failed leaves the run rerunable only (execution R36)', () => {
    expect(new Scenario().created().fail('run-1').rest().flags(1)).toEqual(['1:r']);
  });

  test.each(['streamedResult', 'threshold'] as const)('a task broken by its %s leaves the run rerunable only (execution R36)', (cause) => {
    expect(new Scenario().active('1.1').broken('1.1', cause).rest().flags(1)).toEqual(['1:r']);
  });

  test('cancelled and finished runs are rerunable only (execution R37)', () => {
    expect(new Scenario().active('1.1').cancel().rest().flags(1)).toEqual(['1:r']);
    expect(new Scenario().enqueued().through('ok', 'unused').finish().flags(1)).toEqual(['1:r']);
  });

  test('after a forced continuation that finished, the failed run qualifies as before (execution R38)', () => {
    const scenario = failedTwice().finish().forceContinue().enqueued().through('ok', 'unused').finish();
    expect([scenario.status, scenario.flags(1), scenario.flags(2)]).toEqual(['finished', ['2:rt', '1:rt'], ['2:r']]);
  });

  test('of all statuses and reasons only a run that failed by its items is retriable (execution §6.8)', () => {
    expect(flagsOf('failed', null)).toEqual([true, true]);
    expect(flagsOf('failed', 'failure')).toEqual([true, false]);
    expect(flagsOf('cancelled', 'cancel')).toEqual([true, false]);
    expect(flagsOf('finished', null)).toEqual([true, false]);
    expect([flagsOf('interrupted', null), flagsOf('paused', null), flagsOf('crashed', 'crash')]).toEqual([
      [false, false],
      [false, false],
      [false, false],
    ]);
  });
});
