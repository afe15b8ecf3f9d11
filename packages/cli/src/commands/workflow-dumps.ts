import type { Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { CliError } from '../failure.ts';
import { findWorkflow } from '../names/find-in-inventory.ts';
import { chooseRevision } from '../names/newest.ts';
import { chooseInventory } from '../registry/choose-inventory.ts';
import { withRevision, writeDump, type RevisionOption } from '../registry/revision-options.ts';
import { readDump, readRevisionDump } from '../run/dump.ts';
import { printJson, printLine, type Terminal } from '../terminal.ts';

interface DumpOptions extends ConnectionOptions, RevisionOption {
  readonly revisionOnly?: boolean;
  readonly output?: string;
}

interface ImportOptions extends ConnectionOptions, RevisionOption {
  readonly inventory?: string;
  readonly into?: string;
  readonly json?: boolean;
}

export function addWorkflowDumps(workflow: Command, terminal: Terminal): void {
  addDump(workflow, terminal);
  addImport(workflow, terminal);
}

function addDump(workflow: Command, terminal: Terminal): void {
  const dump = withRevision(
    workflow.command('dump <workflow>').description('export a workflow with one revision and its lambdas, for "import" and "laneway run"'),
    'which one (default: the newest)',
  )
    .option('--revision-only', 'without name and summary: only the revision and its lambdas')
    .option('--output <file>', 'write to a file, whole or not at all')
    .addHelpText('after', '\nExample:\n  laneway workflow dump checksums --revision 2 --output checksums.json\n');
  withConnection(dump).action(async (given: string, options: DumpOptions) => {
    const client = connect(options, terminal.env);
    const { atmWorkflowSchemaId: id, name, revisionRegistry } = await findWorkflow(client, given);
    const number = chooseRevision(name, revisionRegistry, options.revision);
    const made = options.revisionOnly === true ? await client.workflows.dumpRevision(id, number) : await client.workflows.dump(id, number);
    await writeDump(terminal, made, options.output);
  });
}

function addImport(workflow: Command, terminal: Terminal): void {
  const load = withRevision(
    workflow.command('import <file>').description('make a workflow from a dump, or add its revision to one that there is'),
    'number of the revision with --into (default: that of the dump); one that there is, is overwritten',
  )
    .option('--inventory <name>', 'where (default: your only inventory)')
    .option('--into <workflow>', 'workflow that gets the revision')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  laneway workflow import checksums.json --inventory workflows\n  laneway workflow import checksums.json --into checksums --revision 4\n',
    );
  withConnection(load).action(async (file: string, options: ImportOptions) => {
    if (options.into === undefined && options.revision !== undefined) throw new CliError('--revision needs --into');
    if (options.into !== undefined && options.inventory !== undefined) throw new CliError('give either --inventory or --into');
    const { into } = options;
    // What is wrong with the file is told before the server is asked.
    const read = into === undefined ? { dump: readDump(file) } : { into, revision: readRevisionDump(file) };
    const client = connect(options, terminal.env);
    if ('dump' in read) {
      const workflowId = await client.workflows.create(await chooseInventory(client, options.inventory), read.dump);
      printId(workflowId, options, terminal);
      return;
    }
    const { atmWorkflowSchemaId } = await findWorkflow(client, read.into);
    await client.workflows.putRevision(atmWorkflowSchemaId, read.revision, options.revision);
    printId(atmWorkflowSchemaId, options, terminal);
  });
}

function printId(workflowId: string, { json }: ImportOptions, terminal: Terminal): void {
  if (json === true) printJson(terminal, { workflowId });
  else printLine(terminal, workflowId);
}
