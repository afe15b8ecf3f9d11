/** How long others wait for a database: small calls of one kind after the other, each with its time. */
export class Pauses {
  readonly #calls: Readonly<Record<string, () => Promise<unknown>>>;

  constructor(calls: Readonly<Record<string, () => Promise<unknown>>>) {
    this.#calls = calls;
  }

  /** Milliseconds of every call while the work is going on, by kind; all kinds call side by side. */
  async during(work: () => Promise<unknown>): Promise<Readonly<Record<string, readonly number[]>>> {
    // Warm: the first call of a kind may wait for a thread or a connection to begin.
    for (const call of Object.values(this.#calls)) await call();
    const done = new AbortController();
    const finish = work().finally(() => done.abort());
    const measured = Object.entries(this.#calls).map(async ([kind, call]) => {
      const times: number[] = [];
      while (!done.signal.aborted) {
        const startedAt = performance.now();
        await call();
        times.push(performance.now() - startedAt);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      return [kind, times] as const;
    });
    const [found] = await Promise.all([Promise.all(measured), finish]);
    return Object.fromEntries(found);
  }
}
