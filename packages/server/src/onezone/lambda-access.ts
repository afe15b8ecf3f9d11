/** Who may see a lambda, and who may change it (rest §8.2). */
import type { Lambda } from '@laneway/engine';
import { validateLambdaRevision, type LambdaRevision, type Result } from '@laneway/model';
import { forbidden, hasZonePrivilege, notFound } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { need, Refusal } from '../http/refusal.ts';
import type { Call } from '../http/route.ts';
import { holdsInInventory, requireZoneUser } from './access.ts';

/** 404 → 401 → 403: member of an inventory that holds it, or one who manages lambdas there (rest R103). */
export async function enterLambda(
  deps: ServerDeps,
  call: Call,
  needs: 'member' | 'manage_lambdas',
): Promise<{ readonly lambda: Lambda; readonly userId: string }> {
  const lambda = await deps.registry.lambda(call.param('id'));
  if (lambda === null) throw notFound();
  const user = requireZoneUser(call, `atm_lambda.${lambda.id}.instance:private`);
  const memberships = (await deps.registry.lambdaAccess(lambda.id, user.account.id)) ?? [];
  const allowed = needs === 'member' ? memberships.length > 0 : memberships.some((membership) => holdsInInventory(membership, needs));
  const zone = needs === 'member' ? 'oz_atm_inventories_view' : 'oz_atm_inventories_update';
  if (!allowed && !hasZonePrivilege(user, zone)) throw forbidden();
  return { lambda, userId: user.account.id };
}

/** What was decoded, and is good (schemas §10.1). */
export function checkedRevision<T extends { readonly revision: LambdaRevision }>(decoded: Result<T>): T {
  const value = need(decoded);
  const error = validateLambdaRevision(value.revision);
  if (error !== null) throw new Refusal(error);
  return value;
}
