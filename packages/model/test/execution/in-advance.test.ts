import { describe, expect, test } from 'vitest';
import { componentsCreated, invalid, tasksOf } from './fixtures.ts';
import { Scenario } from './scenario.ts';

/** Lane 1 is the current one, lane 2 is prepared in advance (execution §6.3). */
describe('preparation in advance', () => {
  const failedItems = { '1.1': 'failed', '1.2': 'ok', '2.1': 'ok' } as const;

  test('it has no number, freezes nothing and leaves the execution scheduled (execution §6.3)', () => {
    const scenario = new Scenario({ lanes: 2 }).inAdvance('run-2', 'enqueued');
    expect([scenario.status, scenario.execution.inAdvance?.runNumber, scenario.runs(2)]).toEqual(['scheduled', null, ['-:enqueued']]);
    expect(scenario.effectsOf('freezeStores')).toEqual([]);
    expect(scenario.effectsOf('openGate')).toEqual([]);
  });

  test('it is one lane ahead, once, and never beyond the last lane (execution §6.3)', () => {
    const scenario = new Scenario({ lanes: 2 }).inAdvance('run-2', 'preparing');
    const begin = { kind: 'inAdvancePreparationStarted', laneRunId: 'run-3' } as const;
    expect(scenario.ask(begin)).toEqual(invalid('preparing', 'preparing'));
    expect(new Scenario().ask(begin)).toBe('notFound');
  });

  test('an enqueued one gets its number, its frozen store and its gate when it becomes current (execution §6.3, D14)', () => {
    const scenario = new Scenario({ lanes: 2 }).active('1.1').inAdvance('run-2', 'enqueued').concludeAll().drained('run-3');
    expect([scenario.runs(1), scenario.runs(2), scenario.status]).toEqual([['1:finished'], ['1:enqueued'], 'active']);
    expect(scenario.execution.inAdvance).toBeNull();
    const promotion = { subject: 'laneRun', laneIndex: 2, runNumber: 1, from: 'enqueued', to: 'enqueued' };
    expect(scenario.changes.at(-1)).toEqual(promotion);
    expect(scenario.effects.map((effect) => effect.kind)).toEqual(expect.arrayContaining(['archiveLaneRun', 'openGate']));
    expect(scenario.effectsOf('openGate')[0]?.laneRun).toEqual(scenario.execution.current);
    expect(scenario.effectsOf('freezeStores').map((effect) => effect.storeIds)).toEqual([['run-1.exceptions'], ['input-store']]);
  });

  test('one that is still preparing becomes current, and opens its gate when it is prepared (execution R85)', () => {
    const scenario = new Scenario({ lanes: 2 }).active('1.1').inAdvance('run-2', 'created').concludeAll().drained('run-3');
    expect([scenario.runs(2), scenario.effectsOf('openGate').length]).toEqual([['1:preparing'], 0]);
    scenario.step({ kind: 'laneRunPrepared', laneRunId: 'run-2' });
    expect(scenario.effectsOf('openGate').length).toBe(1);
  });

  test('the first lane failed before the second began: that one never gets a run (execution R25)', () => {
    const scenario = new Scenario({ lanes: 2 }).preparing().fail('run-1');
    expect(scenario.ask({ kind: 'inAdvancePreparationStarted', laneRunId: 'run-2' })).toBe('atmWorkflowExecutionStopping');
    expect(scenario.rest().runs(2)).toEqual([]);
    expect(scenario.status).toBe('failed');
  });

  const endings = { failure: 'failed', cancel: 'cancelled', pause: 'paused', interrupt: 'interrupted' } as const;
  const stops: Readonly<Record<keyof typeof endings, (scenario: Scenario) => Scenario>> = {
    failure: (scenario) => scenario.fail('run-1'),
    cancel: (scenario) => scenario.cancel(),
    pause: (scenario) => scenario.pause(),
    interrupt: (scenario) => scenario.interrupt(),
  };

  test('the first lane failed while the second creates its components: they are refused, the run removed (execution R26)', () => {
    expectRefusedAndRemoved('failure');
  });

  test('the first lane failed after the second was enqueued: its tasks are interrupted, the run removed (execution R27)', () => {
    expectInterruptedAndRemoved(new Scenario({ lanes: 2 }).preparing(), 'failure');
  });

  test('the first lane failed after the second had failed in advance: that run is removed (execution R28)', () => {
    expectFailedRunRemoved('failure');
  });

  test('a cancel of the first lane before the second began: that one never gets a run (execution R29)', () => {
    const scenario = new Scenario({ lanes: 2 }).preparing().cancel();
    expect(scenario.ask({ kind: 'inAdvancePreparationStarted', laneRunId: 'run-2' })).toBe('atmWorkflowExecutionStopping');
    expect([scenario.rest().status, scenario.runs(2)]).toEqual(['cancelled', []]);
  });

  test('a cancel of the first lane treats the second like its failure does (execution R29)', () => {
    expectRefusedAndRemoved('cancel');
    expectInterruptedAndRemoved(new Scenario({ lanes: 2 }).preparing(), 'cancel');
    expectFailedRunRemoved('cancel');
  });

  test.each(['cancel', 'pause', 'interrupt'] as const)(
    '%s of an enqueued or active first lane: the run of the second is interrupted and removed (execution R31)',
    (stop) => {
      expectInterruptedAndRemoved(new Scenario({ lanes: 2 }).enqueued(), stop);
      expectInterruptedAndRemoved(new Scenario({ lanes: 2 }).active('1.1'), stop);
    },
  );

  function expectRefusedAndRemoved(stop: keyof typeof endings): void {
    const scenario = stops[stop](new Scenario({ lanes: 2 }).preparing().inAdvance('run-2', 'preparing'));
    expect(scenario.ask(componentsCreated('run-2', [1]))).toBe('atmWorkflowExecutionStopping');
    expect([scenario.rest().status, scenario.runs(2)]).toEqual([endings[stop], []]);
    expect(scenario.trace).toEqual([
      'laneRun preparing stopping',
      'laneRun stopping interrupted',
      'laneRun interrupted null',
      `execution stopping ${endings[stop]}`,
    ]);
  }

  function expectInterruptedAndRemoved(first: Scenario, stop: keyof typeof endings): void {
    const scenario = stops[stop](first.inAdvance('run-2', 'enqueued')).rest();
    const removed = scenario.effectsOf('removeLaneRun')[0]!.laneRun;
    expect([removed.status, tasksOf(removed).map((task) => task.status)]).toEqual([
      'interrupted',
      ['interrupted', 'interrupted', 'interrupted'],
    ]);
    expect([scenario.runs(2), scenario.status]).toEqual([[], endings[stop]]);
    expect(scenario.entries.map((entry) => entry.content.details)).toContainEqual({ laneIndices: [2] });
  }

  function expectFailedRunRemoved(stop: keyof typeof endings): void {
    const scenario = new Scenario({ lanes: 2 }).preparing().inAdvance('run-2', 'created').fail('run-2');
    expect([scenario.runs(2), scenario.status]).toEqual([['-:failed'], 'active']);
    expect([stops[stop](scenario).rest().runs(2), scenario.status]).toEqual([[], endings[stop]]);
  }

  test('its own failure while the execution stops interrupts it (execution §6.2)', () => {
    const scenario = new Scenario({ lanes: 2 }).preparing().inAdvance('run-2', 'preparing').fail('run-1').fail('run-2');
    expect(scenario.runs(2)).toEqual(['-:interrupted']);
    expect(scenario.rest().runs(2)).toEqual([]);
  });

  test('failed in advance, and lane 1 finishes: the run gets its number and the execution fails (execution R30)', () => {
    const scenario = new Scenario({ lanes: 2 }).active('1.1').inAdvance('run-2', 'created').fail('run-2');
    expect(scenario.runStatus).toBe('active');
    scenario.concludeAll().drained('run-3');
    expect([scenario.runs(1), scenario.runs(2), scenario.status]).toEqual([['1:finished'], ['1:failed'], 'stopping']);
    scenario.finish();
    expect([scenario.status, scenario.flags(1), scenario.flags(2)]).toEqual(['failed', ['1:r'], ['1:r']]);
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
    expect(scenario.trace).toEqual(['execution active interrupted']);
  });

  test('it is kept when the current lane is retried, and gets the higher number later (execution R84)', () => {
    const scenario = new Scenario({ lanes: 2, maxRetries: 2 }).active('1.1').inAdvance('run-2', 'enqueued');
    scenario.conclude(failedItems).drained('run-3');
    expect([scenario.runs(1), scenario.runs(2)]).toEqual([['2:scheduled', '1:failed'], ['-:enqueued']]);
    scenario.active('1.1').conclude(failedItems).drained('run-4');
    scenario.active('1.1').concludeAll().drained('run-5');
    expect([scenario.runs(1), scenario.runs(2)]).toEqual([['3:finished', '2:failed', '1:failed'], ['3:enqueued']]);
    expect(scenario.execution.current.id).toBe('run-2');
  });
});
