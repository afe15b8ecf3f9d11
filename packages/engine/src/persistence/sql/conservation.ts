/** What became of the items of an execution, lane run by lane run (design §4, conservation). */
import { defineVerb } from '../sql.ts';
import { readOpenBatches, sumsOfExecution, type OpenBatch, type StoredCount } from './counters.ts';

export interface LaneRunItems {
  readonly laneRunId: string;
  /** Items of its input so far. */
  readonly known: number;
  /** No more items will become known. */
  readonly complete: boolean;
  readonly open: readonly OpenBatch[];
}

export interface ItemsOfExecution {
  readonly laneRuns: readonly LaneRunItems[];
  readonly counts: readonly StoredCount[];
}

/** One moment of all tables, so that the sums hold while work goes on. */
export const itemsOfExecution = defineVerb(
  'itemsOfExecution',
  'read',
  async (tx, params: { readonly executionId: string }): Promise<ItemsOfExecution> => {
    const gates = await tx.all<{ id: string; known: number; complete: number }>(
      'select lane_run_id as id, known, complete from gate where execution_id = ?',
      [params.executionId],
    );
    const open = Map.groupBy(await readOpenBatches(tx, params), (batch) => batch.laneRunId);
    const laneRuns = gates.map((gate) => ({
      laneRunId: gate.id,
      known: gate.known,
      complete: gate.complete === 1,
      open: open.get(gate.id) ?? [],
    }));
    return { laneRuns, counts: await sumsOfExecution(tx, params.executionId) };
  },
);
