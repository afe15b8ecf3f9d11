import type { BulkJob, BulkOperation, BulkResultPage, LanewayClient } from '@laneway/client';
import { Argument, type Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { collect, filterOf, hasConditions, withFilter, type FilterOptions } from '../execution-filter.ts';
import { UsageError } from '../failure.ts';
import { findSpace } from '../run/choose-space.ts';
import { printJson, printLine, printTable, type Terminal } from '../terminal.ts';

interface BulkOptions extends ConnectionOptions, FilterOptions {
  readonly space: string;
  readonly id?: readonly string[];
  readonly reason?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly detach?: boolean;
  readonly json?: boolean;
}

type Results = BulkResultPage['results'];

const lookEveryMs = 300;
const examples = `
Examples:
  laneway bulk cancel --space photos --label team=blue --dry-run
  laneway bulk delete --space photos --status failed,cancelled --yes

Without a condition every execution of the space is meant to which the operation can be applied; those that are scheduled
after the start are not. The exit code is 0 only when every one was taken.`;

export function addBulk(program: Command, terminal: Terminal): void {
  const bulk = program
    .command('bulk')
    .description('apply an operation to many executions of a space; it goes on in the server when the command is left')
    .addArgument(new Argument('<operation>').choices(['cancel', 'pause', 'resume', 'delete']))
    .requiredOption('--space <name>', 'space of the executions')
    .option('--id <execution>', 'this execution, instead of conditions; may be repeated', collect)
    .option('--reason <text>', 'for cancel and pause: kept with the executions')
    .option('--dry-run', 'change nothing, and list what would be done')
    .option('--yes', 'do it')
    .option('--detach', 'only start it, and print the id of the operation')
    .option('--json', 'print JSON')
    .addHelpText('after', examples);
  withConnection(withFilter(bulk)).action(async (operation: BulkOperation, options: BulkOptions) => {
    process.exitCode = await runBulk(operation, options, terminal);
  });
}

async function runBulk(operation: BulkOperation, options: BulkOptions, terminal: Terminal): Promise<number> {
  const { id, dryRun, yes, reason } = options;
  if ((dryRun === true) === (yes === true)) throw new UsageError('give either --dry-run or --yes', '--dry-run lists what would be done');
  if (id !== undefined && hasConditions(options)) throw new UsageError('give either --id or conditions', 'leave out the one or the others');
  const client = connect(options, terminal.env);
  const { spaceId } = await findSpace(client, options.space);
  const filter = await filterOf(client, options);
  const jobId = await client.bulk.start(spaceId, {
    operation,
    ...(id === undefined ? { filter } : { ids: id }),
    ...(reason === undefined ? {} : { reason }),
    dryRun: dryRun ?? false,
  });
  if (options.detach === true) {
    if (options.json === true) printJson(terminal, { bulkJobId: jobId });
    else printLine(terminal, jobId);
    return 0;
  }
  const job = await ended(client, spaceId, jobId);
  const results = await resultsOf(client, spaceId, jobId);
  if (options.json === true) printJson(terminal, { ...job, results });
  else printOutcome(terminal, job, results);
  return job.state === 'finished' && job.refused + job.failed === 0 ? 0 : 1;
}

async function ended(client: LanewayClient, spaceId: string, jobId: string): Promise<BulkJob> {
  for (;;) {
    const job = await client.bulk.job(spaceId, jobId);
    if (job.state !== 'running') return job;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

async function resultsOf(client: LanewayClient, spaceId: string, jobId: string): Promise<Results> {
  const results: Results[number][] = [];
  let token: string | null = null;
  do {
    const page: BulkResultPage = await client.bulk.results(spaceId, jobId, token === null ? {} : { token });
    results.push(...page.results);
    token = page.nextPageToken;
  } while (token !== null);
  return results;
}

function printOutcome(terminal: Terminal, job: BulkJob, results: Results): void {
  const shown = job.dryRun ? results : results.filter((result) => !result.ok);
  if (shown.length > 0) {
    const rows = shown.map(({ atmWorkflowExecutionId, ok, outcome, error }) => [
      atmWorkflowExecutionId,
      ok ? `would ${job.operation}` : outcome,
      error?.description ?? '',
    ]);
    printTable(terminal, ['execution', 'outcome', 'reason'], rows);
  }
  const done = job.dryRun ? `${job.done} would be taken` : `${job.done} done`;
  const why = job.error === undefined ? '' : `: ${job.error.description}`;
  printLine(terminal, `${job.operation} ${job.state}: ${done}, ${job.refused} refused, ${job.failed} failed${why}`);
}
