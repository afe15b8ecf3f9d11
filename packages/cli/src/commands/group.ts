import type { ContainerDetails, LanewayClient } from '@laneway/client';
import { Option, type Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { CliError, UsageError } from '../failure.ts';
import { membersOf, printMemberTable, type MembersOptions } from '../members.ts';
import { findContainer, type FoundContainer } from '../names/find-container.ts';
import { addDeletion } from '../places/delete-place.ts';
import { founderOf, withFounder, type FounderOptions } from '../places/founder.ts';
import { listPlaces, withListed, type ListOptions } from '../places/list-places.ts';
import { addMemberCommands } from '../places/member-commands.ts';
import { placeOf, withPlace, type PlaceOptions } from '../places/place-options.ts';
import { privilegesIn, privilegeSets } from '../privilege-lists.ts';
import { Undo } from '../run/undo.ts';
import { printJson, printLine, printTable, type Terminal } from '../terminal.ts';
import { addFormerPlaces } from './group-former.ts';

type Json = ConnectionOptions & { readonly json?: boolean };
type Group = ContainerDetails['groups'];

const types = ['organization', 'unit', 'team', 'role_holders'];

export function addGroup(program: Command, terminal: Terminal): void {
  const group = program.command('group').description('groups of users: who is in them, and what they may do');
  addCreate(group, terminal);
  addList(group, terminal);
  addShow(group, terminal);
  addEdit(group, terminal);
  addDeletion(group, terminal, 'groups', 'what it was in loses it');
  addMemberCommands(group, terminal, 'groups', { 'add-group': 'nest', 'remove-group': 'unnest' });
  addFormerPlaces(group, terminal);
}

interface CreateOptions extends Json, PlaceOptions, FounderOptions {
  readonly type: string;
  readonly privileges?: string;
}

function addCreate(group: Command, terminal: Terminal): void {
  const create = group
    .command('create <name>')
    .description('make a group that you lead, as a member of a space, an inventory or a group if asked for')
    .addOption(new Option('--type <type>', 'what kind of group').choices(types).default('team'))
    .option('--privileges <list>', 'comma-separated privileges there (default: member)')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  laneway group create curators --space photos\n  laneway group create staff --for-group curators\n',
    );
  withConnection(withFounder(withPlace(create, 'to put it into'))).action(async (name: string, options: CreateOptions) => {
    const client = connect(options, terminal.env);
    const place = await placeOf(client, options);
    const groupId = await makeGroup(client, terminal, { name, type: options.type, place }, options);
    if (options.json === true) printJson(terminal, { groupId });
    else printLine(terminal, groupId);
  });
}

interface NewGroup {
  readonly name: string;
  readonly type: string;
  readonly place: FoundContainer | undefined;
}

/** With privileges of its own it is made first, and gone when it may not be added. */
async function makeGroup(
  client: LanewayClient,
  terminal: Terminal,
  { name, type, place }: NewGroup,
  options: CreateOptions,
): Promise<string> {
  if (place === undefined) {
    if (options.privileges !== undefined) throw new CliError('--privileges needs a place', 'name it with --space, --inventory or --group');
    return await client.groups.create({ name, type }, await founderOf(client, options));
  }
  if (options.forGroup !== undefined || options.forNobody === true) throw new CliError('a member of a place is made for yourself');
  if (options.privileges === undefined) return await client.members.createGroup(place, { name, type });
  const privileges = await privilegesIn(client, place.kind, options.privileges);
  const groupId = await client.groups.create({ name, type });
  const undo = new Undo(terminal);
  undo.made(`group ${groupId}`, async () => await client.groups.delete(groupId));
  await undo.unlessRefused(async () => await client.members.add(place, { type: 'group', id: groupId }, privileges));
  return groupId;
}

function addList(group: Command, terminal: Terminal): void {
  const list = group
    .command('list')
    .description('groups that you are in, also through others; with --of-group those above a group')
    .option('--space <name>', 'those that are members of a space')
    .option('--json', 'print JSON');
  withConnection(withListed(list)).action(async (options: Json & ListOptions & { readonly space?: string }) => {
    const client = connect(options, terminal.env);
    const groups =
      options.space === undefined
        ? await listPlaces(client, 'groups', options)
        : await client.groups.ofSpace((await findContainer(client, 'spaces', options.space)).id);
    if (options.json === true) printJson(terminal, groups.map(shown));
    else
      printTable(
        terminal,
        ['name', 'id', 'type'],
        groups.map(({ name, groupId, type }) => [name, groupId, type]),
      );
  });
}

function shown({ groupId, name, type }: Group): Pick<Group, 'groupId' | 'name' | 'type'> {
  return { groupId, name, type };
}

function addShow(group: Command, terminal: Terminal): void {
  const show = group
    .command('show <group>')
    .description('a group with its members, and what they may do to it')
    .option('--effective', 'also members of its members, with everything that they may do')
    .option('--json', 'print JSON');
  withConnection(show).action(async (given: string, options: Json & MembersOptions) => {
    const client = connect(options, terminal.env);
    const place = await findContainer(client, 'groups', given);
    const details = shown(await client.groups.details(place.id));
    const members = await membersOf(client, place, options.effective === true ? 'effective' : 'direct');
    if (options.json === true) {
      printJson(terminal, { ...details, members });
      return;
    }
    printLine(terminal, `${details.name} (${details.type})`);
    printMemberTable(terminal, members, { realm: 'groups', sets: await privilegeSets(client, 'groups') });
  });
}

function addEdit(group: Command, terminal: Terminal): void {
  const edit = group
    .command('edit <group>')
    .description('change the name or the type of a group')
    .option('--name <name>', 'new name')
    .addOption(new Option('--type <type>', 'what kind of group').choices(types));
  withConnection(edit).action(async (given: string, options: ConnectionOptions & { readonly name?: string; readonly type?: string }) => {
    const { name, type } = options;
    const change = { ...(name === undefined ? {} : { name }), ...(type === undefined ? {} : { type }) };
    if (Object.keys(change).length === 0) throw new UsageError('there is nothing to change', 'give --name or --type');
    const client = connect(options, terminal.env);
    await client.groups.update((await findContainer(client, 'groups', given)).id, change);
  });
}
