/** One stop after another: the strictly stronger reason wins, whatever order they come in (execution §4). */
import { describe, expect, test } from 'vitest';
import { laneStoppingReasons } from '../../src/execution/document.ts';
import { brokenEvent, cancel, crashed, interrupted, pause } from './fixtures.ts';
import { Scenario } from './scenario.ts';

/** Task 1.1 has items, the others have none. */
function working(): Scenario {
  return new Scenario().active('1.1');
}

describe('a stronger reason replaces a weaker one', () => {
  test('interrupt over pause: the paused task turns interrupted, the draining one ends so (execution R1)', () => {
    const scenario = working().pause();
    expect(scenario.tasks).toEqual(['stopping', 'paused', 'paused']);
    expect(scenario.interrupt().tasks).toEqual(['stopping', 'interrupted', 'interrupted']);
    expect(scenario.ask(pause)).toBe('unchanged');
    scenario.rest();
    expect([scenario.tasks, scenario.runStatus, scenario.status]).toEqual([
      ['interrupted', 'interrupted', 'interrupted'],
      'interrupted',
      'interrupted',
    ]);
  });

  test('failure over pause: the guilty task fails, the paused one turns interrupted (execution R2)', () => {
    const scenario = working().pause().broken('1.1');
    expect(scenario.tasks).toEqual(['stopping', 'interrupted', 'interrupted']);
    expect(scenario.ask(pause)).toBe('unchanged');
    scenario.rest();
    expect([scenario.tasks, scenario.runStatus, scenario.status]).toEqual([['failed', 'interrupted', 'interrupted'], 'failed', 'failed']);
  });

  test('failure over interrupt: the guilty task fails, the interrupted one stays so (execution R3)', () => {
    const scenario = working().interrupt().broken('1.1');
    expect(scenario.tasks).toEqual(['stopping', 'interrupted', 'interrupted']);
    expect(scenario.ask(interrupted)).toBe('unchanged');
    scenario.rest();
    expect([scenario.tasks, scenario.runStatus, scenario.status]).toEqual([['failed', 'interrupted', 'interrupted'], 'failed', 'failed']);
  });

  test('cancel over pause: the paused task is cancelled inside the call (execution R4)', () => {
    const scenario = working().pause().cancel();
    expect(scenario.tasks).toEqual(['stopping', 'cancelled', 'cancelled']);
    expect(scenario.changes[0]).toMatchObject({ subject: 'laneRun', from: 'stopping', to: 'stopping', reason: 'cancel' });
    expect(scenario.ask(pause)).toBe('unchanged');
    scenario.rest();
    expect([scenario.tasks, scenario.runStatus, scenario.status]).toEqual([
      ['cancelled', 'cancelled', 'cancelled'],
      'cancelled',
      'cancelled',
    ]);
  });

  test('cancel over interrupt: the interrupted task is cancelled inside the call (execution R5)', () => {
    const scenario = working().interrupt().cancel();
    expect(scenario.tasks).toEqual(['stopping', 'cancelled', 'cancelled']);
    scenario.rest();
    expect([scenario.tasks[0], scenario.runStatus, scenario.status]).toEqual(['cancelled', 'cancelled', 'cancelled']);
  });

  test('cancel over failure: the guilty task and the interrupted one are cancelled (execution R6)', () => {
    const scenario = working().broken('1.1').cancel();
    expect(scenario.tasks).toEqual(['stopping', 'cancelled', 'cancelled']);
    scenario.rest();
    expect([scenario.tasks[0], scenario.runStatus, scenario.status]).toEqual(['cancelled', 'cancelled', 'cancelled']);
  });

  test('crash over pause: paused and draining tasks end interrupted, the rest crashes (execution R7)', () => {
    const scenario = working().pause().crash();
    expect(scenario.tasks).toEqual(['stopping', 'interrupted', 'interrupted']);
    scenario.rest();
    expect([scenario.tasks[0], scenario.runStatus, scenario.status]).toEqual(['interrupted', 'crashed', 'crashed']);
  });

  test('crash over interrupt: the tasks end interrupted, the rest crashes (execution R7)', () => {
    const scenario = working().interrupt().crash().rest();
    expect([scenario.tasks, scenario.runStatus, scenario.status]).toEqual([
      ['interrupted', 'interrupted', 'interrupted'],
      'crashed',
      'crashed',
    ]);
  });

  test('crash over failure: the guilty task still fails (execution R8)', () => {
    const scenario = working().broken('1.1').crash().rest();
    expect([scenario.tasks[0], scenario.runStatus, scenario.status]).toEqual(['failed', 'crashed', 'crashed']);
  });

  test('crash over cancel: the cancelled tasks stay cancelled (execution R9)', () => {
    const scenario = working().cancel().crash().rest();
    expect([scenario.tasks, scenario.runStatus, scenario.status]).toEqual([['cancelled', 'cancelled', 'cancelled'], 'crashed', 'crashed']);
  });

  test('a cancel after the crash is accepted and does not win (execution R9)', () => {
    const scenario = working().crash();
    expect(scenario.ask(cancel)).toBe('unchanged');
    expect(scenario.rest().status).toBe('crashed');
  });
});

describe('every pair of reasons', () => {
  const request = { pause, interrupt: interrupted, failure: brokenEvent('run-1', '1.1'), cancel, crash: crashed } as const;
  const pairs = laneStoppingReasons.flatMap((first) => laneStoppingReasons.map((second) => [first, second] as const));
  const strength = ['pause', 'interrupt', 'failure', 'cancel', 'crash'];

  test.each(pairs)(
    '%s, then %s: the stronger one is recorded, the same or a weaker one has no effect (execution §4.1)',
    (first, second) => {
      const scenario = working().step(request[first]);
      const wins = strength.indexOf(second) > strength.indexOf(first);
      // A task that broke is heard as long as it does not stop for something as strong itself; the lane run keeps its crash.
      const isHeardByTask = first === 'crash' && second === 'failure';
      if (wins) scenario.step(request[second]);
      else if (!isHeardByTask) expect(scenario.ask(request[second])).toBe('unchanged');
      expect(scenario.execution.current.stoppingReason).toBe(wins ? second : first);
      expect(scenario.execution.stop?.reason).toBe(wins ? second : first);
    },
  );

  test('a task that breaks while its execution crashes ends failed, and the crash stays (execution §4.2)', () => {
    const scenario = working().crash().broken('1.1');
    expect(scenario.execution.current.stoppingReason).toBe('crash');
    expect([scenario.rest().tasks[0], scenario.status]).toEqual(['failed', 'crashed']);
  });
});
