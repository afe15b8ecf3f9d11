/** Recovery and ownership: bugs of other engines that ours must never have. */
import { afterEach, describe, expect, it } from 'vitest';
import { defineVerb } from '@laneway/engine';
import { cleanScenes, newScene } from '../chaos/scene.ts';
import { sharedPostgres } from '../support/databases.ts';
import { faultyKind, type Fault } from '../support/faulty-database.ts';
import type { InProcessLambda } from '../support/in-process-runtime.ts';
import { eventProblems, schedule, startTestEngine, valuesOf, waitForEnd, type TestEngine } from '../support/test-engine.ts';
import { Flights, numbers, sameDatabase, sorted, until } from './support.ts';

const engines: TestEngine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0).toReversed()) await engine.close();
  await cleanScenes();
});

async function expectEachOnce(test: TestEngine, executionId: string, count: number): Promise<void> {
  const view = await waitForEnd(test, executionId, 90_000);
  expect(view.execution.status).toBe('finished');
  expect(sorted(await valuesOf(test, view, 'output'))).toEqual(numbers(count));
  expect(Object.values(await test.engine.executions.counters(executionId))).toEqual([
    { itemsInProcessing: 0, itemsProcessed: count, itemsFailed: 0 },
  ]);
  expect(await eventProblems(test, executionId)).toEqual([]);
}

describe('recovery', () => {
  it.each(['sqlite', 'postgres'] as const)(
    'takes everything up again although the database fails in the middle of it: %s (P11)',
    { timeout: 180_000 },
    async (name) => {
      const scene = await newScene(name);
      const dead = await scene.startProcess({ nodeId: 'node-1', jobMs: 20 });
      const input = { type: 'list', content: numbers(1500) } as const;
      const executionIds = await Promise.all(
        [1, 2, 3].map(async () => await schedule(scene.test, { lanes: [[['echo']]], input, batchSize: 5 })),
      );
      await scene.untilCalls(60);
      await scene.kill(dead);

      // Every verb of the recovery fails the first time: before it is done, or after, when only its answer is lost. More failures of
      // one driver in a row would be a broken execution, which crashes (P18).
      const faulty = faultyKind(sameDatabase(scene.location));
      const left = new Map<string, Fault[]>();
      const verbsOfSteps = new Set(['openWork', 'failedTasks', 'thresholdFigures', 'saveTransition']);
      const failing = {
        ...faulty,
        open: async (purpose: string) => {
          const opened = await faulty.open(purpose);
          faulty.latest().fault = (verb) => {
            // The test itself needs these.
            if (verbsOfSteps.has(verb) || verb === 'registerNode' || verb === 'leaveNode' || verb.toLowerCase().includes('space'))
              return undefined;
            const faults = left.get(verb) ?? [left.size % 2 === 0 ? 'before' : 'after'];
            left.set(verb, faults);
            return faults.pop();
          };
          return opened;
        },
      };
      const heir = await startTestEngine(failing, { echo: new Flights().lambda(5) }, { config: { nodeId: 'node-1' } });
      engines.push(heir);
      await until('faults of the verbs of a recovery', () =>
        ['acquireDrives', 'returnDeadSlices', 'activeGates'].every((verb) => left.has(verb)),
      );
      for (const executionId of executionIds) await expectEachOnce(scene.test, executionId, 1500);
    },
  );

  it(
    'by two nodes at once, while one of them already drains, leaves each execution and each batch with one owner (P12)',
    { timeout: 120_000 },
    async () => {
      const scene = await newScene('postgres');
      const dead = await scene.startProcess({ nodeId: 'node-0', jobMs: 200 });
      const executionIds = await Promise.all(
        numbers(8).map(
          async () => await schedule(scene.test, { lanes: [[['echo']]], input: { type: 'list', content: numbers(100) }, batchSize: 5 }),
        ),
      );
      await scene.untilCalls(8);
      await scene.kill(dead);
      const flights = new Flights();
      const kind = sameDatabase(scene.location);
      const heirs = await Promise.all(
        ['node-1', 'node-2'].map(async (nodeId) => await startTestEngine(kind, { echo: flights.lambda(30) }, { config: { nodeId } })),
      );
      const [first, second] = heirs as [TestEngine, TestEngine];
      engines.push(second);
      await until('work of both', () => first.runtime.calls.length > 4 && second.runtime.calls.length > 4);
      const tokens = await second.database.call(driveTokens, null);
      expect(tokens.filter((token) => token > 2)).toEqual([]);
      await first.close();
      const { length } = first.runtime.calls;
      for (const executionId of executionIds) await expectEachOnce(second, executionId, 100);
      expect(first.runtime.calls).toHaveLength(length);
      expect(flights.doubled).toEqual([]);
    },
  );

  it('of a worker that dies takes seconds: its job is run elsewhere within ten (P14)', { timeout: 120_000 }, async () => {
    const scene = await newScene('postgres');
    const dead = await scene.startProcess({ nodeId: 'node-1', jobMs: 90_000 });
    await schedule(scene.test, { lanes: [[['echo']]], input: { type: 'list', content: [1] } });
    await scene.untilCalls(1);
    await scene.startProcess({ nodeId: 'node-2', jobMs: 90_000 });
    const killedAt = Date.now();
    await scene.kill(dead);
    await scene.untilCalls(2);
    const [, call] = await scene.calls();
    expect(call?.nodeId).toBe('node-2');
    expect((call?.at ?? Number.POSITIVE_INFINITY) - killedAt).toBeLessThan(10_000);
  });
});

const driveTokens = defineVerb('driveTokens', 'read', async (tx, _params: null): Promise<readonly number[]> => {
  const found = await tx.all<{ token: number }>('select token from driver');
  return found.map(({ token }) => token);
});

describe('a job that reports success just as its node is declared dead', () => {
  it('has one outcome, recorded once, whoever had it (P13)', { timeout: 120_000 }, async () => {
    const kind = await sharedPostgres('peers');
    const answer = (args: readonly Readonly<Record<string, unknown>>[]) =>
      ({ kind: 'answered', response: { resultsBatch: args.map((arg) => ({ value: arg['item'] })) }, streamed: [] }) as const;
    // Answers at the very moment in which it is told that its node has lost its lease.
    const late: InProcessLambda = async (job, control) => {
      await new Promise<void>((resolve) => control.signal.addEventListener('abort', () => resolve(), { once: true }));
      return answer(job.request.argsBatch);
    };
    const faulty = faultyKind(kind);
    const first = await startTestEngine(faulty, { echo: late }, { config: { nodeId: 'node-1' } });
    engines.push(first);
    const executionId = await schedule(first, { lanes: [[['echo']]], input: { type: 'list', content: numbers(8) }, batchSize: 1 });
    await until('its jobs', () => first.runtime.live === 2);
    const second = await startTestEngine(
      kind,
      { echo: async (job) => await Promise.resolve(answer(job.request.argsBatch)) },
      { config: { nodeId: 'node-2' } },
    );
    engines.push(second);
    let isBack = false;
    faulty.latest().fault = (name) => (!isBack && (name === 'renewNode' || name === 'registerNode') ? 'before' : undefined);
    await until('the end of its jobs', () => first.runtime.live === 0);
    await expectEachOnce(second, executionId, 8);
    isBack = true;
    const events = await second.engine.executions.events(executionId, 0, 1000);
    expect(events.filter(({ subject, to }) => subject === 'task' && to === 'finished')).toHaveLength(1);
    expect(events.filter(({ subject, to }) => subject === 'execution' && to === 'finished')).toHaveLength(1);
  });
});
