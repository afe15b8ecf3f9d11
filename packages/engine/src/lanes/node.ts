/**
 * One life of a node: keeps its lease, finds executions to drive and gates to work on, runs due timers.
 *
 * Invariants: 1. Work goes on only while the lease is held: 4 s after the last renewal by the monotonic clock
 * everything in flight is given up, before anybody else may take it over (design §3). 2. Recovery is the same
 * loop as ordinary work. 3. One driver for an execution on this node; steps of a driver never overlap.
 */
import type { Hub } from '../control/hub.ts';
import type { Logger } from '../logger.ts';
import { activeGates } from '../persistence/sql/gates.ts';
import { acquireDrive, acquireDrives, leaveNode, releaseDrive, renewNode, type Drive, type NodeIdentity } from '../persistence/sql/nodes.ts';
import { returnDeadSlices } from '../persistence/sql/slices.ts';
import type { Database } from '../persistence/sql.ts';
import { Driver, type DriverContext } from './driver.ts';
import type { WorkSet } from './work-set.ts';

export interface NodeTimings {
  readonly leaseMs: number;
  readonly renewMs: number;
  /** Own work counts as lost this long after the last renewal. */
  readonly lostMs: number;
  readonly lookMs: number;
  readonly pollMs: number;
}

export const defaultTimings: NodeTimings = { leaseMs: 6000, renewMs: 1500, lostMs: 4000, lookMs: 1000, pollMs: 250 };

export interface NodeOptions {
  readonly database: Database;
  readonly hub: Hub;
  readonly identity: NodeIdentity;
  readonly work: WorkSet;
  readonly driverContext: DriverContext;
  readonly timings: NodeTimings;
  /** Runs due timers. */
  readonly runTimers: () => Promise<void>;
  /** The lease was lost: this life of the node is over. */
  readonly onLost: () => void;
  readonly log: Logger;
}

interface Driven {
  readonly driver: Driver;
  dirty: boolean;
  wake: () => void;
  readonly ended: Promise<void>;
}

export class NodeLife {
  readonly #options: NodeOptions;
  readonly #driven = new Map<string, Driven>();
  readonly #loops: Promise<void>[] = [];
  readonly #ending = new AbortController();
  readonly #unobserve: () => void;
  #renewedAt = performance.now();
  #lost = false;

  constructor(options: NodeOptions) {
    this.#options = options;
    this.#unobserve = options.hub.observe((executionId) => this.#notified(executionId));
  }

  start(): void {
    const { timings, database } = this.#options;
    this.#loops.push(this.#loop(timings.renewMs, async () => await this.#renew()));
    this.#loops.push(this.#loop(timings.lookMs, async () => await this.look()));
    this.#loops.push(this.#loop(timings.lookMs, async () => await this.#options.runTimers()));
    // One process on SQLite hears of every stop from itself.
    if (database.dialect.name === 'postgres') this.#loops.push(this.#loop(timings.pollMs, async () => await this.#poll()));
  }

  /** Takes what nobody works on. The tick of the loop that finds work. */
  async look(): Promise<void> {
    const { database, identity, work } = this.#options;
    const freed = await database.call(returnDeadSlices, null);
    for (const laneRunId of freed) work.inputGrew(laneRunId);
    const drives = await database.call(acquireDrives, { ...identity, limit: 50 });
    for (const drive of drives) this.#drive(drive);
    for (const gate of await database.call(activeGates, null)) {
      work.start(gate.laneRunId);
      work.inputGrew(gate.laneRunId);
    }
  }

  /** Ends this life in order: nothing new, jobs run on for at most `drainMs`, the rest is given back, leases go. */
  async end(drainMs: number): Promise<void> {
    this.#unobserve();
    // The lease is renewed while jobs come to their end.
    if (!this.#lost) await this.#options.work.drain(drainMs);
    this.#ending.abort();
    for (const driven of this.#driven.values()) driven.wake();
    await Promise.all([...this.#driven.values()].map((driven) => driven.ended));
    await this.#options.work.stopAll();
    await Promise.all(this.#loops);
    if (!this.#lost) await this.#options.database.call(leaveNode, this.#options.identity);
  }

  async #loop(everyMs: number, tick: () => Promise<void>): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      try {
        await tick();
      } catch (error) {
        this.#options.log.error({ event: 'loopFailed', error }, 'a loop of the node failed and goes on');
      }
      if (signal.aborted) return;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, everyMs);
        signal.addEventListener('abort', done);
      });
    }
  }

  async #renew(): Promise<void> {
    const { database, identity, timings } = this.#options;
    const askedAt = performance.now();
    const watch = setTimeout(() => this.#lose('the database did not answer in time'), Math.max(0, this.#renewedAt + timings.lostMs - askedAt));
    try {
      const { alive } = await database.call(renewNode, { ...identity, leaseMs: timings.leaseMs });
      if (alive) this.#renewedAt = askedAt;
      else this.#lose('another life of this node took over');
    } finally {
      if (performance.now() - this.#renewedAt < timings.lostMs) clearTimeout(watch);
    }
  }

  #lose(reason: string): void {
    if (this.#lost || this.#ending.signal.aborted) return;
    this.#lost = true;
    this.#options.log.error({ event: 'leaseLost', reason }, 'the lease was lost: all work in flight is given up');
    this.#options.onLost();
  }

  async #poll(): Promise<void> {
    const { work } = this.#options;
    if (work.laneRunIds.length > 0) await work.refresh(work.laneRunIds);
  }

  #notified(executionId: string): void {
    const driven = this.#driven.get(executionId);
    if (driven !== undefined) {
      driven.dirty = true;
      driven.wake();
      return;
    }
    if (this.#ending.signal.aborted || this.#lost) return;
    const { database, identity, log } = this.#options;
    void database
      .call(acquireDrive, { ...identity, executionId })
      .then((drive) => (drive === null ? undefined : this.#drive(drive)))
      .catch((error: unknown) => log.warn({ event: 'acquireFailed', executionId, error }, 'an execution could not be taken; it is found by the next look'));
  }

  #drive(drive: Drive): void {
    if (this.#driven.has(drive.executionId) || this.#ending.signal.aborted) return;
    const driver = new Driver(this.#options.driverContext, { ...drive, ...this.#options.identity });
    const driven: Driven = { driver, dirty: true, wake: () => undefined, ended: Promise.resolve() };
    this.#driven.set(drive.executionId, driven);
    Object.assign(driven, { ended: this.#run(driven) });
  }

  async #run(driven: Driven): Promise<void> {
    const { driver } = driven;
    const { signal } = this.#ending;
    let failures = 0;
    while (!signal.aborted) {
      driven.dirty = false;
      try {
        const step = await driver.step();
        failures = 0;
        if (step === 'done') break;
        if (step === 'again') continue;
      } catch (error) {
        failures += 1;
        this.#options.log.error({ event: 'stepFailed', executionId: driver.executionId, failures, error }, 'a step failed and is tried again');
      }
      await this.#pause(driven, failures === 0 ? this.#options.timings.lookMs : Math.min(10_000, 100 * 2 ** failures), failures > 0);
    }
    await driver.release();
    this.#driven.delete(driver.executionId);
    if (signal.aborted) return;
    await this.#options.database.call(releaseDrive, { ...this.#options.identity, executionId: driver.executionId }).catch(() => undefined);
    // A command may have come between the last look and the release.
    if (driven.dirty) this.#notified(driver.executionId);
  }

  async #pause(driven: Driven, timeoutMs: number, ignoreWakes: boolean): Promise<void> {
    if (driven.dirty && !ignoreWakes) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      driven.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    driven.wake = () => undefined;
  }
}
