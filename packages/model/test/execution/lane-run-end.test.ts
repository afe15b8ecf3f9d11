/** How a lane run ends and what follows it (execution §6.5). */
import { describe, expect, test } from 'vitest';
import { invalid } from './fixtures.ts';
import { Scenario } from './scenario.ts';

describe('the end of a lane run', () => {
  test('it waits for every task (execution §8.3)', () => {
    const scenario = new Scenario().enqueued();
    const drained = { kind: 'laneRunDrained', laneRunId: 'run-1', newRunId: 'run-2' } as const;
    expect(scenario.ask(drained)).toEqual(invalid('enqueued', 'finished'));
    scenario.start('1.1');
    expect(scenario.ask(drained)).toEqual(invalid('active', 'finished'));
    scenario.conclude({ '1.1': 'ok', '1.2': 'ok' });
    expect(scenario.ask(drained)).toEqual(invalid('active', 'finished'));
    expect(scenario.ask({ kind: 'laneRunStopped', laneRunId: 'run-1' })).toEqual(invalid('active', 'interrupted'));
    expect(scenario.ask({ kind: 'executionDrained' })).toEqual(invalid('active', 'interrupted'));
  });

  test('plain success passes through the statuses of the walk-through (execution §18.1)', () => {
    const scenario = new Scenario({ lanes: 2 }).active('1.1').inAdvance('run-2', 'enqueued').concludeAll().drained('run-3');
    expect(scenario.status).toBe('active');
    scenario.concludeAll().drained('run-4');
    expect([scenario.runs(1), scenario.runs(2), scenario.status]).toEqual([['1:finished'], ['1:finished'], 'stopping']);
    scenario.finish();
    expect([scenario.status, scenario.flags(1), scenario.flags(2)]).toEqual(['finished', ['1:r'], ['1:r']]);
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

  test('skipped tasks count as success, one failed task fails the run (execution §3.5)', () => {
    const scenario = new Scenario().active('1.1').conclude({ '1.1': 'ok', '1.2': 'ok', '2.1': 'ok' }).drained('run-2');
    expect([scenario.tasks, scenario.runStatus]).toEqual([['finished', 'skipped', 'skipped'], 'finished']);
    expect(new Scenario().enqueued().through('failed', 'run-2').runStatus).toBe('failed');
  });

  test('no callback url, no callback; no global stores, nothing frozen (execution §15.6)', () => {
    const scenario = new Scenario({ over: { callback: null, storeRegistry: {} } }).enqueued().through('ok', 'run-2').finish();
    expect([scenario.effectsOf('queueCallback'), scenario.effectsOf('freezeStores')]).toEqual([[], []]);
  });
});

describe('what follows (the decision table)', () => {
  /** Two lanes with one retry each; the first lane is the current one. */
  const twoLanes = (): Scenario => new Scenario({ lanes: 2, maxRetries: 1 }).enqueued();

  test('failed by its items, retries left: a retry over the failed items (execution §6.5)', () => {
    const scenario = twoLanes().through('failed', 'run-2');
    expect([scenario.status, scenario.runs(1), scenario.execution.lanes[0]?.retriesLeft]).toEqual([
      'active',
      ['2:scheduled', '1:failed'],
      0,
    ]);
    expect(scenario.execution.current).toMatchObject({
      id: 'run-2',
      originRunNumber: 1,
      runType: 'retry',
      iteratedStoreId: 'run-1.exceptions',
    });
    expect(scenario.effectsOf('archiveLaneRun').map((effect) => [effect.laneRun.id, effect.laneRun.status])).toEqual([['run-1', 'failed']]);
  });

  test('failed by its items, no retries left: the execution fails (execution §6.5)', () => {
    const scenario = twoLanes().through('failed', 'run-2').enqueued().through('failed', 'run-3');
    expect([scenario.status, scenario.runs(1)]).toEqual(['stopping', ['2:failed', '1:failed']]);
    expect([scenario.finish().status, scenario.runs(2)]).toEqual(['failed', []]);
  });

  test('failed with a reason: the execution fails, retries are not used (execution §6.5)', () => {
    const scenario = twoLanes().start('1.1').broken('1.1').rest();
    expect([scenario.status, scenario.runs(1), scenario.execution.lanes[0]?.retriesLeft]).toEqual(['failed', ['1:failed'], 1]);
  });

  test('finished, more lanes: the next one, as a fresh run when none was prepared (execution §6.5)', () => {
    const scenario = twoLanes().through('ok', 'run-2');
    expect([scenario.status, scenario.runs(1), scenario.runs(2)]).toEqual(['active', ['1:finished'], ['1:scheduled']]);
    expect(scenario.execution.current).toMatchObject({ id: 'run-2', runType: 'regular', originRunNumber: null });
  });

  test('finished, last lane: the execution finishes (execution §6.5)', () => {
    const scenario = twoLanes().through('ok', 'run-2').enqueued().through('ok', 'run-3');
    expect([scenario.status, scenario.finish().status]).toEqual(['stopping', 'finished']);
  });

  const stops = {
    cancelled: (scenario: Scenario) => scenario.cancel(),
    crashed: (scenario: Scenario) => scenario.crash(),
    paused: (scenario: Scenario) => scenario.pause(),
    interrupted: (scenario: Scenario) => scenario.interrupt(),
  };

  test.each(['cancelled', 'crashed', 'paused', 'interrupted'] as const)(
    '%s: the execution takes over that status and nothing follows (execution §6.5)',
    (status) => {
      const scenario = stops[status](twoLanes().start('1.1').conclude({ '1.1': 'failed' })).rest();
      expect([scenario.status, scenario.runs(1), scenario.runs(2)]).toEqual([status, [`1:${status}`], []]);
    },
  );
});

describe('retries', () => {
  test('as many as the lane has, over the failed items of the run before (execution R106)', () => {
    const scenario = new Scenario({ maxRetries: 2 }).enqueued().through('failed', 'run-2').enqueued();
    expect(scenario.execution.current.iteratedStoreId).toBe('run-1.exceptions');
    scenario.through('failed', 'run-3').enqueued();
    expect(scenario.execution.current.iteratedStoreId).toBe('run-2.exceptions');
    scenario.through('failed', 'unused').finish();
    expect([scenario.status, scenario.runs(1)]).toEqual(['failed', ['3:failed', '2:failed', '1:failed']]);
  });

  test('at most three runs with two retries, again after each regular entry (execution R113)', () => {
    const scenario = new Scenario({ lanes: 2, maxRetries: 2 });
    scenario.enqueued().through('failed', 'run-2').enqueued().through('failed', 'run-3').enqueued().through('ok', 'run-4');
    scenario.enqueued().through('failed', 'run-5').enqueued().through('failed', 'run-6').enqueued().through('failed', 'unused').finish();
    expect([scenario.runs(1), scenario.runs(2)]).toEqual([
      ['3:finished', '2:failed', '1:failed'],
      ['5:failed', '4:failed', '3:failed'],
    ]);
    scenario.repeat('rerun', 1, 3, 'run-7').enqueued().through('ok', 'run-8').enqueued();
    expect(scenario.execution.lanes.map((lane) => lane.retriesLeft)).toEqual([0, 2]);
  });

  test('the store that a retry iterates is not unfrozen: it is no global one (execution §13.2)', () => {
    const scenario = new Scenario({ maxRetries: 2 }).enqueued().through('failed', 'run-2').enqueued().through('failed', 'run-3');
    expect(scenario.effectsOf('unfreezeStores')).toEqual([]);
  });

  test('each is logged with its selector and the retries left (execution §12.3)', () => {
    const scenario = new Scenario({ maxRetries: 2 }).enqueued().through('failed', 'run-2');
    expect(scenario.entries.at(-1)?.content.details).toEqual({ scheduledLaneRunSelector: { laneIndex: 1, RunNumber: 2 }, retriesLeft: 1 });
  });

  test('an in-advance run does not survive the failure of the current lane (execution §18.2)', () => {
    const scenario = new Scenario({ lanes: 2 }).enqueued().inAdvance('run-2', 'enqueued').through('failed', 'run-3');
    expect([scenario.status, scenario.runs(2)]).toEqual(['stopping', ['-:enqueued']]);
    scenario.finish();
    expect([scenario.status, scenario.runs(2), scenario.effectsOf('removeLaneRun').length]).toEqual(['failed', [], 1]);
  });
});
