/** Stops: bugs of other engines that ours must never have. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { defineVerb } from '@laneway/engine';
import { cleanScenes, newScene } from '../chaos/scene.ts';
import { stoppedFile } from '../chaos/workload.ts';
import { databaseKinds, sharedPostgres } from '../support/databases.ts';
import { faultyKind } from '../support/faulty-database.ts';
import { untilStopped } from '../support/in-process-runtime.ts';
import { eventProblems, schedule, startTestEngine, waitFor, waitForEnd, type TestEngine } from '../support/test-engine.ts';
import { Flights, numbers, until } from './support.ts';

const engines: TestEngine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0).toReversed()) await engine.close();
  await cleanScenes();
});

const request = (executionId: string) => ({ executionId, actor: 'user', note: null });

const [sqlite] = databaseKinds;

describe('a cancel that fails again and again', () => {
  it('does not spin: tries, writes and log lines are bounded, and it ends cancelled as soon as it can (P18)', async () => {
    const faulty = faultyKind(sqlite ?? (await sharedPostgres('peers')));
    const test = await startTestEngine(faulty, { hang: untilStopped });
    engines.push(test);
    const executionId = await schedule(test, { lanes: [[['hang']]], input: { type: 'list', content: numbers(4) }, batchSize: 1 });
    await until('jobs', () => test.runtime.live > 0);
    expect(await test.engine.executions.cancel(request(executionId))).toMatchObject({ ok: true });
    let failures = 0;
    faulty.latest().fault = (name) => {
      if (name !== 'openWork' && name !== 'saveTransition') return undefined;
      failures += 1;
      return 'before';
    };
    const before = [...faulty.latest().calls.values()].reduce((sum, calls) => sum + calls, 0);
    await until('a few tries', () => failures >= 4, 30_000);
    const until4 = performance.now() + 4000;
    await until('four more seconds', () => performance.now() > until4);
    // A second between two tries when they fail often, beside the loops of the node.
    expect(failures).toBeLessThan(20);
    expect([...faulty.latest().calls.values()].reduce((sum, calls) => sum + calls, 0) - before).toBeLessThan(400);
    expect(test.runtime.live).toBe(0);
    faulty.latest().fault = () => undefined;
    const view = await waitForEnd(test, executionId, 40_000);
    expect(view.execution.status).toBe('cancelled');
    const log = await test.engine.stores.browse(view.execution.systemAuditLogStoreId, {});
    expect(log.ok ? (log.value as { items?: unknown[]; logEntries?: unknown[] }) : {}).toSatisfy(
      (value: { readonly items?: unknown[]; readonly logEntries?: unknown[] }) => (value.items ?? value.logEntries ?? []).length < 10,
    );
  });
});

const openWorkOf = defineVerb('openWorkOf', 'read', async (tx, params: { readonly executionId: string }) => {
  const gates = await tx.get<{ count: number }>('select count(*) as count from gate where execution_id = ? and active = 1', [
    params.executionId,
  ]);
  const slices = await tx.get<{ count: number }>('select count(*) as count from slice where execution_id = ? and node_id is not null', [
    params.executionId,
  ]);
  return { gates: Number(gates?.count), slices: Number(slices?.count) };
});

describe('a cancel that comes while work is being created', () => {
  it('lets nothing escape, at whatever moment it comes and whichever node takes it (P24)', { timeout: 120_000 }, async () => {
    const kind = await sharedPostgres('peers');
    const flights = new Flights();
    const nodes = [await startTestEngine(kind, { echo: flights.lambda(5) }, { config: { nodeId: 'node-1' } })];
    engines.push(...nodes);
    nodes.push(await startTestEngine(kind, { echo: flights.lambda(5) }, { config: { nodeId: 'node-2' } }));
    engines.push(...nodes.slice(1));
    const [first, second] = nodes as [TestEngine, TestEngine];
    const calls = (): number => first.runtime.calls.length + second.runtime.calls.length;
    for (let round = 0; round < 15; round += 1) {
      const executionId = await schedule(first, {
        lanes: [[['echo']], [['echo'], ['echo']]],
        input: { type: 'list', content: numbers(60) },
        batchSize: 2,
      });
      await new Promise((resolve) => setTimeout(resolve, round * 20));
      const taker = round % 2 === 0 ? first : second;
      const cancelled = await taker.engine.executions.cancel(request(executionId));
      const view = await waitForEnd(first, executionId);
      if (!cancelled.ok) continue;
      expect(view.execution.status).toBe('cancelled');
      const after = calls();
      expect([first.runtime.live, second.runtime.live]).toEqual([0, 0]);
      expect(await first.database.call(openWorkOf, { executionId })).toEqual({ gates: 0, slices: 0 });
      await Promise.all(
        [first, second].map(async (node) => await node.engine.executions.waitForChange(executionId, 100, AbortSignal.timeout(100))),
      );
      expect(calls()).toBe(after);
      expect(await eventProblems(first, executionId)).toEqual([]);
    }
    expect(flights.doubled).toEqual([]);
  });
});

describe('a cancel', () => {
  it('reaches the handlers in other processes than the one that takes it (P26)', { timeout: 60_000 }, async () => {
    const scene = await newScene('postgres');
    for (const nodeId of ['node-1', 'node-2']) await scene.startProcess({ nodeId, jobMs: 0 });
    const executionId = await schedule(scene.test, {
      lanes: [[['obedient']]],
      input: { type: 'list', content: numbers(10) },
      batchSize: 1,
    });
    await scene.untilCalls(4);
    await waitFor(scene.test, executionId, (view) => view.execution.status === 'active');
    expect(await scene.observer.executions.cancel(request(executionId))).toEqual({ ok: true, value: undefined });
    expect((await waitForEnd(scene.test, executionId)).execution.status).toBe('cancelled');
    const stopped = (await readFile(join(scene.directory, stoppedFile), 'utf8')).trim().split('\n').toSorted();
    expect(stopped).toEqual(['node-1', 'node-1', 'node-2', 'node-2']);
  });
});
