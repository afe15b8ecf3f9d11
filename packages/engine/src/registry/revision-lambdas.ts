import { tasksOf, type TaskSchema, type WorkflowSchemaRevision } from '@laneway/model';
import { referenceKey, type LambdaReference } from './lambda-resolution.ts';

/** The lambda revisions that the tasks refer to, each once, in order of appearance. */
export function lambdaReferences(revision: WorkflowSchemaRevision): LambdaReference[] {
  const references = tasksOf(revision).map((task) => ({ lambdaId: task.lambdaId, revisionNumber: task.lambdaRevisionNumber }));
  return [...new Map(references.map((reference) => [referenceKey(reference), reference])).values()];
}

/** The same revision with its tasks re-pointed; everything else is untouched (schemas R59). */
export function withLambdaIds(revision: WorkflowSchemaRevision, lambdaIds: ReadonlyMap<string, string>): WorkflowSchemaRevision {
  const repoint = (task: TaskSchema): TaskSchema => ({
    ...task,
    lambdaId: lambdaIds.get(referenceKey({ lambdaId: task.lambdaId, revisionNumber: task.lambdaRevisionNumber })) ?? task.lambdaId,
  });
  return {
    ...revision,
    lanes: revision.lanes.map((lane) => ({
      ...lane,
      parallelBoxes: lane.parallelBoxes.map((box) => ({ ...box, tasks: box.tasks.map(repoint) })),
    })),
  };
}
