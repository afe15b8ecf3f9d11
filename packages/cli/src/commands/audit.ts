import type { ChangeQuery, ChangeRecord } from '@laneway/client';
import { InvalidArgumentError, type Command } from 'commander';
import { findUser } from '../names/find-user.ts';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { printLine, printTable, timeText, type Terminal } from '../terminal.ts';

interface AuditOptions extends ConnectionOptions {
  readonly user?: string;
  readonly entity?: string;
  readonly operation?: string;
  readonly since?: number;
  readonly until?: number;
  readonly limit: number;
  readonly json?: boolean;
}

export function addAudit(program: Command, terminal: Terminal): void {
  const audit = program
    .command('audit')
    .description('what was changed, by whom and from where; newest first (administrators)')
    .option('--user <name>', 'only what this user did, by name or id; "me" is you')
    .option('--entity <id>', 'only what was done to this user, space, inventory, lambda, workflow, execution, …')
    .option('--operation <name>', 'only this operation, such as remove_space_user')
    .option('--since <time>', 'not before, such as 2026-11-25 or 2026-11-25T08:00:00Z', parseTime)
    .option('--until <time>', 'before', parseTime)
    .option('--limit <number>', 'at most this many', parseLimit, 50)
    .option('--json', 'print one JSON object a line')
    .addHelpText(
      'after',
      '\nExamples:\n  laneway audit --entity 5e2a… --since 2026-11-01\n  laneway audit --operation remove_space_user --json\n\nThe table shows the beginning of long details, --json all of them.\n',
    );
  withConnection(audit).action(async (options: AuditOptions) => {
    const { user, entity, operation, since, until, limit } = options;
    const client = connect(options, terminal.env);
    const given: ChangeQuery = {
      ...(user === undefined ? {} : { user: await findUser(client, user) }),
      ...(entity === undefined ? {} : { entity }),
      ...(operation === undefined ? {} : { operation }),
      ...(since === undefined ? {} : { since }),
      ...(until === undefined ? {} : { until }),
    };
    const rows: string[][] = [];
    let left = limit;
    for await (const change of client.audit.changes(given)) {
      if (options.json === true) printLine(terminal, JSON.stringify(change));
      else rows.push(rowOf(change));
      left -= 1;
      if (left === 0) break;
    }
    if (options.json !== true) printTable(terminal, ['time', 'user', 'from', 'operation', 'target', 'details'], rows);
  });
}

function rowOf({ at, userId, address, operation, target, details }: ChangeRecord): string[] {
  const path = target.replace(/^\/api\/v3\/one(?:zone|provider)/, '');
  const given = JSON.stringify(details);
  const shown = given.length <= maxDetailsLength ? given : `${given.slice(0, maxDetailsLength)}…`;
  return [timeText(Math.floor(at / 1000)), userId, address, operation, path, shown];
}

/** The rest is for `--json`: one long entry would make every line of the table as long. */
const maxDetailsLength = 80;

function parseTime(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new InvalidArgumentError('a time is needed, such as 2026-11-25T08:00:00Z');
  return time;
}

function parseLimit(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('a number of 1 or more is needed');
  return Number(text);
}
