import type { Space, SpaceChange } from '@laneway/client';
import type { Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { collect } from '../execution-filter.ts';
import { UsageError } from '../failure.ts';
import { findContainer, orNothing } from '../names/find-container.ts';
import { addDeletion } from '../places/delete-place.ts';
import { founderOf, withFounder, type FounderOptions } from '../places/founder.ts';
import { listPlaces, withListed, type ListOptions } from '../places/list-places.ts';
import { addMemberCommands } from '../places/member-commands.ts';
import { realDirectory } from '../run/choose-space.ts';
import { printFields, printJson, printLine, printTable, timeText, type Terminal } from '../terminal.ts';
import { addOwners } from './space-owners.ts';

type Json = ConnectionOptions & { readonly json?: boolean };

export function addSpace(program: Command, terminal: Terminal): void {
  const space = program.command('space').description('directories that workflows run on, and who is in them');
  addCreate(space, terminal);
  addList(space, terminal);
  addShow(space, terminal);
  addEdit(space, terminal);
  addDeletion(space, terminal, 'spaces', 'its directory stays as it is');
  addMemberCommands(space, terminal, 'spaces');
  addOwners(space, terminal);
}

function addCreate(space: Command, terminal: Terminal): void {
  const create = space
    .command('create <name>')
    .description('register a directory of the server as a space')
    .requiredOption('--path <dir>', 'existing directory, not inside another space or the data directory')
    .option('--readonly', 'lambdas may read but not write')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  laneway space create photos --path /srv/photos --readonly\n');
  withConnection(withFounder(create)).action(
    async (name: string, options: Json & FounderOptions & { readonly path: string; readonly readonly?: boolean }) => {
      const client = connect(options, terminal.env);
      const made = { name, path: realDirectory(options.path), readonly: options.readonly ?? false };
      const spaceId = await client.spaces.create(made, await founderOf(client, options));
      if (options.json === true) printJson(terminal, { spaceId });
      else printLine(terminal, spaceId);
    },
  );
}

function addList(space: Command, terminal: Terminal): void {
  const list = space.command('list').description('spaces that you are in, also through groups').option('--json', 'print JSON');
  withConnection(withListed(list)).action(async (options: Json & ListOptions) => {
    const spaces = await listPlaces(connect(options, terminal.env), 'spaces', options);
    if (options.json === true) {
      const shown = spaces.map(({ spaceId, name, path, readonly }) => ({ spaceId, name, path, readonly }));
      printJson(terminal, shown);
      return;
    }
    const rows = spaces.map((one) => [one.name, one.spaceId, one.path ?? '–', accessOf(one)]);
    printTable(terminal, ['name', 'id', 'path', 'access'], rows);
  });
}

function accessOf({ readonly }: Space): string {
  return readonly === true ? 'read-only' : 'read-write';
}

function addShow(space: Command, terminal: Terminal): void {
  const show = space
    .command('show <space>')
    .description('what a space is; "laneway space members" shows who is there')
    .option('--json', 'print JSON');
  withConnection(show).action(async (name: string, options: Json) => {
    const client = connect(options, terminal.env);
    const { id } = await findContainer(client, 'spaces', name);
    const found = await client.spaces.get(id);
    // Only those who are in it reach its files.
    const reached = await orNothing(client.spaces.reachedOne(id), 401, 403);
    if (options.json === true) {
      printJson(terminal, { ...found, ...(reached === undefined ? {} : { fileId: reached.fileId }) });
      return;
    }
    printFields(terminal, [
      ['name', found.name],
      ['id', found.spaceId],
      ['directory', found.path],
      ['access', accessOf(found)],
      ['root', reached?.fileId],
      ['description', found.description],
      ['organization', found.organizationName],
      ['tags', found.tags.join(', ')],
      ['marketplace', found.advertisedInMarketplace ? `advertised, contact ${found.marketplaceContactEmail}` : undefined],
      ['made', `${timeText(found.creationTime)} by ${found.creator.type} ${found.creator.id}`],
    ]);
  });
}

interface EditOptions extends ConnectionOptions {
  readonly name?: string;
  readonly description?: string;
  readonly organization?: string;
  readonly tag?: readonly string[];
  readonly tags?: false;
  readonly advertised?: boolean;
  readonly contact?: string;
}

function addEdit(space: Command, terminal: Terminal): void {
  const edit = space
    .command('edit <space>')
    .description('change the name and what people read about a space')
    .option('--name <name>', 'new name')
    .option('--description <text>', 'what it is for')
    .option('--organization <name>', 'whose it is')
    .option('--tag <tag>', 'tags instead of those that it has; may be repeated', collect)
    .option('--no-tags', 'without tags')
    .option('--advertised', 'show it in the marketplace')
    .option('--no-advertised', 'do not show it there')
    .option('--contact <email>', 'whom the marketplace names')
    .addHelpText('after', '\nExample:\n  laneway space edit photos --name pictures --tag archive --tag public\n');
  withConnection(edit).action(async (name: string, options: EditOptions) => {
    const change = changeOf(options);
    if (Object.keys(change).length === 0) throw new UsageError('there is nothing to change', 'name something, such as --name');
    const client = connect(options, terminal.env);
    await client.spaces.update((await findContainer(client, 'spaces', name)).id, change);
  });
}

function changeOf({ name, description, organization, tag, tags, advertised, contact }: EditOptions): SpaceChange {
  return {
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(organization === undefined ? {} : { organizationName: organization }),
    ...(tag === undefined ? {} : { tags: tag }),
    ...(tags === false ? { tags: [] } : {}),
    ...(advertised === undefined ? {} : { advertisedInMarketplace: advertised }),
    ...(contact === undefined ? {} : { marketplaceContactEmail: contact }),
  };
}
