import { describe, expect, test } from 'vitest';
import { componentsCreated, crashed, resume, someError } from './fixtures.ts';
import { Scenario } from './scenario.ts';

const all = ['1.1', '1.2', '2.1'];

describe('the call', () => {
  test('lane run and execution resume, a new incarnation begins, nothing else changes (execution §7.4)', () => {
    const scenario = new Scenario().active('1.1').pause().rest();
    const { current } = scenario.execution;
    scenario.nowMs = 5_000_000;
    scenario.resume();
    expect([scenario.status, scenario.runStatus, scenario.execution.incarnation]).toEqual(['resuming', 'resuming', 2]);
    expect(scenario.execution.current).toEqual({ ...current, status: 'resuming', stoppingReason: null });
    expect(scenario.execution).toMatchObject({ userId: 'user', sessionUserId: 'other', scheduleTime: 5000, stop: null });
  });

  test('the global stores take content again, and the workflow log tells it (execution §7.4, §12.3)', () => {
    const scenario = new Scenario().active('1.1').pause().rest().resume();
    expect(scenario.effectsOf('unfreezeStores')).toEqual([{ kind: 'unfreezeStores', storeIds: ['input-store', 'output-store'] }]);
    expect(scenario.entries.map(({ severity, content }) => [severity, content.details])).toEqual([
      ['notice', { scheduledLaneRunSelector: { laneIndex: 1, RunNumber: 1 } }],
    ]);
    expect(new Scenario({ over: { storeRegistry: {} } }).pause().rest().resume().effectsOf('unfreezeStores')).toEqual([]);
  });

  test('by the engine itself it keeps the access it had (execution §15.1)', () => {
    const scenario = new Scenario()
      .pause()
      .rest()
      .step({ ...resume, actor: null });
    expect(scenario.execution.sessionUserId).toBe('user');
  });

  test('twice is refused the second time (execution §7.0, I10)', () => {
    expect(new Scenario().pause().rest().resume().ask(resume)).toBe('atmWorkflowExecutionNotResumable');
  });
});

describe('going on', () => {
  test('paused while scheduled: the lane is prepared like any other, the next one after it (execution R64)', () => {
    const scenario = new Scenario({ lanes: 2 }).pause().rest().resume();
    scenario.preparing();
    expect([scenario.runStatus, scenario.status]).toEqual(['preparing', 'active']);
    scenario.step(componentsCreated('run-1', [2, 1])).step({ kind: 'laneRunPrepared', laneRunId: 'run-1' });
    expect(scenario.runStatus).toBe('enqueued');
    scenario.inAdvance('run-2', 'enqueued').through('ok', 'run-3').through('ok', 'run-4').finish();
    expect([scenario.runs(1), scenario.runs(2), scenario.status]).toEqual([['1:finished'], ['1:finished'], 'finished']);
  });

  test('interrupted while scheduled: the lane is prepared like any other (execution R64)', () => {
    const scenario = new Scenario().interrupt().rest().resume().enqueued().through('ok', 'run-2').finish();
    expect([scenario.runs(1), scenario.status]).toEqual([['1:finished'], 'finished']);
  });

  test('suspended once components exist: the same tasks, all pending, the lane run enqueued (execution R65)', () => {
    const scenario = new Scenario().created().pause().rest();
    const ids = scenario.execution.current.boxes;
    scenario.resume().resumingTasks(...all);
    expect(scenario.tasks).toEqual(['resuming', 'resuming', 'resuming']);
    scenario.resumedTasks({ '1.1': false, '1.2': false, '2.1': false }).resumed();
    expect([scenario.tasks, scenario.runStatus, scenario.status]).toEqual([['pending', 'pending', 'pending'], 'enqueued', 'active']);
    expect(scenario.execution.current.boxes.map((box) => box.tasks.map((task) => task.id))).toEqual(
      ids.map((box) => box.tasks.map((task) => task.id)),
    );
  });

  test('suspended while active: tasks that had items are active again, and so is the lane run (execution R66)', () => {
    const scenario = new Scenario({ maxRetries: 2 }).active('1.1', '2.1').pause().rest().resume();
    scenario.resumingTasks(...all).resumedTasks({ '1.1': true, '1.2': false, '2.1': true });
    expect(scenario.runStatus).toBe('resuming');
    scenario.resumed();
    expect([scenario.tasks, scenario.runStatus, scenario.status]).toEqual([['active', 'pending', 'active'], 'active', 'active']);
    scenario.conclude({ '1.1': 'ok', '1.2': 'ok', '2.1': 'failed' }).drained('run-2');
    expect(scenario.runs(1)).toEqual(['2:scheduled', '1:failed']);
    scenario.enqueued().through('failed', 'run-3');
    expect(scenario.runs(1)).toEqual(['3:scheduled', '2:failed', '1:failed']);
  });

  test('its input is taken, its gate opens and its exception store takes items again (execution §7.4, §13.2)', () => {
    const scenario = new Scenario()
      .active('1.1')
      .pause()
      .rest()
      .resume()
      .resumingTasks(...all);
    scenario.resumedTasks({ '1.1': true, '1.2': false, '2.1': false });
    expect(scenario.effectsOf('unfreezeStores')).toEqual([
      { kind: 'unfreezeStores', storeIds: ['run-1.1.1.series', 'run-1.1.2.series', 'run-1.2.1.series'] },
    ]);
    scenario.resumed();
    expect(scenario.effects.filter((effect) => effect.kind !== 'log')).toEqual([
      { kind: 'unfreezeStores', storeIds: ['run-1.exceptions'] },
      { kind: 'freezeStores', storeIds: ['input-store'] },
      { kind: 'openGate', laneRun: scenario.execution.current },
    ]);
  });

  test('suspended after a task finished: it is left alone, and the lane run is active although the rest waits (execution R67)', () => {
    const scenario = new Scenario({ shape: [1, 1] }).active('1.1').conclude({ '1.1': 'ok' }).pause().rest();
    expect(scenario.tasks).toEqual(['finished', 'paused']);
    scenario.resume().resumingTasks('1.1', '2.1').resumedTasks({ '1.1': true, '2.1': false }).resumed();
    expect([scenario.tasks, scenario.runStatus]).toEqual([['finished', 'pending'], 'active']);
  });

  test('suspended after every task ended: active, and at once failed with its retry (execution R68)', () => {
    const scenario = new Scenario({ maxRetries: 1 }).active('1.1').conclude({ '1.1': 'failed', '1.2': 'ok', '2.1': 'ok' }).pause().rest();
    expect([scenario.tasks, scenario.runStatus]).toEqual([['failed', 'skipped', 'skipped'], 'paused']);
    scenario.resume().resumed();
    expect(scenario.runStatus).toBe('active');
    scenario.drained('run-2');
    expect(scenario.runs(1)).toEqual(['2:scheduled', '1:failed']);
  });

  test('an interrupted execution goes on like a paused one (execution R69)', () => {
    const scenario = new Scenario().active('1.1').interrupt().rest().resume();
    scenario
      .resumingTasks(...all)
      .resumedTasks({ '1.1': true, '1.2': false, '2.1': false })
      .resumed();
    scenario.conclude({ '1.1': 'ok', '1.2': 'ok', '2.1': 'ok' }).drained('run-2').finish();
    expect([scenario.tasks, scenario.status]).toEqual([['finished', 'skipped', 'skipped'], 'finished']);
  });

  test('a crash while resuming: suspended tasks turn interrupted, the rest crashes (execution R70)', () => {
    const scenario = new Scenario().active('1.1').pause().rest().resume().resumingTasks('1.1').step(crashed);
    expect(scenario.tasks).toEqual(['interrupted', 'interrupted', 'interrupted']);
    expect([scenario.rest().runStatus, scenario.status]).toEqual(['crashed', 'crashed']);
  });

  test('neither a resume nor what follows it touches the retries (execution R114)', () => {
    const scenario = new Scenario({ maxRetries: 2 }).enqueued().through('failed', 'run-2').active('1.1').pause().rest();
    expect(scenario.execution.lanes[0]?.retriesLeft).toBe(1);
    scenario
      .resume()
      .resumingTasks(...all)
      .resumedTasks({ '1.1': true, '1.2': false, '2.1': false })
      .resumed();
    expect([scenario.execution.lanes[0]?.retriesLeft, scenario.execution.currentRunNum]).toEqual([1, 2]);
  });

  test('paused between a failed run and its retry, it keeps the retries that are left (execution R114)', () => {
    const scenario = new Scenario({ maxRetries: 2 }).enqueued().through('failed', 'run-2').pause().rest().resume().enqueued();
    expect(scenario.execution.lanes[0]?.retriesLeft).toBe(1);
    expect(scenario.execution.current).toMatchObject({ runType: 'retry', iteratedStoreId: 'run-1.exceptions' });
  });
});

describe('what stands in the way', () => {
  test('a runtime that does not come back fails the execution (execution §7.4)', () => {
    const scenario = new Scenario().active('1.1').pause().rest().resume().resumingTasks('1.1').fail('run-1');
    expect(scenario.tasks).toEqual(['interrupted', 'interrupted', 'interrupted']);
    expect(scenario.entries.find((entry) => entry.severity === 'critical')?.content).toEqual({
      description: '[Lane: 1, Run: 1] Resuming the lane run failed.',
      details: { reason: someError },
    });
    expect([scenario.rest().status, scenario.flags(1)]).toEqual(['failed', ['1:r']]);
  });

  test('a runtime that cannot be reached interrupts it once more (execution §7.4)', () => {
    const scenario = new Scenario().active('1.1').pause().rest().resume().fail('run-1', true).rest();
    expect(scenario.status).toBe('interrupted');
    expect(scenario.resume().execution.incarnation).toBe(3);
  });

  test('the lane run waits for every suspended task (execution §7.4)', () => {
    const scenario = new Scenario().active('1.1').pause().rest().resume();
    const done = { kind: 'laneRunResumed', laneRunId: 'run-1' } as const;
    const early = { id: 'atmInvalidStatusTransition', prevStatus: 'resuming', newStatus: 'active' };
    expect(scenario.ask(done)).toEqual(early);
    scenario.resumingTasks(...all).resumedTasks({ '1.1': true });
    expect(scenario.ask(done)).toEqual(early);
  });

  test('resuming what is not resuming, or tasks that are not there, is refused (execution §3.2)', () => {
    const active = new Scenario().active('1.1');
    const names = { kind: 'tasksResuming', laneRunId: 'run-1', taskIds: ['run-1.1.1'] } as const;
    expect(active.ask(names)).toEqual({ id: 'atmInvalidStatusTransition', prevStatus: 'active', newStatus: 'resuming' });
    active.pause();
    expect(active.ask(names)).toBe('atmWorkflowExecutionStopping');
    active.rest();
    expect(active.ask(names)).toBe('atmWorkflowExecutionStopped');
    active.resume();
    expect(active.ask({ ...names, taskIds: ['unknown'] })).toBe('notFound');
    expect(active.ask({ ...names, laneRunId: 'unknown' })).toBe('notFound');
    expect(active.ask({ kind: 'preparationStarted', laneRunId: 'run-1' })).toMatchObject({
      prevStatus: 'resuming',
      newStatus: 'preparing',
    });
  });

  test('a run without components is prepared, not resumed (execution §3.2)', () => {
    const scenario = new Scenario().pause().rest().resume();
    expect(scenario.ask({ kind: 'laneRunResumed', laneRunId: 'run-1' })).toMatchObject({ id: 'atmInvalidStatusTransition' });
  });
});
