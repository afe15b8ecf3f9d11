/**
 * The lane runs this node works on. A worker is made when an open gate is found and closed when the gate is
 * closed, whoever closed it.
 *
 * Invariants: 1. At most one worker for a lane run. 2. `stop` resolves when nothing of the lane run is in
 * flight on this node, also while its worker is still being made. 3. What a lane run had here – its worker, its
 * runtimes – goes when its gate is found closed, also on a node that does not drive it.
 */
import type { StopMode } from '@laneway/model';
import { crashReason } from '../control/crash-reason.ts';
import type { ClosedGate, Controller } from '../control/controller.ts';
import { compiledTask, lambdaOf, laneSchema, type PlanCache } from '../control/plan.ts';
import type { SpaceMount } from '../lambdas/runtime.ts';
import type { Logger } from '../logger.ts';
import { viewExecution } from '../persistence/sql/executions.ts';
import { gateOfLaneRun, stopEpochs } from '../persistence/sql/gates.ts';
import { databaseNow, type NodeIdentity } from '../persistence/sql/nodes.ts';
import type { Database } from '../persistence/sql.ts';
import type { Committer } from './committer.ts';
import type { JobRunner } from './job-runner.ts';
import { LaneRunWorker } from './lane-run-worker.ts';
import type { WorkerTask } from './worker-parts.ts';
import type { RuntimeHandles } from './runtime-handles.ts';
import { JobScheduler } from './scheduler.ts';
import { taskToPrepare } from './task-setup.ts';

export interface WorkSetOptions {
  readonly database: Database;
  readonly controller: Controller;
  readonly plans: PlanCache;
  readonly handles: RuntimeHandles;
  readonly committer: Committer;
  readonly jobs: JobRunner;
  readonly node: NodeIdentity;
  readonly jobsPerNode: number;
  readonly jobsPerTask: number;
  readonly newId: () => string;
  readonly space: (spaceId: string) => Promise<SpaceMount | null>;
  readonly progressed: (executionId: string) => void;
  readonly log: Logger;
}

const maxRefusedMs = 60_000;

export class WorkSet {
  readonly #options: WorkSetOptions;
  readonly #scheduler: JobScheduler;
  readonly #starting = new Map<string, { cancelled: boolean; readonly ended: Promise<void> }>();
  /** Lane runs that could not be begun here, and when to try again. */
  readonly #refused = new Map<string, { readonly failures: number; readonly until: number }>();
  readonly #retiring = new Set<string>();
  #draining = false;

  constructor(options: WorkSetOptions) {
    this.#options = options;
    this.#scheduler = new JobScheduler({ jobsPerNode: options.jobsPerNode, refresh: async (laneRunIds) => await this.refresh(laneRunIds) });
  }

  get laneRunIds(): readonly string[] {
    return [...this.#scheduler.workers.keys()];
  }

  /** Lane runs that have something here: a worker, or runtimes of one that could not be begun. */
  get watchedLaneRunIds(): readonly string[] {
    return [...this.laneRunIds, ...this.#refused.keys()];
  }

  get liveJobs(): number {
    return [...this.#scheduler.workers.values()].reduce((sum, worker) => sum + worker.liveJobs, 0);
  }

  /** News of an execution: its gates may have been closed. */
  async refreshExecution(executionId: string): Promise<void> {
    const workers = [...this.#scheduler.workers.values()].filter((worker) => worker.executionId === executionId);
    if (workers.length > 0) await this.refresh(workers.map((worker) => worker.laneRunId));
  }

  /** Begins to work on a lane run, if it does not already. */
  start(laneRunId: string): void {
    if (this.#draining || this.#scheduler.workers.has(laneRunId) || this.#starting.has(laneRunId)) return;
    if ((this.#refused.get(laneRunId)?.until ?? 0) > performance.now()) return;
    const state = { cancelled: false, ended: Promise.resolve() };
    const ended = this.#start(laneRunId, state)
      .then(() => void this.#refused.delete(laneRunId))
      .catch((error: unknown) => this.#startFailed(laneRunId, error))
      .finally(() => this.#starting.delete(laneRunId));
    this.#starting.set(laneRunId, Object.assign(state, { ended }));
  }

  /** Tried again with growing pauses: what is missing here may come, and other nodes may have it. */
  #startFailed(laneRunId: string, error: unknown): void {
    this.#options.log.error({ event: 'workerFailed', laneRunId, error }, 'a worker could not be started');
    const now = performance.now();
    for (const [id, refusal] of this.#refused) if (refusal.until < now - 2 * maxRefusedMs) this.#refused.delete(id);
    const failures = (this.#refused.get(laneRunId)?.failures ?? 0) + 1;
    this.#refused.set(laneRunId, { failures, until: now + Math.min(maxRefusedMs, 500 * 2 ** failures) });
  }

  async #start(laneRunId: string, state: { cancelled: boolean }): Promise<void> {
    const { database, plans, handles, controller, jobs, space: mount } = this.#options;
    const gate = await database.call(gateOfLaneRun, { laneRunId });
    if (gate === null || !gate.active) return;
    const view = await database.call(viewExecution, { executionId: gate.executionId });
    const laneRun = view?.execution.current;
    if (view === null || laneRun === undefined || laneRun.id !== laneRunId || laneRun.exceptionStoreId === null) return;
    const { execution } = view;
    const { incarnation } = gate;
    const plan = await plans.plan(execution.id);
    const lane = laneSchema(plan, laneRun.laneIndex);
    const space = await mount(execution.spaceId);
    if (space === null) throw new Error(`the space ${execution.spaceId} does not exist`);
    const boxes: WorkerTask[][] = [];
    const runners = new Map<string, Parameters<JobRunner['runnerFor']>[0]>();
    for (const [boxIndex, box] of laneRun.boxes.entries()) {
      const tasks: WorkerTask[] = [];
      for (const [taskIndex, task] of box.tasks.entries()) {
        const schema = lane.parallelBoxes[boxIndex]?.tasks[taskIndex];
        if (schema === undefined) throw new Error(`lane ${laneRun.laneIndex} has no task ${task.schemaId}`);
        const lambda = lambdaOf(plan, schema.lambdaId, schema.lambdaRevisionNumber);
        // A stop waits for this: nothing is prepared after it.
        if (state.cancelled) return;
        const outcome = await handles.prepare(
          taskToPrepare({ execution, laneRun, taskId: task.id, lambdaId: schema.lambdaId, lambda, space }),
        );
        if (state.cancelled) return;
        if (outcome.kind === 'dropped') throw new Error(`the runtime of task ${task.schemaId} was given up while it was prepared`);
        if (outcome.kind === 'failed') throw new Error(`task ${task.schemaId} cannot run here: ${outcome.reason}`);
        tasks.push({ taskId: task.id, boxIndex, taskIndex, runners: Math.min(outcome.handle.runners, this.#options.jobsPerTask) });
        runners.set(task.id, {
          execution,
          laneRun,
          lane,
          task,
          boxIndex,
          compiled: compiledTask(plan, laneRun.laneIndex, schema.id),
          handle: outcome.handle,
          plan,
          space,
        });
      }
      boxes.push(tasks);
    }
    if (state.cancelled) return;
    const run = new Map([...runners].map(([taskId, setup]) => [taskId, jobs.runnerFor(setup)]));
    const worker = new LaneRunWorker({
      database,
      committer: this.#options.committer,
      node: this.#options.node,
      gate,
      exceptionStoreId: laneRun.exceptionStoreId,
      boxes,
      newId: this.#options.newId,
      startTasks: async (taskIds) => {
        const applied = await controller.apply(execution.id, { kind: 'tasksStarted', laneRunId, taskIds }, { incarnation });
        return applied.kind === 'changed' || applied.kind === 'unchanged';
      },
      runJob: async (job, signal, handOver) => {
        const runJob = run.get(job.task.taskId);
        if (runJob === undefined) throw new Error(`task ${job.task.taskId} has no runner`);
        return await runJob(job, signal, handOver);
      },
      authorise: async () => await this.refresh([laneRunId]),
      databaseAnswers: async () => await this.#databaseAnswers(),
      poisoned: async (error) => {
        const reason = crashReason(error);
        await controller.apply(execution.id, { kind: 'crashed', error: reason }, { incarnation });
      },
      pump: () => this.#scheduler.pump(),
      progressed: () => this.#options.progressed(execution.id),
      log: this.#options.log,
    });
    this.#scheduler.add(worker);
  }

  /** More items of a walk are there. */
  inputGrew(laneRunId: string): void {
    this.#scheduler.workers.get(laneRunId)?.inputGrew();
  }

  async #databaseAnswers(): Promise<boolean> {
    return await this.#options.database.call(databaseNow, null).then(
      () => true,
      () => false,
    );
  }

  /**
   * A stop was acknowledged on this node: from here on nothing of the lane run is handed over, unless it was resumed
   * meanwhile. The signals follow once whoever asked has its answer, which need not wait for them.
   */
  revoke({ laneRunId, incarnation, mode }: ClosedGate): void {
    const worker = this.#scheduler.workers.get(laneRunId);
    if (worker === undefined || worker.incarnation > incarnation) return;
    worker.authorisation.revoke();
    setImmediate(() => void worker.stop(mode));
  }

  /** Stops the work on a lane run whose gate is closed: it is not begun again. */
  async stop(laneRunId: string, mode: StopMode): Promise<void> {
    const starting = this.#starting.get(laneRunId);
    if (starting !== undefined) {
      starting.cancelled = true;
      // Ends a preparation that the start may be waiting for.
      await this.#options.handles.dispose(laneRunId);
      await starting.ended;
    }
    const worker = this.#scheduler.workers.get(laneRunId);
    await worker?.stop(mode);
    await worker?.giveBack();
    if (this.#scheduler.workers.get(laneRunId) === worker) this.#scheduler.remove(laneRunId);
    this.#refused.delete(laneRunId);
  }

  /** The gate was found closed, by whomever. */
  async #retire(laneRunId: string, mode: StopMode): Promise<void> {
    if (this.#retiring.has(laneRunId)) return;
    this.#retiring.add(laneRunId);
    try {
      await this.stop(laneRunId, mode);
      await this.#options.handles.dispose(laneRunId);
    } catch (error) {
      this.#options.log.warn({ event: 'retireFailed', laneRunId, error }, 'the work on a lane run could not be ended yet');
    } finally {
      this.#retiring.delete(laneRunId);
    }
  }

  /** Lets jobs that run come to their end, for at most `drainMs`; nothing new is started. */
  async drain(drainMs: number): Promise<void> {
    this.#draining = true;
    for (const starting of this.#starting.values()) starting.cancelled = true;
    const drained = Promise.all([...this.#scheduler.workers.values()].map((worker) => worker.drain()));
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, drainMs)));
    await Promise.race([drained, timeout]);
    clearTimeout(timer);
  }

  /** Gives everything back, in order to leave or because the lease was lost. */
  async stopAll(): Promise<void> {
    this.#draining = true;
    const starting = [...this.#starting.entries()];
    for (const [, state] of starting) state.cancelled = true;
    // Running jobs get the signal first; preparations that a start waits for are ended too.
    const closed = [...this.#scheduler.workers.values()].map((worker) => worker.stop('abort'));
    await Promise.all([...closed, ...starting.map(([laneRunId]) => this.#options.handles.dispose(laneRunId))]);
    await Promise.all(starting.map(([, state]) => state.ended));
    for (const laneRunId of this.laneRunIds) this.#scheduler.remove(laneRunId);
  }

  /** Asks for the stop epochs of lane runs; a closed gate closes its worker. */
  async refresh(laneRunIds: readonly string[]): Promise<void> {
    const askedAt = performance.now();
    const { controller, database } = this.#options;
    try {
      const epochs = await database.call(stopEpochs, { laneRunIds });
      const found = new Map(epochs.map((epoch) => [epoch.laneRunId, epoch]));
      for (const laneRunId of laneRunIds) {
        const worker = this.#scheduler.workers.get(laneRunId);
        const epoch = found.get(laneRunId);
        // The answer is older than the resume for which the worker was made.
        if (worker !== undefined && epoch !== undefined && epoch.incarnation < worker.incarnation) continue;
        // A gate that was closed and opened again meanwhile is of another incarnation: what was begun here is void.
        const isOpen = epoch?.active === true && (worker === undefined || epoch.incarnation === worker.incarnation);
        worker?.authorisation.granted(epoch?.stopEpoch ?? Number.MAX_SAFE_INTEGER - 1, isOpen, askedAt);
        if (isOpen) continue;
        const mode = epoch?.stopMode ?? 'abort';
        if (worker?.isClosing === false && epoch !== undefined) controller.observeStop('signalled', mode, epoch.closedForMs / 1000);
        // A drain that is under way may have to become an abort.
        void worker?.stop(mode);
        void this.#retire(laneRunId, mode);
      }
    } catch (error) {
      this.#options.log.warn({ event: 'epochsUnknown', error }, 'the database did not answer: nothing new is started');
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}
