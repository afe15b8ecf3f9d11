import { gather, type LanewayClient, type User } from '@laneway/client';
import type { Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { CliError } from '../failure.ts';
import { findContainer, orNothing } from '../names/find-container.ts';
import { findUser } from '../names/find-user.ts';
import { privilegesIn } from '../privilege-lists.ts';
import { Undo } from '../run/undo.ts';
import { printFields, printJson, printLine, printTable, timeText, type Terminal } from '../terminal.ts';
import { addUserChanges } from './user-changes.ts';
import { addUserPassword } from './user-password.ts';

interface UserOptions extends ConnectionOptions {
  readonly space?: string;
  readonly privileges?: string;
  readonly json?: boolean;
}

export function addUser(program: Command, terminal: Terminal): void {
  const user = program.command('user').description('your account, and users of the server');
  addCreate(user, terminal);
  addList(user, terminal);
  addShow(user, terminal);
  addUserPassword(user, terminal);
  addUserChanges(user, terminal);
}

function addCreate(user: Command, terminal: Terminal): void {
  const create = user
    .command('create <name>')
    .description('make a user with an access token, and a member of a space if asked for')
    .option('--space <name>', 'space to join')
    .option('--privileges <list>', 'comma-separated privileges in the space (default: member)')
    .option('--json', 'print {userId, token}')
    .addHelpText(
      'after',
      '\nExample:\n  laneway user create ada --space photos --privileges space_view,space_view_atm_workflow_executions\n',
    );
  withConnection(create).action(async (name: string, options: UserOptions) => {
    if (options.privileges !== undefined && options.space === undefined) {
      throw new CliError('--privileges needs --space', 'privileges are held in a space');
    }
    const client = connect(options, terminal.env);
    const privileges = await privilegesIn(client, 'spaces', options.privileges);
    const space = options.space === undefined ? undefined : await findContainer(client, 'spaces', options.space);
    const userId = await client.users.create({ username: name });
    const undo = new Undo(terminal);
    // Half a user is worse than none.
    undo.made(`user ${userId}`, async () => await client.users.delete(userId));
    const token = await undo.unlessRefused(async () => {
      if (space !== undefined) await client.members.add(space, { type: 'user', id: userId }, privileges);
      return (await client.tokens.create({ name: 'command line' }, { userId })).token;
    });
    if (options.json === true) printJson(terminal, { userId, token });
    else for (const line of [`user:  ${userId}`, `token: ${token}`]) printLine(terminal, line);
  });
}

function addList(user: Command, terminal: Terminal): void {
  const list = user.command('list').description('all users of the server, for administrators').option('--json', 'print JSON');
  withConnection(list).action(async (options: UserOptions) => {
    const client = connect(options, terminal.env);
    const found = await gather(await client.users.all(), async (userId) => await orNothing(client.users.get(userId), 404));
    const users = found.filter((one) => one !== undefined);
    const shown = users.map(({ userId, fullName, username, blocked }) => ({ userId, fullName, username, blocked }));
    if (options.json === true) printJson(terminal, shown);
    else
      printTable(
        terminal,
        ['name', 'username', 'id', 'access'],
        shown.map(({ userId, fullName, username, blocked }) => [fullName, username ?? '–', userId, blocked ? 'blocked' : 'yes']),
      );
  });
}

function addShow(user: Command, terminal: Terminal): void {
  const show = user
    .command('show [user]')
    .description('your account, or that of a user (administrators)')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  laneway user show\n  laneway user show ada\n');
  withConnection(show).action(async (given: string | undefined, options: UserOptions) => {
    const found = await accountOf(connect(options, terminal.env), given);
    if (options.json === true) {
      printJson(terminal, found);
      return;
    }
    printFields(terminal, [
      ['name', found.fullName],
      ['username', found.username ?? undefined],
      ['id', found.userId],
      ['emails', found.emails.join(', ')],
      ['accounts', found.linkedAccounts.map(({ idp, subjectId }) => `${subjectId} of ${idp}`).join(', ')],
      ['password', found.basicAuthEnabled ? 'logs in' : 'none'],
      ['access', found.blocked ? 'blocked' : 'yes'],
      ['since', timeText(found.creationTime)],
    ]);
  });
}

async function accountOf(client: LanewayClient, given: string | undefined): Promise<User> {
  if (given === undefined || given === 'me') return await client.users.current();
  return await client.users.get(await findUser(client, given));
}
