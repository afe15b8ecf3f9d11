/** Hints between nodes on PostgreSQL (design §5): they make things quick, and nothing depends on them. */
import { Client } from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { openDatabase, type NodeTimings } from '@laneway/engine';
import { hintsApplicationName, PostgresHints } from '../src/persistence/dialects/postgres-hints.ts';
import type { News } from '../src/persistence/hints.ts';
import { sharedPostgres } from '../../../test/support/databases.ts';
import { untilStopped, type InProcessLambda } from '../../../test/support/in-process-runtime.ts';
import {
  eventProblems,
  schedule,
  startTestEngine,
  valuesOf,
  waitFor,
  waitForEnd,
  type TestEngine,
} from '../../../test/support/test-engine.ts';

const never = 3_600_000;
/** A node that finds nothing by itself in the time of a test: whatever it does it was told. */
const withoutPolls: NodeTimings = { leaseMs: 60_000, renewMs: 10_000, lostMs: 50_000, lookMs: never, pollMs: never };

const echo: InProcessLambda = async (job) => {
  await new Promise((resolve) => setTimeout(resolve, 10));
  return { kind: 'answered', response: { resultsBatch: job.request.argsBatch.map((args) => ({ value: args['item'] })) }, streamed: [] };
};
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function until(what: string, holds: () => Promise<boolean> | boolean, timeoutMs = 30_000): Promise<void> {
  for (const deadline = performance.now() + timeoutMs; !(await holds());) {
    if (performance.now() > deadline) throw new Error(`${what} did not come`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** How many hint connections of the database are there; `end` breaks them. */
async function hintConnections(url: string, end = false): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const found = await client.query(
      `select ${end ? 'pg_terminate_backend(pid)' : 'pid'} from pg_stat_activity
       where datname = current_database() and application_name = $1 and state = 'idle' and query ~* '^listen|pg_notify'`,
      [hintsApplicationName],
    );
    return found.rowCount ?? 0;
  } finally {
    await client.end();
  }
}

interface Nodes {
  readonly url: string;
  readonly first: TestEngine;
  readonly second: TestEngine;
}

async function twoNodes(lambda: InProcessLambda, options: { readonly notify: boolean; readonly timings?: NodeTimings }): Promise<Nodes> {
  const kind = await sharedPostgres('hints');
  const node = async (nodeId: string): Promise<TestEngine> => {
    const { notify, ...rest } = options;
    const started = await startTestEngine(kind, { echo: lambda }, { ...rest, config: { nodeId, notify } });
    cleanups.push(started.close);
    return started;
  };
  const [first, second] = [await node('node-1'), await node('node-2')];
  if (options.notify) await until('both hint connections', async () => (await hintConnections(kind.url)) === 2);
  return { url: kind.url, first, second };
}

describe('a hint channel', () => {
  it('tells every other node and not the one that sends', async () => {
    const { url } = await sharedPostgres('hints');
    const heard: Record<string, string[]> = { a: [], b: [], c: [] };
    const open = (name: string): PostgresHints =>
      new PostgresHints(url, (executionId: string, news: News) => heard[name]?.push(`${executionId} ${news}`));
    const channels = ['a', 'b', 'c'].map(open);
    for (const channel of channels) cleanups.push(async () => await channel.close());
    await until('three connections', async () => (await hintConnections(url)) === 3);
    channels[0]?.send('one', 'changed');
    channels[0]?.send('two', 'progressed');
    await until('both hints', () => heard['b']?.length === 2 && heard['c']?.length === 2);
    expect(heard).toEqual({ a: [], b: ['one changed', 'two progressed'], c: ['one changed', 'two progressed'] });
  });

  it('joins the hints of an execution that come within 20 ms, and loses no change among progress', async () => {
    const { url } = await sharedPostgres('hints');
    const heard: string[] = [];
    const sender = new PostgresHints(url, () => undefined);
    const receiver = new PostgresHints(url, (executionId, news) => heard.push(`${executionId} ${news}`));
    cleanups.push(async () => await Promise.all([sender.close(), receiver.close()]).then(() => undefined));
    await until('two connections', async () => (await hintConnections(url)) === 2);
    for (let count = 0; count < 1000; count += 1) sender.send('one', count === 500 ? 'changed' : 'progressed');
    sender.send('last', 'changed');
    await until('the last hint', () => heard.includes('last changed'));
    expect(heard).toEqual(['one changed', 'last changed']);
  });

  it('comes back by itself after its connection broke, as often as that happens', async () => {
    const { url } = await sharedPostgres('hints');
    const heard = new Set<string>();
    const sender = new PostgresHints(url, () => undefined);
    const receiver = new PostgresHints(url, (executionId) => void heard.add(executionId));
    cleanups.push(async () => await Promise.all([sender.close(), receiver.close()]).then(() => undefined));
    for (let round = 0; round < 3; round += 1) {
      await until('two connections', async () => (await hintConnections(url)) === 2);
      await until(`a hint of round ${round}`, () => {
        sender.send(`round ${round}`, 'changed');
        return heard.has(`round ${round}`);
      });
      expect(await hintConnections(url, true)).toBe(2);
    }
  });

  it('does not exist in a database that belongs to one process', async () => {
    const database = await openDatabase({ kind: 'memory' });
    expect('openHints' in database).toBe(false);
    await database.close();
  });
});

describe('two nodes that tell each other', () => {
  it('share an execution from its first item to its end without any poll', { timeout: 60_000 }, async () => {
    const { first, second } = await twoNodes(echo, { notify: true, timings: withoutPolls });
    const executionId = await schedule(first, {
      lanes: [[['echo']], [['echo']]],
      input: { type: 'list', content: numbers(1000) },
      batchSize: 5,
    });
    const view = await waitForEnd(first, executionId, 50_000);
    expect(view.execution.status).toBe('finished');
    expect(await valuesOf(first, view, 'output')).toHaveLength(2000);
    expect([first.runtime.calls.length, second.runtime.calls.length].every((calls) => calls > 0)).toBe(true);
  });

  it('stop at once what the other one runs when one of them takes a cancel', { timeout: 60_000 }, async () => {
    const { first, second } = await twoNodes(untilStopped, { notify: true, timings: withoutPolls });
    const executionId = await schedule(first, { lanes: [[['echo']]], input: { type: 'list', content: numbers(100) }, batchSize: 1 });
    await until('jobs on both nodes', () => first.runtime.live === 2 && second.runtime.live === 2);
    expect(await second.engine.executions.cancel({ executionId, actor: 'user', note: null })).toEqual({ ok: true, value: undefined });
    await until('the end of all jobs', () => first.runtime.live === 0 && second.runtime.live === 0);
    const view = await waitForEnd(second, executionId);
    expect(view.execution.status).toBe('cancelled');
    expect(await eventProblems(second, executionId)).toEqual([]);
  });

  it('wake whoever waits for news of an execution on the other one', async () => {
    const { first, second } = await twoNodes(untilStopped, { notify: true, timings: withoutPolls });
    const executionId = await schedule(first, { lanes: [[['echo']]], input: { type: 'list', content: [1] } });
    await waitFor(first, executionId, (view) => view.execution.status === 'active');
    let isOver = false;
    const waiting = (async () => {
      while (!isOver) {
        await second.engine.executions.waitForChange(executionId, never, new AbortController().signal);
        const view = await second.engine.executions.view(executionId);
        isOver = view?.execution.status === 'cancelled';
      }
    })();
    await first.engine.executions.cancel({ executionId, actor: 'user', note: null });
    await waiting;
    expect(isOver).toBe(true);
  });
});

describe('two nodes that do not tell each other', () => {
  it('keep the bounds of a cancel by their polls alone', { timeout: 60_000 }, async () => {
    const { url, first, second } = await twoNodes(untilStopped, { notify: false });
    const executionId = await schedule(first, { lanes: [[['echo']]], input: { type: 'list', content: numbers(100) }, batchSize: 1 });
    await until('jobs on both nodes', () => first.runtime.live === 2 && second.runtime.live === 2);
    expect(await hintConnections(url)).toBe(0);
    const calls = first.runtime.calls.length + second.runtime.calls.length;
    await second.engine.executions.cancel({ executionId, actor: 'user', note: null });
    await until('the end of all jobs', () => first.runtime.live === 0 && second.runtime.live === 0);
    const view = await waitForEnd(second, executionId);
    expect(view.execution.status).toBe('cancelled');
    expect(first.runtime.calls.length + second.runtime.calls.length).toBe(calls);
  });

  it('run an execution to its end all the same', { timeout: 60_000 }, async () => {
    const { first, second } = await twoNodes(echo, { notify: false });
    const executionId = await schedule(first, {
      lanes: [[['echo']], [['echo']]],
      input: { type: 'list', content: numbers(2000) },
      batchSize: 5,
    });
    const view = await waitForEnd(second, executionId, 50_000);
    expect(view.execution.status).toBe('finished');
    expect(await valuesOf(first, view, 'output')).toHaveLength(4000);
    expect(second.runtime.calls.length).toBeGreaterThan(0);
  });
});

describe('a hint connection that breaks again and again', () => {
  it('loses nothing: the execution goes on to its end on both nodes', { timeout: 60_000 }, async () => {
    const { url, first, second } = await twoNodes(echo, { notify: true });
    const executionId = await schedule(first, { lanes: [[['echo']]], input: { type: 'list', content: numbers(3000) }, batchSize: 5 });
    const over = new AbortController();
    let broken = 0;
    const breaking = (async () => {
      while (!over.signal.aborted) {
        broken += await hintConnections(url, true);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    })();
    const view = await waitForEnd(second, executionId, 50_000);
    over.abort();
    await breaking;
    expect(view.execution.status).toBe('finished');
    expect((await valuesOf(first, view, 'output')).map(Number).toSorted((a, b) => a - b)).toEqual(numbers(3000));
    expect(await eventProblems(first, executionId)).toEqual([]);
    expect(broken).toBeGreaterThan(2);
  });
});
