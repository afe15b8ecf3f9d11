/**
 * `GET …/workflows/{wid}/pods` and `…/pods/{pid}/events`: what runs the lambdas of an execution (extensions; lambdas §5, R62–R69). A node
 * knows its own runners since its start.
 */
import { browseOptions } from '@laneway/model';
import { notFound } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { need } from '../http/refusal.ts';
import { json, type Call, type Route } from '../http/route.ts';
import { requireExecution, requireViewer } from './access.ts';

const prefix = '/api/v3/oneprovider';
const path = '/automation/execution/workflows/{wid}/pods';

async function requirePods(deps: ServerDeps, call: Call, aspect: 'pods' | 'pod_events'): Promise<string> {
  const { user, view } = await requireExecution(deps, call, { method: 'GET', aspect });
  await requireViewer(deps, user, view.execution);
  return view.execution.id;
}

export function podRoutes(deps: ServerDeps): Route[] {
  return [
    {
      prefix,
      method: 'GET',
      path,
      operationId: 'get_workflow_execution_pods',
      summary: 'List the pods that this node runs, or ran, for the tasks of a workflow execution',
      body: 'none',
      extension: true,
      handle: async (call) => {
        const executionId = await requirePods(deps, call, 'pods');
        const activity = deps.lambdas.activity();
        return json({ pods: activity?.pods(executionId) ?? [], knownSince: activity?.knownSince ?? null });
      },
    },
    {
      prefix,
      method: 'GET',
      path: `${path}/{pid}/events`,
      operationId: 'browse_workflow_execution_pod_events',
      summary: 'Browse the events of a pod, newest first',
      body: 'none',
      extension: true,
      parameters: [{ name: 'index, offset, limit, timestamp, direction', in: 'query', text: 'as for the content of an audit log' }],
      handle: async (call) => {
        const executionId = await requirePods(deps, call, 'pod_events');
        const options = need(browseOptions('auditLog', { ...call.query, type: 'auditLogStoreContentBrowseOptions' }));
        const page =
          options.kind === 'auditLog' ? (deps.lambdas.activity()?.events(executionId, call.param('pid'), options) ?? null) : null;
        if (page === null) throw notFound();
        return json(page);
      },
    },
  ];
}
