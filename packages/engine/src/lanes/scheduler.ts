/**
 * Hands out a node's capacity: executions take turns job by job, so a limit is never filled by one execution
 * while another one is ready (design §4, I8).
 */
import type { LaneRunWorker } from './lane-run-worker.ts';

export class JobScheduler {
  readonly #jobsPerNode: number;
  readonly #workers = new Map<string, LaneRunWorker>();
  readonly #refresh: (laneRunIds: readonly string[]) => Promise<void>;
  #turn = 0;
  #pumpRequested = false;
  #refreshing = false;

  /** `refresh` asks for the stop epochs of lane runs and grants them to their workers. */
  constructor(options: { readonly jobsPerNode: number; readonly refresh: (laneRunIds: readonly string[]) => Promise<void> }) {
    this.#jobsPerNode = options.jobsPerNode;
    this.#refresh = options.refresh;
  }

  get workers(): ReadonlyMap<string, LaneRunWorker> {
    return this.#workers;
  }

  add(worker: LaneRunWorker): void {
    this.#workers.set(worker.laneRunId, worker);
    this.pump();
  }

  remove(laneRunId: string): void {
    this.#workers.delete(laneRunId);
    this.pump();
  }

  /** Many reasons to look again within one turn of the loop lead to one look. */
  pump(): void {
    if (this.#pumpRequested) return;
    this.#pumpRequested = true;
    setImmediate(() => {
      this.#pumpRequested = false;
      this.tick(performance.now());
    });
  }

  /** Starts as many jobs as there is capacity for, one worker after the other. */
  tick(now: number): void {
    const workers = [...this.#workers.values()];
    let live = workers.reduce((sum, worker) => sum + worker.liveJobs, 0);
    let idle = 0;
    while (idle < workers.length) {
      const worker = workers[this.#turn % workers.length];
      this.#turn += 1;
      if (worker === undefined) break;
      if (live < this.#jobsPerNode && worker.startOne(now)) {
        live += 1;
        idle = 0;
      } else {
        idle += 1;
      }
    }
    if (live < this.#jobsPerNode) this.#refreshAuthorisations(workers.filter((worker) => worker.needsAuthorisation(now)));
  }

  #refreshAuthorisations(workers: readonly LaneRunWorker[]): void {
    if (this.#refreshing || workers.length === 0) return;
    this.#refreshing = true;
    void this.#refresh(workers.map((worker) => worker.laneRunId)).finally(() => {
      this.#refreshing = false;
      this.pump();
    });
  }
}
