import { describe, expect, test } from 'vitest';
import { runFlags } from '../../src/execution/phases.ts';
import { cancel, componentsCreated, Scenario, someError, tasksOf } from './fixtures.ts';

describe('preparation of the current lane run', () => {
  test('the execution is active as soon as it begins (execution §3.1, §14.1)', () => {
    const scenario = new Scenario().preparing();
    expect([scenario.runStatus, scenario.status, scenario.execution.startTime]).toEqual(['preparing', 'active', 1001]);
  });

  test('it cannot begin twice, nor be done without components (execution §3.2)', () => {
    const scenario = new Scenario().preparing();
    const again = { id: 'atmInvalidStatusTransition', prevStatus: 'preparing', newStatus: 'preparing' };
    expect(scenario.ask({ kind: 'preparationStarted', laneRunId: 'run-1' })).toEqual(again);
    expect(scenario.ask({ kind: 'laneRunPrepared', laneRunId: 'run-1' })).toEqual({ ...again, newStatus: 'enqueued' });
    scenario.step(componentsCreated('run-1', [1]));
    expect(scenario.ask(componentsCreated('run-1', [1]))).toEqual(again);
    expect(scenario.ask({ kind: 'laneRunPrepared', laneRunId: 'unknown' })).toBe('notFound');
  });

  test('once enqueued the iterated store is frozen and the gate opens (execution §6.1, §13.2)', () => {
    const scenario = new Scenario().enqueued();
    expect(scenario.effects.slice(0, 2)).toEqual([
      { kind: 'freezeStores', storeIds: ['input-store'] },
      { kind: 'openGate', laneRun: scenario.execution.current },
    ]);
    expect(scenario.tasks).toEqual(['pending', 'pending', 'pending']);
  });

  test('components without tasks are a bug, not an outcome', () => {
    expect(() => new Scenario().preparing().step(componentsCreated('run-1', [0]))).toThrow('no tasks');
  });

  test('a failure before components exist: run and execution fail, rerunable only (execution R18, R36)', () => {
    const scenario = new Scenario().preparing().fail('run-1');
    expect([scenario.runStatus, scenario.status]).toEqual(['stopping', 'stopping']);
    scenario.stopped().finish();
    expect([scenario.runStatus, scenario.status]).toEqual(['failed', 'failed']);
    expect(runFlags(scenario.execution, scenario.execution.current)).toEqual({ isRerunable: true, isRetriable: false });
  });

  test('a failure after components exist interrupts the tasks, and nothing is retried (execution R19)', () => {
    const scenario = new Scenario({ maxRetries: 2 }).created().fail('run-1');
    expect(scenario.tasks).toEqual(['interrupted', 'interrupted', 'interrupted']);
    scenario.stopped().finish();
    expect([scenario.runStatus, scenario.status, scenario.runs(1)]).toEqual(['failed', 'failed', ['1:failed']]);
  });

  test('a runtime that cannot be reached interrupts the execution (execution R20)', () => {
    const scenario = new Scenario().created().fail('run-1', true);
    expect(scenario.tasks).toEqual(['interrupted', 'interrupted', 'interrupted']);
    scenario.stopped().finish();
    expect([scenario.runStatus, scenario.status, scenario.execution.suspendTime]).toEqual(['interrupted', 'interrupted', 1001]);
  });

  test('the error is a critical entry of the workflow log, with the lane as prefix (execution R17)', () => {
    const scenario = new Scenario().preparing().fail('run-1');
    const critical = scenario.entries.find((entry) => entry.severity === 'critical');
    expect(critical?.content.description).toMatch(/^\[Lane: 1\] /);
    expect(critical?.content.details).toEqual({ reason: someError });
  });
});

describe('preparation in advance', () => {
  test('it has no number, freezes nothing and leaves the execution scheduled (execution §6.3)', () => {
    const scenario = new Scenario({ lanes: 2 }).inAdvance('run-2', 'enqueued');
    expect([scenario.status, scenario.execution.inAdvance?.runNumber, scenario.runs(2)]).toEqual(['scheduled', null, ['-:enqueued']]);
    expect(scenario.effectsOf('freezeStores')).toEqual([]);
    expect(scenario.effectsOf('openGate')).toEqual([]);
  });

  test('it is one lane ahead, once, and never beyond the last lane (execution §6.3)', () => {
    const scenario = new Scenario({ lanes: 2 }).inAdvance('run-2', 'preparing');
    const begin = { kind: 'inAdvancePreparationStarted', laneRunId: 'run-3' } as const;
    expect(scenario.ask(begin)).toEqual({ id: 'atmInvalidStatusTransition', prevStatus: 'preparing', newStatus: 'preparing' });
    expect(new Scenario().ask(begin)).toBe('notFound');
  });

  test('an enqueued one gets its number, its frozen store and its gate when it becomes current (execution §6.3, D14)', () => {
    const scenario = new Scenario({ lanes: 2 }).active('1.1').inAdvance('run-2', 'enqueued').concludeAll().drained('run-3');
    expect([scenario.runs(1), scenario.runs(2), scenario.status]).toEqual([['1:finished'], ['1:enqueued'], 'active']);
    expect(scenario.execution.inAdvance).toBeNull();
    expect(scenario.effects.map((effect) => effect.kind)).toEqual(expect.arrayContaining(['archiveLaneRun', 'openGate']));
    expect(scenario.effectsOf('openGate')[0]?.laneRun).toEqual(scenario.execution.current);
    expect(scenario.effectsOf('freezeStores').map((effect) => effect.storeIds)).toEqual([['run-1.exceptions'], ['input-store']]);
  });

  test('one that is still preparing opens its gate when it is prepared (execution §6.3)', () => {
    const scenario = new Scenario({ lanes: 2 }).active('1.1').inAdvance('run-2', 'created').concludeAll().drained('run-3');
    expect([scenario.runs(2), scenario.effectsOf('openGate').length]).toEqual([['1:preparing'], 0]);
    scenario.step({ kind: 'laneRunPrepared', laneRunId: 'run-2' });
    expect(scenario.effectsOf('openGate').length).toBe(1);
  });

  test('the first lane failed before the second began: that one never gets a run (execution R25)', () => {
    const scenario = new Scenario({ lanes: 2 }).preparing().fail('run-1');
    expect(scenario.ask({ kind: 'inAdvancePreparationStarted', laneRunId: 'run-2' })).toBe('atmWorkflowExecutionStopping');
    expect(scenario.stopped().finish().runs(2)).toEqual([]);
    expect(scenario.status).toBe('failed');
  });

  const stops = {
    failure: (scenario: Scenario) => scenario.fail('run-1'),
    cancel: (scenario: Scenario) => scenario.step(cancel),
  };

  test.each([
    ['failure', 'R26', 'failed'],
    ['cancel', 'R29', 'cancelled'],
  ] as const)(
    '%s of lane 1 while lane 2 creates its components: they are refused, the run removed (execution %s)',
    (stop, _rule, status) => {
      const scenario = new Scenario({ lanes: 2 }).preparing().inAdvance('run-2', 'preparing');
      stops[stop](scenario);
      expect(scenario.ask(componentsCreated('run-2', [1]))).toBe('atmWorkflowExecutionStopping');
      scenario.stopped().finish();
      expect([scenario.runs(2), scenario.status]).toEqual([[], status]);
      expect(scenario.changes.map(({ from, to }) => `${from} ${to}`)).toEqual([
        'preparing stopping',
        'stopping interrupted',
        'interrupted null',
        `stopping ${status}`,
      ]);
    },
  );

  test('its own failure while the execution stops interrupts it (execution §6.2, R26)', () => {
    const scenario = new Scenario({ lanes: 2 }).preparing().inAdvance('run-2', 'preparing').fail('run-1').fail('run-2');
    expect(scenario.runs(2)).toEqual(['-:interrupted']);
    expect(scenario.stopped().finish().runs(2)).toEqual([]);
  });

  test.each([
    ['failure', 'R27', 'failed'],
    ['cancel', 'R29', 'cancelled'],
  ] as const)(
    '%s of lane 1 after lane 2 was enqueued: its tasks are interrupted, the run removed (execution %s)',
    (stop, _rule, status) => {
      const scenario = new Scenario({ lanes: 2 }).preparing().inAdvance('run-2', 'enqueued');
      stops[stop](scenario);
      scenario.stopped().finish();
      const removed = scenario.effectsOf('removeLaneRun')[0]?.laneRun;
      expect([removed?.status, removed === undefined ? [] : tasksOf(removed).map((task) => task.status)]).toEqual([
        'interrupted',
        ['interrupted', 'interrupted', 'interrupted'],
      ]);
      expect([scenario.runs(2), scenario.status]).toEqual([[], status]);
      expect(scenario.entries.map((entry) => entry.content.details)).toContainEqual({ laneIndices: [2] });
    },
  );

  test.each([
    ['failure', 'R28', 'failed'],
    ['cancel', 'R29', 'cancelled'],
  ] as const)('%s of lane 1 after lane 2 failed in advance: the failed run is removed (execution %s)', (stop, _rule, status) => {
    const scenario = new Scenario({ lanes: 2 }).preparing().inAdvance('run-2', 'created').fail('run-2');
    expect([scenario.runs(2), scenario.status]).toEqual([['-:failed'], 'active']);
    stops[stop](scenario);
    expect([scenario.stopped().finish().runs(2), scenario.status]).toEqual([[], status]);
  });

  test('failed in advance, and lane 1 finishes: the run gets its number and the execution fails (execution R30)', () => {
    const scenario = new Scenario({ lanes: 2 }).active('1.1').inAdvance('run-2', 'created').fail('run-2');
    expect(scenario.runStatus).toBe('active');
    scenario.concludeAll().drained('run-3');
    expect([scenario.runs(1), scenario.runs(2), scenario.status]).toEqual([['1:finished'], ['1:failed'], 'stopping']);
    scenario.finish();
    const flags = [scenario.execution.current, scenario.execution.lanes[0]!.endedRuns[0]!].map((run) => runFlags(scenario.execution, run));
    expect([scenario.status, flags.map((flag) => flag.isRerunable)]).toEqual(['failed', [true, true]]);
  });

  test('interrupted in advance, and lane 1 finishes: the execution goes from active to interrupted (execution §3.1)', () => {
    const scenario = new Scenario({ lanes: 2 })
      .active('1.1')
      .inAdvance('run-2', 'preparing')
      .fail('run-2', true)
      .concludeAll()
      .drained('run-3');
    expect([scenario.runs(2), scenario.status]).toEqual([['1:interrupted'], 'active']);
    expect(scenario.finish().status).toBe('interrupted');
    expect(scenario.changes.map(({ from, to }) => [from, to])).toEqual([['active', 'interrupted']]);
  });

  test('it is kept when the current lane is retried, and gets the higher number later (execution R84)', () => {
    const scenario = new Scenario({ lanes: 2, maxRetries: 2 }).active('1.1').inAdvance('run-2', 'enqueued');
    scenario.conclude({ '1.1': 'failed', '1.2': 'ok', '2.1': 'ok' }).drained('run-3');
    expect([scenario.runs(1), scenario.runs(2)]).toEqual([['2:scheduled', '1:failed'], ['-:enqueued']]);
    scenario.active('1.1').conclude({ '1.1': 'failed', '1.2': 'ok', '2.1': 'ok' }).drained('run-4');
    scenario.active('1.1').concludeAll().drained('run-5');
    expect([scenario.runs(1), scenario.runs(2)]).toEqual([['3:finished', '2:failed', '1:failed'], ['3:enqueued']]);
    expect(scenario.execution.current.id).toBe('run-2');
  });
});
