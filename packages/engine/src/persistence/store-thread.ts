/**
 * A store worker thread as its callers see it (design §5).
 *
 * A thread that dies – of a bug, or of too little memory – takes nothing along but what it was doing: SQLite rolls its
 * transaction back as the connection goes, calls under way are rejected (their outcome is as unknown as after a lost
 * connection to PostgreSQL, which every caller has to stand anyhow), and the next call starts a new thread. Ending
 * the process instead would stop every lambda for a fault that is over.
 *
 * Invariants: 1. There is at most one thread at a time: a new one begins after the old one has let go of the file.
 * 2. Every call is answered exactly once. 3. A thread is replaced by a call only, so a file that cannot be opened is not
 * tried in a loop of its own.
 */
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Logger } from '../logger.ts';

export interface StoreThreadOptions {
  readonly path: string;
  readonly readOnly: boolean;
  /** URLs of modules with verbs of their own. */
  readonly verbModules: readonly string[];
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly failure?: { readonly message: string; readonly stack?: string };
}

export class StoreThread {
  readonly #options: StoreThreadOptions;
  readonly #log: Logger;
  #life: Life | undefined;
  #closed = false;

  constructor(options: StoreThreadOptions, log: Logger) {
    this.#options = options;
    this.#log = log;
  }

  /** Before the first call, so that it need not wait. */
  start(): void {
    this.#life ??= this.#begin();
  }

  async call(verb: string, params: unknown): Promise<unknown> {
    while (this.#life?.failure !== undefined) await this.#life.ended;
    if (this.#closed) throw new Error('the database is closed');
    this.#life ??= this.#begin();
    return await this.#life.call(verb, params);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#life?.close();
  }

  #begin(): Life {
    const life = new Life(this.#options);
    void this.#untilEnd(life);
    return life;
  }

  async #untilEnd(life: Life): Promise<void> {
    await life.ended;
    if (this.#life === life) this.#life = undefined;
    if (this.#closed) return;
    const { path, readOnly } = this.#options;
    const fields = { event: 'storeThreadEnded', path, readOnly, error: life.failure };
    this.#log.error(fields, 'a thread of the store ended: what it was doing failed, the next call starts a new one');
  }
}

/** One thread from its start to its end. */
class Life {
  /** Resolves when the thread is gone and its connection closed. */
  readonly ended: Promise<void>;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #failure: Error | undefined;

  constructor({ path, readOnly, verbModules }: StoreThreadOptions) {
    this.#worker = new Worker(new URL('./store-thread.js', import.meta.url), {
      resourceLimits: { maxYoungGenerationSizeMb: 16 },
      workerData: { path, readOnly, verbModules, compileCacheDir: compileCacheDir() },
    });
    this.#worker.on('message', (answer: Answer) => this.#take(answer));
    this.#worker.on('error', (error) => this.#fail(error));
    this.ended = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#fail(undefined);
        resolve();
      });
    });
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  async call(verb: string, params: unknown): Promise<unknown> {
    const id = this.#nextId;
    this.#nextId += 1;
    return await new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, verb, params });
    });
  }

  async close(): Promise<void> {
    this.#worker.postMessage('close');
    await this.ended;
  }

  #take({ id, value, failure }: Answer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (failure === undefined) waiting?.resolve(value);
    else waiting?.reject(new Error(failure.message, { cause: failure.stack }));
  }

  #fail(cause: unknown): void {
    this.#failure ??= new Error('the thread of the store ended: whether this call did anything is unknown', { cause });
    for (const waiting of this.#waiting.values()) waiting.reject(this.#failure);
    this.#waiting.clear();
  }
}

/** The directory the process was given for its cache; null when the cache is off. */
function compileCacheDir(): string | null {
  const versioned = getCompileCacheDir();
  return versioned === undefined ? null : dirname(versioned);
}
