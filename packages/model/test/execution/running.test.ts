import { describe, expect, test } from 'vitest';
import type { EngineEvent } from '../../src/execution/messages.ts';
import { runFlags } from '../../src/execution/phases.ts';
import { brokenEvent, cancel, forged, Scenario, someError } from './fixtures.ts';

const failedItems = { '1.1': 'failed', '1.2': 'ok', '2.1': 'ok' } as const;

function startOf(taskId: string): EngineEvent {
  return { kind: 'tasksStarted', laneRunId: 'run-1', taskIds: [taskId] };
}

describe('tasks', () => {
  test('the first item makes the task and the lane run active (execution §6.4)', () => {
    const scenario = new Scenario().active('1.1');
    expect([scenario.tasks, scenario.runStatus]).toEqual([['active', 'pending', 'pending'], 'active']);
    expect(scenario.ask({ kind: 'tasksStarted', laneRunId: 'run-1', taskIds: ['run-1.1.1'] })).toBe('unchanged');
  });

  test('a lane without items: every task is skipped, the lane run finishes (execution §6.4, R95)', () => {
    const scenario = new Scenario().enqueued().concludeAll();
    expect([scenario.tasks, scenario.runStatus]).toEqual([['skipped', 'skipped', 'skipped'], 'active']);
    scenario.drained('run-2').finish();
    expect([scenario.runStatus, scenario.status]).toEqual(['finished', 'finished']);
  });

  test('failed items fail the task, none finish it, and its time series freezes (execution §3.4, §13.2)', () => {
    const scenario = new Scenario().active('1.1', '1.2').conclude({ '1.1': 'failed', '1.2': 'ok' });
    expect(scenario.tasks).toEqual(['failed', 'finished', 'pending']);
    expect(scenario.effectsOf('freezeStores')).toEqual([{ kind: 'freezeStores', storeIds: ['run-1.1.1.series', 'run-1.1.2.series'] }]);
  });

  test('a stopped task takes no items, an unknown one neither', () => {
    const scenario = new Scenario().active('1.1').conclude({ '1.1': 'ok' });
    expect(scenario.ask(startOf('run-1.1.1'))).toEqual({ id: 'atmInvalidStatusTransition', prevStatus: 'finished', newStatus: 'active' });
    expect(scenario.ask(startOf('unknown'))).toBe('notFound');
  });

  test('events of a lane run that is not the current one are refused with its status', () => {
    const scenario = new Scenario({ maxRetries: 1 }).active('1.1').conclude(failedItems).drained('run-2').enqueued();
    const late = { kind: 'tasksStarted', laneRunId: 'run-1', taskIds: ['run-1.1.1'] } as const;
    expect(scenario.ask(late)).toEqual({ id: 'atmInvalidStatusTransition', prevStatus: 'failed', newStatus: 'active' });
    expect(scenario.ask({ ...late, laneRunId: 'unknown' })).toBe('notFound');
  });
});

describe('a task that breaks', () => {
  test.each(['streamedResult', 'threshold'] as const)(
    '%s: it fails, the others are interrupted, nothing is retried (execution R110, R115, R36)',
    (cause) => {
      const scenario = new Scenario({ maxRetries: 2 }).active('1.1', '1.2').broken('1.1', cause);
      expect([scenario.tasks, scenario.runStatus, scenario.status]).toEqual([
        ['stopping', 'stopping', 'interrupted'],
        'stopping',
        'stopping',
      ]);
      scenario.stopped().finish();
      expect(scenario.tasks).toEqual(['failed', 'interrupted', 'interrupted']);
      expect([scenario.runs(1), scenario.status]).toEqual([['1:failed'], 'failed']);
      expect(runFlags(scenario.execution, scenario.execution.current)).toEqual({ isRerunable: true, isRetriable: false });
    },
  );

  test('the task log has the error, the workflow log names the task (execution §10.4)', () => {
    const scenario = new Scenario().active('1.1').broken('1.1');
    const critical = scenario.effectsOf('log').filter((effect) => effect.severity === 'critical');
    expect(critical.map(({ storeId, content }) => [storeId, content.details])).toEqual([
      ['run-1.1.1.log', { reason: someError }],
      ['workflow-log', undefined],
    ]);
    expect(critical[1]?.content.description).toBe('[Lane: 1, Run: 1, PBox: 1, Task: 1] The task broke.');
  });

  test('a pending task fails at once (execution §3.4)', () => {
    expect(new Scenario().enqueued().broken('2.1').tasks).toEqual(['interrupted', 'interrupted', 'failed']);
  });

  test('over pause: the paused task turns interrupted, the run fails (execution R2)', () => {
    const scenario = new Scenario();
    scenario.execution = forged({ status: 'stopping', runStatus: 'stopping', reason: 'pause', tasks: ['stopping', 'paused'] });
    scenario.broken('1.1');
    expect(scenario.tasks).toEqual(['stopping', 'interrupted']);
    expect(scenario.stopped().finish().tasks).toEqual(['failed', 'interrupted']);
    expect(scenario.status).toBe('failed');
  });

  test('over interrupt: the run fails (execution R3)', () => {
    const scenario = new Scenario();
    scenario.execution = forged({ status: 'stopping', runStatus: 'stopping', reason: 'interrupt', tasks: ['stopping', 'interrupted'] });
    expect(scenario.broken('1.1').stopped().finish().status).toBe('failed');
    expect(scenario.tasks).toEqual(['failed', 'interrupted']);
  });

  test('after a cancel, or once it has stopped, nobody hears of it (execution §10.4)', () => {
    const cancelled = new Scenario().active('1.1').step(cancel);
    expect(cancelled.ask(brokenEvent('run-1', '1.1'))).toBe('unchanged');
    const finished = new Scenario().active('1.1').conclude({ '1.1': 'ok' });
    expect(finished.ask(brokenEvent('run-1', '1.1'))).toBe('unchanged');
    expect(finished.ask(brokenEvent('run-1', '9.9'))).toBe('notFound');
  });

  test('a second task that breaks fails as well (execution §4.2)', () => {
    const scenario = new Scenario().active('1.1', '1.2').broken('1.1').broken('1.2').stopped();
    expect(scenario.tasks).toEqual(['failed', 'failed', 'interrupted']);
  });

  test('an interrupt leaves tasks with streamed results interrupted (D11)', () => {
    const scenario = new Scenario();
    scenario.execution = forged({ status: 'stopping', runStatus: 'stopping', reason: 'interrupt', tasks: ['stopping', 'interrupted'] });
    expect(scenario.stopped().finish().tasks).toEqual(['interrupted', 'interrupted']);
    expect(scenario.status).toBe('interrupted');
  });
});

describe('the end of a lane run', () => {
  test('it waits for every task (execution §8.3)', () => {
    const scenario = new Scenario().enqueued();
    const drained = { kind: 'laneRunDrained', laneRunId: 'run-1', newRunId: 'run-2' } as const;
    expect(scenario.ask(drained)).toEqual({ id: 'atmInvalidStatusTransition', prevStatus: 'enqueued', newStatus: 'finished' });
    scenario.start('1.1');
    expect(scenario.ask(drained)).toEqual({ id: 'atmInvalidStatusTransition', prevStatus: 'active', newStatus: 'finished' });
    expect(scenario.ask({ kind: 'laneRunStopped', laneRunId: 'run-1' })).toEqual({
      id: 'atmInvalidStatusTransition',
      prevStatus: 'active',
      newStatus: 'interrupted',
    });
    expect(scenario.ask({ kind: 'executionDrained' })).toEqual({
      id: 'atmInvalidStatusTransition',
      prevStatus: 'active',
      newStatus: 'interrupted',
    });
  });

  test('plain success passes through the statuses of the walk-through (execution §18.1)', () => {
    const scenario = new Scenario({ lanes: 2 }).active('1.1').inAdvance('run-2', 'enqueued').concludeAll().drained('run-3');
    expect(scenario.status).toBe('active');
    scenario.concludeAll().drained('run-4');
    expect([scenario.runs(1), scenario.runs(2), scenario.status]).toEqual([['1:finished'], ['1:finished'], 'stopping']);
    scenario.nowMs = 9_000_000;
    scenario.finish();
    expect([scenario.status, scenario.execution.finishTime]).toEqual(['finished', 9000]);
  });

  test('without a run in advance the next lane begins with a fresh one (execution §6.3)', () => {
    const scenario = new Scenario({ lanes: 2 }).active('1.1').concludeAll().drained('run-2');
    expect([scenario.runs(2), scenario.execution.current.runType, scenario.run]).toEqual([['1:scheduled'], 'regular', 'run-2']);
  });

  test('its stores: global iterated store unfrozen, exception store frozen, slices closed (execution §6.5, §13.2)', () => {
    const scenario = new Scenario().active('1.1').concludeAll().drained('run-2');
    expect(scenario.effects.filter((effect) => effect.kind !== 'log')).toEqual([
      { kind: 'closeGate', laneRunId: 'run-1', mode: 'drain' },
      { kind: 'closeSlices', laneRunId: 'run-1' },
      { kind: 'unfreezeStores', storeIds: ['input-store'] },
      { kind: 'freezeStores', storeIds: ['run-1.exceptions'] },
    ]);
  });

  test('failed items: retries over the exception store with growing numbers, then failed (execution §6.5, R106, R113, R33)', () => {
    const scenario = new Scenario({ maxRetries: 2 }).active('1.1').conclude(failedItems).drained('run-2');
    expect(scenario.execution.current).toMatchObject({
      runNumber: 2,
      originRunNumber: 1,
      runType: 'retry',
      status: 'scheduled',
      iteratedStoreId: 'run-1.exceptions',
    });
    expect(scenario.effectsOf('archiveLaneRun').map((effect) => [effect.laneRun.id, effect.laneRun.status])).toEqual([['run-1', 'failed']]);
    scenario.active('1.1');
    expect(scenario.execution.current.iteratedStoreId).toBe('run-1.exceptions');
    scenario.conclude(failedItems).drained('run-3');
    expect(scenario.effectsOf('unfreezeStores')).toEqual([]);
    scenario.active('1.1').conclude(failedItems).drained('run-4').finish();
    expect([scenario.runs(1), scenario.status]).toEqual([['3:failed', '2:failed', '1:failed'], 'failed']);
    const runs = [scenario.execution.current, ...scenario.execution.lanes[0]!.endedRuns];
    expect(runs.map((run) => runFlags(scenario.execution, run))).toEqual(runs.map(() => ({ isRerunable: true, isRetriable: true })));
  });

  test('an automatic retry is logged with its selector and the retries left (execution §12.3)', () => {
    const scenario = new Scenario({ maxRetries: 2 }).active('1.1').conclude(failedItems).drained('run-2');
    expect(scenario.entries.at(-1)?.content.details).toEqual({ scheduledLaneRunSelector: { laneIndex: 1, RunNumber: 2 }, retriesLeft: 1 });
  });

  test('each entry into a lane by a regular run has all its retries (execution R113, §6.6)', () => {
    const scenario = new Scenario({ lanes: 2, maxRetries: 1 }).active('1.1').conclude(failedItems).drained('run-2');
    scenario.active('1.1').concludeAll().drained('run-3');
    scenario.active('1.1').conclude(failedItems).drained('run-4');
    expect([scenario.runs(1), scenario.runs(2)]).toEqual([
      ['2:finished', '1:failed'],
      ['3:scheduled', '2:failed'],
    ]);
  });

  test('an in-advance run does not survive the failure of the current lane (execution §18.2)', () => {
    const scenario = new Scenario({ lanes: 2 }).active('1.1').inAdvance('run-2', 'enqueued').conclude(failedItems).drained('run-3');
    expect([scenario.status, scenario.runs(2)]).toEqual(['stopping', ['-:enqueued']]);
    scenario.finish();
    expect([scenario.status, scenario.runs(2), scenario.effectsOf('removeLaneRun').length]).toEqual(['failed', [], 1]);
  });

  test('no callback url, no callback; no global stores, nothing frozen (execution §15.6)', () => {
    const scenario = new Scenario({ over: { callback: null, storeRegistry: {} } }).active('1.1').concludeAll().drained('run-2').finish();
    expect([scenario.effectsOf('queueCallback'), scenario.effectsOf('freezeStores')]).toEqual([[], []]);
  });
});

describe('a crash', () => {
  const crash = { kind: 'crashed', error: someError } as const;

  test('while preparing: the tasks are interrupted, lane run and execution crash (execution R123, R131)', () => {
    const scenario = new Scenario({ maxRetries: 2 }).created().step(crash);
    expect([scenario.runStatus, scenario.tasks]).toEqual(['stopping', ['interrupted', 'interrupted', 'interrupted']]);
    scenario.stopped().finish();
    expect([scenario.runs(1), scenario.status]).toEqual([['1:crashed'], 'crashed']);
    expect(runFlags(scenario.execution, scenario.execution.current)).toEqual({ isRerunable: false, isRetriable: false });
  });

  test('while resuming: suspended tasks turn interrupted (execution R124, R7)', () => {
    const scenario = new Scenario();
    scenario.execution = forged({ status: 'resuming', runStatus: 'resuming', tasks: ['resuming', 'paused'], incarnation: 2 });
    expect(scenario.step(crash).tasks).toEqual(['interrupted', 'interrupted']);
  });

  test('while items are worked on: started tasks end interrupted (execution R125, R126, D11)', () => {
    const scenario = new Scenario().active('1.1').step(crash).stopped().finish();
    expect([scenario.tasks, scenario.status]).toEqual([['interrupted', 'interrupted', 'interrupted'], 'crashed']);
  });

  test('over a failure: the guilty task still fails (execution R8)', () => {
    const scenario = new Scenario().active('1.1').broken('1.1').step(crash).stopped().finish();
    expect([scenario.tasks[0], scenario.status]).toEqual(['failed', 'crashed']);
  });

  test('over a cancel: the cancelled tasks stay cancelled (execution R9)', () => {
    const scenario = new Scenario().active('1.1').step(cancel).step(crash).stopped().finish();
    expect([scenario.tasks, scenario.runStatus, scenario.status]).toEqual([['cancelled', 'cancelled', 'cancelled'], 'crashed', 'crashed']);
  });

  test('in the last step: the lane run keeps finished, the execution crashes (execution R129)', () => {
    const scenario = new Scenario().active('1.1').concludeAll().drained('run-2').step(crash);
    expect([scenario.runStatus, scenario.status]).toEqual(['finished', 'crashed']);
    expect(scenario.effectsOf('queueCallback')).toEqual([{ kind: 'queueCallback', url: 'http://callback', status: 'crashed' }]);
  });

  test('twice changes nothing, at rest it is refused (execution §3.2)', () => {
    expect(new Scenario().active('1.1').step(crash).ask(crash)).toBe('unchanged');
    const paused = new Scenario();
    paused.execution = forged({ status: 'paused', runStatus: 'paused', reason: 'pause', tasks: ['paused'] });
    expect(paused.ask(crash)).toEqual({ id: 'atmInvalidStatusTransition', prevStatus: 'paused', newStatus: 'stopping' });
  });

  test('the error is an emergency entry of the workflow log, and the end is not logged again (execution §12.3)', () => {
    const scenario = new Scenario().active('1.1').step(crash);
    expect(scenario.entries[0]).toMatchObject({ severity: 'emergency', content: { details: { reason: someError } } });
    expect(scenario.stopped().finish().entries).toEqual([]);
  });
});
