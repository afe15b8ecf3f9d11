/** Workflow schemas themselves (rest §8.3); their revisions are in workflow-schema-revisions.ts. */
import type { WorkflowSchema } from '@laneway/engine';
import {
  decodeWorkflowDump,
  decodeWorkflowRevisionDump,
  defaultSummary,
  entityNameField,
  formatVersionField,
  newId,
  objectField,
  ownValue,
  summaryField,
  textField,
} from '@laneway/model';
import type { ServerDeps } from '../deps.ts';
import { zoneData } from '../http/fields.ts';
import { need } from '../http/refusal.ts';
import { created, json, noContent, type Call, type Route } from '../http/route.ts';
import { requireZonePrivilege } from './access.ts';
import { targetInventory } from './import-target.ts';
import { enterSchema } from './workflow-schema-access.ts';
import { clientOf, toInsert, workflowSchemaRevisionRoutes } from './workflow-schema-revisions.ts';

const prefix = '/api/v3/onezone';

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
  const { schema, user } = await enterSchema(deps, call, 'manage_workflow_schemas');
  const request = zoneData(call.body, {
    optional: { name: entityNameField, revision: objectField(), summary: summaryField },
    atLeastOne: ['name', 'revision', 'summary'],
  });
  const revision = request.revision === undefined ? null : toInsert(need(decodeWorkflowRevisionDump(request.revision)), null);
  const target = { kind: 'existing', id: schema.id, name: request.name ?? null, summary: request.summary ?? null } as const;
  need(await deps.registry.importWorkflowSchema({ client: clientOf(user), target, revision }));
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
      handle: async (call) => json(schemaJson((await enterSchema(deps, call, 'member')).schema)),
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
        const { schema } = await enterSchema(deps, call, 'manage_workflow_schemas');
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
      handle: async (call) => json({ atm_lambdas: (await enterSchema(deps, call, 'member')).schema.atmLambdas }),
    },
    ...workflowSchemaRevisionRoutes(deps),
  ];
}
