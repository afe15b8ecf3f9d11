import { describe, expect, test } from 'vitest';
import { interrupted, invalid, pause, resume, someError } from './fixtures.ts';
import { Scenario } from './scenario.ts';

const allInterrupted = ['interrupted', 'interrupted', 'interrupted'];

describe('interrupt', () => {
  test('changes execution, lane run and tasks in its own transition (execution R57)', () => {
    const scenario = new Scenario().active('1.1').interrupt();
    expect([scenario.status, scenario.runStatus, scenario.tasks]).toEqual([
      'stopping',
      'stopping',
      ['stopping', 'interrupted', 'interrupted'],
    ]);
    expect(scenario.execution.stop).toMatchObject({ reason: 'interrupt', actor: null });
  });

  test('while scheduled: interrupted without components (execution R58)', () => {
    const scenario = new Scenario({ lanes: 2 }).interrupt().rest();
    expect([scenario.runStatus, scenario.status, scenario.execution.current.boxes]).toEqual(['interrupted', 'interrupted', []]);
    expect(scenario.runs(2)).toEqual([]);
  });

  test('while enqueued: all tasks interrupted, the run in advance removed (execution R59)', () => {
    const scenario = new Scenario({ lanes: 2 }).enqueued().inAdvance('run-2', 'enqueued').interrupt();
    expect(scenario.tasks).toEqual(allInterrupted);
    expect([scenario.rest().runStatus, scenario.status, scenario.runs(2)]).toEqual(['interrupted', 'interrupted', []]);
  });

  test('while active: tasks with items stop, the others are interrupted, the jobs are aborted (execution R60)', () => {
    const scenario = new Scenario().active('1.1').interrupt();
    expect(scenario.effectsOf('closeGate')).toEqual([{ kind: 'closeGate', laneRunId: 'run-1', mode: 'abort' }]);
    expect([scenario.rest().tasks, scenario.runStatus, scenario.status]).toEqual([allInterrupted, 'interrupted', 'interrupted']);
  });

  test('while active, withdrawn batches are open work again: nothing is counted as failed (D2, D8)', () => {
    const scenario = new Scenario().active('1.1').interrupt().stopped();
    expect(scenario.effectsOf('returnSlices')).toEqual([{ kind: 'returnSlices', laneRunId: 'run-1' }]);
    expect(scenario.effectsOf('closeSlices')).toEqual([]);
  });

  test('whatever the results of its tasks are, the execution can be resumed (D11)', () => {
    const scenario = new Scenario().active('1.1', '1.2').interrupt().conclude({ '1.1': 'ok' }).rest();
    expect([scenario.tasks, scenario.status]).toEqual([allInterrupted, 'interrupted']);
    expect([scenario.flags(1), scenario.resume().status]).toEqual([['1:'], 'resuming']);
  });

  test('of a paused execution it is refused (execution R62)', () => {
    const scenario = new Scenario().active('1.1').pause().rest();
    expect(scenario.ask(interrupted)).toEqual(invalid('paused'));
  });

  test('of an interrupted execution it is refused (execution §3.2)', () => {
    expect(new Scenario().interrupt().rest().ask(interrupted)).toEqual(invalid('interrupted'));
  });

  test('of a resuming execution: its paused tasks turn interrupted (execution R63)', () => {
    const scenario = new Scenario().active('1.1').pause().rest().resume().interrupt();
    expect(scenario.tasks).toEqual(allInterrupted);
    expect([scenario.rest().runStatus, scenario.status]).toEqual(['interrupted', 'interrupted']);
    expect(scenario.ask(pause)).toEqual(invalid('interrupted'));
  });

  test('between lanes: the new run is interrupted, the one before stays finished (execution §18.6)', () => {
    const scenario = new Scenario({ lanes: 2 }).enqueued().inAdvance('run-2', 'enqueued').through('ok', 'run-3').interrupt().rest();
    expect([scenario.runs(1), scenario.runs(2), scenario.status]).toEqual([['1:finished'], ['1:interrupted'], 'interrupted']);
    scenario.resume().resumingTasks('1.1', '1.2', '2.1').resumedTasks({ '1.1': false, '1.2': false, '2.1': false }).resumed();
    expect([scenario.run, scenario.runStatus]).toEqual(['run-2', 'enqueued']);
  });

  test('once the last run has ended it is refused (execution R42)', () => {
    const scenario = new Scenario().enqueued().through('ok', 'run-2');
    expect(scenario.ask(interrupted)).toEqual(invalid('finished'));
    expect(scenario.finish().status).toBe('finished');
  });

  test('the error is one critical entry, however often it is told (execution §12.3)', () => {
    const scenario = new Scenario().active('1.1').interrupt();
    const critical = scenario.entries.filter((entry) => entry.severity === 'critical');
    expect(critical.map((entry) => entry.content.details)).toEqual([{ reason: someError }]);
    expect(scenario.ask(interrupted)).toBe('unchanged');
    expect(new Scenario().active('1.1').cancel().ask(interrupted)).toBe('unchanged');
  });

  test('while it stops nobody can resume it (execution §7.8)', () => {
    expect(new Scenario().active('1.1').interrupt().ask(resume)).toBe('atmWorkflowExecutionNotResumable');
  });
});
