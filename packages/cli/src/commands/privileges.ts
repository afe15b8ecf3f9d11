/** What users and groups may do: in a space, an inventory or a group, or all over the server. */
import type { LanewayClient, Member, MemberReach, PrivilegeChange } from '@laneway/client';
import type { Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { UsageError } from '../failure.ts';
import type { FoundContainer } from '../names/find-container.ts';
import { findMember, findNewMember } from '../names/find-user.ts';
import { readMemberWord } from '../places/member-word.ts';
import { placeOf, withPlace, type PlaceOptions } from '../places/place-options.ts';
import { privilegeSets, privilegesIn, type PrivilegeRealm } from '../privilege-lists.ts';
import { printJson, printLine, type Terminal } from '../terminal.ts';
import { addPrivilegeList } from './privilege-list.ts';

interface Where extends ConnectionOptions, PlaceOptions {
  readonly everywhere?: boolean;
}

const examples = `
A member is a username, a full name, an id, "me", or group:NAME. Privileges are separated by commas, with or without the beginning that
all of a kind have ("space_"); the sets member, manager and admin stand for what is in them.

Examples:
  laneway privileges list --kind space
  laneway privileges show ada --space photos --effective
  laneway privileges grant group:curators view_privileges,manager --space photos
  laneway privileges set ada member --inventory workflows
  laneway privileges grant ada spaces_create,spaces_list --everywhere`;

export function addPrivileges(program: Command, terminal: Terminal): void {
  const privileges = program
    .command('privileges')
    .description('what users and groups may do in a space, an inventory or a group, or everywhere')
    .addHelpText('after', examples);
  addPrivilegeList(privileges, terminal);
  addShow(privileges, terminal);
  const changing = (
    name: string,
    description: string,
    read: (wanted: readonly string[], all: readonly string[]) => PrivilegeChange,
  ): void => {
    const command = privileges.command(`${name} <member> <privileges>`).description(description).addHelpText('after', examples);
    withWhere(command).action(async (member: string, list: string, options: Where) => {
      const client = connect(options, terminal.env);
      const subject = await subjectOf(client, member, options);
      const wanted = await privilegesIn(client, subject.realm, list);
      await change(client, subject, read(wanted ?? [], (await privilegeSets(client, subject.realm))['admin'] ?? []));
    });
  };
  changing('grant', 'give privileges beside those that there are', (grant) => ({ grant }));
  changing('set', 'give these privileges and take all others', (grant, all) => ({
    grant,
    revoke: all.filter((privilege) => !grant.includes(privilege)),
  }));
  changing('revoke', 'take privileges, and leave the others', (revoke) => ({ revoke }));
  const clear = privileges
    .command('clear <member>')
    .description('take all privileges; the member stays one')
    .addHelpText('after', examples);
  withWhere(clear).action(async (member: string, options: Where) => {
    const client = connect(options, terminal.env);
    const subject = await subjectOf(client, member, options);
    if (subject.place === null) await client.zonePrivileges.revokeAll(holderOf(subject));
    else await change(client, subject, { revoke: (await privilegeSets(client, subject.realm))['admin'] ?? [] });
  });
}

function withWhere(command: Command): Command {
  return withConnection(withPlace(command, 'where they hold').option('--everywhere', 'privileges over the whole server'));
}

/** One who holds privileges, and where; no place is the whole server. */
interface Subject {
  readonly member: Member;
  readonly isMe: boolean;
  readonly place: FoundContainer | null;
  readonly realm: PrivilegeRealm;
}

async function subjectOf(client: LanewayClient, text: string, options: Where, reach: MemberReach = 'direct'): Promise<Subject> {
  const { type, name } = readMemberWord(text);
  const isMe = type === 'user' && name === 'me';
  const place = await placeOf(client, options);
  if ((place === undefined) === (options.everywhere !== true)) {
    throw new UsageError('name the place where the privileges hold', 'one of --space, --inventory, --group and --everywhere');
  }
  if (place === undefined) return { member: await findNewMember(client, type, name), isMe, place: null, realm: 'zone' };
  return { member: await findMember(client, place, type, name, reach), isMe, place, realm: place.kind };
}

function holderOf({ isMe, member }: Subject): 'self' | Member {
  return isMe ? 'self' : member;
}

async function change(client: LanewayClient, subject: Subject, change: PrivilegeChange): Promise<void> {
  if (subject.place === null) await client.zonePrivileges.change(holderOf(subject), change);
  else await client.members.changePrivileges(subject.place, subject.member, change);
}

function addShow(privileges: Command, terminal: Terminal): void {
  const show = privileges
    .command('show <member>')
    .description('what a user or a group may do there')
    .option('--effective', 'also what comes through groups')
    .option('--json', 'print JSON')
    .addHelpText('after', examples);
  withWhere(show).action(async (member: string, options: Where & { readonly effective?: boolean; readonly json?: boolean }) => {
    const client = connect(options, terminal.env);
    const reach = options.effective === true ? 'effective' : 'direct';
    const subject = await subjectOf(client, member, options, reach);
    const held =
      subject.place === null
        ? await client.zonePrivileges.of(holderOf(subject), reach)
        : await client.members.privileges(subject.place, subject.member, reach);
    if (options.json === true) printJson(terminal, held);
    else for (const privilege of held) printLine(terminal, privilege);
  });
}
