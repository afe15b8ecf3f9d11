/** In which inventories a lambda is, and which workflow schemas use it (rest §8.2, R122). */
import { makeError } from '@laneway/model';
import { forbidden, hasZonePrivilege, notFound } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { Refusal } from '../http/refusal.ts';
import { json, noContent, type Call, type Route } from '../http/route.ts';
import { holdsInInventory, requireZoneUser } from './access.ts';
import { enterLambda } from './lambda-access.ts';

const prefix = '/api/v3/onezone';
const path = '/atm_lambdas/{id}';

/** Whoever manages lambdas in an inventory that holds it, and in the target. */
async function link(deps: ServerDeps, call: Call): ReturnType<Route['handle']> {
  const { registry } = deps;
  const inventoryId = call.param('aiid');
  const { lambda, userId } = await enterLambda(deps, call, 'manage_lambdas');
  const target = await registry.inventoryMember(inventoryId, userId);
  const zone = hasZonePrivilege(call.identity, 'oz_atm_inventories_update');
  if (!holdsInInventory(target, 'manage_lambdas') && !zone) throw forbidden();
  if ((await registry.inventory(inventoryId)) === null) throw new Refusal(makeError('badValueIdNotFound', { key: 'atmInventoryId' }));
  switch (await registry.linkLambda(lambda.id, inventoryId)) {
    case 'linked':
      return noContent;
    case 'missing':
      throw notFound();
    case 'exists': {
      const relation = { childType: 'atm_lambda', childId: lambda.id, parentType: 'atm_inventory', parentId: inventoryId };
      throw new Refusal(makeError('relationAlreadyExists', relation));
    }
  }
}

/** A link that is not there is 404 for everyone; one that workflow schemas of the inventory need stays (rest R122). */
async function unlink({ registry }: ServerDeps, call: Call): ReturnType<Route['handle']> {
  const inventoryId = call.param('aiid');
  const lambda = await registry.lambda(call.param('id'));
  if (lambda === null || !lambda.inventoryIds.includes(inventoryId)) throw notFound();
  const user = requireZoneUser(call, `atm_lambda.${lambda.id}.instance:private`);
  const target = await registry.inventoryMember(inventoryId, user.account.id);
  if (!holdsInInventory(target, 'manage_lambdas') && !hasZonePrivilege(user, 'oz_atm_inventories_update')) throw forbidden();
  const outcome = await registry.unlinkLambda(lambda.id, inventoryId);
  if (outcome.kind === 'inUse') throw new Refusal(makeError('atmLambdaInUse', { atmWorkflowSchemas: outcome.schemaIds }));
  if (outcome.kind === 'missing') throw notFound();
  return noContent;
}

export function lambdaLinkRoutes(deps: ServerDeps): Route[] {
  return [
    {
      prefix,
      method: 'GET',
      path: `${path}/atm_inventories`,
      operationId: 'list_atm_lambda_inventories',
      summary: 'List inventories that contain a lambda',
      body: 'none',
      handle: async (call) => json({ atm_inventories: (await enterLambda(deps, call, 'member')).lambda.inventoryIds }),
    },
    {
      prefix,
      method: 'GET',
      path: `${path}/atm_workflow_schemas`,
      operationId: 'list_atm_lambda_workflow_schemas',
      summary: 'List workflow schemas that use a lambda',
      body: 'none',
      handle: async (call) => {
        const { lambda } = await enterLambda(deps, call, 'member');
        return json({ atm_workflow_schemas: await deps.registry.schemasOfLambda(lambda.id) });
      },
    },
    {
      prefix,
      method: 'PUT',
      path: `${path}/atm_inventories/{aiid}`,
      operationId: 'link_atm_lambda',
      summary: 'Link a lambda to an inventory',
      body: 'json',
      handle: async (call) => await link(deps, call),
    },
    {
      prefix,
      method: 'DELETE',
      path: `${path}/atm_inventories/{aiid}`,
      operationId: 'unlink_atm_lambda',
      summary: 'Unlink a lambda from an inventory; the last unlinking deletes it',
      body: 'none',
      handle: async (call) => await unlink(deps, call),
    },
  ];
}
