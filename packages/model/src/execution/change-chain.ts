/**
 * The changes of a transition, applied one after the other to the statuses before it, must give the statuses
 * after it: nothing changes without an event, and a follower of the event log sees what the document says
 * (I11, I15).
 */
import type { Execution, LaneRun } from './document.ts';
import type { Change } from './messages.ts';

type Statuses = Map<string, string>;

/** Where the changes and the two documents disagree, in words; empty when they do not. */
export function checkChangeChain(before: Execution, after: Execution, changes: readonly Change[]): string[] {
  const problems: string[] = [];
  const statuses = statusesOf(before);
  for (const change of changes) {
    if (isNumbering(change, statuses)) rename(statuses, laneRunKey(change.laneIndex ?? 0, null), keyOf(change));
    const key = keyOf(change);
    const was = statuses.get(key) ?? null;
    if (was !== change.from) problems.push(`I15: ${key} was ${was}, the change says ${change.from} → ${change.to}`);
    if (change.to === null) statuses.delete(key);
    else statuses.set(key, change.to);
  }
  for (const [key, status] of statusesOf(after)) {
    if (statuses.get(key) !== status) problems.push(`I11: ${key} is ${status}, the changes lead to ${statuses.get(key) ?? 'nothing'}`);
  }
  return problems;
}

function keyOf(change: Change): string {
  switch (change.subject) {
    case 'execution':
      return 'execution';
    case 'laneRun':
      return laneRunKey(change.laneIndex ?? 0, change.runNumber ?? null);
    case 'task':
      return `task ${change.taskId ?? '?'}`;
  }
}

function laneRunKey(laneIndex: number, runNumber: number | null): string {
  return `lane run ${laneIndex}/${runNumber ?? '-'}`;
}

/** A lane run prepared in advance has no number until it becomes the current one. */
function isNumbering(change: Change, statuses: Statuses): boolean {
  const isPromotion = change.subject === 'laneRun' && change.from === change.to && (change.runNumber ?? null) !== null;
  return isPromotion && !statuses.has(keyOf(change)) && statuses.has(laneRunKey(change.laneIndex ?? 0, null));
}

function rename(statuses: Statuses, from: string, to: string): void {
  statuses.set(to, statuses.get(from) ?? '');
  statuses.delete(from);
}

function statusesOf(execution: Execution): Statuses {
  const statuses: Statuses = new Map([['execution', execution.status]]);
  for (const [index, lane] of execution.lanes.entries()) {
    for (const run of lane.endedRuns) statuses.set(laneRunKey(index + 1, run.runNumber), run.status);
  }
  for (const laneRun of liveRuns(execution)) {
    statuses.set(laneRunKey(laneRun.laneIndex, laneRun.runNumber), laneRun.status);
    for (const task of laneRun.boxes.flatMap((box) => box.tasks)) statuses.set(`task ${task.id}`, task.status);
  }
  return statuses;
}

function liveRuns({ current, inAdvance }: Execution): readonly LaneRun[] {
  return inAdvance === null ? [current] : [current, inAdvance];
}
