/**
 * The store as the nodes see it: a request travels, is done as one transaction, and its answer travels back. On either
 * way it may be delayed or get lost. The database behind it is the real one, in memory.
 *
 * Invariants: 1. A request is copied when it is sent, like one that crosses a thread or a network. 2. What was sent by a
 * node that dies meanwhile is done or not, and never answered. 3. Transactions do not overlap.
 */
import type { Database, Verb } from '@laneway/engine';
import type { Random } from './random.ts';
import type { Life, World } from './world.ts';

export interface StoreCall {
  readonly life: Life;
  readonly verb: Verb<never, unknown>;
  readonly params: unknown;
}

export interface Treatment {
  /** before: the transaction is not done; after: it is, and the answer is an error. */
  readonly fault: 'before' | 'after' | null;
  readonly delayMs: number;
  /** How much longer the answer travels. */
  readonly answerDelayMs?: number;
}

export interface StoreWatcher {
  /** A request is being sent; the parameters are still those of the sender. */
  sent(call: StoreCall): void;
  /** What happens to the request on its way. */
  treat(call: StoreCall): Treatment;
  /** The parameters that the database gets (mutants). */
  rewrite?(call: StoreCall): Promise<unknown>;
  /** The transaction is done. */
  done(call: StoreCall, result: unknown): void | Promise<void>;
}

export class SimulatedStore {
  readonly #world: World;
  readonly #database: Database;
  readonly #random: Random;
  readonly #watcher: StoreWatcher;

  constructor(parts: { readonly world: World; readonly database: Database; readonly random: Random; readonly watcher: StoreWatcher }) {
    this.#world = parts.world;
    this.#database = parts.database;
    this.#random = parts.random;
    this.#watcher = parts.watcher;
  }

  /** The database of one life of a node. */
  connect(life: Life): Database {
    return {
      dialect: this.#database.dialect,
      call: async <P, R>(verb: Verb<P, R>, params: P): Promise<R> => (await this.#call(life, verb, params)) as R,
      close: async () => await Promise.resolve(),
    };
  }

  async #call(life: Life, verb: Verb<never, unknown>, params: unknown): Promise<unknown> {
    this.#watcher.sent({ life, verb, params });
    const call: StoreCall = { life, verb, params: structuredClone(params) };
    const { fault, delayMs, answerDelayMs = 0 } = this.#watcher.treat(call);
    const survivesSender = this.#random.chance(0.5);
    return await new Promise<unknown>((resolve, reject) => {
      const answer = (label: string, deliver: () => void): void => {
        this.#world.after(answerDelayMs + this.#travelMs(), life, `${verb.name} ${label}`, deliver);
      };
      if (fault === 'before') {
        this.#world.after(delayMs, life, `${verb.name} not reached`, () => reject(new Error(`${verb.name} was not reached`)));
        return;
      }
      let outcome: { readonly value: unknown } | { readonly error: unknown } | undefined;
      // One event: it has come to its end before the next one happens.
      const transact = async (): Promise<void> => {
        try {
          const rewritten = this.#watcher.rewrite === undefined ? call.params : await this.#watcher.rewrite(call);
          outcome = { value: await this.#database.call(verb, rewritten as never) };
        } catch (error) {
          outcome = { error };
        }
      };
      const begin = (): void => {
        if (life.state !== 'dead' || survivesSender) void transact();
      };
      const end = async (): Promise<void> => {
        if (outcome === undefined) return;
        if ('error' in outcome) {
          const { error } = outcome;
          this.#world.note(`${verb.name} failed: ${String(error)}`);
          answer('✗', () => reject(error instanceof Error ? error : new Error(String(error))));
          return;
        }
        const { value } = outcome;
        await this.#watcher.done(call, value);
        if (fault === 'after') answer('answer lost', () => reject(new Error(`the answer of ${verb.name} was lost`)));
        else answer('✓', () => resolve(value));
      };
      this.#world.after(delayMs + this.#travelMs(), null, `${life.name} ${verb.name}`, begin, end);
    });
  }

  #travelMs(): number {
    return this.#random.chance(0.03) ? this.#random.between(5, 60) : this.#random.between(0.02, 1.5);
  }
}
