/** Rights on Onezone: existence before the need to log in, permission before validation (rest R103). */
import type { Inventory } from '@laneway/engine';
import { makeError } from '@laneway/model';
import { checkCaveats } from '../auth/caveats.ts';
import { forbidden, hasZonePrivilege, notFound, requireUser, type UserIdentity } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { Refusal } from '../http/refusal.ts';
import { noContent, type Answer, type Call, type Method } from '../http/route.ts';

/** A logged-in user whose token permits the operation. */
export function requireZoneUser(call: Call, gri: string): UserIdentity {
  checkCaveats(call.identity, { service: 'ozw', method: call.request.method as Method, gri });
  return requireUser(call.identity);
}

/** A user with one of the zone-wide privileges. */
export function requireZonePrivilege(call: Call, gri: string, privilege: string): UserIdentity {
  const user = requireZoneUser(call, gri);
  if (!hasZonePrivilege(user, privilege)) throw forbidden();
  return user;
}

export function holdsInInventory(membership: { readonly privileges: readonly string[] } | null, privilege: string): boolean {
  return membership !== null && membership.privileges.includes(`atm_inventory_${privilege}`);
}

/**
 * The inventory of the path: 404, then 401, then 403 unless the user holds the privilege there (`member`:
 * belongs to it) or the zone-wide one.
 */
export async function requireInventory(
  deps: ServerDeps,
  call: Call,
  needs: { readonly privilege: string; readonly zone: string | null },
): Promise<{ readonly user: UserIdentity; readonly inventory: Inventory }> {
  const inventory = await deps.registry.inventory(call.param('id'));
  if (inventory === null) throw notFound();
  const user = requireZoneUser(call, `atm_inventory.${inventory.id}.instance:private`);
  const membership = await deps.registry.inventoryMember(inventory.id, user.account.id);
  const allowed = needs.privilege === 'member' ? membership !== null : holdsInInventory(membership, needs.privilege);
  if (!allowed && !(needs.zone !== null && hasZonePrivilege(user, needs.zone))) throw forbidden();
  return { user, inventory };
}

/** An installation does not lose the last user who can administer users. */
export function lastAdministrator(): Refusal {
  return new Refusal(makeError('forbiddenWithHint', { hint: 'nobody else could administer users' }));
}

/** After a change of what somebody may do. */
export function accessAnswer(change: 'done' | 'missing' | 'lastAdministrator'): Answer {
  if (change === 'missing') throw notFound();
  if (change === 'lastAdministrator') throw lastAdministrator();
  return noContent;
}
