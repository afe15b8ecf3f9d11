import type { Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { memberRows, membersOf, parsePrivileges, type MembersOptions } from '../members.ts';
import { printJson, printLine, printTable, type Terminal } from '../terminal.ts';

type Privileged = ConnectionOptions & { readonly privileges?: string };

/** Commands over who is in a group: users, and other groups. */
export function addGroupMembers(group: Command, terminal: Terminal): void {
  const show = group
    .command('show <group>')
    .description('a group with its members, and what they may do to it')
    .option('--effective', 'also members of its members, with everything that they may do')
    .option('--json', 'print JSON');
  withConnection(show).action(async (groupId: string, options: ConnectionOptions & MembersOptions) => {
    const client = connect(options, terminal.env);
    const { name, type } = await client.groups.details(groupId);
    const members = await membersOf(client, { kind: 'groups', id: groupId }, options.effective === true ? 'effective' : 'direct');
    if (options.json === true) {
      printJson(terminal, { groupId, name, type, members });
      return;
    }
    printLine(terminal, `${name} (${type})`);
    printTable(terminal, ['name', 'what', 'id', 'privileges'], memberRows(members));
  });
  addMemberCommands(group, terminal, { type: 'user', add: 'add-user', remove: 'remove-user', id: 'user', where: 'a group' });
  addMemberCommands(group, terminal, { type: 'group', add: 'nest', remove: 'unnest', id: 'child', where: 'another' });
}

interface Words {
  readonly type: 'user' | 'group';
  readonly add: string;
  readonly remove: string;
  readonly id: string;
  readonly where: string;
}

function addMemberCommands(group: Command, terminal: Terminal, { type, add, remove, id: name, where }: Words): void {
  const adding = group
    .command(`${add} <group> <${name}>`)
    .description(`put a ${type} into ${where}`)
    .option('--privileges <list>', 'comma-separated privileges over the group (default: those of a member)');
  withConnection(adding).action(async (groupId: string, id: string, options: Privileged) => {
    const { members } = connect(options, terminal.env);
    await members.add({ kind: 'groups', id: groupId }, { type, id }, parsePrivileges(options.privileges));
  });
  const removing = group.command(`${remove} <group> <${name}>`).description(`take a ${type} out of ${where}`);
  withConnection(removing).action(async (groupId: string, id: string, options: ConnectionOptions) => {
    await connect(options, terminal.env).members.remove({ kind: 'groups', id: groupId }, { type, id });
  });
}
