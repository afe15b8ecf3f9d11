/** Scheduling (execution §5): every check first, then everything in one transaction, or nothing at all. */
import {
  emptyPartOf,
  makeError,
  newExecution,
  newId,
  ok,
  refuse,
  type ErrorObject,
  type LambdaRevision,
  type LaneSchema,
  type Result,
  type StoreSchema,
} from '@laneway/model';
import type { ScheduleRequest } from '../engine-api.ts';
import { executionDeadline } from './deadlines.ts';
import { workflowAuditLogSchemaId } from '../lanes/components.ts';
import type { InitialContentReader } from '../mapping/initial-content.ts';
import type { UploadedItemsConverter } from '../mapping/uploaded-items.ts';
import { createExecution, type Creation } from '../persistence/sql/transitions.ts';
import type { NewStore } from '../persistence/sql/stores.ts';
import type { Database } from '../persistence/sql.ts';
import { discardContent, prepareLargeContent } from './large-content.ts';
import { lambdaSnapshotKind, schemaSnapshotKind } from './plan.ts';
import type { RequestKeys } from './request-keys.ts';
import { findUploads, type FoundUpload } from './uploaded-content.ts';

export interface ScheduleContext {
  readonly database: Database;
  readonly nowMs: () => Promise<number>;
  /** Why lambdas cannot run at the moment, or null (execution R14). */
  readonly runtimeError: () => ErrorObject | null;
  readonly readInitialContent: InitialContentReader;
  readonly convertUploadedItems: UploadedItemsConverter;
  readonly requestKeys: RequestKeys;
  /** Why a URL cannot be a callback here; null when it may be one. */
  readonly callbackProblem: (url: string) => string | null;
}

/** Creates the execution; errors in the order of execution §5.2 (steps 4–6). */
export async function schedule(context: ScheduleContext, request: ScheduleRequest): Promise<Result<{ readonly executionId: string }>> {
  const hint = request.callback === null ? null : context.callbackProblem(request.callback);
  if (hint !== null) return refuse(makeError('badData', { key: 'callback', hint }));
  const empty = emptyPartOf(request.revision);
  if (empty !== null) return refuse(empty);
  const lambdas = referencedLambdas(request);
  if (!lambdas.ok) return lambdas;
  const runtimeError = context.runtimeError();
  if (runtimeError !== null) return refuse(runtimeError);
  const uploads = await findUploads(context.database, request);
  if (!uploads.ok) return uploads;
  const executionId = newId();
  const stores: NewStore[] = [];
  const storeRegistry: Record<string, string> = {};
  for (const schema of request.revision.stores) {
    const store = await globalStore(context, request, { executionId, schema, upload: uploads.value.get(schema.id) });
    if (!store.ok) return store;
    stores.push(store.value);
    storeRegistry[schema.id] = store.value.id;
  }
  const systemAuditLogStoreId = newId();
  stores.push(workflowAuditLog(executionId, systemAuditLogStoreId, request.logLevel));
  const lambdaSnapshotRegistry: Record<string, string> = {};
  for (const { lambdaId } of lambdas.value) lambdaSnapshotRegistry[lambdaId] ??= newId();
  const nowMs = await context.nowMs();
  const scheduled = newExecution(
    {
      id: executionId,
      name: request.name,
      spaceId: request.spaceId,
      atmInventoryId: request.atmInventoryId,
      userId: request.userId,
      atmWorkflowSchemaId: request.atmWorkflowSchemaId,
      atmWorkflowSchemaRevisionNumber: request.revisionNumber,
      logLevel: request.logLevel,
      callback: request.callback,
      lambdaSnapshotRegistry,
      storeRegistry,
      systemAuditLogStoreId,
      lanes: request.revision.lanes.map((lane) => ({ schemaId: lane.id, maxRetries: lane.maxRetries })),
      laneRunId: newId(),
      ...(Object.keys(request.labels ?? {}).length === 0 ? {} : { labels: request.labels }),
      ...(request.sessionToken === undefined ? {} : { sessionToken: request.sessionToken }),
      ...(request.deadlineMs === undefined ? {} : { deadlineAt: nowMs + request.deadlineMs }),
    },
    { ms: nowMs },
  );
  const { spaceId, userId, logLevel } = request;
  const large = { executionId, stores, uploads: uploads.value, spaceId, userId, logLevel, convert: context.convertUploadedItems };
  const prepared = await prepareLargeContent(context.database, large);
  if (!prepared.ok) return prepared;
  const inPieces = prepared.value;
  const creation: Creation = {
    ...scheduled,
    actor: request.userId,
    components: { stores: inPieces ? [] : stores, tasks: [] },
    isPrepared: inPieces,
    batchSize: null,
    mark: context.requestKeys.mark({ ...request, operation: 'schedule', executionId: null }, executionId),
    timers: request.deadlineMs === undefined ? [] : [executionDeadline(executionId, request.deadlineMs)],
    snapshots: [
      { kind: schemaSnapshotKind, key: '', body: JSON.stringify(request.revision) },
      ...lambdas.value.map((lambda) => ({
        kind: lambdaSnapshotKind,
        key: `${lambda.lambdaId}:${lambda.revisionNumber}`,
        body: JSON.stringify(lambda.revision),
      })),
    ],
  };
  const outcome = await context.database.call(createExecution, creation);
  if (outcome === 'created') return ok({ executionId });
  if (inPieces) await discardContent(context.database, executionId);
  return await context.requestKeys.answer(request, 'schedule', null);
}

interface ReferencedLambda {
  readonly lambdaId: string;
  readonly revisionNumber: number;
  readonly revision: LambdaRevision;
}

function tasksOf(lane: LaneSchema): LaneSchema['parallelBoxes'][number]['tasks'] {
  return lane.parallelBoxes.flatMap((box) => box.tasks);
}

/** The lambda revisions that tasks refer to, each once; a missing one is `notFound` (execution §5.2, step 5). */
function referencedLambdas(request: ScheduleRequest): Result<readonly ReferencedLambda[]> {
  const found = new Map<string, ReferencedLambda>();
  for (const task of request.revision.lanes.flatMap(tasksOf)) {
    const revision = request.lambdas[task.lambdaId]?.[String(task.lambdaRevisionNumber)];
    if (revision === undefined) return refuse(makeError('notFound'));
    if (revision.operationSpec.engine !== 'openfaas') return refuse(makeError('notSupported'));
    found.set(`${task.lambdaId}:${task.lambdaRevisionNumber}`, {
      lambdaId: task.lambdaId,
      revisionNumber: task.lambdaRevisionNumber,
      revision,
    });
  }
  return ok([...found.values()]);
}

/** An upload takes the place of all other content; it comes when every store is known to be fine. */
async function globalStore(
  context: ScheduleContext,
  request: ScheduleRequest,
  { executionId, schema, upload }: { readonly executionId: string; readonly schema: StoreSchema; readonly upload: FoundUpload | undefined },
): Promise<Result<NewStore>> {
  const id = newId();
  const overlay = Object.hasOwn(request.storeInitialContentOverlay, schema.id) ? request.storeInitialContentOverlay[schema.id] : null;
  const effective = upload === undefined ? (overlay ?? schema.defaultInitialContent ?? null) : null;
  const { spaceId, userId, logLevel } = request;
  const content =
    upload === undefined
      ? await context.readInitialContent({ storeId: id, schema, content: effective, spaceId, userId, logLevel })
      : ok([]);
  if (!content.ok) {
    return refuse(makeError('atmStoreCreationFailed', { atmStoreSchemaId: schema.id, specificError: content.error }));
  }
  return ok({
    id,
    executionId,
    laneRunId: null,
    taskId: null,
    schemaId: schema.id,
    name: schema.name,
    type: schema.type,
    config: schema.config,
    initialContent: effective === null ? null : JSON.stringify(effective),
    frozen: false,
    logLevel: schema.type === 'auditLog' ? request.logLevel : null,
    writes: content.value,
  });
}

function workflowAuditLog(executionId: string, id: string, logLevel: number): NewStore {
  return {
    id,
    executionId,
    laneRunId: null,
    taskId: null,
    schemaId: workflowAuditLogSchemaId,
    name: workflowAuditLogSchemaId,
    type: 'auditLog',
    config: { logContentDataSpec: { type: 'object' } },
    initialContent: null,
    frozen: false,
    logLevel,
  };
}
