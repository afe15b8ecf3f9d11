/** Commands over who is in a space, an inventory or a group: the same for all three. */
import type { ContainerKind, Member } from '@laneway/client';
import type { Command } from 'commander';
import { confirm, withConfirmation, type ConfirmOptions } from '../confirm.ts';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { printMembers, type MembersOptions } from '../members.ts';
import { containerWords, exampleNames, findContainer } from '../names/find-container.ts';
import { findMember, findNewMember } from '../names/find-user.ts';
import { privilegesIn } from '../privilege-lists.ts';
import type { Terminal } from '../terminal.ts';
import { addMembership } from './membership.ts';

type Privileged = ConnectionOptions & { readonly privileges?: string };

/** Names that commands had before; they go on working and are not shown. */
export type FormerNames = Readonly<Partial<Record<`${'add' | 'remove'}-${Member['type']}`, string>>>;

export function addMemberCommands(parent: Command, terminal: Terminal, kind: ContainerKind, former: FormerNames = {}): void {
  addMembers(parent, terminal, kind);
  for (const type of ['user', 'group'] as const) {
    addAdding(parent, terminal, { kind, type }, former);
    addRemoving(parent, terminal, { kind, type }, former);
  }
  addMembership(parent, terminal, kind);
  addLeaving(parent, terminal, kind);
}

function addMembers(parent: Command, terminal: Terminal, kind: ContainerKind): void {
  const { one } = containerWords[kind];
  const members = parent
    .command(`members <${one}>`)
    .description('users and groups that are there, and what they may do')
    .option('--effective', 'also those who are there through groups, with everything that they may do')
    .option('--json', 'print JSON');
  withConnection(members).action(async (name: string, options: ConnectionOptions & MembersOptions) => {
    const client = connect(options, terminal.env);
    await printMembers(terminal, client, await findContainer(client, kind, name), options);
  });
}

interface Target {
  readonly kind: ContainerKind;
  readonly type: Member['type'];
}

/** `<group> <group>` would not tell which is which. */
function argumentsOf({ kind, type }: Target): string {
  const { one } = containerWords[kind];
  return `<${one}> <${kind === 'groups' && type === 'group' ? 'child' : type}>`;
}

function addAdding(parent: Command, terminal: Terminal, target: Target, former: FormerNames): void {
  const { kind, type } = target;
  const { one } = containerWords[kind];
  for (const name of [`add-${type}`, former[`add-${type}`]]) {
    if (name === undefined) continue;
    const add = parent
      .command(`${name} ${argumentsOf(target)}`, { hidden: name !== `add-${type}` })
      .description(`make a ${type} a member of the ${one}`)
      .option('--privileges <list>', 'comma-separated privileges or sets (default: member); "laneway privileges list" shows them')
      .addHelpText(
        'after',
        `\nExample:\n  laneway ${one} add-${type} ${exampleNames[kind]} ${type === 'user' ? 'ada' : 'staff'} --privileges manager\n`,
      );
    withConnection(add).action(async (place: string, member: string, options: Privileged) => {
      const client = connect(options, terminal.env);
      const privileges = await privilegesIn(client, kind, options.privileges);
      const container = await findContainer(client, kind, place);
      await client.members.add(container, await findNewMember(client, type, member), privileges);
    });
  }
}

function addRemoving(parent: Command, terminal: Terminal, target: Target, former: FormerNames): void {
  const { kind, type } = target;
  const { one } = containerWords[kind];
  for (const name of [`remove-${type}`, former[`remove-${type}`]]) {
    if (name === undefined) continue;
    const remove = parent
      .command(`${name} ${argumentsOf(target)}`, { hidden: name !== `remove-${type}` })
      .description(`take a ${type} out of the ${one}`);
    withConnection(withConfirmation(remove)).action(async (place: string, member: string, options: ConnectionOptions & ConfirmOptions) => {
      const client = connect(options, terminal.env);
      const container = await findContainer(client, kind, place);
      const found = await findMember(client, container, type, member);
      await confirm(terminal, options, `take the ${type} "${member}" out of the ${one} "${container.name}"`);
      await client.members.remove(container, found);
    });
  }
}

function addLeaving(parent: Command, terminal: Terminal, kind: ContainerKind): void {
  const { one } = containerWords[kind];
  const leave = parent
    .command(`leave <${one}>`)
    .description('give up your own membership, or that of a group')
    .option('--as-group <group>', 'the group that leaves');
  withConnection(withConfirmation(leave)).action(
    async (name: string, options: ConnectionOptions & ConfirmOptions & { readonly asGroup?: string }) => {
      const client = connect(options, terminal.env);
      const container = await findContainer(client, kind, name);
      const group = options.asGroup === undefined ? undefined : await findContainer(client, 'groups', options.asGroup);
      const whose = group === undefined ? 'your membership' : `the membership of the group "${group.name}"`;
      await confirm(terminal, options, `give up ${whose} in the ${one} "${container.name}"`);
      await client.belongings.leave(group === undefined ? 'self' : { groupId: group.id }, container);
    },
  );
}
