/** The space, inventory or group that a command is about, named by an option. */
import type { ContainerKind, LanewayClient } from '@laneway/client';
import type { Command } from 'commander';
import { CliError } from '../failure.ts';
import { findContainer, type FoundContainer } from '../names/find-container.ts';

export interface PlaceOptions {
  readonly space?: string;
  readonly inventory?: string;
  readonly group?: string;
}

const kinds: Readonly<Record<keyof PlaceOptions, ContainerKind>> = { space: 'spaces', inventory: 'atm_inventories', group: 'groups' };

/** `what` tells what happens there. */
export function withPlace(command: Command, what: string): Command {
  return command
    .option('--space <name>', `space ${what}`)
    .option('--inventory <name>', `inventory ${what}`)
    .option('--group <name>', `group ${what}`);
}

/** The one that the options name, or nothing; two are an error. */
export async function placeOf(client: LanewayClient, options: PlaceOptions): Promise<FoundContainer | undefined> {
  const named = (Object.keys(kinds) as (keyof PlaceOptions)[]).filter((option) => options[option] !== undefined);
  const [first] = named;
  if (named.length > 1) throw new CliError(`name one place only, either a ${named.join(' or a ')}`);
  return first === undefined ? undefined : await findContainer(client, kinds[first], options[first] ?? '');
}

/** For commands that have to have one. */
export async function requiredPlace(client: LanewayClient, options: PlaceOptions): Promise<FoundContainer> {
  const place = await placeOf(client, options);
  if (place === undefined) throw new CliError('there is no place named', 'name it with --space, --inventory or --group');
  return place;
}
