/** Races without sleeping: databases that hold a call up, jobs that wait to be let on, choices that a seed repeats. */
import type { Database, ExecutionView, Logger, Verb } from '@laneway/engine';
import type { DatabaseKind } from '../support/databases.ts';
import { perItem, type InProcessLambda } from '../support/in-process-runtime.ts';
import { eventProblems, type TestEngine } from '../support/test-engine.ts';

export const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
export const sorted = (values: readonly unknown[]): number[] => values.map(Number).toSorted((a, b) => a - b);
export const echo: InProcessLambda = perItem((args) => ({ value: args['item'] }));
export const request = (executionId: string) => ({ executionId, actor: 'user', note: null });
export const first = (executionId: string) => ({ executionId, actor: 'user', laneIndex: 1, laneRunNumber: 1 });

/** Numbers in [0, 1) that depend on the seed alone (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Lets everything go on that is ready to. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Jobs wait here, deaf to signals, until the test lets them answer. */
export class Turnstile {
  #waiting: (() => void)[] = [];
  #onArrival: (() => void)[] = [];
  #isOpen = false;
  arrived = 0;
  answered = 0;

  readonly lambda: InProcessLambda = async (job, control, task) => {
    await this.pass();
    this.answered += 1;
    return await echo(job, control, task);
  };

  async pass(): Promise<void> {
    this.arrived += 1;
    for (const wake of this.#onArrival.splice(0)) wake();
    if (!this.#isOpen) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async arrivals(count: number): Promise<void> {
    while (this.arrived < count) await new Promise<void>((resolve) => this.#onArrival.push(resolve));
  }

  open(): void {
    this.#isOpen = true;
    for (const resume of this.#waiting.splice(0)) resume();
  }

  close(): void {
    this.#isOpen = false;
    this.arrived = 0;
    this.answered = 0;
  }
}

/** A database with something to do before a call reaches it, and before its answer comes back. */
export class HeldDatabase implements Database {
  readonly #database: Database;
  before: (verb: string, params: unknown) => Promise<void> | void = () => undefined;
  after: (verb: string, params: unknown) => Promise<void> | void = () => undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  get dialect(): Database['dialect'] {
    return this.#database.dialect;
  }

  async call<P, R>(verb: Verb<P, R>, params: P): Promise<R> {
    await this.before(verb.name, params);
    const result = await this.#database.call(verb, params);
    await this.after(verb.name, params);
    return result;
  }

  async close(): Promise<void> {
    await this.#database.close();
  }
}

export function heldKind(kind: DatabaseKind): DatabaseKind & { latest(): HeldDatabase } {
  let latest: HeldDatabase | undefined;
  return {
    name: kind.name,
    open: async (purpose, verbModules) => {
      const { database, close } = await kind.open(purpose, verbModules);
      latest = new HeldDatabase(database);
      return { database: latest, close };
    },
    latest: () => {
      if (latest === undefined) throw new Error('no database was opened');
      return latest;
    },
  };
}

/** A kind whose databases are all the given one: several engines over it. */
export function sharedKind(name: DatabaseKind['name'], database: Database): DatabaseKind {
  return { name, open: async () => await Promise.resolve({ database, close: async () => await Promise.resolve() }) };
}

/** Calls of the life of one execution; loops of the node and what a test asks are not counted. */
const verbsOfALife = new Set([
  'acquireDrive',
  'loadExecution',
  'saveTransition',
  'readSnapshots',
  'gateOfLaneRun',
  'claimSlice',
  'readStoreItems',
  'commitJobs',
  'openWork',
  'failedTasks',
  'returnSlices',
  'releaseDrive',
]);

/** A moment in an execution's life: around its n-th call of the database, which may wait for what happens then. */
export interface Moment {
  readonly call: number;
  readonly side: 'before' | 'after';
  readonly waits: boolean;
}

/** Does something once, at the moment; resolves with what came of it, or with null when `never` aborts first. */
export function atMoment<T>(database: HeldDatabase, moment: Moment, act: () => Promise<T>, never: AbortSignal): Promise<T | null> {
  const acted = Promise.withResolvers<T | null>();
  let seen = 0;
  const onCall = async (verb: string): Promise<void> => {
    if (!verbsOfALife.has(verb)) return;
    seen += 1;
    if (seen !== moment.call) return;
    disarm();
    const acting = act();
    acting.then(acted.resolve, acted.reject);
    if (moment.waits) await acting;
  };
  const disarm = (): void => {
    database.before = () => undefined;
    database.after = () => undefined;
    never.removeEventListener('abort', miss);
  };
  const miss = (): void => {
    disarm();
    acted.resolve(null);
  };
  database[moment.side] = onCall;
  never.addEventListener('abort', miss);
  return acted.promise;
}

/**
 * Moments around every call of a life, until one is never reached; half of them do not wait, so that both run at once.
 * Where a call takes long, around every fifth: the calls are the same ones.
 */
export function* moments(kind: DatabaseKind, isOver: () => boolean): Generator<Moment> {
  for (let call = 1; ; call += kind.name === 'postgres' ? 5 : 1) {
    for (const side of ['before', 'after'] as const) {
      if (isOver()) return;
      yield { call, side, waits: (side === 'before') === (call % 2 === 0) };
    }
  }
}

/** Keeps what is logged. */
export class KeptLog implements Logger {
  readonly events: (string | undefined)[] = [];
  debug(): void {}
  info(fields: Readonly<Record<string, unknown>>): void {
    this.events.push(String(fields['event']));
  }
  warn(fields: Readonly<Record<string, unknown>>): void {
    this.events.push(String(fields['event']));
  }
  error(fields: Readonly<Record<string, unknown>>): void {
    this.events.push(String(fields['event']));
  }
}

export function callsOf(test: TestEngine, executionId: string): number {
  return test.runtime.calls.filter((call) => call.request.ctx['atmWorkflowExecutionId'] === executionId).length;
}

/** Everything about an execution that a command could change. */
export async function pictureOf(test: TestEngine, executionId: string): Promise<unknown> {
  const { executions } = test.engine;
  return [await executions.view(executionId), await executions.events(executionId, 0, 10_000), await executions.receipt(executionId)];
}

/** What must not be there of an execution that ended: jobs, statuses that go on, gaps in its events. */
export async function remainsOf(test: TestEngine, { execution, archivedRuns }: ExecutionView): Promise<readonly string[]> {
  const problems = [...(await eventProblems(test, execution.id))];
  const goingOn = new Set(['pending', 'active', 'stopping', 'scheduled', 'preparing', 'enqueued', 'resuming']);
  for (const run of [execution.current, ...archivedRuns]) {
    if (goingOn.has(run.status)) problems.push(`lane run ${run.laneIndex} is ${run.status}`);
    for (const task of run.boxes.flatMap((box) => box.tasks)) {
      if (goingOn.has(task.status)) problems.push(`task ${task.schemaId} is ${task.status}`);
    }
  }
  if (execution.inAdvance !== null) problems.push('a lane run is prepared in advance');
  const counters = Object.values(await test.engine.executions.counters(execution.id));
  if (counters.some((counter) => counter.itemsInProcessing > 0)) problems.push('items are in processing');
  return problems;
}
