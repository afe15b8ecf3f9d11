import { describe, expect, test } from 'vitest';
import { executionStatuses, laneRunStatuses, taskStatuses } from '../../src/execution/document.ts';
import { isTaskFinal, isTerminal, phaseOf, taskPhaseOf } from '../../src/execution/phases.ts';
import { scheduled } from './fixtures.ts';
import { Scenario } from './scenario.ts';

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
    const scenario = new Scenario({ over: { logLevel } }).active('1.1').cancel();
    expect(scenario.entries.map((entry) => entry.severity)).toEqual(expected);
    expect(scenario.effectsOf('closeGate').length).toBe(1);
  });

  test('a stop tells its reason, of the execution, the lane run and each task (execution §12.3)', () => {
    const scenario = new Scenario({ shape: [1] }).active('1.1').cancel();
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
});
