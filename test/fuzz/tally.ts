/** What came of the requests: counts by operation and status, and what must not be. */

/** How much of what went wrong is told. */
const maxSamples = 5;

export class Tally {
  readonly #counts = new Map<string, Map<string, number>>();
  readonly #problems = new Map<string, { count: number; readonly sample: string }>();
  #total = 0;
  #good = 0;

  count(operationId: string, status: string): void {
    const of = this.#counts.get(operationId) ?? new Map<string, number>();
    this.#counts.set(operationId, of.set(status, (of.get(status) ?? 0) + 1));
    this.#total += 1;
    if (status.startsWith('2')) this.#good += 1;
  }

  /** `what` names the kind, `sample` shows one. */
  problem(what: string, sample: string): void {
    const known = this.#problems.get(what);
    if (known === undefined) this.#problems.set(what, { count: 1, sample });
    else known.count += 1;
  }

  get total(): number {
    return this.#total;
  }

  /** Of the answers, those that were a success. */
  get goodShare(): number {
    return this.#good / Math.max(1, this.#total);
  }

  get problems(): readonly string[] {
    return [...this.#problems].map(([what, { count, sample }]) => `${what} (${count} times): ${sample}`);
  }

  /** Who is sent on by a login has succeeded, too. */
  successes(operationId: string): number {
    const of = [...(this.#counts.get(operationId) ?? [])];
    return of.filter(([status]) => /^[23]/.test(status)).reduce((sum, [, count]) => sum + count, 0);
  }

  report(): string {
    const rows = [...this.#counts]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([operationId, of]) => {
        const counts = [...of].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([status, count]) => `${status}: ${count}`);
        return `${operationId.padEnd(64)} ${counts.join('  ')}`;
      });
    const problems = this.problems.length === 0 ? ['nothing went wrong'] : this.problems.slice(0, maxSamples * 20);
    const share = `${(this.goodShare * 100).toFixed(1)} %`;
    return [...rows, '', `${this.#total} requests, ${share} of them successes`, ...problems, ''].join('\n');
  }
}
