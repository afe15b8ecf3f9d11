/** Lambdas themselves (rest §8.2); their revisions are in lambda-revisions.ts, their inventories in lambda-links.ts. */
import { decodeLambdaDump, makeError } from '@laneway/model';
import type { ServerDeps } from '../deps.ts';
import { Refusal } from '../http/refusal.ts';
import { created, json, type Call, type Route } from '../http/route.ts';
import { requireZonePrivilege } from './access.ts';
import { targetInventory } from './import-target.ts';
import { checkedRevision, enterLambda } from './lambda-access.ts';
import { lambdaLinkRoutes } from './lambda-links.ts';
import { addRevision, lambdaRevisionRoutes } from './lambda-revisions.ts';

const prefix = '/api/v3/onezone';
const path = '/atm_lambdas/{id}';

async function create(deps: ServerDeps, call: Call): ReturnType<Route['handle']> {
  const { user, inventoryId } = await targetInventory(deps, call, 'manage_lambdas', 'atm_lambda.null.instance:private');
  const dump = checkedRevision(decodeLambdaDump(call.body));
  const id = await deps.registry.createLambda({
    inventoryId,
    originalAtmLambdaId: dump.originalAtmLambdaId,
    creatorId: user.account.id,
    revisions: [[dump.revisionNumber, dump.revision]],
  });
  // Deleted since it was looked at.
  if (id === null) throw new Refusal(makeError('badValueIdNotFound', { key: 'atmInventoryId' }));
  return created(`${call.baseUrl}${prefix}/atm_lambdas/${id}`);
}

async function show(deps: ServerDeps, call: Call): ReturnType<Route['handle']> {
  const { lambda } = await enterLambda(deps, call, 'member');
  const { id, revisionRegistry, creatorId, creationTime } = lambda;
  return json({ atmLambdaId: id, revisionRegistry, creator: { type: 'user', id: creatorId }, creationTime });
}

export function lambdaRoutes(deps: ServerDeps): Route[] {
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
      handle: async (call) => await create(deps, call),
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
        return json({ atm_lambdas: await deps.registry.lambdas() });
      },
    },
    {
      prefix,
      method: 'GET',
      path,
      operationId: 'get_atm_lambda',
      summary: 'Get a lambda with its revisions',
      body: 'none',
      handle: async (call) => await show(deps, call),
    },
    {
      prefix,
      method: 'PATCH',
      path,
      operationId: 'modify_atm_lambda',
      summary: 'Add a revision to a lambda',
      body: 'json',
      parameters: [{ name: 'revision', in: 'body', text: 'required' }],
      handle: async (call) => await addRevision(deps, call),
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
    ...lambdaLinkRoutes(deps),
    ...lambdaRevisionRoutes(deps),
  ];
}
