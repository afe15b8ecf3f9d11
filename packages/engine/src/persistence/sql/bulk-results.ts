/** What became of the members of bulk operations. */
import type { ErrorObject } from '@laneway/model';
import type { BulkOutcome, BulkResult } from '../../extensions-api.ts';
import { defineVerb, type SqlTransaction } from '../sql.ts';

/** Stands for the effect on one member. */
export interface BulkMark {
  readonly kind: 'bulk';
  readonly jobId: string;
  /** Of the member among all; sortable. */
  readonly position: string;
  readonly executionId: string;
}

const running = `select 1 as running from bulk_job where id = ? and state = 'running'`;

async function insertResult(tx: SqlTransaction, mark: BulkMark, outcome: BulkOutcome, error: ErrorObject | null): Promise<boolean> {
  const inserted = await tx.run(
    `insert into bulk_result (job_id, position, execution_id, outcome, error) values (?, ?, ?, ?, ?) on conflict (job_id, position) do nothing`,
    [mark.jobId, mark.position, mark.executionId, outcome, error === null ? null : JSON.stringify(error)],
  );
  return inserted === 1;
}

/** The job's row is locked: once an abort is acknowledged nothing has an effect any more. */
export async function placeBulkMark(tx: SqlTransaction, mark: BulkMark): Promise<boolean> {
  const job = await tx.get(`${running}${tx.dialect.forUpdate}`, [mark.jobId]);
  return job !== undefined && (await insertResult(tx, mark, 'done', null));
}

export async function removeBulkMark(tx: SqlTransaction, mark: BulkMark): Promise<void> {
  await tx.run('delete from bulk_result where job_id = ? and position = ?', [mark.jobId, mark.position]);
}

/** Records a member on which there was no effect, unless a result is there. */
export const recordBulkResult = defineVerb(
  'recordBulkResult',
  'control',
  async (tx, params: { readonly mark: BulkMark; readonly outcome: BulkOutcome; readonly error: ErrorObject | null }): Promise<void> => {
    const job = await tx.get(`${running}${tx.dialect.forUpdate}`, [params.mark.jobId]);
    if (job !== undefined) await insertResult(tx, params.mark, params.outcome, params.error);
  },
);

export const listBulkResults = defineVerb(
  'listBulkResults',
  'read',
  async (tx, params: { readonly jobId: string; readonly after: string; readonly limit: number }): Promise<readonly BulkResult[]> => {
    const found = await tx.all<{ position: string; execution_id: string; outcome: BulkOutcome; error: string | null }>(
      'select position, execution_id, outcome, error from bulk_result where job_id = ? and position > ? order by position limit ?',
      [params.jobId, params.after, params.limit],
    );
    return found.map((row) => ({
      position: row.position,
      executionId: row.execution_id,
      outcome: row.outcome,
      error: row.error === null ? null : (JSON.parse(row.error) as ErrorObject),
    }));
  },
);
