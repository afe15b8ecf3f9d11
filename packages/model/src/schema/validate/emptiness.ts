import { makeError } from '../../errors/make-error.ts';
import type { ErrorObject } from '../../errors/result.ts';
import type { WorkflowSchemaRevision } from '../workflow.ts';

/** The first part that has nothing in it, in schema order, or null: inventories keep such revisions, nobody can run them (schemas R60). */
export function emptyPartOf({ lanes }: WorkflowSchemaRevision): ErrorObject | null {
  if (lanes.length === 0) return makeError('atmWorkflowEmpty');
  for (const { id, parallelBoxes } of lanes) {
    if (parallelBoxes.length === 0) return makeError('atmLaneEmpty', { atmLaneSchemaId: id });
    const box = parallelBoxes.find(({ tasks }) => tasks.length === 0);
    if (box !== undefined) return makeError('atmParallelBoxEmpty', { atmParallelBoxSchemaId: box.id });
  }
  return null;
}
