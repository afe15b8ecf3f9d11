import type { GroupDetails } from '@laneway/client';
import { Option, type Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { findSpace } from '../run/choose-space.ts';
import { printJson, printLine, printTable, type Terminal } from '../terminal.ts';

type Json = ConnectionOptions & { readonly json?: boolean };

export function addGroup(program: Command, terminal: Terminal): void {
  const group = program.command('group').description('groups of users that values of workflows may name');
  addCreate(group, terminal);
  const list = group
    .command('list')
    .description('groups that you made, or those of a space')
    .option('--space <name>', 'space whose groups to list')
    .option('--json', 'print JSON');
  withConnection(list).action(async (options: Json & { space?: string }) => {
    const client = connect(options, terminal.env);
    const groups =
      options.space === undefined
        ? await client.groups.own()
        : await client.groups.ofSpace((await findSpace(client, options.space)).spaceId);
    if (options.json === true) printJson(terminal, groups.map(shown));
    else
      printTable(
        terminal,
        ['name', 'id', 'type'],
        groups.map(({ name, groupId, type }) => [name, groupId, type]),
      );
  });
  const add = group.command('add <group> <space>').description('add a group to a space');
  withConnection(add).action(async (groupId: string, spaceName: string, options: ConnectionOptions) => {
    const client = connect(options, terminal.env);
    await client.groups.addToSpace((await findSpace(client, spaceName)).spaceId, groupId);
  });
  const leave = group.command('remove <group> <space>').description('take a group out of a space');
  withConnection(leave).action(async (groupId: string, spaceName: string, options: ConnectionOptions) => {
    const client = connect(options, terminal.env);
    await client.groups.removeFromSpace((await findSpace(client, spaceName)).spaceId, groupId);
  });
  const remove = group.command('delete <group>').description('forget a group');
  withConnection(remove).action(async (groupId: string, options: ConnectionOptions) => {
    await connect(options, terminal.env).groups.delete(groupId);
  });
}

function shown({ groupId, name, type }: GroupDetails): GroupDetails {
  return { groupId, name, type };
}

function addCreate(group: Command, terminal: Terminal): void {
  const create = group
    .command('create <name>')
    .description('make a group, and add it to a space if asked for')
    .addOption(new Option('--type <type>', 'what kind of group').choices(['organization', 'unit', 'team', 'role_holders']).default('team'))
    .option('--space <name>', 'space to add it to')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  laneway group create curators --space photos\n');
  withConnection(create).action(async (name: string, options: Json & { type: string; space?: string }) => {
    const client = connect(options, terminal.env);
    const space = options.space === undefined ? undefined : await findSpace(client, options.space);
    const groupId = await client.groups.create({ name, type: options.type });
    if (space !== undefined) await client.groups.addToSpace(space.spaceId, groupId);
    if (options.json === true) printJson(terminal, { groupId });
    else printLine(terminal, groupId);
  });
}
