import { describe, expect, test } from 'vitest';
import { componentsCreated, invalid, someError } from './fixtures.ts';
import { Scenario } from './scenario.ts';

describe('preparation of the current lane run', () => {
  test('the execution is active as soon as it begins (execution §3.1, §14.1)', () => {
    const scenario = new Scenario().preparing();
    expect([scenario.runStatus, scenario.status, scenario.execution.startTime]).toEqual(['preparing', 'active', 1001]);
  });

  test('it cannot begin twice, nor be done without components (execution §3.2)', () => {
    const scenario = new Scenario().preparing();
    const again = invalid('preparing', 'preparing');
    expect(scenario.ask({ kind: 'preparationStarted', laneRunId: 'run-1' })).toEqual(again);
    expect(scenario.ask({ kind: 'laneRunPrepared', laneRunId: 'run-1' })).toEqual(invalid('preparing', 'enqueued'));
    scenario.step(componentsCreated('run-1', [1]));
    expect(scenario.ask(componentsCreated('run-1', [1]))).toEqual(again);
    expect(scenario.ask({ kind: 'laneRunPrepared', laneRunId: 'unknown' })).toBe('notFound');
  });

  test('once enqueued the iterated store is frozen and the gate opens (execution §6.1, §13.2)', () => {
    const scenario = new Scenario().enqueued();
    expect(scenario.effects.filter(({ kind }) => kind !== 'log')).toEqual([
      { kind: 'freezeStores', storeIds: ['input-store'] },
      { kind: 'openGate', laneRun: scenario.execution.current },
    ]);
    expect(scenario.tasks).toEqual(['pending', 'pending', 'pending']);
  });

  test('components without tasks are a bug, not an outcome', () => {
    expect(() => new Scenario().preparing().step(componentsCreated('run-1', [0]))).toThrow('no tasks');
  });

  test('a failure before components exist: run and execution fail, rerunable only (execution R18)', () => {
    const scenario = new Scenario().preparing().fail('run-1');
    expect([scenario.runStatus, scenario.status]).toEqual(['stopping', 'stopping']);
    scenario.rest();
    expect([scenario.runStatus, scenario.status]).toEqual(['failed', 'failed']);
    expect(scenario.flags(1)).toEqual(['1:r']);
  });

  test('a failure after components exist interrupts the tasks, and nothing is retried (execution R19)', () => {
    const scenario = new Scenario({ maxRetries: 2 }).created().fail('run-1');
    expect(scenario.tasks).toEqual(['interrupted', 'interrupted', 'interrupted']);
    scenario.rest();
    expect([scenario.runStatus, scenario.status, scenario.runs(1)]).toEqual(['failed', 'failed', ['1:failed']]);
  });

  test('a runtime that cannot be reached interrupts the execution (execution R20)', () => {
    const scenario = new Scenario().created().fail('run-1', true);
    expect(scenario.tasks).toEqual(['interrupted', 'interrupted', 'interrupted']);
    scenario.rest();
    expect([scenario.runStatus, scenario.status, scenario.execution.suspendTime]).toEqual(['interrupted', 'interrupted', 1001]);
  });

  test('the error is a critical entry of the workflow log, with the lane as prefix (execution R17)', () => {
    const scenario = new Scenario().preparing().fail('run-1');
    const critical = scenario.entries.find((entry) => entry.severity === 'critical');
    expect(critical?.content.description).toMatch(/^\[Lane: 1\] /);
    expect(critical?.content.details).toEqual({ reason: someError });
  });
});
