import { describe, expect, test } from 'vitest';
import { commandKinds, commandRefusal } from '../../src/execution/commands.ts';
import {
  executionStatuses,
  laneRunStatuses,
  taskStatuses,
  type LaneRunStatus,
  type LaneStoppingReason,
} from '../../src/execution/document.ts';
import { isTaskFinal, isTerminal, phaseOf, phaseTimestamp, runFlags, taskPhaseOf } from '../../src/execution/phases.ts';
import { cancel, forged, Scenario, scheduled } from './fixtures.ts';

describe('a new execution', () => {
  test('is scheduled, with one run of the first lane and none of the others (execution R16)', () => {
    const { execution, changes } = scheduled(2, 3);
    expect(execution).toMatchObject({
      status: 'scheduled',
      incarnation: 1,
      scheduleTime: 1000,
      startTime: 0,
      suspendTime: 0,
      finishTime: 0,
      inAdvance: null,
      stop: null,
    });
    expect(execution.current).toMatchObject({
      id: 'run-1',
      laneIndex: 1,
      runNumber: 1,
      status: 'scheduled',
      boxes: [],
      iteratedStoreId: null,
    });
    expect(execution.lanes.map((lane) => [lane.retriesLeft, lane.endedRuns])).toEqual([
      [3, []],
      [3, []],
    ]);
    expect([execution.version, changes.length]).toEqual([2, 2]);
  });

  test('logs the selector of its first run (execution §5.2)', () => {
    expect(scheduled(1).effects).toEqual([
      {
        kind: 'log',
        storeId: 'workflow-log',
        severity: 'notice',
        content: { description: 'The execution was scheduled.', details: { scheduledLaneRunSelector: { laneIndex: 1, RunNumber: 1 } } },
      },
    ]);
  });
});

describe('log level', () => {
  test.each([
    [0, []],
    [5, ['notice']],
    [6, ['notice', 'info', 'info', 'info', 'info']],
    [7, ['notice', 'info', 'info', 'info', 'info']],
  ] as const)('at level %i a cancel logs %j to the workflow log (execution §12.1)', (logLevel, expected) => {
    const scenario = new Scenario({ over: { logLevel } }).active('1.1').step(cancel);
    expect(scenario.entries.map((entry) => entry.severity)).toEqual(expected);
    expect(scenario.effectsOf('closeGate').length).toBe(1);
  });

  test('a stop tells its reason, of the execution, the lane run and each task (execution §12.3)', () => {
    const scenario = new Scenario({ shape: [1] }).active('1.1').step(cancel);
    expect(scenario.effectsOf('log').map(({ storeId, content }) => [storeId, content.description.split(']')[0], content.details])).toEqual([
      ['workflow-log', 'The execution begins to stop.', { reason: 'cancel' }],
      ['workflow-log', '[Lane: 1, Run: 1', { reason: 'cancel' }],
      ['run-1.1.1.log', 'The task begins to stop.', { reason: 'cancel' }],
      ['workflow-log', '[Lane: 1, Run: 1, PBox: 1, Task: 1', { reason: 'cancel' }],
    ]);
    expect(scenario.effectsOf('log').at(-1)?.content.referencedElements).toEqual({ tasks: ['run-1.1.1'] });
  });
});

describe('phases', () => {
  test('of executions (execution §2.1)', () => {
    expect(executionStatuses.map(phaseOf)).toEqual([
      'waiting',
      'waiting',
      'ongoing',
      'ongoing',
      'suspended',
      'suspended',
      'ended',
      'ended',
      'ended',
      'ended',
    ]);
  });

  test('of lane runs (execution §2.2)', () => {
    expect(laneRunStatuses.map(phaseOf)).toEqual([
      'waiting',
      'waiting',
      'waiting',
      'waiting',
      'ongoing',
      'ongoing',
      'suspended',
      'suspended',
      'ended',
      'ended',
      'ended',
      'ended',
    ]);
    expect(laneRunStatuses.filter(isTerminal)).toEqual(['finished', 'failed', 'cancelled', 'crashed']);
  });

  test('of tasks (execution §2.3)', () => {
    expect(taskStatuses.filter((status) => taskPhaseOf(status) === 'waiting')).toEqual(['pending', 'resuming']);
    expect(taskStatuses.filter((status) => taskPhaseOf(status) === 'ongoing')).toEqual(['active', 'stopping']);
    expect(taskStatuses.filter(isTaskFinal)).toEqual(['finished', 'skipped', 'failed', 'cancelled']);
  });

  test('the timestamp of a phase is the one its list is ordered by (execution §14.2)', () => {
    const timestamps = { scheduleTime: 1, startTime: 2, suspendTime: 3, finishTime: 4 };
    expect(executionStatuses.map((status) => phaseTimestamp({ ...timestamps, status }))).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 4, 4]);
  });

  test('a clock that goes back never puts a phase before the one it follows (execution §14.1, R133)', () => {
    const scenario = new Scenario();
    scenario.nowMs = 1;
    scenario.preparing();
    expect(scenario.execution.startTime).toBe(1000);
    scenario.step(cancel).stopped().finish();
    expect(scenario.execution.finishTime).toBe(1000);
  });

  test('a change inside a phase sets nothing (execution §14.1)', () => {
    const scenario = new Scenario().active('1.1');
    scenario.nowMs = 7_000_000;
    expect(scenario.step(cancel).execution.startTime).toBe(1001);
  });
});

function flagsOf(status: LaneRunStatus, stoppingReason: LaneStoppingReason | null): readonly boolean[] {
  const flags = runFlags({ status: 'failed' }, { status, stoppingReason });
  return [flags.isRerunable, flags.isRetriable];
}

function times(count: number, value: string): readonly string[] {
  return Array.from({ length: count }, () => value);
}

describe('flags of lane runs', () => {
  const run = { status: 'failed', stoppingReason: null } as const;

  test('are false while the execution waits, goes on or is suspended (execution R32, R34)', () => {
    const open = executionStatuses.filter((status) => !isTerminal(status));
    expect(open.map((status) => runFlags({ status }, run))).toEqual(open.map(() => ({ isRerunable: false, isRetriable: false })));
  });

  test('are false when the execution crashed (execution R35)', () => {
    expect(runFlags({ status: 'crashed' }, run)).toEqual({ isRerunable: false, isRetriable: false });
  });

  test('only a run that failed by its items is retriable (execution R36, R37)', () => {
    expect(flagsOf('failed', null)).toEqual([true, true]);
    expect(flagsOf('failed', 'failure')).toEqual([true, false]);
    expect(flagsOf('cancelled', 'cancel')).toEqual([true, false]);
    expect(flagsOf('finished', null)).toEqual([true, false]);
    expect(flagsOf('interrupted', null)).toEqual([false, false]);
  });
});

describe('commands', () => {
  test('each status refuses with its own error (execution §7.0, R39, R40, R43, R74)', () => {
    const table = commandKinds.map((kind) => [
      kind,
      executionStatuses.map((status) => commandRefusal(kind, status)?.id.replace(/^atm(WorkflowExecution|LaneExecution)/, '') ?? 'ok'),
    ]);
    expect(Object.fromEntries(table)).toEqual({
      cancel: [...times(6, 'ok'), ...times(4, 'Ended')],
      pause: [...times(6, 'ok'), ...times(4, 'Ended')],
      resume: [...times(4, 'NotResumable'), 'ok', 'ok', ...times(4, 'NotResumable')],
      forceContinue: [...times(6, 'NotResumable'), 'NotResumable', 'ok', 'NotResumable', 'NotResumable'],
      rerun: [...times(6, 'NotEnded'), 'ok', 'ok', 'ok', 'RerunFailed'],
      retry: [...times(6, 'NotEnded'), 'ok', 'ok', 'ok', 'RetryFailed'],
      delete: [...times(4, 'NotStopped'), 'ok', 'ok', ...times(4, 'ok')],
    });
  });

  test('events of the engine find a suspended execution closed (execution §3.1)', () => {
    const scenario = new Scenario();
    scenario.execution = forged({ status: 'paused', runStatus: 'paused', reason: 'pause', tasks: ['paused'] });
    expect(scenario.ask({ kind: 'preparationStarted', laneRunId: 'run-1' })).toBe('atmWorkflowExecutionStopped');
    expect(scenario.ask({ kind: 'tasksStarted', laneRunId: 'run-1', taskIds: [] })).toBe('atmWorkflowExecutionStopped');
    expect(scenario.ask({ kind: 'laneRunStopped', laneRunId: 'run-1' })).toBe('atmWorkflowExecutionStopped');
  });
});
