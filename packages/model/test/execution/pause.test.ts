import { describe, expect, test } from 'vitest';
import { invalid, pause } from './fixtures.ts';
import { Scenario } from './scenario.ts';

const allPaused = ['paused', 'paused', 'paused'];

describe('pause of what goes on', () => {
  test('while scheduled: the run is paused without components, the other lanes are not touched (execution R51)', () => {
    const scenario = new Scenario({ lanes: 2 }).pause();
    expect([scenario.runStatus, scenario.status]).toEqual(['stopping', 'stopping']);
    scenario.rest();
    expect([scenario.runStatus, scenario.status, scenario.execution.current.boxes]).toEqual(['paused', 'paused', []]);
    expect(scenario.runs(2)).toEqual([]);
  });

  test('while enqueued: all tasks are paused in the call, the run in advance is removed (execution R52)', () => {
    const scenario = new Scenario({ lanes: 2 }).enqueued().inAdvance('run-2', 'enqueued').pause();
    expect(scenario.tasks).toEqual(allPaused);
    scenario.rest();
    expect([scenario.runStatus, scenario.status, scenario.runs(2)]).toEqual(['paused', 'paused', []]);
    expect(scenario.effectsOf('removeLaneRun').map((effect) => effect.laneRun.status)).toEqual(['interrupted']);
  });

  test('while active: tasks with items drain, the others are paused at once (execution R53)', () => {
    const scenario = new Scenario().active('1.1').pause();
    expect(scenario.tasks).toEqual(['stopping', 'paused', 'paused']);
    expect([scenario.runStatus, scenario.status]).toEqual(['stopping', 'stopping']);
    expect([scenario.rest().tasks, scenario.runStatus, scenario.status]).toEqual([allPaused, 'paused', 'paused']);
  });

  test('jobs in flight run to their end, and what is open is kept for the resume (execution R53)', () => {
    const scenario = new Scenario().active('1.1').pause();
    expect(scenario.effectsOf('closeGate')).toEqual([{ kind: 'closeGate', laneRunId: 'run-1', mode: 'drain' }]);
    scenario.stopped();
    expect(scenario.effectsOf('returnSlices')).toEqual([{ kind: 'returnSlices', laneRunId: 'run-1' }]);
    expect(scenario.effectsOf('closeSlices')).toEqual([]);
  });

  test('a task with nothing left ends paused, unless it was concluded before (execution §7.2)', () => {
    const scenario = new Scenario().active('1.1', '1.2').conclude({ '1.1': 'failed' }).pause();
    expect(scenario.conclude({ '1.2': 'ok' }).tasks).toEqual(['failed', 'paused', 'paused']);
    expect(scenario.rest().status).toBe('paused');
  });

  test('it is told to whoever waits, and the global stores freeze (execution §7.2, §13.2)', () => {
    const scenario = new Scenario().active('1.1').pause().rest();
    expect(scenario.effectsOf('queueCallback')).toEqual([{ kind: 'queueCallback', url: 'http://callback', status: 'paused' }]);
    expect(scenario.effectsOf('freezeStores').map((effect) => effect.storeIds)).toEqual([['input-store', 'output-store']]);
  });

  test('no retry follows, although a task failed and retries are left (execution R56)', () => {
    const scenario = new Scenario({ maxRetries: 2 }).active('1.1').conclude({ '1.1': 'failed', '1.2': 'ok', '2.1': 'ok' }).pause().rest();
    expect([scenario.status, scenario.runs(1), scenario.execution.lanes[0]?.retriesLeft]).toEqual(['paused', ['1:paused'], 2]);
  });
});

describe('pause that changes nothing', () => {
  test('of a paused execution it is refused (execution R54)', () => {
    const scenario = new Scenario().active('1.1').pause().rest();
    expect(scenario.ask(pause)).toEqual(invalid('paused'));
  });

  test('of an interrupted execution it is refused (execution R54)', () => {
    const scenario = new Scenario().active('1.1').interrupt().rest();
    expect(scenario.ask(pause)).toEqual(invalid('interrupted'));
  });

  test('twice is accepted twice (execution §7.2, I10)', () => {
    const scenario = new Scenario().active('1.1').pause();
    expect(scenario.ask({ ...pause, actor: 'other' })).toBe('unchanged');
    expect(scenario.execution.stop?.actor).toBe('user');
  });

  test('after a cancel it is accepted and ignored (execution §7.8)', () => {
    const scenario = new Scenario().active('1.1').cancel();
    expect(scenario.ask(pause)).toBe('unchanged');
    expect(scenario.rest().status).toBe('cancelled');
  });
});

describe('pause of a resuming execution', () => {
  test('tasks interrupted in an earlier incarnation turn paused (execution R55)', () => {
    const scenario = new Scenario().active('1.1').interrupt().rest().resume().pause();
    expect(scenario.tasks).toEqual(allPaused);
    expect([scenario.rest().runStatus, scenario.status]).toEqual(['paused', 'paused']);
    expect(scenario.resume().pause().rest().tasks).toEqual(allPaused);
  });

  test('tasks interrupted in this incarnation stay so (execution §3.4)', () => {
    const scenario = new Scenario().active('1.1').interrupt();
    expect(scenario.tasks).toEqual(['stopping', 'interrupted', 'interrupted']);
    expect(scenario.ask(pause)).toBe('unchanged');
    expect(scenario.tasks).toEqual(['stopping', 'interrupted', 'interrupted']);
  });

  test('tasks that wait again are paused with the others (execution §7.8)', () => {
    const scenario = new Scenario().active('1.1').pause().rest().resume();
    scenario.resumingTasks('1.1', '1.2').resumedTasks({ '1.2': false });
    expect(scenario.pause().tasks).toEqual(allPaused);
    expect(scenario.rest().status).toBe('paused');
  });

  test('a task that has its runtime again drains like any active one (execution §3.4)', () => {
    const scenario = new Scenario().active('1.1').pause().rest().resume().resumingTasks('1.1').resumedTasks({ '1.1': true });
    expect(scenario.pause().tasks).toEqual(['stopping', 'paused', 'paused']);
    expect(scenario.rest().tasks).toEqual(allPaused);
  });
});
