/** An internal error in each step of an execution (execution §15.4). */
import { describe, expect, test } from 'vitest';
import { crashed, invalid, repeat, resume, someError } from './fixtures.ts';
import { Scenario } from './scenario.ts';

const allInterrupted = ['interrupted', 'interrupted', 'interrupted'];

describe('a crash', () => {
  test('while preparing: preparing, stopping, crashed, and no task is left behind (execution R123)', () => {
    const scenario = new Scenario().preparing().crash();
    expect(scenario.trace).toEqual(['laneRun preparing stopping', 'execution active stopping']);
    expect([scenario.rest().runStatus, scenario.status, scenario.tasks]).toEqual(['crashed', 'crashed', []]);
  });

  test('while preparing, once tasks exist: they are interrupted (execution R123)', () => {
    const scenario = new Scenario().created().crash();
    expect([scenario.tasks, scenario.rest().status]).toEqual([allInterrupted, 'crashed']);
  });

  test('while resuming: suspended tasks turn interrupted in the call (execution R124)', () => {
    const scenario = new Scenario().active('1.1').pause().rest().resume().crash();
    expect(scenario.tasks).toEqual(allInterrupted);
    expect([scenario.rest().runStatus, scenario.status]).toEqual(['crashed', 'crashed']);
  });

  test('while submitting items: tasks without any are interrupted (execution R125)', () => {
    const scenario = new Scenario().active('1.1').crash();
    expect(scenario.tasks).toEqual(['stopping', 'interrupted', 'interrupted']);
    expect([scenario.rest().runStatus, scenario.status]).toEqual(['crashed', 'crashed']);
  });

  test('while a result is processed: the task ends interrupted whatever its results are (execution R126, D11)', () => {
    const scenario = new Scenario().active('1.1').crash().conclude({ '1.1': 'failed' });
    expect([scenario.tasks, scenario.rest().status]).toEqual([allInterrupted, 'crashed']);
  });

  test('while streamed results are handled: the task that broke by it fails (execution R127)', () => {
    const scenario = new Scenario().active('1.1').broken('1.1').crash().rest();
    expect([scenario.tasks, scenario.runStatus, scenario.status]).toEqual([['failed', 'interrupted', 'interrupted'], 'crashed', 'crashed']);
  });

  test('once every task has ended: active, stopping, crashed (execution R128)', () => {
    const scenario = new Scenario().active('1.1').concludeAll().crash();
    expect(scenario.trace).toEqual(['laneRun active stopping', 'execution active stopping']);
    expect([scenario.rest().runStatus, scenario.tasks, scenario.status]).toEqual([
      'crashed',
      ['finished', 'skipped', 'skipped'],
      'crashed',
    ]);
  });

  test('in the last step: the lane run keeps finished, the execution crashes at once (execution R129)', () => {
    const scenario = new Scenario().enqueued().through('ok', 'unused').crash();
    expect([scenario.runStatus, scenario.status]).toEqual(['finished', 'crashed']);
    expect(scenario.execution.stop?.reason).toBe('crash');
    expect(scenario.effectsOf('queueCallback')).toEqual([{ kind: 'queueCallback', url: 'http://callback', status: 'crashed' }]);
    expect(scenario.effectsOf('freezeStores').at(-1)?.storeIds).toEqual(['input-store', 'output-store']);
  });

  test('of an active execution whose next lane had been interrupted in advance: it crashes at once (execution §15.4)', () => {
    const scenario = new Scenario({ lanes: 2 }).enqueued().inAdvance('run-2', 'preparing').fail('run-2', true).through('ok', 'run-3');
    expect([scenario.crash().status, scenario.runStatus]).toEqual(['crashed', 'interrupted']);
  });

  test('while a crash is being handled: nothing changes, and it still ends crashed (execution R130)', () => {
    const scenario = new Scenario().active('1.1').crash();
    expect(scenario.ask(crashed)).toBe('unchanged');
    scenario.stopped();
    expect(scenario.crash().status).toBe('crashed');
  });

  test('nothing is retried, although retries are left (execution R131)', () => {
    const scenario = new Scenario({ maxRetries: 2 }).active('1.1').conclude({ '1.1': 'failed', '1.2': 'ok', '2.1': 'ok' }).crash().rest();
    expect([scenario.status, scenario.runs(1), scenario.flags(1)]).toEqual(['crashed', ['1:crashed'], ['1:']]);
  });

  test('nothing goes on with it (execution R131, R43)', () => {
    const scenario = new Scenario().crash().rest();
    expect([scenario.ask(resume), scenario.ask(repeat('rerun', 1, 1))]).toEqual([
      'atmWorkflowExecutionNotResumable',
      'atmLaneExecutionRerunFailed',
    ]);
  });

  test('the lane run prepared in advance is removed (execution §6.3)', () => {
    const scenario = new Scenario({ lanes: 2 }).active('1.1').inAdvance('run-2', 'enqueued').crash().rest();
    expect([scenario.runs(2), scenario.effectsOf('removeLaneRun').length]).toEqual([[], 1]);
  });

  test('jobs are aborted and open work is given up (execution §8.6)', () => {
    const scenario = new Scenario().active('1.1').crash();
    expect(scenario.effectsOf('closeGate')).toEqual([{ kind: 'closeGate', laneRunId: 'run-1', mode: 'abort' }]);
    expect(scenario.stopped().effectsOf('closeSlices')).toEqual([{ kind: 'closeSlices', laneRunId: 'run-1' }]);
  });

  test('at rest it is refused (execution §3.2)', () => {
    expect(new Scenario().pause().rest().ask(crashed)).toEqual(invalid('paused'));
    expect(new Scenario().interrupt().rest().ask(crashed)).toEqual(invalid('interrupted'));
  });

  test('the error is an emergency entry of the workflow log, and the end is not logged again (execution §12.3)', () => {
    const scenario = new Scenario().active('1.1').crash();
    expect(scenario.entries[0]).toMatchObject({ severity: 'emergency', content: { details: { reason: someError } } });
    expect(scenario.rest().entries).toEqual([]);
  });
});
