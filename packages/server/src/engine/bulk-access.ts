import type { BulkAccess, BulkJob, Registry } from '@laneway/engine';

interface Place {
  readonly spaceId: string;
  /** Who scheduled the execution. */
  readonly userId: string;
}

type Sender = Pick<BulkJob, 'userId' | 'sessionToken'>;

/** What a user may do to an execution at this moment, as the control operations decide it (rest R96, R97). */
export function bulkAccess(
  registry: Pick<Registry, 'sessionError' | 'spaceMember'>,
): (sender: Sender, execution: Place) => Promise<BulkAccess> {
  return async ({ userId, sessionToken }, execution) => {
    const lost = await registry.sessionError(userId, sessionToken);
    const membership = await registry.spaceMember(execution.spaceId, userId);
    if (lost !== null || membership === null) return 'revoked';
    const holds = (privilege: string): boolean => membership.owner || membership.privileges.includes(privilege);
    const [own, others] = [holds('space_schedule_atm_workflow_executions'), holds('space_manage_atm_workflow_executions')];
    if (!own && !others) return 'revoked';
    return (execution.userId === userId ? own : others) ? 'allowed' : 'forbidden';
  };
}
