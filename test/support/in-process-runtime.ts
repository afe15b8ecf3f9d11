/** A runtime whose lambdas are functions of the test: everything else of the engine is the real thing. */
import type { ErrorObject } from '@laneway/model';
import type { JobControl, JobOutcome, JobToRun, LambdaHandle, LambdaRuntime, PrepareOutcome, TaskToPrepare } from '@laneway/engine';

export type InProcessLambda = (job: JobToRun, control: JobControl, task: TaskToPrepare) => Promise<JobOutcome>;

/** Answers for each item with what the function returns; a thrown error is the item's exception. */
export function perItem(
  handle: (args: Readonly<Record<string, unknown>>, config: Readonly<Record<string, unknown>>) => unknown,
): InProcessLambda {
  return async (job) => {
    const resultsBatch = job.request.argsBatch.map((args) => {
      try {
        return handle(args, job.request.ctx.config);
      } catch (error) {
        return { exception: error instanceof Error ? error.message : String(error) };
      }
    });
    return await Promise.resolve({ kind: 'answered', response: { resultsBatch }, streamed: [] });
  };
}

/** Sleeps until the signal; answers `withdrawn` then. */
export const untilStopped: InProcessLambda = async (_job, control) => {
  await new Promise<void>((resolve) => {
    if (control.signal.aborted) resolve();
    control.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  return { kind: 'withdrawn', stage: 'signal' };
};

export class InProcessRuntime implements LambdaRuntime {
  readonly calls: JobToRun[] = [];
  readonly prepared: string[] = [];
  readonly disposed: string[] = [];
  /** What `health` answers. */
  unhealthy: ErrorObject | null = null;
  live = 0;
  mostLive = 0;
  readonly #lambdas: Readonly<Record<string, InProcessLambda>>;
  readonly #runners: number;
  /** Replaces preparing, for tests of preparation. */
  onPrepare: ((task: TaskToPrepare, signal: AbortSignal) => Promise<PrepareOutcome | undefined>) | undefined;

  /** Lambdas by the name of their revision. */
  constructor(lambdas: Readonly<Record<string, InProcessLambda>>, options: { readonly runners?: number } = {}) {
    this.#lambdas = lambdas;
    this.#runners = options.runners ?? 2;
  }

  async prepare(task: TaskToPrepare, signal: AbortSignal): Promise<PrepareOutcome> {
    const special = await this.onPrepare?.(task, signal);
    if (special !== undefined) return special;
    const lambda = this.#lambdas[task.lambdaRevision.name];
    if (lambda === undefined)
      return { kind: 'failed', reason: `no lambda is named ${task.lambdaRevision.name}`, tried: Object.keys(this.#lambdas) };
    this.prepared.push(task.taskId);
    const handle: LambdaHandle = {
      runners: this.#runners,
      run: async (job, control) => {
        this.calls.push(job);
        this.live += 1;
        this.mostLive = Math.max(this.mostLive, this.live);
        control.onHeartbeat();
        try {
          return await lambda(job, control, task);
        } finally {
          this.live -= 1;
        }
      },
      dispose: async () => {
        this.disposed.push(task.taskId);
        await Promise.resolve();
      },
    };
    return { kind: 'ready', handle };
  }

  async health(): Promise<ErrorObject | null> {
    return await Promise.resolve(this.unhealthy);
  }

  list(): ReturnType<LambdaRuntime['list']> {
    return Object.keys(this.#lambdas).map((name) => ({ name, images: [name], source: 'test', kind: 'in-process' }));
  }

  async close(): Promise<void> {
    await Promise.resolve();
  }
}
