/** The operations that the tables of roles are about. */
import { readReference } from '../../../../test/support/reference.ts';
import type { Route } from '../../src/http/route.ts';
import { describedRoutes } from '../support/seen.ts';

export function routeOf(operationId: string): Route {
  const route = describedRoutes.find((candidate) => candidate.operationId === operationId);
  if (route === undefined) throw new Error(`no route is named ${operationId}`);
  return route;
}

/** Ids of the operations of the contract. */
export const contractOperations = Object.values(readReference('operation-ids.json') as Readonly<Record<string, string>>);
