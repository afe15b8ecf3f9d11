import { describe, expect, test } from 'vitest';
import { cancel, componentsCreated, invalid, pause, someError } from './fixtures.ts';
import { Scenario } from './scenario.ts';

const allCancelled = ['cancelled', 'cancelled', 'cancelled'];

describe('cancel before and while preparing', () => {
  test('while scheduled: run and execution stop in the call, no component is ever created (execution R44)', () => {
    const scenario = new Scenario({ lanes: 2 }).cancel();
    expect([scenario.runStatus, scenario.status]).toEqual(['stopping', 'stopping']);
    scenario.rest();
    expect([scenario.runStatus, scenario.status]).toEqual(['cancelled', 'cancelled']);
    expect(scenario.execution.current).toMatchObject({ boxes: [], iteratedStoreId: null, exceptionStoreId: null });
    expect([scenario.runs(2), scenario.flags(1)]).toEqual([[], ['1:r']]);
  });

  test('before components exist: those created meanwhile are refused (execution R21)', () => {
    const scenario = new Scenario().preparing().cancel();
    expect(scenario.ask(componentsCreated('run-1', [2]))).toBe('atmWorkflowExecutionStopping');
    expect(scenario.ask({ kind: 'laneRunPrepared', laneRunId: 'run-1' })).toBe('atmWorkflowExecutionStopping');
    scenario.rest();
    expect([scenario.execution.current.boxes, scenario.runStatus, scenario.status]).toEqual([[], 'cancelled', 'cancelled']);
    expect(scenario.ask(componentsCreated('run-1', [2]))).toBe('atmWorkflowExecutionStopped');
  });

  test('after components exist: every task is cancelled inside the call (execution R22)', () => {
    const scenario = new Scenario().created().cancel();
    expect(scenario.tasks).toEqual(allCancelled);
    scenario.rest();
    expect([scenario.runStatus, scenario.status]).toEqual(['cancelled', 'cancelled']);
  });

  test('an error of the preparation that comes after the cancel changes nothing (execution R23)', () => {
    const scenario = new Scenario().preparing().cancel();
    expect(scenario.ask({ kind: 'preparationFailed', laneRunId: 'run-1', error: someError, interrupt: false })).toBe('unchanged');
    expect(scenario.ask(componentsCreated('run-1', [2]))).toBe('atmWorkflowExecutionStopping');
    expect([scenario.rest().status, scenario.execution.current.boxes]).toEqual(['cancelled', []]);
  });

  test('after the preparation failed and the run has ended it is refused (execution R24)', () => {
    const scenario = new Scenario().preparing().fail('run-1').stopped();
    expect([scenario.runStatus, scenario.status]).toEqual(['failed', 'stopping']);
    expect(scenario.ask(cancel)).toEqual(invalid('failed'));
    expect(scenario.finish().status).toBe('failed');
  });
});

describe('cancel of prepared and running lanes', () => {
  test('while enqueued: tasks are cancelled in the call, the run in advance goes at the end (execution R45)', () => {
    const scenario = new Scenario({ lanes: 2 }).enqueued().inAdvance('run-2', 'enqueued').cancel();
    expect(scenario.tasks).toEqual(allCancelled);
    expect([scenario.runStatus, scenario.status]).toEqual(['stopping', 'stopping']);
    expect(scenario.runs(2)).toEqual(['-:enqueued']);
    scenario.stopped();
    expect(scenario.runStatus).toBe('cancelled');
    scenario.finish();
    expect(scenario.trace).toEqual([
      'laneRun enqueued stopping',
      'task pending interrupted',
      'task pending interrupted',
      'task pending interrupted',
      'laneRun stopping interrupted',
      'laneRun interrupted null',
      'execution stopping cancelled',
    ]);
    expect(scenario.effectsOf('removeLaneRun').map((effect) => effect.laneRun.id)).toEqual(['run-2']);
    expect(scenario.runs(2)).toEqual([]);
  });

  test('while active: tasks with items drain, tasks without are cancelled at once (execution R46)', () => {
    const scenario = new Scenario({ shape: [2, 1] }).active('1.1').cancel();
    expect(scenario.tasks).toEqual(['stopping', 'cancelled', 'cancelled']);
    expect(scenario.effectsOf('closeGate')).toEqual([{ kind: 'closeGate', laneRunId: 'run-1', mode: 'abort' }]);
    scenario.stopped();
    expect(scenario.tasks).toEqual(allCancelled);
    expect(scenario.effectsOf('closeSlices')).toEqual([{ kind: 'closeSlices', laneRunId: 'run-1' }]);
    expect([scenario.finish().status, scenario.flags(1)]).toEqual(['cancelled', ['1:r']]);
  });

  test('no retry follows, although retries are left and items have failed (execution R49)', () => {
    const scenario = new Scenario({ maxRetries: 2 }).active('1.1', '1.2').conclude({ '1.1': 'failed' }).cancel().rest();
    expect([scenario.status, scenario.runs(1), scenario.execution.lanes[0]?.retriesLeft]).toEqual(['cancelled', ['1:cancelled'], 2]);
  });

  test('a task that is concluded while it drains ends cancelled (execution §3.4)', () => {
    const scenario = new Scenario().active('1.1', '1.2').cancel().conclude({ '1.1': 'ok' });
    expect(scenario.tasks).toEqual(['cancelled', 'stopping', 'cancelled']);
  });

  test('work is refused once the cancel is in (I3)', () => {
    const scenario = new Scenario().enqueued().cancel();
    expect(scenario.ask({ kind: 'tasksStarted', laneRunId: 'run-1', taskIds: ['run-1.1.1'] })).toBe('atmWorkflowExecutionStopping');
  });

  test('work that is done after the cancel does not finish the run: the first one wins (design §4)', () => {
    const scenario = new Scenario().active('1.1').concludeAll().cancel();
    expect(scenario.ask({ kind: 'laneRunDrained', laneRunId: 'run-1', newRunId: 'run-2' })).toBe('atmWorkflowExecutionStopping');
    expect(scenario.rest().status).toBe('cancelled');
  });

  test('between lanes the new current run is cancelled, the one before stays finished (execution §7.1)', () => {
    const scenario = new Scenario({ lanes: 2 }).enqueued().through('ok', 'run-2').cancel().rest();
    expect([scenario.runs(1), scenario.runs(2), scenario.status]).toEqual([['1:finished'], ['1:cancelled'], 'cancelled']);
  });

  test('between retries the new run is cancelled, the one before stays failed (execution §7.1)', () => {
    const scenario = new Scenario({ maxRetries: 1 }).enqueued().through('failed', 'run-2').cancel().rest();
    expect([scenario.runs(1), scenario.status]).toEqual([['2:cancelled', '1:failed'], 'cancelled']);
  });

  test('twice is accepted twice, and the first one is remembered (execution R50, I10)', () => {
    const scenario = new Scenario().active('1.1').step({ ...cancel, note: 'first' });
    expect(scenario.ask({ ...cancel, actor: 'other', note: 'second' })).toBe('unchanged');
    expect(scenario.execution.stop).toEqual({ reason: 'cancel', actor: 'user', note: 'first', at: 1_001_000 });
  });

  test('several stop requests make one stop: each task hears of it once (execution R86)', () => {
    const scenario = new Scenario().active('1.1').cancel();
    const told = scenario.trace.filter((change) => change.startsWith('task'));
    expect(told).toEqual(['task active stopping', 'task pending cancelled', 'task pending cancelled']);
    for (const request of [cancel, pause, cancel]) expect(scenario.ask(request)).toBe('unchanged');
    expect(scenario.stopped().trace).toEqual(['task stopping cancelled', 'laneRun stopping cancelled']);
  });
});

describe('cancel of executions at rest', () => {
  test('paused: everything is cancelled when the call returns (execution R47)', () => {
    expectCancelledInTheCall(new Scenario().active('1.1', '1.2').conclude({ '1.1': 'ok' }).pause().rest(), 'paused');
  });

  test('interrupted: everything is cancelled when the call returns (execution R47)', () => {
    expectCancelledInTheCall(new Scenario().active('1.1', '1.2').conclude({ '1.1': 'ok' }).interrupt().rest(), 'interrupted');
  });

  function expectCancelledInTheCall(scenario: Scenario, status: string): void {
    expect(scenario.tasks).toEqual(['finished', status, status]);
    scenario.cancel();
    expect([scenario.status, scenario.runStatus, scenario.tasks]).toEqual([
      'cancelled',
      'cancelled',
      ['finished', 'cancelled', 'cancelled'],
    ]);
    expect(scenario.trace.filter((change) => change.startsWith('execution'))).toEqual([
      `execution ${status} stopping`,
      'execution stopping cancelled',
    ]);
    expect(scenario.effectsOf('closeSlices')).toEqual([{ kind: 'closeSlices', laneRunId: 'run-1' }]);
    expect(scenario.effectsOf('queueCallback')).toEqual([{ kind: 'queueCallback', url: 'http://callback', status: 'cancelled' }]);
    expect(scenario.effectsOf('freezeStores').at(-1)?.storeIds).toEqual(['input-store', 'output-store']);
    expect(scenario.flags(1)).toEqual(['1:r']);
  }

  test('resuming: pending, resuming and suspended tasks are all cancelled (execution R48)', () => {
    const scenario = new Scenario({ lanes: 2 }).enqueued().pause().rest().resume();
    scenario.resumingTasks('1.1', '1.2').resumedTasks({ '1.1': false });
    expect(scenario.tasks).toEqual(['pending', 'resuming', 'paused']);
    expect(scenario.cancel().tasks).toEqual(allCancelled);
    scenario.rest();
    expect([scenario.runStatus, scenario.status, scenario.execution.inAdvance]).toEqual(['cancelled', 'cancelled', null]);
  });

  test('pausing, and the run is paused already: it is cancelled in the call, the execution follows (execution §7.8)', () => {
    const scenario = new Scenario().active('1.1').pause().stopped();
    expect([scenario.runStatus, scenario.status]).toEqual(['paused', 'stopping']);
    scenario.cancel();
    expect([scenario.runStatus, scenario.status, scenario.tasks]).toEqual(['cancelled', 'stopping', allCancelled]);
    expect(scenario.finish().status).toBe('cancelled');
  });

  test('active, with a run that was interrupted in advance: the run ends cancelled (execution §3.1)', () => {
    const scenario = new Scenario({ lanes: 2 }).enqueued().inAdvance('run-2', 'created').fail('run-2', true).through('ok', 'run-3');
    expect([scenario.runStatus, scenario.status]).toEqual(['interrupted', 'active']);
    expect(scenario.ask(pause)).toEqual(invalid('interrupted'));
    scenario.cancel();
    expect([scenario.runStatus, scenario.tasks]).toEqual(['cancelled', allCancelled]);
    expect(scenario.finish().status).toBe('cancelled');
  });
});
