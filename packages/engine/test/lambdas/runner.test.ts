/** One runner over a process that the test plays: what it says of a stop, and when it may take another job. */
import { duplexPair, type Duplex } from 'node:stream';
import { beforeEach, describe, expect, test, vi, type Mock } from 'vitest';
import { encodeFrame, FrameDecoder } from '../../src/lambdas/local/frames.ts';
import type { JobSpace } from '../../src/lambdas/local/job-space.ts';
import { Runner } from '../../src/lambdas/local/runner.ts';
import { RunnerPool } from '../../src/lambdas/local/runner-pool.ts';
import type { JobControl, JobOutcome, JobToRun } from '../../src/lambdas/runtime.ts';
import type { SandboxedProcess } from '../../src/lambdas/sandbox/sandboxed-process.ts';

const job: JobToRun = { jobId: 'j', request: { ctx: { config: {} }, argsBatch: [] }, fileLinks: [] };

/** The process's side of the connection: hears frames, says frames. */
class PlayedProcess {
  readonly heard: string[] = [];
  readonly exit = Promise.withResolvers<string>();
  killWorks = true;
  killCount = 0;
  onFrame: (kind: string) => void = () => undefined;
  readonly process: SandboxedProcess;
  readonly #socket: Duplex;

  constructor() {
    const [control, socket] = duplexPair();
    this.#socket = socket;
    const decoder = new FrameDecoder();
    socket.on('data', (data: Buffer) => {
      for (const { kind } of decoder.feed(data)) {
        this.heard.push(kind);
        this.onFrame(kind);
      }
    });
    this.process = {
      control,
      stdout: null,
      stderr: null,
      ended: this.exit.promise,
      processesIn: () => [{ pid: 1, parentPid: 0, residentBytes: 1_000 }],
      kill: async (): Promise<boolean> => {
        this.killCount += 1;
        return await Promise.resolve(this.killWorks);
      },
    } as unknown as SandboxedProcess;
  }

  say(kind: string, text = ''): void {
    this.#socket.write(encodeFrame(kind, text));
  }

  sayBytes(...bytes: readonly number[]): void {
    this.#socket.write(Buffer.from(bytes));
  }
}

const collected = { streamed: [], problem: null };
let played: PlayedProcess;
let space: { prepare: Mock<() => Promise<void>>; collect: Mock<() => Promise<unknown>> };
let discarded: unknown[];
let stop: AbortController;

beforeEach(() => {
  played = new PlayedProcess();
  space = { prepare: vi.fn<() => Promise<void>>(async () => await Promise.resolve()), collect: vi.fn<() => Promise<unknown>>() };
  space.collect.mockResolvedValue(collected);
  discarded = [];
  stop = new AbortController();
});

function startRunner(): Runner {
  return new Runner(played.process, space as unknown as JobSpace, (unused) => discarded.push(unused));
}

async function readyRunner(): Promise<Runner> {
  const runner = startRunner();
  played.say('R');
  expect(await runner.ready).toBeNull();
  expect(runner.claim()).toBe(true);
  return runner;
}

function control(graceMs = 20): JobControl {
  return { signal: stop.signal, graceMs, onHeartbeat: () => undefined, onOutput: () => undefined };
}

/** Runs a job that is stopped as soon as the process has it; then the process does `afterStop`. */
async function stoppedJob(afterStop: () => void, graceMs?: number): Promise<{ readonly runner: Runner; readonly outcome: JobOutcome }> {
  const runner = await readyRunner();
  played.onFrame = (kind) => {
    if (kind === 'J') stop.abort();
    if (kind === 'S') afterStop();
  };
  return { runner, outcome: await runner.run(job, control(graceMs), []) };
}

describe('the stage of a stopped job', () => {
  test('is signal when the job ended by itself, with its runner or with an error', async () => {
    for (const end of [
      (): void => played.say('T'),
      (): void => played.say('X', 'interrupted'),
      (): void => played.exit.resolve('signal SIGTERM'),
    ]) {
      played = new PlayedProcess();
      stop = new AbortController();
      const { runner, outcome } = await stoppedJob(end, 60_000);
      expect(outcome).toEqual({ kind: 'withdrawn', stage: 'signal' });
      expect(played.killCount).toBeGreaterThan(0);
      expect(runner.claim()).toBe(false);
    }
  });

  test('is kill when the grace was over, or when it needed more than it may during the grace', async () => {
    expect((await stoppedJob(() => undefined)).outcome).toEqual({ kind: 'withdrawn', stage: 'kill' });
    played = new PlayedProcess();
    stop = new AbortController();
    const limits = { memoryBytes: 10, processCount: 10 };
    const runner = await readyRunner();
    played.onFrame = (kind) => {
      if (kind === 'J') stop.abort();
      if (kind === 'S') runner.enforce(limits, []);
    };
    expect(await runner.run(job, control(60_000), [])).toEqual({ kind: 'withdrawn', stage: 'kill' });
  });

  test.each(['T', ''])('is unreachable when something is left after the kill, and the runner takes no other job: "%s"', async (last) => {
    played.killWorks = false;
    const { runner, outcome } = await stoppedJob(() => (last === '' ? undefined : played.say(last)));
    expect(outcome).toEqual({ kind: 'withdrawn', stage: 'unreachable' });
    expect(runner.isEnded).toBe(true);
    expect(runner.claim()).toBe(false);
  });

  test('is none when an answer came within the grace: it counts, and the runner ends', async () => {
    const { runner, outcome } = await stoppedJob(() => played.say('A', '{"resultsBatch":[]}'), 60_000);
    expect(outcome).toEqual({ kind: 'answered', response: { resultsBatch: [] }, streamed: [] });
    expect(runner.isEnded).toBe(true);
    expect(discarded).toHaveLength(1);
  });
});

describe('a runner', () => {
  test('that died while results were collected does not come back to life', async () => {
    const runner = await readyRunner();
    played.onFrame = () => played.say('A', 'null');
    space.collect.mockImplementation(async () => {
      played.exit.resolve('exit code 1');
      return await Promise.resolve(collected);
    });
    expect(await runner.run(job, control(), [])).toMatchObject({ kind: 'answered' });
    expect(runner.isIdle).toBe(false);
    expect(runner.isEnded).toBe(true);
  });

  test('reads what a job streamed only when nothing can write any more', async () => {
    const runner = await readyRunner();
    played.onFrame = () => played.exit.resolve('signal SIGKILL');
    let killCountWhenCollected = 0;
    space.collect.mockImplementation(async () => {
      killCountWhenCollected = played.killCount;
      return await Promise.resolve(collected);
    });
    expect(await runner.run(job, control(), ['stats'])).toMatchObject({ kind: 'crashed' });
    expect(killCountWhenCollected).toBe(1);
  });

  test('whose directories cannot be made ready fails this job only', async () => {
    const runner = await readyRunner();
    space.prepare.mockRejectedValue(new Error('EACCES'));
    expect(await runner.run(job, control(), [])).toMatchObject({ kind: 'crashed', reason: expect.stringContaining('EACCES') });
    expect(runner.isEnded).toBe(true);
  });

  test('that announces an endless frame fails its job instead of filling memory', async () => {
    const runner = await readyRunner();
    played.onFrame = () => played.sayBytes(65, 255, 255, 255, 255);
    expect(await runner.run(job, control(), [])).toMatchObject({ kind: 'crashed', reason: expect.stringContaining('limit') });
    expect(played.killCount).toBeGreaterThan(0);
  });
});

describe('a pool', () => {
  const pool = (unreachable: () => void): RunnerPool =>
    new RunnerPool({
      size: 1,
      start: async () => await Promise.resolve(startRunner()),
      resultNames: [],
      limits: { memoryBytes: null, processCount: 10 },
      unreachable,
    });

  test('starts another runner after an unreachable one, and tells of it once', async () => {
    const unreachable = vi.fn<() => void>();
    const runners = pool(unreachable);
    const first = played;
    first.killWorks = false;
    first.onFrame = (kind) => (kind === 'J' ? stop.abort() : undefined);
    const outcome = runners.run(job, control());
    first.say('R');
    expect(await outcome).toEqual({ kind: 'withdrawn', stage: 'unreachable' });
    expect(unreachable).toHaveBeenCalledOnce();
    played = new PlayedProcess();
    stop = new AbortController();
    played.onFrame = () => played.say('A', 'null');
    const next = runners.run(job, control());
    played.say('R');
    expect(await next).toMatchObject({ kind: 'answered' });
    expect(first.heard.filter((kind) => kind === 'J')).toHaveLength(1);
  });

  test('says unreachable when a runner that was being started cannot be ended', async () => {
    played.killWorks = false;
    const outcome = pool(() => undefined).run(job, control());
    await Promise.resolve();
    stop.abort();
    expect(await outcome).toEqual({ kind: 'withdrawn', stage: 'unreachable' });
  });
});
