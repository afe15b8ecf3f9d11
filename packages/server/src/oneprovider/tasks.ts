import { checkCaveats } from '../auth/caveats.ts';
import { notFound, requireUser } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { json, type Route } from '../http/route.ts';
import { requireViewer } from './access.ts';

/** `GET …/automation/execution/tasks/{tid}`: an extension with the fields of rest §5.8. */
export function taskRoute(deps: ServerDeps): Route {
  return {
    prefix: '/api/v3/oneprovider',
    method: 'GET',
    path: '/automation/execution/tasks/{tid}',
    operationId: 'get_atm_task_execution',
    summary: 'Get a task execution: status and item counters',
    body: 'none',
    extension: true,
    handle: async (call) => {
      const user = requireUser(call.identity);
      const task = await deps.executions.task(call.param('tid'));
      const view = task === null ? null : await deps.executions.view(task.executionId);
      if (task === null || view === null) throw notFound();
      checkCaveats(user, { service: 'opw', method: 'GET', gri: `op_atm_task_execution.${task.id}.instance:private` });
      await requireViewer(deps, user, view.execution);
      return json({
        atmTaskExecutionId: task.id,
        atmWorkflowExecutionId: task.executionId,
        schemaId: task.schemaId,
        laneIndex: task.laneIndex,
        runNumber: task.runNumber,
        status: task.status,
        systemAuditLogId: task.systemAuditLogId,
        timeSeriesStoreId: task.timeSeriesStoreId,
        itemsInProcessing: task.itemsInProcessing,
        itemsProcessed: task.itemsProcessed,
        itemsFailed: task.itemsFailed,
      });
    },
  };
}
