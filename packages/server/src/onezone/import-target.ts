import { makeError, ownValue } from '@laneway/model';
import { forbidden, hasZonePrivilege, type UserIdentity } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { Refusal } from '../http/refusal.ts';
import type { Call } from '../http/route.ts';
import { holdsInInventory, requireZoneUser } from './access.ts';

/**
 * The inventory that a creation names. Permission is looked up by that value, so a user with a missing or odd
 * one is forbidden, and an administrator learns what is wrong with it (rest R118).
 */
export async function targetInventory(
  deps: ServerDeps,
  call: Call,
  privilege: string,
  gri: string,
): Promise<{ readonly user: UserIdentity; readonly inventoryId: string }> {
  const user = requireZoneUser(call, gri);
  const key = 'atmInventoryId';
  const given = ownValue(call.body, key);
  // One that no database could hold is as unknown as any other.
  const id = typeof given === 'string' ? given.replaceAll('\0', '\uFFFD') : given;
  const membership = typeof id === 'string' ? await deps.registry.inventoryMember(id, user.account.id) : null;
  const allowed = holdsInInventory(membership, privilege);
  if (!allowed && !hasZonePrivilege(user, 'oz_atm_inventories_update')) throw forbidden();
  if (id === undefined) throw new Refusal(makeError('missingRequiredValue', { key }));
  if (typeof id !== 'string') throw new Refusal(makeError('badValueString', { key }));
  if ((await deps.registry.inventory(id)) === null) throw new Refusal(makeError('badValueIdNotFound', { key }));
  return { user, inventoryId: id };
}
