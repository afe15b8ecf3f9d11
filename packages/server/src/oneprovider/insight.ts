/** What became of the items of an execution, and why it is not moving: extensions for whoever has to explain it. */
import { notFound } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { json, type Route } from '../http/route.ts';
import { requireExecution, requireViewer } from './access.ts';

const prefix = '/api/v3/oneprovider';
const path = '/automation/execution/workflows/{wid}';

export function insightRoutes(deps: ServerDeps): Route[] {
  return [
    insight(deps, {
      aspect: 'receipt',
      operationId: 'get_workflow_execution_receipt',
      summary: 'Get the receipt of a workflow execution: what became of every item, task by task, and who stopped it',
      read: async (executionId) => await deps.executions.receipt(executionId),
    }),
    insight(deps, {
      aspect: 'blockers',
      operationId: 'get_workflow_execution_blockers',
      summary: 'Get the reasons why a workflow execution is not moving',
      read: async (executionId) => {
        const blockers = await deps.executions.blockers(executionId);
        return blockers === null ? null : { blockers };
      },
    }),
  ];
}

interface Insight {
  readonly aspect: 'receipt' | 'blockers';
  readonly operationId: string;
  readonly summary: string;
  /** null when the execution is gone. */
  readonly read: (executionId: string) => Promise<object | null>;
}

function insight(deps: ServerDeps, { aspect, operationId, summary, read }: Insight): Route {
  return {
    prefix,
    method: 'GET',
    path: `${path}/${aspect}`,
    operationId,
    summary,
    body: 'none',
    extension: true,
    handle: async (call) => {
      const { user, view } = await requireExecution(deps, call, { method: 'GET', aspect });
      await requireViewer(deps, user, view.execution);
      const found = await read(view.execution.id);
      if (found === null) throw notFound();
      return json(found);
    },
  };
}
