/** Revisions of workflow schemas, which may be overwritten and deleted (rest R124); dumps are of one revision (rest §8.4). */
import { lambdaReferences, readSupplements } from '@laneway/engine';
import {
  decodeWorkflowRevisionDump,
  workflowDump,
  workflowRevisionDump,
  type JsonObject,
  type WorkflowRevisionDump,
  type WorkflowSchemaRevision,
} from '@laneway/model';
import { hasZonePrivilege, notFound, type UserIdentity } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { need } from '../http/refusal.ts';
import { json, noContent, type Call, type Route } from '../http/route.ts';
import { includedRevision, revisionInPath, revisionNumberOf, revisionOf, type ChosenRevision } from './chosen-revision.ts';
import { enterSchema, findSchema } from './workflow-schema-access.ts';

const prefix = '/api/v3/onezone';
const path = '/atm_workflow_schemas/{id}';

/** On whose behalf lambdas are linked and made (schemas §11). */
export function clientOf(user: UserIdentity): { readonly userId: string; readonly zoneWide: boolean } {
  return { userId: user.account.id, zoneWide: hasZonePrivilege(user, 'oz_atm_inventories_update') };
}

/** A revision for the registry, with what it brings along; `number` null = the one that it comes with. */
export function toInsert(
  dump: WorkflowRevisionDump,
  number: number | null,
): {
  readonly revisionNumber: number;
  readonly revision: WorkflowSchemaRevision;
  readonly supplements: ReturnType<typeof readSupplements>;
} {
  const { revision, supplementaryAtmLambdas } = dump;
  return { revisionNumber: number ?? dump.revisionNumber ?? 1, revision, supplements: readSupplements(revision, supplementaryAtmLambdas) };
}

/** The revision with the lambda revisions that its tasks refer to. */
async function revisionDump(deps: ServerDeps, { number, revision }: ChosenRevision<WorkflowSchemaRevision>): Promise<JsonObject> {
  return workflowRevisionDump(number, revision, await deps.registry.lambdaRevisions(lambdaReferences(revision)));
}

async function insert(deps: ServerDeps, call: Call): ReturnType<Route['handle']> {
  const { schema, user } = await enterSchema(deps, call, 'manage_workflow_schemas');
  const number = revisionNumberOf(call.param('rid'), 'targetRevisionNumber', 'auto');
  const dump = need(decodeWorkflowRevisionDump(call.body, number === null ? 'body' : 'path'));
  const target = { kind: 'existing', id: schema.id, name: null, summary: null } as const;
  need(await deps.registry.importWorkflowSchema({ client: clientOf(user), target, revision: toInsert(dump, number) }));
  return noContent;
}

/** A revision that is not there is 404 for everyone (schemas R41). */
async function remove(deps: ServerDeps, call: Call): ReturnType<Route['handle']> {
  const rid = call.param('rid');
  if (revisionOf(await findSchema(deps, call), rid) === undefined) throw notFound();
  const { schema } = await enterSchema(deps, call, 'manage_workflow_schemas');
  if (!(await deps.registry.deleteSchemaRevision(schema.id, Number(rid)))) throw notFound();
  return noContent;
}

async function dump(deps: ServerDeps, call: Call): ReturnType<Route['handle']> {
  const { schema } = await enterSchema(deps, call, 'member');
  return json(workflowDump(schema, await revisionDump(deps, includedRevision(call, schema))));
}

async function dumpRevision(deps: ServerDeps, call: Call): ReturnType<Route['handle']> {
  const { schema } = await enterSchema(deps, call, 'member');
  return json(await revisionDump(deps, revisionInPath(call, schema)));
}

export function workflowSchemaRevisionRoutes(deps: ServerDeps): Route[] {
  return [
    {
      prefix,
      method: 'POST',
      path: `${path}/dump`,
      operationId: 'dump_atm_workflow_schema',
      readsOnly: true,
      summary: 'Export a workflow schema with one revision',
      body: 'json',
      parameters: [{ name: 'includeRevision', in: 'body', text: 'revision number; required' }],
      handle: async (call) => await dump(deps, call),
    },
    {
      prefix,
      method: 'PUT',
      path: `${path}/revision/{rid}`,
      operationId: 'insert_atm_workflow_schema_revision',
      summary: 'Insert or overwrite a revision',
      body: 'json',
      handle: async (call) => await insert(deps, call),
    },
    {
      prefix,
      method: 'DELETE',
      path: `${path}/revision/{rid}`,
      operationId: 'remove_atm_workflow_schema_revision',
      summary: 'Delete a revision',
      body: 'none',
      handle: async (call) => await remove(deps, call),
    },
    {
      prefix,
      method: 'POST',
      path: `${path}/revision/{rid}/dump`,
      operationId: 'dump_atm_workflow_schema_revision',
      readsOnly: true,
      summary: 'Export one revision',
      body: 'json',
      handle: async (call) => await dumpRevision(deps, call),
    },
  ];
}
