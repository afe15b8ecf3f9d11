/** Bulk operations: starting one, its progress and its end. */
import type { ErrorObject, SessionToken } from '@laneway/model';
import type { BulkJob, BulkMembers, BulkOperation, BulkState } from '../../extensions-api.ts';
import { defineVerb, type SqlTransaction } from '../sql.ts';
import { insertTimer } from './timers.ts';

export const bulkTimerKind = 'bulk';

export function bulkTimerId(jobId: string): string {
  return `${bulkTimerKind}.${jobId}`;
}

export interface JobRow {
  readonly id: string;
  readonly space_id: string;
  readonly user_id: string;
  readonly operation: BulkOperation;
  readonly members: string;
  readonly reason: string | null;
  readonly dry_run: number;
  readonly bound_at: number;
  readonly state: BulkState;
  readonly position: string;
  readonly matched: number;
  readonly done: number;
  readonly refused: number;
  readonly failed: number;
  readonly note: string | null;
  readonly created_at: number;
  readonly ended_at: number | null;
  readonly session_token: string | null;
}

export function jobOf(row: JobRow): BulkJob {
  return {
    id: row.id,
    spaceId: row.space_id,
    userId: row.user_id,
    sessionToken: row.session_token === null ? null : (JSON.parse(row.session_token) as SessionToken),
    operation: row.operation,
    reason: row.reason,
    dryRun: row.dry_run === 1,
    state: row.state,
    matched: row.matched,
    done: row.done,
    refused: row.refused,
    failed: row.failed,
    error: row.note === null ? null : (JSON.parse(row.note) as ErrorObject),
    createdAt: row.created_at,
    endedAt: row.ended_at,
  };
}

const columns =
  'id, space_id, user_id, operation, members, reason, dry_run, bound_at, state, position, matched, done, refused, failed, note, created_at, ended_at, session_token';

export async function jobRow(tx: SqlTransaction, jobId: string, lock = ''): Promise<JobRow | undefined> {
  return await tx.get<JobRow>(`select ${columns} from bulk_job where id = ?${lock}`, [jobId]);
}

export interface NewBulkJob {
  readonly id: string;
  readonly spaceId: string;
  readonly userId: string;
  readonly sessionToken: SessionToken | null;
  readonly operation: BulkOperation;
  readonly members: BulkMembers;
  readonly reason: string | null;
  readonly dryRun: boolean;
}

/** Nothing is looked at or counted here (P17); what is scheduled from now on is no member. */
export const createBulkJob = defineVerb('createBulkJob', 'control', async (tx, job: NewBulkJob): Promise<void> => {
  const now = await tx.now();
  const token = job.sessionToken === null ? null : JSON.stringify(job.sessionToken);
  await tx.run(
    `insert into bulk_job (id, space_id, user_id, operation, members, reason, dry_run, bound_at, state, position, matched, done, refused, failed, created_at, session_token)
     values (?, ?, ?, ?, ?, ?, ?, ?, 'running', '', 0, 0, 0, 0, ?, ?)`,
    [job.id, job.spaceId, job.userId, job.operation, JSON.stringify(job.members), job.reason, job.dryRun ? 1 : 0, now, now, token],
  );
  await insertTimer(tx, {
    id: bulkTimerId(job.id),
    kind: bulkTimerKind,
    executionId: '',
    dueAt: now,
    body: JSON.stringify({ jobId: job.id }),
  });
});

export const findBulkJob = defineVerb('findBulkJob', 'read', async (tx, params: { readonly jobId: string }): Promise<BulkJob | null> => {
  const row = await jobRow(tx, params.jobId);
  return row === undefined ? null : jobOf(row);
});

/** Beyond every position. */
const end = '~';

/** Moves the job on to `position` and adds what became of the members in between. */
async function moveOn(
  tx: SqlTransaction,
  row: JobRow,
  to: { readonly position: string; readonly state: BulkState; readonly error: ErrorObject | null },
) {
  const counted = await tx.get<{ matched: number; done: number; refused: number; failed: number }>(
    `select count(*) as matched, count(case when outcome = 'done' then 1 end) as done,
     count(case when outcome = 'refused' then 1 end) as refused, count(case when outcome = 'failed' then 1 end) as failed
     from bulk_result where job_id = ? and position > ? and position <= ?`,
    [row.id, row.position, to.position],
  );
  const added = counted ?? { matched: 0, done: 0, refused: 0, failed: 0 };
  await tx.run(
    `update bulk_job set position = ?, state = ?, note = ?, ended_at = ?,
     matched = matched + ?, done = done + ?, refused = refused + ?, failed = failed + ? where id = ?`,
    [
      to.position,
      to.state,
      to.error === null ? null : JSON.stringify(to.error),
      to.state === 'running' ? null : await tx.now(),
      added.matched,
      added.done,
      added.refused,
      added.failed,
      row.id,
    ],
  );
}

/** The members up to this position have results. */
export const advanceBulkJob = defineVerb(
  'advanceBulkJob',
  'control',
  async (tx, params: { readonly jobId: string; readonly position: string }): Promise<void> => {
    const row = await jobRow(tx, params.jobId, tx.dialect.forUpdate);
    if (row === undefined || row.state !== 'running' || params.position <= row.position) return;
    await moveOn(tx, row, { position: params.position, state: 'running', error: null });
  },
);

/** Ends a job, with what was recorded until now; false when it had ended. */
export const endBulkJob = defineVerb(
  'endBulkJob',
  'control',
  async (
    tx,
    params: { readonly jobId: string; readonly state: Exclude<BulkState, 'running'>; readonly error: ErrorObject | null },
  ): Promise<boolean> => {
    const row = await jobRow(tx, params.jobId, tx.dialect.forUpdate);
    if (row === undefined || row.state !== 'running') return false;
    await moveOn(tx, row, { position: end, state: params.state, error: params.error });
    return true;
  },
);

/** Removes a piece of the jobs that ended long ago; true when there may be more. */
export const expireBulkJobs = defineVerb(
  'expireBulkJobs',
  'control',
  async (tx, params: { readonly retentionMs: number; readonly limit: number }): Promise<boolean> => {
    const before = (await tx.now()) - params.retentionMs;
    const job = await tx.get<{ id: string }>('select id from bulk_job where ended_at <= ? order by ended_at limit 1', [before]);
    if (job === undefined) return false;
    const removed = await tx.run(
      'delete from bulk_result where (job_id, position) in (select job_id, position from bulk_result where job_id = ? limit ?)',
      [job.id, params.limit],
    );
    if (removed < params.limit) await tx.run('delete from bulk_job where id = ?', [job.id]);
    return true;
  },
);
