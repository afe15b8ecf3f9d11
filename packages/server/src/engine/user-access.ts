/**
 * On whose behalf an execution may go on (execution §15.1): a user who was deleted or blocked, or has left the space and every group that
 * is in it, is worked for no longer, and neither is one whose token was taken away.
 */
import type { Registry } from '@laneway/engine';
import { makeError, type ErrorObject, type Execution } from '@laneway/model';

type Session = Pick<Execution, 'sessionUserId' | 'sessionToken' | 'spaceId'>;

export function userAccess(registry: Pick<Registry, 'spaceMember' | 'sessionError'>): (execution: Session) => Promise<ErrorObject | null> {
  return async ({ sessionUserId, sessionToken = null, spaceId }) => {
    const authError = await registry.sessionError(sessionUserId, sessionToken);
    if (authError !== null) return makeError('unauthorized', { authError });
    return (await registry.spaceMember(spaceId, sessionUserId)) === null ? makeError('forbidden') : null;
  };
}
