/** Which spaces, inventories or groups a list shows. */
import { gather, type ContainerDetails, type ContainerKind, type LanewayClient } from '@laneway/client';
import { Option, type Command } from 'commander';
import { findContainer, orNothing } from '../names/find-container.ts';

export interface ListOptions {
  readonly all?: boolean;
  readonly direct?: boolean;
  readonly ofGroup?: string;
}

export function withListed(command: Command): Command {
  return command
    .option('--direct', 'without those that come through groups')
    .option('--of-group <group>', 'those that a group belongs to')
    .addOption(new Option('--all', 'all of the server (administrators)').conflicts(['direct', 'ofGroup']));
}

/** In the order of the server; what is deleted meanwhile is left out. */
export async function listPlaces<Kind extends ContainerKind>(
  client: LanewayClient,
  kind: Kind,
  options: ListOptions,
): Promise<readonly ContainerDetails[Kind][]> {
  const found = options.all === true ? await all(client, kind) : await belonging(client, kind, options);
  return found.filter((place) => place !== undefined);
}

type Found<Kind extends ContainerKind> = readonly (ContainerDetails[Kind] | undefined)[];

async function belonging<Kind extends ContainerKind>(
  client: LanewayClient,
  kind: Kind,
  { direct, ofGroup }: ListOptions,
): Promise<Found<Kind>> {
  const belonger = ofGroup === undefined ? 'self' : { groupId: (await findContainer(client, 'groups', ofGroup)).id };
  const reach = direct === true ? 'direct' : 'effective';
  const ids = await client.belongings.ids(belonger, kind, reach);
  return await gather(ids, async (id) => await orNothing(client.belongings.details(belonger, { kind, id }, reach), 404));
}

async function all<Kind extends ContainerKind>(client: LanewayClient, kind: Kind): Promise<Found<Kind>> {
  const api = { spaces: client.spaces, atm_inventories: client.inventories, groups: client.groups }[kind];
  return await gather(
    await api.all(),
    async (id) => (await orNothing(detailsOf(client, kind, id), 404)) as ContainerDetails[Kind] | undefined,
  );
}

/** As the API of its kind answers it. */
export async function detailsOf(client: LanewayClient, kind: ContainerKind, id: string): Promise<ContainerDetails[ContainerKind]> {
  switch (kind) {
    case 'spaces':
      return await client.spaces.get(id);
    case 'atm_inventories':
      return await client.inventories.get(id);
    case 'groups':
      return await client.groups.details(id);
  }
}
