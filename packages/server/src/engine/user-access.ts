/** On whose behalf an execution may go on (execution §15.1): a user who was deleted, or has left the space, is worked for no longer. */
import type { Registry } from '@laneway/engine';
import { makeError, type ErrorObject, type Execution } from '@laneway/model';

export function userAccess(registry: Registry): (execution: Execution) => Promise<ErrorObject | null> {
  return async ({ sessionUserId, spaceId }) =>
    (await registry.spaceMember(spaceId, sessionUserId)) === null ? makeError('forbidden') : null;
}
