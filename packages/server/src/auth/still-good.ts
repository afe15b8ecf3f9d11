/** Whether who was let in would be let in again: for answers that go on for long. */
import type { ServerDeps } from '../deps.ts';
import { Refusal } from '../http/refusal.ts';
import type { Call } from '../http/route.ts';
import { authenticate } from './authenticate.ts';
import type { UserIdentity } from './identity.ts';
import { sessionLimits } from './session-cookie.ts';

/**
 * A token is verified again as it was presented, with all its caveats and companions. The cookie of a session is not: meanwhile its secret
 * may have been replaced, so the session itself is looked at.
 */
export async function isStillGood(deps: ServerDeps, { request }: Pick<Call, 'request'>, user: UserIdentity): Promise<boolean> {
  const { credential, account } = user;
  if (credential.kind === 'session') return await deps.registry.isSessionGood(credential.sessionId, sessionLimits(deps));
  try {
    const credentials = { headers: request.headers, peerIp: request.ip, service: `opw-${deps.providerId}` };
    const again = await authenticate(deps, credentials);
    return again.kind === 'user' && again.account.id === account.id;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}
