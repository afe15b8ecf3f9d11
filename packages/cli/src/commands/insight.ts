/** `receipt` and `blockers`: what became of the items of an execution, and why it is not moving. */
import type { BlockerDetails, LanewayClient, ReceiptDetails } from '@laneway/client';
import type { Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { stopText } from '../control/stop-text.ts';
import { executionSchema } from '../run/execution-schema.ts';
import { viewSchema } from '../run/schema-view.ts';
import { printable, printJson, printLine, printTable, type Terminal } from '../terminal.ts';

type InsightOptions = ConnectionOptions & { readonly json?: boolean };

export function addInsight(program: Command, terminal: Terminal): void {
  const receipt = program
    .command('receipt <execution>')
    .description('what became of every item, task by task, and who stopped the execution')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  laneway receipt 9f1c… --json\n');
  withConnection(receipt).action(async (id: string, options: InsightOptions) => {
    const client = connect(options, terminal.env);
    const details = await client.executions.receipt(id);
    if (options.json === true) printJson(terminal, details);
    else printReceipt(details, await taskNames(client, id), terminal);
  });

  const blockers = program
    .command('blockers <execution>')
    .description('why an execution is not moving')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  laneway blockers 9f1c…\n');
  withConnection(blockers).action(async (id: string, options: InsightOptions) => {
    const found = await connect(options, terminal.env).executions.blockers(id);
    if (options.json === true) printJson(terminal, found);
    else if (found.length === 0) printLine(terminal, 'nothing holds it up');
    else for (const blocker of found) printLine(terminal, sentenceOf(blocker));
  });
}

/** By their ids in the schema; none from servers of earlier versions, which do not show it. */
async function taskNames(client: LanewayClient, executionId: string): Promise<ReadonlyMap<string, string>> {
  const schema = await executionSchema(client, executionId);
  const tasks = viewSchema(schema?.atmWorkflowSchemaRevision).lanes.flatMap((lane) => lane.tasks);
  return new Map(tasks.map(({ id, name }) => [id, name]));
}

function printReceipt({ status, stop, laneRuns }: ReceiptDetails, names: ReadonlyMap<string, string>, terminal: Terminal): void {
  printLine(terminal, `status: ${status}`);
  if (stop !== null) printLine(terminal, stopText(stop));
  const rows = laneRuns.flatMap((run) =>
    run.tasks.map((task) => [
      `${run.laneIndex}.${run.runNumber ?? '–'}`,
      names.get(task.schemaId) ?? task.schemaId,
      task.status,
      ...[
        run.itemsKnown,
        task.itemsNeverStarted,
        task.itemsInProcessing,
        task.itemsProcessed,
        task.itemsFailed,
        task.itemsWithdrawn,
        task.itemsKilled,
        task.itemsUnreachable,
      ].map(String),
    ]),
  );
  const figures = ['items', 'never started', 'in processing', 'processed', 'failed', 'withdrawn', 'killed', 'unreachable'];
  printTable(terminal, ['lane.run', 'task', 'status', ...figures], rows);
}

/** A sentence for people, with what to do where there is something. Unknown kinds of newer servers are shown as they are. */
function sentenceOf(blocker: BlockerDetails): string {
  const text = (key: string): string => printable(String(blocker[key]));
  switch (blocker.kind) {
    case 'suspended':
      return `it is ${text('status')}${blocker['reason'] === null ? '' : ` (${text('reason')})`}: "laneway resume" goes on with it`;
    case 'limit':
      return `${text('running')} executions of the space run already and ${text('limit')} may; ${text('ahead')} wait longer`;
    case 'lease':
      return blocker['nodeId'] === null
        ? 'no node has taken it yet'
        : `its node ${text('nodeId')} does not answer; another one takes it over`;
    case 'retryTimer':
      return `a step failed ${text('failures')} times and is tried again: ${text('error')}`;
    case 'runtime':
      return 'its lambdas are being made ready';
    case 'jobs':
      return blocker['stopping'] === null
        ? `${text('batches')} batches are in hand: it is working`
        : `it stops (${text('stopping')}) when ${text('batches')} batches in hand have ended`;
    case 'runners':
      return `${text('batches')} batches wait for a free runner`;
    case 'store':
      return 'the store that it iterates has not produced the next item yet';
    default:
      return printable(JSON.stringify(blocker));
  }
}
