/** Lambdas (rest §8.2). */
import type { Lambda } from '@laneway/engine';
import {
  decodeLambdaDump,
  decodeLambdaRevisionDump,
  enumField,
  formatVersionField,
  integerField,
  lambdaDump,
  lambdaRevisionDump,
  lifecycleStates,
  makeError,
  objectField,
  ownValue,
  validateLambdaRevision,
  type LambdaRevision,
  type Result,
} from '@laneway/model';
import { forbidden, hasZonePrivilege, notFound } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { zoneData } from '../http/fields.ts';
import { need, Refusal } from '../http/refusal.ts';
import { created, json, noContent, type Call, type Route } from '../http/route.ts';
import { holdsInInventory, requireZonePrivilege, requireZoneUser } from './access.ts';
import { revisionNumberOf, targetInventory } from './import-target.ts';

const prefix = '/api/v3/onezone';

interface Entered {
  readonly lambda: Lambda;
  readonly userId: string;
}

/** 404 → 401 → 403: member of an inventory that holds it, or one who manages lambdas there (rest §8.2, R103). */
async function enter(deps: ServerDeps, call: Call, needs: 'member' | 'manage_lambdas'): Promise<Entered> {
  const lambda = await deps.registry.lambda(call.param('id'));
  if (lambda === null) throw notFound();
  const user = requireZoneUser(call, `atm_lambda.${lambda.id}.instance:private`);
  const memberships = (await deps.registry.lambdaAccess(lambda.id, user.account.id)) ?? [];
  const allowed = needs === 'member' ? memberships.length > 0 : memberships.some((membership) => holdsInInventory(membership, needs));
  const zone = needs === 'member' ? 'oz_atm_inventories_view' : 'oz_atm_inventories_update';
  if (!allowed && !hasZonePrivilege(user, zone)) throw forbidden();
  return { lambda, userId: user.account.id };
}

function checked<T extends { readonly revision: LambdaRevision }>(decoded: Result<T>): T {
  const value = need(decoded);
  const error = validateLambdaRevision(value.revision);
  if (error !== null) throw new Refusal(error);
  return value;
}

async function addRevision(deps: ServerDeps, lambdaId: string, number: number, revision: LambdaRevision): Promise<typeof noContent> {
  const outcome = await deps.registry.addLambdaRevision(lambdaId, number, revision);
  if (outcome === 'missing') throw notFound();
  if (outcome === 'exists') throw new Refusal(makeError('alreadyExists'));
  return noContent;
}

export function lambdaRoutes(deps: ServerDeps): Route[] {
  const { registry } = deps;
  const path = '/atm_lambdas/{id}';
  return [
    {
      prefix,
      method: 'POST',
      path: '/atm_lambdas',
      operationId: 'create_atm_lambda',
      summary: 'Create a lambda in an inventory; a lambda dump with atmInventoryId is a valid body',
      body: 'json',
      parameters: [
        { name: 'atmInventoryId', in: 'body', text: 'required' },
        { name: 'revision', in: 'body', text: 'required' },
        { name: 'originalAtmLambdaId', in: 'body', text: 'lambda that this one is a copy of' },
      ],
      handle: async (call) => {
        const { user, inventoryId } = await targetInventory(deps, call, 'manage_lambdas', 'atm_lambda.null.instance:private');
        const dump = checked(decodeLambdaDump(call.body));
        const id = await registry.createLambda({
          inventoryId,
          originalAtmLambdaId: dump.originalAtmLambdaId,
          creatorId: user.account.id,
          revisions: [[dump.revisionNumber, dump.revision]],
        });
        return created(`${call.baseUrl}${prefix}/atm_lambdas/${id}`);
      },
    },
    {
      prefix,
      method: 'GET',
      path: '/atm_lambdas',
      operationId: 'list_atm_lambdas',
      summary: 'List all lambdas',
      body: 'none',
      handle: async (call) => {
        requireZonePrivilege(call, 'atm_lambda.null.list:private', 'oz_atm_inventories_view');
        return json({ atm_lambdas: await registry.lambdas() });
      },
    },
    {
      prefix,
      method: 'GET',
      path,
      operationId: 'get_atm_lambda',
      summary: 'Get a lambda with its revisions',
      body: 'none',
      handle: async (call) => {
        const { lambda } = await enter(deps, call, 'member');
        return json({
          atmLambdaId: lambda.id,
          revisionRegistry: lambda.revisionRegistry,
          creator: { type: 'user', id: lambda.creatorId },
          creationTime: lambda.creationTime,
        });
      },
    },
    {
      prefix,
      method: 'PATCH',
      path,
      operationId: 'modify_atm_lambda',
      summary: 'Add a revision to a lambda',
      body: 'json',
      parameters: [{ name: 'revision', in: 'body', text: 'required' }],
      handle: async (call) => {
        const { lambda } = await enter(deps, call, 'manage_lambdas');
        const optional = { schemaFormatVersion: formatVersionField };
        const { revision: dump } = zoneData(call.body, { required: { revision: objectField() }, optional });
        const { revisionNumber, revision } = checked(decodeLambdaRevisionDump(dump));
        return await addRevision(deps, lambda.id, revisionNumber ?? 1, revision);
      },
    },
    {
      prefix,
      method: 'DELETE',
      path,
      operationId: 'remove_atm_lambda',
      summary: 'Refused in every case; unlink the lambda instead',
      body: 'none',
      unsupported: true,
      handle: async () => {
        throw new Refusal(makeError('notSupported'));
      },
    },
    {
      prefix,
      method: 'GET',
      path: `${path}/atm_inventories`,
      operationId: 'list_atm_lambda_inventories',
      summary: 'List inventories that contain a lambda',
      body: 'none',
      handle: async (call) => json({ atm_inventories: (await enter(deps, call, 'member')).lambda.inventoryIds }),
    },
    {
      prefix,
      method: 'GET',
      path: `${path}/atm_workflow_schemas`,
      operationId: 'list_atm_lambda_workflow_schemas',
      summary: 'List workflow schemas that use a lambda',
      body: 'none',
      handle: async (call) => json({ atm_workflow_schemas: await registry.schemasOfLambda((await enter(deps, call, 'member')).lambda.id) }),
    },
    {
      prefix,
      method: 'PUT',
      path: `${path}/atm_inventories/{aiid}`,
      operationId: 'link_atm_lambda',
      summary: 'Link a lambda to an inventory',
      body: 'json',
      handle: async (call) => {
        const { lambda, userId } = await enter(deps, call, 'manage_lambdas');
        const target = await registry.inventoryMember(call.param('aiid'), userId);
        const zone = hasZonePrivilege(call.identity, 'oz_atm_inventories_update');
        if (!holdsInInventory(target, 'manage_lambdas') && !zone) throw forbidden();
        if ((await registry.inventory(call.param('aiid'))) === null)
          throw new Refusal(makeError('badValueIdNotFound', { key: 'atmInventoryId' }));
        const outcome = await registry.linkLambda(lambda.id, call.param('aiid'));
        if (outcome === 'linked') return noContent;
        if (outcome === 'missing') throw notFound();
        const relation = { childType: 'atm_lambda', childId: lambda.id, parentType: 'atm_inventory', parentId: call.param('aiid') };
        throw new Refusal(makeError('relationAlreadyExists', relation));
      },
    },
    {
      prefix,
      method: 'DELETE',
      path: `${path}/atm_inventories/{aiid}`,
      operationId: 'unlink_atm_lambda',
      summary: 'Unlink a lambda from an inventory; the last unlinking deletes it',
      body: 'none',
      handle: async (call) => {
        const lambda = await registry.lambda(call.param('id'));
        if (lambda === null || !lambda.inventoryIds.includes(call.param('aiid'))) throw notFound();
        const user = requireZoneUser(call, `atm_lambda.${lambda.id}.instance:private`);
        const target = await registry.inventoryMember(call.param('aiid'), user.account.id);
        if (!holdsInInventory(target, 'manage_lambdas') && !hasZonePrivilege(user, 'oz_atm_inventories_update')) throw forbidden();
        const outcome = await registry.unlinkLambda(lambda.id, call.param('aiid'));
        if (outcome.kind === 'inUse') throw new Refusal(makeError('atmLambdaInUse', { atmWorkflowSchemas: outcome.schemaIds }));
        if (outcome.kind === 'missing') throw notFound();
        return noContent;
      },
    },
    {
      prefix,
      method: 'POST',
      path: `${path}/dump`,
      operationId: 'dump_atm_lambda',
      readsOnly: true,
      summary: 'Export a lambda with one revision',
      body: 'json',
      parameters: [{ name: 'includeRevision', in: 'body', text: 'revision number; required' }],
      handle: async (call) => {
        const { lambda } = await enter(deps, call, 'member');
        const { includeRevision } = zoneData(call.body, { required: { includeRevision: integerField({ min: 1 }) } });
        const revision = ownValue(lambda.revisionRegistry, String(includeRevision)) as LambdaRevision | undefined;
        if (revision === undefined) throw new Refusal(makeError('badValueIdNotFound', { key: 'includeRevision' }));
        return json(lambdaDump(lambda.id, includeRevision, revision));
      },
    },
    {
      prefix,
      method: 'PUT',
      path: `${path}/revision/{rid}`,
      operationId: 'insert_atm_lambda_revision',
      summary: 'Add a revision under a number, or under its original one with auto',
      body: 'json',
      handle: async (call) => {
        const { lambda } = await enter(deps, call, 'manage_lambdas');
        const number = revisionNumberOf(call.param('rid'), 'targetRevisionNumber', 'auto');
        const dump = checked(decodeLambdaRevisionDump(call.body, number === null ? 'body' : 'path'));
        return await addRevision(deps, lambda.id, number ?? dump.revisionNumber ?? 1, dump.revision);
      },
    },
    {
      prefix,
      method: 'PATCH',
      path: `${path}/revision/{rid}`,
      operationId: 'modify_atm_lambda_revision',
      summary: 'Change the state of a revision',
      body: 'json',
      parameters: [{ name: 'state', in: 'body', text: 'draft, stable or deprecated; required' }],
      handle: async (call) => {
        const known = await registry.lambda(call.param('id'));
        const rid = call.param('rid');
        if (known === null || ownValue(known.revisionRegistry, rid) === undefined) throw notFound();
        const { lambda } = await enter(deps, call, 'manage_lambdas');
        const { state } = zoneData(call.body, { required: { state: enumField(lifecycleStates) } });
        if (!(await registry.setLambdaRevisionState(lambda.id, Number(rid), state))) throw notFound();
        return noContent;
      },
    },
    {
      prefix,
      method: 'POST',
      path: `${path}/revision/{rid}/dump`,
      operationId: 'dump_atm_lambda_revision',
      readsOnly: true,
      summary: 'Export one revision',
      body: 'json',
      handle: async (call) => {
        const { lambda } = await enter(deps, call, 'member');
        const number = revisionNumberOf(call.param('rid'), 'revisionNumber', null) ?? 0;
        const revision = ownValue(lambda.revisionRegistry, String(number)) as LambdaRevision | undefined;
        if (revision === undefined) throw notFound();
        return json(lambdaRevisionDump(number, revision));
      },
    },
  ];
}
