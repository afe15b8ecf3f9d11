/** What happens once a lane run is both the current one and enqueued (execution §6.1, §6.3, §13.2). */
import type { Draft } from './draft.ts';
import { logLaneRun } from './log-entries.ts';

/**
 * Its input is taken only now, so the lane before it may have filled the store (design D14). The tasks' run
 * numbers are those of the lane run that the effect carries.
 */
export function becomeCurrent(draft: Draft): void {
  const { current } = draft;
  if (current.iteratedStoreId !== null) draft.effect({ kind: 'freezeStores', storeIds: [current.iteratedStoreId] });
  draft.effect({ kind: 'openGate', laneRun: current });
  logLaneRun(draft, 'debug', current, 'Starting...');
}
