/**
 * The engine put together: one object that an embedder starts and stops. The composition is here and nowhere
 * else; every part gets what it needs through its constructor.
 */
import { newId, type ErrorObject, type Execution, type reduce } from '@laneway/model';
import type { EngineConfig } from './config.ts';
import { BulkRunner } from './control/bulk-runner.ts';
import { Admission } from './control/admission.ts';
import type { PostCallback } from './control/callback-request.ts';
import { callbackKind, Callbacks } from './control/callbacks.ts';
import { Controller } from './control/controller.ts';
import { Deadlines, executionDeadlineKind, pauseDeadlineKind } from './control/deadlines.ts';
import { Executions } from './control/execution-service.ts';
import { Extensions } from './control/extensions.ts';
import { GarbageCollector, garbageCollectionKind, type Retention } from './control/garbage-collector.ts';
import { Hub } from './control/hub.ts';
import { PlanCache } from './control/plan.ts';
import { RequestKeys } from './control/request-keys.ts';
import { RuntimeMonitor } from './control/runtime-monitor.ts';
import { SideJobs } from './control/side-jobs.ts';
import type { StopObserver } from './control/stop-moments.ts';
import { Uploads } from './control/uploads.ts';
import type { ExecutionService, StoreService } from './engine-api.ts';
import type { BulkAccess, BulkJob, ExecutionExtensions } from './extensions-api.ts';
import { Files, type FilesParts } from './files/files.ts';
import { Spaces } from './files/spaces.ts';
import { boundRuntime } from './lambdas/bounded-runtime.ts';
import type { LambdaRuntime, SpaceMount } from './lambdas/runtime.ts';
import { Committer } from './lanes/committer.ts';
import type { DriverContext } from './lanes/driver.ts';
import { JobRunner, type JobEnvironment } from './lanes/job-runner.ts';
import { defaultTimings, NodeLife, type NodeTimings } from './lanes/node.ts';
import { RuntimeHandles } from './lanes/runtime-handles.ts';
import { walkLaneRun } from './lanes/walk.ts';
import { WorkSet } from './lanes/work-set.ts';
import type { Logger } from './logger.ts';
import { initialContentReader } from './mapping/initial-content.ts';
import { uploadedItemsConverter } from './mapping/uploaded-items.ts';
import { bulkTimerKind } from './persistence/sql/bulk-jobs.ts';
import { databaseNow, registerNode } from './persistence/sql/nodes.ts';
import type { HintChannel, News } from './persistence/hints.ts';
import { uploadTimerKind } from './persistence/sql/uploads.ts';
import type { Database } from './persistence/sql.ts';
import { Stores } from './stores/store-service.ts';
import { valueDescriber } from './values/describe.ts';

export interface EngineOptions {
  readonly config: EngineConfig;
  readonly database: Database;
  readonly runtime: LambdaRuntime;
  /** How files are looked at; see `FilesParts`. */
  readonly files?: Omit<FilesParts, 'database' | 'spaces'>;
  /** What lambdas learn about their surroundings: domains, access tokens. */
  readonly environment: JobEnvironment;
  readonly log: Logger;
  readonly timings?: NodeTimings;
  /** Told how long the stages of stops take. */
  readonly observeStop?: StopObserver;
  /** Why an execution may not go on on behalf of its user, or null; without it everybody may. */
  readonly access?: (execution: Execution) => Promise<ErrorObject | null>;
  /** Whether other processes work on this database, so that stops may come from them; by default with PostgreSQL only. */
  readonly isShared?: boolean;
  /** The reducer of executions, for those who watch its decisions (the simulator). */
  readonly reducer?: typeof reduce;
  /** How callbacks are sent (the simulator has no network). */
  readonly postCallback?: PostCallback;
  /** What a user may do to an execution that a bulk operation has come to; without it everything. */
  readonly bulkAccess?: (
    job: Pick<BulkJob, 'userId' | 'sessionToken'>,
    execution: Pick<Execution, 'spaceId' | 'userId'>,
  ) => Promise<BulkAccess>;
}

/** Failing over takes at most the lease and one look (design §3). */
const failOverMs = 8000;

export class Engine {
  readonly database: Database;
  readonly runtime: LambdaRuntime;
  readonly executions: ExecutionService;
  readonly extensions: ExecutionExtensions;
  readonly stores: StoreService;
  readonly files: Files;
  readonly spaces: Spaces;
  readonly #options: EngineOptions;
  readonly #hub = new Hub();
  readonly #controller: Controller;
  readonly #plans: PlanCache;
  readonly #sideJobs: SideJobs;
  readonly #bulk: BulkRunner;
  readonly #garbage: GarbageCollector;
  readonly #admission: Admission;
  readonly #monitor: RuntimeMonitor;
  #life: NodeLife | undefined;
  #hints: HintChannel | undefined;
  #renewing: Promise<void> = Promise.resolve();
  #stopped = false;
  #lastToken: number | undefined;
  #isGarbageTimed = false;

  constructor(options: EngineOptions) {
    const { database, config, runtime, log } = options;
    this.#options = options;
    this.#hub.relay = (executionId, news) => this.#hints?.send(executionId, news);
    this.database = database;
    this.runtime = boundRuntime(runtime, (fields, message) => log.warn(fields, message));
    this.spaces = new Spaces(database, config.dataDir);
    this.files = new Files({ database, spaces: this.spaces, ...options.files });
    this.#plans = new PlanCache(database);
    this.#controller = new Controller({ database, hub: this.#hub, plans: this.#plans, reducer: options.reducer });
    const deadlines = new Deadlines({
      database,
      controller: this.#controller,
      hub: this.#hub,
      wakeIn: (delayMs) => this.#wakeIn(delayMs),
    });
    const callbacks = new Callbacks({ database, policy: config.callbacks, post: options.postCallback, log });
    const requestKeys = new RequestKeys(database, config.requestKeyRetentionMs);
    this.#bulk = new BulkRunner({
      database,
      controller: this.#controller,
      membersPerSecond: config.bulkMembersPerSecond,
      access: options.bulkAccess ?? (async () => await Promise.resolve('allowed')),
      log,
    });
    this.#garbage = new GarbageCollector({ database, retention: retentionOf(config), log });
    const uploads = new Uploads({
      database,
      maxItemBytes: config.maxItemBytes,
      retentionMs: config.uploadRetentionMs,
      quota: { count: config.uploadsPerUser, bytes: config.uploadBytesPerUser },
    });
    this.#sideJobs = new SideJobs(database, log, {
      [callbackKind]: async (timer) => await callbacks.run(timer),
      [bulkTimerKind]: async (timer) => await this.#bulk.run(timer),
      [executionDeadlineKind]: async (timer) => await deadlines.expireExecution(timer),
      [garbageCollectionKind]: async (timer) => await this.#garbage.run(timer),
      [pauseDeadlineKind]: async (timer) => await deadlines.expirePause(timer),
      [uploadTimerKind]: async (timer) => await uploads.expire(timer),
    });
    this.extensions = new Extensions({ database, requestKeys, bulkStarted: () => this.#wakeIn(0), uploads });
    this.#monitor = new RuntimeMonitor({
      database,
      controller: this.#controller,
      runtime: this.runtime,
      graceAttempts: config.runtimeCheckGraceAttempts,
      log,
    });
    this.stores = new Stores({ database, describe: valueDescriber(this.files), plans: this.#plans });
    this.#admission = new Admission({ database, hub: this.#hub, limit: config.executionsPerSpace });
    if (options.observeStop !== undefined) this.#controller.observeStop = options.observeStop;
    this.#controller.onStopped = (executionId) => this.#admission.released(executionId);
    this.executions = new Executions({
      admission: this.#admission,
      database,
      controller: this.#controller,
      hub: this.#hub,
      deadlines,
      scheduling: {
        database,
        requestKeys,
        nowMs: async () => await database.call(databaseNow, null),
        callbackProblem: (url) => callbacks.problemOf(url),
        runtimeError: () => this.#monitor.error,
        readInitialContent: initialContentReader(this.files, config.maxItemBytes),
        convertUploadedItems: uploadedItemsConverter(this.files, config.maxItemBytes),
      },
    });
  }

  /** Takes up a life as a node: from here on executions are driven and batches are run. */
  async start(): Promise<void> {
    const { config, database, log } = this.#options;
    const timings = this.#options.timings ?? { ...defaultTimings, leaseMs: config.leaseMs };
    const after = this.#lastToken === undefined ? {} : { after: this.#lastToken };
    const registered = await database.call(registerNode, { nodeId: config.nodeId, leaseMs: timings.leaseMs, ...after });
    if (registered === null) throw new Error(`another process lives as node ${config.nodeId}`);
    const { nodeToken } = registered;
    this.#lastToken = nodeToken;
    const identity = { nodeId: config.nodeId, nodeToken };
    const handles = new RuntimeHandles(this.runtime);
    const space = async (spaceId: string): Promise<SpaceMount | null> => await this.#mount(spaceId);
    const committer = new Committer(database);
    const jobs = new JobRunner({
      database,
      controller: this.#controller,
      files: this.files,
      config,
      environment: this.#options.environment,
      log,
    });
    const work = new WorkSet({
      database,
      controller: this.#controller,
      plans: this.#plans,
      handles,
      committer,
      jobs,
      node: identity,
      jobsPerNode: config.jobsPerNode,
      jobsPerTask: config.jobsPerTask,
      newId,
      space,
      progressed: (executionId) => this.#hub.notify(executionId, 'progressed'),
      log,
    });
    this.#controller.onGateClosed = (gate) => work.revoke(gate);
    const walking = {
      database,
      plans: this.#plans,
      files: this.files,
      spaces: this.spaces,
      inputGrew: ({ laneRunId, executionId }: { readonly laneRunId: string; readonly executionId: string }) => {
        work.inputGrew(laneRunId);
        this.#hints?.send(executionId, 'changed');
      },
      log,
    };
    const driverContext: DriverContext = {
      database,
      controller: this.#controller,
      hub: this.#hub,
      plans: this.#plans,
      handles,
      files: this.files,
      log,
      stopPatienceMs: Math.max(config.cancelGraceMs, failOverMs),
      space,
      work: (laneRunId) => work.start(laneRunId),
      stopWork: async (laneRunId, mode) => await work.stop(laneRunId, mode),
      walk: async (params) => await walkLaneRun(walking, params),
      admits: async (execution) => await this.#admission.admits(execution),
      access: this.#options.access ?? (async () => await Promise.resolve(null)),
    };
    const life: NodeLife = new NodeLife({
      database,
      hub: this.#hub,
      identity,
      work,
      driverContext,
      timings,
      isShared: this.#options.isShared ?? database.dialect.name === 'postgres',
      runTimers: async () => await this.#runTimers(),
      watch: { everyMs: config.runtimeCheckMs, tick: async () => await this.#monitor.tick() },
      onLost: () => this.#renewLife(life, handles),
      log,
    });
    this.#life = life;
    life.start();
    // It outlives the lives of the node.
    if (config.notify) this.#hints ??= database.openHints?.((executionId, news) => this.#hinted(executionId, news));
  }

  #hinted(executionId: string, news: News): void {
    this.#hub.hear(executionId);
    void this.#life?.hinted(executionId, news);
  }

  /** An engine that was not started works on nothing. */
  #wakeIn(delayMs: number): void {
    if (this.#life !== undefined) this.#sideJobs.wakeIn(delayMs);
  }

  async #runTimers(): Promise<void> {
    // Here and not at the start, which must not depend on one more answer of the database.
    if (!this.#isGarbageTimed) await this.#garbage.arm();
    this.#isGarbageTimed = true;
    await this.#sideJobs.tick();
    await this.#garbage.purge();
  }

  /** Stops in order: nothing new, work in flight is given back, leases go; the database stays open. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#renewing;
    try {
      await this.#hints?.close();
      this.#bulk.leave();
      await this.#life?.end(this.#options.config.drainMs);
      await this.#sideJobs.settled();
    } finally {
      await this.runtime.close();
      this.files.close();
    }
  }

  /** After a lost lease the node begins a new life; nothing of the old one is in flight then. */
  #renewLife(life: NodeLife, handles: RuntimeHandles): void {
    this.#renewing = (async () => {
      try {
        await life.end(0);
        await handles.disposeAll();
      } catch (error) {
        this.#options.log.error({ event: 'lifeEndFailed', error }, 'a lost life of the node did not end in order');
      }
      for (let attempt = 0; !this.#stopped; attempt += 1) {
        try {
          await this.start();
          return;
        } catch (error) {
          this.#options.log.error({ event: 'restartFailed', error }, 'the node cannot begin again yet');
          await new Promise((resolve) => setTimeout(resolve, Math.min(10_000, 500 * 2 ** attempt)));
        }
      }
    })();
  }

  async #mount(spaceId: string): Promise<SpaceMount | null> {
    const found = await this.spaces.get(spaceId);
    return found === null ? null : { spaceId: found.id, name: found.name, root: found.path, readonly: found.readonly };
  }
}

function retentionOf(config: EngineConfig): Retention {
  return {
    suspendedMs: config.suspendedRetentionMs,
    endedMs: config.endedRetentionMs,
    bulkMs: config.bulkRetentionMs,
    auditMs: config.auditRetentionMs,
    intervalMs: config.garbageCollectionIntervalMs,
  };
}
