/** Rerun and retry of lane runs, and the run numbers that follow (execution §7.6, §6.6). */
import { describe, expect, test } from 'vitest';
import { repeat } from './fixtures.ts';
import { Scenario } from './scenario.ts';

const lanes = [
  { schemaId: 'lane-1', maxRetries: 0 },
  { schemaId: 'lane-2', maxRetries: 1 },
];

/** Lane 1 finished, lane 2 failed and so did its retry: runs {1,1}, {2,1}, {2,2}. */
function failedInLane2(): Scenario {
  const scenario = new Scenario({ over: { lanes } }).enqueued().through('ok', 'run-2');
  return scenario.enqueued().through('failed', 'run-3').enqueued().through('failed', 'unused').finish();
}

function runsOf(scenario: Scenario): readonly (readonly string[])[] {
  return [scenario.runs(1), scenario.runs(2)];
}

describe('rerun of an earlier lane', () => {
  test('a new run repeats it, and all flags are gone (execution R75, R34)', () => {
    const scenario = failedInLane2();
    expect(runsOf(scenario)).toEqual([['1:finished'], ['2:failed', '1:failed']]);
    scenario.repeat('rerun', 1, 1, 'run-4');
    expect(runsOf(scenario)).toEqual([
      ['3:scheduled', '1:finished'],
      ['2:failed', '1:failed'],
    ]);
    expect(scenario.execution.current).toMatchObject({
      laneIndex: 1,
      originRunNumber: 1,
      runType: 'rerun',
      iteratedStoreId: 'input-store',
    });
    expect([scenario.status, scenario.flags(1), scenario.flags(2)]).toEqual(['scheduled', ['3:', '1:'], ['2:', '1:']]);
  });

  test('the lanes after it run again as regular runs, with their retries (execution R75)', () => {
    const scenario = failedInLane2().repeat('rerun', 1, 1, 'run-4').enqueued().through('ok', 'run-5');
    expect(scenario.execution.current).toMatchObject({ laneIndex: 2, runNumber: 3, runType: 'regular', originRunNumber: null });
    scenario.enqueued().through('failed', 'run-6');
    expect(scenario.execution.current).toMatchObject({ runNumber: 4, runType: 'retry', originRunNumber: 3 });
    scenario.enqueued().through('failed', 'unused').finish();
    expect(runsOf(scenario)).toEqual([
      ['3:finished', '1:finished'],
      ['4:failed', '3:failed', '2:failed', '1:failed'],
    ]);
    expect(scenario.status).toBe('failed');
  });
});

describe('repeats of the failed lane', () => {
  test.each(['rerun', 'retry'] as const)('%s of an older run gets the next number and no automatic retry (execution R77)', (kind) => {
    const scenario = failedInLane2().repeat(kind, 2, 1, 'run-4');
    expect(scenario.execution.current).toMatchObject({ laneIndex: 2, runNumber: 3, originRunNumber: 1, runType: kind });
    scenario.enqueued().through('failed', 'unused').finish();
    expect([scenario.status, scenario.runs(2)]).toEqual(['failed', ['3:failed', '2:failed', '1:failed']]);
    expect(scenario.flags(2)).toEqual(['3:rt', '2:rt', '1:rt']);
  });

  test('a retry iterates the failed items, a rerun the input, of the run that is repeated (execution §7.6, I7, rest R91)', () => {
    const iterated = (kind: 'rerun' | 'retry', run: number): string | null =>
      failedInLane2().repeat(kind, 2, run).execution.current.iteratedStoreId;
    expect([iterated('rerun', 1), iterated('retry', 1)]).toEqual(['input-store', 'run-2.exceptions']);
    expect([iterated('rerun', 2), iterated('retry', 2)]).toEqual(['run-2.exceptions', 'run-3.exceptions']);
  });

  test('the repeated lane is not retried although another one was current before (D4)', () => {
    const all = [1, 1].map((maxRetries, index) => ({ schemaId: `lane-${index + 1}`, maxRetries }));
    const scenario = new Scenario({ over: { lanes: all } }).enqueued().through('ok', 'run-2').cancel().rest();
    scenario.repeat('rerun', 1, 1, 'run-3');
    expect(scenario.execution.lanes.map((lane) => lane.retriesLeft)).toEqual([0, 1]);
    scenario.enqueued().through('failed', 'unused');
    expect([scenario.status, scenario.runs(1)]).toEqual(['stopping', ['2:failed', '1:finished']]);
  });
});

describe('what can be repeated', () => {
  test('a finished run cannot be retried (execution R76)', () => {
    expect(failedInLane2().ask(repeat('retry', 1, 1))).toBe('atmLaneExecutionRetryFailed');
  });

  test('a run that failed in preparation can be rerun only, and the lanes follow (execution R78)', () => {
    const scenario = new Scenario({ over: { lanes } }).preparing().fail('run-1').rest();
    expect(scenario.ask(repeat('retry', 1, 1))).toBe('atmLaneExecutionRetryFailed');
    scenario.repeat('rerun', 1, 1, 'run-2').enqueued().through('ok', 'run-3').enqueued().through('failed', 'run-4');
    expect(runsOf(scenario)).toEqual([
      ['2:finished', '1:failed'],
      ['3:scheduled', '2:failed'],
    ]);
  });

  test('a run that a streamed result broke can be rerun only, and is not retried (execution R79)', () => {
    const scenario = new Scenario({ over: { lanes } }).enqueued().through('ok', 'run-2').active('1.1').broken('1.1').rest();
    expect(scenario.ask(repeat('retry', 2, 1))).toBe('atmLaneExecutionRetryFailed');
    scenario.repeat('rerun', 2, 1, 'run-3').active('1.1').broken('1.1').rest();
    expect([scenario.status, scenario.runs(2)]).toEqual(['failed', ['2:failed', '1:failed']]);
  });

  test('a cancelled run can be rerun only, and the lanes follow (execution R80)', () => {
    const scenario = new Scenario({ over: { lanes } }).active('1.1').cancel().rest();
    expect(scenario.ask(repeat('retry', 1, 1))).toBe('atmLaneExecutionRetryFailed');
    scenario.repeat('rerun', 1, 1, 'run-2').enqueued().through('ok', 'run-3').enqueued().through('failed', 'run-4');
    expect(runsOf(scenario)).toEqual([
      ['2:finished', '1:cancelled'],
      ['3:scheduled', '2:failed'],
    ]);
  });

  test('a run that never had components is a rerun from the start on (execution §6.7)', () => {
    const scenario = new Scenario().cancel().rest().repeat('rerun', 1, 1, 'run-2');
    expect(scenario.execution.current).toMatchObject({ runType: 'rerun', iteratedStoreId: null });
    expect(scenario.created().execution.current).toMatchObject({ runType: 'rerun', iteratedStoreId: 'input-store' });
  });
});

describe('the call', () => {
  test('a new incarnation begins on behalf of the caller, and the stores open (execution §7.6)', () => {
    const scenario = failedInLane2();
    scenario.nowMs = 5_000_000;
    scenario.repeat('retry', 2, 2, 'run-4');
    expect(scenario.execution).toMatchObject({
      incarnation: 2,
      userId: 'user',
      sessionUserId: 'other',
      scheduleTime: 5000,
      currentRunNum: 3,
    });
    expect(scenario.effectsOf('unfreezeStores')).toEqual([{ kind: 'unfreezeStores', storeIds: ['input-store', 'output-store'] }]);
    expect(scenario.effectsOf('archiveLaneRun').map((effect) => effect.laneRun.id)).toEqual(['run-3']);
  });

  test('the workflow log names the repeated run and the new one (execution §12.3)', () => {
    expect(
      failedInLane2()
        .repeat('retry', 2, 1)
        .entries.map(({ severity, content }) => [severity, content]),
    ).toEqual([
      [
        'notice',
        {
          description: '[Lane: 2, Run: 1] A retry of its failed items was scheduled.',
          details: { repeatType: 'retry', scheduledLaneRunSelector: { laneIndex: 2, RunNumber: 3 } },
        },
      ],
    ]);
  });

  test('twice: the second one finds it scheduled (execution §7.0, I10)', () => {
    const scenario = failedInLane2().repeat('rerun', 1, 1);
    expect(scenario.ask(repeat('rerun', 1, 1, 'again'))).toBe('atmWorkflowExecutionNotEnded');
  });

  test('fail, rerun, cancel, rerun the same run again: the numbers keep growing (execution §7.8)', () => {
    const scenario = failedInLane2().repeat('rerun', 2, 1, 'run-4').cancel().rest().repeat('rerun', 2, 1, 'run-5');
    expect(scenario.runs(2)).toEqual(['4:scheduled', '3:cancelled', '2:failed', '1:failed']);
  });
});
