import { severities } from '@laneway/model';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { CliError } from '../failure.ts';
import { dumpLog } from '../logs/dump-log.ts';
import type { LogSelection } from '../logs/log-sources.ts';
import type { Severity } from '../logs/log-text.ts';
import { LogPrinter } from '../logs/print-logs.ts';
import { parseMoment } from '../logs/since.ts';
import type { Terminal } from '../terminal.ts';

interface LogOptions extends ConnectionOptions {
  readonly follow?: boolean;
  readonly task?: string;
  readonly all?: boolean;
  readonly level?: Severity;
  readonly since?: number;
  readonly tail?: number;
  readonly json?: boolean;
  readonly dump?: string;
}

const examples = `
Examples:
  laneway logs 3f0c…                              the log of the workflow
  laneway logs 3f0c… --all --level warning        what went wrong, in the workflow and in every task
  laneway logs 3f0c… --task resize --tail 20      the last entries of a task, by its name or id
  laneway logs 3f0c… --all --follow --since 5m    live, from five minutes ago on
  laneway logs 3f0c… --all --json | jq .content   one entry per line, as stored
  laneway logs 3f0c… --dump log.json              the whole log as a file
`;

export function addLogs(program: Command, terminal: Terminal): void {
  const logs = program
    .command('logs <execution>')
    .description('print the audit logs of an execution and of its tasks, oldest first')
    .option('-f, --follow', 'go on until the execution has ended')
    .addOption(new Option('--task <task>', 'the log of this task, in all runs of its lane: name or id').conflicts('all'))
    .option('--all', 'the logs of all tasks as well, by time')
    .addOption(new Option('--level <level>', 'this severity and worse').choices(severities))
    .option('--since <moment>', 'from then on: 30s, 10m, 2h, 1d ago, or a moment like 2026-01-31T12:00:00Z', (text) => parseMoment(text))
    .option('--tail <count>', 'only so many of the last entries', parseCount)
    .option('--json', 'one JSON document per line: the entry as stored, and where it comes from')
    .addOption(
      new Option('--dump <file>', 'write one log into a file, as the server dumps it; - for the output').conflicts([
        'follow',
        'all',
        'level',
        'since',
        'tail',
        'json',
      ]),
    )
    .addHelpText('after', examples);
  withConnection(logs).action(async (executionId: string, options: LogOptions) => {
    const selection = selectionOf(options);
    if (options.dump !== undefined) {
      if (options.dump === '') throw new CliError('--dump needs the name of a file');
      await dumpLog(connect(options, terminal.env), { executionId, selection, file: options.dump }, terminal);
      return;
    }
    const { level, since, tail, json = false } = options;
    const request = { executionId, selection, level, since, tail, isJson: json };
    const printer = new LogPrinter(request, terminal, () => connect(options, terminal.env));
    await (options.follow === true ? printer.follow() : printer.print());
  });
}

function selectionOf({ task, all }: LogOptions): LogSelection {
  if (task !== undefined) return { kind: 'task', task };
  return { kind: all === true ? 'all' : 'workflow' };
}

function parseCount(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('It is a whole number, at most 99999.');
  return Number(text);
}
