import type { ServerDeps } from '../../deps.ts';
import type { Route } from '../../http/route.ts';
import { belongingRoutes } from './belonging.ts';
import { changingRoutes } from './changing.ts';
import { creatingRoutes } from './creating.ts';
import { containerKinds } from './kinds.ts';
import { readingRoutes } from './reading.ts';
import { shownContainers } from './showing.ts';

/** Everything about who belongs to what: each kind of container with each kind of member, seen from both sides. */
export function relationRoutes(deps: ServerDeps): Route[] {
  const shown = shownContainers(deps);
  return [
    ...creatingRoutes(deps),
    ...containerKinds.flatMap((kind) => [
      ...belongingRoutes(deps, kind, 'user', shown),
      ...belongingRoutes(deps, kind, 'group', shown),
      ...kind.members.flatMap((member) => [...readingRoutes(deps, kind, member), ...changingRoutes(deps, kind, member)]),
    ]),
  ];
}
