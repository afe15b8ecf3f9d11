import type { Command } from 'commander';
import { confirm, withConfirmation, type ConfirmOptions } from '../confirm.ts';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { UsageError } from '../failure.ts';
import { findUser } from '../names/find-user.ts';
import { printJson, type Terminal } from '../terminal.ts';

export function addUserChanges(user: Command, terminal: Terminal): void {
  addEdit(user, terminal);
  for (const [name, blocked, description] of [
    ['block', true, 'shut a user out; what he started is interrupted (administrators)'],
    ['unblock', false, 'let a blocked user in again (administrators)'],
  ] as const) {
    withConnection(user.command(`${name} <user>`).description(description)).action(async (given: string, options: ConnectionOptions) => {
      const client = connect(options, terminal.env);
      await client.users.setBlocked(await findUser(client, given), blocked);
    });
  }
  addDelete(user, terminal);
  const unlink = user
    .command('unlink-account <idp> <subject>')
    .description('take an account of an identity provider off yours; "laneway user show" lists them');
  withConnection(unlink).action(async (idp: string, subjectId: string, options: ConnectionOptions) => {
    await connect(options, terminal.env).users.unlinkAccount({ idp, subjectId });
  });
  const methods = user.command('login-methods').description('how people log in to this server, as JSON');
  withConnection(methods).action(async (options: ConnectionOptions) => {
    printJson(terminal, await connect(options, terminal.env).users.loginMethods());
  });
}

interface EditOptions extends ConnectionOptions {
  readonly name?: string;
  readonly username?: string;
}

function addEdit(user: Command, terminal: Terminal): void {
  const edit = user
    .command('edit')
    .description('change your own names; nobody renames others')
    .option('--name <name>', 'new full name')
    .option('--username <name>', 'new username')
    .addHelpText('after', '\nExample:\n  laneway user edit --name "Ada Lovelace"\n');
  withConnection(edit).action(async ({ name, username, ...options }: EditOptions) => {
    if (name === undefined && username === undefined) throw new UsageError('there is nothing to change', 'give --name or --username');
    const names = { ...(name === undefined ? {} : { fullName: name }), ...(username === undefined ? {} : { username }) };
    await connect(options, terminal.env).users.rename(names);
  });
}

function addDelete(user: Command, terminal: Terminal): void {
  const remove = user
    .command('delete <user>')
    .description('delete a user with his tokens and memberships (administrators), or yourself as "me"; his executions are interrupted');
  withConnection(withConfirmation(remove)).action(async (given: string, options: ConnectionOptions & ConfirmOptions) => {
    const client = connect(options, terminal.env);
    if (given === 'me') {
      await confirm(terminal, options, 'delete your own account with everything that hangs on it');
      await client.users.deleteCurrent();
      return;
    }
    const userId = await findUser(client, given);
    await confirm(terminal, options, `delete the user "${given}" with his tokens and memberships`);
    await client.users.delete(userId);
  });
}
