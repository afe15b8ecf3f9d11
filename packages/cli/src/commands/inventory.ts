import type { Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { findContainer } from '../names/find-container.ts';
import { printMembers, type MembersOptions } from '../members.ts';
import { printJson, printLine, printTable, type Terminal } from '../terminal.ts';

type Json = ConnectionOptions & { readonly json?: boolean };

export function addInventory(program: Command, terminal: Terminal): void {
  const inventory = program.command('inventory').description('inventories of workflows and lambdas');

  const create = inventory.command('create <name>').description('make an inventory').option('--json', 'print JSON');
  withConnection(create).action(async (name: string, options: Json) => {
    const inventoryId = await connect(options, terminal.env).inventories.create(name);
    if (options.json === true) printJson(terminal, { inventoryId });
    else printLine(terminal, inventoryId);
  });

  const list = inventory.command('list').description('inventories that you belong to, also through groups').option('--json', 'print JSON');
  withConnection(list).action(async (options: Json) => {
    const inventories = await connect(options, terminal.env).inventories.own();
    const shown = inventories.map(({ atmInventoryId, name }) => ({ inventoryId: atmInventoryId, name }));
    if (options.json === true) printJson(terminal, shown);
    else
      printTable(
        terminal,
        ['name', 'id'],
        shown.map(({ inventoryId, name }) => [name, inventoryId]),
      );
  });

  const members = inventory
    .command('members <inventory>')
    .description('users and groups of an inventory, and what they may do there')
    .option('--effective', 'also those who are there through groups, with everything that they may do')
    .option('--json', 'print JSON');
  withConnection(members).action(async (name: string, options: ConnectionOptions & MembersOptions) => {
    const client = connect(options, terminal.env);
    await printMembers(terminal, client, await findContainer(client, 'atm_inventories', name), options);
  });
}
