import type { Execution, LaneRun } from '@laneway/model';
import type { ExecutionView } from '../engine-api.ts';

/** All lane runs that a view holds: those of the document and those that left it. */
export function laneRunsOf(view: ExecutionView): readonly LaneRun[] {
  const { current, inAdvance }: Execution = view.execution;
  return [current, ...(inAdvance === null ? [] : [inAdvance]), ...view.archivedRuns];
}
