/** Scenarios C: rerun, retry, force continue (ui-and-scenarios S16–S23). */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runNumbers, runOf, startScenarios, type Scenarios } from './scenario-server.ts';

let scenarios: Scenarios;
beforeAll(async () => {
  scenarios = await startScenarios();
});
afterAll(async () => await scenarios.api.close());

const firstRun = { laneIndex: 1, laneRunNumber: 1 };

async function ended(name: string, files = 1): Promise<string> {
  const id = await scenarios.run(name, { files });
  await scenarios.toTheEnd(id);
  return id;
}

test('S16 each rerun adds a run to its lane and to the lanes after it, and names its origin', { timeout: 60_000 }, async () => {
  const { api } = scenarios;
  const id = await scenarios.run('checksum-counting-different-lambdas');
  await api.untilWaiting(id);
  expect(await scenarios.ask('rerun', id, firstRun)).toBe('NotEnded');
  expect(await scenarios.ask('cancel', id)).toBe('ok');
  expect(runOf(await api.untilStatus(id, 'cancelled'), 1, 1).status).toBe('cancelled');

  expect(await scenarios.ask('rerun', id, firstRun)).toBe('ok');
  const once = await scenarios.toTheEnd(id);
  expect(once.status).toBe('finished');
  expect([runNumbers(once, 1), runNumbers(once, 2)]).toEqual([[2, 1], [2]]);
  expect(once.lanes[0]?.runs.map((run) => run.runType)).toEqual(['rerun', 'regular']);
  expect(runOf(once, 1, 2)).toMatchObject({ originRunNumber: 1, status: 'finished', iteratedStoreId: runOf(once, 1, 1).iteratedStoreId });
  expect(runOf(once, 2, 2)).toMatchObject({ originRunNumber: null, status: 'finished', runType: 'regular' });

  expect(await scenarios.ask('rerun', id, firstRun)).toBe('ok');
  const twice = await scenarios.toTheEnd(id);
  expect(twice.status).toBe('finished');
  expect([runNumbers(twice, 1), runNumbers(twice, 2)]).toEqual([
    [3, 2, 1],
    [3, 2],
  ]);
  expect(runOf(twice, 1, 3)).toMatchObject({ originRunNumber: 1, runType: 'rerun', status: 'finished' });
  // What the runs before have written stays: two complete ones have.
  const results = Object.entries(twice.storeRegistry).map(async ([, store]) => ({ store, ...(await api.client.stores.details(store)) }));
  const output = (await Promise.all(results)).find(({ type }) => type === 'list');
  const values = (await scenarios.valuesOf(output?.store)) as { readonly algorithm: string; readonly checksum: string }[];
  expect(values.map(({ algorithm }) => algorithm).toSorted()).toEqual([
    'adler32',
    'adler32',
    'md5',
    'md5',
    'sha256',
    'sha256',
    'sha512',
    'sha512',
  ]);
  expect(values.find(({ algorithm }) => algorithm === 'md5')?.checksum).toBe('f899139df5e1059396431415e770c6dd');
});

test('S17 after a failed lane a forced continuation runs the next one under the same number', async () => {
  const id = await ended('workflow-with-sleep-100-failing');
  expect((await scenarios.api.details(id)).status).toBe('failed');
  expect(await scenarios.ask('force_continue', id)).toBe('ok');
  const details = await scenarios.toTheEnd(id);
  expect(details.status).toBe('finished');
  expect([runNumbers(details, 1), runNumbers(details, 2)]).toEqual([[1], [1]]);
  expect([runOf(details, 1, 1).status, runOf(details, 2, 1).status]).toEqual(['failed', 'finished']);
});

test('S18 the rerun of a workflow that fails goes on for a while, and fails again', async () => {
  const { api } = scenarios;
  const id = await ended('workflow-with-sleep-100-failing');
  api.puppets.set(id, 'hold');
  expect(await scenarios.ask('rerun', id, firstRun)).toBe('ok');
  await api.untilWaiting(id);
  expect(['waiting', 'ongoing']).toContain((await api.listedIn(id))[0]);
  const details = await scenarios.toTheEnd(id);
  expect(details.status).toBe('failed');
  expect(details.lanes[0]?.runs.map((run) => [run.runNumber, run.status])).toEqual([
    [2, 'failed'],
    [1, 'failed'],
  ]);
});

test('S19 a retry iterates over exactly the items that failed', async () => {
  const id = await ended('workflow-with-sleep-50-failing', 10);
  const failed = await scenarios.api.details(id);
  expect(failed.status).toBe('failed');
  expect(await scenarios.counters(failed, 1)).toEqual([[0, 10, 10]]);
  expect(await scenarios.ask('retry', id, firstRun)).toBe('ok');
  const details = await scenarios.toTheEnd(id);
  expect(details.status).toBe('failed');
  const [second, first] = details.lanes[0]!.runs;
  expect(second).toMatchObject({ runNumber: 2, runType: 'retry', originRunNumber: 1, iteratedStoreId: first?.exceptionStoreId });
  expect(await scenarios.counters(details, 1)).toEqual([[0, 10, 10]]);
  const exceptions = (await scenarios.valuesOf(first?.exceptionStoreId)).map((entry) => JSON.stringify(entry));
  expect(exceptions).toHaveLength(10);
  for (const file of scenarios.files) expect(exceptions.filter((entry) => entry.includes(file))).toHaveLength(1);
});

test('S20 a run that the threshold stopped can be rerun, not retried', async () => {
  const id = await ended('workflow-with-sleep-100-failing');
  const details = await scenarios.api.details(id);
  expect(runOf(details, 1, 1)).toMatchObject({ isRetriable: false, isRerunable: true });
  expect(await scenarios.ask('retry', id, firstRun)).toBe('RetryFailed');
});

test('S21 automatic retries take what failed, as often as the lane allows', async () => {
  const id = await scenarios.runChanged('workflow-with-sleep-50-failing', (dump) => {
    dump.revision.atmWorkflowSchemaRevision.lanes[0]!.maxRetries = 2;
  });
  const details = await scenarios.toTheEnd(id);
  expect(details.status).toBe('failed');
  expect(details.lanes[0]?.runs.map((run) => [run.runNumber, run.runType, run.originRunNumber, run.status])).toEqual([
    [3, 'retry', 2, 'failed'],
    [2, 'retry', 1, 'failed'],
    [1, 'regular', null, 'failed'],
  ]);
});

test('S21 a breach of the threshold is not retried', async () => {
  const id = await scenarios.runChanged('workflow-with-sleep-50-failing', (dump) => {
    Object.assign(dump.revision.atmWorkflowSchemaRevision.lanes[0]!, { maxRetries: 2, instantFailureExceptionThreshold: 0.1 });
  });
  const details = await scenarios.toTheEnd(id);
  expect([details.status, runNumbers(details, 1)]).toEqual(['failed', [1]]);
});

test('S22 a forced continuation is refused unless a lane follows the failed one', async () => {
  const { api } = scenarios;
  expect(await scenarios.ask('force_continue', await ended('workflow-with-sleep-50-failing'))).toBe('NotResumable');
  expect(await scenarios.ask('force_continue', await ended('echo'))).toBe('NotResumable');
  const id = await scenarios.run('workflow-with-sleep-two-lanes');
  await api.untilWaiting(id);
  expect(await scenarios.ask('force_continue', id)).toBe('NotResumable');
  await scenarios.ask('pause', id);
  await scenarios.letGo(id);
  await api.untilStatus(id, 'paused');
  expect(await scenarios.ask('force_continue', id)).toBe('NotResumable');
  await scenarios.ask('cancel', id);
  expect((await api.details(id)).status).toBe('cancelled');
  expect(await scenarios.ask('force_continue', id)).toBe('NotResumable');
});

test('S23 the flags of a run say what its menu offers', async () => {
  const { api } = scenarios;
  const flags = async (id: string): Promise<readonly boolean[]> => {
    const { isRerunable, isRetriable } = runOf(await api.details(id), 1, 1);
    return [isRerunable, isRetriable];
  };
  const running = await scenarios.run('workflow-with-sleep-one-lane');
  await api.untilWaiting(running);
  expect(await flags(running)).toEqual([false, false]);
  await scenarios.toTheEnd(running);
  expect(await flags(running)).toEqual([true, false]);
  expect(await flags(await ended('workflow-with-sleep-50-failing'))).toEqual([true, true]);
  // Every step of the driver fails: in the end the execution crashes.
  api.database.fault = (verb, params) =>
    verb === 'saveTransition' && (params as { readonly execution: { readonly status: string } }).execution.status === 'active'
      ? 'before'
      : undefined;
  const crashed = await scenarios.run('echo');
  await api.untilStatus(crashed, 'crashed');
  api.database.fault = () => undefined;
  expect(await flags(crashed)).toEqual([false, false]);
});
