/**
 * Lambdas that do what the test says, execution by execution. A job waits until somebody tells it how to end; preparing and
 * disposing of runtimes can be held as well, so that an execution stays in any status for as long as a test looks at it.
 */
import type { JobOutcome, LambdaRuntime, PrepareOutcome, TaskToPrepare } from '@laneway/engine';
import { InProcessRuntime, perItem, type InProcessLambda } from '../../support/in-process-runtime.ts';

/** go: as the lambda by itself would; fail: every item ends with an exception; throw: the whole batch fails. */
export type Ending = 'go' | 'fail' | 'throw';
/** hold: waits for an ending, or for the stop; ignoreStop: does not even end when it is stopped. */
export type Behaviour = Ending | 'hold' | 'ignoreStop';

interface WaitingJob {
  readonly executionId: string;
  readonly end: (ending: Ending) => void;
}

export class Puppets {
  readonly #behaviours = new Map<string, Behaviour>();
  readonly #waiting = new Set<WaitingJob>();
  /** What a job does whose execution nobody said anything about. */
  standard: Behaviour = 'hold';
  readonly #natural: InProcessLambda;

  /** What a job does that is let go; without it, it gives its items back. */
  constructor(natural: InProcessLambda = perItem((args) => ({ value: args['value'] }))) {
    this.#natural = natural;
  }

  readonly lambda: InProcessLambda = async (job, control, task) => {
    const behaviour = this.#behaviours.get(task.executionId) ?? this.standard;
    const ending = behaviour === 'hold' || behaviour === 'ignoreStop' ? await this.#wait(task.executionId, control.signal) : behaviour;
    if (ending === null) return { kind: 'withdrawn', stage: 'signal' };
    return await (ending === 'go' ? this.#natural : failures[ending])(job, control, task);
  };

  /** From now on; jobs that wait already end that way, too. */
  set(executionId: string, behaviour: Behaviour): void {
    this.#behaviours.set(executionId, behaviour);
    if (behaviour !== 'hold' && behaviour !== 'ignoreStop') while (this.endOne(executionId, behaviour));
  }

  /** Ends the job that has waited longest; false when none waits. */
  endOne(executionId: string, ending: Ending): boolean {
    for (const job of this.#waiting) {
      if (job.executionId !== executionId) continue;
      this.#waiting.delete(job);
      job.end(ending);
      return true;
    }
    return false;
  }

  waitingOf(executionId: string): number {
    return [...this.#waiting].filter((job) => job.executionId === executionId).length;
  }

  /** Lets everything end, now and later. */
  release(): void {
    this.standard = 'go';
    this.#behaviours.clear();
    for (const job of this.#waiting) job.end('go');
    this.#waiting.clear();
  }

  /** null: stopped. */
  async #wait(executionId: string, signal: AbortSignal): Promise<Ending | null> {
    return await new Promise((resolve) => {
      const stopped = (): void => {
        if (this.#behaviours.get(executionId) === 'ignoreStop') return;
        this.#waiting.delete(job);
        resolve(null);
      };
      const job: WaitingJob = {
        executionId,
        end: (ending) => {
          signal.removeEventListener('abort', stopped);
          resolve(ending);
        },
      };
      this.#waiting.add(job);
      signal.addEventListener('abort', stopped, { once: true });
      if (signal.aborted) stopped();
    });
  }
}

const failures: Readonly<Record<Exclude<Ending, 'go'>, InProcessLambda>> = {
  fail: perItem(() => {
    throw new Error('the test wants this item to fail');
  }),
  throw: async (): Promise<JobOutcome> =>
    await Promise.resolve({ kind: 'crashed', reason: 'the test wants this batch to fail', streamed: [] }),
};

/** A runtime whose preparing and disposing can be held. */
export class HeldRuntime extends InProcessRuntime {
  /** Awaited before the runtime of a task is given up. */
  onDispose: ((task: TaskToPrepare) => Promise<void>) | undefined;

  override async prepare(...[task, signal]: Parameters<LambdaRuntime['prepare']>): Promise<PrepareOutcome> {
    const outcome = await super.prepare(task, signal);
    if (outcome.kind !== 'ready') return outcome;
    const { handle } = outcome;
    return {
      kind: 'ready',
      handle: {
        ...handle,
        dispose: async () => {
          await this.onDispose?.(task);
          await handle.dispose();
        },
      },
    };
  }
}

/** Whoever comes waits until it is opened; `reached` tells how many came. */
export class Latch {
  readonly #waiting: (() => void)[] = [];
  #isOpen = false;
  reached = 0;

  async pass(): Promise<void> {
    this.reached += 1;
    if (!this.#isOpen) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  open(): void {
    this.#isOpen = true;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
