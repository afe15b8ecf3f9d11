/** A database whose verbs fail when the test says so: before they run, or after they were committed (a lost answer). */
import type { Database, Verb } from '@laneway/engine';
import type { DatabaseKind } from './databases.ts';

export type Fault = 'before' | 'after' | undefined;

export class FaultyDatabase implements Database {
  readonly #database: Database;
  /** Asked for every call; the default lets everything through. */
  fault: (verb: string, params: unknown) => Fault | Promise<Fault> = () => undefined;
  /** Calls of each verb. */
  readonly calls = new Map<string, number>();

  constructor(database: Database) {
    this.#database = database;
  }

  get dialect(): Database['dialect'] {
    return this.#database.dialect;
  }

  async call<P, R>(verb: Verb<P, R>, params: P): Promise<R> {
    this.calls.set(verb.name, (this.calls.get(verb.name) ?? 0) + 1);
    const fault = await this.fault(verb.name, params);
    if (fault === 'before') throw new Error(`${verb.name} was not reached`);
    const result = await this.#database.call(verb, params);
    if (fault === 'after') throw new Error(`the answer of ${verb.name} was lost`);
    return result;
  }

  async close(): Promise<void> {
    await this.#database.close();
  }
}

/** The kind of database with faults; `latest` is the one opened last. */
export function faultyKind(kind: DatabaseKind): DatabaseKind & { latest(): FaultyDatabase } {
  let latest: FaultyDatabase | undefined;
  return {
    name: kind.name,
    open: async (purpose, verbModules) => {
      const { database, close } = await kind.open(purpose, verbModules);
      latest = new FaultyDatabase(database);
      return { database: latest, close };
    },
    latest: () => {
      if (latest === undefined) throw new Error('no database was opened');
      return latest;
    },
  };
}

/** A fault that occurs the first `times` times that the verb is called. */
export function firstTimes(verb: string, times: number, fault: Exclude<Fault, undefined>): FaultyDatabase['fault'] {
  let left = times;
  return (name) => {
    if (name !== verb || left === 0) return undefined;
    left -= 1;
    return fault;
  };
}
