/**
 * Which status may follow which, as data (execution §3). The tables are total over `from`: a status that is
 * not a key does not exist, and a `to` that is not listed is a bug of the reducer, never a race — races are
 * refused before a status is touched. `new` is the subject before it exists, `gone` the one that was removed.
 *
 * Execution: waits (scheduled, resuming) until the current lane run is prepared, is active while lane runs
 *   follow one another, stops when a stop is requested or nothing is left to run, and then takes over the
 *   status of its current lane run. Suspended executions are left by resume and cancel, ended ones by a
 *   repeat or a forced continuation only.
 * Lane run: is prepared, enqueued until its first task leaves pending, active until its work is done, and
 *   ends by the outcome of its tasks; or stops with a reason and ends by that reason.
 * Task: pending until its first item, active until no item can reach it; a stop takes it to the stopped
 *   status of the reason, at once when nothing of it is in flight, else through stopping.
 */
import type { ExecutionStatus, LaneRunStatus, TaskStatus } from './document.ts';

export interface Exit<To extends string> {
  readonly to: To;
  readonly trigger: string;
}

export type TransitionTable<Status extends string> = Readonly<Record<Status | 'new', readonly Exit<Status | 'gone'>[]>>;

const ending = 'the execution ends with the status of its current lane run';
const stopRequest = 'stop request';
const raise = 'a stronger stop reason';

export const executionTransitions: TransitionTable<ExecutionStatus> = {
  new: [{ to: 'scheduled', trigger: 'schedule' }],
  scheduled: [
    { to: 'active', trigger: 'the current lane run starts being prepared' },
    { to: 'stopping', trigger: stopRequest },
  ],
  resuming: [
    { to: 'active', trigger: 'the current lane run is prepared anew or has resumed' },
    { to: 'stopping', trigger: stopRequest },
  ],
  active: [
    { to: 'stopping', trigger: 'stop request; the current lane run ended and nothing follows; the next one had failed in advance' },
    { to: 'interrupted', trigger: 'the lane run that became current had been interrupted in advance' },
    { to: 'crashed', trigger: 'an internal error after the current lane run had stopped' },
  ],
  stopping: [
    { to: 'stopping', trigger: raise },
    { to: 'paused', trigger: ending },
    { to: 'interrupted', trigger: ending },
    { to: 'finished', trigger: ending },
    { to: 'failed', trigger: ending },
    { to: 'cancelled', trigger: ending },
    { to: 'crashed', trigger: `${ending}; an internal error after that had ended` },
  ],
  paused: [
    { to: 'stopping', trigger: 'cancel' },
    { to: 'resuming', trigger: 'resume' },
  ],
  interrupted: [
    { to: 'stopping', trigger: 'cancel' },
    { to: 'resuming', trigger: 'resume' },
  ],
  finished: [{ to: 'scheduled', trigger: 'rerun or retry of a lane run' }],
  failed: [
    { to: 'scheduled', trigger: 'rerun or retry of a lane run' },
    { to: 'resuming', trigger: 'forced continuation' },
  ],
  cancelled: [{ to: 'scheduled', trigger: 'rerun or retry of a lane run' }],
  crashed: [],
};

const removal = 'a lane run prepared in advance is removed';

export const laneRunTransitions: TransitionTable<LaneRunStatus> = {
  new: [
    { to: 'scheduled', trigger: 'first lane, next lane, automatic retry, repeat, forced continuation' },
    { to: 'preparing', trigger: 'the next lane is prepared in advance' },
  ],
  scheduled: [
    { to: 'preparing', trigger: 'preparation starts' },
    { to: 'stopping', trigger: stopRequest },
  ],
  resuming: [
    { to: 'preparing', trigger: 'preparation starts: its components were never created' },
    { to: 'enqueued', trigger: 'resumed, every task is pending' },
    { to: 'active', trigger: 'resumed, a task is not pending' },
    { to: 'stopping', trigger: stopRequest },
  ],
  preparing: [
    { to: 'enqueued', trigger: 'prepared' },
    { to: 'stopping', trigger: 'stop request; the preparation failed' },
  ],
  enqueued: [
    { to: 'active', trigger: 'the first task leaves pending' },
    { to: 'stopping', trigger: stopRequest },
  ],
  active: [
    { to: 'finished', trigger: 'all work is done and no task failed' },
    { to: 'failed', trigger: 'all work is done and a task failed' },
    { to: 'stopping', trigger: stopRequest },
  ],
  stopping: [
    { to: 'stopping', trigger: raise },
    { to: 'paused', trigger: 'stopped (pause)' },
    { to: 'interrupted', trigger: 'stopped (interrupt)' },
    { to: 'failed', trigger: 'stopped (failure)' },
    { to: 'cancelled', trigger: 'stopped (cancel)' },
    { to: 'crashed', trigger: 'stopped (crash)' },
  ],
  paused: [
    { to: 'stopping', trigger: 'cancel' },
    { to: 'resuming', trigger: 'resume' },
  ],
  interrupted: [
    { to: 'stopping', trigger: 'cancel' },
    { to: 'resuming', trigger: 'resume' },
    { to: 'gone', trigger: removal },
  ],
  finished: [],
  failed: [{ to: 'gone', trigger: removal }],
  cancelled: [],
  crashed: [],
};

const halted = 'stop request';

/** Unlike the reference, pending and resuming may become failed (recommended in execution §3.4). */
export const taskTransitions: TransitionTable<TaskStatus> = {
  new: [{ to: 'pending', trigger: 'the components of its lane run are created' }],
  pending: [
    { to: 'active', trigger: 'the first item is handed over' },
    { to: 'skipped', trigger: 'concluded without an item' },
    { to: 'paused', trigger: halted },
    { to: 'interrupted', trigger: halted },
    { to: 'failed', trigger: 'broken' },
    { to: 'cancelled', trigger: halted },
  ],
  resuming: [
    { to: 'pending', trigger: 'resumed, it never had an item' },
    { to: 'active', trigger: 'resumed' },
    { to: 'paused', trigger: halted },
    { to: 'interrupted', trigger: halted },
    { to: 'failed', trigger: 'broken' },
    { to: 'cancelled', trigger: halted },
  ],
  active: [
    { to: 'finished', trigger: 'concluded, no item failed' },
    { to: 'failed', trigger: 'concluded, an item failed' },
    { to: 'stopping', trigger: halted },
  ],
  stopping: [
    { to: 'stopping', trigger: raise },
    { to: 'paused', trigger: 'nothing is in flight (pause)' },
    { to: 'interrupted', trigger: 'nothing is in flight (interrupt)' },
    { to: 'failed', trigger: 'nothing is in flight (failure)' },
    { to: 'cancelled', trigger: 'nothing is in flight (cancel)' },
  ],
  paused: [
    { to: 'interrupted', trigger: halted },
    { to: 'cancelled', trigger: halted },
    { to: 'resuming', trigger: 'resume' },
  ],
  interrupted: [
    { to: 'paused', trigger: 'pause, when it was interrupted in an earlier incarnation' },
    { to: 'cancelled', trigger: halted },
    { to: 'resuming', trigger: 'resume' },
  ],
  finished: [],
  skipped: [],
  failed: [],
  cancelled: [],
};

/** Whether the table has this edge; null stands for `new` as `from` and for `gone` as `to`. */
export function isLegal<Status extends string>(table: TransitionTable<Status>, from: Status | null, to: Status | null): boolean {
  return table[from ?? 'new'].some((exit) => exit.to === (to ?? 'gone'));
}
