/** Entities as several operations show them (rest §8). */
import type { Account, Group, Inventory } from '@laneway/engine';

type Body = Readonly<Record<string, unknown>>;

/** What members learn about each other, with the deprecated names of the same facts. */
export function sharedUserJson({ id, fullName, username, creationTime }: Account): Body {
  return { userId: id, fullName, username, creationTime, name: fullName, login: username, alias: username };
}

export function groupJson({ id, name, type, creatorUserId, creationTime }: Group): Body {
  return { groupId: id, name, type, creator: { type: 'user', id: creatorUserId }, creationTime };
}

export function inventoryJson({ id, name, creatorId, creationTime }: Inventory): Body {
  return { atmInventoryId: id, name, creator: { type: 'user', id: creatorId }, creationTime };
}
