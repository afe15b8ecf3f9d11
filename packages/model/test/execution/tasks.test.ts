import { describe, expect, test } from 'vitest';
import { taskStatuses, type TaskStatus } from '../../src/execution/document.ts';
import type { EngineEvent } from '../../src/execution/messages.ts';
import { taskTransitions } from '../../src/execution/tables.ts';
import { brokenEvent, invalid, someError } from './fixtures.ts';
import { Scenario } from './scenario.ts';

function startOf(taskId: string): EngineEvent {
  return { kind: 'tasksStarted', laneRunId: 'run-1', taskIds: [taskId] };
}

describe('tasks', () => {
  /** The table of execution §3.4, with pending and resuming → failed as it recommends, and raised reasons. */
  const allowed: Readonly<Record<TaskStatus, readonly string[]>> = {
    pending: ['active', 'skipped', 'paused', 'interrupted', 'cancelled', 'failed'],
    active: ['finished', 'failed', 'stopping'],
    stopping: ['stopping', 'failed', 'interrupted', 'paused', 'cancelled'],
    paused: ['interrupted', 'cancelled', 'resuming'],
    interrupted: ['cancelled', 'resuming', 'paused'],
    resuming: ['pending', 'active', 'paused', 'interrupted', 'cancelled', 'failed'],
    finished: [],
    skipped: [],
    failed: [],
    cancelled: [],
  };

  test.each(taskStatuses)('%s leads where the contract says, and nowhere else (execution §3.4)', (status) => {
    expect(taskTransitions[status].map((exit) => exit.to).sort()).toEqual([...allowed[status]].sort());
  });

  test('the first item makes the task and the lane run active (execution §6.4)', () => {
    const scenario = new Scenario().active('1.1');
    expect([scenario.tasks, scenario.runStatus]).toEqual([['active', 'pending', 'pending'], 'active']);
    expect(scenario.ask(startOf('run-1.1.1'))).toBe('unchanged');
  });

  test('a lane without items: every task is skipped, run and execution finish and can be rerun (execution R95)', () => {
    const scenario = new Scenario().enqueued().concludeAll();
    expect([scenario.tasks, scenario.runStatus]).toEqual([['skipped', 'skipped', 'skipped'], 'active']);
    scenario.drained('run-2').finish();
    expect([scenario.runStatus, scenario.status, scenario.flags(1)]).toEqual(['finished', 'finished', ['1:r']]);
  });

  test('failed items fail the task, none finish it, and its time series freezes (execution §3.4, §13.2)', () => {
    const scenario = new Scenario().active('1.1', '1.2').conclude({ '1.1': 'failed', '1.2': 'ok' });
    expect(scenario.tasks).toEqual(['failed', 'finished', 'pending']);
    expect(scenario.effectsOf('freezeStores')).toEqual([{ kind: 'freezeStores', storeIds: ['run-1.1.1.series', 'run-1.1.2.series'] }]);
  });

  test('a task that drains is concluded by its reason, whatever its items did (execution §3.4)', () => {
    const scenario = new Scenario().active('1.1', '1.2').pause().conclude({ '1.1': 'failed', '1.2': 'ok' });
    expect(scenario.tasks).toEqual(['paused', 'paused', 'paused']);
  });

  test('a stopped task takes no items, an unknown one neither (execution §3.4)', () => {
    const scenario = new Scenario().active('1.1').conclude({ '1.1': 'ok' });
    expect(scenario.ask(startOf('run-1.1.1'))).toEqual(invalid('finished', 'active'));
    expect(scenario.ask(startOf('unknown'))).toBe('notFound');
  });

  test('events of a lane run that is not the current one are refused with its status (execution §3.1)', () => {
    const scenario = new Scenario({ maxRetries: 1 }).enqueued().through('failed', 'run-2').enqueued();
    expect(scenario.ask(startOf('run-1.1.1'))).toEqual(invalid('failed', 'active'));
    expect(scenario.ask({ kind: 'tasksStarted', laneRunId: 'unknown', taskIds: [] })).toBe('notFound');
  });

  test('nothing is done for a suspended execution (execution §3.1)', () => {
    const scenario = new Scenario().active('1.1').pause().rest();
    expect(scenario.ask(startOf('run-1.1.1'))).toBe('atmWorkflowExecutionStopped');
    expect(scenario.ask({ kind: 'preparationStarted', laneRunId: 'run-1' })).toBe('atmWorkflowExecutionStopped');
    expect(scenario.ask({ kind: 'laneRunStopped', laneRunId: 'run-1' })).toBe('atmWorkflowExecutionStopped');
  });
});

describe('a task that breaks', () => {
  test('by a streamed result: it fails, the others are interrupted, nothing is retried (execution R110)', () => {
    expectBroken('streamedResult');
  });

  test('by its threshold: it fails, the others are interrupted, nothing is retried (execution R115)', () => {
    expectBroken('threshold');
  });

  function expectBroken(cause: 'streamedResult' | 'threshold'): void {
    const scenario = new Scenario({ maxRetries: 2 }).active('1.1', '1.2').broken('1.1', cause);
    expect([scenario.tasks, scenario.runStatus, scenario.status]).toEqual([
      ['stopping', 'stopping', 'interrupted'],
      'stopping',
      'stopping',
    ]);
    scenario.rest();
    expect(scenario.tasks).toEqual(['failed', 'interrupted', 'interrupted']);
    expect([scenario.runs(1), scenario.status, scenario.flags(1)]).toEqual([['1:failed'], 'failed', ['1:r']]);
  }

  test('the task log has the error, the workflow log names the task (execution §10.4)', () => {
    const scenario = new Scenario().active('1.1').broken('1.1');
    const critical = scenario.effectsOf('log').filter((effect) => effect.severity === 'critical');
    expect(critical.map(({ storeId, content }) => [storeId, content.details])).toEqual([
      ['run-1.1.1.log', { reason: someError }],
      ['workflow-log', undefined],
    ]);
    expect(critical[1]?.content.description).toBe('[Lane: 1, Run: 1, PBox: 1, Task: 1] The task broke.');
  });

  test('a pending one fails at once (execution §3.4)', () => {
    expect(new Scenario().enqueued().broken('2.1').tasks).toEqual(['interrupted', 'interrupted', 'failed']);
  });

  test('one that is resuming fails at once, suspended ones turn interrupted (execution §3.4)', () => {
    const scenario = new Scenario().active('1.1').pause().rest().resume().resumingTasks('1.1').broken('1.1');
    expect(scenario.tasks).toEqual(['failed', 'interrupted', 'interrupted']);
    expect(scenario.rest().status).toBe('failed');
  });

  test('after a cancel, or once it has stopped, nobody hears of it (execution §10.4)', () => {
    expect(new Scenario().active('1.1').cancel().ask(brokenEvent('run-1', '1.1'))).toBe('unchanged');
    const finished = new Scenario().active('1.1').conclude({ '1.1': 'ok' });
    expect(finished.ask(brokenEvent('run-1', '1.1'))).toBe('unchanged');
    expect(finished.ask(brokenEvent('run-1', '9.9'))).toBe('notFound');
  });

  test('a second one fails as well (execution §4.2)', () => {
    const scenario = new Scenario().active('1.1', '1.2').broken('1.1').broken('1.2').stopped();
    expect(scenario.tasks).toEqual(['failed', 'failed', 'interrupted']);
  });
});
