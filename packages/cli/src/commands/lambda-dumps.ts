import type { Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { CliError } from '../failure.ts';
import { findLambda } from '../names/find-in-inventory.ts';
import { chooseRevision, lambdaName } from '../names/newest.ts';
import { chooseInventory } from '../registry/choose-inventory.ts';
import { readLambdaDump, readLambdaRevisionDump } from '../registry/read-lambda-dump.ts';
import { withRevision, writeDump, type RevisionOption } from '../registry/revision-options.ts';
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

export function addLambdaDumps(lambda: Command, terminal: Terminal): void {
  addDump(lambda, terminal);
  addImport(lambda, terminal);
}

function addDump(lambda: Command, terminal: Terminal): void {
  const dump = withRevision(
    lambda.command('dump <lambda>').description('export a lambda with one revision'),
    'which one (default: the newest)',
  )
    .option('--revision-only', 'only the revision')
    .option('--output <file>', 'write to a file, whole or not at all')
    .addHelpText('after', '\nExample:\n  laneway lambda dump echo --output echo.json\n');
  withConnection(dump).action(async (given: string, options: DumpOptions) => {
    const client = connect(options, terminal.env);
    const found = await findLambda(client, given);
    const { atmLambdaId: id } = found;
    const number = chooseRevision(lambdaName(found), found.revisionRegistry, options.revision);
    const made = options.revisionOnly === true ? await client.lambdas.dumpRevision(id, number) : await client.lambdas.dump(id, number);
    await writeDump(terminal, made, options.output);
  });
}

function addImport(lambda: Command, terminal: Terminal): void {
  const load = withRevision(
    lambda.command('import <file>').description('make a lambda from a dump, or add its revision to one that there is'),
    'number of the revision with --into (default: that of the dump); there must be none of it',
  )
    .option('--inventory <name>', 'where (default: your only inventory)')
    .option('--into <lambda>', 'lambda that gets the revision')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  laneway lambda import echo.json --inventory workflows\n  laneway lambda import echo.json --into echo --revision 2\n',
    );
  withConnection(load).action(async (file: string, options: ImportOptions) => {
    if (options.into === undefined && options.revision !== undefined) throw new CliError('--revision needs --into');
    if (options.into !== undefined && options.inventory !== undefined) throw new CliError('give either --inventory or --into');
    const { into } = options;
    // What is wrong with the file is told before the server is asked.
    const read = into === undefined ? { dump: readLambdaDump(file) } : { into, revision: readLambdaRevisionDump(file) };
    const client = connect(options, terminal.env);
    if ('dump' in read) {
      printId(await client.lambdas.create(await chooseInventory(client, options.inventory), read.dump), options, terminal);
      return;
    }
    const { atmLambdaId } = await findLambda(client, read.into);
    if (options.revision === undefined) await client.lambdas.addRevision(atmLambdaId, read.revision);
    else await client.lambdas.putRevision(atmLambdaId, read.revision, options.revision);
    printId(atmLambdaId, options, terminal);
  });
}

function printId(lambdaId: string, { json }: ImportOptions, terminal: Terminal): void {
  if (json === true) printJson(terminal, { lambdaId });
  else printLine(terminal, lambdaId);
}
