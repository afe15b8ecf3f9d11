import type { LanewayClient } from '@laneway/client';
import { CliError } from '../failure.ts';
import { findContainer } from '../names/find-container.ts';

/** The id of the named inventory; without a name the only one that the caller is in. */
export async function chooseInventory(client: LanewayClient, name: string | undefined): Promise<string> {
  if (name !== undefined) return (await findContainer(client, 'atm_inventories', name)).id;
  const own = await client.inventories.own();
  const [first, second] = own;
  if (first === undefined) throw new CliError('you are in no inventory', 'make one with "laneway inventory create NAME"');
  if (second !== undefined) {
    throw new CliError('you are in several inventories', `name one with --inventory: ${own.map((one) => one.name).join(', ')}`);
  }
  return first.atmInventoryId;
}
