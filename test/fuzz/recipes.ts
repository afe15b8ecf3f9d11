/** A good request to each operation. What it may destroy is made for it. */
import type { DescribedOperation } from '../support/api-description.ts';
import { accountRecipes } from './account-recipes.ts';
import type { Draft } from './draft.ts';
import { executionRecipes } from './execution-recipes.ts';
import { groupRecipes } from './group-recipes.ts';
import type { Kitchen, Recipes } from './kitchen.ts';
import { tokenRecipes } from './token-recipes.ts';
import { fitting } from './values.ts';
import type { World } from './world.ts';
import { zoneRecipes } from './zone-recipes.ts';

const recipes: Recipes = { ...executionRecipes, ...zoneRecipes, ...accountRecipes, ...groupRecipes, ...tokenRecipes };

/** The recipe of the operation over what fits its description. */
export async function goodRequest(kitchen: Kitchen, operation: DescribedOperation, schemas: object, inEarnest: boolean): Promise<Draft> {
  const { world, random } = kitchen;
  const content = operation.text['requestBody']?.content['application/json'];
  const query = (operation.text['parameters'] ?? [])
    .filter(
      (one: { in: string }) =>
        one.in === 'query' && random.chance(0.2) && !['token', 'index', 'layout', 'mode'].includes((one as any).name),
    )
    .map((one: { name: string; schema: object }) => [one.name, String(fitting(one.schema, schemas as any, random))] as const);
  const standard: Draft = {
    params: Object.fromEntries(
      (operation.text['parameters'] ?? [])
        .filter((one: { in: string }) => one.in === 'path')
        .map(({ name }: { name: string }) => [name, usualParam(world, operation, name)]),
    ),
    query: operation.method === 'GET' ? query : [],
    headers: {},
    token: world.admin.token,
    ...(content === undefined ? {} : { body: fitting(content.schema, schemas as any, random) }),
  };
  const special = (await recipes[operation.operationId]?.(kitchen, inEarnest)) ?? {};
  return { ...standard, ...special, params: { ...standard.params, ...special.params } };
}

/** Ids of what stays. */
function usualParam(world: World, { path }: DescribedOperation, name: string): string {
  if (name === 'gid') return world.groupId;
  if (name === 'uid') return world.member.id;
  if (name === 'aiid') return world.inventoryId;
  if (name === 'rid') return '1';
  if (name === 'pid') return world.providerId;
  if (name === 'sid') return world.spaceId;
  if (path.includes('/atm_inventories/{id}')) return world.inventoryId;
  if (path.includes('/spaces/{id}')) return world.spaceId;
  if (path.includes('/atm_lambdas/{id}')) return world.lambdaId;
  if (path.includes('/atm_workflow_schemas/{id}')) return world.flows.good;
  if (path.includes('/users/{id}')) return world.member.id;
  if (path.includes('/groups/{id}')) return world.groupId;
  return path.includes('/data/{id}') ? world.dirId : 'unknown';
}
