import { gather, type Lambda, type LanewayClient } from '@laneway/client';
import { Option, type Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { findContainer, orNothing } from '../names/find-container.ts';
import { findLambda } from '../names/find-in-inventory.ts';
import { lambdaName, revisionNumbers } from '../names/newest.ts';
import { printFields, printJson, printTable, timeText, type Terminal } from '../terminal.ts';
import { addLambdaChanges } from './lambda-changes.ts';
import { addLambdaDumps } from './lambda-dumps.ts';

type Json = ConnectionOptions & { readonly json?: boolean };

export function addLambda(program: Command, terminal: Terminal): void {
  const lambda = program.command('lambda').description('lambdas that the server runs by itself, and those of inventories');
  addList(lambda, terminal);
  addShow(lambda, terminal);
  addLambdaChanges(lambda, terminal);
  addLambdaDumps(lambda, terminal);
}

interface ListOptions extends Json {
  readonly inventory?: string;
  readonly all?: boolean;
}

function addList(lambda: Command, terminal: Terminal): void {
  const list = lambda
    .command('list')
    .description('lambdas that the server runs by itself: name, images, source; or those of an inventory')
    .option('--inventory <name>', 'those of this inventory')
    .addOption(new Option('--all', 'those of all inventories of the server (administrators)').conflicts('inventory'))
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  laneway lambda list\n  laneway lambda list --inventory workflows\n');
  withConnection(list).action(async (options: ListOptions) => {
    const client = connect(options, terminal.env);
    if (options.inventory === undefined && options.all !== true) await printCatalogue(client, terminal, options);
    else printRegistered(terminal, await registered(client, options.inventory), options);
  });
}

async function printCatalogue(client: LanewayClient, terminal: Terminal, options: ListOptions): Promise<void> {
  const { lambdas } = await client.lambdas.catalogue();
  if (options.json === true) printJson(terminal, lambdas);
  else {
    const rows = lambdas.map(({ name, kind, images, source }) => [name, kind, images.join(', '), source ?? '']);
    printTable(terminal, ['name', 'kind', 'images', 'source'], rows);
  }
}

async function registered(client: LanewayClient, inventory: string | undefined): Promise<readonly Lambda[]> {
  if (inventory !== undefined) return await client.lambdas.ofInventory((await findContainer(client, 'atm_inventories', inventory)).id);
  const found = await gather(await client.lambdas.all(), async (id) => await orNothing(client.lambdas.get(id), 404));
  return found.filter((lambda) => lambda !== undefined);
}

function printRegistered(terminal: Terminal, lambdas: readonly Lambda[], options: ListOptions): void {
  const shown = lambdas.map((lambda) => ({
    lambdaId: lambda.atmLambdaId,
    name: lambdaName(lambda),
    revisions: revisionNumbers(lambda.revisionRegistry),
  }));
  if (options.json === true) printJson(terminal, shown);
  else
    printTable(
      terminal,
      ['name', 'id', 'revisions'],
      shown.map(({ name, lambdaId, revisions }) => [name, lambdaId, revisions.join(', ')]),
    );
}

function addShow(lambda: Command, terminal: Terminal): void {
  const show = lambda
    .command('show <lambda>')
    .description('a lambda of an inventory with its revisions, where it is and what uses it')
    .option('--json', 'print JSON, with everything that is in the revisions');
  withConnection(show).action(async (given: string, options: Json) => {
    const client = connect(options, terminal.env);
    const found = await findLambda(client, given);
    const { atmLambdaId } = found;
    const [inventories, workflows] = await Promise.all([client.lambdas.inventories(atmLambdaId), client.lambdas.workflows(atmLambdaId)]);
    if (options.json === true) {
      printJson(terminal, { ...found, inventories, workflows });
      return;
    }
    printFields(terminal, [
      ['name', lambdaName(found)],
      ['id', atmLambdaId],
      ['inventories', inventories.join(', ')],
      ['workflows', workflows.join(', ')],
      ['made', `${timeText(found.creationTime)} by ${found.creator.type} ${found.creator.id}`],
    ]);
    const rows = Object.entries(found.revisionRegistry).map(([number, revision]) => [
      number,
      revision.name,
      revision.state,
      'dockerImage' in revision.operationSpec ? revision.operationSpec.dockerImage : '',
      revision.summary,
    ]);
    printTable(terminal, ['revision', 'name', 'state', 'image', 'summary'], rows);
  });
}
