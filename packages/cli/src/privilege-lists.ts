/** Privileges as people write them: `view,add_user`, with or without the prefix of their kind, and names of sets. */
import type { ContainerKind, LanewayClient } from '@laneway/client';
import { CliError } from './failure.ts';

/** Where privileges hold. */
export type PrivilegeRealm = ContainerKind | 'zone';

const prefixes: Readonly<Record<PrivilegeRealm, string>> = {
  spaces: 'space_',
  atm_inventories: 'atm_inventory_',
  groups: 'group_',
  zone: 'oz_',
};

export type PrivilegeSets = Readonly<Record<string, readonly string[]>>;

export async function privilegeSets(client: LanewayClient, realm: PrivilegeRealm): Promise<PrivilegeSets> {
  return realm === 'zone' ? await client.zonePrivileges.sets() : await client.members.privilegeSets(realm);
}

/** The full names, each once; undefined stays undefined. A word that is none of them is named with those that there are. */
export async function privilegesIn(
  client: LanewayClient,
  realm: PrivilegeRealm,
  list: string | undefined,
): Promise<readonly string[] | undefined> {
  if (list === undefined) return undefined;
  const words = list.split(',').map((word) => word.trim());
  return expand(
    words.filter((word) => word !== ''),
    prefixes[realm],
    await privilegeSets(client, realm),
  );
}

/** The set `admin` has all that there are. */
export function expand(words: readonly string[], prefix: string, sets: PrivilegeSets): readonly string[] {
  const all = new Set(sets['admin'] ?? []);
  const full = words.flatMap((word) => {
    if (Object.hasOwn(sets, word)) return sets[word] ?? [];
    const found = [word, prefix + word].find((name) => all.has(name));
    if (found !== undefined) return [found];
    const known = [...all].map((name) => name.slice(prefix.length));
    throw new CliError(`there is no privilege "${word}" there`, `sets: ${Object.keys(sets).join(', ')}; privileges: ${known.join(', ')}`);
  });
  return [...new Set(full)];
}

/** For people: the largest set that is in them, then the others, without the prefix of their kind; `–` for none. */
export function shortList(privileges: readonly string[], realm: PrivilegeRealm, sets: PrivilegeSets): string {
  const held = new Set(privileges);
  const inside = Object.entries(sets).filter(([, names]) => names.length > 0 && names.every((name) => held.has(name)));
  const [set, names = []] = inside.toSorted(([, a], [, b]) => b.length - a.length)[0] ?? [];
  const others = privileges.filter((name) => !names.includes(name)).map((name) => name.slice(prefixes[realm].length));
  return [...(set === undefined ? [] : [set]), ...others].join(', ') || '–';
}
