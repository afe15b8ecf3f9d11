/**
 * Ten mixed executions on two nodes over PostgreSQL while a random node is killed every 2 s (design §3, §4; I5, I6, I13, I15).
 * The suite runs a short form; `npm run chaos` the full one: 60 s, ten executions, at least eight kills that hit a driver.
 */
import type { ChildProcess } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { waitFor, waitForEnd, type WorkflowOptions } from '../support/test-engine.ts';
import { lookAt, type Look } from './look.ts';
import { cleanScenes, newScene, type Scene } from './scene.ts';
import { isSpoilt, measuredWorkflow, problemsOf, secondOf, type Expected } from './workload.ts';

/** `jobMs`: both nodes together run at most 16 jobs at once, so that the work lasts longer than the killing on any machine. */
const isFull = process.env['LANEWAY_TEST_CHAOS'] === 'full';
const form = isFull
  ? { executions: 10, killingMs: 60_000, leastKillsOfDrivers: 8, jobMs: 280 }
  : { executions: 4, killingMs: 16_000, leastKillsOfDrivers: 2, jobMs: 200 };
const itemCount = 20_000;
const killEveryMs = 2000;
/** Most that an execution may be without a driver after the last kill of its driver. */
const longestGapMs = 10_000;

afterEach(cleanScenes);

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const items = numbers(itemCount);
const spoilt = items.filter(isSpoilt);
const sound = items.filter((item) => !isSpoilt(item));

interface Kind {
  readonly options: WorkflowOptions;
  readonly expected: Expected;
  /** Paused and resumed while nodes are killed. */
  readonly pauses: boolean;
}

/** Two lanes, 2 % of the items fail in the first run of the lane, an automatic retry, a streamed result of every task. */
function kindOf(index: number): Kind {
  const list = { type: 'list', content: items } as const;
  const range = { type: 'range', content: { start: 0, end: itemCount, step: 1 } } as const;
  const first = [
    { laneIndex: 1, runNumber: 1, status: 'failed', processed: itemCount, failed: spoilt.length, measured: itemCount },
    { laneIndex: 1, runNumber: 2, status: 'finished', processed: spoilt.length, failed: 0, measured: itemCount + spoilt.length },
  ];
  const second = { laneIndex: 2, runNumber: 2, status: 'finished', processed: itemCount, failed: 0, measured: itemCount };
  const finished: Expected = { status: 'finished', output: [...items, ...items.map(secondOf)], runs: [...first, second] };
  const common = { input: index % 2 === 0 ? list : range, batchSize: 100, maxRetries: 1 };
  switch (index % 4) {
    case 0:
      return { options: { ...common, lanes: [[['flaky']], [['second']]] }, expected: finished, pauses: false };
    case 1:
      return { options: { ...common, lanes: [[['flaky']], [['second']]], batchSize: 80 }, expected: finished, pauses: true };
    case 2:
      // Two tasks side by side in the second lane: one of them writes nothing.
      return {
        options: { ...common, lanes: [[['flaky']], [['second', 'silent']]], collects: ['flaky', 'second'] },
        expected: finished,
        pauses: false,
      };
    default: {
      // What fails in the second lane fails again in its retry, and the execution with it.
      const runs = [
        { laneIndex: 1, runNumber: 1, status: 'finished', processed: itemCount, failed: 0, measured: itemCount },
        { laneIndex: 2, runNumber: 1, status: 'failed', processed: itemCount, failed: spoilt.length, measured: itemCount },
        {
          laneIndex: 2,
          runNumber: 2,
          status: 'failed',
          processed: spoilt.length,
          failed: spoilt.length,
          measured: itemCount + spoilt.length,
        },
      ];
      const output = [...items, ...sound.map(secondOf)];
      return { options: { ...common, lanes: [[['echo']], [['broken']]] }, expected: { status: 'failed', output, runs }, pauses: false };
    }
  }
}

/** Watches in the database how long executions are without a driver after the last kill of theirs. */
class Gaps {
  readonly #look: Look;
  /** Executions whose driver was killed: when, and which drive it was. */
  readonly #open = new Map<string, { readonly since: number; readonly drive: string }>();
  readonly lengths: number[] = [];
  readonly #ending = new AbortController();
  readonly #ended: Promise<void>;

  constructor(look: Look) {
    this.#look = look;
    this.#ended = this.#watch();
  }

  /** To be called before the node is killed; returns how many executions it drives. */
  async killing(nodeId: string): Promise<number> {
    const token = await this.#look.nodeToken(nodeId);
    const drives = (await this.#look.drivers()).filter((driver) => driver.nodeId === nodeId && driver.nodeToken === token);
    const since = performance.now();
    for (const drive of drives) this.#open.set(drive.executionId, { since, drive: `${drive.nodeId} ${drive.nodeToken} ${drive.token}` });
    return drives.length;
  }

  /** A node that drives something. */
  async driver(): Promise<string | undefined> {
    const [driver] = await this.#look.drivers();
    return driver?.nodeId;
  }

  async end(): Promise<void> {
    this.#ending.abort();
    await this.#ended;
    for (const { since } of this.#open.values()) this.lengths.push(performance.now() - since);
  }

  async #watch(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      await this.#tick();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await this.#tick();
  }

  async #tick(): Promise<void> {
    const seenAt = performance.now();
    const driven = new Map((await this.#look.drivers()).map((row) => [row.executionId, `${row.nodeId} ${row.nodeToken} ${row.token}`]));
    const waiting = new Set(await this.#look.open());
    for (const [executionId, gap] of this.#open) {
      // Without a row it waits for a driver, unless it has ended or is suspended.
      const drive = driven.get(executionId);
      if (waiting.has(executionId) && (drive === undefined || drive === gap.drive)) continue;
      if (gap.since > seenAt) continue;
      this.#open.delete(executionId);
      this.lengths.push(performance.now() - gap.since);
    }
  }
}

describe(`${form.executions} mixed executions on two nodes, a random one killed every ${killEveryMs / 1000} s during ${form.killingMs / 1000} s`, () => {
  it(
    'all end as expected: no item is lost or doubled, and no execution is without a driver for more than 10 s',
    { timeout: 900_000 },
    async () => {
      const scene = await newScene('postgres');
      const look = await lookAt(scene.url);
      const gaps = new Gaps(look);
      const startedAt = performance.now();
      const nodes = new Map<string, Promise<ChildProcess>>();
      for (const nodeId of ['node-1', 'node-2']) nodes.set(nodeId, scene.startProcess({ nodeId, jobMs: form.jobMs }));
      await Promise.all(nodes.values());
      const kinds = Array.from({ length: form.executions }, (_, index) => kindOf(index));
      const ids: string[] = [];
      for (const { options } of kinds) {
        const scheduled = await scene.observer.executions.schedule(measuredWorkflow(scene.test, options));
        if (!scheduled.ok) throw new Error(scheduled.error.description);
        ids.push(scheduled.value.executionId);
      }
      const pausing = Promise.all(
        kinds.map(async (kind, index) => (kind.pauses ? await pauseAndResume(scene, ids[index] ?? '') : undefined)),
      );

      let kills = 0;
      let killsOfDrivers = 0;
      for (const until = performance.now() + form.killingMs; performance.now() < until;) {
        await new Promise((resolve) => setTimeout(resolve, killEveryMs));
        // The last ones are no longer random when chance has spared the drivers.
        const isDriverDue = form.leastKillsOfDrivers - killsOfDrivers >= (until - performance.now()) / killEveryMs - 1;
        const driver = isDriverDue ? await gaps.driver() : undefined;
        const nodeId = driver !== undefined && nodes.has(driver) ? driver : ([...nodes.keys()][Math.floor(Math.random() * 2)] ?? '');
        const child = await nodes.get(nodeId);
        if (child === undefined) throw new Error(`${nodeId} is not there`);
        const driven = await gaps.killing(nodeId);
        await scene.kill(child);
        nodes.delete(nodeId);
        kills += 1;
        if (driven > 0) killsOfDrivers += 1;
        // It comes back and takes its own work at once, or a new machine takes its place and the lease has to run out.
        const heir = Math.random() < 0.5 ? nodeId : `node-${kills + 2}`;
        nodes.set(heir, scene.startProcess({ nodeId: heir, jobMs: form.jobMs }));
      }
      const openAtTheEnd = (await look.open()).length;
      await pausing;
      for (const executionId of ids) await waitForEnd(scene.test, executionId, 600_000);
      await gaps.end();
      await look.close();
      await Promise.all(nodes.values());

      const longest = Math.max(0, ...gaps.lengths);
      const { length: calls } = await scene.calls();
      console.log(
        `${kills} kills, ${killsOfDrivers} of them of a driver; ${gaps.lengths.length} times an execution lost its driver, at most for ` +
          `${Math.round(longest)} ms; ${openAtTheEnd} of ${ids.length} executions were open after the last kill; ${calls} calls of lambdas; ` +
          `${Math.round((performance.now() - startedAt) / 1000)} s in all`,
      );
      for (const [index, executionId] of ids.entries()) {
        const expected = kinds[index]?.expected;
        if (expected === undefined) throw new Error('an execution is of no kind');
        expect(await problemsOf(scene.test, executionId, expected), `execution ${index}`).toEqual([]);
      }
      expect(killsOfDrivers).toBeGreaterThanOrEqual(form.leastKillsOfDrivers);
      expect(longest).toBeLessThanOrEqual(longestGapMs);
    },
  );
});

/** Twice, somewhere in the middle; an execution that ended meanwhile is left alone. */
async function pauseAndResume(scene: Scene, executionId: string): Promise<void> {
  const request = { executionId, actor: 'user', note: null };
  const { executions } = scene.observer;
  for (let round = 0; round < 2; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, form.killingMs / 5));
    const paused = await executions.pause(request);
    if (!paused.ok) return;
    await waitFor(scene.test, executionId, (view) => view.execution.status === 'paused', 60_000);
    expect(await executions.resume(request)).toMatchObject({ ok: true });
  }
}
