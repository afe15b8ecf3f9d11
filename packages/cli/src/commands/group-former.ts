/** `group add` and `group remove`: what `space add-group`, `inventory add-group` and their opposites were before. They are not shown. */
import type { LanewayClient } from '@laneway/client';
import type { Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { UsageError } from '../failure.ts';
import { findContainer, type FoundContainer } from '../names/find-container.ts';
import { requiredPlace } from '../places/place-options.ts';
import { privilegesIn } from '../privilege-lists.ts';
import type { Terminal } from '../terminal.ts';

interface FormerOptions extends ConnectionOptions {
  readonly inventory?: string;
  readonly privileges?: string;
}

export function addFormerPlaces(group: Command, terminal: Terminal): void {
  const add = group
    .command('add <group> [space]', { hidden: true })
    .description('add a group to a space or an inventory')
    .option('--inventory <name>', 'inventory instead of a space')
    .option('--privileges <list>', 'comma-separated privileges there (default: member)');
  withConnection(add).action(async (name: string, space: string | undefined, options: FormerOptions) => {
    const client = connect(options, terminal.env);
    const place = await onePlace(client, space, options);
    const privileges = await privilegesIn(client, place.kind, options.privileges);
    await client.members.add(place, { type: 'group', id: (await findContainer(client, 'groups', name)).id }, privileges);
  });
  const remove = group
    .command('remove <group> [space]', { hidden: true })
    .description('take a group out of a space or an inventory')
    .option('--inventory <name>', 'inventory instead of a space');
  withConnection(remove).action(async (name: string, space: string | undefined, options: FormerOptions) => {
    const client = connect(options, terminal.env);
    const place = await onePlace(client, space, options);
    await client.members.remove(place, { type: 'group', id: (await findContainer(client, 'groups', name)).id });
  });
}

async function onePlace(client: LanewayClient, space: string | undefined, { inventory }: FormerOptions): Promise<FoundContainer> {
  if ((space === undefined) === (inventory === undefined))
    throw new UsageError('name either a space or an inventory', 'with --space or with --inventory');
  return await requiredPlace(client, { ...(space === undefined ? {} : { space }), ...(inventory === undefined ? {} : { inventory }) });
}
