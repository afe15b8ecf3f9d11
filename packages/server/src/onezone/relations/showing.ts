import type { ContainerRef } from '@laneway/engine';
import { hasZonePrivilege, notFound, type UserIdentity } from '../../auth/identity.ts';
import type { ServerDeps } from '../../deps.ts';
import { groupJson, inventoryJson } from '../entity-json.ts';
import { spaceJson } from '../space-json.ts';

/** Details of a container as the user may see them; 404 when it is gone. */
export type Shown = Readonly<Record<ContainerRef['type'], (id: string, user: UserIdentity) => Promise<Readonly<Record<string, unknown>>>>>;

export function shownContainers(deps: ServerDeps): Shown {
  return {
    space: async (id, user) => {
      const space = await deps.spaces.get(id);
      if (space === null) throw notFound();
      return await spaceJson(deps, space, hasZonePrivilege(user, 'oz_spaces_view'));
    },
    atm_inventory: async (id) => {
      const inventory = await deps.registry.inventory(id);
      if (inventory === null) throw notFound();
      return inventoryJson(inventory);
    },
    group: async (id) => {
      const group = await deps.registry.groups.get(id);
      if (group === null) throw notFound();
      return groupJson(group);
    },
  };
}
