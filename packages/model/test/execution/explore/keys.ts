/**
 * Which executions are taken for the same state.
 *
 * `stateKey` leaves out what the rules do not look at; reduction.test.ts shows on smaller spaces that executions with one
 * key answer every input alike:
 *   - ids, times, versions, users and the record of the last stop;
 *   - the order of the tasks of a box (they are interchangeable);
 *   - run numbers, and of the runs that ended all but the newest and the oldest of each lane;
 *   - in which incarnation a task stopped, unless it is interrupted.
 * Items are reduced before that: a task failed some or none, and had some or none.
 *
 * `fineKey` leaves out the version only; ids are renamed by the order in which they appear.
 */
import type { Execution, LaneRun, TaskState } from '../../../src/execution/document.ts';

export const reductions: readonly string[] = [
  'items: some or none, failed some or none',
  'tasks of a box: sorted',
  'ids, times, versions, users, run numbers: left out',
  'runs that ended: the newest and the oldest of each lane',
];

export type KeyOf = (execution: Execution) => string;

export function stateKey(execution: Execution): string {
  const { status, currentLaneIndex, incarnation, lanes, current, inAdvance } = execution;
  const retries = lanes.map((lane) => lane.retriesLeft).join(',');
  const lines = lanes.map(keyOfLines).join(',');
  return `${status}/${incarnation} ${lines} L${currentLaneIndex} r${retries} ${keyOfRun(current)} | ${inAdvance === null ? '-' : keyOfRun(inAdvance)}`;
}

function keyOfLines(lane: Execution['lanes'][number]): string {
  const { endedRuns } = lane;
  return [endedRuns[0], endedRuns.at(-1)]
    .map((run) => (run === undefined ? '-' : `${run.status}(${run.stoppingReason ?? ''})${run.iteratedStoreId === null ? '' : 's'}`))
    .join('…');
}

function keyOfRun(run: LaneRun): string {
  const boxes = run.boxes.map((box) => box.tasks.map(keyOfTask).sort().join(','));
  return `${run.status}(${run.stoppingReason ?? ''}) ${run.runType}${run.iteratedStoreId === null ? '' : 's'} [${boxes.join(';')}]`;
}

function keyOfTask(task: TaskState): string {
  return `${task.status}(${task.stoppingReason ?? ''}${task.status === 'interrupted' ? task.stoppingIncarnation : ''})`;
}

export function fineKey(execution: Execution): string {
  const names = new Map<string, string>();
  return JSON.stringify({ ...execution, version: 0 }).replaceAll(/\brun-\d+/g, (id) => {
    const name = names.get(id) ?? `r${names.size + 1}`;
    names.set(id, name);
    return name;
  });
}
