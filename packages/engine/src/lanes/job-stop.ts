/**
 * When a job must stop: when its lane run stops, or when it has been silent for the job timeout, counted from
 * its start and from every heartbeat (D3: exact, no sweep).
 */
export class JobStop {
  readonly #abort = new AbortController();
  readonly #outer: AbortSignal;
  readonly #timeoutMs: number;
  readonly #stopped = (): void => this.#abort.abort();
  #timer: NodeJS.Timeout;
  timedOut = false;

  constructor(outer: AbortSignal, timeoutMs: number) {
    this.#outer = outer;
    this.#timeoutMs = timeoutMs;
    this.#timer = this.#arm();
    if (outer.aborted) this.#abort.abort();
    else outer.addEventListener('abort', this.#stopped, { once: true });
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  heartbeat(): void {
    this.#timer.refresh();
  }

  /** The job ended: nothing is waited for any more. */
  close(): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener('abort', this.#stopped);
  }

  #arm(): NodeJS.Timeout {
    return setTimeout(() => {
      this.timedOut = !this.#outer.aborted;
      this.#abort.abort();
    }, this.#timeoutMs);
  }
}
