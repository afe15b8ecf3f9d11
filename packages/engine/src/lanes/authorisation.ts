/**
 * A node hands a job over only under an authorisation that is younger than 500 ms on its monotonic clock and
 * equal to the highest stop epoch it knows (design §4, I3). Claims and commits bring one along; when they are
 * too rare it is asked for, in one query for all lane runs the node works on.
 */
export const authorisationMs = 500;

export class Authorisation {
  #epoch = -1;
  #highest = -1;
  #askedAt = Number.NEGATIVE_INFINITY;

  /** `askedAt`: when the question was sent, so that the time of the answer's travel counts against it. */
  granted(epoch: number, active: boolean, askedAt: number): void {
    this.#highest = Math.max(this.#highest, epoch);
    if (!active) this.#highest = Math.max(this.#highest, epoch + 1);
    if (active && epoch >= this.#epoch) {
      this.#epoch = epoch;
      this.#askedAt = Math.max(this.#askedAt, askedAt);
    }
  }

  /** A stop was acknowledged on this node: nothing is handed over from here on. */
  revoke(): void {
    this.#highest = Number.MAX_SAFE_INTEGER;
  }

  /** True while jobs may be handed over. */
  holds(now: number): boolean {
    return this.#epoch >= this.#highest && now - this.#askedAt < authorisationMs;
  }

  /** True when nothing may be handed over any more, whatever the age of the authorisation. */
  get isRevoked(): boolean {
    return this.#highest > this.#epoch && this.#epoch >= 0;
  }
}
