/**
 * Drives one execution: looks at the document, does the next thing, looks again (design §2). All it knows is
 * in the document and the gate, so any node can go on where a driver died.
 *
 * Invariants: 1. Every transition is written under the drive's fencing token. 2. Steps never overlap. 3. A
 * stop is noticed by the next step, whatever the driver waits for: preparations and walks run beside the steps.
 * 4. What a lane run had on this node goes when it leaves the document, also when the answer to that was lost.
 * 5. A failure beside the steps is a failure of the next step.
 */
import { type ErrorObject, type Execution, type LaneRun, type StopMode, makeError, newId, phaseOf } from '@laneway/model';
import type { Controller } from '../control/controller.ts';
import { crashReason } from '../control/crash-reason.ts';
import type { Hub } from '../control/hub.ts';
import { laneSchema, type PlanCache } from '../control/plan.ts';
import type { FileService } from '../files/port.ts';
import type { SpaceMount } from '../lambdas/runtime.ts';
import type { Logger } from '../logger.ts';
import { failedTasks } from '../persistence/sql/counters.ts';
import { loadExecution } from '../persistence/sql/executions.ts';
import { gateOfLaneRun, type Gate } from '../persistence/sql/gates.ts';
import type { Drive, NodeIdentity } from '../persistence/sql/nodes.ts';
import { openWork } from '../persistence/sql/slices.ts';
import type { Database } from '../persistence/sql.ts';
import { prepareLaneRun } from './preparation.ts';
import { resumeLaneRun } from './resuming.ts';
import type { RuntimeHandles } from './runtime-handles.ts';
import { breachOf } from './threshold.ts';

export interface DriverContext {
  readonly database: Database;
  readonly controller: Controller;
  readonly hub: Hub;
  readonly plans: PlanCache;
  readonly handles: RuntimeHandles;
  readonly files: FileService;
  readonly log: Logger;
  /** How long after a stop the work of other nodes is waited for (grace and fail-over time). */
  readonly stopPatienceMs: number;
  readonly space: (spaceId: string) => Promise<SpaceMount | null>;
  /** This node begins to work on a lane run whose gate is open. */
  readonly work: (laneRunId: string) => void;
  /** This node has nothing in flight for the lane run any more when this resolves. */
  readonly stopWork: (laneRunId: string, mode: StopMode) => Promise<void>;
  /** Whether the execution may begin, where the executions of a space are limited. */
  readonly admits: (execution: Execution) => Promise<'admitted' | 'front' | 'rear'>;
  /** Why the execution's user may not go on with it, or null (execution §15.1). */
  readonly access: (execution: Execution) => Promise<ErrorObject | null>;
  /** Walks the tree of a lane run until it is complete or the signal aborts. */
  readonly walk: (params: {
    readonly execution: Execution;
    readonly gate: Gate;
    readonly drive: Drive & NodeIdentity;
    readonly signal: AbortSignal;
  }) => Promise<void>;
}

/**
 * again: look at once; soon: another node has to do something, which may come without news; wait: something else must
 * happen first; queued: others come first, whoever waits will be woken; done: nothing is left to drive.
 */
export type Step = 'again' | 'soon' | 'wait' | 'queued' | 'done';

interface Background {
  readonly laneRunId: string;
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

/** Ending what this node has in flight for a lane run. */
interface Stopping {
  readonly laneRunId: string;
  readonly mode: StopMode;
  readonly since: number;
  state: 'running' | 'done' | 'failed';
}

/** How often the access of the execution's user is looked at. */
const accessIntervalMs = 5000;

export class Driver {
  readonly executionId: string;
  readonly #context: DriverContext;
  readonly #drive: Drive & NodeIdentity;
  #preparation: Background | undefined;
  #inAdvance: Background | undefined;
  #walk: Background | undefined;
  #stopping: Stopping | undefined;
  #accessSeenAt = Number.NEGATIVE_INFINITY;
  #isStopping = false;
  #failure: { readonly error: unknown } | undefined;
  /** Lane runs that may have work or runtimes on this node. */
  readonly #known = new Set<string>();

  constructor(context: DriverContext, drive: Drive & NodeIdentity) {
    this.#context = context;
    this.#drive = drive;
    this.executionId = drive.executionId;
  }

  /** Does the next thing there is to do. */
  async step(): Promise<Step> {
    const { execution } = await this.#context.database.call(loadExecution, { executionId: this.executionId });
    if (execution === null) return await this.#finish('ended');
    await this.#leaveOthers([execution.current.id, ...(execution.inAdvance === null ? [] : [execution.inAdvance.id])]);
    const failure = this.#failure;
    this.#failure = undefined;
    this.#isStopping = execution.current.status === 'stopping';
    if (failure !== undefined && !this.#isStopping) throw failure.error;
    const phase = phaseOf(execution.status);
    if (phase === 'ended' || phase === 'suspended') return await this.#finish('ended');
    const { current } = execution;
    if (await this.#lostAccess(execution)) return 'again';
    if (phase === 'waiting' && current.status !== 'stopping') {
      const admission = await this.#context.admits(execution);
      if (admission !== 'admitted') return admission === 'front' ? 'wait' : 'queued';
    }
    switch (current.status) {
      case 'resuming':
        if (current.boxes.length > 0) {
          this.#preparation = this.#prepare(this.#preparation, execution, current);
          return 'wait';
        }
        return await this.#apply({ kind: 'preparationStarted', laneRunId: current.id });
      case 'scheduled':
        return await this.#apply({ kind: 'preparationStarted', laneRunId: current.id });
      case 'preparing':
        this.#preparation = this.#prepare(this.#preparation, execution, current);
        return await this.#prepareInAdvance(execution);
      case 'enqueued':
      case 'active':
        return (await this.#prepareInAdvance(execution)) === 'again' ? 'again' : await this.#conclude(execution);
      case 'stopping':
        return await this.#stop(execution);
      case 'paused':
      case 'interrupted':
      case 'finished':
      case 'failed':
      case 'cancelled':
      case 'crashed':
        return await this.#end(execution);
    }
  }

  /**
   * A step failed again and again: the execution is stopped with reason crash (execution §15.4). One that is being
   * stopped keeps its reason, because the same steps would follow: a cancel that was acknowledged ends cancelled.
   */
  async crash(error: unknown): Promise<void> {
    if (this.#isStopping) return;
    await this.#context.controller.apply(this.executionId, { kind: 'crashed', error: crashReason(error) }, { drive: this.#drive });
  }

  /** Leaves the execution to whoever drives it next; nothing of it goes on here. */
  async release(): Promise<void> {
    await this.#abortBackground();
  }

  async #apply(event: Parameters<Controller['apply']>[1]): Promise<Step> {
    const applied = await this.#context.controller.apply(this.executionId, event, { drive: this.#drive });
    switch (applied.kind) {
      case 'changed':
        return 'again';
      case 'unchanged':
        return 'wait';
      case 'refused':
        // Decided on a document that changed since: the next look decides anew.
        this.#context.log.debug(
          { event: 'stepRefused', executionId: this.executionId, step: event.kind, error: applied.error.id },
          'a step was refused',
        );
        return 'soon';
      case 'missing':
        return await this.#finish('ended');
      case 'fenced':
        return await this.#finish('fenced');
    }
  }

  #prepare(known: Background | undefined, execution: Execution, laneRun: LaneRun): Background {
    if (known?.laneRunId === laneRun.id) return known;
    return this.#inBackground(laneRun.id, async (signal) => {
      const { controller, database, files, handles, plans } = this.#context;
      const space = await this.#context.space(execution.spaceId);
      if (space === null) {
        const error = makeError('badData', { key: 'spaceId', hint: `the space ${execution.spaceId} does not exist any more` });
        await controller.apply(
          execution.id,
          { kind: 'preparationFailed', laneRunId: laneRun.id, error, interrupt: false },
          { drive: this.#drive },
        );
        return;
      }
      const plan = await plans.plan(execution.id);
      const make = laneRun.status === 'resuming' ? resumeLaneRun : prepareLaneRun;
      await make({ controller, database, files, handles, plan, space, drive: this.#drive }, execution, laneRun, signal);
    });
  }

  async #prepareInAdvance(execution: Execution): Promise<Step> {
    const { inAdvance, currentLaneIndex, lanes } = execution;
    if (inAdvance !== null) {
      if (inAdvance.status === 'preparing') this.#inAdvance = this.#prepare(this.#inAdvance, execution, inAdvance);
      return 'wait';
    }
    if (currentLaneIndex >= lanes.length) return 'wait';
    return await this.#apply({ kind: 'inAdvancePreparationStarted', laneRunId: newId() });
  }

  #inBackground(laneRunId: string, run: (signal: AbortSignal) => Promise<void>): Background {
    const abort = new AbortController();
    const ended = run(abort.signal)
      .catch((error: unknown) => {
        this.#context.log.error(
          { event: 'backgroundFailed', executionId: this.executionId, laneRunId, error },
          'preparing or walking failed',
        );
        this.#failure = { error };
        if (this.#preparation?.laneRunId === laneRunId) this.#preparation = undefined;
        if (this.#inAdvance?.laneRunId === laneRunId) this.#inAdvance = undefined;
        if (this.#walk?.laneRunId === laneRunId) this.#walk = undefined;
      })
      .then(() => this.#context.hub.notify(this.executionId, 'here'));
    return { laneRunId, abort, ended };
  }

  /** Concludes tasks that no item can reach any more, and the lane run after its last one (execution §8.3). */
  async #conclude(execution: Execution): Promise<Step> {
    const { database, plans, work } = this.#context;
    const laneRun = execution.current;
    const gate = await database.call(gateOfLaneRun, { laneRunId: laneRun.id });
    if (gate === null) return 'wait';
    work(laneRun.id);
    if (!gate.complete) {
      this.#walk = this.#walkTree(execution, gate);
      return 'wait';
    }
    if (gate.frontier * gate.batchSize < gate.known) return 'wait';
    const open = await database.call(openWork, { laneRunId: laneRun.id });
    const reachable = open.lowestBox ?? laneRun.boxes.length;
    const toConclude = laneRun.boxes
      .slice(0, reachable)
      .flatMap((box) => box.tasks)
      .filter((task) => ['pending', 'active'].includes(task.status));
    if (toConclude.length > 0) {
      const failed = new Set(await database.call(failedTasks, { laneRunId: laneRun.id }));
      const breach = await breachOf(database, {
        laneRun,
        taskIds: toConclude.map((task) => task.id).filter((taskId) => failed.has(taskId)),
        threshold: laneSchema(await plans.plan(execution.id), laneRun.laneIndex).instantFailureExceptionThreshold,
      });
      if (breach !== null)
        return await this.#apply({ kind: 'taskBroken', laneRunId: laneRun.id, cause: 'threshold', error: null, ...breach });
      const tasks = toConclude.map((task) => ({ taskId: task.id, hasFailedItems: failed.has(task.id) }));
      return await this.#apply({ kind: 'tasksConcluded', laneRunId: laneRun.id, tasks });
    }
    if (open.openBatches > 0) return 'wait';
    const drained = await this.#apply({ kind: 'laneRunDrained', laneRunId: laneRun.id, newRunId: newId() });
    if (drained === 'again') await this.#leave(laneRun.id);
    return drained;
  }

  #walkTree(execution: Execution, gate: Gate): Background {
    if (this.#walk?.laneRunId === gate.laneRunId) return this.#walk;
    return this.#inBackground(gate.laneRunId, async (signal) => await this.#context.walk({ execution, gate, drive: this.#drive, signal }));
  }

  /** A user who is gone cannot be worked for: the execution is interrupted until somebody resumes it (execution §15.1). */
  async #lostAccess(execution: Execution): Promise<boolean> {
    const { access, controller } = this.#context;
    const now = performance.now();
    if (execution.status === 'stopping' || now - this.#accessSeenAt < accessIntervalMs) return false;
    this.#accessSeenAt = now;
    const error = await access(execution);
    if (error === null) return false;
    const description = 'The access of the user on whose behalf the execution runs is lost.';
    const applied = await controller.apply(this.executionId, { kind: 'interrupted', error, description }, { drive: this.#drive });
    return applied.kind === 'changed';
  }

  /** A drain waits for jobs as long as they take, on whatever living node; an abort is bounded. */
  async #stop(execution: Execution): Promise<Step> {
    const laneRun = execution.current;
    const { database, stopPatienceMs } = this.#context;
    await this.#abortBackground();
    const gate = await database.call(gateOfLaneRun, { laneRunId: laneRun.id });
    const stopping = this.#endWork(laneRun, gate?.stopMode ?? 'abort');
    if (stopping.state !== 'done') return 'wait';
    const open = await database.call(openWork, { laneRunId: laneRun.id });
    const hasPatience = stopping.mode === 'drain' || performance.now() - stopping.since < stopPatienceMs;
    if (open.heldSlices > 0 && hasPatience) return 'soon';
    const stopped = await this.#apply({ kind: 'laneRunStopped', laneRunId: laneRun.id });
    if (stopped === 'again') await this.#leave(laneRun.id);
    return stopped;
  }

  /** Ends this node's work on the lane run beside the steps, so that a stronger stop is noticed meanwhile. */
  #endWork(laneRun: LaneRun, mode: StopMode): Stopping {
    const known = this.#stopping;
    if (known?.laneRunId === laneRun.id && known.mode === mode && known.state !== 'failed') return known;
    const stopping: Stopping = { laneRunId: laneRun.id, mode, since: performance.now(), state: 'running' };
    this.#stopping = stopping;
    void this.#stopWork(stopping);
    return stopping;
  }

  /** Never rejects; the end of the work wakes the driver, a failure waits for its next look. */
  async #stopWork(stopping: Stopping): Promise<void> {
    const { laneRunId, mode } = stopping;
    try {
      await this.#context.stopWork(laneRunId, mode);
      stopping.state = 'done';
      this.#context.hub.notify(this.executionId, 'here');
    } catch (error) {
      stopping.state = 'failed';
      this.#context.log.warn(
        { event: 'stopWorkFailed', executionId: this.executionId, laneRunId, error },
        'the work on a lane run could not be ended yet',
      );
    }
  }

  async #end(execution: Execution): Promise<Step> {
    await this.#abortBackground();
    const { inAdvance, current } = execution;
    await this.#leave(current.id);
    if (inAdvance !== null) await this.#leave(inAdvance.id);
    return await this.#apply({ kind: 'executionDrained' });
  }

  /** The lane run takes no part any more on this node. */
  async #leave(laneRunId: string): Promise<void> {
    await this.#context.stopWork(laneRunId, 'abort');
    await this.#context.handles.dispose(laneRunId);
    // Resumed before this driver looks again, it may be stopped once more.
    if (this.#stopping?.laneRunId === laneRunId) this.#stopping = undefined;
    this.#known.delete(laneRunId);
  }

  async #leaveOthers(laneRunIds: readonly string[]): Promise<void> {
    for (const laneRunId of this.#known) if (!laneRunIds.includes(laneRunId)) await this.#leave(laneRunId);
    for (const laneRunId of laneRunIds) this.#known.add(laneRunId);
  }

  async #abortBackground(): Promise<void> {
    const running = [this.#preparation, this.#inAdvance, this.#walk].filter((background) => background !== undefined);
    for (const background of running) background.abort.abort();
    await Promise.all(running.map((background) => background.ended));
    this.#preparation = undefined;
    this.#inAdvance = undefined;
    this.#walk = undefined;
  }

  /** Nothing is left to drive, or another node drives: there this node goes on working like any other. */
  async #finish(why: 'ended' | 'fenced'): Promise<Step> {
    await this.#abortBackground();
    if (why === 'ended') await this.#leaveOthers([]);
    return 'done';
  }
}
