import type { Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { printMembers, type MembersOptions } from '../members.ts';
import { findSpace, realDirectory } from '../run/choose-space.ts';
import { printJson, printLine, printTable, type Terminal } from '../terminal.ts';

export function addSpace(program: Command, terminal: Terminal): void {
  const space = program.command('space').description('directories that workflows run on');

  const create = space
    .command('create <name>')
    .description('register a directory of the server as a space')
    .requiredOption('--path <dir>', 'existing directory, not inside another space or the data directory')
    .option('--readonly', 'lambdas may read but not write')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  laneway space create photos --path /srv/photos --readonly\n');
  withConnection(create).action(async (name: string, options: ConnectionOptions & { path: string; readonly?: boolean; json?: boolean }) => {
    const client = connect(options, terminal.env);
    const spaceId = await client.spaces.create({ name, path: realDirectory(options.path), readonly: options.readonly ?? false });
    if (options.json === true) printJson(terminal, { spaceId });
    else printLine(terminal, spaceId);
  });

  const list = space.command('list').description('spaces that the token can use').option('--json', 'print JSON');
  withConnection(list).action(async (options: ConnectionOptions & { json?: boolean }) => {
    const client = connect(options, terminal.env);
    const spaces = await client.spaces.own();
    if (options.json === true) {
      const shown = spaces.map(({ spaceId, name, path, readonly }) => ({ spaceId, name, path, readonly }));
      printJson(terminal, shown);
      return;
    }
    const rows = spaces.map(({ spaceId, name, path, readonly }) => [
      name,
      spaceId,
      path ?? '–',
      readonly === true ? 'read-only' : 'read-write',
    ]);
    printTable(terminal, ['name', 'id', 'path', 'access'], rows);
  });

  const members = space
    .command('members <space>')
    .description('users and groups of a space, and what they may do there')
    .option('--effective', 'also those who are there through groups, with everything that they may do')
    .option('--json', 'print JSON');
  withConnection(members).action(async (name: string, options: ConnectionOptions & MembersOptions) => {
    const client = connect(options, terminal.env);
    const { spaceId } = await findSpace(client, name);
    await printMembers(terminal, client, { kind: 'spaces', id: spaceId }, options);
  });
}
