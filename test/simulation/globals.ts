/**
 * The clock, timers, randomness and network of the platform, replaced for the code that runs inside a simulation; what
 * runs beside it (a test runner, a channel to a parent) keeps the real ones. The engine names them where it uses them,
 * so nothing of it has to know.
 */
import type { Random } from './random.ts';
import type { Happening, World } from './world.ts';

/** The database's clock at the beginning of a simulation. */
export const epochMs = 1_800_000_000_000;

/** Monotonic clocks do not begin at zero. */
const startedMs = 5000;

class VirtualTimer {
  readonly #world: World;
  readonly #run: () => void;
  readonly #delayMs: number;
  #event: Happening;

  constructor(world: World, run: () => void, delayMs: number) {
    this.#world = world;
    this.#run = run;
    this.#delayMs = Math.max(1, delayMs);
    this.#event = this.#schedule();
  }

  refresh(): this {
    if (this.#event.isCancelled) return this;
    this.cancel();
    this.#event = this.#schedule();
    return this;
  }

  cancel(): void {
    this.#event.isCancelled = true;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  #schedule(): Happening {
    return this.#world.after(this.#delayMs, lifeOf(this.#world), `timer ${this.#delayMs}`, this.#run);
  }
}

function lifeOf(world: World): NonNullable<World['current']> {
  const life = world.current;
  if (life === null || life === undefined) throw new Error('a timer outside of every node');
  return life;
}

export type FakeFetch = (url: string, signal: AbortSignal | undefined) => Promise<Response>;

/** Replaces the globals until the returned function is called. */
export function replaceGlobals(world: World, random: Random, fetchWith: FakeFetch): () => void {
  const real = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    setImmediate: globalThis.setImmediate,
    fetch: globalThis.fetch,
    now: performance.now.bind(performance),
    dateNow: Date.now,
    random: Math.random,
    timeout: AbortSignal.timeout.bind(AbortSignal),
  };
  const replacements = {
    setTimeout: (run: (...args: unknown[]) => void, delayMs = 0, ...args: unknown[]) =>
      world.isInside ? new VirtualTimer(world, () => run(...args), delayMs) : real.setTimeout(run, delayMs, ...args),
    clearTimeout: (timer: unknown) => (timer instanceof VirtualTimer ? timer.cancel() : real.clearTimeout(timer as NodeJS.Timeout)),
    setImmediate: (run: (...args: unknown[]) => void, ...args: unknown[]) =>
      world.isInside ? world.after(0, lifeOf(world), 'immediate', () => run(...args)) : real.setImmediate(run, ...args),
    fetch: async (url: string | URL | Request, init?: RequestInit) =>
      world.isInside
        ? await fetchWith(url instanceof Request ? url.url : String(url), init?.signal ?? undefined)
        : await real.fetch(url, init),
  };
  Object.assign(globalThis, replacements);
  const crypto: { getRandomValues: typeof globalThis.crypto.getRandomValues } = globalThis.crypto;
  const getRandomValues = crypto.getRandomValues.bind(globalThis.crypto);
  crypto.getRandomValues = (bytes) => (world.isInside ? random.fill(bytes) : getRandomValues(bytes));
  performance.now = () => (world.isInside ? startedMs + world.now : real.now());
  Date.now = () => (world.isInside ? epochMs + Math.floor(world.now) : real.dateNow());
  Math.random = () => (world.isInside ? random.next() : real.random());
  AbortSignal.timeout = (delayMs) => {
    if (!world.isInside) return real.timeout(delayMs);
    const abort = new AbortController();
    void new VirtualTimer(world, () => abort.abort(), delayMs);
    return abort.signal;
  };
  return () => {
    Object.assign(globalThis, {
      setTimeout: real.setTimeout,
      clearTimeout: real.clearTimeout,
      setImmediate: real.setImmediate,
      fetch: real.fetch,
    });
    crypto.getRandomValues = getRandomValues;
    performance.now = real.now;
    Date.now = real.dateNow;
    Math.random = real.random;
    AbortSignal.timeout = real.timeout;
  };
}
