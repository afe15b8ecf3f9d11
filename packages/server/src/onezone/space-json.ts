import type { Space } from '@laneway/engine';
import { notFound } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';

/** A space as rest §8.6 shows it, with `readonly` and, for those who may view all spaces, `path`. */
export async function spaceJson(deps: ServerDeps, space: Space, showPath: boolean): Promise<Readonly<Record<string, unknown>>> {
  const details = await deps.spaces.details(space.id);
  if (details === null) throw notFound();
  return {
    spaceId: space.id,
    name: space.name,
    ...details,
    providers: { [deps.providerId]: 0 },
    supportParametersRegistry: {},
    creator: { type: 'user', id: space.ownerUserId },
    creationTime: space.creationTime,
    readonly: space.readonly,
    ...(showPath ? { path: space.path } : {}),
  };
}
