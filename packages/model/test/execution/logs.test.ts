/** What transitions write into the audit logs (execution §12.3). Severities, prefixes and details are the contract's. */
import { describe, expect, test } from 'vitest';
import { Scenario } from './scenario.ts';

/** Severity, prefix and details of the workflow's entries of the last step. */
function entriesOf(scenario: Scenario): readonly (readonly unknown[])[] {
  return scenario.entries.map(({ severity, content }) => {
    const prefix = /^\[[^\]]+\]/.exec(content.description)?.[0] ?? '';
    return content.details === undefined ? [severity, prefix] : [severity, prefix, content.details];
  });
}

describe('the workflow log', () => {
  test('of a preparation: begun and created at debug, done at info (execution §12.3)', () => {
    expect(entriesOf(new Scenario().preparing())).toEqual([['debug', '[Lane: 1, Run: 1]']]);
    const task = (place: string): string => `[Lane: 1, Run: 1, ${place}]`;
    const places = ['PBox: 1, Task: 1', 'PBox: 1, Task: 2', 'PBox: 2, Task: 1'].map(task);
    const sentences = (scenario: Scenario): readonly string[] =>
      scenario.effectsOf('log').map(({ severity, content }) => `${severity} ${content.description}`);
    expect(sentences(new Scenario().created())).toEqual([
      'debug [Lane: 1, Run: 1] Creating...',
      'debug [Lane: 1, Run: 1] Exception store created.',
      ...places.flatMap((place) =>
        ['Audit log', 'Time series store'].map((what) => `debug ${place} ${what} created.`).concat(`debug ${place} Created.`),
      ),
      'debug [Lane: 1, Run: 1] Parallel boxes created.',
      'debug [Lane: 1, Run: 1] Created.',
    ]);
    expect(sentences(new Scenario().enqueued())).toEqual([
      ...places.map((place) => `debug ${place} Executor created.`),
      'debug [Lane: 1, Run: 1] Starting...',
      'info [Lane: 1, Run: 1] The lane run was prepared.',
    ]);
  });

  test('of a preparation in advance: the run has no number yet (execution §12.2, data-and-stores §5.4)', () => {
    const scenario = new Scenario({ lanes: 2 });
    expect(entriesOf(scenario.inAdvance('run-2', 'preparing'))).toEqual([['debug', '[Lane: 2, Run: ?]']]);
    expect(entriesOf(scenario.fail('run-2')).slice(1)).toEqual([
      ['info', '[Lane: 2, Run: ?]', { reason: 'failure' }],
      ['info', '[Lane: 2, Run: ?]'],
    ]);
  });

  test('of a task: started, concluded, told to stop and stopped, each naming it (execution §12.3, data-and-stores §5.4)', () => {
    const scenario = new Scenario({ shape: [2] });
    const task = '[Lane: 1, Run: 1, PBox: 1, Task: 1]';
    expect(entriesOf(scenario.active('1.1'))).toEqual([['info', task]]);
    expect(entriesOf(scenario.pause())).toContainEqual(['info', task, { reason: 'pause' }]);
    expect(entriesOf(scenario.stopped())[0]).toEqual(['info', task]);
    expect(entriesOf(new Scenario({ shape: [1] }).active('1.1').conclude({ '1.1': 'ok' }))).toEqual([['info', task]]);
    scenario.finish().resume().resumingTasks('1.1');
    expect(entriesOf(scenario.resumedTasks({ '1.1': true }))).toEqual([['info', task]]);
  });

  test('of a lane run: that it stopped, and that it was resumed (execution §12.3)', () => {
    const scenario = new Scenario({ shape: [1] }).active('1.1').pause();
    expect(entriesOf(scenario.stopped()).at(-1)).toEqual(['info', '[Lane: 1, Run: 1]']);
    scenario.finish().resume().resumingTasks('1.1').resumedTasks({ '1.1': true });
    expect(entriesOf(scenario.resumed())).toEqual([
      ['debug', '[Lane: 1, Run: 1]'],
      ['info', '[Lane: 1, Run: 1]'],
    ]);
  });

  test.each(['cancel', 'pause', 'interrupt'] as const)('of the end: its status, after a %s (execution §12.3)', (stop) => {
    const scenario = new Scenario({ shape: [1] }).active('1.1')[stop]().rest();
    expect(entriesOf(scenario)).toEqual([['notice', '', { status: scenario.status }]]);
  });

  test('of an interrupt that replaces a pause: its error as well (execution §12.3)', () => {
    const entries = entriesOf(new Scenario().active('1.1').pause().interrupt());
    expect(entries[0]).toMatchObject(['critical', '', { reason: { id: 'timeout' } }]);
  });
});

describe('the log of a task', () => {
  test('tells why it stops and what it ended as, and nothing of the others (execution §12.3)', () => {
    const scenario = new Scenario({ shape: [2] }).active('1.1').cancel();
    const own = (id: string): readonly unknown[] =>
      scenario.effectsOf('log').flatMap(({ storeId, severity, content }) => (storeId === id ? [[severity, content.details]] : []));
    expect(own('run-1.1.1.log')).toEqual([['info', { reason: 'cancel' }]]);
    expect(own('run-1.1.2.log')).toEqual([['info', { reason: 'cancel' }]]);
    scenario.stopped();
    expect([own('run-1.1.1.log').length, own('run-1.1.2.log').length]).toEqual([1, 0]);
  });

  test('below the log level nothing is written, and everything else happens (execution §12.1)', () => {
    const scenario = new Scenario({ over: { logLevel: 0 } }).active('1.1').broken('1.1');
    expect([scenario.effectsOf('log'), scenario.tasks[0], scenario.effectsOf('closeGate').length]).toEqual([[], 'stopping', 1]);
  });
});

describe('changes', () => {
  test('of what begins to stop have its reason, of what has stopped none (I11)', () => {
    const { changes } = new Scenario({ shape: [2] }).active('1.1').cancel();
    expect(changes.map(({ subject, to, reason }) => [subject, to, reason])).toEqual([
      ['laneRun', 'stopping', 'cancel'],
      ['execution', 'stopping', 'cancel'],
      ['task', 'stopping', 'cancel'],
      ['task', 'cancelled', undefined],
    ]);
  });

  test('of a task that broke have the reason of its own (I11)', () => {
    const { changes } = new Scenario({ shape: [1] }).active('1.1').broken('1.1');
    expect(changes[0]).toMatchObject({ subject: 'task', from: 'active', to: 'stopping', reason: 'failure' });
  });
});
