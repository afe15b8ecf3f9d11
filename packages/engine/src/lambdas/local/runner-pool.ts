/**
 * The runners of one task: at most `size`, started when needed, kept warm, replaced when one ended.
 * Ownership: the pool owns its runners from their start until `dispose`.
 */
import type { JobControl, JobOutcome, JobToRun, StopStage } from '../runtime.ts';
import type { ProcessInfo } from '../sandbox/process-table.ts';
import type { ResourceLimits, Runner } from './runner.ts';

export interface PoolOptions {
  readonly size: number;
  /** Starts a runner's process; it may not be ready yet. Rejects when it cannot be started at all. */
  readonly start: () => Promise<Runner>;
  readonly resultNames: readonly string[];
  readonly limits: ResourceLimits;
  /** A runner could not be ended: something of it may still run. */
  readonly unreachable: () => void;
  readonly observer?: RunnerObserver;
}

/** Is told what becomes of each runner, in this order; must not throw. */
export interface RunnerObserver {
  /** Its handler is imported, or why it could not be (`failure`). */
  started(runner: Runner, failure: string | null): void;
  /** It is being ended, or has ended by itself. */
  ending(runner: Runner, byItself: boolean): void;
  /** Nothing of it is left, or something may still run. */
  ended(runner: Runner, isGone: boolean): void;
}

type Acquired = { readonly ok: true; readonly runner: Runner } | { readonly ok: false; readonly reason: string; readonly stage: StopStage };

export class RunnerPool {
  readonly #options: PoolOptions;
  readonly #runners = new Set<Runner>();
  readonly #waiting: (() => void)[] = [];
  /** Runners that work or are about to: never more than the size. */
  #takenCount = 0;
  #isDisposed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#options.size;
  }

  /** Starts the first runner and waits for its handler's import; null, or why that failed. Ends promptly with the signal. */
  async warmUp(signal: AbortSignal): Promise<string | null> {
    const acquired = await this.#startRunner(signal);
    return acquired.ok ? null : acquired.reason;
  }

  /** Never rejects. */
  async run(job: JobToRun, control: JobControl): Promise<JobOutcome> {
    if (!(await this.#takePlace(control.signal))) {
      return { kind: 'withdrawn', stage: 'signal' };
    }
    try {
      const acquired = await this.#acquire(control.signal);
      if (control.signal.aborted || this.#isDisposed) {
        return { kind: 'withdrawn', stage: acquired.ok ? await this.#giveUp(acquired.runner) : acquired.stage };
      }
      if (!acquired.ok) {
        return { kind: 'crashed', reason: acquired.reason, streamed: [] };
      }
      const outcome = await acquired.runner.run(job, control, this.#options.resultNames);
      await this.#removeIfEnded(acquired.runner);
      return outcome;
    } catch (error) {
      return { kind: 'crashed', reason: error instanceof Error ? error.message : String(error), streamed: [] };
    } finally {
      this.#takenCount -= 1;
      this.#waiting.shift()?.();
    }
  }

  beat(): void {
    for (const runner of this.#runners) {
      runner.beat();
    }
  }

  get isBusy(): boolean {
    return [...this.#runners].some((runner) => runner.isBusy);
  }

  enforceLimits(table: readonly ProcessInfo[]): void {
    for (const runner of this.#runners) {
      if (runner.isBusy) {
        runner.enforce(this.#options.limits, table);
      }
    }
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await Promise.all([...this.#runners].map((runner) => this.#drop(runner)));
    for (const wake of this.#waiting.splice(0)) {
      wake();
    }
  }

  /** Waits for one of the places; false when the signal came first. */
  async #takePlace(signal: AbortSignal): Promise<boolean> {
    while (this.#takenCount >= this.#options.size && !signal.aborted && !this.#isDisposed) {
      await this.#nextTurn(signal);
    }
    if (signal.aborted || this.#isDisposed) {
      this.#waiting.shift()?.();
      return false;
    }
    this.#takenCount += 1;
    return true;
  }

  async #nextTurn(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      const onAbort = (): void => {
        const index = this.#waiting.indexOf(wake);
        if (index !== -1) {
          this.#waiting.splice(index, 1);
        }
        resolve();
      };
      this.#waiting.push(wake);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  async #acquire(signal: AbortSignal): Promise<Acquired> {
    for (const runner of this.#runners) {
      if (runner.isIdle && runner.claim()) {
        return { ok: true, runner };
      }
      await this.#removeIfEnded(runner);
    }
    const started = await this.#startRunner(signal);
    if (!started.ok || started.runner.claim()) {
      return started;
    }
    return { ok: false, reason: 'The runner ended right after its start.', stage: await this.#giveUp(started.runner) };
  }

  async #startRunner(signal: AbortSignal): Promise<Acquired> {
    const runner = await this.#options.start().catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
    if (runner instanceof Error) {
      return { ok: false, reason: runner.message, stage: 'signal' };
    }
    this.#runners.add(runner);
    const abort = (): void => void runner.dispose();
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted || this.#isDisposed) {
      abort();
    }
    const failure = await runner.ready;
    signal.removeEventListener('abort', abort);
    this.#options.observer?.started(runner, failure);
    if (failure === null) {
      return { ok: true, runner };
    }
    return { ok: false, reason: failure, stage: await this.#giveUp(runner) };
  }

  /** Ends a runner without a job: how far that had to go, as the job's outcome tells it. */
  async #giveUp(runner: Runner): Promise<StopStage> {
    return (await this.#drop(runner)) ? 'signal' : 'unreachable';
  }

  async #removeIfEnded(runner: Runner): Promise<void> {
    if (runner.isEnded) {
      await this.#drop(runner);
    }
  }

  /** False when something of the runner may still run. */
  async #drop(runner: Runner): Promise<boolean> {
    const isOurs = this.#runners.delete(runner);
    if (isOurs) {
      this.#options.observer?.ending(runner, runner.isEnded);
    }
    const isGone = await runner.dispose();
    if (isOurs) {
      this.#options.observer?.ended(runner, isGone);
    }
    if (isOurs && !isGone) {
      this.#options.unreachable();
    }
    return isGone;
  }
}
