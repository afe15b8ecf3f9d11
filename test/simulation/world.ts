/**
 * Virtual time. Whatever happens in a simulation is an event of this queue: a timer of a node, an answer of the store, a
 * step of a lambda, a command, a fault. Between two events all microtasks come to their end, so an event and everything
 * that follows from it at once belong to one life of one node.
 *
 * Invariants: 1. Nothing of a dead life ever happens. 2. Events of a frozen one wait for its waking, in their order.
 * 3. Order is decided by the virtual time, and by the order of making among equal times.
 */
import { createHash, type Hash } from 'node:crypto';

const realSetImmediate = setImmediate;

/** One life of a node: from its start to its death or its end. */
export class Life {
  readonly name: string;
  readonly nodeId: string;
  state: 'alive' | 'frozen' | 'dead' = 'alive';
  readonly waiting: Happening[] = [];

  constructor(nodeId: string, number: number) {
    this.nodeId = nodeId;
    this.name = `${nodeId}.${number}`;
  }
}

export interface Happening {
  at: number;
  order: number;
  /** null: of the world itself. */
  readonly life: Life | null;
  readonly label: string;
  readonly run: () => void;
  /** When all that followed has come to rest. */
  readonly after?: (() => void | Promise<void>) | undefined;
  isCancelled: boolean;
}

const keptLines = 80;

export class World {
  /** Milliseconds since the beginning. */
  now = 0;
  stepCount = 0;
  /** Whose code runs; undefined between events. */
  current: Life | null | undefined;
  readonly problems: string[] = [];
  /** The last lines, or all of them when the trace is wanted. */
  readonly lines: string[] = [];
  readonly #keepAll: boolean;
  readonly #queue: Happening[] = [];
  readonly #hash: Hash = createHash('sha256');
  #order = 0;

  constructor(options: { readonly keepAll: boolean }) {
    this.#keepAll = options.keepAll;
  }

  get isInside(): boolean {
    return this.current !== undefined;
  }

  note(text: string): void {
    const line = `${this.now.toFixed(3)} ${text}`;
    this.#hash.update(line);
    this.lines.push(line);
    if (!this.#keepAll && this.lines.length > 2 * keptLines) this.lines.splice(0, keptLines);
  }

  problem(text: string): void {
    this.note(`PROBLEM ${text}`);
    this.problems.push(text);
  }

  hash(): string {
    return this.#hash.copy().digest('hex').slice(0, 16);
  }

  after(delayMs: number, life: Life | null, label: string, run: () => void, after?: Happening['after']): Happening {
    const event = { at: this.now + delayMs, order: this.#order++, life, label, run, after, isCancelled: false };
    this.#push(event);
    return event;
  }

  /** Lets the next event happen; false when there is none, which cannot be while a node lives. */
  async step(): Promise<boolean> {
    for (let next = this.#pop(); next !== undefined; next = this.#pop()) {
      if (next.isCancelled || next.life?.state === 'dead') continue;
      if (next.life?.state === 'frozen') {
        next.life.waiting.push(next);
        continue;
      }
      this.now = Math.max(this.now, next.at);
      this.stepCount += 1;
      this.note(`${next.life?.name ?? '-'} ${next.label}`);
      this.current = next.life;
      try {
        next.run();
      } catch (error) {
        this.problem(`thrown: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      }
      await rest();
      this.current = undefined;
      await next.after?.();
      return true;
    }
    return false;
  }

  freeze(life: Life): void {
    if (life.state === 'alive') life.state = 'frozen';
  }

  wake(life: Life): void {
    if (life.state !== 'frozen') return;
    life.state = 'alive';
    const missed = life.waiting.splice(0).toSorted((a, b) => a.at - b.at || a.order - b.order);
    for (const event of missed) this.#push(Object.assign(event, { at: this.now, order: this.#order++ }));
  }

  kill(life: Life): void {
    life.state = 'dead';
    life.waiting.length = 0;
  }

  #push(event: Happening): void {
    const queue = this.#queue;
    let index = queue.length;
    queue.push(event);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = queue[parent];
      if (above === undefined || !isBefore(event, above)) break;
      queue[index] = above;
      index = parent;
    }
    queue[index] = event;
  }

  #pop(): Happening | undefined {
    const queue = this.#queue;
    const [first] = queue;
    const last = queue.pop();
    if (last === undefined || first === undefined || queue.length === 0) return first;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      const smaller = right < queue.length && isBefore(queue[right] ?? last, queue[left] ?? last) ? right : left;
      const below = queue[smaller];
      if (below === undefined || !isBefore(below, last)) break;
      queue[index] = below;
      index = smaller;
    }
    queue[index] = last;
    return first;
  }
}

function isBefore(a: Happening, b: Happening): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** All microtasks have come to their end when this resolves. */
export async function rest(): Promise<void> {
  await new Promise((resolve) => realSetImmediate(resolve));
}
