/** Bulk operations on executions of a space, as jobs with progress, results and an abort (extension, design §9). */
import { bulkOperations, type BulkJob, type BulkMembers } from '@laneway/engine';
import {
  booleanField,
  enumField,
  integerField,
  makeError,
  objectField,
  secondsOf,
  textField,
  textListField,
  type ErrorObject,
  type JsonObject,
} from '@laneway/model';
import { forbidden, notFound, sessionTokenOf, type UserIdentity } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { providerData } from '../http/fields.ts';
import { Refusal } from '../http/refusal.ts';
import { created, json, noContent, type Call, type Method, type Route } from '../http/route.ts';
import { holdsInSpace, requireSpace } from './access.ts';
import { strictFilterOf } from './execution-filter.ts';
import { keptReason } from './reason.ts';

const prefix = '/api/v3/oneprovider';
const path = '/spaces/{sid}/automation/execution/bulk';
const maxIds = 1000;

export function bulkRoutes(deps: ServerDeps): Route[] {
  return [startRoute(deps), jobRoute(deps), resultsRoute(deps), abortRoute(deps)];
}

function startRoute(deps: ServerDeps): Route {
  return {
    prefix,
    method: 'POST',
    path,
    operationId: 'start_bulk_workflow_execution_operation',
    summary: 'Start an operation on many workflow executions',
    body: 'json',
    extension: true,
    parameters: [
      { name: 'operation', in: 'body', text: `one of ${bulkOperations.join(', ')}; required` },
      { name: 'filter', in: 'body', text: 'object with the conditions of the summaries; {} = all executions of the space' },
      { name: 'ids', in: 'body', text: `instead of a filter: up to ${maxIds} execution ids` },
      { name: 'reason', in: 'body', text: 'for cancel and pause: why' },
      { name: 'dryRun', in: 'body', text: 'true: change nothing, and list what would be done' },
    ],
    handle: async (call) => {
      const request = providerData(call.body, {
        required: { operation: enumField(bulkOperations) },
        optional: { dryRun: booleanField(), filter: objectField(), ids: textListField(), reason: textField() },
        atLeastOne: ['filter', 'ids'],
      });
      const members = membersOf(request);
      const { user, spaceId } = await requireMember(deps, call, 'POST');
      if (!(await mayControlAny(deps, user, spaceId))) throw forbidden();
      const { jobId } = await deps.extensions.startBulk({
        spaceId,
        userId: user.account.id,
        sessionToken: sessionTokenOf(user),
        operation: request.operation,
        members,
        reason: keptReason(request.reason),
        dryRun: request.dryRun ?? false,
      });
      const location = `${call.baseUrl}${prefix}/spaces/${spaceId}/automation/execution/bulk/${jobId}`;
      return created(location, { bulkJobId: jobId });
    },
  };
}

function membersOf({ filter, ids }: { readonly filter?: JsonObject; readonly ids?: readonly string[] }): BulkMembers {
  if (filter !== undefined && ids !== undefined)
    throw new Refusal(makeError('badData', { key: 'ids', hint: 'there is a filter too; give one of the two' }));
  if (ids === undefined) return { kind: 'filter', filter: strictFilterOf(filter ?? {}) };
  if (ids.length > maxIds) throw new Refusal(makeError('badData', { key: 'ids', hint: `there are more than ${maxIds}` }));
  return { kind: 'ids', ids: [...new Set(ids)] };
}

function jobRoute(deps: ServerDeps): Route {
  return {
    prefix,
    method: 'GET',
    path: `${path}/{jid}`,
    operationId: 'get_bulk_workflow_execution_operation',
    summary: 'Get the progress of a bulk operation',
    body: 'none',
    extension: true,
    handle: async (call) => json(jobJson(await requireJob(deps, call, 'GET'))),
  };
}

function resultsRoute(deps: ServerDeps): Route {
  return {
    prefix,
    method: 'GET',
    path: `${path}/{jid}/results`,
    operationId: 'list_bulk_workflow_execution_operation_results',
    summary: 'List what a bulk operation did to which execution',
    body: 'none',
    extension: true,
    parameters: [
      { name: 'limit', in: 'query', text: '1 to 1000 (default)' },
      { name: 'token', in: 'query', text: 'nextPageToken of the previous page' },
    ],
    handle: async (call) => {
      const page = providerData(call.query, {
        optional: { limit: integerField({ range: { low: 1, high: 1000 } }), token: textField({ notEmpty: true }) },
      });
      const after = page.token === undefined ? '' : Buffer.from(page.token, 'base64url').toString('utf8');
      if (!/^[0-9A-Za-z]*$/.test(after)) throw new Refusal(makeError('badData', { key: 'token' }));
      const job = await requireJob(deps, call, 'GET');
      const limit = page.limit ?? 1000;
      const found = await deps.extensions.bulkResults(job.id, after, limit + 1);
      const results = found.slice(0, limit);
      const isLast = found.length <= limit;
      const last = results.at(-1);
      return json({
        results: results.map(({ executionId, outcome, error }) => ({
          atmWorkflowExecutionId: executionId,
          outcome,
          ok: outcome === 'done',
          ...(error === null ? {} : { error: shown(error) }),
        })),
        nextPageToken: isLast || last === undefined ? null : Buffer.from(last.position).toString('base64url'),
        isLast,
      });
    },
  };
}

function abortRoute(deps: ServerDeps): Route {
  return {
    prefix,
    method: 'POST',
    path: `${path}/{jid}/abort`,
    operationId: 'abort_bulk_workflow_execution_operation',
    summary: 'End a bulk operation before its last member; what it did stays done',
    body: 'ignored',
    extension: true,
    handle: async (call) => {
      const job = await requireJob(deps, call, 'POST');
      await deps.extensions.abortBulk(job.id);
      return noContent;
    },
  };
}

async function requireMember(
  deps: ServerDeps,
  call: Call,
  method: Method,
): Promise<{ readonly user: UserIdentity; readonly spaceId: string }> {
  const spaceId = call.param('sid');
  const gri = `op_space.${spaceId}.atm_workflow_execution_bulk:private`;
  const { user } = await requireSpace(deps, call, { spaceId, privilege: 'space_view_atm_workflow_executions', method, gri });
  return { user, spaceId };
}

/** Each member is decided by itself; without any of the two privileges there is none to decide on. */
async function mayControlAny(deps: ServerDeps, user: UserIdentity, spaceId: string): Promise<boolean> {
  const { id } = user.account;
  return (
    (await holdsInSpace(deps, id, spaceId, 'space_schedule_atm_workflow_executions')) ||
    (await holdsInSpace(deps, id, spaceId, 'space_manage_atm_workflow_executions'))
  );
}

/** One's own jobs, and those of others for who may manage their executions. */
async function requireJob(deps: ServerDeps, call: Call, method: Method): Promise<BulkJob> {
  const { user, spaceId } = await requireMember(deps, call, method);
  const job = await deps.extensions.bulkJob(call.param('jid'));
  if (job === null || job.spaceId !== spaceId) throw notFound();
  const own = job.userId === user.account.id;
  if (!own && !(await holdsInSpace(deps, user.account.id, spaceId, 'space_manage_atm_workflow_executions'))) throw forbidden();
  return job;
}

function jobJson(job: BulkJob): Readonly<Record<string, unknown>> {
  const { id, userId, operation, reason, dryRun, state, matched, done, refused, failed, error, createdAt, endedAt } = job;
  return {
    bulkJobId: id,
    operation,
    dryRun,
    userId,
    reason,
    state,
    matched,
    done,
    refused,
    failed,
    ...(error === null ? {} : { error: shown(error) }),
    startTime: secondsOf(createdAt),
    endTime: endedAt === null ? 0 : secondsOf(endedAt),
  };
}

function shown({ id, description, details }: ErrorObject): ErrorObject {
  return { id, description, ...(details === undefined ? {} : { details }) };
}
