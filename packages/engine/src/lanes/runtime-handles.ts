/**
 * Runtime handles of a node: one for each task, prepared at most once, shared by the driver that prepares a
 * lane run and the worker that runs it.
 *
 * Invariants: 1. A handle that was made is disposed exactly once. 2. A preparation that is dropped is aborted
 * and what it still produces is disposed.
 */
import type { LambdaHandle, LambdaRuntime, PrepareOutcome, TaskToPrepare } from '../lambdas/runtime.ts';

/** `dropped`: somebody on this node disposed of the lane run's runtimes meanwhile; whoever still wants one asks again. */
export type HandleOutcome = PrepareOutcome | { readonly kind: 'dropped' };

interface Entry {
  readonly laneRunId: string;
  readonly abort: AbortController;
  readonly outcome: Promise<PrepareOutcome>;
}

async function outcomeOf({ outcome, abort }: Entry): Promise<HandleOutcome> {
  const result = await outcome;
  return abort.signal.aborted ? { kind: 'dropped' } : result;
}

export class RuntimeHandles {
  readonly #runtime: LambdaRuntime;
  readonly #entries = new Map<string, Entry>();

  constructor(runtime: LambdaRuntime) {
    this.#runtime = runtime;
  }

  /** The handle of a task, prepared on first use. A failed preparation is not kept. */
  async prepare(task: TaskToPrepare): Promise<HandleOutcome> {
    const known = this.#entries.get(task.taskId);
    if (known !== undefined) return await outcomeOf(known);
    const abort = new AbortController();
    const outcome = this.#runtime
      .prepare(task, abort.signal)
      .catch((error: unknown): PrepareOutcome => ({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) }));
    const entry: Entry = { laneRunId: task.laneRunId, abort, outcome };
    this.#entries.set(task.taskId, entry);
    const result = await outcome;
    if (result.kind === 'failed' && this.#entries.get(task.taskId) === entry) this.#entries.delete(task.taskId);
    return await outcomeOf(entry);
  }

  /** Ends everything that belongs to a lane run; resolves when it is gone. */
  async dispose(laneRunId: string): Promise<void> {
    const ended: Promise<void>[] = [];
    for (const [taskId, entry] of this.#entries) {
      if (entry.laneRunId !== laneRunId) continue;
      this.#entries.delete(taskId);
      entry.abort.abort();
      ended.push(entry.outcome.then(async (outcome) => (outcome.kind === 'ready' ? await outcome.handle.dispose() : undefined)));
    }
    await Promise.all(ended);
  }

  async disposeAll(): Promise<void> {
    await Promise.all(
      [...new Set([...this.#entries.values()].map((entry) => entry.laneRunId))].map((laneRunId) => this.dispose(laneRunId)),
    );
  }
}

export type { LambdaHandle };
