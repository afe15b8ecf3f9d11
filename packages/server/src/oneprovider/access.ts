/** Rights over spaces and executions (rest §6.1) and the order in which a request learns of them (rest §4.1). */
import type { ExecutionView, Space } from '@laneway/engine';
import { makeError } from '@laneway/model';
import { checkCaveats } from '../auth/caveats.ts';
import { forbidden, notFound, requireUser, type UserIdentity } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { Refusal } from '../http/refusal.ts';
import type { Call, Method } from '../http/route.ts';

export type SpacePrivilege =
  | 'space_view_atm_workflow_executions'
  | 'space_schedule_atm_workflow_executions'
  | 'space_manage_atm_workflow_executions';

/** Owners hold every privilege (rest R98). */
export async function holdsInSpace(deps: ServerDeps, userId: string, spaceId: string, privilege: string): Promise<boolean> {
  const membership = await deps.registry.spaceMember(spaceId, userId);
  return membership !== null && (membership.owner || membership.privileges.includes(privilege));
}

/** caveats 401 → guest 401 → no privilege 403 → space not here 400 (rest §5.1, R51). */
export async function requireSpace(
  deps: ServerDeps,
  call: Call,
  params: { readonly spaceId: string; readonly privilege: SpacePrivilege; readonly method: Method; readonly gri: string },
): Promise<{ readonly user: UserIdentity; readonly space: Space }> {
  checkCaveats(call.identity, { service: 'opw', method: params.method, gri: params.gri });
  const user = requireUser(call.identity);
  if (!(await holdsInSpace(deps, user.account.id, params.spaceId, params.privilege))) throw forbidden();
  const space = await deps.spaces.get(params.spaceId);
  if (space === null) throw new Refusal(makeError('spaceNotSupportedBy', { spaceId: params.spaceId, providerId: deps.providerId }));
  return { user, space };
}

/** guest 401 → 404 → caveats 401 (rest R49, R50). */
export async function requireExecution(
  deps: ServerDeps,
  call: Call,
  operation: { readonly method: Method; readonly aspect: string },
): Promise<{ readonly user: UserIdentity; readonly view: ExecutionView }> {
  const user = requireUser(call.identity);
  const view = await deps.executions.view(call.param('wid'));
  if (view === null) throw notFound();
  const gri = `op_atm_workflow_execution.${view.execution.id}.${operation.aspect}:private`;
  checkCaveats(user, { service: 'opw', method: operation.method, gri });
  return { user, view };
}

export interface Ownership {
  readonly spaceId: string;
  readonly atmInventoryId: string;
  readonly userId: string;
}

/** Details and dumps: member of the inventory and viewer in the space, the scheduling user included (rest R79). */
export async function mayView(deps: ServerDeps, userId: string, execution: Ownership): Promise<boolean> {
  const member = await deps.registry.inventoryMember(execution.atmInventoryId, userId);
  return member !== null && (await holdsInSpace(deps, userId, execution.spaceId, 'space_view_atm_workflow_executions'));
}

export async function requireViewer(deps: ServerDeps, user: UserIdentity, execution: Ownership): Promise<void> {
  if (!(await mayView(deps, user.account.id, execution))) throw forbidden();
}

/** Control operations: which privilege counts depends solely on who scheduled (rest R96, R97). */
export async function requireController(deps: ServerDeps, user: UserIdentity, execution: Ownership): Promise<void> {
  const own = execution.userId === user.account.id;
  const privilege = own ? 'space_schedule_atm_workflow_executions' : 'space_manage_atm_workflow_executions';
  if (!(await holdsInSpace(deps, user.account.id, execution.spaceId, privilege))) throw forbidden();
}
