/**
 * Any runtime, held to the engine's bounds: a stop ends in time whatever the runtime does (design §3, I4). The engine puts this around the
 * runtime it is given; what keeps the bounds by itself is passed through unchanged.
 *
 * Invariants
 * 1. `run` settles at most `graceMs + OVERDUE_MS` after its signal aborted, `prepare` at most `OVERDUE_MS` after, `dispose` at most `OVERDUE_MS`
 *    after its call, `health` at most `HEALTH_OVERDUE_MS` after: no answer is a bad one. None of them rejects.
 * 2. Nothing of a job is passed on after its outcome: a late answer, heartbeat or output is dropped; that it ended is logged (P1).
 * 3. The place of a job that did not end is taken until it does: no other job is put beside it. Without any place left jobs crash at once.
 * 4. A handle that is ready too late is disposed.
 */
import { makeError, type ErrorObject } from '@laneway/model';
import type { JobControl, JobOutcome, JobToRun, LambdaHandle, LambdaRuntime, PrepareOutcome, TaskToPrepare } from './runtime.ts';

/** Less than a second, so that what the engine records afterwards still comes within it; more than a runtime needs to kill. */
const OVERDUE_MS = 800;
/** A runtime that keeps jobs beyond their end need not be waited for again when it is disposed. */
const DISPOSE_OVERDUE_MS = 100;

/** The end of a node waits for the look at its runtime. */
const HEALTH_OVERDUE_MS = 2000;

type Warn = (fields: Readonly<Record<string, unknown>>, message: string) => void;

export function boundRuntime(runtime: LambdaRuntime, warn: Warn): LambdaRuntime {
  return {
    prepare: async (task, signal) => await prepare(runtime, task, signal, warn),
    ...(runtime.health === undefined ? {} : { health: async () => await healthOf(runtime) }),
    list: () => runtime.list(),
    close: async () => await runtime.close(),
  };
}

async function healthOf(runtime: LambdaRuntime): Promise<ErrorObject | null> {
  const due = new Deadline();
  due.start(HEALTH_OVERDUE_MS);
  const first = await Promise.race([attempt(async () => (await runtime.health?.()) ?? null), due.passed]);
  due.clear();
  if (first === 'overdue') return makeError('atmOpenfaasQueryFailed', { reason: 'It did not answer in time.' });
  return first.ok ? first.value : makeError('atmOpenfaasQueryFailed', { reason: first.reason });
}

async function prepare(runtime: LambdaRuntime, task: TaskToPrepare, signal: AbortSignal, warn: Warn): Promise<PrepareOutcome> {
  const bind = (outcome: PrepareOutcome): PrepareOutcome =>
    outcome.kind === 'ready' ? { kind: 'ready', handle: new BoundedHandle(outcome.handle, task, warn) } : outcome;
  const prepared = attempt(async () => bind(await runtime.prepare(task, signal)));
  const due = new Deadline();
  due.startWith(signal, OVERDUE_MS);
  const first = await Promise.race([prepared, due.passed]);
  due.clear();
  if (first === 'overdue') {
    warn({ event: 'runtimeOverdue', taskId: task.taskId, step: 'prepare' }, 'a preparation did not end after it was stopped');
    void prepared.then(async (late) => (late.ok && late.value.kind === 'ready' ? await late.value.handle.dispose() : undefined));
    return { kind: 'failed', reason: 'The preparation was stopped and did not end in time.' };
  }
  return first.ok ? first.value : { kind: 'failed', reason: first.reason };
}

class BoundedHandle implements LambdaHandle {
  readonly #inner: LambdaHandle;
  readonly #task: TaskToPrepare;
  readonly #warn: Warn;
  readonly #disposed = new AbortController();
  #disposing: Promise<void> | undefined;
  /** Jobs that the runtime has, and those of them that have got their outcome without it. */
  #openCount = 0;
  #overdueCount = 0;
  #placeFreed = Promise.withResolvers<void>();

  constructor(inner: LambdaHandle, task: TaskToPrepare, warn: Warn) {
    this.#inner = inner;
    this.#task = task;
    this.#warn = warn;
  }

  get runners(): number {
    return this.#inner.runners;
  }

  get network(): boolean {
    return this.#inner.network ?? false;
  }

  async run(job: JobToRun, control: JobControl): Promise<JobOutcome> {
    const refused = this.#takePlace() ? undefined : await this.#awaitPlace(control.signal);
    if (refused !== undefined) {
      return refused;
    }
    let isOver = false;
    const guarded: JobControl = {
      signal: control.signal,
      graceMs: control.graceMs,
      onHeartbeat: () => (isOver ? undefined : control.onHeartbeat()),
      onOutput: (text) => (isOver ? undefined : control.onOutput(text)),
    };
    const ended = attempt(async () => await this.#inner.run(job, guarded));
    const due = new Deadline();
    due.startWith(control.signal, control.graceMs + OVERDUE_MS);
    due.startWith(this.#disposed.signal, OVERDUE_MS);
    const first = await Promise.race([ended, due.passed]);
    isOver = true;
    due.clear();
    if (first === 'overdue') {
      this.#report('run', { jobId: job.jobId });
      void this.#keepPlaceUntil(ended, job.jobId);
      return { kind: 'withdrawn', stage: 'unreachable' };
    }
    this.#free();
    if (first.ok) {
      return first.value;
    }
    // Whether the lambda ended is not known; before a stop that is a crash like any other.
    return control.signal.aborted
      ? { kind: 'withdrawn', stage: 'unreachable' }
      : { kind: 'crashed', reason: `The runtime failed: ${first.reason}`, streamed: [] };
  }

  dispose(): Promise<void> {
    this.#disposing ??= this.#dispose();
    return this.#disposing;
  }

  async #dispose(): Promise<void> {
    this.#disposed.abort();
    const due = new Deadline();
    due.start(this.#overdueCount > 0 ? DISPOSE_OVERDUE_MS : OVERDUE_MS);
    const first = await Promise.race([attempt(async () => await this.#inner.dispose()), due.passed]);
    due.clear();
    if (first === 'overdue') {
      this.#report('dispose', {});
    } else if (!first.ok) {
      this.#report('dispose', { reason: first.reason });
    }
  }

  /** How many jobs a runtime takes is its own business as long as it ends them. */
  #takePlace(): boolean {
    if (this.#overdueCount > 0 && this.#openCount >= this.#inner.runners) {
      return false;
    }
    this.#openCount += 1;
    return true;
  }

  /** Takes a place as soon as there is one; an outcome where there will be none. */
  async #awaitPlace(signal: AbortSignal): Promise<JobOutcome | undefined> {
    do {
      if (signal.aborted || this.#disposed.signal.aborted) {
        return { kind: 'withdrawn', stage: 'signal' };
      }
      if (this.#overdueCount >= this.#inner.runners) {
        const reason = `No runner is left: ${this.#overdueCount} earlier jobs were stopped and have not ended.`;
        return { kind: 'crashed', reason, streamed: [] };
      }
      const stopped = new Deadline();
      stopped.startWith(signal, 0);
      stopped.startWith(this.#disposed.signal, 0);
      await Promise.race([this.#placeFreed.promise, stopped.passed]);
      stopped.clear();
    } while (!this.#takePlace());
    return undefined;
  }

  async #keepPlaceUntil(ended: Promise<Attempt<JobOutcome>>, jobId: string): Promise<void> {
    this.#overdueCount += 1;
    const late = await ended;
    const outcome = late.ok ? late.value.kind : 'crashed';
    this.#warn({ event: 'lateAnswerDropped', taskId: this.#task.taskId, jobId, outcome }, 'a job ended after it was given up');
    this.#overdueCount -= 1;
    this.#free();
  }

  #free(): void {
    this.#openCount -= 1;
    this.#placeFreed.resolve();
    this.#placeFreed = Promise.withResolvers<void>();
  }

  #report(step: 'run' | 'dispose', fields: Readonly<Record<string, unknown>>): void {
    const { taskId } = this.#task;
    this.#warn({ event: 'runtimeOverdue', taskId, step, ...fields }, 'a runtime did not end what it was told to end');
  }
}

/** Passes once, some time after the first of its signals; owns its timers and listeners until `clear`. */
class Deadline {
  readonly #passed = Promise.withResolvers<'overdue'>();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #listening: (() => void)[] = [];

  get passed(): Promise<'overdue'> {
    return this.#passed.promise;
  }

  start(afterMs: number): void {
    this.#timers.push(setTimeout(() => this.#passed.resolve('overdue'), afterMs));
  }

  startWith(signal: AbortSignal, afterMs: number): void {
    const start = (): void => this.start(afterMs);
    if (signal.aborted) {
      start();
      return;
    }
    signal.addEventListener('abort', start, { once: true });
    this.#listening.push(() => signal.removeEventListener('abort', start));
  }

  clear(): void {
    for (const timer of this.#timers) {
      clearTimeout(timer);
    }
    for (const stop of this.#listening) {
      stop();
    }
  }
}

type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

/** What the action gives, or what it throws: at once, later, or never. */
async function attempt<T>(action: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await action() };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
