import type { LanewayClient, LogEntry, PodDetails } from '@laneway/client';
import type { Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { isRecord } from '../run/dump.ts';
import { LogFinder } from '../logs/log-sources.ts';
import { printJson, printLine, printTable, type Terminal } from '../terminal.ts';

type PodOptions = ConnectionOptions & { readonly json?: boolean };

/** Running ones first, then those that wait, what went wrong, and what is over (ui-and-scenarios R49). */
const order = ['Running', 'Pending', 'Failed', 'Unknown', 'Terminated'];

export function addPods(program: Command, terminal: Terminal): void {
  const pods = program
    .command('pods <execution> [pod]')
    .description('what runs the lambdas of an execution on the server that is asked, or the events of one pod, newest first')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  laneway pods 9f1c…\n  laneway pods 9f1c… echo-1a2b3c4d5e\n');
  withConnection(pods).action(async (executionId: string, podId: string | undefined, options: PodOptions) => {
    const client = connect(options, terminal.env);
    if (podId === undefined) await showPods(client, executionId, options.json === true, terminal);
    else await showEvents(client, executionId, podId, options.json === true, terminal);
  });
}

async function showPods(client: LanewayClient, executionId: string, isJson: boolean, terminal: Terminal): Promise<void> {
  const list = await client.executions.pods(executionId);
  if (isJson) {
    printJson(terminal, list);
    return;
  }
  const finder = new LogFinder(executionId, { kind: 'workflow' });
  await finder.look(client);
  const rank = (pod: PodDetails): number => order.indexOf(pod.currentStatus);
  const rows = list.pods
    .toSorted((a, b) => rank(a) - rank(b) || a.podId.localeCompare(b.podId))
    .map((pod) => [
      pod.podId,
      finder.place(pod.taskId)?.name ?? pod.taskId,
      pod.currentContainersReadiness,
      pod.currentStatus,
      momentText(pod.lastStatusChangeTimestamp),
    ]);
  if (rows.length > 0) printTable(terminal, ['pod', 'task', 'ready', 'status', 'since'], rows);
  else if (list.knownSince === null) printLine(terminal, 'the server cannot tell of pods');
  else printLine(terminal, `this server has run none of its tasks since its start at ${momentText(list.knownSince)}`);
}

async function showEvents(client: LanewayClient, executionId: string, podId: string, isJson: boolean, terminal: Terminal): Promise<void> {
  const { logEntries } = await client.executions.podEvents(executionId, podId);
  if (isJson) printJson(terminal, logEntries);
  else printTable(terminal, ['time', 'type', 'reason', 'message'], logEntries.map(eventRow));
}

function eventRow({ timestamp, content }: LogEntry): readonly string[] {
  const event = isRecord(content) ? content : {};
  const text = (key: string): string => (typeof event[key] === 'string' ? event[key] : '');
  return [momentText(timestamp), text('type'), text('reason'), text('message')];
}

function momentText(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('T', ' ').slice(0, 23);
}
