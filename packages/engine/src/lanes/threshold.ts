/** The instant failure threshold of a lane (execution §11.5), with the denominator of D13. */
import type { LaneRun } from '@laneway/model';
import { thresholdFigures, type ThresholdFigures } from '../persistence/sql/counters.ts';
import type { Database } from '../persistence/sql.ts';

/** Jobs that the reference keeps in flight: with few runners the ratio must not jump. */
const referenceJobsInFlight = 1000;

/** Failed items by items handed over; above the threshold the task is broken. */
export function failureRatio(figures: ThresholdFigures): number {
  const handed = figures.inProcessing + figures.processed;
  return figures.failed / Math.max(1, handed, Math.min(figures.known, referenceJobsInFlight * figures.batchSize));
}

/** The description of the breach, or null while there is none. */
export async function thresholdBreach(
  database: Database,
  params: { readonly laneRunId: string; readonly taskId: string; readonly boxIndex: number; readonly threshold: number },
): Promise<string | null> {
  if (params.threshold >= 1) return null;
  const figures = await database.call(thresholdFigures, params);
  if (failureRatio(figures) <= params.threshold) return null;
  return `The share of failed items exceeded the instant failure threshold of ${params.threshold.toFixed(3)}.`;
}

/**
 * The first of the tasks that breached the threshold, or null. Asked before tasks are concluded: the look that follows each job may
 * come too late, or have died with its node, and what a lane run ends as must not depend on that.
 */
export async function breachOf(
  database: Database,
  params: { readonly laneRun: LaneRun; readonly taskIds: readonly string[]; readonly threshold: number },
): Promise<{ readonly taskId: string; readonly description: string } | null> {
  const { laneRun, taskIds, threshold } = params;
  for (const taskId of taskIds) {
    const boxIndex = laneRun.boxes.findIndex((box) => box.tasks.some((task) => task.id === taskId));
    const description = await thresholdBreach(database, { laneRunId: laneRun.id, taskId, boxIndex, threshold });
    if (description !== null) return { taskId, description };
  }
  return null;
}
