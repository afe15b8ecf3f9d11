/** The event log of executions: one row per change, numbered without gaps by the execution's version (I15). */
import type { Change, Execution } from '@laneway/model';
import type { ExecutionEvent } from '../../engine-api.ts';
import { defineVerb, type SqlTransaction } from '../sql.ts';
import { rows } from './placeholders.ts';

/** Appends the changes of one transition; the last one carries the document's new version. */
export async function appendEvents(
  tx: SqlTransaction,
  params: { readonly execution: Execution; readonly changes: readonly Change[]; readonly actor: string | null; readonly at: number },
): Promise<void> {
  const { execution, changes, actor, at } = params;
  if (changes.length === 0) return;
  const first = execution.version - changes.length + 1;
  await tx.run(
    `insert into event (execution_id, version, at, actor, body) values ${rows(changes.length, 5)}`,
    changes.flatMap((change, index) => [execution.id, first + index, at, actor, JSON.stringify(change)]),
  );
}

export const readEvents = defineVerb(
  'readEvents',
  'read',
  async (
    tx,
    params: { readonly executionId: string; readonly afterVersion: number; readonly limit: number },
  ): Promise<readonly ExecutionEvent[]> => {
    const found = await tx.all<{ version: number; at: number; actor: string | null; body: string }>(
      'select version, at, actor, body from event where execution_id = ? and version > ? order by version limit ?',
      [params.executionId, params.afterVersion, params.limit],
    );
    return found.map((row) => ({
      ...(JSON.parse(row.body) as Change),
      executionId: params.executionId,
      version: row.version,
      at: row.at,
      actor: row.actor,
    }));
  },
);
