/** Finding tasks of a lane run by their ids. */
import type { LaneRun, TaskState } from './document.ts';
import type { Draft, TaskChange } from './draft.ts';
import type { TaskNews } from './log-entries.ts';

/** The tasks with these ids; null when one is not there. */
export function namedTasks(laneRun: LaneRun, ids: readonly string[]): readonly TaskState[] | null {
  const wanted = new Set(ids);
  const found = laneRun.boxes.flatMap((box) => box.tasks).filter((task) => wanted.has(task.id));
  return found.length === wanted.size ? found : null;
}

export function hasTasks(laneRun: LaneRun, ids: readonly string[]): boolean {
  return namedTasks(laneRun, ids) !== null;
}

/** A change of a task of the current lane run, as the logs tell it. */
export function newsOf(draft: Draft, change: TaskChange): TaskNews {
  return { laneRun: draft.current, position: change.position, task: change.after };
}

/** The task and its 1-based position; null when it is not there. */
export function positionOf(laneRun: LaneRun, taskId: string): Omit<TaskNews, 'laneRun'> | null {
  for (const [boxIndex, box] of laneRun.boxes.entries()) {
    for (const [taskIndex, task] of box.tasks.entries()) {
      if (task.id === taskId) return { task, position: { boxIndex: boxIndex + 1, taskIndex: taskIndex + 1 } };
    }
  }
  return null;
}
