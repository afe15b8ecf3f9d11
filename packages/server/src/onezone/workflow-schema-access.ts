/** Who may see a workflow schema, and who may change it (rest §8.3). */
import type { WorkflowSchema } from '@laneway/engine';
import { forbidden, hasZonePrivilege, notFound, type UserIdentity } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import type { Call } from '../http/route.ts';
import { holdsInInventory, requireZoneUser } from './access.ts';

export async function findSchema(deps: ServerDeps, call: Call): Promise<WorkflowSchema> {
  const schema = await deps.registry.workflowSchema(call.param('id'));
  if (schema === null) throw notFound();
  return schema;
}

/** 404 → 401 → 403: member of its inventory, or one who manages workflow schemas there (rest R103). */
export async function enterSchema(
  deps: ServerDeps,
  call: Call,
  needs: 'member' | 'manage_workflow_schemas',
): Promise<{ readonly schema: WorkflowSchema; readonly user: UserIdentity }> {
  const schema = await findSchema(deps, call);
  const user = requireZoneUser(call, `atm_workflow_schema.${schema.id}.instance:private`);
  const membership = await deps.registry.inventoryMember(schema.atmInventoryId, user.account.id);
  const allowed = needs === 'member' ? membership !== null : holdsInInventory(membership, needs);
  const zone = needs === 'member' ? 'oz_atm_inventories_view' : 'oz_atm_inventories_update';
  if (!allowed && !hasZonePrivilege(user, zone)) throw forbidden();
  return { schema, user };
}
