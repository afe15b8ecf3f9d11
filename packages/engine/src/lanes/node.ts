/**
 * One life of a node: keeps its lease, finds executions to drive and gates to work on, runs due timers.
 *
 * Invariants: 1. Work goes on only while the lease is held: 4 s after the last renewal by the monotonic clock
 * everything in flight is given up, before anybody else may take it over (design §3). 2. Recovery is the same
 * loop as ordinary work. 3. One driver for an execution on this node; steps of a driver never overlap. 4. A drive
 * that the database knows of and this node does not is given back. 5. A step that fails again and again while the
 * database answers crashes its execution; nothing is tried without a pause (P18).
 */
import type { Hub } from '../control/hub.ts';
import type { Logger } from '../logger.ts';
import type { News } from '../persistence/hints.ts';
import { activeGates, hintedWork } from '../persistence/sql/gates.ts';
import {
  acquireDrive,
  acquireDrives,
  databaseNow,
  leaveNode,
  ownDrives,
  releaseDrive,
  renewNode,
  type Drive,
  type NodeIdentity,
} from '../persistence/sql/nodes.ts';
import { noteDriver } from '../persistence/sql/standing.ts';
import { returnDeadSlices } from '../persistence/sql/slices.ts';
import type { Database } from '../persistence/sql.ts';
import { sleep } from '../sleep.ts';
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
  /** Other processes may close gates of this database. */
  readonly isShared: boolean;
  /** Runs due timers. */
  readonly runTimers: () => Promise<void>;
  /** Looks at what lambdas run on. */
  readonly watch: { readonly everyMs: number; readonly tick: () => Promise<void> };
  /** The lease was lost: this life of the node is over. */
  readonly onLost: () => void;
  readonly log: Logger;
}

interface Driven {
  readonly driver: Driver;
  dirty: boolean;
  /** Ends the pause before the next step. */
  wake: () => void;
  /** Ends it also after a failure, which no other news may shorten. */
  leave: () => void;
  readonly ended: Promise<void>;
}

const maxStepFailures = 5;
/** Before a driver looks again that waits for other nodes. */
const soonMs = 50;
/** Before a driver looks again whose execution waits far behind others: a thousand of them must not ask every second. */
const queuedMs = 5000;

/** No longer, because a stop may wait for the step (I4). */
const maxStepPauseMs = 2000;

/** Failures of one driver's steps since the document changed last. */
class StepFailures {
  #proven = 0;
  #count = 0;
  #lastAt = Number.NEGATIVE_INFINITY;

  /** True when there was something to forget. */
  forget(): boolean {
    const had = this.#count > 0;
    this.#proven = 0;
    this.#count = 0;
    return had;
  }

  /** Counts one; those while the database is away prove nothing about the execution. Work of a minute in between is progress. */
  add(databaseAnswers: boolean): { readonly count: number; readonly pauseMs: number } {
    const now = performance.now();
    if (now - this.#lastAt > 60_000) this.forget();
    this.#lastAt = now;
    this.#count += 1;
    if (databaseAnswers) this.#proven += 1;
    return { count: this.#proven, pauseMs: Math.min(maxStepPauseMs, 100 * 2 ** Math.min(this.#count, 20)) };
  }
}

export class NodeLife {
  readonly #options: NodeOptions;
  readonly #driven = new Map<string, Driven>();
  readonly #loops: Promise<void>[] = [];
  readonly #ending = new AbortController();
  readonly #unobserve: () => void;
  readonly #acquiring = new Set<string>();
  /** Executions whose hint is being followed; true = another one came meanwhile. */
  readonly #hinting = new Map<string, boolean>();
  /** Drives that were found without a driver here when the node looked last. */
  #strays: ReadonlySet<string> = new Set();
  #watch: NodeJS.Timeout | undefined;
  #draining = false;
  #lost = false;

  constructor(options: NodeOptions) {
    this.#options = options;
    this.#unobserve = options.hub.observe((executionId) => this.#notified(executionId));
  }

  start(): void {
    const { timings, isShared } = this.#options;
    this.#renewed(performance.now());
    this.#loops.push(this.#loop(timings.renewMs, async () => await this.#renew()));
    this.#loops.push(this.#loop(timings.lookMs, async () => await this.look()));
    this.#loops.push(this.#loop(timings.lookMs, async () => await this.#options.runTimers()));
    const { watch } = this.#options;
    this.#loops.push(this.#loop(watch.everyMs, watch.tick));
    // A process that is alone hears of every stop from itself.
    if (isShared) this.#loops.push(this.#loop(timings.pollMs, async () => await this.#poll()));
  }

  /** Takes what nobody works on. The tick of the loop that finds work. */
  async look(): Promise<void> {
    const { database, identity, work } = this.#options;
    const freed = await database.call(returnDeadSlices, null);
    for (const laneRunId of freed) work.inputGrew(laneRunId);
    await this.#releaseStrays();
    if (!this.#draining) {
      for (const drive of await database.call(acquireDrives, { ...identity, limit: 50 })) this.#drive(drive);
    }
    for (const laneRunId of await database.call(activeGates, null)) {
      work.start(laneRunId);
      work.inputGrew(laneRunId);
    }
  }

  /** Another node has news: what the loops would find by themselves is looked at now. */
  async hinted(executionId: string, news: News): Promise<void> {
    if (this.#driven.has(executionId)) this.#notified(executionId);
    if (news === 'progressed') return;
    const isUnderWay = this.#hinting.has(executionId);
    this.#hinting.set(executionId, isUnderWay);
    if (isUnderWay) return;
    try {
      do {
        this.#hinting.set(executionId, false);
        await this.#lookAt(executionId);
      } while (this.#hinting.get(executionId) === true);
    } catch (error) {
      this.#options.log.warn({ event: 'hintFailed', executionId, error }, 'a hint could not be followed: the polls find what it was about');
    } finally {
      this.#hinting.delete(executionId);
    }
  }

  async #lookAt(executionId: string): Promise<void> {
    if (this.#draining || this.#lost) return;
    const { database, work } = this.#options;
    await work.refreshExecution(executionId);
    const { isFree, openLaneRunIds } = await database.call(hintedWork, { executionId });
    if (isFree && !this.#driven.has(executionId)) this.#notified(executionId);
    for (const laneRunId of openLaneRunIds) {
      work.start(laneRunId);
      work.inputGrew(laneRunId);
    }
  }

  /** Drives whose taking or release was not heard of: seen twice without a driver here, they are free again. */
  async #releaseStrays(): Promise<void> {
    const { database, identity } = this.#options;
    const strays = (await database.call(ownDrives, identity)).filter((id) => !this.#driven.has(id) && !this.#acquiring.has(id));
    for (const executionId of strays) if (this.#strays.has(executionId)) await database.call(releaseDrive, { ...identity, executionId });
    this.#strays = new Set(strays);
  }

  /** Ends this life in order: nothing new, jobs run on for at most `drainMs`, the rest is given back, leases go. */
  async end(drainMs: number): Promise<void> {
    this.#unobserve();
    this.#draining = true;
    // The lease is renewed while jobs come to their end.
    if (!this.#lost) await this.#options.work.drain(drainMs);
    this.#ending.abort();
    clearTimeout(this.#watch);
    for (const driven of this.#driven.values()) driven.leave();
    const driversEnded = Promise.all([...this.#driven.values()].map((driven) => driven.ended));
    // Jobs must not run on while a driver waits for a database that is away.
    await Promise.all([driversEnded, ...(this.#lost ? [this.#options.work.stopAll()] : [])]);
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
      await sleep(everyMs, signal);
    }
  }

  async #renew(): Promise<void> {
    const { database, identity, timings } = this.#options;
    const askedAt = performance.now();
    const { alive } = await database.call(renewNode, { ...identity, leaseMs: timings.leaseMs });
    if (alive) this.#renewed(askedAt);
    else this.#lose('another life of this node took over');
  }

  #renewed(askedAt: number): void {
    clearTimeout(this.#watch);
    if (this.#lost || this.#ending.signal.aborted) return;
    const { lostMs } = this.#options.timings;
    this.#watch = setTimeout(() => this.#lose('the database did not answer in time'), Math.max(0, askedAt + lostMs - performance.now()));
  }

  #lose(reason: string): void {
    if (this.#lost || this.#ending.signal.aborted) return;
    this.#lost = true;
    clearTimeout(this.#watch);
    this.#options.log.error({ event: 'leaseLost', reason }, 'the lease was lost: all work in flight is given up');
    this.#options.onLost();
  }

  async #poll(): Promise<void> {
    const { work } = this.#options;
    const { watchedLaneRunIds } = work;
    if (watchedLaneRunIds.length > 0) await work.refresh(watchedLaneRunIds);
  }

  #notified(executionId: string): void {
    const driven = this.#driven.get(executionId);
    if (driven !== undefined) {
      driven.dirty = true;
      driven.wake();
      return;
    }
    if (this.#draining || this.#lost || this.#acquiring.has(executionId)) return;
    this.#acquiring.add(executionId);
    const { database, identity, log } = this.#options;
    void database
      .call(acquireDrive, { ...identity, executionId })
      .then((drive) => (drive === null ? undefined : this.#drive(drive)))
      .catch((error: unknown) =>
        log.warn({ event: 'acquireFailed', executionId, error }, 'an execution could not be taken; it is found by the next look'),
      )
      .finally(() => this.#acquiring.delete(executionId));
  }

  #drive(drive: Drive): void {
    if (this.#driven.has(drive.executionId) || this.#ending.signal.aborted) return;
    const driver = new Driver(this.#options.driverContext, { ...drive, ...this.#options.identity });
    const driven: Driven = { driver, dirty: true, wake: () => undefined, leave: () => undefined, ended: Promise.resolve() };
    this.#driven.set(drive.executionId, driven);
    Object.assign(driven, { ended: this.#run(driven) });
  }

  async #run(driven: Driven): Promise<void> {
    const { driver } = driven;
    const { signal } = this.#ending;
    const failures = new StepFailures();
    while (!signal.aborted) {
      driven.dirty = false;
      let pauseMs: number | null = null;
      let lookMs = this.#options.timings.lookMs;
      try {
        const step = await driver.step();
        if (step === 'soon') lookMs = soonMs;
        if (step === 'queued') lookMs = queuedMs;
        if (step === 'done') break;
        // Without a change of the document a failing preparation or walk may only have been begun once more.
        if (step === 'again') {
          if (failures.forget()) await this.#note(driver.executionId, null);
          continue;
        }
      } catch (error) {
        pauseMs = await this.#stepFailed(driver, failures, error);
      }
      await this.#pause(driven, pauseMs, lookMs);
    }
    await driver.release();
    if (!signal.aborted) {
      await this.#options.database
        .call(releaseDrive, { ...this.#options.identity, executionId: driver.executionId })
        .catch((error: unknown) =>
          this.#options.log.warn({ event: 'releaseFailed', executionId: driver.executionId, error }, 'a drive is released by a later look'),
        );
    }
    this.#driven.delete(driver.executionId);
    if (signal.aborted) return;
    // A command may have come between the last look and the release.
    if (driven.dirty) this.#notified(driver.executionId);
  }

  /** Logs the failure and, when it is one too many, crashes the execution; returns how long to wait. */
  async #stepFailed(driver: Driver, failures: StepFailures, error: unknown): Promise<number> {
    const { database, log } = this.#options;
    const { executionId } = driver;
    const answers = await database.call(databaseNow, null).then(
      () => true,
      () => false,
    );
    const { count, pauseMs } = failures.add(answers);
    log.error({ event: 'stepFailed', executionId, failures: count, error }, 'a step failed and is tried again');
    const note = { error: error instanceof Error ? error.message : String(error), failures: count, pauseMs };
    if (answers) await this.#note(executionId, note);
    if (answers && count >= maxStepFailures) {
      await driver
        .crash(error)
        .catch((crashError: unknown) =>
          log.error({ event: 'crashFailed', executionId, error: crashError }, 'an execution could not be crashed'),
        );
    }
    return pauseMs;
  }

  /** People who ask why an execution is not moving are told. */
  async #note(executionId: string, note: Parameters<typeof noteDriver.run>[1]['note']): Promise<void> {
    const { database, identity, log } = this.#options;
    await database
      .call(noteDriver, { ...identity, executionId, note })
      .catch((error: unknown) => log.debug({ event: 'noteFailed', executionId, error }, 'why a driver does not get on was not kept'));
  }

  /** Waits for news, at most until the next look; after a failure for `pauseMs`, whatever happens. */
  async #pause(driven: Driven, pauseMs: number | null, lookMs: number): Promise<void> {
    if (this.#ending.signal.aborted || (driven.dirty && pauseMs === null)) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pauseMs ?? lookMs);
      driven.leave = () => {
        clearTimeout(timer);
        resolve();
      };
      if (pauseMs === null) driven.wake = driven.leave;
    });
    driven.wake = () => undefined;
    driven.leave = () => undefined;
  }
}
