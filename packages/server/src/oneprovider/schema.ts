/**
 * `GET …/workflows/{wid}/schema`: the schema and the lambda revisions that an execution was scheduled with (an extension). With it a
 * client knows names, dashboards and the series of tasks, whatever became of the workflow schema since (rest R75).
 */
import type { ExecutionSchema } from '@laneway/engine';
import type { Execution } from '@laneway/model';
import { notFound } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { answered, type Route } from '../http/route.ts';
import { requireExecution, requireViewer } from './access.ts';

export function schemaRoute(deps: ServerDeps): Route {
  return {
    prefix: '/api/v3/oneprovider',
    method: 'GET',
    path: '/automation/execution/workflows/{wid}/schema',
    operationId: 'get_workflow_execution_schema',
    summary: 'Get the workflow schema revision and the lambda revisions that a workflow execution was scheduled with',
    body: 'none',
    extension: true,
    handle: async (call) => {
      const { user, view } = await requireExecution(deps, call, { method: 'GET', aspect: 'schema' });
      await requireViewer(deps, user, view.execution);
      const schema = await deps.executions.schema(view.execution.id);
      if (schema === null) throw notFound();
      await call.reply.code(200).type('application/json').send(schemaText(view.execution, schema));
      return answered;
    },
  };
}

/** The kept texts go into the answer as they are: they may be large, and nothing here looks into them. */
function schemaText(execution: Execution, schema: ExecutionSchema): string {
  const { id, atmWorkflowSchemaId, name, atmWorkflowSchemaRevisionNumber } = execution;
  const head = { atmWorkflowSchemaSnapshotId: id, atmWorkflowSchemaId, name, atmWorkflowSchemaRevisionNumber };
  const lambdas = Object.entries(schema.lambdas).map(([lambdaId, revisions]) => [lambdaId, objectText(Object.entries(revisions))] as const);
  return objectText([
    ...Object.entries(head).map(([key, value]) => [key, JSON.stringify(value)] as const),
    ['atmWorkflowSchemaRevision', schema.revision],
    ['atmLambdaRevisions', objectText(lambdas)],
  ]);
}

function objectText(members: readonly (readonly [key: string, json: string])[]): string {
  return `{${members.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(',')}}`;
}
