/** Late, early and misdirected events of the engine are refused and change nothing (execution §3.1, §3.2). */
import { describe, expect, test } from 'vitest';
import type { EngineEvent } from '../../src/execution/messages.ts';
import { reduceBy } from '../../src/execution/reduce.ts';
import { standardRules, type Rules } from '../../src/execution/rules.ts';
import { cancel, componentsCreated, invalid, someError } from './fixtures.ts';
import { Scenario } from './scenario.ts';

function failed(laneRunId: string): EngineEvent {
  return { kind: 'preparationFailed', laneRunId, error: someError, interrupt: false };
}

describe('an event about a lane run that is not there', () => {
  const inputs: readonly EngineEvent[] = [
    { kind: 'preparationStarted', laneRunId: 'unknown' },
    componentsCreated('unknown', [1]),
    { kind: 'laneRunPrepared', laneRunId: 'unknown' },
    failed('unknown'),
    { kind: 'laneRunResumed', laneRunId: 'unknown' },
    { kind: 'tasksResumed', laneRunId: 'unknown', tasks: [] },
    { kind: 'tasksConcluded', laneRunId: 'unknown', tasks: [] },
    { kind: 'laneRunDrained', laneRunId: 'unknown', newRunId: 'run-2' },
    { kind: 'laneRunStopped', laneRunId: 'unknown' },
  ];

  test.each(inputs)('$kind is answered notFound (execution §3.1)', (input) => {
    expect(new Scenario().preparing().ask(input)).toBe('notFound');
  });
});

describe('a failure of the preparation', () => {
  test('comes too late for a lane run that is prepared, and too early for one that is not (execution §3.2)', () => {
    expect(new Scenario().ask(failed('run-1'))).toEqual(invalid('scheduled'));
    expect(new Scenario().enqueued().ask(failed('run-1'))).toEqual(invalid('enqueued'));
    expect(new Scenario().active('1.1').ask(failed('run-1'))).toEqual(invalid('active'));
  });

  test('of a resuming lane run without components is no failure yet (execution §3.2)', () => {
    expect(new Scenario().pause().rest().resume().ask(failed('run-1'))).toEqual(invalid('resuming'));
  });

  test('of a lane run in advance is heard once (execution §3.2)', () => {
    const scenario = new Scenario({ lanes: 2 }).inAdvance('run-2', 'preparing').fail('run-2');
    expect(scenario.ask(failed('run-2'))).toEqual(invalid('failed'));
  });
});

describe('too late', () => {
  test('nothing is prepared in advance once the current lane run is suspended (execution §6.3)', () => {
    const scenario = new Scenario({ lanes: 3 }).enqueued().inAdvance('run-2', 'preparing').fail('run-2', true).through('ok', 'run-3');
    expect([scenario.status, scenario.runStatus]).toEqual(['active', 'interrupted']);
    expect(scenario.ask({ kind: 'inAdvancePreparationStarted', laneRunId: 'run-4' })).toBe('atmWorkflowExecutionStopped');
  });

  test('a lane run that was replaced does not drain again (execution §3.1)', () => {
    const scenario = new Scenario({ maxRetries: 1 }).enqueued().through('failed', 'run-2').active('1.1').concludeAll();
    expect(scenario.ask({ kind: 'laneRunDrained', laneRunId: 'run-1', newRunId: 'run-3' })).toEqual(invalid('failed', 'finished'));
  });

  test('tasks do not resume once the lane run stops again (execution §3.1)', () => {
    const scenario = new Scenario().active('1.1').pause().rest().resume().resumingTasks('1.1').cancel();
    const resumed: EngineEvent = { kind: 'tasksResumed', laneRunId: 'run-1', tasks: [{ taskId: 'run-1.1.1', hadItems: true }] };
    expect(scenario.ask(resumed)).toBe('atmWorkflowExecutionStopping');
  });
});

describe('a conclusion of tasks', () => {
  const concluded = (...names: readonly string[]): EngineEvent => ({
    kind: 'tasksConcluded',
    laneRunId: 'run-1',
    tasks: names.map((name) => ({ taskId: `run-1.${name}`, hasFailedItems: false })),
  });

  test('comes too early while the lane run is prepared or resumes (execution §3.2)', () => {
    expect(new Scenario().created().ask(concluded('1.1'))).toEqual(invalid('preparing', 'finished'));
    expect(new Scenario().active('1.1').pause().rest().resume().ask(concluded('1.1'))).toEqual(invalid('resuming', 'finished'));
  });

  test('of a task that is not there is refused, of none changes nothing (execution §3.4)', () => {
    expect(new Scenario().enqueued().ask(concluded('9.9'))).toBe('notFound');
    expect(new Scenario().enqueued().ask(concluded())).toBe('unchanged');
  });
});

describe('effects', () => {
  const withoutSeries: EngineEvent = {
    kind: 'componentsCreated',
    laneRunId: 'run-1',
    iteratedStoreId: 'input-store',
    exceptionStoreId: 'run-1.exceptions',
    boxes: [{ schemaId: 'box', tasks: [{ id: 'run-1.1.1', schemaId: 'task', systemAuditLogId: 'log', timeSeriesStoreId: null }] }],
  };

  test('tasks without time series freeze and unfreeze none (execution §13.2)', () => {
    const scenario = new Scenario().preparing().step(withoutSeries).step({ kind: 'laneRunPrepared', laneRunId: 'run-1' }).start('1.1');
    scenario.pause().conclude({ '1.1': 'ok' });
    expect(scenario.effectsOf('freezeStores')).toEqual([]);
    scenario.rest().resume().resumingTasks('1.1').resumedTasks({ '1.1': true });
    expect(scenario.effectsOf('unfreezeStores')).toEqual([]);
  });
});

describe('an edge that the tables do not have is a bug, never stored', () => {
  const without = (rules: Partial<Rules>): Rules => ({ ...standardRules, ...rules });
  const { execution, laneRun, task } = standardRules;
  const active = new Scenario({ lanes: 2 }).active('1.1').execution;

  test.each([
    ['execution: active → stopping', without({ execution: { ...execution, active: [] } }), cancel],
    ['lane run: active → stopping', without({ laneRun: { ...laneRun, active: [] } }), cancel],
    ['task: active → stopping', without({ task: { ...task, active: [] } }), cancel],
    [
      'lane run: null → preparing',
      without({ laneRun: { ...laneRun, new: [] } }),
      { kind: 'inAdvancePreparationStarted', laneRunId: 'run-2' } as const,
    ],
  ] as const)('%s', (edge, rules, input) => {
    expect(() => reduceBy(rules, active, input, { ms: 1 })).toThrow(edge);
  });

  test('lane run: interrupted → null', () => {
    const stopped = new Scenario({ lanes: 2 }).active('1.1').inAdvance('run-2', 'preparing').cancel().stopped().execution;
    const rules = without({ laneRun: { ...laneRun, interrupted: [] } });
    expect(() => reduceBy(rules, stopped, { kind: 'executionDrained' }, { ms: 1 })).toThrow('lane run: interrupted → null');
  });
});
