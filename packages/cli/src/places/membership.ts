import { gather, type Container, type ContainerKind, type LanewayClient } from '@laneway/client';
import type { Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { containerWords, exampleNames, findContainer, orNothing } from '../names/find-container.ts';
import { findMember } from '../names/find-user.ts';
import { printFields, printJson, type Terminal } from '../terminal.ts';
import { readMemberWord } from './member-word.ts';

/** Why somebody is there, and what he may do in effect (rest R112). */
export function addMembership(parent: Command, terminal: Terminal, kind: ContainerKind): void {
  const { one } = containerWords[kind];
  const membership = parent
    .command(`membership <${one}> <member>`)
    .description('through what a user, or a group:NAME, is there, and everything that he may do')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `\nExamples:\n  laneway ${one} membership ${exampleNames[kind]} ada\n  laneway ${one} membership ${exampleNames[kind]} group:staff\n`,
    );
  withConnection(membership).action(async (place: string, text: string, options: ConnectionOptions & { readonly json?: boolean }) => {
    const client = connect(options, terminal.env);
    const container = await findContainer(client, kind, place);
    const { type, name } = readMemberWord(text);
    const member = await findMember(client, container, type, name, 'effective');
    const details = await client.members.details(container, member, 'effective');
    const intermediaries = await client.members.intermediaries(container, member);
    const privileges = await orNothing(client.members.privileges(container, member, 'effective'), 403);
    if (options.json === true) {
      printJson(terminal, { ...member, name: details.name, intermediaries, privileges: privileges ?? null });
      return;
    }
    printFields(terminal, [
      [type, `${details.name} (${member.id})`],
      ['through', (await gather(intermediaries, async (via) => await viaText(client, container, via))).join(', ')],
      ['may', privileges?.join(', ') ?? 'not for you to see'],
    ]);
  });
}

/** The place itself stands for a direct membership. */
async function viaText(client: LanewayClient, container: Container, via: { readonly type: string; readonly id: string }): Promise<string> {
  if (via.type !== 'group' || via.id === container.id) return 'a membership of its own';
  const group = await orNothing(client.members.details(container, { type: 'group', id: via.id }, 'effective'), 403, 404);
  return `the group ${group === undefined ? via.id : `"${group.name}" (${via.id})`}`;
}
