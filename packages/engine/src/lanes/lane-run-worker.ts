/**
 * What one node does for one lane run: claims slices, keeps their open batches, hands jobs to runners box by
 * box, and gives everything back when it is told to stop.
 *
 * A worker is `open`, then `closing` (nothing is handed over; running jobs come to their end when it drains, and are
 * stopped when it aborts, which a drain may be raised to at any time), then `closed`.
 * Invariants: 1. A job is handed over only while open and under a valid authorisation (I3). 2. Each task of a
 * batch's current box is run at most once at a time on this node. 3. Memory is bounded by the open batches,
 * at most two for each runner. 4. `stop` resolves only when no job runs and no commit is under way, and never
 * rejects. 5. A slice that this node holds is worked on here or given back: whatever is lost on the way – the
 * answer of a claim, a commit that may or may not be there – the next claim first returns what is not known.
 */
import type { StopMode } from '@laneway/model';
import type { Logger } from '../logger.ts';
import type { Database } from '../persistence/sql.ts';
import type { FailedItem, JobCommit, JobCommitOutcome } from '../persistence/sql/commits.ts';
import type { Gate } from '../persistence/sql/gates.ts';
import type { NodeIdentity } from '../persistence/sql/nodes.ts';
import { claimSlice, returnSlices, type ClaimedBatch, type Slice, type WithdrawnJob } from '../persistence/sql/slices.ts';
import type { StoreWrite } from '../stores/writes.ts';
import { Authorisation } from './authorisation.ts';
import type { Committer } from './committer.ts';
import { readItems, type Item } from './item-reader.ts';

export interface WorkerTask {
  readonly taskId: string;
  readonly boxIndex: number;
  readonly taskIndex: number;
  readonly runners: number;
}

export interface Job {
  readonly task: WorkerTask;
  readonly batchNumber: number;
  readonly items: readonly Item[];
}

export type JobResult =
  | {
      readonly kind: 'recorded';
      readonly succeededCount: number;
      readonly failed: readonly FailedItem[];
      readonly writes: readonly StoreWrite[];
      /** Called when the results are committed: threshold checks, broken streams. */
      readonly afterCommit?: () => Promise<void>;
    }
  /** Stopped before it answered; nothing of it is recorded. `stage` is null when no runtime had it yet. */
  | { readonly kind: 'withdrawn'; readonly stage: WithdrawnJob['stage'] | null };

/** Called right before a job goes to its runtime: false = the lane run is being stopped, nothing is handed over (I3). */
export type HandOver = () => Promise<boolean>;

export interface WorkerOptions {
  readonly database: Database;
  readonly committer: Committer;
  readonly node: NodeIdentity;
  readonly gate: Gate;
  readonly exceptionStoreId: string;
  /** Tasks by box. */
  readonly boxes: readonly (readonly WorkerTask[])[];
  readonly newId: () => string;
  /** Makes the task active in the document before its first job; false = it may not start. */
  readonly startTasks: (taskIds: readonly string[]) => Promise<boolean>;
  readonly runJob: (job: Job, signal: AbortSignal, handOver: HandOver) => Promise<JobResult>;
  /** Asks for a fresh authorisation; resolves when it was answered or the database is away. */
  readonly authorise: () => Promise<void>;
  /** A batch failed again and again for no reason of its lambda: ends the execution, unless the database is away. */
  readonly poisoned: (error: unknown) => Promise<void>;
  /** False while nothing can be recorded, so that failures prove nothing. */
  readonly databaseAnswers: () => Promise<boolean>;
  /** Something changed that lets more jobs start. */
  readonly pump: () => void;
  /** The lane run may be about to end: a batch ended after the input was exhausted. */
  readonly progressed: () => void;
  readonly log: Logger;
}

interface OpenBatch {
  readonly slice: Slice;
  readonly claimed: ClaimedBatch;
  boxIndex: number;
  /** Items that still take part. */
  items: readonly Item[];
  readonly running: Set<string>;
  /** Tasks of the current box that were not handed over yet. */
  waiting: WorkerTask[];
  readonly done: Set<string>;
  /** A job of it went to a runtime. */
  handedOver: boolean;
}

/** A claim is at most what this much work needs, so that a stop or a fail-over never waits for long slices. */
const claimTargetMs = 200;
const maxBatchesPerClaim = 64;
const maxItemsPerClaim = 8192;
const commitAttempts = 6;
const maxFailuresOfBatch = 5;

export class LaneRunWorker {
  readonly laneRunId: string;
  readonly executionId: string;
  /** Of the gate it works through. */
  readonly incarnation: number;
  readonly authorisation = new Authorisation();
  readonly #options: WorkerOptions;
  readonly #batches = new Map<number, OpenBatch>();
  readonly #busyRunners = new Map<string, number>();
  readonly #startedTasks = new Set<string>();
  readonly #running = new Set<Promise<void>>();
  readonly #abort = new AbortController();
  /** Running jobs by slice. */
  readonly #jobsOfSlices = new Map<string, number>();
  /** Slices that go back as soon as their last job ended. */
  readonly #abandoned = new Set<string>();
  /** Failures of batches that were not recorded since. */
  readonly #failures = new Map<number, number>();
  #startedSinceCommit: number[] = [];
  /** What the stop of this worker withdrew. */
  readonly #withdrawn: WithdrawnJob[] = [];
  /** This node may hold slices that nobody here works on. */
  #mayHoldUnknown = false;
  #isReturned = false;
  readonly #runnerCount: number;
  #claiming: Promise<void> | undefined;
  #exhausted = false;
  #nothingToClaimUntil = 0;
  #averageJobMs = 200;
  #liveJobs = 0;
  #draining = false;
  #closing: Promise<void> | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.laneRunId = options.gate.laneRunId;
    this.executionId = options.gate.executionId;
    this.incarnation = options.gate.incarnation;
    this.#runnerCount = options.boxes.flat().reduce((sum, task) => sum + task.runners, 0);
  }

  get liveJobs(): number {
    return this.#liveJobs;
  }

  get isClosing(): boolean {
    return this.#closing !== undefined;
  }

  /** Takes no new work; what runs goes on, and each batch stops at its next job (D12). */
  async drain(): Promise<void> {
    this.#draining = true;
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** There may be something to claim again: a tree walk went on, or slices of a dead node came back. */
  inputGrew(): void {
    this.#exhausted = false;
    this.#nothingToClaimUntil = 0;
    this.#options.pump();
  }

  /** Hands one job over, or begins to get more work; true when a job was handed over. */
  startOne(now: number): boolean {
    if (this.#closing !== undefined || this.#draining || this.authorisation.isRevoked) return false;
    const job = this.#nextJob();
    if (job === undefined || this.#batches.size < 2 * this.#options.boxes.length) this.#claim(now);
    if (job === undefined) return false;
    if (!this.authorisation.holds(now)) return false;
    this.#start(job);
    return true;
  }

  /** True when a job waits for nothing but a fresh authorisation. */
  needsAuthorisation(now: number): boolean {
    return this.#closing === undefined && !this.authorisation.isRevoked && !this.authorisation.holds(now) && this.#nextJob() !== undefined;
  }

  /**
   * Stops for good: nothing is handed over any more; `abort` gives running jobs the signal, `drain` lets them end.
   * Resolves when the last one ended, its commit is answered and all is given back.
   */
  stop(mode: StopMode): Promise<void> {
    this.authorisation.revoke();
    if (mode === 'abort') this.#abort.abort();
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#claiming;
    while (this.#running.size > 0) await Promise.all(this.#running);
    await this.giveBack().catch((error: unknown) => {
      this.#options.log.warn({ event: 'returnFailed', laneRunId: this.laneRunId, error }, 'slices could not be returned yet');
    });
  }

  /** Gives back what is left after `stop`, unless that is done; rejects when the database does not take it. */
  async giveBack(): Promise<void> {
    if (this.#isReturned) return;
    const untouched = [...this.#batches.values()].filter(
      (batch) => batch.slice.sliceToken === 1 && batch.claimed.started && !batch.handedOver,
    );
    await this.#return(
      [],
      untouched.map((batch) => batch.claimed.batchNumber),
    );
    this.#isReturned = true;
    this.#batches.clear();
  }

  async #return(keep: readonly string[], untouched: readonly number[]): Promise<void> {
    const { database, node } = this.#options;
    const withdrawn = [...this.#withdrawn];
    await database.call(returnSlices, {
      ...node,
      laneRunId: this.laneRunId,
      keep,
      started: this.#startedSinceCommit,
      untouched,
      withdrawn,
    });
    this.#withdrawn.splice(0, withdrawn.length);
  }

  /** Returns the slices that are held in this node's name and not worked on here. */
  async #returnUnknown(): Promise<void> {
    if (!this.#mayHoldUnknown) return;
    this.#mayHoldUnknown = false;
    const held = new Set([...this.#batches.values()].map((batch) => batch.slice.sliceId));
    try {
      await this.#return([...held, ...this.#jobsOfSlices.keys()], []);
      for (const sliceId of this.#abandoned) if (!this.#jobsOfSlices.has(sliceId)) this.#abandoned.delete(sliceId);
    } catch (error) {
      this.#mayHoldUnknown = true;
      throw error;
    }
  }

  /** The startable job with the lowest (batch, box, task). */
  #nextJob(): { readonly batch: OpenBatch; readonly task: WorkerTask } | undefined {
    if (this.#liveJobs >= this.#runnerCount) return undefined;
    for (const batch of this.#batches.values()) {
      const task = batch.waiting.find((candidate) => (this.#busyRunners.get(candidate.taskId) ?? 0) < candidate.runners);
      if (task !== undefined) return { batch, task };
    }
    return undefined;
  }

  #freeRunners(): number {
    const firstBox = this.#options.boxes[0] ?? [];
    return Math.min(...firstBox.map((task) => task.runners - (this.#busyRunners.get(task.taskId) ?? 0)));
  }

  #claim(now: number): void {
    if (this.#claiming !== undefined || this.#exhausted || now < this.#nothingToClaimUntil) return;
    const runners = Math.max(1, ...this.#options.boxes.flat().map((task) => task.runners));
    const affordable = Math.max(1, Math.floor(maxItemsPerClaim / this.#options.gate.batchSize));
    const maxBatches = Math.max(1, Math.min(Math.floor((claimTargetMs / this.#averageJobMs) * runners), maxBatchesPerClaim, affordable));
    // Fast jobs need the next slice before the last one runs dry; slow ones never hold more than two for each runner.
    if (this.#batches.size >= Math.max(2 * runners, maxBatches / 2)) return;
    this.#claiming = this.#claimNow(maxBatches, now)
      .catch((error: unknown) => {
        // The claim may have succeeded all the same.
        this.#mayHoldUnknown = true;
        this.#nothingToClaimUntil = performance.now() + 1000;
        this.#options.log.error({ event: 'claimFailed', laneRunId: this.laneRunId, error }, 'claiming a slice failed');
      })
      .finally(() => {
        this.#claiming = undefined;
        this.#options.pump();
      });
  }

  async #claimNow(maxBatches: number, askedAt: number): Promise<void> {
    const { database, node, newId, gate } = this.#options;
    await this.#returnUnknown();
    const claim = await database.call(claimSlice, {
      ...node,
      laneRunId: this.laneRunId,
      incarnation: gate.incarnation,
      sliceId: newId(),
      maxBatches,
      startNow: Math.max(0, this.#freeRunners()),
    });
    if (claim.kind === 'closed') {
      this.authorisation.granted(Number.MAX_SAFE_INTEGER - 1, false, askedAt);
      return;
    }
    if (claim.kind === 'nothing') {
      if (this.#mayHoldUnknown) return;
      this.#exhausted = claim.exhausted;
      this.#nothingToClaimUntil = performance.now() + 250;
      if (claim.exhausted) this.#options.progressed();
      return;
    }
    this.authorisation.granted(claim.stopEpoch, true, askedAt);
    const { batches } = claim.slice;
    const first = Math.min(...batches.map((batch) => batch.firstItem));
    const last = Math.max(...batches.map((batch) => batch.firstItem + batch.itemCount));
    const items = await readItems(database, { laneRunId: this.laneRunId, input: gate.input, first, count: last - first });
    if (this.#closing !== undefined) return;
    for (const claimed of batches) {
      const offset = claimed.firstItem - first;
      const own = items.slice(offset, offset + claimed.itemCount).map((item, position) => ({ ...item, position }));
      this.#open(claim.slice, claimed, own);
    }
  }

  #open(slice: Slice, claimed: ClaimedBatch, items: readonly Item[]): void {
    const taking =
      claimed.remaining === null ? items : claimed.remaining.map((position) => items[position]).filter((item) => item !== undefined);
    const done = new Set(claimed.doneTaskIds);
    const waiting = (this.#options.boxes[claimed.boxIndex] ?? []).filter((task) => !done.has(task.taskId));
    this.#batches.set(claimed.batchNumber, {
      slice,
      claimed,
      boxIndex: claimed.boxIndex,
      items: taking,
      running: new Set(),
      waiting,
      done,
      handedOver: false,
    });
  }

  #start(next: { readonly batch: OpenBatch; readonly task: WorkerTask }): void {
    const { batch, task } = next;
    batch.waiting = batch.waiting.filter((candidate) => candidate !== task);
    batch.running.add(task.taskId);
    this.#busyRunners.set(task.taskId, (this.#busyRunners.get(task.taskId) ?? 0) + 1);
    this.#liveJobs += 1;
    const { sliceId } = batch.slice;
    this.#jobsOfSlices.set(sliceId, (this.#jobsOfSlices.get(sliceId) ?? 0) + 1);
    const running = this.#run(batch, task).catch(async (error: unknown) => await this.#failed(batch, task, error));
    this.#running.add(running);
    void running.finally(() => {
      this.#running.delete(running);
      this.#liveJobs -= 1;
      const others = (this.#jobsOfSlices.get(sliceId) ?? 1) - 1;
      if (others > 0) this.#jobsOfSlices.set(sliceId, others);
      else this.#jobsOfSlices.delete(sliceId);
      if (others === 0 && this.#abandoned.has(sliceId)) {
        this.#mayHoldUnknown = true;
        this.#exhausted = false;
      }
      this.#options.pump();
    });
  }

  async #failed(batch: OpenBatch, task: WorkerTask, error: unknown): Promise<void> {
    const { batchNumber } = batch.claimed;
    this.#options.log.error(
      { event: 'jobFailed', laneRunId: this.laneRunId, batchNumber, taskId: task.taskId, error },
      'a job could not be recorded: its slice is returned',
    );
    this.#abandon(batch.slice);
    this.#nothingToClaimUntil = performance.now() + 1000;
    if (!(await this.#options.databaseAnswers())) return;
    const failures = (this.#failures.get(batchNumber) ?? 0) + 1;
    this.#failures.set(batchNumber, failures);
    if (failures < maxFailuresOfBatch) return;
    // Unless it succeeds, the next failure of the batch asks for it again.
    await this.#options.poisoned(error).catch((crashError: unknown) => {
      this.#options.log.error({ event: 'crashFailed', laneRunId: this.laneRunId, error: crashError }, 'an execution could not be crashed');
    });
  }

  /**
   * What became of a batch is not known: its slice goes back and is claimed anew, here or elsewhere, as soon as its
   * other jobs have ended, so that they are recorded and no job runs twice side by side.
   */
  #abandon(slice: Slice): void {
    for (const [batchNumber, batch] of this.#batches) {
      if (batch.slice.sliceId === slice.sliceId) this.#batches.delete(batchNumber);
    }
    this.#abandoned.add(slice.sliceId);
    this.#exhausted = false;
    this.#nothingToClaimUntil = 0;
  }

  async #run(batch: OpenBatch, task: WorkerTask): Promise<void> {
    const startedAt = performance.now();
    let result: JobResult;
    try {
      result = await this.#execute(batch, task);
    } finally {
      this.#busyRunners.set(task.taskId, (this.#busyRunners.get(task.taskId) ?? 1) - 1);
      batch.running.delete(task.taskId);
    }
    this.#averageJobMs = Math.max(0.05, 0.8 * this.#averageJobMs + 0.2 * (performance.now() - startedAt));
    if (result.kind === 'withdrawn') {
      if (this.#closing !== undefined) {
        const { stage } = result;
        if (stage !== null) this.#withdrawn.push({ taskId: task.taskId, itemCount: batch.items.length, stage });
        return;
      }
      this.#abandon(batch.slice);
      this.#nothingToClaimUntil = performance.now() + 1000;
      return;
    }
    this.#options.pump();
    await this.#commit(batch, task, result);
  }

  async #execute(batch: OpenBatch, task: WorkerTask): Promise<JobResult> {
    if (!this.#startedTasks.has(task.taskId)) {
      const box = this.#options.boxes[task.boxIndex] ?? [];
      if (!(await this.#options.startTasks(box.map((candidate) => candidate.taskId)))) return { kind: 'withdrawn', stage: null };
      for (const candidate of box) this.#startedTasks.add(candidate.taskId);
    }
    if (this.#closing !== undefined) return { kind: 'withdrawn', stage: null };
    const job = { task, batchNumber: batch.claimed.batchNumber, items: batch.items };
    return await this.#options.runJob(job, this.#abort.signal, async () => await this.#handOver(batch));
  }

  /** Building arguments may have taken longer than the authorisation lasts. */
  async #handOver(batch: OpenBatch): Promise<boolean> {
    const mayStart = (): boolean => this.#closing === undefined && !this.authorisation.isRevoked;
    while (mayStart() && !this.authorisation.holds(performance.now())) await this.#options.authorise();
    if (!mayStart()) return false;
    batch.handedOver = true;
    this.#startedSinceCommit.push(batch.claimed.batchNumber);
    return true;
  }

  async #commit(batch: OpenBatch, task: WorkerTask, result: Extract<JobResult, { kind: 'recorded' }>): Promise<void> {
    const { slice, claimed } = batch;
    const askedAt = performance.now();
    const startedBatches = this.#startedSinceCommit.filter((batchNumber) => batchNumber !== claimed.batchNumber);
    this.#startedSinceCommit = [];
    const commit: JobCommit = {
      sliceId: slice.sliceId,
      sliceToken: slice.sliceToken,
      executionId: this.executionId,
      laneRunId: this.laneRunId,
      nodeId: this.#options.node.nodeId,
      batchNumber: claimed.batchNumber,
      boxIndex: batch.boxIndex,
      boxCount: this.#options.boxes.length,
      boxTaskIds: (this.#options.boxes[batch.boxIndex] ?? []).map((candidate) => candidate.taskId),
      taskId: task.taskId,
      succeededCount: result.succeededCount,
      failed: result.failed,
      exceptionStoreId: this.#options.exceptionStoreId,
      startedBatches,
      writes: result.writes,
    };
    const outcome = await this.#submit(commit).catch((error: unknown) => {
      this.#startedSinceCommit.push(...startedBatches);
      throw error;
    });
    this.#afterCommit(batch, outcome, askedAt);
    if (outcome.kind === 'committed') await result.afterCommit?.();
  }

  /** The result exists: a database that is away for a moment must not cost it. */
  async #submit(commit: JobCommit): Promise<JobCommitOutcome> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#options.committer.submit(commit);
      } catch (error) {
        // While the database answers, more attempts would hold everything up: the batch is counted as failing instead.
        if (attempt >= commitAttempts || (attempt > 1 && (await this.#options.databaseAnswers()))) throw error;
        this.#options.log.warn({ event: 'commitRetried', laneRunId: this.laneRunId, attempt, error }, 'a commit failed and is tried again');
        await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** attempt));
      }
    }
  }

  #afterCommit(batch: OpenBatch, outcome: JobCommitOutcome, askedAt: number): void {
    const { batchNumber } = batch.claimed;
    if (outcome.kind === 'fenced') {
      // Taken over, or recorded by an attempt whose answer was lost: the row knows.
      this.#options.log.warn({ event: 'lateResultDropped', laneRunId: this.laneRunId, batchNumber }, 'a commit came too late');
      this.#abandon(batch.slice);
      return;
    }
    this.#failures.delete(batchNumber);
    this.authorisation.granted(outcome.stopEpoch, outcome.active, askedAt);
    switch (outcome.batch.kind) {
      case 'waiting':
        return;
      case 'finished':
        this.#batches.delete(batchNumber);
        break;
      case 'advanced': {
        const remaining = new Set(outcome.batch.remaining);
        batch.boxIndex = outcome.batch.boxIndex;
        batch.items = batch.items.filter((item) => remaining.has(item.position));
        batch.waiting = [...(this.#options.boxes[batch.boxIndex] ?? [])];
        break;
      }
    }
    if (this.#exhausted || this.#batches.size === 0) this.#options.progressed();
  }
}
