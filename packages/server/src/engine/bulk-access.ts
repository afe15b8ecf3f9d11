import type { BulkAccess, Registry } from '@laneway/engine';

interface Place {
  readonly spaceId: string;
  /** Who scheduled the execution. */
  readonly userId: string;
}

/** What a user may do to an execution at this moment, as the control operations decide it (rest R96, R97). */
export function bulkAccess(registry: Pick<Registry, 'user' | 'spaceMember'>): (userId: string, execution: Place) => Promise<BulkAccess> {
  return async (userId, execution) => {
    const account = await registry.user(userId);
    const membership = await registry.spaceMember(execution.spaceId, userId);
    if (account === null || account.blocked || membership === null) return 'revoked';
    const holds = (privilege: string): boolean => membership.owner || membership.privileges.includes(privilege);
    const [own, others] = [holds('space_schedule_atm_workflow_executions'), holds('space_manage_atm_workflow_executions')];
    if (!own && !others) return 'revoked';
    return (execution.userId === userId ? own : others) ? 'allowed' : 'forbidden';
  };
}
