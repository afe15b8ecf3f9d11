import type { ExecutionFilter, ExecutionSummary, LanewayClient, Space } from '@laneway/client';
import { InvalidArgumentError, type Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { filterOf, labelsText, withFilter, type FilterOptions } from '../execution-filter.ts';
import { findSpace } from '../run/choose-space.ts';
import { printJson, printTable, timeText, type Terminal } from '../terminal.ts';

interface ListOptions extends ConnectionOptions, FilterOptions {
  readonly space?: string;
  readonly limit: number;
  readonly json?: boolean;
}

const largestPage = 1000;

export function addList(program: Command, terminal: Terminal): void {
  const list = program
    .command('list')
    .description('executions: those that wait, go on, are suspended, have ended; each newest first')
    .option('--space <name>', 'only this space (default: all that the token can use)')
    .option('--limit <number>', 'at most this many of each space', parseLimit, 50)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  laneway list --space photos --phase ongoing --label team=blue\n');
  withConnection(withFilter(list)).action(async (options: ListOptions) => {
    const client = connect(options, terminal.env);
    const spaces = options.space === undefined ? await client.spaces.own() : [await findSpace(client, options.space)];
    const filter = await filterOf(client, options);
    const found = [];
    for (const space of spaces)
      for await (const summary of summariesOf(client, space, filter, options.limit)) found.push(rowOf(space, summary));
    if (options.json === true) {
      printJson(terminal, found);
      return;
    }
    const rows = found.map((entry) => [
      entry.executionId,
      entry.name,
      entry.space,
      entry.status,
      timeText(entry.scheduleTime),
      // One that was repeated keeps the time of its last end until the next one.
      timeText(entry.phase === 'ended' ? entry.finishTime : 0),
      labelsText(entry.labels),
    ]);
    printTable(terminal, ['execution', 'workflow', 'space', 'status', 'scheduled', 'finished', 'labels'], rows);
  });
}

/** One request for a page, none for an execution. */
async function* summariesOf(client: LanewayClient, space: Space, filter: ExecutionFilter, limit: number): AsyncGenerator<ExecutionSummary> {
  let token: string | undefined;
  for (let left = limit; left > 0;) {
    const query = { ...filter, limit: Math.min(left, largestPage), ...(token === undefined ? {} : { token }) };
    const page = await client.executions.summaries(space.spaceId, query);
    yield* page.atmWorkflowExecutionSummaries;
    left -= page.atmWorkflowExecutionSummaries.length;
    if (page.nextPageToken === null) return;
    token = page.nextPageToken;
  }
}

function rowOf(space: Space, { atmWorkflowExecutionId, name, phase, status, scheduleTime, finishTime, labels }: ExecutionSummary) {
  return { executionId: atmWorkflowExecutionId, name, space: space.name, phase, status, scheduleTime, finishTime, labels: labels ?? {} };
}

function parseLimit(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('It has to be a number, 1 or more.');
  return Number(text);
}
