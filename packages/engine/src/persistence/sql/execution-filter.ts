/**
 * Filters over the executions of a space as SQL. A list is a union of branches, one for each status or phase that is
 * asked for, so that each is read in order from one index and stops after a page; with labels the first one leads.
 */
import { phaseOf, phases, type ExecutionStatus, type Phase } from '@laneway/model';
import type { ExecutionFilter } from '../../extensions-api.ts';
import type { SqlValue } from '../sql.ts';
import { reachSql } from './effective-memberships.ts';

export interface Sql {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

/** One status, or one phase with all its statuses. */
export interface Branch {
  readonly phase: Phase;
  readonly status: ExecutionStatus | null;
}

/** In the order of the phase lists; empty when phases and statuses exclude each other. */
export function branchesOf(filter: ExecutionFilter): readonly Branch[] {
  const wanted = phases.filter((phase) => filter.phases?.includes(phase) ?? true);
  const { statuses } = filter;
  if (statuses === null) return wanted.map((phase) => ({ phase, status: null }));
  return wanted.flatMap((phase) =>
    [...new Set(statuses)].filter((status) => phaseOf(status) === phase).map((status) => ({ phase, status })),
  );
}

/**
 * Whether the inventory of an execution is gone. Nobody is a member of it then, so those who may view the space find what is left of it:
 * unseen by all, it could be neither stopped nor deleted, and would keep its space for ever.
 */
function isOrphanSql(execution: string): string {
  return `not exists (select 1 from inventory i where i.id = ${execution}.atm_inventory_id limit 1)`;
}

/**
 * Whether a user (the value) may see the execution in lists (D7). Not a join, and with a limit not made into one: the order of the list
 * must decide what is read.
 */
export function isSeenSql(execution: string): string {
  const membership = `select 1 from membership v where v.container_id = ${execution}.atm_inventory_id and v.member_id in (${reachSql} select id from reach)`;
  return `(exists (${membership} limit 1) or ${isOrphanSql(execution)})`;
}

/** Rows of a branch that match, without order: `e` is the execution, `l` its leading label when there is one. */
export function matching(
  spaceId: string,
  viewerId: string,
  filter: ExecutionFilter,
  branch: Branch,
  order: 'phaseList' | 'creation',
): Sql & { readonly lead: 'e' | 'l' } {
  const conditions: string[] = ['e.discarded = 0'];
  const values: SqlValue[] = [];
  const add = (text: string, ...added: readonly SqlValue[]): void => {
    conditions.push(text);
    values.push(...added);
  };
  const [leading, ...others] = filter.labels;
  if (leading === undefined) add('e.space_id = ?', spaceId);
  else add('l.space_id = ? and l.name = ? and l.value = ? and e.id = l.execution_id', spaceId, ...leading);
  if (branch.status !== null) add('e.status = ?', branch.status);
  // The index of a status has the order of the phase lists only.
  if (leading !== undefined) add('l.phase = ?', branch.phase);
  else if (branch.status === null || order === 'creation') add('e.phase = ?', branch.phase);
  add(isSeenSql('e'), viewerId);
  if (filter.atmInventoryId !== null) add('e.atm_inventory_id = ?', filter.atmInventoryId);
  if (filter.atmWorkflowSchemaId !== null) add('e.atm_workflow_schema_id = ?', filter.atmWorkflowSchemaId);
  if (filter.userId !== null) add('e.user_id = ?', filter.userId);
  if (filter.scheduledAfter !== null) add('e.schedule_time >= ?', filter.scheduledAfter);
  if (filter.scheduledBefore !== null) add('e.schedule_time < ?', filter.scheduledBefore);
  for (const label of others)
    add('exists (select 1 from execution_label x where x.execution_id = e.id and x.name = ? and x.value = ?)', ...label);
  const source = leading === undefined ? 'execution e' : 'execution_label l cross join execution e';
  return { text: `from ${source} where ${conditions.join(' and ')}`, values, lead: leading === undefined ? 'e' : 'l' };
}
