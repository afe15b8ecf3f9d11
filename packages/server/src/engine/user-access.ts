/**
 * On whose behalf an execution may go on (execution §15.1): a user who was deleted or blocked, or has left the space and every group that
 * is in it, is worked for no longer.
 */
import type { Registry } from '@laneway/engine';
import { makeError, type ErrorObject, type Execution } from '@laneway/model';

export function userAccess(registry: Registry): (execution: Execution) => Promise<ErrorObject | null> {
  return async ({ sessionUserId, spaceId }) => {
    const [account, membership] = await Promise.all([registry.user(sessionUserId), registry.spaceMember(spaceId, sessionUserId)]);
    return account === null || account.blocked || membership === null ? makeError('forbidden') : null;
  };
}
