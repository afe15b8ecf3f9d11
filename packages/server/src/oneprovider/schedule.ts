import {
  emptyPartOf,
  enumField,
  integerField,
  labelsField,
  objectField,
  severityNumber,
  textField,
  type LambdaRevision,
  type WorkflowSchemaRevision,
} from '@laneway/model';
import { lambdaReferences, type WorkflowSchema } from '@laneway/engine';
import { forbidden, notFound, sessionTokenOf, type UserIdentity } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { identifiersField, providerData, urlField } from '../http/fields.ts';
import { mergeParameters } from '../http/query.ts';
import { need, Refusal } from '../http/refusal.ts';
import { requestKeyOf, requestKeyParameter } from '../http/request-key.ts';
import { created, type Answer, type Route } from '../http/route.ts';
import { requireSpace } from './access.ts';

/** In the order of the contract (rest R59). */
const logLevels = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'] as const;

/** A year. */
const maxDeadlineSec = 31_536_000;

/** `POST …/automation/execution/workflows` (rest §5.2). */
export function scheduleRoute(deps: ServerDeps): Route {
  return {
    prefix: '/api/v3/oneprovider',
    method: 'POST',
    path: '/automation/execution/workflows',
    operationId: 'schedule_workflow_execution',
    summary: 'Schedule a workflow execution',
    body: 'json',
    parameters: [
      { name: 'spaceId', in: 'body', text: 'space to run in; required' },
      { name: 'atmWorkflowSchemaId', in: 'body', text: 'workflow schema; required' },
      { name: 'atmWorkflowSchemaRevisionNumber', in: 'body', text: 'revision, 1 or more; required' },
      { name: 'storeInitialContentOverlay', in: 'body', text: 'object: store schema id → initial content' },
      { name: 'storeInitialContentUploads', in: 'body', text: 'extension: object: store schema id → upload that is its initial content' },
      { name: 'logLevel', in: 'body', text: `one of ${logLevels.join(', ')}; default info` },
      { name: 'callback', in: 'body', text: 'URL that is told when the execution stops' },
      { name: 'labels', in: 'body', text: 'extension: object of texts by which executions are found again; at most 32' },
      { name: 'deadlineSec', in: 'body', text: 'extension: cancel the execution after so many seconds unless it has ended' },
      requestKeyParameter,
    ],
    handle: async (call) => {
      const parameters = mergeParameters(call.body, call.query);
      const request = providerData(parameters, {
        required: {
          atmWorkflowSchemaId: textField({ notEmpty: true }),
          atmWorkflowSchemaRevisionNumber: integerField({ min: 1 }),
          spaceId: textField({ notEmpty: true }),
        },
        optional: {
          callback: urlField,
          deadlineSec: integerField({ range: { low: 1, high: maxDeadlineSec } }),
          labels: labelsField(),
          logLevel: enumField(logLevels),
          storeInitialContentOverlay: objectField(),
          storeInitialContentUploads: identifiersField,
        },
      });
      const requestKey = requestKeyOf(call, parameters);
      const { user, space } = await requireSpace(deps, call, {
        spaceId: request.spaceId,
        privilege: 'space_schedule_atm_workflow_executions',
        method: 'POST',
        gri: 'op_atm_workflow_execution.null.instance:private',
      });
      const answer = (executionId: string): Answer => {
        const location = `${call.baseUrl}/api/v3/oneprovider/automation/execution/workflows/${executionId}`;
        return created(location, { atmWorkflowExecutionId: executionId });
      };
      if (requestKey !== undefined) {
        // Before the schema is looked at, which may have changed since.
        const named = { userId: user.account.id, operation: 'schedule', executionId: null, ...requestKey } as const;
        const earlier = need(await deps.extensions.answered(named));
        if (earlier !== null) return answer(earlier.executionId);
      }
      // Files of a directory that is away would count as gone, and a forest of them as empty: nothing would be done.
      need(await deps.files.reach(space.id));
      const schema = await readableSchema(deps, user, request.atmWorkflowSchemaId);
      const revision = revisionOf(schema, request.atmWorkflowSchemaRevisionNumber);
      const scheduled = await deps.executions.schedule({
        userId: user.account.id,
        spaceId: space.id,
        atmInventoryId: schema.atmInventoryId,
        atmWorkflowSchemaId: schema.id,
        name: schema.name,
        revisionNumber: request.atmWorkflowSchemaRevisionNumber,
        revision,
        lambdas: await lambdasOf(deps, user, revision),
        storeInitialContentOverlay: request.storeInitialContentOverlay ?? {},
        storeInitialContentUploads: request.storeInitialContentUploads ?? {},
        logLevel: severityNumber(request.logLevel ?? 'info'),
        callback: request.callback ?? null,
        sessionToken: sessionTokenOf(user),
        ...(request.labels === undefined ? {} : { labels: request.labels }),
        ...(request.deadlineSec === undefined ? {} : { deadlineMs: request.deadlineSec * 1000 }),
        ...(requestKey === undefined ? {} : { requestKey }),
      });
      return answer(need(scheduled).executionId);
    },
  };
}

/** Fetched with the caller's rights: unknown → 404, not a member of its inventory → 403 (rest §5.2 row 6). */
async function readableSchema(deps: ServerDeps, user: UserIdentity, schemaId: string): Promise<WorkflowSchema> {
  const schema = await deps.registry.workflowSchema(schemaId);
  if (schema === null) throw notFound();
  if ((await deps.registry.inventoryMember(schema.atmInventoryId, user.account.id)) === null) throw forbidden();
  return schema;
}

/** Unknown revision → 404, then empty parts in schema order (rest §5.2 rows 8 and 9). */
function revisionOf(schema: WorkflowSchema, number: number): WorkflowSchemaRevision {
  const revision = schema.revisionRegistry[String(number)];
  if (revision === undefined) throw notFound();
  const error = emptyPartOf(revision);
  if (error !== null) throw new Refusal(error);
  return revision;
}

/** Every revision that a task refers to; not readable → 403, not there → 404 (rest §5.2 row 10). */
async function lambdasOf(
  deps: ServerDeps,
  user: UserIdentity,
  revision: WorkflowSchemaRevision,
): Promise<Readonly<Record<string, Readonly<Record<string, LambdaRevision>>>>> {
  const references = lambdaReferences(revision);
  const lambdas = await deps.registry.lambdaRevisions(references);
  const checked = new Set<string>();
  for (const { lambdaId, revisionNumber } of references) {
    if (!checked.has(lambdaId)) {
      const access = await deps.registry.lambdaAccess(lambdaId, user.account.id);
      if (access === null) throw notFound();
      if (access.length === 0) throw forbidden();
      checked.add(lambdaId);
    }
    if (lambdas[lambdaId]?.[String(revisionNumber)] === undefined) throw notFound();
  }
  return lambdas;
}
