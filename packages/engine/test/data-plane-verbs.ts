/** Verbs that only the data plane's suite has; the store worker thread of a test loads them from here. */
import { defineVerb } from '@laneway/engine';
import type { LaneRun } from '@laneway/model';
import { closeSlices } from '../src/persistence/sql/counters.ts';
import { closeGate, openGate } from '../src/persistence/sql/gates.ts';
import { insertStores } from '../src/persistence/sql/stores.ts';

/** One lane run with its stores. */
export interface Fixture {
  readonly laneRun: LaneRun;
  readonly executionId: string;
  readonly outputStoreId: string;
  readonly exceptionStoreId: string;
}

export const setUp = defineVerb(
  'suiteSetUp',
  'control',
  async (tx, params: { readonly fixture: Fixture; readonly items: readonly string[]; readonly batchSize: number }) => {
    const { fixture, items, batchSize } = params;
    const store = {
      executionId: fixture.executionId,
      laneRunId: null,
      taskId: null,
      name: 's',
      schemaId: 's',
      config: { itemDataSpec: { type: 'number' } },
      initialContent: null,
      frozen: false,
      logLevel: null,
    };
    const inputStoreId = fixture.laneRun.iteratedStoreId ?? '';
    await insertStores(tx, [
      { ...store, id: inputStoreId, type: 'list', writes: [{ kind: 'append', storeId: inputStoreId, items }] },
      { ...store, id: fixture.outputStoreId, type: 'list' },
      { ...store, id: fixture.exceptionStoreId, type: 'exception' },
    ]);
    await openGate(tx, { executionId: fixture.executionId, incarnation: 1, batchSize, laneRun: fixture.laneRun });
  },
);
export const suiteCloseGate = defineVerb(
  'suiteCloseGate',
  'control',
  async (tx, params: { readonly laneRunId: string }) => await closeGate(tx, params.laneRunId, 'abort'),
);
export const suiteCloseSlices = defineVerb(
  'suiteCloseSlices',
  'control',
  async (tx, params: { readonly executionId: string; readonly laneRun: LaneRun }) => await closeSlices(tx, params),
);

export const verbs = [setUp, suiteCloseGate, suiteCloseSlices];
