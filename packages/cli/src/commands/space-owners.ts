import { gather } from '@laneway/client';
import type { Command } from 'commander';
import { confirm, withConfirmation, type ConfirmOptions } from '../confirm.ts';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { findContainer, orNothing } from '../names/find-container.ts';
import { findMember } from '../names/find-user.ts';
import { printJson, printTable, type Terminal } from '../terminal.ts';

/** Owners hold every privilege in a space, whatever their list says (rest R98). */
export function addOwners(space: Command, terminal: Terminal): void {
  addList(space, terminal);
  const add = space.command('add-owner <space> <user>').description('give a member every privilege, for good (owners)');
  withConnection(add).action(async (name: string, user: string, options: ConnectionOptions) => {
    const client = connect(options, terminal.env);
    const place = await findContainer(client, 'spaces', name);
    await client.spaces.addOwner(place.id, (await findMember(client, place, 'user', user)).id);
  });
  const remove = space.command('remove-owner <space> <user>').description('make an owner a plain member; the last one stays (owners)');
  withConnection(withConfirmation(remove)).action(async (name: string, user: string, options: ConnectionOptions & ConfirmOptions) => {
    const client = connect(options, terminal.env);
    const place = await findContainer(client, 'spaces', name);
    const { id } = await findMember(client, place, 'user', user);
    await confirm(terminal, options, `take the ownership of the space "${place.name}" from "${user}"`);
    await client.spaces.removeOwner(place.id, id);
  });
}

function addList(space: Command, terminal: Terminal): void {
  const owners = space.command('owners <space>').description('who holds every privilege there').option('--json', 'print JSON');
  withConnection(owners).action(async (name: string, options: ConnectionOptions & { readonly json?: boolean }) => {
    const client = connect(options, terminal.env);
    const place = await findContainer(client, 'spaces', name);
    const shown = await gather(await client.spaces.owners(place.id), async (userId) => {
      const details = await orNothing(client.members.details(place, { type: 'user', id: userId }), 403, 404);
      return { userId, name: details?.name ?? null };
    });
    if (options.json === true) printJson(terminal, shown);
    else
      printTable(
        terminal,
        ['name', 'id'],
        shown.map((owner) => [owner.name ?? '–', owner.userId]),
      );
  });
}
