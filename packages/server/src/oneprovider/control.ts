/** Operations on one execution: details, delete, and everything that stops it or lets it go on (rest §5.3–5.6). */
import { integerField, ownValue, type Result } from '@laneway/model';
import type { ContinueRequest } from '@laneway/engine';
import { sessionTokenOf } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { providerData } from '../http/fields.ts';
import { mergeParameters } from '../http/query.ts';
import { need } from '../http/refusal.ts';
import { requestKeyOf, requestKeyParameter } from '../http/request-key.ts';
import { json, noContent, type Call, type Route } from '../http/route.ts';
import { requireController, requireExecution, requireViewer } from './access.ts';
import { detailsOf } from './details.ts';
import { pauseDeadlineOf, pauseDeadlineParameter } from './pause-deadline.ts';
import { keptReason } from './reason.ts';

const prefix = '/api/v3/oneprovider';
const path = '/automation/execution/workflows/{wid}';
const reasonParameter = {
  name: 'reason',
  in: 'body',
  text: 'extension: why, for the history of the execution; at most 1000 characters are kept',
} as const;

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
    control(deps, 'cancel', {
      summary: 'Cancel a workflow execution',
      parameters: [reasonParameter],
      run: async (request, call) => await deps.executions.cancel({ ...request, note: reasonOf(call) }),
    }),
    control(deps, 'pause', {
      summary: 'Pause a workflow execution: jobs in flight run to their end',
      parameters: [reasonParameter, pauseDeadlineParameter],
      run: async (request, call) => await deps.executions.pause({ ...request, note: reasonOf(call), ...pauseDeadlineOf(call) }),
    }),
    control(deps, 'resume', {
      summary: 'Resume a suspended workflow execution',
      run: async (request) => await deps.executions.resume(request),
    }),
    control(deps, 'force_continue', {
      summary: 'Continue a failed workflow execution with its next lane',
      run: async (request) => await deps.executions.forceContinue(request),
    }),
    repetition(deps, 'rerun', 'Rerun from a lane run'),
    repetition(deps, 'retry', 'Retry failed items of a lane run'),
  ];
}

function reasonOf(call: Call): string | null {
  return keptReason(ownValue(call.body, 'reason'));
}

interface Control {
  readonly summary: string;
  readonly parameters?: Route['parameters'];
  readonly run: (request: ContinueRequest, call: Call) => Promise<Result<void>>;
}

/** An operation whose body the contract ignores (rest R8). */
function control(
  deps: ServerDeps,
  operation: 'cancel' | 'pause' | 'resume' | 'force_continue',
  { summary, parameters, run }: Control,
): Route {
  return {
    prefix,
    method: 'POST',
    path: `${path}/${operation}`,
    operationId: `${operation}_workflow_execution`,
    summary,
    body: 'ignored',
    ...(parameters === undefined ? {} : { parameters }),
    handle: async (call) => {
      const { user, view } = await requireExecution(deps, call, { method: 'POST', aspect: operation });
      await requireController(deps, user, view.execution);
      need(await run({ executionId: view.execution.id, actor: user.account.id, sessionToken: sessionTokenOf(user) }, call));
      return noContent;
    },
  };
}

/** The body is checked first, the execution after it (rest §5.6). */
function repetition(deps: ServerDeps, operation: 'rerun' | 'retry', summary: string): Route {
  return {
    prefix,
    method: 'POST',
    path: `${path}/${operation}`,
    operationId: `${operation}_workflow_execution`,
    summary,
    body: 'json',
    parameters: [
      { name: 'laneIndex', in: 'body', text: 'lane, 1 or more; required' },
      { name: 'laneRunNumber', in: 'body', text: 'run of that lane, 1 or more; required' },
      requestKeyParameter,
    ],
    handle: async (call) => {
      const required = { laneIndex: integerField({ min: 1 }), laneRunNumber: integerField({ min: 1 }) };
      const parameters = mergeParameters(call.body, call.query);
      const { laneIndex, laneRunNumber } = providerData(parameters, { required });
      const requestKey = requestKeyOf(call, parameters);
      const { user, view } = await requireExecution(deps, call, { method: 'POST', aspect: operation });
      await requireController(deps, user, view.execution);
      const session = { actor: user.account.id, sessionToken: sessionTokenOf(user) };
      const request = { executionId: view.execution.id, ...session, laneIndex, laneRunNumber };
      need(await deps.executions[operation]({ ...request, ...(requestKey === undefined ? {} : { requestKey }) }));
      return noContent;
    },
  };
}
