import { describe, expect, test } from 'vitest';
import { executionStatuses, type ExecutionStatus, type LaneRunStatus } from '../../src/execution/document.ts';
import { runFlags } from '../../src/execution/phases.ts';
import { brokenEvent, cancel, componentsCreated, forged, Scenario, someError } from './fixtures.ts';

describe('cancel before and while preparing', () => {
  test('while scheduled: run and execution stop in the call, no component is ever created (execution R44, R119)', () => {
    const scenario = new Scenario({ lanes: 2 }).step(cancel);
    expect([scenario.runStatus, scenario.status]).toEqual(['stopping', 'stopping']);
    expect(scenario.execution.startTime).toBe(1001);
    scenario.stopped().finish();
    expect([scenario.runStatus, scenario.status]).toEqual(['cancelled', 'cancelled']);
    expect(scenario.execution.current.boxes).toEqual([]);
    expect(scenario.execution.current.exceptionStoreId).toBeNull();
    expect(scenario.runs(2)).toEqual([]);
    expect(runFlags(scenario.execution, scenario.execution.current)).toEqual({ isRerunable: true, isRetriable: false });
  });

  test('before components exist: those created meanwhile are refused (execution R21, R23)', () => {
    const scenario = new Scenario().preparing().step(cancel);
    expect(scenario.ask(componentsCreated('run-1', [2]))).toBe('atmWorkflowExecutionStopping');
    expect(scenario.ask({ kind: 'laneRunPrepared', laneRunId: 'run-1' })).toBe('atmWorkflowExecutionStopping');
    scenario.stopped().finish();
    expect(scenario.execution.current.boxes).toEqual([]);
    expect(scenario.status).toBe('cancelled');
    expect(scenario.ask(componentsCreated('run-1', [2]))).toBe('atmWorkflowExecutionStopped');
  });

  test('after components exist: every task is cancelled inside the call (execution R22)', () => {
    const scenario = new Scenario().created().step(cancel);
    expect(scenario.tasks).toEqual(['cancelled', 'cancelled', 'cancelled']);
    scenario.stopped().finish();
    expect([scenario.runStatus, scenario.status]).toEqual(['cancelled', 'cancelled']);
  });

  test('an error of the preparation that comes after the cancel changes nothing (execution R23)', () => {
    const scenario = new Scenario().created().step(cancel);
    expect(scenario.ask({ kind: 'preparationFailed', laneRunId: 'run-1', error: someError, interrupt: false })).toBe('unchanged');
    expect(scenario.stopped().finish().status).toBe('cancelled');
  });

  test('after the preparation failed and the run has ended it is refused (execution R24)', () => {
    const scenario = new Scenario().preparing().fail('run-1').stopped();
    expect([scenario.runStatus, scenario.status]).toEqual(['failed', 'stopping']);
    expect(scenario.ask(cancel)).toEqual({ id: 'atmInvalidStatusTransition', prevStatus: 'failed', newStatus: 'stopping' });
    expect(scenario.finish().status).toBe('failed');
  });
});

describe('cancel of prepared and running lanes', () => {
  test('while enqueued: tasks are cancelled in the call, the run in advance goes at the end (execution R45, R31)', () => {
    const scenario = new Scenario({ lanes: 2 }).enqueued().inAdvance('run-2', 'enqueued').step(cancel);
    expect(scenario.tasks).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect([scenario.runStatus, scenario.status]).toEqual(['stopping', 'stopping']);
    expect(scenario.runs(2)).toEqual(['-:enqueued']);
    scenario.stopped();
    expect(scenario.runStatus).toBe('cancelled');
    scenario.finish();
    expect(scenario.changes.map(({ subject, from, to }) => `${subject} ${from} ${to}`)).toEqual([
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

  test('while active: tasks with items drain, tasks without are cancelled, and no retry follows (execution R46, R49)', () => {
    const scenario = new Scenario({ maxRetries: 2 }).active('1.1').step(cancel);
    expect(scenario.tasks).toEqual(['stopping', 'cancelled', 'cancelled']);
    expect(scenario.effectsOf('closeGate')).toEqual([{ kind: 'closeGate', laneRunId: 'run-1', mode: 'abort' }]);
    scenario.stopped();
    expect(scenario.tasks).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(scenario.execution.current.id).toBe('run-1');
    scenario.finish();
    expect([scenario.status, scenario.execution.lanes[0]?.retriesLeft]).toEqual(['cancelled', 2]);
  });

  test('finished, failed and skipped tasks are left as they are (execution §4.3)', () => {
    const scenario = new Scenario().active('1.1', '1.2').conclude({ '1.1': 'ok', '1.2': 'failed', '2.1': 'ok' }).step(cancel);
    expect(scenario.stopped().finish().tasks).toEqual(['finished', 'failed', 'skipped']);
    expect(scenario.status).toBe('cancelled');
  });

  test('a task that is concluded while it drains ends cancelled (execution §3.4)', () => {
    const scenario = new Scenario().active('1.1', '1.2').step(cancel).conclude({ '1.1': 'ok' });
    expect(scenario.tasks).toEqual(['cancelled', 'stopping', 'cancelled']);
  });

  test('work is refused once the cancel is in (I3)', () => {
    const scenario = new Scenario().enqueued().step(cancel);
    expect(scenario.ask({ kind: 'tasksStarted', laneRunId: 'run-1', taskIds: ['run-1.1.1'] })).toBe('atmWorkflowExecutionStopping');
  });

  test('work that is done after the cancel does not finish the run: the first one wins (design §4)', () => {
    const scenario = new Scenario().active('1.1').concludeAll().step(cancel);
    expect(scenario.ask({ kind: 'laneRunDrained', laneRunId: 'run-1', newRunId: 'run-2' })).toBe('atmWorkflowExecutionStopping');
    expect(scenario.stopped().finish().status).toBe('cancelled');
  });

  test('after the last run finished it is refused and the execution ends finished (execution R42)', () => {
    const scenario = new Scenario().active('1.1').concludeAll().drained('run-2');
    expect([scenario.runStatus, scenario.status]).toEqual(['finished', 'stopping']);
    expect(scenario.ask(cancel)).toEqual({ id: 'atmInvalidStatusTransition', prevStatus: 'finished', newStatus: 'stopping' });
    expect(scenario.finish().status).toBe('finished');
  });

  test('between lanes the new current run is cancelled, the one before stays finished (execution §7.1)', () => {
    const scenario = new Scenario({ lanes: 2 }).active('1.1').concludeAll().drained('run-2').step(cancel).stopped().finish();
    expect([scenario.runs(1), scenario.runs(2), scenario.status]).toEqual([['1:finished'], ['1:cancelled'], 'cancelled']);
  });

  test('between retries the new run is cancelled, the one before stays failed (execution §7.1)', () => {
    const scenario = new Scenario({ maxRetries: 1 }).active('1.1').conclude({ '1.1': 'failed', '1.2': 'ok', '2.1': 'ok' });
    scenario.drained('run-2').step(cancel).stopped().finish();
    expect([scenario.runs(1), scenario.status]).toEqual([['2:cancelled', '1:failed'], 'cancelled']);
  });

  test('twice is accepted twice, and the first one is remembered (execution R50, I10)', () => {
    const scenario = new Scenario().active('1.1').step({ ...cancel, note: 'first' });
    expect(scenario.ask({ ...cancel, actor: 'other', note: 'second' })).toBe('unchanged');
    expect(scenario.execution.stop).toEqual({ reason: 'cancel', actor: 'user', note: 'first', at: 1_001_000 });
  });
});

describe('cancel over other reasons', () => {
  test('over pause: paused tasks are cancelled in the call (execution R4)', () => {
    const scenario = new Scenario();
    scenario.execution = forged({ status: 'stopping', runStatus: 'stopping', reason: 'pause', tasks: ['stopping', 'paused'] });
    scenario.step(cancel);
    expect(scenario.tasks).toEqual(['stopping', 'cancelled']);
    expect(scenario.changes[0]).toMatchObject({ subject: 'laneRun', from: 'stopping', to: 'stopping', reason: 'cancel' });
    expect(scenario.stopped().finish().tasks).toEqual(['cancelled', 'cancelled']);
    expect(scenario.status).toBe('cancelled');
  });

  test('over interrupt: interrupted tasks are cancelled in the call (execution R5)', () => {
    const scenario = new Scenario();
    scenario.execution = forged({ status: 'stopping', runStatus: 'stopping', reason: 'interrupt', tasks: ['stopping', 'interrupted'] });
    expect(scenario.step(cancel).tasks).toEqual(['stopping', 'cancelled']);
    expect(scenario.stopped().finish().status).toBe('cancelled');
  });

  test('over failure: the guilty task and the interrupted one are cancelled (execution R6)', () => {
    const scenario = new Scenario().active('1.1').broken('1.1').step(cancel);
    expect(scenario.tasks).toEqual(['stopping', 'cancelled', 'cancelled']);
    expect(scenario.stopped().finish().tasks).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(scenario.status).toBe('cancelled');
  });

  test('not over a crash: it is accepted and the execution ends crashed (execution R9)', () => {
    const scenario = new Scenario().active('1.1').step({ kind: 'crashed', error: someError });
    expect(scenario.ask(cancel)).toBe('unchanged');
    expect(scenario.stopped().finish().status).toBe('crashed');
  });
});

describe('cancel of executions at rest', () => {
  test.each(['paused', 'interrupted'] as const)('%s: everything is cancelled when the call returns (execution R47)', (status) => {
    const scenario = new Scenario();
    const reason = status === 'paused' ? 'pause' : 'interrupt';
    scenario.execution = forged({ status, runStatus: status, reason, tasks: [status, 'finished'] });
    scenario.nowMs = 5_000_000;
    scenario.step(cancel);
    expect([scenario.status, scenario.runStatus, scenario.tasks]).toEqual(['cancelled', 'cancelled', ['cancelled', 'finished']]);
    const { startTime, suspendTime, finishTime } = scenario.execution;
    expect({ startTime, suspendTime, finishTime }).toEqual({ startTime: 5000, suspendTime: 1002, finishTime: 5000 });
    expect(scenario.changes.filter(({ subject }) => subject === 'execution').map(({ from, to }) => [from, to])).toEqual([
      [status, 'stopping'],
      ['stopping', 'cancelled'],
    ]);
    expect(scenario.effectsOf('queueCallback')).toEqual([{ kind: 'queueCallback', url: 'http://callback', status: 'cancelled' }]);
    expect(scenario.effectsOf('freezeStores').at(-1)?.storeIds).toEqual(['input-store', 'output-store']);
    expect(runFlags(scenario.execution, scenario.execution.current).isRerunable).toBe(true);
  });

  test('resuming: pending, resuming and suspended tasks are all cancelled (execution R48)', () => {
    const scenario = new Scenario();
    scenario.execution = forged({ status: 'resuming', runStatus: 'resuming', tasks: ['pending', 'resuming', 'paused'], incarnation: 2 });
    expect(scenario.step(cancel).tasks).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(scenario.stopped().finish().status).toBe('cancelled');
    expect(scenario.execution.inAdvance).toBeNull();
  });

  test('active, with a run that was interrupted in advance: the run ends cancelled (execution §3.1)', () => {
    const scenario = new Scenario({ lanes: 2 })
      .active('1.1')
      .inAdvance('run-2', 'created')
      .fail('run-2', true)
      .concludeAll()
      .drained('run-3');
    expect([scenario.runStatus, scenario.status]).toEqual(['interrupted', 'active']);
    scenario.step(cancel);
    expect([scenario.runStatus, scenario.tasks]).toEqual(['cancelled', ['cancelled', 'cancelled', 'cancelled']]);
    expect(scenario.finish().status).toBe('cancelled');
  });

  test.each(['finished', 'failed', 'cancelled', 'crashed'] as const)('%s: refused (execution R39, R43)', (status) => {
    const scenario = new Scenario();
    scenario.execution = forged({ status, runStatus: status, tasks: ['finished'] });
    expect(scenario.ask(cancel)).toBe('atmWorkflowExecutionEnded');
    expect(scenario.ask({ kind: 'crashed', error: someError })).toBe('atmWorkflowExecutionEnded');
    expect(scenario.ask({ kind: 'executionDrained' })).toBe('atmWorkflowExecutionStopped');
    expect(scenario.ask(brokenEvent('run-1', '1.1'))).toBe('atmWorkflowExecutionStopped');
  });

  test('no status of the execution is left out', () => {
    const runStatusOf: Record<ExecutionStatus, LaneRunStatus> = {
      scheduled: 'scheduled',
      resuming: 'resuming',
      active: 'active',
      stopping: 'stopping',
      paused: 'paused',
      interrupted: 'interrupted',
      finished: 'finished',
      failed: 'failed',
      cancelled: 'cancelled',
      crashed: 'crashed',
    };
    const outcomes = executionStatuses.map((status) => {
      const scenario = new Scenario();
      const reason = status === 'stopping' || status === 'paused' ? 'pause' : null;
      scenario.execution = forged({ status, runStatus: runStatusOf[status], reason, tasks: ['finished'] });
      try {
        return scenario.ask(cancel);
      } catch {
        return scenario.step(cancel).status;
      }
    });
    const ended = Array<string>(4).fill('atmWorkflowExecutionEnded');
    expect(outcomes).toEqual(['stopping', 'stopping', 'stopping', 'stopping', 'cancelled', 'cancelled', ...ended]);
  });
});
