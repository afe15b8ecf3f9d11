/** Who may reach which file: members of its space with their tokens, jobs within theirs (lambdas §12). */
import type { FileRef } from '@laneway/engine';
import type { Caveat } from '@laneway/engine';
import { makeError, posixError } from '@laneway/model';
import { unauthorized, type Identity } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { Refusal } from '../http/refusal.ts';
import type { Call } from '../http/route.ts';
import { holdsInSpace } from '../oneprovider/access.ts';

export type FileUse = 'read' | 'write';

/** The file of the path: guest 401, unknown id ENOENT, no right EACCES. */
export async function requireFile(deps: ServerDeps, call: Call, use: FileUse): Promise<FileRef> {
  if (call.identity.kind === 'guest') throw unauthorized(null);
  const ref = await deps.files.resolve(call.param('id'));
  if (ref === null) throw new Refusal(posixError('ENOENT'));
  await requireAccess(deps, call.identity, ref, use);
  return ref;
}

export async function requireAccess(
  deps: ServerDeps,
  identity: Identity,
  ref: Pick<FileRef, 'spaceId' | 'path'>,
  use: FileUse,
): Promise<void> {
  if (identity.kind === 'guest') throw unauthorized(null);
  if (identity.kind === 'job') {
    const { spaceId, readonly } = identity.grant;
    if (ref.spaceId !== spaceId)
      throw unauthorized(makeError('tokenCaveatUnverified', { caveat: { type: 'data.path', whitelist: [spacePath(spaceId)] } }));
    if (use === 'write' && readonly) throw unauthorized(makeError('tokenCaveatUnverified', { caveat: { type: 'data.readonly' } }));
    return;
  }
  for (const caveat of identity.caveats) {
    if (!(await permits(deps, caveat, ref, use))) throw unauthorized(makeError('tokenCaveatUnverified', { caveat }));
  }
  const privilege = use === 'read' ? 'space_read_data' : 'space_write_data';
  if (!(await holdsInSpace(deps, identity.account.id, ref.spaceId, privilege))) throw new Refusal(posixError('EACCES'));
}

async function permits(deps: ServerDeps, caveat: Caveat, ref: Pick<FileRef, 'spaceId' | 'path'>, use: FileUse): Promise<boolean> {
  if ('scope' in caveat) return false;
  switch (caveat.type) {
    case 'data.readonly':
      return use === 'read';
    case 'data.path':
      return caveat.whitelist.some((path) => isWithin(canonicalPath(ref), Buffer.from(path, 'base64').toString('utf8')));
    case 'data.objectid': {
      const allowed = await deps.files.resolveMany(caveat.whitelist);
      return [...allowed.values()].some((root) => isWithin(canonicalPath(ref), canonicalPath(root)));
    }
    case 'api':
      return false;
    // An oneclient token is meant for files; the others were decided when the token was verified.
    case 'interface':
    case 'time':
    case 'ip':
    case 'asn':
    case 'geo.country':
    case 'geo.region':
    case 'service':
    case 'consumer':
      return true;
  }
}

/** As caveats write it (rest §2.4). */
function spacePath(spaceId: string): string {
  return Buffer.from(`/${spaceId}`).toString('base64');
}

function canonicalPath(ref: Pick<FileRef, 'spaceId' | 'path'>): string {
  return ref.path === '' ? `/${ref.spaceId}` : `/${ref.spaceId}/${ref.path}`;
}

function isWithin(path: string, root: string): boolean {
  const end = root.replace(/\/+$/, '');
  return path === end || path.startsWith(`${end}/`);
}
