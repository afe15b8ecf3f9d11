/** Scenarios B: pause and cancel (ui-and-scenarios S8–S15). */
import type { ExecutionDetails } from '@laneway/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runNumbers, runOf, startScenarios, type Scenarios } from './scenario-server.ts';

let scenarios: Scenarios;
beforeAll(async () => {
  scenarios = await startScenarios();
});
afterAll(async () => await scenarios.api.close());

const stops = [
  ['pause', 'paused'],
  ['cancel', 'cancelled'],
] as const;

/** A lane that was not reached: no run has a number, and in the end there is none at all. */
function expectUnscheduled(details: ExecutionDetails, lane: number): void {
  expect(runNumbers(details, lane)).toEqual([]);
}

test('S8 paused in the first lane, the second one is unscheduled', async () => {
  const { api } = scenarios;
  const id = await scenarios.run('workflow-with-sleep-two-lanes');
  await api.untilWaiting(id);
  expect(await scenarios.ask('pause', id)).toBe('ok');
  await scenarios.letGo(id);
  const details = await api.untilStatus(id, 'paused');
  expect(runOf(details, 1, 1).status).toBe('paused');
  const [first, second] = await scenarios.taskStatuses(details, 1);
  expect(['paused', 'finished']).toContain(first);
  expect(second).toBe('paused');
  expectUnscheduled(details, 2);
  await scenarios.ask('cancel', id);
});

test.each(stops)('S9 stopped in the second lane by a %s, the first one stays finished', async (command, status) => {
  const { api } = scenarios;
  const id = await scenarios.run('workflow-with-sleep-two-lanes');
  await scenarios.letGo(id, 2);
  await api.until(id, ({ lanes }) => lanes[1]?.runs[0]?.status === 'active');
  await scenarios.letGo(id);
  await api.untilWaiting(id);
  expect(await scenarios.ask(command, id)).toBe('ok');
  if (command === 'pause') {
    expect((await api.details(id)).status).toBe('stopping');
    await scenarios.letGo(id);
  }
  const details = await api.untilStatus(id, status);
  expect([runOf(details, 1, 1).status, runOf(details, 2, 1).status]).toEqual(['finished', status]);
  expect(await scenarios.taskStatuses(details, 1)).toEqual(['finished', 'finished']);
  const [first, second, third] = await scenarios.taskStatuses(details, 2);
  expect(['finished', status]).toContain(first);
  expect([second, third]).toEqual([status, status]);
  expect(await scenarios.pathOf(id)).toEqual(['scheduled', 'active', 'stopping', status]);
  if (command === 'cancel') {
    expect(details.finishTime).toBeGreaterThan(0);
    expect(await scenarios.ask('resume', id)).toBe('NotResumable');
  } else await scenarios.ask('cancel', id);
});

test.each(stops)('S10 stopped by a %s while the first lane is being prepared, its tasks have that status', async (command, status) => {
  const { api } = scenarios;
  const latch = scenarios.holdPreparing();
  const id = await scenarios.run('workflow-with-sleep-two-lanes');
  await api.until(id, async (now) => runOf(now, 1, 1).status === 'preparing' && (await api.tasks(now, 1)).length === 2);
  expect(await scenarios.ask(command, id)).toBe('ok');
  scenarios.goOnPreparing(latch);
  const details = await api.untilStatus(id, status);
  expect(runOf(details, 1, 1).status).toBe(status);
  expect(await scenarios.taskStatuses(details, 1)).toEqual([status, status]);
  expectUnscheduled(details, 2);
  await scenarios.ask('cancel', id);
});

test('S11 cancelled in the first lane: the running batch is aborted', async () => {
  const { api } = scenarios;
  const id = await scenarios.run('workflow-with-sleep-two-lanes');
  await scenarios.letGo(id);
  await api.until(id, async (details) => (await scenarios.taskStatuses(details, 1))[1] === 'active');
  await api.untilWaiting(id);
  expect(await scenarios.ask('cancel', id)).toBe('ok');
  // Nobody lets the job go: it ends because it was told to.
  const details = await api.untilStatus(id, 'cancelled');
  expect(api.puppets.waitingOf(id)).toBe(0);
  expect(runOf(details, 1, 1).status).toBe('cancelled');
  const [first, second] = await scenarios.taskStatuses(details, 1);
  expect(['finished', 'cancelled']).toContain(first);
  expect(second).toBe('cancelled');
  expect(await scenarios.counters(details, 1)).toEqual([
    [0, 1, 0],
    [0, 0, 0],
  ]);
  expectUnscheduled(details, 2);
  expect(await scenarios.pathOf(id)).toEqual(['scheduled', 'active', 'stopping', 'cancelled']);
});

test('S12 a paused execution is cancelled inside the request', async () => {
  const { api } = scenarios;
  const id = await scenarios.run('workflow-with-sleep-one-box');
  await api.untilWaiting(id, 2);
  await scenarios.ask('pause', id);
  await scenarios.letGo(id, 2);
  const paused = await api.untilStatus(id, 'paused');
  expect(await scenarios.taskStatuses(paused, 1)).toEqual(['paused', 'paused']);
  expect(await api.listedIn(id)).toEqual(['suspended']);
  expect(await scenarios.ask('cancel', id)).toBe('ok');
  const details = await api.details(id);
  expect([details.status, runOf(details, 1, 1).status]).toEqual(['cancelled', 'cancelled']);
  expect(await scenarios.taskStatuses(details, 1)).toEqual(['cancelled', 'cancelled']);
  expect(await api.listedIn(id)).toEqual(['ended']);
});

test('S13 a cancel wins over a pause that is under way; a paused task becomes cancelled', async () => {
  const { api } = scenarios;
  const id = await scenarios.run('workflow-with-sleep-one-box');
  await api.untilWaiting(id, 2);
  expect(await scenarios.ask('pause', id)).toBe('ok');
  api.puppets.endOne(id, 'go');
  await api.until(id, async (details) => (await api.tasks(details, 1)).some((task) => task.itemsProcessed === 1));
  expect((await api.details(id)).status).toBe('stopping');
  expect(await scenarios.ask('cancel', id)).toBe('ok');
  const details = await api.untilStatus(id, 'cancelled');
  expect(runOf(details, 1, 1).status).toBe('cancelled');
  for (const status of await scenarios.taskStatuses(details, 1)) expect(['cancelled', 'finished']).toContain(status);
  expect(await scenarios.taskStatuses(details, 1)).toContain('cancelled');
});

describe('S14 stop requests are idempotent', () => {
  test.each([
    [['pause', 'pause'], 'paused'],
    [['cancel', 'cancel'], 'cancelled'],
    [['cancel', 'pause'], 'cancelled'],
  ] as const)('%j is accepted twice, and it ends %s', async (commands, status) => {
    const { api } = scenarios;
    const id = await scenarios.run('workflow-with-sleep-one-box');
    await api.untilWaiting(id, 2);
    api.puppets.set(id, 'ignoreStop');
    for (const command of commands) expect(await scenarios.ask(command, id)).toBe('ok');
    expect((await api.details(id)).status).toBe('stopping');
    api.puppets.set(id, 'go');
    await api.untilStatus(id, status);
    if (status === 'cancelled') expect(await scenarios.ask('cancel', id)).toBe('Ended');
    else await scenarios.ask('cancel', id);
  });
});

test('S15 cancelled right after scheduling, it ends without a processed item', async () => {
  const { api } = scenarios;
  const id = await scenarios.run('workflow-with-sleep-one-box');
  expect(await scenarios.ask('cancel', id)).toBe('ok');
  const details = await api.untilStatus(id, 'cancelled');
  for (const [, processed, failed] of await scenarios.counters(details, 1)) expect([processed, failed]).toEqual([0, 0]);
});
