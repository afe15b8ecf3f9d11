/** Members of bulk operations: found page by page while the job goes on, in an order that no change of theirs moves. */
import type { Phase } from '@laneway/model';
import type { BulkJob, BulkMembers, BulkOperation, ExecutionFilter } from '../../extensions-api.ts';
import { defineVerb, type SqlTransaction, type SqlValue } from '../sql.ts';
import { jobOf, jobRow, type JobRow } from './bulk-jobs.ts';
import { branchesOf, matching } from './execution-filter.ts';

export interface BulkMember {
  readonly executionId: string;
  readonly position: string;
}

export interface BulkPage {
  readonly job: BulkJob;
  readonly members: readonly BulkMember[];
  readonly isLast: boolean;
}

/** The members after those that are behind the job; null when it does not run any more. */
export const nextBulkMembers = defineVerb(
  'nextBulkMembers',
  'read',
  async (tx, params: { readonly jobId: string; readonly limit: number }): Promise<BulkPage | null> => {
    const row = await jobRow(tx, params.jobId);
    if (row === undefined || row.state !== 'running') return null;
    const members = JSON.parse(row.members) as BulkMembers;
    const found =
      members.kind === 'ids'
        ? namedMembers(members.ids, row.position, params.limit)
        : await matchingMembers(tx, row, members.filter, params.limit);
    return { job: jobOf(row), members: found, isLast: found.length < params.limit };
  },
);

function namedMembers(ids: readonly string[], position: string, limit: number): readonly BulkMember[] {
  const from = position === '' ? 0 : Number(position) + 1;
  return ids.slice(from, from + limit).map((executionId, offset) => ({ executionId, position: String(from + offset).padStart(10, '0') }));
}

/** Phases in which the operation can have an effect; suspended executions are cancelled like any other (P9). */
const operationPhases: Readonly<Record<BulkOperation, readonly Phase[]>> = {
  cancel: ['waiting', 'ongoing', 'suspended'],
  pause: ['waiting', 'ongoing'],
  resume: ['suspended'],
  delete: ['suspended', 'ended'],
};

const timeDigits = 16;

export interface MemberScan {
  readonly spaceId: string;
  readonly userId: string;
  readonly operation: BulkOperation;
  readonly filter: ExecutionFilter;
  readonly boundAt: number;
  /** Empty at the beginning. */
  readonly position: string;
  readonly limit: number;
}

/** By the time of creation, which never changes: an execution that moves between phases is met once all the same. */
export function memberStatement(scan: MemberScan): { readonly text: string; readonly values: readonly SqlValue[] } | null {
  const { filter, position, limit } = scan;
  const phases = operationPhases[scan.operation].filter((phase) => filter.phases?.includes(phase) ?? true);
  const branches = branchesOf({ ...filter, phases });
  if (branches.length === 0) return null;
  const createdAt = position === '' ? -1 : Number(position.slice(0, timeDigits));
  const values: SqlValue[] = [];
  const parts = branches.map((branch, number) => {
    const { text, values: given, lead } = matching(scan.spaceId, scan.userId, filter, branch, 'creation');
    const id = lead === 'e' ? 'e.id' : 'l.execution_id';
    values.push(...given, createdAt, position.slice(timeDigits), scan.boundAt, limit);
    const range = `(${lead}.created_at, ${id}) > (?, ?) and ${lead}.created_at <= ?`;
    const part = `select e.id as id, ${lead}.created_at as created_at ${text} and ${range} order by ${lead}.created_at, ${id} limit ?`;
    return `select * from (${part}) as branch_${number}`;
  });
  return { text: `${parts.join(' union all ')} order by created_at, id limit ?`, values: [...values, limit] };
}

async function matchingMembers(tx: SqlTransaction, row: JobRow, filter: ExecutionFilter, limit: number): Promise<readonly BulkMember[]> {
  const statement = memberStatement({
    spaceId: row.space_id,
    userId: row.user_id,
    operation: row.operation,
    filter,
    boundAt: row.bound_at,
    position: row.position,
    limit,
  });
  if (statement === null) return [];
  const found = await tx.all<{ id: string; created_at: number }>(statement.text, statement.values);
  return found.map(({ id, created_at: createdAt }) => ({
    executionId: id,
    position: `${String(createdAt).padStart(timeDigits, '0')}${id}`,
  }));
}
