/** Execution documents: creating, loading, listing. Changing one is the business of transitions.ts. */
import type { Execution, LaneRun, Phase } from '@laneway/model';
import { phaseOf } from '@laneway/model';
import { defineVerb, type SqlTransaction, type SqlValue } from '../sql.ts';
import { isSeenSql } from './execution-filter.ts';
import { insertLabels, moveLabels } from './labels.ts';
import { marks } from './placeholders.ts';

const listedTime: Readonly<Record<Phase, (execution: Execution) => number>> = {
  waiting: (execution) => execution.scheduleTime,
  ongoing: (execution) => execution.startTime,
  suspended: (execution) => execution.suspendTime,
  ended: (execution) => execution.finishTime,
};

/** Index of an execution in its phase list: newest first, ties by id (execution §14.2). */
export function phaseIndex(execution: Execution): string {
  const time = listedTime[phaseOf(execution.status)](execution);
  return String(9_999_999_999 - time).padStart(10, '0') + execution.id;
}

const columns =
  'id, space_id, atm_inventory_id, atm_workflow_schema_id, user_id, name, revision_number, status, phase, phase_index, schedule_time, start_time, suspend_time, finish_time, version, document, queued_at, labels, created_at';

function valuesOf(execution: Execution, now: number): SqlValue[] {
  return [
    execution.id,
    execution.spaceId,
    execution.atmInventoryId,
    execution.atmWorkflowSchemaId,
    execution.userId,
    execution.name,
    execution.atmWorkflowSchemaRevisionNumber,
    execution.status,
    phaseOf(execution.status),
    phaseIndex(execution),
    execution.scheduleTime,
    execution.startTime,
    execution.suspendTime,
    execution.finishTime,
    execution.version,
    JSON.stringify(execution),
    now,
  ];
}

export async function insertExecution(tx: SqlTransaction, execution: Execution): Promise<void> {
  const labels = execution.labels ?? {};
  const createdAt = await tx.now();
  await tx.run(`insert into execution (${columns}) values (${marks(19)})`, [
    ...valuesOf(execution, createdAt),
    Object.keys(labels).length === 0 ? null : JSON.stringify(labels),
    createdAt,
  ]);
  await insertLabels(tx, { execution, createdAt, phaseIndex: phaseIndex(execution) });
}

/** Writes the new document where the old version still stands; false = somebody else was faster. */
export async function replaceExecution(tx: SqlTransaction, execution: Execution, expectedVersion: number): Promise<boolean> {
  const changed = await tx.run(
    `update execution
     set status = ?, phase = ?, phase_index = ?, schedule_time = ?, start_time = ?, suspend_time = ?, finish_time = ?, version = ?, document = ?,
       queued_at = case when phase <> 'waiting' and cast(? as text) = 'waiting' then cast(? as bigint) else queued_at end,
       admitted = case when cast(? as text) in ('waiting', 'ongoing') then admitted else 0 end
     where id = ? and version = ? and discarded = 0`,
    [
      execution.status,
      phaseOf(execution.status),
      phaseIndex(execution),
      execution.scheduleTime,
      execution.startTime,
      execution.suspendTime,
      execution.finishTime,
      execution.version,
      JSON.stringify(execution),
      phaseOf(execution.status),
      await tx.now(),
      phaseOf(execution.status),
      execution.id,
      expectedVersion,
    ],
  );
  if (changed !== 1) return false;
  await moveLabels(tx, { execution, phaseIndex: phaseIndex(execution) });
  return true;
}

/** The document and the database's time, for a command to be decided on. */
export const loadExecution = defineVerb('loadExecution', 'control', async (tx, params: { readonly executionId: string }) => {
  const row = await tx.get<{ document: string }>('select document from execution where id = ? and discarded = 0', [params.executionId]);
  return { execution: row === undefined ? null : (JSON.parse(row.document) as Execution), nowMs: await tx.now() };
});

/** Ids of the executions that wait or go on, in order of the id. */
export const liveExecutions = defineVerb(
  'liveExecutions',
  'read',
  async (tx, params: { readonly after: string; readonly limit: number }): Promise<readonly string[]> => {
    const found = await tx.all<{ id: string }>(
      "select id from execution where phase in ('waiting', 'ongoing') and id > ? and discarded = 0 order by id limit ?",
      [params.after, params.limit],
    );
    return found.map((row) => row.id);
  },
);

export const viewExecution = defineVerb('viewExecution', 'read', async (tx, params: { readonly executionId: string }) => {
  const row = await tx.get<{ document: string }>('select document from execution where id = ? and discarded = 0', [params.executionId]);
  if (row === undefined) return null;
  const archived = await tx.all<{ document: string }>('select document from archived_lane_run where execution_id = ?', [
    params.executionId,
  ]);
  return {
    execution: JSON.parse(row.document) as Execution,
    archivedRuns: archived.map((run) => JSON.parse(run.document) as LaneRun),
  };
});

/** Snapshots are immutable rows; whoever drives or works on an execution reads them once. */
export const readSnapshots = defineVerb('readSnapshots', 'read', async (tx, params: { readonly executionId: string }) => {
  const rows = await tx.all<{ kind: string; snapshot_key: string; body: string }>(
    'select kind, snapshot_key, body from snapshot where execution_id = ?',
    [params.executionId],
  );
  return rows.map((row) => ({ kind: row.kind, key: row.snapshot_key, body: row.body }));
});

/** Where a task belongs: enough to find it in the document or the archived run. */
export const findTask = defineVerb('findTask', 'read', async (tx, params: { readonly taskId: string }) => {
  const row = await tx.get<{ execution_id: string; lane_run_id: string }>('select execution_id, lane_run_id from task where id = ?', [
    params.taskId,
  ]);
  return row === undefined ? null : { executionId: row.execution_id, laneRunId: row.lane_run_id };
});

export interface ListParams {
  readonly spaceId: string;
  readonly viewerId: string | null;
  readonly phase: Phase;
  readonly limit: number;
  readonly offset: number;
  readonly index: string | null;
}

interface SummaryRow {
  readonly id: string;
  readonly name: string;
  readonly atm_inventory_id: string;
  readonly user_id: string;
  readonly status: string;
  readonly revision_number: number;
  readonly schedule_time: number;
  readonly start_time: number;
  readonly suspend_time: number;
  readonly finish_time: number;
  readonly phase_index: string;
}

const summaryColumns =
  'id, name, atm_inventory_id, user_id, status, revision_number, schedule_time, start_time, suspend_time, finish_time, phase_index';

/** One page of a phase list, from an index, moved by an offset that may be negative (execution §14.2). */
export const listExecutions = defineVerb('listExecutions', 'read', async (tx, params: ListParams) => {
  const { spaceId, viewerId, phase, limit, offset } = params;
  const scope = `space_id = ? and phase = ? and discarded = 0${viewerId === null ? '' : ` and ${isSeenSql('execution')}`}`;
  const scopeValues: SqlValue[] = [spaceId, phase, ...(viewerId === null ? [] : [viewerId])];
  let index = params.index ?? '';
  if (offset < 0 && index !== '') {
    const before = await tx.all<{ phase_index: string }>(
      `select phase_index from execution where ${scope} and phase_index < ? order by phase_index desc limit ?`,
      [...scopeValues, index, -offset],
    );
    index = before.at(-1)?.phase_index ?? index;
  }
  const found = await tx.all<SummaryRow>(
    `select ${summaryColumns} from execution where ${scope} and phase_index >= ? order by phase_index limit ? offset ?`,
    [...scopeValues, index, limit, Math.max(offset, 0)],
  );
  const entries = found.map((row) => ({
    id: row.id,
    name: row.name,
    atmInventoryId: row.atm_inventory_id,
    userId: row.user_id,
    status: row.status,
    revisionNumber: row.revision_number,
    scheduleTime: row.schedule_time,
    startTime: row.start_time,
    suspendTime: row.suspend_time,
    finishTime: row.finish_time,
    index: row.phase_index,
  }));
  return { entries, isLast: entries.length < limit };
});
