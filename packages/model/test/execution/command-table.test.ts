/** Every command in every status, each status reached by commands and events (execution §7.0). */
import { describe, expect, test } from 'vitest';
import { commandRefusal } from '../../src/execution/commands.ts';
import { executionStatuses, type ExecutionStatus } from '../../src/execution/document.ts';
import type { Command } from '../../src/execution/messages.ts';
import { brokenEvent, cancel, crashed, forceContinue, interrupted, invalid, pause, repeat, resume, someError } from './fixtures.ts';
import { Scenario } from './scenario.ts';

/** One lane of two has run or runs. */
const reached: Readonly<Record<ExecutionStatus, () => Scenario>> = {
  scheduled: () => new Scenario({ lanes: 2 }),
  resuming: () => reached.paused().resume(),
  active: () => new Scenario({ lanes: 2 }).active('1.1'),
  stopping: () => reached.active().pause(),
  paused: () => reached.stopping().rest(),
  interrupted: () => reached.active().interrupt().rest(),
  finished: () => new Scenario({ lanes: 2 }).enqueued().through('ok', 'run-2').enqueued().through('ok', 'unused').finish(),
  failed: () => new Scenario({ lanes: 2 }).enqueued().through('failed', 'unused').finish(),
  cancelled: () => reached.active().cancel().rest(),
  crashed: () => reached.active().crash().rest(),
};

const commands: Readonly<Record<string, Command>> = {
  cancel,
  pause,
  resume,
  forceContinue: forceContinue(),
  rerun: repeat('rerun', 1, 1),
  retry: repeat('retry', 1, 1),
};

/** What each command does, or its error, by status in the order of `executionStatuses`. */
const expected: Readonly<Record<string, readonly unknown[]>> = {
  cancel: ['stopping', 'stopping', 'stopping', 'stopping', 'cancelled', 'cancelled', ...times(4, 'atmWorkflowExecutionEnded')],
  pause: [...times(3, 'stopping'), 'unchanged', invalid('paused'), invalid('interrupted'), ...times(4, 'atmWorkflowExecutionEnded')],
  resume: [...times(4, 'atmWorkflowExecutionNotResumable'), 'resuming', 'resuming', ...times(4, 'atmWorkflowExecutionNotResumable')],
  forceContinue: [...times(7, 'atmWorkflowExecutionNotResumable'), 'resuming', ...times(2, 'atmWorkflowExecutionNotResumable')],
  rerun: [...times(6, 'atmWorkflowExecutionNotEnded'), ...times(3, 'scheduled'), 'atmLaneExecutionRerunFailed'],
  retry: [
    ...times(6, 'atmWorkflowExecutionNotEnded'),
    'atmLaneExecutionRetryFailed',
    'scheduled',
    'atmLaneExecutionRetryFailed',
    'atmLaneExecutionRetryFailed',
  ],
};

function times(count: number, value: string): readonly string[] {
  return Array.from({ length: count }, () => value);
}

function answer(scenario: Scenario, command: Command): unknown {
  try {
    return scenario.ask(command);
  } catch {
    return scenario.step(command).status;
  }
}

describe('every command in every status', () => {
  test.each(Object.keys(expected))('%s (execution §7.0)', (name) => {
    const answers = executionStatuses.map((status) => answer(reached[status](), commands[name]!));
    expect(answers).toEqual(expected[name]);
  });

  test('delete takes what is suspended or has ended (execution §7.0, §7.7)', () => {
    expect(executionStatuses.map((status) => commandRefusal('delete', status)?.id ?? 'ok')).toEqual([
      ...times(4, 'atmWorkflowExecutionNotStopped'),
      ...times(6, 'ok'),
    ]);
  });
});

describe('ended executions', () => {
  const ended = ['finished', 'failed', 'cancelled', 'crashed'] as const;

  test.each(ended)('%s: no reason stops it (execution R39)', (status) => {
    const scenario = reached[status]();
    for (const request of [cancel, pause, interrupted, crashed]) expect(scenario.ask(request)).toBe('atmWorkflowExecutionEnded');
    expect(scenario.ask(brokenEvent(scenario.run, '1.1'))).toBe('atmWorkflowExecutionStopped');
    expect(scenario.ask({ kind: 'preparationFailed', laneRunId: scenario.run, error: someError, interrupt: false })).toBe(
      'atmWorkflowExecutionStopped',
    );
    expect(scenario.ask({ kind: 'executionDrained' })).toBe('atmWorkflowExecutionStopped');
  });

  test.each(ended)('%s: it cannot be resumed, and be continued by force only if it failed (execution R39)', (status) => {
    const scenario = reached[status]();
    expect(scenario.ask(resume)).toBe('atmWorkflowExecutionNotResumable');
    expect(answer(scenario, forceContinue())).toBe(status === 'failed' ? 'resuming' : 'atmWorkflowExecutionNotResumable');
  });

  test('a crashed one takes a delete and nothing else (execution R43)', () => {
    const answers = Object.values(commands).map((command) => reached.crashed().ask(command));
    expect(answers).toEqual([
      'atmWorkflowExecutionEnded',
      'atmWorkflowExecutionEnded',
      'atmWorkflowExecutionNotResumable',
      'atmWorkflowExecutionNotResumable',
      'atmLaneExecutionRerunFailed',
      'atmLaneExecutionRetryFailed',
    ]);
    expect(commandRefusal('delete', 'crashed')).toBeNull();
  });
});

describe('executions that have not ended', () => {
  const stages: Readonly<Record<string, () => Scenario>> = {
    'being prepared': () => new Scenario({ lanes: 2 }).preparing(),
    'with its components created': () => new Scenario({ lanes: 2 }).created(),
    enqueued: () => new Scenario({ lanes: 2 }).enqueued(),
    'running items': () => new Scenario({ lanes: 2 }).active('1.1'),
    'between its lanes': () => new Scenario({ lanes: 2 }).enqueued().through('ok', 'run-2'),
    'before its last step': () => new Scenario().enqueued().through('failed', 'unused'),
    'with its lane run stopped': () => new Scenario().active('1.1').cancel().stopped(),
  };
  const refusals = [
    [resume, 'atmWorkflowExecutionNotResumable'],
    [forceContinue(), 'atmWorkflowExecutionNotResumable'],
    [repeat('rerun', 1, 1), 'atmWorkflowExecutionNotEnded'],
    [repeat('retry', 1, 1), 'atmWorkflowExecutionNotEnded'],
  ] as const;

  test.each(Object.entries(stages))('%s: nothing that goes on with a stopped one is taken (execution R40)', (_name, scenarioOf) => {
    const scenario = scenarioOf();
    expect(refusals.map(([command]) => scenario.ask(command))).toEqual(refusals.map(([, error]) => error));
    expect(commandRefusal('delete', scenario.execution.status)?.id).toBe('atmWorkflowExecutionNotStopped');
  });

  test.each(['paused', 'interrupted'] as const)(
    '%s: repeats and forced continuation are refused and leave no trace (execution R41)',
    (status) => {
      const scenario = reached[status]();
      const before = structuredClone(scenario.execution);
      expect(refusals.slice(1).map(([command]) => scenario.ask(command))).toEqual(refusals.slice(1).map(([, error]) => error));
      expect(scenario.execution).toEqual(before);
    },
  );
});

describe('the order of checks', () => {
  test('a repeat looks at the execution first, then for the run, then at the run (execution §7.6)', () => {
    const unknown = [repeat('rerun', 9, 1), repeat('retry', 1, 9), repeat('rerun', 2, 1), repeat('retry', 0, 1)];
    const answers = (scenario: Scenario): readonly unknown[] => unknown.map((command) => scenario.ask(command));
    expect(answers(reached.active())).toEqual(times(4, 'atmWorkflowExecutionNotEnded'));
    expect(answers(reached.paused())).toEqual(times(4, 'atmWorkflowExecutionNotEnded'));
    expect(answers(reached.failed())).toEqual(times(4, 'notFound'));
    expect(answers(reached.crashed())).toEqual(times(4, 'notFound'));
    expect(reached.failed().repeat('retry', 1, 1).status).toBe('scheduled');
  });

  test('once the last run has finished no reason stops the execution any more (execution R42)', () => {
    const scenario = new Scenario().enqueued().through('ok', 'run-2');
    expect([scenario.runStatus, scenario.status]).toEqual(['finished', 'stopping']);
    for (const request of [cancel, pause, interrupted]) expect(scenario.ask(request)).toEqual(invalid('finished'));
    expect(scenario.ask({ kind: 'preparationFailed', laneRunId: 'run-1', error: someError, interrupt: false })).toEqual(
      invalid('finished'),
    );
    expect(scenario.ask(brokenEvent('run-1', '1.1'))).toBe('unchanged');
    expect(scenario.finish().status).toBe('finished');
  });
});
