import type { Container, GroupDetails, LanewayClient } from '@laneway/client';
import { Option, type Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { CliError } from '../failure.ts';
import { findSpace } from '../run/choose-space.ts';
import { Undo } from '../run/undo.ts';
import { printJson, printLine, printTable, type Terminal } from '../terminal.ts';
import { addGroupMembers } from './group-members.ts';
import { parsePrivileges } from '../members.ts';

interface GroupOptions extends ConnectionOptions {
  readonly json?: boolean;
  readonly type?: string;
  readonly space?: string;
  readonly inventory?: string;
  readonly privileges?: string;
}

export function addGroup(program: Command, terminal: Terminal): void {
  const group = program.command('group').description('groups of users: who is in them, and what they may do');
  addCreate(group, terminal);
  addList(group, terminal);
  addGroupMembers(group, terminal);
  addPlaces(group, terminal);
  const remove = group.command('delete <group>').description('forget a group; what it was in loses it');
  withConnection(remove).action(async (groupId: string, options: ConnectionOptions) => {
    await connect(options, terminal.env).groups.delete(groupId);
  });
}

function addCreate(group: Command, terminal: Terminal): void {
  const create = group
    .command('create <name>')
    .description('make a group that you lead, and add it to a space or an inventory if asked for')
    .addOption(new Option('--type <type>', 'what kind of group').choices(['organization', 'unit', 'team', 'role_holders']).default('team'))
    .option('--space <name>', 'space to add it to')
    .option('--inventory <id>', 'inventory to add it to')
    .option('--privileges <list>', 'comma-separated privileges there (default: those of a member)')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  laneway group create curators --space photos\n');
  withConnection(create).action(async (name: string, options: GroupOptions) => {
    const client = connect(options, terminal.env);
    const place =
      options.space === undefined && options.inventory === undefined ? undefined : await placeOf(client, options.space, options);
    const groupId = await client.groups.create({ name, ...(options.type === undefined ? {} : { type: options.type }) });
    const undo = new Undo(terminal);
    undo.made(`group ${groupId}`, async () => await client.groups.delete(groupId));
    await undo.unlessRefused(async () => {
      if (place !== undefined) await client.members.add(place, { type: 'group', id: groupId }, parsePrivileges(options.privileges));
    });
    if (options.json === true) printJson(terminal, { groupId });
    else printLine(terminal, groupId);
  });
}

function addList(group: Command, terminal: Terminal): void {
  const list = group
    .command('list')
    .description('groups that you belong to, or those of a space')
    .option('--space <name>', 'space whose groups to list')
    .option('--json', 'print JSON');
  withConnection(list).action(async (options: GroupOptions) => {
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
}

function shown({ groupId, name, type }: GroupDetails): Pick<GroupDetails, 'groupId' | 'name' | 'type'> {
  return { groupId, name, type };
}

/** The one place that a command names. */
async function placeOf(client: LanewayClient, space: string | undefined, { inventory }: GroupOptions): Promise<Container> {
  if (space !== undefined && inventory === undefined) return { kind: 'spaces', id: (await findSpace(client, space)).spaceId };
  if (space === undefined && inventory !== undefined) return { kind: 'atm_inventories', id: inventory };
  throw new CliError('name either a space or an inventory');
}

function addPlaces(group: Command, terminal: Terminal): void {
  const add = group
    .command('add <group> [space]')
    .description('add a group to a space or an inventory')
    .option('--inventory <id>', 'inventory instead of a space')
    .option('--privileges <list>', 'comma-separated privileges there (default: those of a member)')
    .addHelpText('after', '\nExample:\n  laneway group add 91bc… photos --privileges space_view,space_view_atm_workflow_executions\n');
  withConnection(add).action(async (groupId: string, space: string | undefined, options: GroupOptions) => {
    const client = connect(options, terminal.env);
    const place = await placeOf(client, space, options);
    await client.members.add(place, { type: 'group', id: groupId }, parsePrivileges(options.privileges));
  });
  const leave = group
    .command('remove <group> [space]')
    .description('take a group out of a space or an inventory')
    .option('--inventory <id>', 'inventory instead of a space');
  withConnection(leave).action(async (groupId: string, space: string | undefined, options: GroupOptions) => {
    const client = connect(options, terminal.env);
    await client.members.remove(await placeOf(client, space, options), { type: 'group', id: groupId });
  });
}
