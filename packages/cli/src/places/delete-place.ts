import type { ContainerKind, LanewayClient } from '@laneway/client';
import type { Command } from 'commander';
import { confirm, withConfirmation, type ConfirmOptions } from '../confirm.ts';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { containerWords, findContainer } from '../names/find-container.ts';
import type { Terminal } from '../terminal.ts';

const deleting: Readonly<Record<ContainerKind, (client: LanewayClient, id: string) => Promise<void>>> = {
  spaces: async ({ spaces }, id) => await spaces.delete(id),
  atm_inventories: async ({ inventories }, id) => await inventories.delete(id),
  groups: async ({ groups }, id) => await groups.delete(id),
};

/** `goes` tells what goes with it. */
export function addDeletion(parent: Command, terminal: Terminal, kind: ContainerKind, goes: string): void {
  const { one } = containerWords[kind];
  const remove = parent.command(`delete <${one}>`).description(`forget the ${one}; ${goes}`);
  withConnection(withConfirmation(remove)).action(async (name: string, options: ConnectionOptions & ConfirmOptions) => {
    const client = connect(options, terminal.env);
    const found = await findContainer(client, kind, name);
    await confirm(terminal, options, `delete the ${one} "${found.name}" (${goes})`);
    await deleting[kind](client, found.id);
  });
}
