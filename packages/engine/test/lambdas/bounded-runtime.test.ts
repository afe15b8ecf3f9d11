/** A runtime that an embedder wrote may do anything: the engine's bounds hold all the same. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { boundRuntime } from '../../src/lambdas/bounded-runtime.ts';
import type { JobControl, JobOutcome, LambdaHandle, LambdaRuntime, PrepareOutcome, TaskToPrepare } from '../../src/lambdas/runtime.ts';

const task = { taskId: 't1' } as unknown as TaskToPrepare;
const job = { jobId: 'j1', request: { ctx: { config: {} }, argsBatch: [] }, fileLinks: [] };
const answered: JobOutcome = { kind: 'answered', response: null, streamed: [] };
const unreachable: JobOutcome = { kind: 'withdrawn', stage: 'unreachable' };
const never = async (): Promise<never> => await new Promise<never>(() => undefined);
const graceMs = 10_000;
/** Grace and one second, of which a part is left for recording what happened. */
const latestMs = graceMs + 900;

const warnings: unknown[] = [];

/** The handle of a runtime that does what it is told here. */
async function bound(parts: Partial<LambdaHandle>): Promise<LambdaHandle> {
  const handle: LambdaHandle = { runners: 1, run: never, dispose: async () => await Promise.resolve(), ...parts };
  const prepared = await boundRuntime(
    runtimeOf(async () => await Promise.resolve({ kind: 'ready', handle })),
    warn,
  ).prepare(task, new AbortController().signal);
  return prepared.kind === 'ready' ? prepared.handle : expect.unreachable(prepared.reason);
}

function runtimeOf(prepare: LambdaRuntime['prepare']): LambdaRuntime {
  return { prepare, list: () => [], close: async () => await Promise.resolve() };
}

function warn(fields: Readonly<Record<string, unknown>>): void {
  warnings.push(fields);
}

function control(signal: AbortSignal, more: Partial<JobControl> = {}): JobControl {
  return { signal, graceMs, onHeartbeat: () => undefined, onOutput: () => undefined, ...more };
}

/** Milliseconds of the test's clock until it settles. */
async function timed<T>(promise: Promise<T>): Promise<{ readonly value: T; readonly ms: number }> {
  const startedAt = performance.now();
  return await promise.then((value) => ({ value, ms: performance.now() - startedAt }));
}

beforeEach(() => {
  warnings.length = 0;
  vi.useFakeTimers();
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('a job', () => {
  test('that its runtime never ends is unreachable within the grace and a second, and said so', async () => {
    const handle = await bound({});
    const stop = new AbortController();
    const outcome = timed(handle.run(job, control(stop.signal)));
    stop.abort();
    await vi.advanceTimersByTimeAsync(graceMs);
    await vi.advanceTimersByTimeAsync(1_000);
    const { value, ms } = await outcome;
    expect(value).toEqual(unreachable);
    expect(ms).toBeGreaterThan(graceMs);
    expect(ms).toBeLessThanOrEqual(latestMs);
    expect(warnings).toMatchObject([{ event: 'runtimeOverdue', step: 'run', taskId: 't1', jobId: 'j1' }]);
  });

  test('that was stopped before it began is bounded too', async () => {
    const handle = await bound({});
    const outcome = timed(handle.run(job, control(AbortSignal.abort(), { graceMs: 0 })));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await outcome).toMatchObject({ value: unreachable, ms: expect.toSatisfy((ms: number) => ms <= 900) });
  });

  test('has no bound as long as it is not stopped', async () => {
    const ending = Promise.withResolvers<JobOutcome>();
    const handle = await bound({ run: async () => await ending.promise });
    const outcome = handle.run(job, control(new AbortController().signal));
    await vi.advanceTimersByTimeAsync(3_600_000);
    ending.resolve(answered);
    expect(await outcome).toEqual(answered);
    expect(warnings).toEqual([]);
  });

  test('has the answer that comes within the grace', async () => {
    const stop = new AbortController();
    const ending = Promise.withResolvers<JobOutcome>();
    const handle = await bound({ run: async () => await ending.promise });
    const outcome = handle.run(job, control(stop.signal));
    stop.abort();
    await vi.advanceTimersByTimeAsync(graceMs - 1);
    ending.resolve(answered);
    expect(await outcome).toEqual(answered);
  });

  test('whose answer comes too late stays unreachable, and what it says is dropped', async () => {
    const stop = new AbortController();
    const ending = Promise.withResolvers<JobOutcome>();
    let inner: JobControl | undefined;
    const handle = await bound({
      run: async (_job, given) => {
        inner = given;
        return await ending.promise;
      },
    });
    const heard: string[] = [];
    const listening = { onHeartbeat: () => heard.push('heartbeat'), onOutput: (text: string) => heard.push(text) };
    const outcome = handle.run(job, control(stop.signal, listening));
    inner?.onOutput('in time');
    stop.abort();
    await vi.advanceTimersByTimeAsync(latestMs);
    ending.resolve(answered);
    inner?.onHeartbeat();
    inner?.onOutput('too late');
    expect(await outcome).toEqual(unreachable);
    expect(heard).toEqual(['in time']);
  });

  test('whose runtime throws or rejects crashed; after a stop nobody knows what became of it', async () => {
    const throwing = await bound({
      run: () => {
        throw new Error('at once');
      },
    });
    expect(await throwing.run(job, control(new AbortController().signal))).toMatchObject({
      kind: 'crashed',
      reason: expect.stringContaining('at once'),
    });
    const ending = Promise.withResolvers<JobOutcome>();
    const rejecting = await bound({ run: async () => await ending.promise });
    const stop = new AbortController();
    const outcome = rejecting.run(job, control(stop.signal));
    stop.abort();
    ending.reject(new Error('later'));
    expect(await outcome).toEqual(unreachable);
  });

  test('that is unreachable keeps its place: the next one waits for another, or crashes when there is none', async () => {
    const endings: PromiseWithResolvers<JobOutcome>[] = [];
    const handle = await bound({
      runners: 2,
      run: async () => {
        const ending = Promise.withResolvers<JobOutcome>();
        endings.push(ending);
        return await ending.promise;
      },
    });
    const lose = async (): Promise<void> => {
      const stop = new AbortController();
      const outcome = handle.run(job, control(stop.signal, { graceMs: 0 }));
      await vi.advanceTimersByTimeAsync(0);
      stop.abort();
      await vi.advanceTimersByTimeAsync(1_000);
      expect(await outcome).toEqual(unreachable);
    };
    const open = new AbortController().signal;
    await lose();
    const second = handle.run(job, control(open));
    const third = handle.run(job, control(open));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(endings).toHaveLength(2);
    endings[1]?.resolve(answered);
    expect(await second).toEqual(answered);
    await vi.advanceTimersByTimeAsync(0);
    expect(endings).toHaveLength(3);
    endings[2]?.resolve(answered);
    expect(await third).toEqual(answered);
    await lose();
    expect(await handle.run(job, control(open))).toMatchObject({ kind: 'crashed', reason: expect.stringContaining('No runner is left') });
    expect(endings).toHaveLength(4);
    // The first one ends after all: its place is free again.
    endings[0]?.resolve(answered);
    await vi.advanceTimersByTimeAsync(0);
    void handle.run(job, control(open));
    await vi.advanceTimersByTimeAsync(0);
    expect(endings).toHaveLength(5);
  });

  test('that waits for a place is withdrawn as soon as it is stopped', async () => {
    const handle = await bound({ runners: 2 });
    const lost = handle.run(job, control(AbortSignal.abort(), { graceMs: 0 }));
    await vi.advanceTimersByTimeAsync(1_000);
    await lost;
    void handle.run(job, control(new AbortController().signal));
    const stop = new AbortController();
    const waiting = handle.run(job, control(stop.signal));
    await vi.advanceTimersByTimeAsync(0);
    stop.abort();
    await vi.advanceTimersByTimeAsync(0);
    expect(await waiting).toEqual({ kind: 'withdrawn', stage: 'signal' });
  });
});

describe('disposing', () => {
  test('ends within a second though the runtime does not, and takes its jobs along', async () => {
    const handle = await bound({ dispose: never });
    const outcome = timed(handle.run(job, control(new AbortController().signal)));
    const disposed = timed(handle.dispose());
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await disposed).ms).toBeLessThanOrEqual(900);
    expect(await outcome).toMatchObject({ value: unreachable, ms: expect.toSatisfy((ms: number) => ms <= 900) });
    expect(warnings).toContainEqual({ event: 'runtimeOverdue', step: 'dispose', taskId: 't1' });
  });

  test('after an unreachable job does not add another second to the stop', async () => {
    const handle = await bound({ dispose: never });
    const stop = new AbortController();
    const stopped = timed(handle.run(job, control(stop.signal)).then(async () => await handle.dispose()));
    stop.abort();
    await vi.advanceTimersByTimeAsync(graceMs + 1_000);
    expect((await stopped).ms).toBeLessThanOrEqual(latestMs);
  });

  test('does not reject when the runtime does, and disposes once', async () => {
    let count = 0;
    const handle = await bound({
      dispose: async () => {
        count += 1;
        await Promise.reject(new Error('no'));
      },
    });
    await Promise.all([handle.dispose(), handle.dispose()]);
    expect(count).toBe(1);
    expect(warnings).toMatchObject([{ step: 'dispose', reason: 'no' }]);
  });
});

describe('preparing', () => {
  test('ends within a second of its stop though the runtime does not; a handle that is ready too late is disposed', async () => {
    const late = Promise.withResolvers<PrepareOutcome>();
    const stop = new AbortController();
    const prepared = timed(
      boundRuntime(
        runtimeOf(async () => await late.promise),
        warn,
      ).prepare(task, stop.signal),
    );
    await vi.advanceTimersByTimeAsync(3_600_000);
    stop.abort();
    const stoppedAt = performance.now();
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await prepared).value).toMatchObject({ kind: 'failed', reason: expect.stringContaining('stopped') });
    expect((await prepared).ms - stoppedAt).toBeLessThanOrEqual(900);
    const dispose = vi.fn<() => Promise<void>>(async () => await Promise.resolve());
    late.resolve({ kind: 'ready', handle: { runners: 1, run: never, dispose } });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(dispose).toHaveBeenCalledOnce();
  });

  test('fails when the runtime throws or rejects', async () => {
    const { signal } = new AbortController();
    const throwing = runtimeOf(() => {
      throw new Error('at once');
    });
    expect(await boundRuntime(throwing, warn).prepare(task, signal)).toEqual({ kind: 'failed', reason: 'at once' });
    const rejecting = runtimeOf(async () => await Promise.reject(new Error('later')));
    expect(await boundRuntime(rejecting, warn).prepare(task, signal)).toEqual({ kind: 'failed', reason: 'later' });
  });
});

describe('the look at a runtime', () => {
  const healthOf = (health: NonNullable<LambdaRuntime['health']>) => boundRuntime({ ...runtimeOf(never), health }, warn).health?.();

  test('is bad when it does not answer, throws or rejects', async () => {
    const overdue = healthOf(never);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await overdue).toMatchObject({ id: 'atmOpenfaasQueryFailed' });
    const throwing = healthOf(() => {
      throw new Error('at once');
    });
    expect(await throwing).toMatchObject({ id: 'atmOpenfaasQueryFailed', details: { reason: 'at once' } });
    const rejecting = healthOf(async () => await Promise.reject(new Error('later')));
    expect(await rejecting).toMatchObject({ id: 'atmOpenfaasQueryFailed', details: { reason: 'later' } });
  });

  test('is passed on, and absent where there is nothing to look at', async () => {
    expect(await healthOf(async () => await Promise.resolve(null))).toBeNull();
    expect(Object.keys(boundRuntime(runtimeOf(never), warn))).not.toContain('health');
  });
});
