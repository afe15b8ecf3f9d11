/** Rows of labels: one for each label of an execution, with the execution's place in its phase list. */
import { phaseOf, type Execution } from '@laneway/model';
import type { SqlTransaction } from '../sql.ts';
import { rows } from './placeholders.ts';

export async function insertLabels(
  tx: SqlTransaction,
  params: { readonly execution: Execution; readonly createdAt: number; readonly phaseIndex: string },
): Promise<void> {
  const { execution, createdAt, phaseIndex } = params;
  const labels = Object.entries(execution.labels ?? {});
  if (labels.length === 0) return;
  await tx.run(
    `insert into execution_label (execution_id, name, value, space_id, created_at, phase, phase_index) values ${rows(labels.length, 7)}`,
    labels.flatMap(([name, value]) => [execution.id, name, value, execution.spaceId, createdAt, phaseOf(execution.status), phaseIndex]),
  );
}

/** Follows the execution to another phase list. */
export async function moveLabels(
  tx: SqlTransaction,
  { execution, phaseIndex }: { readonly execution: Execution; readonly phaseIndex: string },
): Promise<void> {
  if (Object.keys(execution.labels ?? {}).length === 0) return;
  await tx.run('update execution_label set phase = ?, phase_index = ? where execution_id = ? and (phase <> ? or phase_index <> ?)', [
    phaseOf(execution.status),
    phaseIndex,
    execution.id,
    phaseOf(execution.status),
    phaseIndex,
  ]);
}
