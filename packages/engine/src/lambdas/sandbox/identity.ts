/** Who a lambda is inside the sandbox of a root server. */
import { stat } from 'node:fs/promises';
import type { Identity } from './command.ts';
import { NOBODY } from './isolation.ts';

/**
 * The owner of the space's directory. A directory of root's is used as `nobody` when it is mounted read-only and everybody may
 * read it; otherwise as uid 0, which has no capability in the sandbox and sees only what is bound there – with any other uid
 * a lambda could neither read the files nor set their attributes.
 */
export async function identityFor(spaceRoot: string, readonly: boolean): Promise<Identity> {
  const stats = await stat(spaceRoot);
  if (stats.uid !== 0) {
    return { uid: stats.uid, gid: stats.gid };
  }
  const everybodyMayRead = (stats.mode & 0o005) === 0o005;
  return readonly && everybodyMayRead ? NOBODY : { uid: 0, gid: stats.gid };
}
