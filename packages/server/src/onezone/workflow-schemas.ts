/** Workflow schemas (rest §8.3). */
import { lambdaReferences, readSupplements, type WorkflowSchema } from '@laneway/engine';
import {
  decodeWorkflowDump,
  decodeWorkflowRevisionDump,
  entityNameField,
  integerField,
  makeError,
  newId,
  objectField,
  ownValue,
  summaryField,
  textField,
  workflowDump,
  workflowRevisionDump,
  formatVersionField,
  defaultSummary,
  type JsonObject,
  type WorkflowRevisionDump,
  type WorkflowSchemaRevision,
} from '@laneway/model';
import { forbidden, hasZonePrivilege, notFound, type UserIdentity } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { zoneData } from '../http/fields.ts';
import { need, Refusal } from '../http/refusal.ts';
import { created, json, noContent, type Call, type Route } from '../http/route.ts';
import { holdsInInventory, requireZonePrivilege, requireZoneUser } from './access.ts';
import { revisionNumberOf, targetInventory } from './import-target.ts';

const prefix = '/api/v3/onezone';

interface Entered {
  readonly schema: WorkflowSchema;
  readonly user: UserIdentity;
}

async function find(deps: ServerDeps, call: Call): Promise<WorkflowSchema> {
  const schema = await deps.registry.workflowSchema(call.param('id'));
  if (schema === null) throw notFound();
  return schema;
}

/** 404 → 401 → 403. */
async function enter(deps: ServerDeps, call: Call, needs: 'member' | 'manage_workflow_schemas'): Promise<Entered> {
  const schema = await find(deps, call);
  const user = requireZoneUser(call, `atm_workflow_schema.${schema.id}.instance:private`);
  const membership = await deps.registry.inventoryMember(schema.atmInventoryId, user.account.id);
  const allowed = needs === 'member' ? membership !== null : holdsInInventory(membership, needs);
  const zone = needs === 'member' ? 'oz_atm_inventories_view' : 'oz_atm_inventories_update';
  if (!allowed && !hasZonePrivilege(user, zone)) throw forbidden();
  return { schema, user };
}

function clientOf(user: UserIdentity): { readonly userId: string; readonly zoneWide: boolean } {
  return { userId: user.account.id, zoneWide: hasZonePrivilege(user, 'oz_atm_inventories_update') };
}

function toInsert(
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

function schemaJson(schema: WorkflowSchema): Readonly<Record<string, unknown>> {
  const { id, name, summary, revisionRegistry, originalAtmWorkflowSchemaId, atmInventoryId, atmLambdas, creatorId, creationTime } = schema;
  return {
    atmWorkflowSchemaId: id,
    name,
    summary,
    revisionRegistry,
    originalAtmWorkflowSchemaId,
    atmInventoryId,
    atmLambdas,
    creator: { type: 'user', id: creatorId },
    creationTime,
  };
}

/** The revision with the lambda revisions that its tasks refer to. */
async function revisionDump(deps: ServerDeps, number: number, revision: WorkflowSchemaRevision): Promise<JsonObject> {
  return workflowRevisionDump(number, revision, await deps.registry.lambdaRevisions(lambdaReferences(revision)));
}

function revisionOf(schema: WorkflowSchema, number: number | string): WorkflowSchemaRevision | undefined {
  return ownValue(schema.revisionRegistry, String(number)) as WorkflowSchemaRevision | undefined;
}

async function createSchema(deps: ServerDeps, call: Call): Promise<string> {
  const { user, inventoryId } = await targetInventory(deps, call, 'manage_workflow_schemas', 'atm_workflow_schema.null.instance:private');
  const id = newId();
  const withRevision = ownValue(call.body, 'revision') !== undefined;
  if (withRevision) {
    const dump = need(decodeWorkflowDump(call.body));
    const { name, summary, originalAtmWorkflowSchemaId } = dump;
    const target = { kind: 'new', id, inventoryId, name, summary, originalAtmWorkflowSchemaId } as const;
    need(await deps.registry.importWorkflowSchema({ client: clientOf(user), target, revision: toInsert(dump, null) }));
    return id;
  }
  const request = zoneData(call.body, {
    required: { name: entityNameField },
    optional: {
      originalAtmWorkflowSchemaId: textField({ notEmpty: true }),
      schemaFormatVersion: formatVersionField,
      summary: summaryField,
    },
  });
  const target = {
    kind: 'new',
    id,
    inventoryId,
    name: request.name,
    summary: request.summary ?? defaultSummary,
    originalAtmWorkflowSchemaId: request.originalAtmWorkflowSchemaId ?? null,
  } as const;
  need(await deps.registry.importWorkflowSchema({ client: clientOf(user), target, revision: null }));
  return id;
}

/** A revision is inserted before name and summary change, all in one transaction (schemas R44). */
async function modifySchema(deps: ServerDeps, call: Call): Promise<void> {
  const { schema, user } = await enter(deps, call, 'manage_workflow_schemas');
  const request = zoneData(call.body, {
    optional: { name: entityNameField, revision: objectField(), summary: summaryField },
    atLeastOne: ['name', 'revision', 'summary'],
  });
  const revision = request.revision === undefined ? null : toInsert(need(decodeWorkflowRevisionDump(request.revision)), null);
  const target = { kind: 'existing', id: schema.id, name: request.name ?? null, summary: request.summary ?? null } as const;
  need(await deps.registry.importWorkflowSchema({ client: clientOf(user), target, revision }));
}

async function insertRevision(deps: ServerDeps, call: Call): Promise<void> {
  const { schema, user } = await enter(deps, call, 'manage_workflow_schemas');
  const number = revisionNumberOf(call.param('rid'), 'targetRevisionNumber', 'auto');
  const dump = need(decodeWorkflowRevisionDump(call.body, number === null ? 'body' : 'path'));
  const target = { kind: 'existing', id: schema.id, name: null, summary: null } as const;
  need(await deps.registry.importWorkflowSchema({ client: clientOf(user), target, revision: toInsert(dump, number) }));
}

export function workflowSchemaRoutes(deps: ServerDeps): Route[] {
  const { registry } = deps;
  const path = '/atm_workflow_schemas/{id}';
  return [
    {
      prefix,
      method: 'POST',
      path: '/atm_workflow_schemas',
      operationId: 'create_atm_workflow_schema',
      summary: 'Create a workflow schema in an inventory; a dump with atmInventoryId is a valid body',
      body: 'json',
      parameters: [
        { name: 'atmInventoryId', in: 'body', text: 'required' },
        { name: 'name', in: 'body', text: 'required' },
        { name: 'summary', in: 'body', text: 'at most 200 characters' },
        { name: 'revision', in: 'body', text: 'first revision with its supplementaryAtmLambdas' },
      ],
      handle: async (call) => created(`${call.baseUrl}${prefix}/atm_workflow_schemas/${await createSchema(deps, call)}`),
    },
    {
      prefix,
      method: 'GET',
      path: '/atm_workflow_schemas',
      operationId: 'list_atm_workflow_schemas',
      summary: 'List all workflow schemas',
      body: 'none',
      handle: async (call) => {
        requireZonePrivilege(call, 'atm_workflow_schema.null.list:private', 'oz_atm_inventories_view');
        return json({ atm_workflow_schemas: await registry.workflowSchemas(null) });
      },
    },
    {
      prefix,
      method: 'GET',
      path,
      operationId: 'get_atm_workflow_schema',
      summary: 'Get a workflow schema with its revisions',
      body: 'none',
      handle: async (call) => json(schemaJson((await enter(deps, call, 'member')).schema)),
    },
    {
      prefix,
      method: 'PATCH',
      path,
      operationId: 'modify_atm_workflow_schema',
      summary: 'Change name, summary or revisions',
      body: 'json',
      parameters: [{ name: 'name, summary, revision', in: 'body', text: 'one of them at least' }],
      handle: async (call) => {
        await modifySchema(deps, call);
        return noContent;
      },
    },
    {
      prefix,
      method: 'DELETE',
      path,
      operationId: 'remove_atm_workflow_schema',
      summary: 'Delete a workflow schema',
      body: 'none',
      handle: async (call) => {
        const { schema } = await enter(deps, call, 'manage_workflow_schemas');
        await registry.deleteWorkflowSchema(schema.id);
        return noContent;
      },
    },
    {
      prefix,
      method: 'GET',
      path: `${path}/atm_lambdas`,
      operationId: 'list_atm_workflow_schema_lambdas',
      summary: 'List lambdas used by a workflow schema',
      body: 'none',
      handle: async (call) => json({ atm_lambdas: (await enter(deps, call, 'member')).schema.atmLambdas }),
    },
    {
      prefix,
      method: 'POST',
      path: `${path}/dump`,
      operationId: 'dump_atm_workflow_schema',
      readsOnly: true,
      summary: 'Export a workflow schema with one revision',
      body: 'json',
      parameters: [{ name: 'includeRevision', in: 'body', text: 'revision number; required' }],
      handle: async (call) => {
        const { schema } = await enter(deps, call, 'member');
        const { includeRevision } = zoneData(call.body, { required: { includeRevision: integerField({ min: 1 }) } });
        const revision = revisionOf(schema, includeRevision);
        if (revision === undefined) throw new Refusal(makeError('badValueIdNotFound', { key: 'includeRevision' }));
        return json(workflowDump(schema, await revisionDump(deps, includeRevision, revision)));
      },
    },
    {
      prefix,
      method: 'PUT',
      path: `${path}/revision/{rid}`,
      operationId: 'insert_atm_workflow_schema_revision',
      summary: 'Insert or overwrite a revision',
      body: 'json',
      handle: async (call) => {
        await insertRevision(deps, call);
        return noContent;
      },
    },
    {
      prefix,
      method: 'DELETE',
      path: `${path}/revision/{rid}`,
      operationId: 'remove_atm_workflow_schema_revision',
      summary: 'Delete a revision',
      body: 'none',
      handle: async (call) => {
        if (revisionOf(await find(deps, call), call.param('rid')) === undefined) throw notFound();
        const { schema } = await enter(deps, call, 'manage_workflow_schemas');
        if (!(await registry.deleteSchemaRevision(schema.id, Number(call.param('rid'))))) throw notFound();
        return noContent;
      },
    },
    {
      prefix,
      method: 'POST',
      path: `${path}/revision/{rid}/dump`,
      operationId: 'dump_atm_workflow_schema_revision',
      readsOnly: true,
      summary: 'Export one revision',
      body: 'json',
      handle: async (call) => {
        const { schema } = await enter(deps, call, 'member');
        const number = revisionNumberOf(call.param('rid'), 'revisionNumber', null) ?? 0;
        const revision = revisionOf(schema, number);
        if (revision === undefined) throw notFound();
        return json(await revisionDump(deps, number, revision));
      },
    },
  ];
}
