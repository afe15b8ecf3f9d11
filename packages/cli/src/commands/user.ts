import { gather } from '@laneway/client';
import type { Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { CliError } from '../failure.ts';
import { findUser } from '../names/find-user.ts';
import { privilegesIn } from '../privilege-lists.ts';
import { findSpace } from '../run/choose-space.ts';
import { Undo } from '../run/undo.ts';
import { readNewSecret } from '../read-secret.ts';
import { printJson, printLine, printTable, type Terminal } from '../terminal.ts';

interface UserOptions extends ConnectionOptions {
  readonly space?: string;
  readonly privileges?: string;
  readonly json?: boolean;
}

export function addUser(program: Command, terminal: Terminal): void {
  const user = program.command('user').description('users of the server');
  const create = user
    .command('create <name>')
    .description('make a user with an access token, and a member of a space if asked for')
    .option('--space <name>', 'space to join')
    .option('--privileges <list>', 'comma-separated privileges in the space (default: those of a member)')
    .option('--json', 'print {userId, token}')
    .addHelpText(
      'after',
      '\nExample:\n  laneway user create ada --space photos --privileges space_view,space_view_atm_workflow_executions\n',
    );
  addPassword(user, terminal);
  withConnection(create).action(async (name: string, options: UserOptions) => {
    if (options.privileges !== undefined && options.space === undefined) {
      throw new CliError('--privileges needs --space', 'privileges are held in a space');
    }
    const client = connect(options, terminal.env);
    const privileges = await privilegesIn(client, 'spaces', options.privileges);
    const space = options.space === undefined ? undefined : await findSpace(client, options.space);
    const userId = await client.users.create({ username: name });
    const undo = new Undo(terminal);
    // Half a user is worse than none.
    undo.made(`user ${userId}`, async () => await client.users.delete(userId));
    const token = await undo.unlessRefused(async () => {
      if (space !== undefined) await client.members.add({ kind: 'spaces', id: space.spaceId }, { type: 'user', id: userId }, privileges);
      return (await client.tokens.create({ name: 'command line' }, { userId })).token;
    });
    if (options.json === true) printJson(terminal, { userId, token });
    else for (const line of [`user:  ${userId}`, `token: ${token}`]) printLine(terminal, line);
  });
  addList(user, terminal);
}

interface PasswordOptions extends ConnectionOptions {
  readonly disable?: boolean;
}

function addPassword(user: Command, terminal: Terminal): void {
  const password = user
    .command('password <name>')
    .description('let a user log in with a password, read from the keyboard or the standard input')
    .option('--disable', 'let the user log in with tokens only')
    .addHelpText('after', '\nExamples:\n  laneway user password ada\n  openssl rand -base64 18 | laneway user password ada\n');
  withConnection(password).action(async (name: string, options: PasswordOptions) => {
    const client = connect(options, terminal.env);
    const userId = await findUser(client, name);
    if (options.disable === true) await client.users.setBasicAuth(userId, { basicAuthEnabled: false });
    else await client.users.setBasicAuth(userId, { newPassword: await readNewSecret(terminal, 'password'), basicAuthEnabled: true });
  });
}

function addList(user: Command, terminal: Terminal): void {
  const list = user.command('list').description('all users of the server, for administrators').option('--json', 'print JSON');
  withConnection(list).action(async (options: UserOptions) => {
    const client = connect(options, terminal.env);
    const users = await gather(await client.users.all(), async (userId) => await client.users.get(userId));
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
