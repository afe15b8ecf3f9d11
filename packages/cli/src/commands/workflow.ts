import { gather, type LanewayClient, type WorkflowSchema } from '@laneway/client';
import type { Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { findWorkflow, placesOf } from '../names/find-in-inventory.ts';
import { orNothing } from '../names/find-container.ts';
import { revisionNumbers } from '../names/newest.ts';
import { chooseInventory } from '../registry/choose-inventory.ts';
import { printFields, printJson, printLine, printTable, timeText, type Terminal } from '../terminal.ts';
import { addWorkflowChanges } from './workflow-changes.ts';
import { addWorkflowDumps } from './workflow-dumps.ts';

type Json = ConnectionOptions & { readonly json?: boolean };

export function addWorkflow(program: Command, terminal: Terminal): void {
  const workflow = program.command('workflow').description('workflows of inventories: their revisions, dumps and imports');
  addList(workflow, terminal);
  addShow(workflow, terminal);
  addCreate(workflow, terminal);
  addWorkflowChanges(workflow, terminal);
  addWorkflowDumps(workflow, terminal);
}

interface ListOptions extends Json {
  readonly inventory?: string;
  readonly all?: boolean;
}

function addList(workflow: Command, terminal: Terminal): void {
  const list = workflow
    .command('list')
    .description('workflows of your inventories')
    .option('--inventory <name>', 'only those of this one')
    .option('--all', 'all of the server (administrators)')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  laneway workflow list --inventory workflows\n');
  withConnection(list).action(async (options: ListOptions) => {
    const rows = await listed(connect(options, terminal.env), options);
    if (options.json === true) {
      printJson(terminal, rows);
      return;
    }
    const cells = rows.map((row) => [row.name, row.workflowId, row.inventory, row.revisions.join(', '), row.summary]);
    printTable(terminal, ['name', 'id', 'inventory', 'revisions', 'summary'], cells);
  });
}

interface Row {
  readonly workflowId: string;
  readonly name: string;
  readonly summary: string;
  readonly inventoryId: string;
  readonly inventory: string;
  readonly revisions: readonly number[];
}

async function listed(client: LanewayClient, options: ListOptions): Promise<readonly Row[]> {
  if (options.all === true) {
    const found = await gather(await client.workflows.all(), async (id) => await orNothing(client.workflows.get(id), 404));
    return found.filter((schema) => schema !== undefined).map((schema) => rowOf(schema, schema.atmInventoryId));
  }
  const places = await placesOf(client, options.inventory);
  const found = await gather(places, async ({ atmInventoryId, name }) =>
    (await client.workflows.ofInventory(atmInventoryId)).map((schema) => rowOf(schema, name)),
  );
  return found.flat();
}

function rowOf({ atmWorkflowSchemaId, name, summary, atmInventoryId, revisionRegistry }: WorkflowSchema, inventory: string): Row {
  const revisions = revisionNumbers(revisionRegistry);
  return { workflowId: atmWorkflowSchemaId, name, summary, inventoryId: atmInventoryId, inventory, revisions };
}

function addShow(workflow: Command, terminal: Terminal): void {
  const show = workflow
    .command('show <workflow>')
    .description('a workflow with its revisions, and the lambdas that they use')
    .option('--json', 'print JSON, with everything that is in the revisions');
  withConnection(show).action(async (given: string, options: Json) => {
    const client = connect(options, terminal.env);
    const found = await findWorkflow(client, given);
    if (options.json === true) {
      printJson(terminal, found);
      return;
    }
    const lambdas = await client.workflows.lambdas(found.atmWorkflowSchemaId);
    printFields(terminal, [
      ['name', found.name],
      ['id', found.atmWorkflowSchemaId],
      ['inventory', found.atmInventoryId],
      ['summary', found.summary],
      ['lambdas', lambdas.join(', ')],
      ['made', `${timeText(found.creationTime)} by ${found.creator.type} ${found.creator.id}`],
    ]);
    const rows = Object.entries(found.revisionRegistry).map(([number, { state, lanes, stores, description }]) => [
      number,
      state,
      String(lanes.length),
      String(stores.length),
      description,
    ]);
    printTable(terminal, ['revision', 'state', 'lanes', 'stores', 'description'], rows);
  });
}

interface CreateOptions extends Json {
  readonly inventory?: string;
  readonly summary?: string;
}

function addCreate(workflow: Command, terminal: Terminal): void {
  const create = workflow
    .command('create <name>')
    .description('make a workflow without revisions; "laneway workflow import --into" adds them')
    .option('--inventory <name>', 'where (default: your only inventory)')
    .option('--summary <text>', 'what it is for')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  laneway workflow create checksums --inventory workflows\n');
  withConnection(create).action(async (name: string, options: CreateOptions) => {
    const client = connect(options, terminal.env);
    const { summary } = options;
    const inventoryId = await chooseInventory(client, options.inventory);
    const workflowId = await client.workflows.createEmpty(inventoryId, { name, ...(summary === undefined ? {} : { summary }) });
    if (options.json === true) printJson(terminal, { workflowId });
    else printLine(terminal, workflowId);
  });
}
