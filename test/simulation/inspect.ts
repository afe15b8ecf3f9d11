/** The tables of executions as they are at a quiet moment, and what must be true of them then (I5, I15). */
import { defineVerb } from '@laneway/engine';
import { phaseOf } from '@laneway/model';
import { linesOf } from '../../packages/engine/src/stores/chunks.ts';
import type { Tracker } from './tracker.ts';

export interface GateRow {
  readonly lane_run_id: string;
  readonly execution_id: string;
  readonly active: number;
  readonly batch_size: number;
  readonly frontier: number;
  readonly known: number;
  readonly input: string;
}

interface BatchRow {
  readonly lane_run_id: string;
  readonly batch_number: number;
  readonly box_index: number;
  readonly started: number;
  readonly item_count: number;
  readonly remaining: string | null;
  readonly done_tasks: string;
}

export interface CounterRow {
  readonly lane_run_id: string;
  readonly task_id: string;
  readonly processed: number;
  readonly failed: number;
  readonly withdrawn: number;
  readonly killed: number;
  readonly unreachable: number;
}

export interface Tables {
  readonly executions: readonly { readonly id: string; readonly version: number; readonly discarded: number; readonly status: string }[];
  readonly gates: readonly GateRow[];
  readonly slices: readonly {
    readonly id: string;
    readonly lane_run_id: string;
    readonly node_id: string | null;
    readonly open_count: number;
  }[];
  readonly batches: readonly BatchRow[];
  readonly counters: readonly CounterRow[];
  readonly events: readonly { readonly execution_id: string; readonly count: number; readonly lowest: number; readonly highest: number }[];
}

export const readTables = defineVerb('simulationTables', 'read', async (tx, _params: null): Promise<Tables> => ({
  executions: await tx.all('select id, version, discarded, status from execution order by id'),
  gates: await tx.all('select lane_run_id, execution_id, active, batch_size, frontier, known, input from gate'),
  slices: await tx.all('select id, lane_run_id, node_id, open_count from slice'),
  batches: await tx.all('select lane_run_id, batch_number, box_index, started, item_count, remaining, done_tasks from batch'),
  counters: await tx.all(
    `select lane_run_id, task_id, sum(processed) as processed, sum(failed) as failed, sum(withdrawn) as withdrawn,
            sum(killed) as killed, sum(unreachable) as unreachable from counter group by lane_run_id, task_id`,
  ),
  events: await tx.all(
    'select execution_id, count(*) as count, min(version) as lowest, max(version) as highest from event group by execution_id',
  ),
}));

/** Texts of all items of a list or exception store. */
export const readWholeStore = defineVerb('simulationStore', 'read', async (tx, params: { readonly storeId: string }): Promise<string[]> => {
  const chunks = await tx.all<{ items: string }>('select items from store_chunk where store_id = ? order by first_index', [params.storeId]);
  return chunks.flatMap((chunk) => linesOf(chunk.items));
});

/** Callbacks outlive what they tell of, and garbage collection is of no execution. */
const timersOfNone = " and kind <> 'callback' and execution_id <> ''";

/** Rows that are left of executions that are gone. */
export const readLeftovers = defineVerb('simulationLeftovers', 'read', async (tx, _params: null): Promise<string[]> => {
  const problems: string[] = [];
  for (const table of [
    'snapshot',
    'event',
    'archived_lane_run',
    'task',
    'counter',
    'gate',
    'slice',
    'driver',
    'store',
    'timer',
    'execution_label',
  ]) {
    const row = await tx.get<{ count: number }>(
      `select count(*) as count from ${table} where execution_id not in (select id from execution)${table === 'timer' ? timersOfNone : ''}`,
    );
    if ((row?.count ?? 0) > 0) problems.push(`${row?.count} rows of ${table} have outlived their execution`);
  }
  for (const [table, column, parent, key] of [
    ['batch', 'slice_id', 'slice', 'id'],
    ['store_tail', 'store_id', 'store', 'id'],
    ['store_chunk', 'store_id', 'store', 'id'],
    ['store_content', 'store_id', 'store', 'id'],
  ] as const) {
    const row = await tx.get<{ count: number }>(
      `select count(*) as count from ${table} where ${column} not in (select ${key} from ${parent})`,
    );
    if ((row?.count ?? 0) > 0) problems.push(`${row?.count} rows of ${table} have outlived their ${parent}`);
  }
  return problems;
});

export function itemsLeft(batch: Pick<BatchRow, 'item_count' | 'remaining'>): number {
  return batch.remaining === null ? batch.item_count : (JSON.parse(batch.remaining) as number[]).length;
}

const noCount = { processed: 0, failed: 0, withdrawn: 0, killed: 0, unreachable: 0 };

/** The laws that hold between any two transactions. */
export function checkTables(tables: Tables, tracker: Tracker): string[] {
  return [...checkEvents(tables, tracker), ...tables.gates.flatMap((gate) => checkGate(gate, tables, tracker))];
}

function checkEvents(tables: Tables, tracker: Tracker): string[] {
  return tables.executions.flatMap(({ id, version }) => {
    const tracked = tracker.executions.get(id);
    const events = tables.events.find((row) => row.execution_id === id);
    // A purge takes the events piece by piece.
    if (tracked === undefined || tracked.isDiscarded) return [];
    const isWhole = events?.count === version && events.lowest === 1 && events.highest === version && tracked.eventCount === version;
    return isWhole ? [] : [`I15: version ${version}, events ${JSON.stringify(events)}, changes ${tracked.eventCount}`];
  });
}

function checkGate(gate: GateRow, tables: Tables, tracker: Tracker): string[] {
  const problems: string[] = [];
  const tracked = tracker.executions.get(gate.execution_id);
  if (tracked === undefined || tracked.isDiscarded) return [];
  const ofRun = <Row extends { readonly lane_run_id: string }>(rows: readonly Row[]): Row[] =>
    rows.filter((row) => row.lane_run_id === gate.lane_run_id);
  const counters = ofRun(tables.counters);
  const own = counters.find((row) => row.task_id === '') ?? noCount;
  const batches = ofRun(tables.batches);
  const claimed = Math.min(gate.known, gate.frontier * gate.batch_size);
  const open = batches.reduce((sum, batch) => sum + itemsLeft(batch), 0);
  const { current } = tracked.execution;
  const hasEnded = gate.lane_run_id !== current.id || phaseOf(current.status) === 'ended';
  const name = `lane run ${gate.lane_run_id.slice(0, 6)}`;
  if (!hasEnded && claimed !== open + own.processed + own.withdrawn)
    problems.push(`I5: ${name}: ${claimed} claimed ≠ ${open} open + ${own.processed} processed + ${own.withdrawn} withdrawn`);
  if (hasEnded && open > 0) problems.push(`I5: ${name} has ended with ${open} items open`);
  if (hasEnded && claimed < own.processed + own.withdrawn)
    problems.push(`I5: ${name}: ${claimed} claimed < ${own.processed} processed + ${own.withdrawn} withdrawn`);
  if (hasEnded && ofRun(tables.slices).length > 0) problems.push(`I5: ${name} has ended with slices`);
  for (const row of counters) {
    if (Object.values({ ...row, lane_run_id: 0, task_id: 0 }).some((value) => value < 0))
      problems.push(`I5: ${name}: a counter below zero`);
    if (row.failed > row.processed) problems.push(`I5: ${name}: more failed than processed`);
    const known = row.processed + row.withdrawn + row.killed + row.unreachable;
    if (known > gate.known) problems.push(`I5: ${name}: task ${row.task_id.slice(0, 6)} counts ${known} of ${gate.known} items`);
  }
  for (const slice of ofRun(tables.slices)) {
    const count = tables.batches.filter((batch) => batch.lane_run_id === gate.lane_run_id).length;
    if (slice.open_count < 1 || slice.open_count > count) problems.push(`I5: ${name}: a slice with ${slice.open_count} open batches`);
  }
  if (gate.active === 1 && (hasEnded || phaseOf(current.status) === 'suspended' || current.status === 'stopping'))
    problems.push(`A: the gate of ${name} is open while it is ${current.status}`);
  return problems;
}
