/** Live jobs of all nodes: the limits hold (I8), nothing is handed over after a stop (I3), nothing runs twice side by side. */
import type { EngineConfig } from '@laneway/engine';
import type { LiveJob } from './lambdas.ts';
import type { Tracker } from './tracker.ts';
import type { World } from './world.ts';

/** How long after a stop another node may still hand a job over (design §4). */
const authorisationMs = 500;

export class LiveJobs {
  readonly #world: World;
  readonly #tracker: Tracker;
  readonly #config: Pick<EngineConfig, 'jobsPerTask' | 'jobsPerNode'>;
  readonly #live = new Set<LiveJob>();
  /** `task:batch` → items, of everything that was handed over, by lane run and opening of its gate. */
  readonly handed = new Map<string, Map<string, { readonly count: number; readonly at: number }>>();
  jobCount = 0;

  constructor(world: World, tracker: Tracker, config: Pick<EngineConfig, 'jobsPerTask' | 'jobsPerNode'>) {
    this.#world = world;
    this.#tracker = tracker;
    this.#config = config;
  }

  get count(): number {
    return [...this.#live].filter((job) => job.life.state !== 'dead').length;
  }

  /** Whether a living node works for the execution. */
  isBusyFor(executionId: string): boolean {
    return [...this.#live].some((job) => job.executionId === executionId && job.life.state !== 'dead');
  }

  started(job: LiveJob, runners: number): void {
    this.jobCount += 1;
    const handed = this.handed.get(job.laneRunId) ?? new Map();
    this.handed.set(job.laneRunId, handed);
    handed.set(`${job.taskId}:${job.batchNumber}`, { count: job.items.length, at: this.#world.now });
    this.#checkStop(job);
    this.#checkTwin(job);
    this.#live.add(job);
    const own = [...this.#live].filter((other) => other.life === job.life);
    const ofTask = own.filter((other) => other.taskId === job.taskId).length;
    if (ofTask > Math.min(runners, this.#config.jobsPerTask)) this.#world.problem(`I8: ${ofTask} jobs of one task live`);
    if (own.length > this.#config.jobsPerNode) this.#world.problem(`I8: ${own.length} jobs live on one node`);
  }

  ended(job: LiveJob): void {
    this.#live.delete(job);
  }

  #checkStop(job: LiveJob): void {
    const gate = this.#tracker.gates.get(job.laneRunId);
    if (gate === undefined) return this.#world.problem('I3: a job of a lane run whose gate never opened');
    if (gate.isOpen) return;
    const sinceMs = this.#world.now - gate.closedAt;
    if (gate.ackedBy.has(job.life.name)) this.#world.problem(`I3: handed over on ${job.life.name}, which acknowledged the stop`);
    if (sinceMs > authorisationMs) this.#world.problem(`I3: handed over ${sinceMs.toFixed(0)} ms after the stop`);
  }

  /** A job runs a second time only when the node that had it before is dead or as good as dead. */
  #checkTwin(job: LiveJob): void {
    for (const other of this.#live) {
      const isTwin = other.laneRunId === job.laneRunId && other.taskId === job.taskId && other.batchNumber === job.batchNumber;
      if (!isTwin || other.life.state !== 'alive' || this.isLost(other)) continue;
      this.#world.problem(`a job of batch ${job.batchNumber} runs on ${other.life.name} and ${job.life.name}`);
    }
  }

  /** Whether anything went wrong in this time that may leave a job in the dark. */
  isDisturbed: (fromMs: number, toMs: number) => boolean = () => false;

  /** Whether a life may have lost its lease, so that others took its work over. */
  isLost: (job: LiveJob) => boolean = () => false;
}
