/**
 * What an execution must look like: the reducer of the model, driven as an engine would that does everything at once until a job must
 * end. Two lanes of one task each over the same list, whose items are one batch; a lane is retried once by itself.
 */
import { newExecution, reduce, runFlags, type Command, type EngineEvent, type Execution, type LaneRun } from '@laneway/model';

export const itemCount = 3;
export const laneCount = 2;
export const maxRetries = 1;
const inputStore = 'input-store';

/** The data plane of one lane run, in items. */
interface Work {
  pending: number;
  inFlight: number;
  processed: number;
  failed: number;
}

export interface RunShape {
  readonly runNumber: number | null;
  readonly originRunNumber: number | null;
  readonly runType: string;
  readonly status: string;
  readonly isRetriable: boolean;
  readonly isRerunable: boolean;
  /** `input`, or whose failed items: `<lane>.<run>`. */
  readonly iterates: string | null;
  readonly hasExceptionStore: boolean;
  /** Status, items in processing, processed, failed. */
  readonly tasks: readonly (readonly [string, number, number, number])[];
}

export interface Shape {
  readonly status: string;
  /** Newest run first. */
  readonly lanes: readonly (readonly RunShape[])[];
}

export class ModelExecution {
  readonly userId: string;
  document: Execution;
  /** What the last command and all that followed have set, by the name of the time. */
  readonly timesSet = new Set<string>();
  readonly #work = new Map<string, Work>();
  /** Lane runs with their tasks, as they were last. */
  readonly #runs = new Map<string, LaneRun>();
  #ids = 0;
  #nowMs = 1_000_000;

  constructor(userId: string) {
    this.userId = userId;
    const { execution } = newExecution(
      {
        id: 'model',
        name: 'model',
        spaceId: 'space',
        atmInventoryId: 'inventory',
        userId,
        atmWorkflowSchemaId: 'schema',
        atmWorkflowSchemaRevisionNumber: 1,
        logLevel: 6,
        callback: null,
        lambdaSnapshotRegistry: {},
        storeRegistry: { input: inputStore, output: 'output-store' },
        systemAuditLogStoreId: 'log',
        lanes: Array.from({ length: laneCount }, (_, lane) => ({ schemaId: `lane${lane}`, maxRetries })),
        laneRunId: this.#newId(),
      },
      this.#tick(),
    );
    this.document = execution;
    this.#settle();
  }

  get jobWaits(): boolean {
    return this.#workOf(this.document.current).inFlight > 0;
  }

  /** Id of the refusal, or null. */
  command(command: CommandRequest, actor: string): { readonly id: string; readonly details: unknown } | null {
    this.timesSet.clear();
    const refusal = this.#apply(this.#complete(command, actor));
    if (refusal === null) this.#settle();
    return refusal;
  }

  /** The job in flight ends: its items are processed, or have all failed. */
  endJob(succeeds: boolean): void {
    this.timesSet.clear();
    const work = this.#workOf(this.document.current);
    work.processed += work.inFlight;
    if (!succeeds) work.failed += work.inFlight;
    work.inFlight = 0;
    this.#settle();
  }

  shape(): Shape {
    const { lanes, current, inAdvance, status } = this.document;
    return {
      status,
      lanes: lanes.map((lane, index) => {
        const live = [inAdvance, current].filter((run) => run !== null).filter((run) => run.laneIndex === index + 1);
        const ended = lane.endedRuns.map((run) => this.#runs.get(run.id)).filter((run) => run !== undefined);
        return [...live, ...ended].map((run) => this.#shapeOf(run));
      }),
    };
  }

  #complete(command: CommandRequest, actor: string): Command {
    switch (command.kind) {
      case 'cancel':
      case 'pause':
        return { kind: command.kind, actor, note: null };
      case 'resume':
        return { kind: 'resume', actor };
      case 'force_continue':
        return { kind: 'forceContinue', actor, newRunId: this.#newId() };
      case 'rerun':
      case 'retry':
        return { ...command, actor, newRunId: this.#newId() };
    }
  }

  /** One transition; null when it was taken. */
  #apply(input: Command | EngineEvent): { readonly id: string; readonly details: unknown } | null {
    const before = this.document;
    const reduction = reduce(before, input, this.#tick());
    if (reduction.kind === 'refused') return { id: reduction.error.id, details: reduction.error.details };
    if (reduction.kind === 'unchanged') return null;
    this.document = reduction.execution;
    for (const name of ['scheduleTime', 'startTime', 'suspendTime', 'finishTime'] as const) {
      if (this.document[name] !== before[name]) this.timesSet.add(name);
    }
    for (const effect of reduction.effects) if (effect.kind === 'archiveLaneRun') this.#runs.set(effect.laneRun.id, effect.laneRun);
    for (const run of [this.document.current, this.document.inAdvance]) if (run !== null) this.#runs.set(run.id, run);
    return null;
  }

  #do(event: EngineEvent): void {
    const refusal = this.#apply(event);
    if (refusal !== null) throw new Error(`the model refuses ${event.kind}: ${JSON.stringify(refusal)}`);
  }

  /** Everything that an engine does by itself, until the execution is at rest or a job must end. */
  #settle(): void {
    for (let steps = 0; this.#step(); steps += 1) if (steps > 200) throw new Error('the model does not come to rest');
  }

  /** False when nothing happens by itself. */
  #step(): boolean {
    const { status, current } = this.document;
    if (!['scheduled', 'resuming', 'active', 'stopping'].includes(status)) return false;
    const laneRunId = current.id;
    switch (current.status) {
      case 'scheduled':
        this.#do({ kind: 'preparationStarted', laneRunId });
        return true;
      case 'preparing':
        this.#prepare(current);
        return true;
      case 'resuming':
        this.#resume(current);
        return true;
      case 'enqueued':
      case 'active':
        return this.#goOn(current);
      case 'stopping':
        return this.#stop(current);
      case 'paused':
      case 'interrupted':
      case 'finished':
      case 'failed':
      case 'cancelled':
      case 'crashed':
        this.#do({ kind: 'executionDrained' });
        return true;
    }
  }

  #prepare({ id, laneIndex, iteratedStoreId }: LaneRun): void {
    const taskId = `${id}-task`;
    this.#do({
      kind: 'componentsCreated',
      laneRunId: id,
      iteratedStoreId: iteratedStoreId ?? inputStore,
      exceptionStoreId: `${id}-exceptions`,
      boxes: [
        { schemaId: `box${laneIndex}`, tasks: [{ id: taskId, schemaId: 'task', systemAuditLogId: `${id}-log`, timeSeriesStoreId: null }] },
      ],
    });
    this.#do({ kind: 'laneRunPrepared', laneRunId: id });
  }

  #resume({ id, boxes }: LaneRun): void {
    if (boxes.length === 0) {
      this.#do({ kind: 'preparationStarted', laneRunId: id });
      return;
    }
    const taskIds = boxes
      .flatMap((box) => box.tasks)
      .flatMap((task) => (task.status === 'paused' || task.status === 'interrupted' ? [task.id] : []));
    const { processed } = this.#workOf(this.document.current);
    if (taskIds.length > 0) {
      this.#do({ kind: 'tasksResuming', laneRunId: id, taskIds });
      this.#do({ kind: 'tasksResumed', laneRunId: id, tasks: taskIds.map((taskId) => ({ taskId, hadItems: processed > 0 })) });
    }
    this.#do({ kind: 'laneRunResumed', laneRunId: id });
  }

  #goOn(run: LaneRun): boolean {
    const { inAdvance, currentLaneIndex } = this.document;
    if (inAdvance === null && currentLaneIndex < laneCount) {
      this.#do({ kind: 'inAdvancePreparationStarted', laneRunId: this.#newId() });
      return true;
    }
    if (inAdvance?.status === 'preparing') {
      this.#prepare(inAdvance);
      return true;
    }
    const work = this.#workOf(run);
    if (work.inFlight > 0) return false;
    const tasks = run.boxes.flatMap((box) => box.tasks);
    if (work.pending > 0) {
      this.#do({ kind: 'tasksStarted', laneRunId: run.id, taskIds: tasks.map((task) => task.id) });
      work.inFlight = work.pending;
      work.pending = 0;
      return false;
    }
    if (tasks.some((task) => task.status === 'pending' || task.status === 'active')) {
      const hasFailedItems = work.failed > 0;
      this.#do({ kind: 'tasksConcluded', laneRunId: run.id, tasks: tasks.map((task) => ({ taskId: task.id, hasFailedItems })) });
      return true;
    }
    this.#do({ kind: 'laneRunDrained', laneRunId: run.id, newRunId: this.#newId() });
    return true;
  }

  #stop(run: LaneRun): boolean {
    const work = this.#workOf(run);
    if (run.stoppingReason === 'pause' && work.inFlight > 0) return false;
    // An aborted job is withdrawn.
    work.inFlight = 0;
    this.#do({ kind: 'laneRunStopped', laneRunId: run.id });
    return true;
  }

  #workOf(run: LaneRun): Work {
    const known = this.#work.get(run.id);
    if (known !== undefined) return known;
    const repeated = run.iteratedStoreId?.endsWith('-exceptions') === true ? run.iteratedStoreId.slice(0, -'-exceptions'.length) : null;
    const pending = repeated === null ? itemCount : (this.#work.get(repeated)?.failed ?? 0);
    const work = { pending, inFlight: 0, processed: 0, failed: 0 };
    this.#work.set(run.id, work);
    return work;
  }

  #shapeOf(run: LaneRun): RunShape {
    const { inFlight, processed, failed } = this.#work.get(run.id) ?? { inFlight: 0, processed: 0, failed: 0 };
    return {
      runNumber: run.runNumber,
      originRunNumber: run.originRunNumber,
      runType: run.runType,
      status: run.status,
      ...runFlags(this.document, run),
      iterates: this.#iterates(run.iteratedStoreId),
      hasExceptionStore: run.exceptionStoreId !== null,
      tasks: run.boxes.flatMap((box) => box.tasks).map((task) => [task.status, inFlight, processed, failed]),
    };
  }

  #iterates(storeId: string | null): string | null {
    if (storeId === null) return null;
    if (storeId === inputStore) return 'input';
    const run = this.#runs.get(storeId.slice(0, -'-exceptions'.length));
    return `${run?.laneIndex}.${run?.runNumber}`;
  }

  #newId(): string {
    this.#ids += 1;
    return `run-${this.#ids}`;
  }

  /** Every transition comes in a second of its own, so that each time that is set is seen. */
  #tick(): { readonly ms: number } {
    this.#nowMs += 1000;
    return { ms: this.#nowMs };
  }
}

export type CommandRequest =
  | { readonly kind: 'cancel' | 'pause' | 'resume' | 'force_continue' }
  | { readonly kind: 'rerun' | 'retry'; readonly laneIndex: number; readonly laneRunNumber: number };
