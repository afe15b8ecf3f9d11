import type { Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { findContainer } from '../names/find-container.ts';
import { addDeletion } from '../places/delete-place.ts';
import { founderOf, withFounder, type FounderOptions } from '../places/founder.ts';
import { listPlaces, withListed, type ListOptions } from '../places/list-places.ts';
import { addMemberCommands } from '../places/member-commands.ts';
import { printFields, printJson, printLine, printTable, timeText, type Terminal } from '../terminal.ts';

type Json = ConnectionOptions & { readonly json?: boolean };

export function addInventory(program: Command, terminal: Terminal): void {
  const inventory = program.command('inventory').description('inventories of workflows and lambdas, and who is in them');
  addCreate(inventory, terminal);
  addList(inventory, terminal);
  addShow(inventory, terminal);
  addEdit(inventory, terminal);
  addDeletion(inventory, terminal, 'atm_inventories', 'its workflows go, and lambdas that are nowhere else');
  addMemberCommands(inventory, terminal, 'atm_inventories');
}

function addCreate(inventory: Command, terminal: Terminal): void {
  const create = inventory
    .command('create <name>')
    .description('make an inventory')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  laneway inventory create workflows\n  laneway inventory create ingest --for-group curators\n');
  withConnection(withFounder(create)).action(async (name: string, options: Json & FounderOptions) => {
    const client = connect(options, terminal.env);
    const inventoryId = await client.inventories.create(name, await founderOf(client, options));
    if (options.json === true) printJson(terminal, { inventoryId });
    else printLine(terminal, inventoryId);
  });
}

function addList(inventory: Command, terminal: Terminal): void {
  const list = inventory.command('list').description('inventories that you are in, also through groups').option('--json', 'print JSON');
  withConnection(withListed(list)).action(async (options: Json & ListOptions) => {
    const inventories = await listPlaces(connect(options, terminal.env), 'atm_inventories', options);
    const shown = inventories.map(({ atmInventoryId, name }) => ({ inventoryId: atmInventoryId, name }));
    if (options.json === true) printJson(terminal, shown);
    else
      printTable(
        terminal,
        ['name', 'id'],
        shown.map(({ inventoryId, name }) => [name, inventoryId]),
      );
  });
}

function addShow(inventory: Command, terminal: Terminal): void {
  const show = inventory
    .command('show <inventory>')
    .description('what an inventory is, and how much is in it')
    .option('--json', 'print JSON');
  withConnection(show).action(async (name: string, options: Json) => {
    const client = connect(options, terminal.env);
    const { id } = await findContainer(client, 'atm_inventories', name);
    const [found, workflows, lambdas] = await Promise.all([client.inventories.get(id), client.workflows.ids(id), client.lambdas.ids(id)]);
    if (options.json === true) {
      printJson(terminal, { ...found, workflows, lambdas });
      return;
    }
    printFields(terminal, [
      ['name', found.name],
      ['id', id],
      ['workflows', `${workflows.length}; see "laneway workflow list --inventory ${id}"`],
      ['lambdas', `${lambdas.length}; see "laneway lambda list --inventory ${id}"`],
      ['made', `${timeText(found.creationTime)} by ${found.creator.type} ${found.creator.id}`],
    ]);
  });
}

function addEdit(inventory: Command, terminal: Terminal): void {
  const edit = inventory.command('edit <inventory>').description('rename an inventory').requiredOption('--name <name>', 'new name');
  withConnection(edit).action(async (name: string, options: ConnectionOptions & { readonly name: string }) => {
    const client = connect(options, terminal.env);
    await client.inventories.rename((await findContainer(client, 'atm_inventories', name)).id, options.name);
  });
}
