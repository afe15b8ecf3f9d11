/**
 * Wake-ups: something may have happened to an execution. Hints only; everything that waits here also looks by
 * itself from time to time, so a lost wake-up costs time and never correctness.
 */
import type { News } from '../persistence/hints.ts';

export class Hub {
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #observers = new Set<(executionId: string) => void>();
  /** Tells the other nodes. */
  relay: (executionId: string, news: News) => void = () => undefined;

  /** `here`: concerns this process alone, such as the end of something it waits for. */
  notify(executionId: string, news: News | 'here' = 'changed'): void {
    for (const observer of this.#observers) observer(executionId);
    this.hear(executionId);
    if (news !== 'here') this.relay(executionId, news);
  }

  /** Another node says so: whoever waits here looks. */
  hear(executionId: string): void {
    for (const listener of this.#listeners.get(executionId) ?? []) listener();
  }

  /** Calls the observer for every notification of this process; returns the function that ends it. */
  observe(observer: (executionId: string) => void): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /** Resolves at the next notification of the execution, at the abort, or after `timeoutMs`. */
  async wait(executionId: string, timeoutMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return;
    await new Promise<void>((resolve) => {
      const listeners = this.#listeners.get(executionId) ?? new Set();
      this.#listeners.set(executionId, listeners);
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        listeners.delete(done);
        if (listeners.size === 0 && this.#listeners.get(executionId) === listeners) this.#listeners.delete(executionId);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      signal?.addEventListener('abort', done);
      listeners.add(done);
    });
  }
}
