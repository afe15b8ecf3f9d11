import { Option, type Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { CliError } from '../failure.ts';
import { findUser } from '../names/find-user.ts';
import { readNewSecret, readSecret } from '../read-secret.ts';
import type { Terminal } from '../terminal.ts';

const examples = `
Examples:
  laneway user password                                   # your own; asks for the old one, too
  laneway user password ada                               # administrators
  openssl rand -base64 18 | laneway user password ada

Where there is no terminal the new password is the first line of the standard input; the old one is in LANEWAY_OLD_PASSWORD.`;

interface PasswordOptions extends ConnectionOptions {
  readonly disable?: boolean;
}

export function addUserPassword(user: Command, terminal: Terminal): void {
  const password = user
    .command('password [name]')
    .description('change your password, or let a user log in with one (administrators)')
    .addOption(new Option('--disable', 'let the user log in with tokens only'))
    .addHelpText('after', examples);
  withConnection(password).action(async (name: string | undefined, options: PasswordOptions) => {
    const client = connect(options, terminal.env);
    if (name === undefined) {
      if (options.disable === true) throw new CliError('--disable needs the name of a user');
      const oldPassword = terminal.env['LANEWAY_OLD_PASSWORD'] ?? (await readSecret(terminal, 'old password'));
      await client.users.changePassword({ oldPassword, newPassword: await readNewSecret(terminal, 'new password') });
      return;
    }
    const userId = await findUser(client, name);
    if (options.disable === true) await client.users.setBasicAuth(userId, { basicAuthEnabled: false });
    else await client.users.setBasicAuth(userId, { newPassword: await readNewSecret(terminal, 'password'), basicAuthEnabled: true });
  });
}
