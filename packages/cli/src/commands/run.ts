import { ApiError, UnreachableError, LanewayClient, type ExecutionDetails, type WorkflowDump } from '@laneway/client';
import { InvalidArgumentError, type Command } from 'commander';
import { dataDirectory, findServer, findToken, withConnection, type ConnectionOptions } from '../connection.ts';
import { collect, collectLabel } from '../execution-filter.ts';
import { CliError, UsageError } from '../failure.ts';
import { parseCount } from './control.ts';
import { Interrupt } from '../interrupts.ts';
import { findSpace, realDirectory, spaceForDirectory } from '../run/choose-space.ts';
import { readDump } from '../run/dump.ts';
import { followToEnd } from '../run/follow.ts';
import { importDump } from '../run/import-dump.ts';
import { buildOverlay, parseInputs } from '../run/inputs.ts';
import { progressView } from '../run/progress.ts';
import { inWordsOfInputs } from '../run/refused-content.ts';
import { writeReasons } from '../run/reasons.ts';
import { writeJsonReport, writeTextReport } from '../run/report.ts';
import { viewSchema, type SchemaView } from '../run/schema-view.ts';
import { spaceFiles } from '../run/space-files.ts';
import { sendInputs } from '../run/send-inputs.ts';
import { Undo, type Made } from '../run/undo.ts';
import { startServer } from '../server-module.ts';
import { printJson, printLine, type Terminal } from '../terminal.ts';

export interface RunOptions extends ConnectionOptions {
  readonly space?: string;
  readonly dir?: string;
  readonly readonly?: boolean;
  readonly input?: readonly string[];
  readonly revision?: number;
  readonly label?: readonly string[];
  readonly deadline?: number;
  readonly detach?: boolean;
  readonly json?: boolean;
}

const examples = `
Examples:
  laneway run examples/checksums/workflow.json --dir ./photos --input files=.
  laneway run workflow.json --space data --input files='2026/*.csv' --input limit=10
  laneway run workflow.json --space data --input items=@items.json --json > result.json
  zcat items.jsonl.gz | laneway run workflow.json --space data --input items=@-

--input STORE=VALUE sets the initial content of a store. For stores of files VALUE is a path inside the space, "." its root;
patterns (*, ?, [a-z], **) expand. For others it is JSON, or @file.json. @file.jsonl (or .ndjson, or @- for standard input) sends a
file of any length with one item a line. Repeat the option for stores that hold several values.
The exit code is 0 only when the execution finished.`;

export function addRun(program: Command, terminal: Terminal): void {
  const command = program
    .command('run <dump>')
    .description('import a workflow dump, run it and print its results; starts a server for the time of the run when none is there')
    .option('--space <name>', 'space to run in')
    .option('--dir <dir>', 'directory to run on; registered as a space once')
    .option('--readonly', 'register the directory for reading only')
    .option('--input <store=value>', 'initial content of a store; may be repeated', collect)
    .option('--revision <number>', 'revision to run (default: that of the dump)', parseRevision)
    .option('--label <name=value>', 'label of the execution, by which it is found again; may be repeated', collectLabel)
    .option('--deadline <seconds>', 'cancel the execution unless it has ended by then', parseCount)
    .option('--detach', 'only schedule, and print the id')
    .option('--json', 'print one JSON document')
    .addHelpText('after', examples);
  withConnection(command).action(async (dump: string, options: RunOptions) => {
    process.exitCode = await runCommand(dump, options, terminal);
  });
}

function labelsOf(texts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(texts.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]));
}

function parseRevision(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It is not a revision number; they count from 1.');
  return Number(text);
}

async function runCommand(dumpFile: string, options: RunOptions, terminal: Terminal): Promise<number> {
  if ((options.space === undefined) === (options.dir === undefined)) {
    throw new UsageError(
      'give either --space or --dir',
      '--dir makes a space of a directory; "laneway space list" shows those that there are',
    );
  }
  // Everything that can be refused without a server is refused before one is started or told anything.
  const dump = readDump(dumpFile);
  if (options.revision === undefined) parseInputs(options.input ?? [], viewSchema(dump.revision.atmWorkflowSchemaRevision));
  if (options.dir !== undefined) realDirectory(options.dir);
  const interrupt = new Interrupt();
  try {
    return await runOn(await clientOrEmbeddedServer(options, terminal), dump, options, terminal, interrupt);
  } finally {
    interrupt.stopListening();
  }
}

async function runOn(
  { client, close }: Connected,
  dump: WorkflowDump,
  options: RunOptions,
  terminal: Terminal,
  interrupt: Interrupt,
): Promise<number> {
  try {
    const undo = new Undo(terminal);
    const { executionId, schema } = await undo
      .unlessRefused(async () => await importAndSchedule(client, dump, options, terminal, undo.made))
      .catch((error: unknown) => {
        throw inWordsOfInputs(error, viewSchema(dump.revision.atmWorkflowSchemaRevision));
      });
    if (options.detach === true) {
      if (options.json === true) printJson(terminal, { executionId });
      else printLine(terminal, executionId);
      return 0;
    }
    const details = await follow(client, executionId, schema, terminal, interrupt);
    return await report(client, details, schema, options, terminal);
  } finally {
    await close();
  }
}

/** Files are looked up before the import; `made` is told of everything that the run would leave if it were refused. */
async function importAndSchedule(
  client: LanewayClient,
  dump: WorkflowDump,
  options: RunOptions,
  terminal: Terminal,
  made: Made,
): Promise<{ readonly executionId: string; readonly schema: SchemaView }> {
  const space =
    options.dir === undefined
      ? await findSpace(client, options.space ?? '')
      : await spaceForDirectory(client, options.dir, options.readonly ?? false, made);
  const files = spaceFiles(client, space);
  const known = options.revision === undefined ? viewSchema(dump.revision.atmWorkflowSchemaRevision) : undefined;
  const knownInputs = known === undefined ? undefined : parseInputs(options.input ?? [], known);
  const early = knownInputs === undefined ? undefined : await buildOverlay(knownInputs, files);
  const schemaId = await importDump(client, dump, made);
  const revision = options.revision ?? dump.revision.originalRevisionNumber;
  const schema = await importedSchema(client, schemaId, revision);
  const inputs = knownInputs ?? parseInputs(options.input ?? [], schema);
  const overlay = early ?? (await buildOverlay(inputs, files));
  const sent = await sendInputs(client, space.spaceId, inputs, terminal, made);
  const executionId = await client.executions.schedule({
    atmWorkflowSchemaId: schemaId,
    atmWorkflowSchemaRevisionNumber: revision,
    spaceId: space.spaceId,
    ...(options.label === undefined ? {} : { labels: labelsOf(options.label) }),
    ...(options.deadline === undefined ? {} : { deadlineSec: options.deadline }),
    storeInitialContentOverlay: overlay,
    ...(sent.isEmpty ? {} : { storeInitialContentUploads: sent.uploads }),
  });
  await sent.remove();
  return { executionId, schema };
}

async function importedSchema(client: LanewayClient, schemaId: string, revision: number): Promise<SchemaView> {
  const { revisionRegistry, name } = await client.workflows.get(schemaId);
  const found = revisionRegistry[String(revision)];
  if (found !== undefined) return viewSchema(found);
  throw new CliError(`the workflow "${name}" has no revision ${revision}`, `it has ${Object.keys(revisionRegistry).join(', ')}`);
}

/** Until it ends or is suspended; the first Ctrl-C cancels it meanwhile. */
async function follow(
  client: LanewayClient,
  executionId: string,
  schema: SchemaView,
  terminal: Terminal,
  interrupt: Interrupt,
): Promise<ExecutionDetails> {
  const view = progressView(terminal, schema.lanes);
  const leave = new AbortController();
  const cancel = async (): Promise<void> => {
    terminal.err.write('cancelling; press Ctrl-C again to leave\n');
    try {
      await client.executions.cancel(executionId, 'interrupted at the command line');
    } catch (error) {
      // One that ended meanwhile is followed to its last event as ever.
      if (!(error instanceof ApiError && tooLate.has(error.error.id))) leave.abort(error);
    }
  };
  try {
    return await interrupt.during(
      () => void cancel(),
      async () => await followToEnd(client, executionId, view, leave.signal),
    );
  } catch (error) {
    terminal.err.write(`execution ${executionId} is no longer followed; "laneway show ${executionId}" tells how it goes on\n`);
    throw error;
  } finally {
    view.stop();
  }
}

/** What a cancel of an execution is answered whose end is decided. */
const tooLate: ReadonlySet<string> = new Set(['atmWorkflowExecutionEnded', 'atmInvalidStatusTransition']);

async function report(
  client: LanewayClient,
  details: ExecutionDetails,
  schema: SchemaView,
  options: RunOptions,
  terminal: Terminal,
): Promise<number> {
  if (options.json === true) await writeJsonReport(terminal, client, details, schema);
  else await writeTextReport(terminal, client, details, schema);
  if (details.status !== 'finished') await writeReasons(terminal, client, details, schema);
  return details.status === 'finished' ? 0 : 1;
}

interface Connected {
  readonly client: LanewayClient;
  readonly close: () => Promise<void>;
}

/** A server that was named must answer; the data directory's is used when it does, else one is started for the time of the run. */
async function clientOrEmbeddedServer(options: RunOptions, terminal: Terminal): Promise<Connected> {
  const server = findServer(options, terminal.env);
  if (server !== undefined) {
    const client = new LanewayClient({ server, token: findToken(options, terminal.env) });
    const named = options.server !== undefined || (terminal.env['LANEWAY_SERVER'] ?? '') !== '';
    if (named || (await answers(client))) return { client, close: async () => undefined };
  }
  if (options.detach === true) throw new CliError('--detach needs a running server', 'start one with "laneway serve"');
  const dataDir = dataDirectory(options, terminal.env);
  const embedded = await startServer({
    options: { dataDir, host: '127.0.0.1', port: 0, demo: false, logLevel: 'error' },
    file: undefined,
    env: terminal.env,
    // The token is in the data directory; here it would only be in the way.
    announce: () => undefined,
  });
  const client = new LanewayClient({ server: embedded.url, token: findToken(options, terminal.env) ?? embedded.firstToken });
  return { client, close: embedded.close };
}

async function answers(client: LanewayClient): Promise<boolean> {
  try {
    await client.health();
    return true;
  } catch (error) {
    if (error instanceof UnreachableError) return false;
    throw error;
  }
}
