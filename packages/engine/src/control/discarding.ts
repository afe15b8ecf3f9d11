/** Deleting an execution that has stopped: decided anew as often as it changes meanwhile. */
import { makeError, type ErrorObject, type Execution } from '@laneway/model';
import { discardExecution } from '../persistence/sql/deletion.ts';
import type { EffectMark } from '../persistence/sql/effect-marks.ts';
import { loadExecution } from '../persistence/sql/executions.ts';
import type { Database } from '../persistence/sql.ts';
import { isAtRest } from './stop-moments.ts';

export type Discarding = { readonly kind: 'discarded' | 'marked' | 'possible' } | { readonly kind: 'refused'; readonly error: ErrorObject };

/** `loaded`: as the caller read it; `dryRun`: only whether it could be deleted. */
export async function discard(
  database: Database,
  loaded: Execution | null,
  { mark, dryRun }: { readonly mark: EffectMark | null; readonly dryRun: boolean },
): Promise<Discarding> {
  let execution = loaded;
  while (execution !== null) {
    if (!isAtRest(execution)) return { kind: 'refused', error: makeError('atmWorkflowExecutionNotStopped') };
    if (dryRun) return { kind: 'possible' };
    const { id: executionId, version: expectedVersion }: Execution = execution;
    const outcome = await database.call(discardExecution, { executionId, expectedVersion, mark });
    if (outcome !== 'conflict') return { kind: outcome };
    ({ execution } = await database.call(loadExecution, { executionId }));
  }
  return { kind: 'refused', error: makeError('notFound') };
}
