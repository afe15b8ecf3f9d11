/**
 * One transition in the making. It is the only place that writes a status: each method checks the edge
 * against the transition tables, records the change and keeps the phase timestamps.
 *
 * Invariants: the version grows by one per change; a draft without changes leaves the document as it was;
 * an edge that the tables do not have is a bug of the reducer and is thrown, never stored.
 */
import type {
  Execution,
  ExecutionStatus,
  LaneRun,
  LaneRunStatus,
  LaneState,
  LaneStoppingReason,
  StopRequest,
  TaskState,
} from './document.ts';
import type { Change, Effect, Reduction } from './messages.ts';
import type { Rules } from './rules.ts';
import { isLegal } from './tables.ts';
import { phaseTimestamps } from './timestamps.ts';

/** Which of the two lane runs of the document is meant. */
export type Slot = 'current' | 'inAdvance';

/** 1-based, as people count them. */
export interface TaskPosition {
  readonly boxIndex: number;
  readonly taskIndex: number;
}

export interface TaskChange {
  readonly before: TaskState;
  readonly after: TaskState;
  readonly position: TaskPosition;
}

/** Fields that no status depends on. */
type FreeFields = Partial<
  Pick<Execution, 'currentLaneIndex' | 'currentRunNum' | 'incarnation' | 'sessionUserId' | 'sessionToken' | 'stop' | 'deadlineAt'>
>;

export class Draft {
  readonly rules: Rules;
  readonly nowMs: number;
  readonly #before: Execution;
  #execution: Execution;
  readonly #changes: Change[] = [];
  readonly #effects: Effect[] = [];

  constructor(rules: Rules, execution: Execution, nowMs: number) {
    this.rules = rules;
    this.nowMs = nowMs;
    this.#before = execution;
    this.#execution = execution;
  }

  /** The document as it stands now. */
  get execution(): Execution {
    return this.#execution;
  }

  get current(): LaneRun {
    return this.#execution.current;
  }

  laneRun(slot: Slot): LaneRun {
    const laneRun = this.#execution[slot];
    if (laneRun === null) throw new Error(`no lane run ${slot}`);
    return laneRun;
  }

  lane(laneIndex: number): LaneState {
    const lane = this.#execution.lanes[laneIndex - 1];
    if (lane === undefined) throw new Error(`no lane ${laneIndex}`);
    return lane;
  }

  effect(effect: Effect): void {
    this.#effects.push(effect);
  }

  set(fields: FreeFields): void {
    this.#execution = { ...this.#execution, ...fields };
  }

  setLane(laneIndex: number, fields: Partial<Pick<LaneState, 'retriesLeft' | 'endedRuns'>>): void {
    const lane = { ...this.lane(laneIndex), ...fields };
    this.#execution = { ...this.#execution, lanes: this.#execution.lanes.with(laneIndex - 1, lane) };
  }

  recordStop(request: Omit<StopRequest, 'at'>): void {
    this.#execution = { ...this.#execution, stop: { ...request, at: this.nowMs } };
  }

  /** `reason` tells why the execution is stopping. */
  setStatus(to: ExecutionStatus, reason?: LaneStoppingReason): void {
    const { status: from } = this.#execution;
    if (!isLegal(this.rules.execution, from, to)) throw new Error(`execution: ${from} → ${to} is not a transition`);
    this.#record({ subject: 'execution', from, to, ...(reason === undefined ? {} : { reason }) });
    this.#execution = { ...this.#execution, ...phaseTimestamps(this.#execution, to, this.nowMs), status: to };
  }

  /** Puts a lane run that did not exist before into the slot. */
  addLaneRun(slot: Slot, laneRun: LaneRun): void {
    this.#checkLaneRun(null, laneRun.status);
    this.#recordLaneRun(laneRun, null, laneRun.status);
    this.#place(slot, laneRun);
  }

  /** Moves the lane run to a status; `reason` replaces its stopping reason, null clears it. */
  setLaneRunStatus(slot: Slot, to: LaneRunStatus, reason?: LaneStoppingReason | null): void {
    const laneRun = this.laneRun(slot);
    this.#checkLaneRun(laneRun.status, to);
    this.#recordLaneRun(laneRun, laneRun.status, to, reason ?? undefined);
    this.#place(slot, { ...laneRun, status: to, ...(reason === undefined ? {} : { stoppingReason: reason }) });
  }

  /** The components of the lane run come into being, every task pending. */
  addComponents(slot: Slot, components: Pick<LaneRun, 'iteratedStoreId' | 'exceptionStoreId' | 'boxes'>): void {
    const laneRun = { ...this.laneRun(slot), ...components };
    for (const task of laneRun.boxes.flatMap((box) => box.tasks)) this.#recordTask(laneRun, null, task);
    this.#place(slot, laneRun);
  }

  /** The tasks as `next` makes them of those that are there; the same object means no change. */
  mapTasks(slot: Slot, next: (task: TaskState) => TaskState): readonly TaskChange[] {
    const laneRun = this.laneRun(slot);
    const changed: TaskChange[] = [];
    const boxes = laneRun.boxes.map((box, boxIndex) => {
      const tasks = box.tasks.map((before, taskIndex) => {
        const after = next(before);
        if (after === before) return before;
        this.#recordTask(laneRun, before, after);
        changed.push({ before, after, position: { boxIndex: boxIndex + 1, taskIndex: taskIndex + 1 } });
        return after;
      });
      return { ...box, tasks };
    });
    if (changed.length > 0) this.#place(slot, { ...laneRun, boxes });
    return changed;
  }

  /** The lane run prepared in advance becomes the current one, with this number; its status stays. The former one is archived. */
  promoteInAdvance(runNumber: number): void {
    const laneRun = { ...this.laneRun('inAdvance'), runNumber };
    this.#archiveCurrent();
    this.#recordLaneRun(laneRun, laneRun.status, laneRun.status);
    this.#execution = { ...this.#execution, current: laneRun, inAdvance: null, currentLaneIndex: laneRun.laneIndex };
  }

  /** A new lane run becomes the current one; the former one is archived. */
  replaceCurrent(laneRun: LaneRun): void {
    this.#archiveCurrent();
    this.addLaneRun('current', laneRun);
    this.#execution = { ...this.#execution, currentLaneIndex: laneRun.laneIndex };
  }

  removeInAdvance(): void {
    const laneRun = this.laneRun('inAdvance');
    this.#checkLaneRun(laneRun.status, null);
    this.#recordLaneRun(laneRun, laneRun.status, null);
    this.#execution = { ...this.#execution, inAdvance: null };
    this.effect({ kind: 'removeLaneRun', laneRun });
  }

  finish(): Reduction {
    if (this.#changes.length === 0) {
      if (this.#execution !== this.#before || this.#effects.length > 0)
        throw new Error('a transition without changes touched the document');
      return { kind: 'unchanged' };
    }
    const execution = { ...this.#execution, version: this.#before.version + this.#changes.length };
    return { kind: 'changed', execution, changes: this.#changes, effects: this.#effects };
  }

  #archiveCurrent(): void {
    const { current } = this.#execution;
    const { id, runNumber, originRunNumber, runType, status, stoppingReason, iteratedStoreId, exceptionStoreId } = current;
    if (runNumber === null) throw new Error('the current lane run has no number');
    const line = { id, runNumber, originRunNumber, runType, status, stoppingReason, iteratedStoreId, exceptionStoreId };
    this.setLane(current.laneIndex, { endedRuns: [line, ...this.lane(current.laneIndex).endedRuns] });
    this.effect({ kind: 'archiveLaneRun', laneRun: current });
  }

  #place(slot: Slot, laneRun: LaneRun): void {
    this.#execution = slot === 'current' ? { ...this.#execution, current: laneRun } : { ...this.#execution, inAdvance: laneRun };
  }

  #checkLaneRun(from: LaneRunStatus | null, to: LaneRunStatus | null): void {
    if (!isLegal(this.rules.laneRun, from, to)) throw new Error(`lane run: ${from} → ${to} is not a transition`);
  }

  #recordLaneRun(laneRun: LaneRun, from: LaneRunStatus | null, to: LaneRunStatus | null, reason?: LaneStoppingReason): void {
    const { laneIndex, runNumber } = laneRun;
    this.#record({ subject: 'laneRun', laneIndex, runNumber, from, to, ...(reason === undefined ? {} : { reason }) });
  }

  #recordTask(laneRun: LaneRun, before: TaskState | null, after: TaskState): void {
    const from = before === null ? null : before.status;
    if (!isLegal(this.rules.task, from, after.status)) throw new Error(`task: ${from} → ${after.status} is not a transition`);
    const reason = after.status === 'stopping' && after.stoppingReason !== null ? { reason: after.stoppingReason } : {};
    const { laneIndex, runNumber } = laneRun;
    this.#record({ subject: 'task', laneIndex, runNumber, taskId: after.id, from, to: after.status, ...reason });
  }

  #record(change: Change): void {
    this.#changes.push(change);
  }
}
