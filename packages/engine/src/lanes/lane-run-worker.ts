/**
 * What one node does for one lane run: claims slices, keeps their open batches, hands jobs to runners box by
 * box, and gives everything back when it is told to stop.
 *
 * A worker is `open`, then `closing` (nothing is handed over; running jobs come to their end when it drains, and are
 * stopped when it aborts, which a drain may be raised to at any time), then `closed`.
 * Invariants: 1. A job is handed over only while open and under a valid authorisation (I3). 2. Each task of a
 * batch's current box is run at most once at a time on this node. 3. Memory is bounded by the open batches,
 * at most two for each runner. 4. `stop` resolves only when no job runs and no commit is under way, and never
 * rejects. 5. A slice that this node holds is worked on here or given back (held-slices.ts).
 */
import type { StopMode } from '@laneway/model';
import type { JobCommit, JobCommitOutcome } from '../persistence/sql/commits.ts';
import type { ClaimedBatch, Slice } from '../persistence/sql/slices.ts';
import { Authorisation } from './authorisation.ts';
import { ClaimPace } from './claim-pace.ts';
import { HeldSlices } from './held-slices.ts';
import { readItems, type Item } from './item-reader.ts';
import type { JobResult, WorkerOptions, WorkerTask } from './worker-parts.ts';

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
  readonly #slices: HeldSlices;
  readonly #pace: ClaimPace;
  /** Failures of batches that were not recorded since. */
  readonly #failures = new Map<number, number>();
  readonly #runnerCount: number;
  #claiming: Promise<void> | undefined;
  #liveJobs = 0;
  #draining = false;
  #closing: Promise<void> | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.laneRunId = options.gate.laneRunId;
    this.executionId = options.gate.executionId;
    this.incarnation = options.gate.incarnation;
    const { database, node, gate, newId, boxes } = options;
    this.#slices = new HeldSlices({ database, node, gate, newId });
    this.#pace = new ClaimPace({ runners: Math.max(0, ...boxes.flat().map((task) => task.runners)), batchSize: gate.batchSize });
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
    this.#pace.lookAgain();
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
    await this.#slices.giveBack(() =>
      [...this.#batches.values()]
        .filter((batch) => batch.slice.sliceToken === 1 && batch.claimed.started && !batch.handedOver)
        .map((batch) => batch.claimed.batchNumber),
    );
    this.#batches.clear();
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
    if (this.#claiming !== undefined) return;
    const maxBatches = this.#pace.batchesToClaim(this.#batches.size, now);
    if (maxBatches === 0) return;
    this.#claiming = this.#claimNow(maxBatches, now)
      .catch((error: unknown) => {
        this.#slices.claimFailed();
        this.#pace.pause(1000);
        this.#options.log.error({ event: 'claimFailed', laneRunId: this.laneRunId, error }, 'claiming a slice failed');
      })
      .finally(() => {
        this.#claiming = undefined;
        this.#options.pump();
      });
  }

  async #claimNow(maxBatches: number, askedAt: number): Promise<void> {
    const { database, gate } = this.#options;
    const working = new Set([...this.#batches.values()].map((batch) => batch.slice.sliceId));
    const claim = await this.#slices.claim({ maxBatches, startNow: Math.max(0, this.#freeRunners()), working });
    if (claim.kind === 'closed') {
      this.authorisation.granted(Number.MAX_SAFE_INTEGER - 1, false, askedAt);
      return;
    }
    if (claim.kind === 'nothing') {
      if (this.#slices.mayHoldUnknown) return;
      this.#pace.foundNothing(claim.exhausted);
      if (claim.exhausted) this.#options.progressed();
      return;
    }
    this.authorisation.granted(claim.stopEpoch, true, askedAt);
    const { batches } = claim.slice;
    const first = Math.min(...batches.map((batch) => batch.firstItem));
    const last = Math.max(...batches.map((batch) => batch.firstItem + batch.itemCount));
    const items = await readItems(database, { laneRunId: this.laneRunId, input: gate.input, first, count: last - first });
    // Also when a stop came meanwhile: it returns them as batches that were not handed over.
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
    this.#slices.jobStarted(sliceId);
    const running = this.#run(batch, task).catch(async (error: unknown) => await this.#failed(batch, task, error));
    this.#running.add(running);
    void running.finally(() => {
      this.#running.delete(running);
      this.#liveJobs -= 1;
      if (this.#slices.jobEnded(sliceId)) this.#pace.resumeInput();
      this.#options.pump();
    });
  }

  async #failed(batch: OpenBatch, task: WorkerTask, error: unknown): Promise<void> {
    const { batchNumber } = batch.claimed;
    this.#options.log.error(
      { event: 'jobFailed', laneRunId: this.laneRunId, batchNumber, taskId: task.taskId, error },
      'a job could not be recorded: its slice is returned',
    );
    this.#abandon(batch.slice, 1000);
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
  #abandon(slice: Slice, pauseMs = 0): void {
    for (const [batchNumber, batch] of this.#batches) {
      if (batch.slice.sliceId === slice.sliceId) this.#batches.delete(batchNumber);
    }
    this.#slices.abandon(slice.sliceId);
    this.#pace.lookAgain(pauseMs);
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
    this.#pace.jobTook(performance.now() - startedAt);
    if (result.kind === 'withdrawn') {
      if (this.#closing !== undefined) {
        const { stage } = result;
        if (stage !== null) this.#slices.withdrawn({ taskId: task.taskId, itemCount: batch.items.length, stage });
        return;
      }
      this.#abandon(batch.slice, 1000);
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
    const job = { task, batchNumber: batch.claimed.batchNumber, attempt: batch.slice.attempt, items: batch.items };
    return await this.#options.runJob(job, this.#abort.signal, async () => await this.#handOver(batch));
  }

  /** Building arguments may have taken longer than the authorisation lasts. */
  async #handOver(batch: OpenBatch): Promise<boolean> {
    const mayStart = (): boolean => this.#closing === undefined && !this.authorisation.isRevoked;
    while (mayStart() && !this.authorisation.holds(performance.now())) await this.#options.authorise();
    if (!mayStart()) return false;
    batch.handedOver = true;
    this.#slices.handedOver(batch.claimed.batchNumber);
    return true;
  }

  async #commit(batch: OpenBatch, task: WorkerTask, result: Extract<JobResult, { kind: 'recorded' }>): Promise<void> {
    const { slice, claimed } = batch;
    const askedAt = performance.now();
    const startedBatches = this.#slices.takeStarted().filter((batchNumber) => batchNumber !== claimed.batchNumber);
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
      this.#slices.putBack(startedBatches);
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
    if (this.#pace.isExhausted || this.#batches.size === 0) this.#options.progressed();
  }
}
