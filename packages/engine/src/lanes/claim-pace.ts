/**
 * When and how much a worker claims. A claim is at most what this much work needs, so that a stop or a fail-over never
 * waits for long slices; fast jobs get the next slice before the last one runs dry, slow ones never hold more than two
 * batches for each runner.
 */
const claimTargetMs = 200;
const maxBatchesPerClaim = 64;
const maxItemsPerClaim = 8192;

export class ClaimPace {
  readonly #runners: number;
  readonly #affordable: number;
  #averageJobMs = 200;
  #isExhausted = false;
  #pausedUntil = 0;

  /** `runners`: of the task that has most of them. */
  constructor(params: { readonly runners: number; readonly batchSize: number }) {
    this.#runners = Math.max(1, params.runners);
    this.#affordable = Math.max(1, Math.floor(maxItemsPerClaim / params.batchSize));
  }

  /** Nothing will ever be left to claim, unless slices come back. */
  get isExhausted(): boolean {
    return this.#isExhausted;
  }

  /** How many batches to claim now; 0 = enough are open, or there is nothing to get. */
  batchesToClaim(openBatches: number, now: number): number {
    if (this.#isExhausted || now < this.#pausedUntil) return 0;
    const wanted = Math.floor((claimTargetMs / this.#averageJobMs) * this.#runners);
    const most = Math.max(1, Math.min(wanted, maxBatchesPerClaim, this.#affordable));
    return openBatches >= Math.max(2 * this.#runners, most / 2) ? 0 : most;
  }

  jobTook(durationMs: number): void {
    this.#averageJobMs = Math.max(0.05, 0.8 * this.#averageJobMs + 0.2 * durationMs);
  }

  foundNothing(isExhausted: boolean): void {
    this.#isExhausted = isExhausted;
    this.#pausedUntil = performance.now() + 250;
  }

  /** There may be something again: at once, or after a failure that would only be repeated, in a while. */
  lookAgain(pauseMs = 0): void {
    this.#isExhausted = false;
    this.#pausedUntil = pauseMs === 0 ? 0 : performance.now() + pauseMs;
  }

  /** Something came back: the input is not used up, and the pause stays. */
  resumeInput(): void {
    this.#isExhausted = false;
  }

  /** A claim failed: what is known of the input stays as it is. */
  pause(pauseMs: number): void {
    this.#pausedUntil = performance.now() + pauseMs;
  }
}
