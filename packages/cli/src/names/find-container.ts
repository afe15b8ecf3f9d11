import { ApiError, gather, type Container, type ContainerKind, type LanewayClient } from '@laneway/client';
import { choose, looksLikeId, noneOf, type Named, type Words } from './choose.ts';

export type FoundContainer<Kind extends ContainerKind = ContainerKind> = Container<Kind> & { readonly name: string };

export const containerWords: Readonly<Record<ContainerKind, Words>> = {
  spaces: { one: 'space', many: 'spaces', list: 'laneway space list' },
  atm_inventories: { one: 'inventory', many: 'inventories', list: 'laneway inventory list' },
  groups: { one: 'group', many: 'groups', list: 'laneway group list' },
};

/** For examples in the help. */
export const exampleNames: Readonly<Record<ContainerKind, string>> = { spaces: 'photos', atm_inventories: 'workflows', groups: 'curators' };

type Found = Omit<FoundContainer, 'kind'>;

interface Source {
  readonly own: (client: LanewayClient) => Promise<readonly Found[]>;
  readonly all: (client: LanewayClient) => Promise<readonly string[]>;
  readonly get: (client: LanewayClient, id: string) => Promise<Found>;
}

const ofSpace = ({ spaceId, name }: { readonly spaceId: string; readonly name: string }): Found => ({ id: spaceId, name });
const ofInventory = ({ atmInventoryId, name }: { readonly atmInventoryId: string; readonly name: string }): Found => ({
  id: atmInventoryId,
  name,
});
const ofGroup = ({ groupId, name }: { readonly groupId: string; readonly name: string }): Found => ({ id: groupId, name });

const sources: Readonly<Record<ContainerKind, Source>> = {
  spaces: {
    own: async ({ spaces }) => (await spaces.own()).map(ofSpace),
    all: async ({ spaces }) => await spaces.all(),
    get: async ({ spaces }, id) => ofSpace(await spaces.get(id)),
  },
  atm_inventories: {
    own: async ({ inventories }) => (await inventories.own()).map(ofInventory),
    all: async ({ inventories }) => await inventories.all(),
    get: async ({ inventories }, id) => ofInventory(await inventories.get(id)),
  },
  groups: {
    own: async ({ groups }) => (await groups.own()).map(ofGroup),
    all: async ({ groups }) => await groups.all(),
    get: async ({ groups }, id) => ofGroup(await groups.details(id)),
  },
};

/**
 * The space, inventory or group with this id or name. Names are looked for among those that the caller belongs to; an administrator who
 * belongs to none of that name finds it among all.
 */
export async function findContainer<Kind extends ContainerKind>(
  client: LanewayClient,
  kind: Kind,
  given: string,
): Promise<FoundContainer<Kind>> {
  const { own, all, get } = sources[kind];
  const words = containerWords[kind];
  if (looksLikeId(given)) {
    const found = await orNothing(get(client, given), 404);
    if (found !== undefined) return { kind, ...found };
  }
  const belongsTo = await own(client);
  const chosen = choose(words, given, belongsTo, asNamed);
  if (chosen !== undefined) return { kind, ...chosen };
  const known = new Set(belongsTo.map(({ id }) => id));
  const others = ((await orNothing(all(client), 403)) ?? []).filter((id) => !known.has(id));
  const found = await gather(others, async (id) => await orNothing(get(client, id), 403, 404));
  const seen = found.filter((one) => one !== undefined);
  const other = choose(words, given, seen, asNamed);
  if (other === undefined) throw noneOf(words, given, [...belongsTo, ...seen].map(asNamed));
  return { kind, ...other };
}

function asNamed({ id, name }: Found): Named {
  return { id, names: [name] };
}

/** undefined when the server refuses with one of these. */
export async function orNothing<T>(answer: Promise<T>, ...statuses: readonly number[]): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && statuses.includes(error.status)) return undefined;
    throw error;
  }
}
