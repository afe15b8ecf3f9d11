/** What the tests of other engines' bugs share: nodes whose polls never come, and lambdas that note who is in flight. */
import { openDatabase, type DatabaseLocation, type NodeTimings } from '@laneway/engine';
import type { DatabaseKind } from '../support/databases.ts';
import type { InProcessLambda } from '../support/in-process-runtime.ts';

export const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
export const sorted = (values: readonly unknown[]): number[] => values.map(Number).toSorted((a, b) => a - b);

const never = 3_600_000;
/** Whatever such a node does after its start it does because something told it to. */
export const withoutPolls: NodeTimings = { leaseMs: 60_000, renewMs: 10_000, lostMs: 50_000, lookMs: never, pollMs: never };

/** The database that other processes work on already. */
export function sameDatabase(location: DatabaseLocation): DatabaseKind {
  return {
    name: location.kind === 'postgres' ? 'postgres' : 'sqlite',
    open: async () => {
      const database = await openDatabase(location);
      return { database, close: async () => await database.close() };
    },
  };
}

export async function until(what: string, holds: () => Promise<boolean> | boolean, timeoutMs = 60_000): Promise<void> {
  for (const deadline = performance.now() + timeoutMs; !(await holds());) {
    if (performance.now() > deadline) throw new Error(`${what} did not come`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Batches in flight of all nodes that use its lambda; a batch that is in flight twice is noted. */
export class Flights {
  readonly #inFlight = new Map<string, number>();
  readonly doubled: string[] = [];
  /** Most jobs of one task at once. */
  mostOfTask = 0;
  readonly #ofTask = new Map<string, number>();

  lambda(jobMs: number): InProcessLambda {
    return async (job, _control, task) => {
      const batch = `${task.laneRunId} ${JSON.stringify(job.request.argsBatch[0])}`;
      const count = (this.#inFlight.get(batch) ?? 0) + 1;
      this.#inFlight.set(batch, count);
      if (count > 1) this.doubled.push(batch);
      const ofTask = (this.#ofTask.get(task.taskId) ?? 0) + 1;
      this.#ofTask.set(task.taskId, ofTask);
      this.mostOfTask = Math.max(this.mostOfTask, ofTask);
      try {
        await new Promise((resolve) => setTimeout(resolve, jobMs));
      } finally {
        this.#inFlight.set(batch, count - 1);
        this.#ofTask.set(task.taskId, (this.#ofTask.get(task.taskId) ?? 1) - 1);
      }
      return { kind: 'answered', response: { resultsBatch: job.request.argsBatch.map((args) => ({ value: args['item'] })) }, streamed: [] };
    };
  }
}
