/** Operations on one execution: details, delete, cancel and those that are still to come (rest §5.3–5.6). */
import type { Execution } from '@laneway/model';
import { integerField, makeError, ownValue, phaseOf } from '@laneway/model';
import type { ServerDeps } from '../deps.ts';
import { providerData } from '../http/fields.ts';
import { mergeParameters } from '../http/query.ts';
import { need, Refusal } from '../http/refusal.ts';
import { json, noContent, type Call, type Route } from '../http/route.ts';
import { requireController, requireExecution, requireViewer } from './access.ts';
import { detailsOf } from './details.ts';

const prefix = '/api/v3/oneprovider';
const path = '/automation/execution/workflows/{wid}';
/** Longer reasons are cut: the contract promises that a body never fails a cancel (rest R8). */
const maxReasonLength = 1000;

export function controlRoutes(deps: ServerDeps): Route[] {
  return [
    {
      prefix,
      method: 'GET',
      path,
      operationId: 'get_workflow_execution_details',
      summary: 'Get details of a workflow execution',
      body: 'none',
      handle: async (call) => {
        const { user, view } = await requireExecution(deps, call, { method: 'GET', aspect: 'instance' });
        await requireViewer(deps, user, view.execution);
        return json(detailsOf(view));
      },
    },
    {
      prefix,
      method: 'DELETE',
      path,
      operationId: 'delete_workflow_execution',
      summary: 'Delete a workflow execution that is suspended or ended',
      body: 'none',
      handle: async (call) => {
        const { user, view } = await requireExecution(deps, call, { method: 'DELETE', aspect: 'instance' });
        await requireController(deps, user, view.execution);
        need(await deps.executions.delete({ executionId: view.execution.id, actor: user.account.id }));
        return noContent;
      },
    },
    {
      prefix,
      method: 'POST',
      path: `${path}/cancel`,
      operationId: 'cancel_workflow_execution',
      summary: 'Cancel a workflow execution',
      body: 'ignored',
      parameters: [
        { name: 'reason', in: 'body', text: 'extension: why, for the history of the execution; at most 1000 characters are kept' },
      ],
      handle: async (call) => {
        const { user, view } = await requireExecution(deps, call, { method: 'POST', aspect: 'cancel' });
        await requireController(deps, user, view.execution);
        need(await deps.executions.cancel({ executionId: view.execution.id, actor: user.account.id, note: reasonOf(call) }));
        return noContent;
      },
    },
    ...(['pause', 'resume', 'force_continue'] as const).map((operation) => laterControl(deps, operation)),
    ...(['rerun', 'retry'] as const).map((operation) => laterRepetition(deps, operation)),
  ];
}

function reasonOf(call: Call): string | null {
  const reason = ownValue(call.body, 'reason');
  return typeof reason === 'string' && reason.trim() !== '' ? Array.from(reason).slice(0, maxReasonLength).join('') : null;
}

/** Checks as the finished operation will make them, then `notSupported`. */
function laterControl(deps: ServerDeps, operation: 'pause' | 'resume' | 'force_continue'): Route {
  return {
    prefix,
    method: 'POST',
    path: `${path}/${operation}`,
    operationId: `${operation}_workflow_execution`,
    summary: summaries[operation],
    body: 'ignored',
    unsupported: true,
    handle: async (call) => {
      const { user, view } = await requireExecution(deps, call, { method: 'POST', aspect: operation });
      await requireController(deps, user, view.execution);
      throw new Refusal(makeError('notSupported'));
    },
  };
}

function laterRepetition(deps: ServerDeps, operation: 'rerun' | 'retry'): Route {
  return {
    prefix,
    method: 'POST',
    path: `${path}/${operation}`,
    operationId: `${operation}_workflow_execution`,
    summary: summaries[operation],
    body: 'json',
    unsupported: true,
    handle: async (call) => {
      const required = { laneIndex: integerField({ min: 1 }), laneRunNumber: integerField({ min: 1 }) };
      providerData(mergeParameters(call.body, call.query), { required });
      const { user, view } = await requireExecution(deps, call, { method: 'POST', aspect: operation });
      await requireController(deps, user, view.execution);
      if (!hasEnded(view.execution)) throw new Refusal(makeError('atmWorkflowExecutionNotEnded'));
      throw new Refusal(makeError('notSupported'));
    },
  };
}

function hasEnded(execution: Execution): boolean {
  return phaseOf(execution.status) === 'ended';
}

const summaries = {
  pause: 'Pause a workflow execution',
  resume: 'Resume a suspended workflow execution',
  force_continue: 'Continue a failed workflow execution with its next lane',
  rerun: 'Rerun from a lane run',
  retry: 'Retry failed items of a lane run',
} as const;
