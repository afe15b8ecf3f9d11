/** How long the server took for what was asked, by kind of request: what grows with what is kept shows itself. */

export interface KindOfRequest {
  readonly kind: string;
  readonly count: number;
  /** Milliseconds of all of them together. */
  readonly ms: number;
}

const isId = /^(?=.*\d)[\w-]{16,}$/;

export class AnswerTimes {
  #kinds = new Map<string, { count: number; ms: number }>();

  add(method: string, url: string, ms: number): void {
    const [path = ''] = url.split('?');
    const parts = path.split('/').map((part) => (isId.test(part) ? '…' : part));
    const kind = `${method} ${parts.join('/').slice(0, 100)}`;
    const known = this.#kinds.get(kind) ?? { count: 0, ms: 0 };
    this.#kinds.set(kind, { count: known.count + 1, ms: known.ms + ms });
  }

  /** Those on which most time was spent since the last call, most first. */
  take(most: number): readonly KindOfRequest[] {
    const all = [...this.#kinds].map(([kind, { count, ms }]) => ({ kind, count, ms }));
    this.#kinds = new Map();
    return all.toSorted((one, other) => other.ms - one.ms).slice(0, most);
  }
}
