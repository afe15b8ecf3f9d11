/** Scenarios A: statuses while a workflow runs (ui-and-scenarios S1–S7). */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runNumbers, runOf, startScenarios, type Scenarios } from './scenario-server.ts';

let scenarios: Scenarios;
beforeAll(async () => {
  scenarios = await startScenarios();
});
afterAll(async () => await scenarios.api.close());

/** Whether the statuses came in this order, possibly with some left out. */
function isSubsequence(seen: readonly (string | null)[], order: readonly string[]): boolean {
  let at = 0;
  return seen.every((status) => {
    at = order.indexOf(status ?? '', at) + 1;
    return at > 0;
  });
}

test('S1 everything ends finished', async () => {
  const { api, files } = scenarios;
  const id = await scenarios.run('echo');
  const details = await scenarios.toTheEnd(id);
  expect(details.status).toBe('finished');
  expect(runOf(details, 1, 1)).toMatchObject({ status: 'finished', runType: 'regular', originRunNumber: null });
  expect(await scenarios.taskStatuses(details, 1)).toEqual(['finished']);
  expect(await scenarios.counters(details, 1)).toEqual([[0, 1, 0]]);
  const { scheduleTime, startTime, finishTime, suspendTime } = details;
  expect(scheduleTime).toBeGreaterThan(0);
  expect(startTime).toBeGreaterThanOrEqual(scheduleTime);
  expect(finishTime).toBeGreaterThanOrEqual(startTime);
  expect(suspendTime).toBe(0);
  const stores = await Promise.all(
    Object.values(details.storeRegistry).map(async (store) => ({ store, ...(await api.client.stores.details(store)) })),
  );
  const output = stores.find(({ initialContent }) => initialContent === null);
  expect(await scenarios.valuesOf(output?.store)).toMatchObject([{ fileId: files[0] }]);
});

test('S2 a lane is preparing before it is active, and its boxes follow one another', async () => {
  const latch = scenarios.holdPreparing();
  const id = await scenarios.run('workflow-with-sleep-one-lane');
  const preparing = await scenarios.api.until(id, async (details) => (await scenarios.api.tasks(details, 1)).length === 2);
  expect([preparing.status, runOf(preparing, 1, 1).status]).toEqual(['active', 'preparing']);
  expect(await scenarios.taskStatuses(preparing, 1)).toEqual(['pending', 'pending']);
  scenarios.goOnPreparing(latch);
  await scenarios.api.untilWaiting(id);
  expect(await scenarios.taskStatuses(await scenarios.api.details(id), 1)).toEqual(['active', 'pending']);
  await scenarios.letGo(id);
  await scenarios.api.until(id, async (details) => (await scenarios.taskStatuses(details, 1))[1] === 'active');
  expect(await scenarios.taskStatuses(await scenarios.api.details(id), 1)).toEqual(['finished', 'active']);
  const details = await scenarios.toTheEnd(id);
  expect(await scenarios.taskStatuses(details, 1)).toEqual(['finished', 'finished']);
  expect(await scenarios.pathOf(id, 1)).toSatisfy((path: string[]) =>
    isSubsequence(path, ['scheduled', 'preparing', 'enqueued', 'active', 'finished']),
  );
  expect(await scenarios.pathOf(id)).toEqual(['scheduled', 'active', 'stopping', 'finished']);
});

test('S3 an ended execution can be removed, and is in no list any more', async () => {
  const id = await scenarios.run('echo');
  await scenarios.toTheEnd(id);
  expect(await scenarios.api.listedIn(id)).toEqual(['ended']);
  expect(await scenarios.ask('delete', id)).toBe('ok');
  expect(await scenarios.api.listedIn(id)).toEqual([]);
  expect(await scenarios.get(id)).toMatchObject({ status: 404, id: 'notFound' });
});

test('S4 an execution that runs cannot be removed, and goes on untouched', async () => {
  const id = await scenarios.run('workflow-with-sleep-one-lane');
  await scenarios.api.untilWaiting(id);
  const before = await scenarios.api.details(id);
  expect(await scenarios.ask('delete', id)).toBe('NotStopped');
  expect(await scenarios.api.details(id)).toEqual(before);
  expect((await scenarios.toTheEnd(id)).status).toBe('finished');
});

test('S5 paused while it was being prepared, it is resumed and finishes in the same run', async () => {
  const { api } = scenarios;
  const latch = scenarios.holdPreparing();
  const id = await scenarios.run('workflow-with-sleep-one-lane');
  await api.until(id, async (details) => (await api.tasks(details, 1)).length === 2);
  expect(await scenarios.ask('pause', id)).toBe('ok');
  scenarios.goOnPreparing(latch);
  const paused = await api.untilStatus(id, 'paused');
  expect(paused.suspendTime).toBeGreaterThan(0);
  expect(await scenarios.taskStatuses(paused, 1)).toEqual(['paused', 'paused']);
  const again = scenarios.holdPreparing();
  expect(await scenarios.ask('resume', id)).toBe('ok');
  const resuming = await api.until(id, async (details) => (await scenarios.taskStatuses(details, 1)).includes('resuming'));
  expect(await scenarios.taskStatuses(resuming, 1)).toEqual(['resuming', 'resuming']);
  scenarios.goOnPreparing(again);
  await api.untilWaiting(id);
  expect(await scenarios.taskStatuses(await api.details(id), 1)).toEqual(['active', 'pending']);
  const details = await scenarios.toTheEnd(id);
  expect(details.status).toBe('finished');
  expect(runNumbers(details, 1)).toEqual([1]);
  expect(await scenarios.taskStatuses(details, 1)).toEqual(['finished', 'finished']);
  expect(await scenarios.counters(details, 1)).toEqual([
    [0, 1, 0],
    [0, 1, 0],
  ]);
});

test('S6 a pause waits for the running batch, and after the resume nothing is done twice', async () => {
  const { api } = scenarios;
  const id = await scenarios.run('workflow-with-sleep-one-lane');
  await api.untilWaiting(id);
  const calls = api.runtime.calls.length;
  expect(await scenarios.ask('pause', id)).toBe('ok');
  const stopping = await api.details(id);
  expect(stopping.status).toBe('stopping');
  expect(await scenarios.taskStatuses(stopping, 1)).toEqual(['stopping', 'paused']);
  // The job is still there: nothing was aborted.
  expect(api.puppets.waitingOf(id)).toBe(1);
  await scenarios.letGo(id);
  const paused = await api.untilStatus(id, 'paused');
  expect(await scenarios.counters(paused, 1)).toEqual([
    [0, 1, 0],
    [0, 0, 0],
  ]);
  expect(await scenarios.ask('resume', id)).toBe('ok');
  await api.untilWaiting(id);
  await api.until(id, async (details) => (await scenarios.taskStatuses(details, 1))[0] === 'finished');
  expect(await scenarios.taskStatuses(await api.details(id), 1)).toEqual(['finished', 'active']);
  const details = await scenarios.toTheEnd(id);
  expect(details.status).toBe('finished');
  expect(await scenarios.counters(details, 1)).toEqual([
    [0, 1, 0],
    [0, 1, 0],
  ]);
  // One more job, that of the second task.
  expect(api.runtime.calls.length).toBe(calls + 1);
});

test('S7 an execution wanders over the lists, and is in exactly one at any time', async () => {
  const { api } = scenarios;
  const latch = scenarios.holdPreparing();
  // The driver waits before its first step: the execution stays in its first list.
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const holdDriver = async (verb: string, params: unknown): Promise<undefined> => {
    if (verb === 'saveTransition' && (params as { readonly drive: unknown }).drive !== null) await held;
    return undefined;
  };
  api.database.fault = holdDriver;
  const id = await scenarios.run('workflow-with-sleep-one-box');
  const seen = [await api.listedIn(id)];
  api.database.fault = () => undefined;
  release();
  scenarios.goOnPreparing(latch);
  await api.untilWaiting(id, 2);
  seen.push(await api.listedIn(id));
  expect(await scenarios.ask('pause', id)).toBe('ok');
  seen.push(await api.listedIn(id));
  await scenarios.letGo(id, 2);
  await api.untilStatus(id, 'paused');
  seen.push(await api.listedIn(id));
  const again = scenarios.holdPreparing();
  expect(await scenarios.ask('resume', id)).toBe('ok');
  seen.push(await api.listedIn(id));
  scenarios.goOnPreparing(again);
  await scenarios.toTheEnd(id);
  seen.push(await api.listedIn(id));
  expect(seen).toEqual([['waiting'], ['ongoing'], ['ongoing'], ['suspended'], ['waiting'], ['ended']]);
});
