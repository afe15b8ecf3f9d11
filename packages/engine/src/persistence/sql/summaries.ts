/** Pages of execution summaries: one statement each, whatever the filter and however many executions there are (P20, U10). */
import { phases, type ExecutionStatus, type Phase } from '@laneway/model';
import type { ExecutionSummaryEntry, SummaryPage, SummaryRequest } from '../../extensions-api.ts';
import { defineVerb } from '../sql.ts';
import { branchesOf, matching, type Branch, type Sql } from './execution-filter.ts';

interface SummaryRow {
  readonly id: string;
  readonly name: string;
  readonly atm_inventory_id: string;
  readonly atm_workflow_schema_id: string;
  readonly revision_number: number;
  readonly user_id: string;
  readonly status: ExecutionStatus;
  readonly phase: Phase;
  readonly schedule_time: number;
  readonly start_time: number;
  readonly suspend_time: number;
  readonly finish_time: number;
  readonly labels: string | null;
  readonly phase_index: string;
}

const columns = [
  'id',
  'name',
  'atm_inventory_id',
  'atm_workflow_schema_id',
  'revision_number',
  'user_id',
  'status',
  'phase',
  'schedule_time',
  'start_time',
  'suspend_time',
  'finish_time',
  'labels',
  'phase_index',
] as const;

const selected = columns.map((column) => `e.${column} as ${column}`).join(', ');

/** The statement of one page, with one row more than the page has; null when nothing can match. */
export function summaryStatement(request: SummaryRequest): Sql | null {
  const { after } = request;
  const branches = branchesOf(request.filter).filter(({ phase }) => after === null || phases.indexOf(phase) >= phases.indexOf(after.phase));
  if (branches.length === 0) return null;
  const parts = branches.map((branch, number) => {
    const part = branchStatement(request, branch);
    return { ...part, text: `select * from (${part.text}) as branch_${number}` };
  });
  return {
    text: `${parts.map((part) => part.text).join(' union all ')} order by list_number, phase_index limit ?`,
    values: [...parts.flatMap((part) => part.values), request.limit + 1],
  };
}

function branchStatement(request: SummaryRequest, branch: Branch): Sql {
  const { spaceId, viewerId, filter, after, limit } = request;
  const { text, values, lead } = matching(spaceId, viewerId, filter, branch, 'phaseList');
  const continues = after !== null && branch.phase === after.phase;
  const from = continues ? ` and ${lead}.phase_index > ?` : '';
  return {
    text: `select ${phases.indexOf(branch.phase)} as list_number, ${selected} ${text}${from} order by ${lead}.phase_index limit ?`,
    values: [...values, ...(continues ? [after.index] : []), limit + 1],
  };
}

/** In the order of the phase lists, one after the other, each newest first (execution §14.2). */
export const executionSummaries = defineVerb('executionSummaries', 'read', async (tx, request: SummaryRequest): Promise<SummaryPage> => {
  const statement = summaryStatement(request);
  const found = statement === null ? [] : await tx.all<SummaryRow>(statement.text, statement.values);
  return { entries: found.slice(0, request.limit).map(entryOf), isLast: found.length <= request.limit };
});

function entryOf(row: SummaryRow): ExecutionSummaryEntry {
  return {
    id: row.id,
    name: row.name,
    atmInventoryId: row.atm_inventory_id,
    atmWorkflowSchemaId: row.atm_workflow_schema_id,
    revisionNumber: row.revision_number,
    userId: row.user_id,
    status: row.status,
    phase: row.phase,
    scheduleTime: row.schedule_time,
    startTime: row.start_time,
    suspendTime: row.suspend_time,
    finishTime: row.finish_time,
    labels: row.labels === null ? {} : (JSON.parse(row.labels) as Readonly<Record<string, string>>),
    index: row.phase_index,
  };
}
