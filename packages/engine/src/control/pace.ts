import { sleep } from '../sleep.ts';

/** At most so many steps a second, evenly spaced; who comes at the same time waits one after the other. */
export class Pace {
  readonly #intervalMs: number;
  #freeAt = Number.NEGATIVE_INFINITY;

  constructor(stepsPerSecond: number) {
    this.#intervalMs = 1000 / stepsPerSecond;
  }

  /** Resolves when the next step may be taken; false when the signal came first. `weight`: how much of a step it is. */
  async next(signal: AbortSignal, weight = 1): Promise<boolean> {
    if (signal.aborted) return false;
    const now = performance.now();
    const at = Math.max(now, this.#freeAt);
    this.#freeAt = at + this.#intervalMs * weight;
    // Timers are coarser than the pace: short waits are saved up.
    if (at - now < 10) return true;
    await sleep(at - now, signal);
    return !signal.aborted;
  }
}
