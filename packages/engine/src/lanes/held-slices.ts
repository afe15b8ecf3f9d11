/**
 * The slices of one lane run that are held in this node's name: how they come, and how they go back.
 *
 * Invariants: 1. A slice is worked on here or given back: whatever is lost on the way – the answer of a claim, a commit
 * that may or may not be there – the next claim first returns what is not known. 2. An abandoned slice goes back only when
 * its last job here has ended, so that results are recorded and no job runs twice side by side.
 */
import type { Database } from '../persistence/sql.ts';
import type { Gate } from '../persistence/sql/gates.ts';
import type { NodeIdentity } from '../persistence/sql/nodes.ts';
import { claimSlice, returnSlices, type Claim, type WithdrawnJob } from '../persistence/sql/slices.ts';

export interface HeldSlicesParts {
  readonly database: Database;
  readonly node: NodeIdentity;
  readonly gate: Gate;
  readonly newId: () => string;
}

export class HeldSlices {
  readonly #parts: HeldSlicesParts;
  /** Running jobs by slice. */
  readonly #jobs = new Map<string, number>();
  /** Slices that go back as soon as their last job ended. */
  readonly #abandoned = new Set<string>();
  /** Batches that were handed over since the last commit told of them. */
  #started: number[] = [];
  /** Jobs that the stop of the worker withdrew. */
  readonly #withdrawn: WithdrawnJob[] = [];
  /** This node may hold slices that nobody here works on. */
  #mayHoldUnknown = false;
  #isGivenBack = false;

  constructor(parts: HeldSlicesParts) {
    this.#parts = parts;
  }

  jobStarted(sliceId: string): void {
    this.#jobs.set(sliceId, (this.#jobs.get(sliceId) ?? 0) + 1);
  }

  /** True when the slice was abandoned and can go back now. */
  jobEnded(sliceId: string): boolean {
    const others = (this.#jobs.get(sliceId) ?? 1) - 1;
    if (others > 0) this.#jobs.set(sliceId, others);
    else this.#jobs.delete(sliceId);
    const isFree = others === 0 && this.#abandoned.has(sliceId);
    if (isFree) this.#mayHoldUnknown = true;
    return isFree;
  }

  handedOver(batchNumber: number): void {
    this.#started.push(batchNumber);
  }

  withdrawn(job: WithdrawnJob): void {
    this.#withdrawn.push(job);
  }

  abandon(sliceId: string): void {
    this.#abandoned.add(sliceId);
  }

  /** Batches that a commit tells of as handed over; they are told again with `putBack` when it fails. */
  takeStarted(): readonly number[] {
    const started = this.#started;
    this.#started = [];
    return started;
  }

  putBack(started: readonly number[]): void {
    this.#started.push(...started);
  }

  /** The next slice, after what is held unknown was returned. `working`: slices whose batches are open here. */
  async claim(params: { readonly maxBatches: number; readonly startNow: number; readonly working: ReadonlySet<string> }): Promise<Claim> {
    const { database, node, gate, newId } = this.#parts;
    const { maxBatches, startNow, working } = params;
    await this.#returnUnknown(working);
    const { laneRunId, incarnation } = gate;
    return await database.call(claimSlice, { ...node, laneRunId, incarnation, sliceId: newId(), maxBatches, startNow });
  }

  /** Whether a claim that found nothing may have overlooked what came back meanwhile. */
  get mayHoldUnknown(): boolean {
    return this.#mayHoldUnknown;
  }

  /** The answer of a claim was lost: it may have succeeded all the same. */
  claimFailed(): void {
    this.#mayHoldUnknown = true;
  }

  /** Everything goes back, once; `untouched` are batches that were claimed as started and not handed over. */
  async giveBack(untouched: () => readonly number[]): Promise<void> {
    if (this.#isGivenBack) return;
    await this.#return([], untouched());
    this.#isGivenBack = true;
  }

  async #returnUnknown(working: ReadonlySet<string>): Promise<void> {
    if (!this.#mayHoldUnknown) return;
    this.#mayHoldUnknown = false;
    try {
      await this.#return([...working, ...this.#jobs.keys()], []);
      for (const sliceId of this.#abandoned) if (!this.#jobs.has(sliceId)) this.#abandoned.delete(sliceId);
    } catch (error) {
      this.#mayHoldUnknown = true;
      throw error;
    }
  }

  async #return(keep: readonly string[], untouched: readonly number[]): Promise<void> {
    const { database, node, gate } = this.#parts;
    const withdrawn = [...this.#withdrawn];
    const { laneRunId } = gate;
    await database.call(returnSlices, { ...node, laneRunId, keep, started: this.#started, untouched, withdrawn });
    this.#withdrawn.splice(0, withdrawn.length);
  }
}
