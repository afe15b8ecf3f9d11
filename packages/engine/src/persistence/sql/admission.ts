/** How many executions of a space run at once: the rest waits, oldest first. */
import type { Execution } from '@laneway/model';
import { defineVerb, type SqlTransaction } from '../sql.ts';

export interface AdmissionRequest {
  readonly execution: Execution;
  /** Executions of the space that may run at once. */
  readonly limit: number;
}

export interface Queue {
  readonly running: number;
  /** Executions that were scheduled before this one and wait like it; counted up to the limit. */
  readonly ahead: number;
}

/** Two counts and not one with `or`, which no index serves: the history of the space would be read. */
export const runningStatement = `select (select count(*) from execution where space_id = ? and phase = 'ongoing' and discarded = 0)
  + (select count(*) from execution where space_id = ? and phase = 'waiting' and admitted = 1 and discarded = 0) as count`;

export const aheadStatement = `select count(*) as count from (
  select 1 as one from execution
  where space_id = ? and discarded = 0 and phase = 'waiting' and admitted = 0
    and (queued_at, id) < (select queued_at, id from execution where id = ?) limit ?) as earlier`;

async function readQueue(tx: SqlTransaction, { execution, limit }: AdmissionRequest): Promise<Queue> {
  const { id, spaceId } = execution;
  const running = await tx.get<{ count: number }>(runningStatement, [spaceId, spaceId]);
  const ahead = await tx.get<{ count: number }>(aheadStatement, [spaceId, id, limit]);
  return { running: running?.count ?? 0, ahead: ahead?.count ?? 0 };
}

/** Lets a waiting execution begin when there is room for it and for all that wait longer; true also when it may already. */
export const admitExecution = defineVerb('admitExecution', 'control', async (tx, params: AdmissionRequest): Promise<boolean> => {
  const { execution, limit } = params;
  // One after the other: two nodes must not give the last place away twice.
  if (tx.dialect.name === 'postgres') await tx.all('select pg_advisory_xact_lock(hashtext(?))', [`admission:${execution.spaceId}`]);
  const row = await tx.get<{ admitted: number; phase: string }>('select admitted, phase from execution where id = ?', [execution.id]);
  if (row === undefined || row.admitted === 1 || row.phase !== 'waiting') return true;
  const { running, ahead } = await readQueue(tx, params);
  if (running + ahead >= limit) return false;
  await tx.run("update execution set admitted = 1 where id = ? and phase = 'waiting'", [execution.id]);
  return true;
});

/** What a waiting execution waits for. */
export const admissionQueue = defineVerb('admissionQueue', 'read', async (tx, params: AdmissionRequest): Promise<Queue> => {
  return await readQueue(tx, params);
});
